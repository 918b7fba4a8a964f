// In: field blocks and DATA content, by the model. Out: the calls among the exchanges, their messages and statuses (gRPC over HTTP2,
// https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). Which exchange is gRPC: call.ts. gRPC-Web and the like: rpc-reader.ts.
import { ValueBit } from "../fields/value-bit.ts";
import type { Frame } from "../http2/frame.ts";
import { Observation, type Observations } from "../http2/observation.ts";
import type { Limits } from "../limits.ts";
import { knewMore } from "../model/causality.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import { FrameRef } from "../model/frame-ref.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";
import { Call, CallContent, callOf, grpcKind, hasGrpcType } from "./call.ts";
import type { GrpcSink } from "./grpc-sink.ts";
import { type GrpcMessage, MessageDecoder, type MessageListener } from "./message-decoder.ts";
import type { Schemas } from "./schema.ts";
import { readStatus } from "./status.ts";

/** A listener of the model that stands before those it tells of calls. */
export class CallReader implements ModelSink {
  readonly #sinks: readonly GrpcSink[];
  readonly #budget: Budget;
  readonly #schemas: Schemas | undefined;

  /** @param schemas Where calls look up their methods. */
  constructor(sinks: readonly GrpcSink[], limits: Limits, schemas?: Schemas) {
    this.#sinks = sinks;
    this.#schemas = schemas;
    this.#budget = new Budget(limits);
  }

