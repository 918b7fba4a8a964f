import type { DecodedBlock } from "../fields/decoded-block.ts";
import { Name } from "../fields/name.ts";
import { ValueBit } from "../fields/value-bit.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import type { ContentReader, Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";
import type { MessageDecoder } from "./message-decoder.ts";
import type { MethodSchema, Schemas } from "./schema.ts";
import { timeoutOf } from "./timeout.ts";

/** One exchange that is gRPC, by its request or by its answer alone. */
export class Call {
  readonly stream: Stream;
  readonly connection: Connection;
  readonly request: MessageDecoder;
  readonly response: MessageDecoder;
  readonly #schemas: Schemas | undefined;
  /** Nanoseconds; undefined without a `grpc-timeout`, or with a malformed one. */
  readonly timeout: number | undefined;
  /** When it is over, by the clock of the capture; Infinity: never. */
  readonly deadline: number;
  /** A response HEADERS with a status, though the response goes on. */
  earlyStatus: FrameRef | undefined;
  /** What ended the response, while the request was open. */
  endedEarly: FrameRef | undefined;
  /** DATA octets of the client after that had reached it. */
  lateOctets = 0;

  constructor(stream: Stream, connection: Connection, request: MessageDecoder, response: MessageDecoder, schemas?: Schemas) {
    this.stream = stream;
    this.#schemas = schemas;
    this.connection = connection;
    this.request = request;
    this.response = response;
    const { grpcTimeout } = stream.request;
    this.timeout = grpcTimeout === undefined ? undefined : timeoutOf(grpcTimeout);
    this.deadline = this.timeout === undefined || !stream.seen ? Infinity : stream.openedTime + this.timeout;
  }

  /** What one side's content comes to. */
  half(side: Side): MessageDecoder {
    return side === "client" ? this.request : this.response;
  }

  /** What is known of its method so far. */
  get method(): MethodSchema | undefined {
    const { path } = this.stream.request;
    if (path === undefined || this.#schemas === undefined || this.#schemas.empty) return undefined;
    return this.#schemas.method(path, this.connection.address("server"));
  }

  /** How its messages are written, by the part of the content type after `+`: none is protobuf (gRPC over HTTP2, Content-Type). */
  get format(): "protobuf" | "json" | "other" {
    const { request, response } = this.stream;
    const type = request.contentType ?? response.contentType ?? "";
    const format = /^application\/grpc\+([^;\s]+)/i.exec(type)?.[1]?.toLowerCase() ?? "proto";
    return format === "proto" || format === "protobuf" ? "protobuf" : format === "json" ? "json" : "other";
  }

  /** The client means gRPC; else only the answer is, if anything. */
  get asked(): boolean {
    return grpcKind(this.stream) === "yes";
  }

  get answered(): boolean {
    return (this.stream.response.valueBits & ValueBit.grpcType) !== 0;
  }
}

/** What reads the content of a call's stream. */
export abstract class CallContent implements ContentReader {
  call!: Call;
  abstract read(bytes: Uint8Array, start: number, end: number): void;
}

/** The call that a stream is, if it is one, or may yet be. */
export function callOf(stream: Stream | undefined): Call | undefined {
  const content = stream?.client.content;
  return content instanceof CallContent ? content.call : undefined;
}

/** Whether the exchange is gRPC, by what both sides sent so far (rules.md 3.17). `unknown` while only the answer can tell. */
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
