import type { DecodedBlock } from "../fields/decoded-block.ts";
import { Name } from "../fields/name.ts";
import { ValueBit } from "../fields/value-bit.ts";
import type { Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import type { Stream, StreamCall } from "../model/stream.ts";
import type { Side } from "../place.ts";
import { CallSide, type SideOwner } from "./call-side.ts";
import type { MessageBudget } from "./message-budget.ts";
import type { GrpcMessage } from "./message-decoder.ts";
import { CallOddity } from "./oddity.ts";
import type { OtherCall } from "./other-call.ts";
import { type CallFormat, grpc, type Protocol } from "./protocol.ts";
import type { MethodSchema } from "./schema/method.ts";
import type { Schemas } from "./schema.ts";
import { timeoutOf } from "./timeout.ts";

/** What all calls of a reader share: who hears of their messages, and what bounds and explains those. */
export interface CallContext {
  readonly budget: MessageBudget;
  readonly schemas: Schemas | undefined;
  wants(call: Call, from: Side): boolean;
  messageStart(message: GrpcMessage, frame: Frame, call: Call): void;
  message(message: GrpcMessage, frame: Frame, call: Call): void;
  otherMessage(message: GrpcMessage, time: number, call: Call): void;
}

/** One exchange that is gRPC, by its request or by its answer alone; or of another protocol that carries calls, by its request. */
export class Call implements SideOwner, StreamCall {
  /** Over HTTP/1.1 one that stands for the exchange: its number as id, and the head of its request. */
  readonly stream: Stream;
  readonly connection: Connection;
  readonly request: CallSide;
  readonly response: CallSide;
  /** When the timeout of a gRPC call is over, by the clock of the capture; Infinity: never. */
  readonly deadline: number;
  /** Undefined where it is gRPC. */
  other: OtherCall | undefined;
  /** `CallOddity`; of gRPC. */
  oddities = 0;
  /** When the first message of the response was whole, nanoseconds; -1: not so far. */
  answeredTime = -1;
  /** A response HEADERS with a status, though the response goes on. */
  earlyStatus: FrameRef | undefined = undefined;
  /** What ended the response, while the request was open. */
  endedEarly: FrameRef | undefined = undefined;
  /** DATA octets of the client after that had reached it. */
  lateOctets = 0;
  readonly #context: CallContext;

  constructor(stream: Stream, connection: Connection, context: CallContext, other?: OtherCall) {
    this.stream = stream;
    this.connection = connection;
    this.#context = context;
    this.other = other;
    this.request = new CallSide("client", this);
    this.response = new CallSide("server", this);
    const timeout = stream.seen ? timeoutOf(stream.request.grpcTimeout) : undefined;
    this.deadline = timeout === undefined ? Infinity : stream.openedTime + timeout;
  }

  get protocol(): Protocol {
    return this.other?.protocol ?? grpc;
  }

  /** Nanoseconds; undefined where none is given, or a malformed one. */
  get timeout(): number | undefined {
    if (this.other !== undefined) return this.other.timeout;
    // There was none at first: one in trailers is none.
    if (this.deadline === Infinity && this.stream.seen) return undefined;
    return timeoutOf(this.stream.request.grpcTimeout);
  }

  /** What one side's content comes to. */
  half(side: Side): CallSide {
    return side === "client" ? this.request : this.response;
  }

  /** What is known of its method so far. */
  get method(): MethodSchema | undefined {
    const { schemas } = this.#context;
    const { path } = this.stream.request;
    if (path === undefined || schemas === undefined || (schemas.empty && schemas.hearsay === undefined)) return undefined;
    return schemas.method(path, this.connection.address("server"));
  }

  /** How its messages are written, by the part of the content type after `+`: none is protobuf (gRPC over HTTP2, Content-Type). */
  get format(): CallFormat {
    if (this.other !== undefined) return this.other.format;
    const { request, response } = this.stream;
    const type = request.contentType ?? response.contentType ?? "";
    const format = /^application\/grpc\+([^;\s]+)/i.exec(type)?.[1]?.toLowerCase() ?? "proto";
    return format === "proto" || format === "protobuf" ? "protobuf" : format === "json" ? "json" : "other";
  }

  /** How a message is compressed; empty where it is and nothing says how. */
  encodingOf({ from, flag }: GrpcMessage): string {
    if ((flag & 1) === 0) return "identity";
    if (this.other !== undefined) return this.half(from).other?.encoding ?? "";
    return (from === "client" ? this.stream.request : this.stream.response).grpcEncoding ?? "";
  }

  /** The client means gRPC; else only the answer is, if anything. */
  get asked(): boolean {
    return this.other === undefined && grpcKind(this.stream) === "yes";
  }

  /** The answer is gRPC by its type. */
  get answered(): boolean {
    return (this.stream.response.valueBits & ValueBit.grpcType) !== 0;
  }

  /** It looked like another protocol's, but the answer is gRPC. */
  becomeGrpc(): void {
    this.other = undefined;
    this.request.reset();
    this.response.reset();
    this.answeredTime = -1;
  }

  get budget(): MessageBudget {
    return this.#context.budget;
  }

  get hasSchema(): boolean {
    return this.method?.binding === true;
  }

  wants(from: Side): boolean {
    return this.#context.wants(this, from);
  }

  /** The prefix of a message was read: the listeners are called. */
  messageStart(message: GrpcMessage, frame: Frame): void {
    this.#context.messageStart(message, frame, this);
  }

  /** A message is whole. */
  message(message: GrpcMessage, frame: Frame): void {
    const { time } = frame.last;
    if (this.answeredTime < 0 && message.from === "server") this.answeredTime = time;
    if (time > this.deadline || frame.first.time > this.deadline) this.oddities |= CallOddity.late;
    // Known from the first message on, at the latest.
    if ((this.oddities & CallOddity.schema) === 0 && this.hasSchema) this.oddities |= CallOddity.schema;
    this.#context.message(message, frame, this);
  }

  otherMessage(message: GrpcMessage, time: number): void {
    if (this.answeredTime < 0 && message.from === "server") this.answeredTime = time;
    this.#context.otherMessage(message, time, this);
  }

  takeEnd(from: Side, octets: Uint8Array): void {
    if (from === "server") this.other?.takeEnd(octets);
  }

  /** The body of a Connect error. */
  takeError(octets: Uint8Array): void {
    this.other?.takeError(octets, false);
  }
}

/** The call that a stream is, if it is one, or may yet be. */
export function callOf(stream: Stream | undefined): Call | undefined {
  return stream?.call as Call | undefined; // the CallReader alone sets it
}

/** It is a call of gRPC, or may yet be. */
export function isGrpc(stream: Stream): boolean {
  const call = callOf(stream);
  return call !== undefined && call.other === undefined;
}

/** Whether the exchange is gRPC, by what both sides sent so far. `unknown` while only the answer can tell. */
export function grpcKind(stream: Stream): "yes" | "no" | "unknown" {
  const { request, response } = stream;
  const kind = kindOf(request.known, request.valueBits, request.method);
  if (kind !== "unknown") return kind;
  if ((response.valueBits & ValueBit.grpcType) !== 0) return "yes";
  // Not captured, or not readable: the answer's type counts. `te: trailers` alone is no mark: browsers send it.
  return request.known && response.known ? "no" : "unknown";
}

/** The same of a request that was just decoded, by itself. */
export function requestKind(decoded: DecodedBlock): "yes" | "no" | "unknown" {
  const { contentType, slots, valueBits } = decoded;
  const bits = (contentType?.valueBits ?? 0) | (slots[Name.te]?.valueBits ?? 0) | (valueBits & ValueBit.grpcField);
  return kindOf(decoded.certainty === "exact", bits, decoded.method?.value);
}

/** @param known Every field of the request is. @param bits `ValueBit` of its content-type and te, and whether it has a field of gRPC. */
function kindOf(known: boolean, bits: number, method: string | undefined): "yes" | "no" | "unknown" {
  if ((bits & ValueBit.grpcType) !== 0) return "yes";
  if (!known) return "unknown";
  if ((bits & (ValueBit.grpcWebType | ValueBit.tripleType)) !== 0) return "no";
  if ((bits & ValueBit.grpcField) !== 0) return "yes";
  return method === "POST" && (bits & ValueBit.teTrailers) !== 0 && (bits & ValueBit.teOther) === 0 ? "unknown" : "no";
}

/** Whether a field block belongs to gRPC: of a client by what it asks, of a server by what it answers. */
export function isGrpcBlock(block: FieldBlock, stream: Stream | undefined): boolean {
  const { decoded, from, role } = block;
  if (decoded === undefined) return false;
  if (role === "request") return requestKind(decoded) === "yes";
  if (stream === undefined) return false;
  if (from === "client") return grpcKind(stream) === "yes";
  return role === "response" ? hasGrpcType(decoded) : (stream.response.valueBits & ValueBit.grpcType) !== 0;
}

/** Its content-type is that of gRPC. */
export const hasGrpcType = (decoded: DecodedBlock | undefined): boolean =>
  ((decoded?.contentType?.valueBits ?? 0) & ValueBit.grpcType) !== 0;
