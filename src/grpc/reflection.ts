// Server reflection (grpc.reflection.v1 and v1alpha, ServerReflectionInfo): what a server says about its schema, taken from its answers.
import { copyOf } from "../bytes.ts";
import type { Frame } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { Side } from "../place.ts";
import type { Call } from "./call.ts";
import { decompress } from "./decompress.ts";
import type { GrpcSink } from "./grpc-sink.ts";
import type { GrpcMessage } from "./message-decoder.ts";
import type { Schemas } from "./schema.ts";
import { WireReader, WireType } from "./wire.ts";

export class ReflectionReader implements GrpcSink {
  readonly #schemas: Schemas;
  readonly #limits: Limits;

  constructor(schemas: Schemas, limits: Limits) {
    this.#schemas = schemas;
    this.#limits = limits;
  }

  wants(call: Call, from: Side): boolean {
    return from === "server" && isReflection(call);
  }

  message({ from, flag, bytes }: GrpcMessage, _frame: Frame, call: Call): void {
    if (from !== "server" || bytes === undefined || !isReflection(call)) return;
    const { response } = call.stream;
    const octets = flag === 0 ? bytes : decompress(bytes, response.grpcEncoding ?? "", this.#limits.messageOctets);
    if (typeof octets === "string") return;
    // ServerReflectionResponse: file_descriptor_response 4; FileDescriptorResponse: file_descriptor_proto 1, again and again.
    const answer = new WireReader(octets, 0, octets.length);
    while (answer.next()) {
      if (answer.number !== 4 || answer.type !== WireType.length) continue;
      const files = new WireReader(octets, answer.start, answer.end);
      while (files.next()) {
        if (files.number !== 1 || files.type !== WireType.length) continue;
        this.#schemas.harvest(call.connection.address("server"), copyOf(octets, files.start, files.end), this.#limits);
      }
    }
  }
}

const isReflection = ({ stream }: Call): boolean => stream.request.path !== undefined && PATHS.has(stream.request.path);

const PATHS: ReadonlySet<string> = new Set([
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
]);
