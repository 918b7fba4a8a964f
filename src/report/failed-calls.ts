// Which calls did not end well, whoever is to blame: an error status, or RST_STREAM before the end.
import { Name } from "../fields/name.ts";
import { percentDecode, statusCode, statusName } from "../grpc/status.ts";
import { isAtDeadline, timeoutOf } from "../grpc/timeout.ts";
import { errorCodeName } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { utf8 } from "./text.ts";

export interface FailedCall {
  readonly connection: number;
  readonly stream: number;
  readonly packet: number;
  readonly path?: string;
  /** `grpc-status 14 UNAVAILABLE`, `:status 502`, `RST_STREAM CANCEL by the client`. */
  readonly how: string;
  /** HTTP's, or that of gRPC, where it ended the call. */
  readonly status?: number;
  readonly grpcStatus?: number;
  /** `grpc-message`, decoded. */
  readonly message?: string;
  /** The caller's deadline, nanoseconds, where it was over by then. */
  readonly deadline?: number;
}

export class FailedCalls implements ModelSink {
  /** The first of them. */
  readonly calls: FailedCall[] = [];
  count = 0;
  readonly #chosen: (connection: Connection) => boolean;
  readonly #stream: number | undefined;
  #told = new Set<number>();
  #connection = 0;

  /** @param stream Only this one. */
  constructor(chosen: (connection: Connection) => boolean, stream: number | undefined) {
    this.#chosen = chosen;
    this.#stream = stream;
  }

  fields({ decoded, from, streamId, last }: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    if (decoded === undefined || from === "client") return;
    const grpc = statusCode(decoded.grpcStatus?.value) ?? 0;
    const status = decoded.statusCode;
    if (grpc !== 0) {
      const how = `grpc-status ${grpc} ${statusName(grpc)}`;
      this.#tell(stream, streamId, last.packet, connection, { how, grpcStatus: grpc }, decoded.slots[Name.grpcMessage]?.value);
    } else if (status >= 400) this.#tell(stream, streamId, last.packet, connection, { how: `:status ${status}`, status });
  }

  frame({ kind, from, streamId, errorCode, fault, last }: Frame, stream: Stream | undefined, connection: Connection): void {
    // RFC 9113 8.1: a whole response may be followed by NO_ERROR; before its end that is no answer either.
    if (kind !== "rst-stream" || (errorCode === 0 && fault === undefined && from === "client") || stream === undefined) return;
    // Whoever gives a call up while the end of its response is under way has not got it.
    const isUnderWay = from === "client" && last.acked >= 0 && last.acked < stream.server.endAt;
    if (!isUnderWay && (stream.closed || stream.server.endAt >= 0)) return;
    const how = `RST_STREAM${fault === undefined ? ` ${errorCodeName(errorCode)}` : ""} by the ${from}`;
    const deadline = deadlineBy(last.time, stream);
    this.#tell(stream, streamId, last.packet, connection, deadline === undefined ? { how } : { how, deadline });
  }

  /** The connection ended before its call did. */
  cutOff(stream: Stream, packet: number, connection: Connection, how: string): void {
    this.#tell(stream, stream.id, packet, connection, { how: `cut off by ${how}` });
  }

  #tell(
    stream: Stream | undefined,
    id: number,
    packet: number,
    connection: Connection,
    what: Pick<FailedCall, "how" | "status" | "grpcStatus" | "deadline">,
    message = "",
  ): void {
    if ((this.#stream !== undefined && id !== this.#stream) || !this.#chosen(connection)) return;
    if (connection.id !== this.#connection) {
      this.#connection = connection.id;
      this.#told = new Set();
    }
    if (this.#told.has(id)) return;
    if (this.#told.size < KEPT) this.#told.add(id);
    this.count++;
    if (this.calls.length >= KEPT) return;
    const path = stream?.request.path;
    const named = path === undefined ? {} : { path: utf8(path) };
    const said = message === "" ? {} : { message: utf8(percentDecode(message).octets).slice(0, MESSAGE) };
    this.calls.push({ connection: connection.id, stream: id, packet, ...named, ...what, ...said });
  }
}

function deadlineBy(time: number, { seen, openedTime, request }: Stream): number | undefined {
  const deadline = seen ? timeoutOf(request.grpcTimeout) : undefined;
  return deadline !== undefined && isAtDeadline(time - openedTime, deadline) ? deadline : undefined;
}

const KEPT = 1000;
// Characters of a message.
const MESSAGE = 300;
