// In: field blocks and DATA content, by the model, and HTTP/1.1 exchanges. Out: the calls among the exchanges, their messages and statuses.
// What carries them, and how those of other protocols than gRPC are recognised: protocol.ts. Which exchange is gRPC: call.ts.

import type { Http1Head } from "../detect/http1.ts";
import type { Http1Observer } from "../detect/http1-exchange.ts";
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { ValueBit } from "../fields/value-bit.ts";
import type { Frame } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import { knewMore } from "../model/causality.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import { FrameRef } from "../model/frame-ref.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";
import { Call, callOf, grpcKind, hasGrpcType } from "./call.ts";
import { CallListeners } from "./call-listeners.ts";
import type { CallSink } from "./grpc-sink.ts";
import { http1Call } from "./http1-call.ts";
import { CallOddity } from "./oddity.ts";
import { OtherCall } from "./other-call.ts";
import { type FieldLookup, type OtherRequest, otherRequest } from "./protocol.ts";
import type { Schemas } from "./schema.ts";
import { GrpcStatus } from "./status.ts";

/** A listener of the model that stands before those that hear of calls from it. Of a session's connections there is one: a stream is one call. */
export class CallReader implements ModelSink {
  readonly #listeners: CallListeners;
  /** A request of another protocol than gRPC, before its stream is there. */
  #asked: AskedOther | undefined;
  #status: GrpcStatus | undefined;

  /** @param schemas Where calls look up their methods. */
  constructor(sinks: readonly CallSink[], limits: Limits, schemas?: Schemas) {
    this.#listeners = new CallListeners(sinks, limits, schemas);
  }

  /** Octets of messages that were kept at most. */
  get mostKept(): number {
    return this.#listeners.budget.mostKept;
  }

  http1(head: Http1Head, number: number, connection: Connection): Http1Observer | undefined {
    return this.#listeners.wantHttp1 ? http1Call(head, number, connection, this.#listeners) : undefined;
  }

  streamStart(stream: Stream, connection: Connection): void {
    const asked = this.#asked;
    this.#asked = undefined;
    if (stream.call !== undefined) return;
    if (asked !== undefined && asked.connection === connection && asked.streamId === stream.id) {
      this.#openOther(asked, stream);
      return;
    }
    const answered = (stream.response.valueBits & ValueBit.grpcType) !== 0;
    // Where the request does not tell, the answer will.
    if (grpcKind(stream) === "no" && !answered) return;
    const { request, response } = this.#open(stream, connection, undefined);
    if ((stream.request.valueBits & ValueBit.grpcType) !== 0) request.start();
    if (answered) response.start();
    if (stream.seen) return;
    request.lose();
    response.lose();
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    const call = callOf(stream);
    if (call === undefined) return;
    const { kind, from } = frame;
    if (kind === "data") {
      const side = call.half(from);
      const carries = side.take(frame);
      if (call.other !== undefined) {
        if (frame.endStream) this.#overOther(call, call.other, from, frame.last.time);
      } else if (carries) {
        if (from === "client") noteLate(frame, call, connection);
        if (frame.endStream) this.#finish(from, frame, call);
      }
    } else if (kind === "rst-stream" && call.other === undefined) this.#reset(frame, call);
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    const { decoded, from, role } = block;
    if (role === "request")
      this.#asked = block.ignored || decoded === undefined ? undefined : askedOther(block, decoded, connection);
    if (stream === undefined || block.ignored) return;
    let call = callOf(stream);
    if (role === "response" && !stream.closed && hasGrpcType(decoded)) {
      // Only the answer is gRPC: it is judged all the same.
      const isWeb = (stream.request.valueBits & ValueBit.grpcWebType) !== 0;
      if (call === undefined && !isWeb) call = this.#open(stream, connection, undefined);
      if (call?.other !== undefined && !isWeb) call.becomeGrpc();
      if (call?.other === undefined) call?.response.start();
    }
    if (call === undefined) return;
    if (call.other !== undefined) this.#otherFields(block, call, call.other);
    else if (block.kind === "headers") {
      if (from === "server" && role !== "interim" && role !== "unknown" && decoded !== undefined)
        this.#readStatus(block, decoded, call);
      if (block.endStream && role !== "unknown") this.#finish(from, block, call);
    }
  }

  streamEnd(stream: Stream): void {
    const call = callOf(stream);
    if (call !== undefined) this.#end(call);
  }

  connectionEnd(connection: Connection): void {
    for (const stream of connection.streams.values()) {
      const call = callOf(stream);
      if (call !== undefined && !stream.closed) this.#end(call);
    }
  }

  #open(stream: Stream, connection: Connection, other: OtherCall | undefined): Call {
    const call = new Call(stream, connection, this.#listeners, other);
    stream.call = call;
    stream.listen("client", call.request);
    stream.listen("server", call.response);
    return call;
  }

