// `-o trace.perfetto-trace`: connections as processes, streams as slices on as many tracks as were open at a time, frames as instants, the
// windows of the connection as counters, and findings as instants with an arrow to their answer.
import { H2lintError } from "../../error.ts";
import { errorCodeName } from "../../http2/error-code.ts";
import { type Frame, type FrameKind, frameKinds, kindName } from "../../http2/frame.ts";
import type { Connection } from "../../model/connection.ts";
import { INITIAL_WINDOW } from "../../model/flow-window.ts";
import type { Stream } from "../../model/stream.ts";
import { other } from "../../place.ts";
import { answerName, isAnswered } from "../answer.ts";
import type { FindingEvent } from "../event.ts";
import { beganAt } from "../exchange.ts";
import { endOf } from "../exchange-end.ts";
import type { Report, RunFacts } from "../report.ts";
import { utf8 } from "../text.ts";
import { type Annotation, type Beside, EventType, PacketWriter, Word } from "./packet-writer.ts";

/** A connection that is reported. */
interface Open {
  readonly uuid: number;
  /** Nanoseconds from the start of the trace to the zero of its session. */
  readonly zero: number;
  /** By lane: the stream on it, or undefined. */
  readonly lanes: (Stream | undefined)[];
  /** By id, which is no key of objects: what a grown table leaves would keep them for long. */
  readonly laneOf: Map<number, number>;
  last: number;
}

export function perfettoTrace(output: (octets: Uint8Array) => void): Report {
  const trace = new Trace(new PacketWriter(output));
  return {
    begin: (run) => trace.begin(run),
    listener: trace,
    event(event) {
      if (event.kind === "finding") trace.finding(event);
      else if (event.kind === "connection") trace.over(event.id);
    },
    end: () => trace.end(),
  };
}

