import type { DecodedBlock } from "../hpack/block.ts";
import { FieldBit, Name } from "../hpack/field.ts";
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
    return isGrpcType(this.stream.response.contentType);
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

/** What tells whether a request is gRPC. */
export interface RequestMarks {
  /** Every field of it is known. */
  readonly known: boolean;
  readonly contentType: string | undefined;
  /** A field named `grpc-...`. */
  readonly grpcField: boolean;
  readonly method: string | undefined;
  readonly te: string | undefined;
}

/** Whether the exchange is gRPC, by what both sides sent so far (rules.md 3.17). `unknown` while only the answer can tell. */
export function grpcKind(stream: Stream): "yes" | "no" | "unknown" {
  const { request, response } = stream;
  const kind = requestKind(request);
  if (kind !== "unknown") return kind;
  const answer = isGrpcType(response.contentType);
  // Not captured, or not readable: the answer's type counts. `te: trailers` alone is no mark: browsers send it.
  if (!request.known) return answer ? "yes" : "unknown";
  return answer ? "yes" : response.known ? "no" : "unknown";
}

/** The same by the request alone. */
export function requestKind(request: RequestMarks): "yes" | "no" | "unknown" {
  if (isGrpcType(request.contentType)) return "yes";
  if (!request.known) return "unknown";
  if (isGrpcWeb(request.contentType)) return "no";
  if (request.grpcField) return "yes";
  return request.method === "POST" && request.te === "trailers" ? "unknown" : "no";
}

/** The marks of a request that was just decoded. */
export function marksOf(decoded: DecodedBlock): RequestMarks {
  let grpcField = false;
  for (let i = 0; i < decoded.count && (decoded.bits & FieldBit.grpcName) !== 0; i++) {
    const { name, bits } = decoded.fields[i]!;
    // A gateway's names for what came in by HTTP.
    grpcField ||= (bits & FieldBit.grpcName) !== 0 && !name.text.startsWith("grpc-metadata-");
  }
  return {
    known: decoded.certainty === "exact",
    contentType: decoded.contentType?.value,
    grpcField,
    method: decoded.method?.value,
    te: decoded.slots[Name.te]?.value,
  };
}

/** Whether a field block belongs to gRPC: of a client by what it asks, of a server by what it answers. */
export function isGrpcBlock(block: FieldBlock, stream: Stream | undefined): boolean {
  const { decoded, from, role } = block;
  if (decoded === undefined) return false;
  if (role === "request") return requestKind(marksOf(decoded)) === "yes";
  if (stream === undefined) return false;
  if (from === "client") return grpcKind(stream) === "yes";
  return isGrpcType(role === "response" ? decoded.contentType?.value : stream.response.contentType);
}

/** `application/grpc`, alone or with `+format` or `;parameter`. gRPC-Web is another protocol. */
export function isGrpcType(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:$|\+|[ \t]*;)/i.test(contentType);
}

export const isGrpcWeb = (contentType: string | undefined): boolean =>
  contentType?.toLowerCase().startsWith("application/grpc-web") ?? false;