  streamStart(stream: Stream, connection: Connection): void {
    if (callOf(stream) !== undefined) return;
    const answered = (stream.response.valueBits & ValueBit.grpcType) !== 0;
    // Where the request does not tell, the answer will.
    if (grpcKind(stream) === "no" && !answered) return;
    const { request, response } = this.#open(stream, connection);
    if ((stream.request.valueBits & ValueBit.grpcType) !== 0) request.start();
    if (answered) response.start();
    if (stream.seen) return;
    request.lose();
    response.lose();
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    if (stream === undefined || (frame.kind !== "data" && frame.kind !== "rst-stream")) return;
    const half = stream.half(frame.from).content;
    if (!(half instanceof CallHalf)) return;
    const { call } = half;
    if (frame.kind === "rst-stream") {
      this.#checkBorders(stream, "client");
      this.#checkBorders(stream, "server");
      if (frame.whole && stream.half(frame.from).resetAt < 0) for (const sink of this.#sinks) sink.reset?.(frame, call);
      return;
    }
    if (!half.take(frame)) return;
    const { server } = stream;
    const late = frame.from === "client" && server.endAt >= 0 && server.endAt <= frame.first.acked;
    if (late && !knewMore(frame, connection)) call.lateOctets += frame.contentLength;
    if (frame.endStream) this.#finish(frame.from, frame, call);
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    if (stream === undefined || stream.closed || block.ignored || block.kind !== "headers") return;
    const { decoded, from, role } = block;
    let call = callOf(stream);
    if (role === "response" && decoded !== undefined && hasGrpcType(decoded)) {
      // Only the answer is gRPC: it is judged all the same.
      if (call === undefined && (stream.request.valueBits & ValueBit.grpcWebType) === 0) call = this.#open(stream, connection);
      call?.response.start();
    }
    if (call === undefined) return;
    if (from === "server" && role !== "interim" && role !== "unknown" && decoded !== undefined) {
      const says = decoded.grpcStatus !== undefined;
      if (says && !block.endStream && role === "response") call.earlyStatus = FrameRef.of(block);
      if (says || block.endStream) {
        const status = readStatus(block, decoded);
        for (const sink of this.#sinks) sink.status?.(status, call);
      }
    }
    if (block.endStream && role !== "unknown") this.#finish(from, block, call);
  }

  streamEnd(stream: Stream): void {
    this.#end(stream);
  }

  connectionEnd(connection: Connection): void {
    for (const stream of connection.streams.values()) if (!stream.closed) this.#end(stream);
  }

  #open(stream: Stream, connection: Connection): Call {
    const client = new CallHalf("client", connection, this.#sinks, this.#budget);
    const server = new CallHalf("server", connection, this.#sinks, this.#budget);
    const call = new Call(stream, connection, client.decoder, server.decoder, this.#schemas);
    client.call = server.call = call;
    stream.client.content = client;
    stream.server.content = server;
    return call;
  }

  #finish(from: Side, by: Frame | FieldBlock, call: Call): void {
    const { client } = call.stream;
    this.#checkBorders(call.stream, from);
    if (from === "server" && client.endAt < 0 && client.resetAt < 0) call.endedEarly = FrameRef.of(by);
    for (const sink of this.#sinks) sink.finish?.(from, by, call);
  }

  #checkBorders(stream: Stream, side: Side): void {
    const { content } = stream.half(side);
    if (content instanceof CallHalf) content.checkBorders();
  }

  #end(stream: Stream): void {
    const call = callOf(stream);
    if (call === undefined) return;
    this.#checkBorders(stream, "client");
    this.#checkBorders(stream, "server");
    for (const sink of this.#sinks) sink.callEnd?.(call);
    call.request.close();
    call.response.close();
  }
}

/** What is kept of messages that are not whole, over all calls. */
class Budget {
  kept = 0;
  readonly limits: Limits;

  constructor(limits: Limits) {
    this.limits = limits;
  }
}

/** One side of a call: its content goes to the decoder, its messages to the sinks, with the frame that brought them. */
class CallHalf extends CallContent implements MessageListener {
  readonly decoder: MessageDecoder;
  readonly #connection: Connection;
  readonly #sinks: readonly GrpcSink[];
  readonly #budget: Budget;
  /** Frame borders that were lost before the stream. */
  readonly #borderLosses: number;
  /** The DATA frame that is read. Pieces come ahead of their frame: what they bring waits for it. */
  #frame: Frame | undefined;
  #waiting: { readonly whole: boolean; readonly message: GrpcMessage }[] = [];

  constructor(side: Side, connection: Connection, sinks: readonly GrpcSink[], budget: Budget) {
    super();
    this.decoder = new MessageDecoder(side, this);
    this.#connection = connection;
    this.#sinks = sinks;
    this.#budget = budget;
    this.#borderLosses = connection.endpoint(side).borderLosses;
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    this.checkBorders();
    this.decoder.read(bytes, start, end);
  }

  /** @returns False where the frame is none that carries content. */
  take(frame: Frame): boolean {
    this.checkBorders();
    if (frame.fault !== undefined || !isContent(frame.observations)) {
      this.#waiting = [];
      this.decoder.lose();
      return false;
    }
    this.#frame = frame;
    if (this.#waiting.length > 0) {
      for (const { whole, message } of this.#waiting) this.#tell(whole, message, frame);
      this.#waiting = [];
    }
    this.decoder.read(frame.bytes, frame.start, frame.end);
    this.#frame = undefined;
    return true;
  }

  // Where frame borders were lost, frames of any stream may be missing.
  checkBorders(): void {
    if (this.#connection.endpoint(this.decoder.from).borderLosses !== this.#borderLosses) this.decoder.lose();
  }

  messageStart(message: GrpcMessage): boolean {
    this.#on(false, message);
    const { messageOctets, messageOctetsTotal } = this.#budget.limits;
    const { flag, length } = message;
    if (flag > 1 || (flag === 0 && !this.#wanted())) return false;
    if (length > messageOctets || this.#budget.kept + length > messageOctetsTotal) return false;
    this.#budget.kept += length;
    return true;
  }

  message(message: GrpcMessage): void {
    this.#on(true, message);
  }

  #wanted(): boolean {
    if (this.call.method?.binding === true) return true;
    for (const sink of this.#sinks) if (sink.wants?.(this.call, this.decoder.from) === true) return true;
    return false;
  }

  release(octets: number): void {
    this.#budget.kept -= octets;
  }

  #on(whole: boolean, message: GrpcMessage): void {
    if (this.#frame !== undefined) this.#tell(whole, message, this.#frame);
    // Beyond so many in one frame they count, and that is all.
    else if (this.#waiting.length < WAITING) this.#waiting.push({ whole, message: message.copy() });
  }

  #tell(whole: boolean, message: GrpcMessage, frame: Frame): void {
    if (whole && this.decoder.firstTime < 0) this.decoder.firstTime = frame.last.time;
    for (const sink of this.#sinks) {
      if (whole) sink.message?.(message, frame, this.call);
      else sink.messageStart?.(message, frame, this.call);
    }
  }
}

// What is wrong with the frame does not touch what it holds.
export function isContent(observations: Observations): boolean {
  for (let i = 0; i < observations.count; i++) if (!HARMLESS.has(observations.at(i))) return false;
  return true;
}

const HARMLESS: ReadonlySet<Observation> = new Set<Observation>([
  Observation.reservedBit,
  Observation.unusedFlag,
  Observation.paddingNonzero,
  Observation.connectionWindowExceeded,
  Observation.streamWindowExceeded,
]);

const WAITING = 4096;
