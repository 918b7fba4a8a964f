// `-o spans.otlp.json`: every call as a client span and a server span below it, for tracing tools. Spans are written when their call is over;
// one with a finding waits for the answer, until its connection is over.

import { H2lintError } from "../../error.ts";
import type { Call } from "../../grpc/call.ts";
import type { GrpcMessage } from "../../grpc/message-decoder.ts";
import type { Frame } from "../../http2/frame.ts";
import type { Connection } from "../../model/connection.ts";
import type { Stream } from "../../model/stream.ts";
import { createHash } from "../../platform/crypto.ts";
import { answerName, isAnswered } from "../answer.ts";
import type { ConnectionEvent, FindingEvent } from "../event.ts";
import { beganAt } from "../exchange.ts";
import type { Report, RunFacts } from "../report.ts";
import { type RequestNotes, SeenCalls } from "../seen-calls.ts";
import { SpanBatches } from "./batches.ts";
import { type CallSpans, ConnectionSpans, callSpans, clientText, joined } from "./call-span.ts";
import { attributes, eventText, SpanKind, spanText } from "./span.ts";

/** @param isLines One object a line; else one document. */
export function otlpSpans(output: (piece: string | Uint8Array) => void, isLines: boolean): Report {
  const spans = new Spans(new SpanBatches(output, isLines));
  const { seen } = spans;
  return {
    begin: (run) => spans.begin(run),
    calls: { message: (message, frame, call) => spans.message(message, frame, call) },
    listener: {
      connectionStart: (connection) => spans.connectionStart(connection),
      fields: (block, stream, connection) => seen.fields(block, stream, connection),
      streamStart: (stream, connection) => seen.streamStart(stream, connection),
      streamEnd: (stream, connection) => seen.streamEnd(stream, connection),
      connectionEnd: (connection) => seen.connectionEnd(connection),
    },
    found: (connection, stream) => spans.found(connection, stream),
    event(event) {
      if (event.kind === "finding") spans.finding(event);
      else if (event.kind === "connection") spans.connection(event);
    },
    end: () => spans.end(),
  };
}

/** Messages of a call in both directions: time, octets, and which side. */
interface Messages {
  readonly texts: { readonly time: number; readonly octets: number; readonly sent: boolean }[];
  dropped: number;
}

/** A connection that is not over. */
interface Open {
  readonly spans: ConnectionSpans;
  /** Streams with findings. */
  readonly faulty: Set<number>;
  /** Their calls, which are over. */
  readonly held: Map<number, CallSpans>;
  /** Events of findings, by stream. */
  readonly events: Map<number, string>;
}

class Spans {
  readonly seen: SeenCalls;
  readonly #batches: SpanBatches;
  #run: RunFacts | undefined;
  readonly #open = new Map<number, Open>();
  readonly #messages = new Map<Stream, Messages>();
  /** The latest that are over: a finding on their last frame is made after it. */
  readonly #latest: { readonly open: Open; readonly stream: number; readonly spans: CallSpans }[] = [];
  #held = 0;