  #reset(frame: Frame, call: Call): void {
    const { request, response, stream } = call;
    request.checkBorders();
    response.checkBorders();
    if (!frame.whole || stream.half(frame.from).resetAt >= 0) return;
    call.oddities |= CallOddity.reset;
    if (request.inMessage || response.inMessage) call.oddities |= CallOddity.truncated;
    if (frame.last.time > call.deadline) call.oddities |= CallOddity.late;
    this.#listeners.reset(frame, call);
  }

  #readStatus(block: FieldBlock, decoded: DecodedBlock, call: Call): void {
    const { endStream } = block;
    const text = decoded.grpcStatus?.value;
    if (text === undefined && !endStream) return;
    if (!endStream && block.role === "response") {
      call.earlyStatus = FrameRef.of(block);
      call.oddities |= CallOddity.earlyStatus;
    }
    if (text !== "0") call.oddities |= text === undefined ? CallOddity.noStatus : CallOddity.statusNotOk;
    if (call.response.messages !== 1) call.oddities |= CallOddity.responseCount;
    this.#status = this.#status?.read(block, decoded) ?? new GrpcStatus(block, decoded);
    this.#listeners.status(this.#status, call);
  }

  #finish(from: Side, by: Frame | FieldBlock, call: Call): void {
    const side = call.half(from);
    side.checkBorders();
    let oddities = side.inMessage ? CallOddity.truncated : 0;
    if (by.last.time > call.deadline) oddities |= CallOddity.late;
    if (side.messages !== 1) oddities |= from === "client" ? CallOddity.requestCount : CallOddity.responseCount;
    if (from === "server") {
      const { client } = call.stream;
      if (by.kind === "data") oddities |= CallOddity.noStatus;
      if (client.endAt < 0 && client.resetAt < 0) {
        call.endedEarly = FrameRef.of(by);
        oddities |= CallOddity.endedEarly;
      }
    }
    call.oddities |= oddities;
    this.#listeners.finish(from, by, call);
  }

  #end(call: Call): void {
    const { request, response, other, connection } = call;
    request.checkBorders();
    response.checkBorders();
    if (other === undefined) {
      if (connection.client.lastAt.time > call.deadline) call.oddities |= CallOddity.late;
      this.#listeners.callEnd(call);
    }
    request.end();
    response.end();
  }

  #openOther({ request, connection, endStream, time }: AskedOther, stream: Stream): void {
    const other = new OtherCall(request, undefined);
    const call = this.#open(stream, connection, other);
    call.request.other?.ask(request);
    call.request.at(time);
    if (endStream) this.#overOther(call, other, "client", time);
  }

  #otherFields(block: FieldBlock, call: Call, other: OtherCall): void {
    const { decoded, role, from, endStream } = block;
    if (decoded === undefined || role === "request") return;
    if (role === "response") other.answer(decoded.statusCode, lookIn(decoded), call.response.other);
    else if (role === "response-trailers") other.takeStatus(lookIn(decoded));
    if (endStream && role !== "interim" && role !== "unknown") this.#overOther(call, other, from, block.last.time);
  }

  // The end of a side, by END_STREAM.
  #overOther(call: Call, other: OtherCall, from: Side, time: number): void {
    call.half(from).over(time);
    if (from === "server") other.answered();
  }
}

interface AskedOther {
  readonly connection: Connection;
  readonly streamId: number;
  readonly request: OtherRequest;
  readonly endStream: boolean;
  readonly time: number;
}

function askedOther(block: FieldBlock, decoded: DecodedBlock, connection: Connection): AskedOther | undefined {
  if (((decoded.contentType?.valueBits ?? 0) & ValueBit.grpcType) !== 0) return undefined;
  const request = otherRequest(decoded.method?.value ?? "", decoded.path?.value ?? "", lookIn(decoded));
  if (request === undefined) return undefined;
  return { connection, streamId: block.streamId, request, endStream: block.endStream, time: block.last.time };
}

// DATA that the client sent though the end of the response had reached it.
function noteLate(frame: Frame, call: Call, connection: Connection): void {
  const { endAt } = call.stream.server;
  if (endAt < 0 || endAt > frame.first.acked || knewMore(frame, connection)) return;
  call.lateOctets += frame.contentLength;
  if (call.lateOctets > 0) call.oddities |= CallOddity.lateOctets;
}

// The block is borrowed, and so is this.
function lookIn(decoded: DecodedBlock): FieldLookup {
  return (name) => {
    for (let i = 0; i < decoded.count; i++) if (decoded.fields[i]!.name.text === name) return decoded.fields[i]!.value;
    return undefined;
  };
}