class Trace {
  readonly #writer: PacketWriter;
  #run: RunFacts | undefined;
  /** Nanoseconds since the epoch. */
  #start: bigint | undefined;
  readonly #open = new Map<number, Open>();
  /** The connection of the last frame, and what is open of it. */
  #asked: Connection | undefined;
  #answer: Open | undefined;
  #flows = 0;
  /** The stream of the last frame, and its lane. */
  #stream: Stream | undefined;
  #lane: number | undefined;
  /** The path of the last stream, and its name. */
  #path: string | undefined;
  #name = new Word("");
  /** What frames are called: `->` is from the client. */
  readonly #words = { client: wordsOf("->"), server: wordsOf("<-") };
  readonly #labels = {
    packet: new Word("packet"),
    length: new Word("length"),
    increment: new Word("increment"),
    stream: new Word("stream"),
  };

  readonly #beginning = [besides(this.#labels.stream), besides(new Word("method"))];
  readonly #ending = ["end", "status", "grpc_status"].map((label) => besides(new Word(label)));

  constructor(writer: PacketWriter) {
    this.#writer = writer;
  }

  begin(run: RunFacts): void {
    this.#run = run;
  }

  connectionStart(connection: Connection): void {
    const run = this.#run;
    if (run === undefined || !run.chooser.connection(connection)) return;
    const { id } = connection;
    const now = run.clock.epoch(0);
    this.#start ??= now;
    const uuid = id * TRACKS;
    const name = `connection ${id}: ${connection.address("client")} -> ${connection.address("server")}`;
    this.#writer.track(uuid, name, { pid: id });
    this.#writer.track(uuid + Track.frames, "frames of the connection", { parent: uuid });
    this.#writer.track(uuid + Track.findings, "findings and answers", { parent: uuid });
    this.#writer.track(uuid + Track.client, "window that limits the client", { parent: uuid, unit: "octets" });
    this.#writer.track(uuid + Track.server, "window that limits the server", { parent: uuid, unit: "octets" });
    this.#open.set(id, { uuid, zero: Number(now - this.#start), lanes: [], laneOf: new Map(), last: 0 });
  }

  streamStart(stream: Stream, connection: Connection): void {
    const open = this.#open.get(connection.id);
    const began = beganAt(stream);
    if (open === undefined || this.#run?.chooser.exchange(stream.id, began) !== true) return;
    let lane = open.lanes.indexOf(undefined);
    if (lane < 0) lane = open.lanes.length;
    if (lane >= LANES) return;
    if (lane === open.lanes.length) {
      open.lanes.push(undefined);
      this.#writer.track(open.uuid + Track.lanes + lane, `streams, lane ${lane + 1}`, { parent: open.uuid });
    }
    open.lanes[lane] = stream;
    open.laneOf.set(stream.id, lane);
    const { method, path } = stream.request;
    // One after the other often asks for the same.
    if (path !== this.#path || path === undefined) {
      this.#path = path;
      this.#name = new Word(path === undefined ? `stream ${stream.id}` : utf8(path).replace(/\?.*$/s, "").slice(0, NAME));
    }
    const about = this.#beginning;
    about[0]!.value = stream.id;
    about[1]!.value = method === undefined ? undefined : utf8(method).slice(0, NAME);
    this.#stream = undefined;
    this.#writer.slice(EventType.begin, open.uuid + Track.lanes + lane, open.zero + began, this.#name, about);
  }

  streamEnd(stream: Stream, connection: Connection): void {
    const open = this.#open.get(connection.id);
    const lane = open?.laneOf.get(stream.id);
    if (open === undefined || lane === undefined) return;
    open.laneOf.delete(stream.id);
    open.lanes[lane] = undefined;
    const { end, at } = endOf(stream, connection);
    const track = open.uuid + Track.lanes + lane;
    const time = open.zero + (at ?? Math.max(stream.client.lastTime, stream.server.lastTime));
    const { status, grpcStatus } = stream.response;
    const about = this.#ending;
    about[0]!.value = end;
    about[1]!.value = status === 0 ? undefined : status;
    about[2]!.value = grpcStatus === undefined ? undefined : utf8(grpcStatus).slice(0, NAME);
    this.#stream = undefined;
    this.#writer.slice(EventType.end, track, time, undefined, about);
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    if (connection !== this.#asked) {
      this.#asked = connection;
      this.#answer = this.#open.get(connection.id);
    }
    const open = this.#answer;
    if (open === undefined || this.#run?.chooser.exchange(frame.streamId, frame.last.time) !== true) return;
    const { kind, last, from, length, errorCode, increment, streamId } = frame;
    const time = open.zero + last.time;
    open.last = time;
    if (stream !== this.#stream || stream === undefined) {
      this.#stream = stream;
      this.#lane = stream === undefined ? undefined : open.laneOf.get(stream.id);
    }
    const lane = this.#lane;
    const track = open.uuid + (lane === undefined ? Track.frames : Track.lanes + lane);
    const name = this.#words[from].get(kind)!;
    const isGrant = kind === "window-update" && frame.whole;
    const isApart = lane === undefined && streamId !== 0;
    const code = frame.whole && (kind === "rst-stream" || kind === "goaway") ? errorCodeName(errorCode) : undefined;
    if (code !== undefined || (isGrant && isApart)) {
      const about: Annotation[] = [
        ["packet", last.packet],
        ["length", length],
      ];
      if (isApart) about.push(["stream", streamId]);
      about.push(code === undefined ? ["increment", increment] : ["error_code", code]);
      this.#writer.event(EventType.instant, track, time, name.text, about);
    } else {
      const { packet, length: octets, increment: granted, stream: apart } = this.#labels;
      if (isGrant) this.#writer.instant(track, time, name, packet, last.packet, octets, length, granted, increment);
      else if (isApart) this.#writer.instant(track, time, name, packet, last.packet, octets, length, apart, streamId);
      else this.#writer.instant(track, time, name, packet, last.packet, octets, length);
    }
    // Called before the frame takes effect.
    if (kind === "data") this.#window(open, connection, from, time, -length);
    else if (kind === "window-update" && streamId === 0 && frame.whole)
      this.#window(open, connection, from === "client" ? "server" : "client", time, increment);
  }

  connectionEnd(connection: Connection): void {
    const open = this.#open.get(connection.id);
    if (open === undefined) return;
    for (const stream of open.lanes) if (stream !== undefined) this.streamEnd(stream, connection);
  }

  over(id: number): void {
    this.#asked = this.#answer = this.#stream = undefined;
    this.#open.delete(id);
  }

  finding({ connection, rule, severity, message, offender, frame, reaction, certainty }: FindingEvent): void {
    const open = this.#open.get(connection);
    if (open === undefined || this.#start === undefined) return;
    const track = open.uuid + Track.findings;
    const answer = isAnswered(reaction) ? (reaction.frame?.time ?? reaction.time) : undefined;
    const flow = answer === undefined ? 0 : ++this.#flows;
    const about: readonly Annotation[] = [
      ...([
        ["severity", severity],
        ["certainty", certainty],
        ["message", message],
        ["offender", offender],
      ] as const),
      ...([
        ["packet", frame.packet],
        ["stream", frame.streamId],
        ["verdict", reaction.verdict],
      ] as const),
    ];
    this.#writer.event(EventType.instant, track, this.#timeOf(frame.time), rule, about, flow);
    if (answer === undefined) return;
    const said: readonly Annotation[] = [
      ["packet", reaction.frame?.packet ?? reaction.packet],
      ["debug", reaction.debug === "" ? undefined : reaction.debug],
      ["confidence", reaction.confidence],
    ];
    this.#writer.event(EventType.instant, track, this.#timeOf(answer), answerName(reaction), said, flow, true);
  }

  end(): void {
    if (this.#run === undefined) throw new H2lintError("usage", "a trace is made of captures, and there is none");
    this.#writer.end();
  }

  #window(open: Open, connection: Connection, side: "client" | "server", time: number, change: number): void {
    const { window, started } = connection.endpoint(side);
    // What was sent before the capture is not known.
    if (!started || !connection.endpoint(other(side)).started) return;
    const left = INITIAL_WINDOW + window.granted - window.sent + change;
    this.#writer.counter(open.uuid + (side === "client" ? Track.client : Track.server), time, left);
  }

  /** @param seconds Since the epoch, with nine decimals. */
  #timeOf(seconds: string): number {
    return Number(BigInt(seconds.replace(".", "")) - this.#start!);
  }
}

const besides = (label: Word): Beside => ({ label, value: undefined });

const wordsOf = (arrow: string): ReadonlyMap<FrameKind, Word> =>
  new Map(frameKinds.map((kind) => [kind, new Word(`${arrow} ${kindName(kind)}`)]));

const TRACKS = 1_000_000;
const Track = { frames: 1, findings: 2, client: 3, server: 4, lanes: 10 } as const;
/** Streams of a connection that are shown side by side. */
const LANES = 1000;
/** Characters of a name. */
const NAME = 200;