  constructor(batches: SpanBatches) {
    this.#batches = batches;
    const over = (stream: Stream, connection: Connection, began: number, notes: RequestNotes) =>
      this.#over(stream, connection, began, notes);
    this.seen = new SeenCalls({ chooser: () => this.#run?.chooser, over, traces: true });
  }

  begin(run: RunFacts): void {
    this.#run = run;
  }

  connectionStart(connection: Connection): void {
    if (this.#run === undefined || !this.seen.isChosen(connection)) return;
    const hash = hashOf(connection, this.#run.clock.text(connection.flow.firstTime));
    const spans = new ConnectionSpans(connection, hash);
    this.#open.set(connection.id, { spans, faulty: new Set(), held: new Map(), events: new Map() });
  }

  message({ from, length }: GrpcMessage, frame: Frame, { stream, connection }: Call): void {
    let messages = this.#messages.get(stream);
    if (messages === undefined) {
      if (this.#messages.size >= MOST_OPEN || !this.seen.isChosen(connection)) return;
      if (this.#run?.chooser.exchange(stream.id, beganAt(stream)) !== true) return;
      messages = { texts: [], dropped: 0 };
      this.#messages.set(stream, messages);
    }
    if (messages.texts.length >= MOST_EVENTS) messages.dropped++;
    else messages.texts.push({ time: frame.last.time, octets: length, sent: from === "client" });
  }

  found(connection: number, stream: number): void {
    if (stream !== 0) this.#open.get(connection)?.faulty.add(stream);
  }

  finding(event: FindingEvent): void {
    const open = this.#open.get(event.connection);
    if (open === undefined) return;
    const { rule, severity, certainty, message, offender, frame, reaction, stream } = event;
    const answer = isAnswered(reaction) ? answerName(reaction) : undefined;
    const about = {
      ...{ "h2lint.rule": rule, "h2lint.severity": severity, "h2lint.certainty": certainty, "h2lint.message": message },
      ...{
        "h2lint.offender": offender,
        "h2lint.packet": frame.packet,
        "h2lint.stream": stream,
        "h2lint.verdict": reaction.verdict,
      },
      ...{ "h2lint.answer": answer, "h2lint.answer_delay_ns": answer === undefined ? undefined : reaction.delay },
      "h2lint.count": event.count > 1 ? event.count : undefined,
    };
    const text = eventText(`h2lint ${rule}`, nanoseconds(frame.time), attributes(about));
    const place = open.held.has(stream) || this.#latest.some((one) => one.open === open && one.stream === stream) ? stream : 0;
    open.events.set(place, joined(open.events.get(place) ?? "", text));
  }

  connection({ id, protocol, start, duration, software, client, server }: ConnectionEvent): void {
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    this.#release(0, open);
    for (const [stream, spans] of open.held) this.#write(open, stream, spans);
    this.#held -= open.held.size;
    const about = {
      ...{ "h2lint.connection": id, "h2lint.protocol": protocol, "network.peer.address": server, "client.address": client },
      ...{ "h2lint.software.client": software?.client, "h2lint.software.server": software?.server },
    };
    const begin = nanoseconds(start);
    const span = spanText({
      ...{
        traceId: open.spans.traceId,
        spanId: open.spans.spanId(0, "server"),
        name: "HTTP/2 connection",
        kind: SpanKind.internal,
      },
      ...{ start: begin, end: String(BigInt(begin) + BigInt(Math.round(duration))), attributes: attributes(about) },
      ...{ events: open.events.get(0) ?? "", error: undefined },
    });
    this.#batches.add({ name: "h2lint", side: "h2lint" }, span);
  }

  end(): void {
    if (this.#run === undefined) throw new H2lintError("usage", "spans are made of captures, and there is none");
    this.#release(0);
    this.#batches.end();
  }

  #over(stream: Stream, connection: Connection, began: number, notes: RequestNotes): void {
    const { clock } = this.#run!; // it has begun: there are streams
    const open = this.#open.get(connection.id);
    if (open === undefined) return;
    const spans = callSpans(stream, connection, began, notes, open.spans, clock, this.#messagesOf(stream));
    this.#latest.push({ open, stream: stream.id, spans });
    if (this.#latest.length > 2 * LATEST) this.#release(LATEST);
  }

  // A call with one message each way has nothing to tell by them.
  #messagesOf(stream: Stream): { readonly text: string; readonly dropped: number } {
    const messages = this.#messages.get(stream);
    if (messages === undefined) return NO_EVENTS;
    this.#messages.delete(stream);
    const { texts, dropped } = messages;
    const sent = texts.filter((one) => one.sent).length;
    if (sent <= 1 && texts.length - sent <= 1) return NO_EVENTS;
    const ids = { true: 0, false: 0 };
    const { clock } = this.#run!; // as above
    const events = texts.map(({ time, octets, sent: isSent }) =>
      eventText(
        "rpc.message",
        String(clock.epoch(time)),
        attributes({
          "rpc.message.type": isSent ? "SENT" : "RECEIVED",
          "rpc.message.id": ++ids[`${isSent}`],
          "rpc.message.compressed_size": octets,
        }),
      ),
    );
    return { text: events.join(","), dropped };
  }

  /** Write those that are over but the latest, or hold them. @param of Only of this connection. */
  #release(keep: number, of?: Open): void {
    const latest = this.#latest;
    const rest = keep === 0 ? [] : latest.slice(-keep);
    const due = keep === 0 ? latest.slice() : latest.slice(0, -keep);
    latest.length = 0;
    for (const one of due) {
      const { open, stream, spans } = one;
      if (of !== undefined && open !== of) latest.push(one);
      else if (open.faulty.has(stream) && of === undefined && this.#held < MOST_HELD) {
        open.held.set(stream, spans);
        this.#held++;
      } else this.#write(open, stream, spans);
    }
    latest.push(...rest);
  }

  #write(open: Open, stream: number, { client, server }: CallSpans): void {
    const { spans, events } = open;
    this.#batches.add({ name: hostOf(spans.client), side: "client" }, clientText(client, events.get(stream) ?? ""));
    this.#batches.add({ name: spans.server, side: "server" }, spanText(server));
  }
}

// The same octets for the same capture.
const hashOf = (connection: Connection, start: string): string =>
  createHash("sha256")
    .update(`${connection.address("client")} ${connection.address("server")} ${start} ${connection.id}`)
    .digest("hex")
    .slice(0, 32);

const hostOf = (address: string): string => address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");

/** Of seconds since the epoch with nine decimals. */
const nanoseconds = (seconds: string): string => String(BigInt(seconds.replace(".", "")));

const NO_EVENTS = { text: "", dropped: 0 };
const LATEST = 64;
/** Events of messages of a span: what OpenTelemetry's SDKs keep of events. */
const MOST_EVENTS = 128;
const MOST_OPEN = 20_000;
const MOST_HELD = 10_000;
