// `h2lint timeline`: per connection the frames of both sides in their columns, streams that went well folded to a line, runs folded,
// faults and answers marked.

import type { Http1Head } from "../detect/http1.ts";
import type { UpgradeOffer } from "../detect/upgrade.ts";
import { type Frame, kindName } from "../http2/frame.ts";
import { english, type Language } from "../lang/language.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { summarise } from "../model/summary.ts";
import type { Origin, Side } from "../place.ts";
import type { EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { ConnectionEvent, FindingEvent, ReportEvent } from "./event.ts";
import type { MessageObject } from "./exchange.ts";
import { endOf, resetText } from "./exchange-end.ts";
import { inferredHeaders } from "./frame-object.ts";
import { messageLine } from "./message-line.ts";
import { behindText, protocolText } from "./protocol-text.ts";
import type { Output } from "./report.ts";
import type { StreamLine } from "./stream-line.ts";
import { type Look, Style, wrap } from "./style.ts";
import { count, counted, duration, printable, size } from "./text.ts";
import { Collected, type Entry } from "./timeline-entries.ts";
import { TimelineLayout } from "./timeline-layout.ts";
import type { TimelineMessages } from "./timeline-messages.ts";
import { widthOf } from "./width.ts";

export interface TimelineOptions {
  /** Show every stream's frames, not only those of streams that did not go well. */
  readonly all: boolean;
  readonly stream?: number;
  /** Whether a connection may be shown. */
  readonly isChosen?: (connection: Connection) => boolean;
  /** That are kept of a connection, and of all of them together. */
  readonly frames: number;
  readonly framesTotal: number;
  /** What messages hold is shown with the frames that they end in. */
  readonly messages?: TimelineMessages;
}

/** Collects what the model reports, and writes a connection when its event comes: findings and answers are known then. */
export class Timeline implements ModelSink {
  readonly #output: Output;
  readonly #style: Style;
  readonly #options: TimelineOptions;
  readonly #in: Language;
  readonly #lines = new Map<number, Collected>();
  readonly #findings = new Map<number, FindingEvent[]>();
  /** That are kept, of all connections. */
  #frames = 0;
  #written = 0;

  constructor(output: Output, look: Look, options: TimelineOptions) {
    this.#output = output;
    this.#style = new Style(look);
    this.#options = options;
    this.#in = look.language ?? english;
  }

  connectionStart(connection: Connection): void {
    if (this.#options.isChosen?.(connection) === false) return;
    this.#lines.set(connection.id, new Collected(connection.flow.firstTime));
  }

  upgrade(offer: UpgradeOffer, connection: Connection): void {
    const kept = this.#lines.get(connection.id);
    if (kept === undefined) return;
    const { request, response, accepted, method, target, tokens } = offer;
    kept.entries.push(http1("client", request, `${request.line}, Upgrade: ${tokens.join(", ")}`));
    if (response !== undefined) kept.entries.push(http1("server", response, response.line));
    if (accepted) kept.stream(1).request = `${method} ${target}`;
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    const kept = this.#lines.get(connection.id);
    if (kept === undefined) return;
    if (this.#isFull(kept)) {
      kept.dropped++;
      return;
    }
    const inBlock = frame.kind === "continuation";
    const opens = frame.kind === "headers" || frame.kind === "push-promise";
    const { last, first, streamId, from, kind } = frame;
    const before = kept.entries.at(-1);
    const octets = kind === "data" ? frame.contentLength : 0;
    const ends = frame.endStream;
    // Runs of DATA, WINDOW_UPDATE and the like on one stream are one line.
    const folds =
      before !== undefined &&
      before.kind === kind &&
      before.streamId === streamId &&
      before.from === from &&
      !opens &&
      FOLDED.has(kind);
    const carries = this.#options.messages?.endIn(connection.id, from, first.offset) === true;
    if (folds && !carries && !before.carries && !before.ends && frame.observations.count === 0 && before.times < 1e9) {
      before.times++;
      before.octets += octets;
      before.sum += frame.increment;
      before.lastTime = last.time;
      before.ends = ends;
      before.offsets.push(first.offset);
      if (before.offsets.length > 64) before.offsets.length = 64;
      return;
    }
    const entry: Entry = {
      kind,
      streamId,
      from,
      packet: last.packet,
      time: last.time,
      lastTime: last.time,
      offsets: [first.offset],
      text: opens || kind === "data" || inBlock ? "" : summarise(frame),
      times: 1,
      octets,
      sum: frame.increment,
      ends,
      fault: frame.fault,
      gap: "",
      carries,
    };
    kept.entries.push(entry);
    kept.frames++;
    this.#frames++;
    if (opens) kept.opened(entry);
    if (stream !== undefined || opens) kept.stream(streamId);
  }

  fields(block: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    const kept = this.#lines.get(connection.id);
    if (kept === undefined) return;
    const entry = this.#opening(block, kept);
    const line = kept.streams.get(block.streamId);
    // Of a stream without a frame here nothing is shown.
    if (line === undefined) return;
    const text = summarise(block);
    if (entry !== undefined) entry.text = text;
    if (block.decoded !== undefined) kept.because ??= inferredHeaders(block.decoded, false)?.because;
    if (block.role === "request") line.request = text;
    else if (block.role === "response" || block.role === "response-trailers")
      line.response = line.response === "" ? text : `${line.response}  ${text}`;
  }

  gap(from: Side, length: number, proof: GapProof, at: Origin, connection: Connection): void {
    const acknowledged = proof === "acknowledged" ? " (the {other} acknowledged them)" : "";
    const why = proof === "cut" ? " (cut by the snap length)" : acknowledged;
    const gap = this.#in.text(`{octets} from the {side} were not captured${why}`, {
      octets: counted(this.#in, length, "byte"),
      side: this.#in.text(from),
      other: this.#in.text(from === "client" ? "server" : "client"),
    });
    const kept = this.#lines.get(connection.id);
    if (kept !== undefined && !this.#isFull(kept)) kept.entries.push(event(from, "gap", at, gap));
  }

  end(from: Side, how: EndReason, at: Origin, connection: Connection): void {
    if (how === "fin" || how === "rst") this.#lines.get(connection.id)?.entries.push(event(from, how, at, ""));
  }

  connectionEnd(connection: Connection): void {
    const kept = this.#lines.get(connection.id);
    if (kept === undefined) return;
    for (const line of kept.streams.values()) {
      const stream = connection.streams.get(line.id);
      // Forgotten ones were closed long before.
      if (stream === undefined) continue;
      const { client, server, promised, request } = stream;
      line.complete = endOf(stream, connection).end === "complete";
      // What was promised has no request that could end (RFC 9113 8.4).
      line.wellEnded = line.complete && (client.endAt >= 0 || promised) && client.resetAt < 0 && server.resetAt < 0;
      line.reset = resetText(stream);
      if (promised && line.request === "" && request.known) line.request = `${request.method} ${request.path}`;
      line.sent = stream.client.dataOctets;
      line.received = stream.server.dataOctets;
      line.opened = stream.openedTime;
      line.ended = Math.max(stream.client.lastTime, stream.server.lastTime);
    }
  }

  event(event: ReportEvent): void {
    if (event.kind === "finding") {
      const list = this.#findings.get(event.connection) ?? [];
      list.push(event);
      this.#findings.set(event.connection, list);
    } else if (event.kind === "connection") this.#write(event);
  }

  /** A connection is not shown. */
  pass(id: number): void {
    this.#take(id);
    this.#findings.delete(id);
  }

  #take(id: number): Collected | undefined {
    const kept = this.#lines.get(id);
    this.#lines.delete(id);
    this.#frames -= kept?.frames ?? 0;
    return kept;
  }

  /** The frame that a block began with; undefined where it is not kept. */
  #opening({ from, first: { offset } }: FieldBlock, kept: Collected): Entry | undefined {
    const opened = kept.opening(from);
    if (opened?.offsets[0] === offset) return opened;
    // Other HEADERS came inside of it. Where it was not kept, all would be looked through in vain.
    return this.#isFull(kept) ? undefined : kept.entries.findLast((one) => one.from === from && one.offsets[0] === offset);
  }

  #isFull({ entries }: Collected): boolean {
    return entries.length >= this.#options.frames || this.#frames >= this.#options.framesTotal;
  }

  #line(text: string): void {
    this.#output(`${text.trimEnd()}\n`);
  }

  #write(connection: ConnectionEvent): void {
    const kept = this.#take(connection.id);
    const findings = this.#findings.get(connection.id) ?? [];
    this.#findings.delete(connection.id);
    const { mark, bold, dim } = this.#style;
    if (this.#written++ > 0) this.#line("");
    const { software = {} } = connection;
    const end = (side: Side) =>
      software[side] === undefined ? connection[side] : `${connection[side]} (${printable(software[side])})`;
    const id = this.#in.text("connection {id}", { id: connection.id });
    const head = `${id}   ${end("client")} ${mark.both} ${end("server")}   ${protocolText(connection, this.#in)}${this.#in.text(", ")}${duration(connection.duration)}`;
    // Broken at words only where it is too long: the blanks in it are its columns.
    const { width } = this.#style.look;
    if (widthOf(head) <= width) this.#line(bold(head));
    else for (const [i, part] of wrap(head, width - 2).entries()) this.#line(i === 0 ? bold(part) : `  ${bold(part)}`);
    for (const line of behindText(connection, this.#in)) this.#line(`  ${line}`);
    if (kept === undefined) return;
    this.#line("");
    const layout = new TimelineLayout(this.#style);
    this.#line(dim(layout.row("", ...this.#titles(), "", this.#in.text("server"))));
    const marks = new Marks(findings);
    const shown = (id: number) =>
      id !== 0 &&
      (this.#options.stream === undefined
        ? this.#options.all || marks.streams.has(id) || !(kept.streams.get(id)?.wellEnded ?? true)
        : id === this.#options.stream);
    const headed = new Set<number>();
    let pending: Entry[] = [];
    const flush = () => {
      if (pending.length > 0) this.#entries(layout, pending, kept.start, marks);
      for (const { carries, from, offsets } of pending)
        if (carries) this.#messages(this.#options.messages?.ofFrame(connection.id, from, offsets[0]!));
      pending = [];
    };
    for (const entry of kept.entries) {
      const { streamId } = entry;
      if (streamId !== 0 && this.#options.stream !== undefined && streamId !== this.#options.stream) continue;
      if (streamId !== 0 && !headed.has(streamId) && kept.streams.has(streamId)) {
        headed.add(streamId);
        flush();
        this.#stream(kept.streams.get(streamId)!, findings, connection);
        if (!shown(streamId)) this.#messages(this.#options.messages?.ofStream(connection.id, streamId));
      }
      if (streamId !== 0 && kept.streams.has(streamId) && !shown(streamId)) continue;
      // Frames of the connection that one packet brought share a line.
      const before = pending.at(-1);
      const joins =
        before !== undefined &&
        before.packet === entry.packet &&
        before.from === entry.from &&
        before.streamId === 0 &&
        streamId === 0;
      if (
        !joins ||
        marks.of(entry) !== undefined ||
        marks.of(before) !== undefined ||
        entry.kind === "gap" ||
        before.kind === "gap"
      )
        flush();
      pending.push(entry);
    }
    flush();
    if (kept.because !== undefined) {
      const why = this.#in.text("~: inferred, not read: {because}", { because: this.#in.phrase(kept.because) });
      for (const part of wrap(why, width - 3)) this.#line(dim(`   ${part}`));
    }
    const omitted = this.#options.messages?.forget(connection.id) ?? 0;
    if (omitted > 0)
      this.#line(
        dim(`   ... ${this.#in.text("{messages} did not fit into memory", { messages: counted(this.#in, omitted, "message") })}`),
      );
    if (kept.dropped > 0) this.#line(dim(`   ... ${this.#in.text("{n} more frames are not shown", { n: count(kept.dropped) })}`));
  }

  #titles(): [packet: string, time: string, client: string] {
    return [this.#in.text("packet"), this.#in.text("time"), this.#in.text("client")];
  }

  #stream(line: StreamLine, findings: readonly FindingEvent[], connection: ConnectionEvent): void {
    const own = findings.filter((f) => f.stream === line.id && f.severity !== "info" && f.certainty === "proven");
    const { bad } = this.#style.mark;
    const title = `${this.#in.text("stream {id}", { id: line.id })}  ${printable(line.request)}`.trimEnd();
    const took = line.ended > line.opened ? `, ${duration(line.ended - line.opened)}` : "";
    const { red, yellow, dim, bold, look } = this.#style;
    let fate: string;
    let paint = dim;
    const answered = own.find((f) => f.reaction.kind !== undefined && (f.reaction.streamsKilled ?? []).includes(line.id));
    if (answered !== undefined) {
      const { kind, delay } = answered.reaction;
      const what = kind === "goaway" ? "GOAWAY" : kind === "rst-stream" ? "RST_STREAM" : `TCP ${kind?.toUpperCase()}`;
      fate = `${bad} ${this.#in.text("lost to {what} {delay} after the fault", { what, delay: duration(delay ?? 0) })}`;
      paint = red;
    } else if (line.complete) {
      // A reset behind the response took nothing from it.
      const reset = line.reset === "" ? "" : `  ${line.reset}`;
      fate = `${own.length > 0 ? `${bad} ` : ""}${printable(line.response)}  ${this.#in.text("sent {sent}, received {received}", {
        sent: size(line.sent, this.#in),
        received: size(line.received, this.#in),
      })}${took}${reset}`;
      if (own.length > 0) paint = red;
    } else {
      const { endedBy } = connection;
      fate =
        line.reset !== ""
          ? line.reset
          : endedBy === undefined
            ? this.#in.text("not completed")
            : this.#in.text("not completed when the {side} closed", { side: this.#in.text(endedBy.side) });
      paint = yellow;
    }
    if (widthOf(title) + widthOf(fate) + 5 <= look.width) {
      this.#line(`  ${bold(title)}   ${paint(fate)}`);
      return;
    }
    for (const part of wrap(title, look.width - 2)) this.#line(`  ${bold(part)}`);
    for (const part of wrap(fate, look.width - 6)) this.#line(`      ${paint(part)}`);
  }

  #messages(messages: readonly MessageObject[] = []): void {
    for (const message of messages) this.#line(messageLine(message, this.#style, this.#style.look));
  }

  #entries(layout: TimelineLayout, entries: readonly Entry[], start: number, marks: Marks): void {
    const first = entries[0]!;
    const { red, cyan, dim, yellow, mark } = this.#style;
    if (first.kind === "gap") {
      this.#line(yellow(`  ~~~ ${first.gap} ~~~`));
      return;
    }
    const found = marks.of(first);
    const text = entries.map((entry) => labelOf(entry, this.#in)).join(", ");
    const at = duration(Math.max(first.time - start, 0));
    const sign = found === undefined ? "" : found.what === "fault" ? mark.bad : mark.from;
    const paint = found === undefined ? (first.streamId === 0 ? dim : (s: string) => s) : found.what === "fault" ? red : cyan;
    for (const row of layout.rows(sign, String(first.packet), at, first.from, text, found?.rule ?? "")) this.#line(paint(row));
  }
}

/** Which entries are faults and answers. */
class Marks {
  readonly streams = new Set<number>();
  readonly #marks = new Map<string, { readonly what: "fault" | "answer"; readonly rule: string }>();

  constructor(findings: readonly FindingEvent[]) {
    for (const f of findings) {
      if (f.certainty !== "proven" || f.severity === "info") continue;
      this.streams.add(f.stream);
      this.#marks.set(`${f.frame.from} ${f.frame.offset}`, { what: "fault", rule: f.rule });
      const { frame, confidence } = f.reaction;
      if (frame !== undefined && confidence !== "possible")
        this.#marks.set(`${frame.from} ${frame.offset}`, { what: "answer", rule: "" });
      if (f.reaction.packet !== undefined && confidence !== "possible")
        this.#marks.set(`${f.reaction.from} close`, { what: "answer", rule: "" });
    }
  }

  of(entry: Entry): { readonly what: "fault" | "answer"; readonly rule: string } | undefined {
    if (entry.kind === "fin" || entry.kind === "rst") return this.#marks.get(`${entry.from} close`);
    for (const offset of entry.offsets) {
      const mark = this.#marks.get(`${entry.from} ${offset}`);
      if (mark !== undefined) return mark;
    }
    return undefined;
  }
}

function labelOf(entry: Entry, language: Language): string {
  const { kind, text, times, octets, sum, ends, fault } = entry;
  if (kind === "http1") return printable(text);
  const name = kind === "fin" || kind === "rst" ? `TCP ${kind.toUpperCase()}` : kindName(kind);
  const parts = [name];
  if (kind === "data") {
    parts.push(
      times > 1 ? `x ${count(times)}, ${size(octets, language)}, ${duration(entry.lastTime - entry.time)}` : String(octets),
    );
  } else if (times > 1) parts.push(`x ${count(times)}${kind === "window-update" ? `, +${count(sum)}` : ""}`);
  if (ends) parts.push("END_STREAM");
  if (kind !== "data" && times === 1 && text !== "") parts.push(kind === "settings" && text !== "ack" ? "" : printable(text));
  if (fault !== undefined) parts.push(`(${fault})`);
  return parts.filter((part) => part !== "").join(" ");
}

const http1 = (from: Side, head: Http1Head, text: string): Entry => ({
  ...event(from, "http1", head.last, ""),
  offsets: [head.first.offset],
  text,
});

const event = (from: Side, kind: string, at: Origin, gap: string): Entry => ({
  kind,
  streamId: 0,
  from,
  packet: at.packet,
  time: at.time,
  lastTime: at.time,
  offsets: [],
  text: "",
  times: 1,
  octets: 0,
  sum: 0,
  ends: false,
  fault: undefined,
  gap,
  carries: false,
});

const FOLDED: ReadonlySet<string> = new Set(["data", "window-update", "ping", "priority", "unknown", "continuation"]);
