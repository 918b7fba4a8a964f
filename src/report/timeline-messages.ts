// What gRPC messages hold, for `h2lint timeline --messages`: kept until their connection is written, when all that its server said of its
// schema by reflection is known, within the bound.
import type { Call } from "../grpc/call.ts";
import type { GrpcSink } from "../grpc/grpc-sink.ts";
import type { GrpcMessage } from "../grpc/message-decoder.ts";
import type { Schemas } from "../grpc/schema.ts";
import type { Frame } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { Side } from "../place.ts";
import type { MessageObject } from "./exchange.ts";
import { type KeptMessage, messageObject } from "./messages.ts";

interface Kept {
  readonly message: KeptMessage;
  readonly format: Call["format"];
  readonly path: string | undefined;
}

class Conversation {
  readonly peer: string;
  /** By the side and offset of the DATA that holds their last octet. */
  readonly frames = new Map<string, Kept[]>();
  readonly streams = new Map<number, Kept[]>();
  octets = 0;
  omitted = 0;

  constructor(peer: string) {
    this.peer = peer;
  }
}

export class TimelineMessages implements GrpcSink {
  readonly #schemas: Schemas;
  readonly #limits: Limits;
  readonly #showSecrets: boolean;
  readonly #chosen: (connection: Connection, stream: number) => boolean;
  readonly #kept = new Map<number, Conversation>();
  #octets = 0;

  /** @param chosen Whether a stream's messages will be asked for. */
  constructor(
    schemas: Schemas,
    limits: Limits,
    showSecrets: boolean,
    chosen: (connection: Connection, stream: number) => boolean,
  ) {
    this.#schemas = schemas;
    this.#limits = limits;
    this.#showSecrets = showSecrets;
    this.#chosen = chosen;
  }

  wants({ connection, stream }: Call): boolean {
    return this.#chosen(connection, stream.id);
  }

  message({ from, number, flag, length, bytes }: GrpcMessage, frame: Frame, call: Call): void {
    if (!this.wants(call)) return;
    const { connection, stream } = call;
    let own = this.#kept.get(connection.id);
    if (own === undefined) {
      own = new Conversation(connection.address("server"));
      this.#kept.set(connection.id, own);
    }
    const cost = (bytes?.length ?? 0) + MESSAGE;
    if (this.#octets + cost > this.#limits.keptOctets) {
      own.omitted++;
      return;
    }
    this.#octets += cost;
    own.octets += cost;
    const head = from === "client" ? stream.request : stream.response;
    const encoding = flag === 0 ? "identity" : (head.grpcEncoding ?? "");
    const message: KeptMessage = { from, index: number - 1, time: frame.last.time, length, flag, encoding, bytes };
    const kept: Kept = { message, format: call.format, path: stream.request.path };
    add(own.frames, keyOf(from, frame.first.offset), kept);
    add(own.streams, stream.id, kept);
  }

  /** Messages end in this frame. */
  endIn(connection: number, from: Side, offset: number): boolean {
    return this.#kept.get(connection)?.frames.has(keyOf(from, offset)) === true;
  }

  /** Those that end in a frame, in order. */
  ofFrame(connection: number, from: Side, offset: number): MessageObject[] {
    return this.#objects(connection, this.#kept.get(connection)?.frames.get(keyOf(from, offset)));
  }

  /** Those of a stream, in the order of the capture. */
  ofStream(connection: number, stream: number): MessageObject[] {
    return this.#objects(connection, this.#kept.get(connection)?.streams.get(stream));
  }

  /** Nothing more is asked about it. @returns How many messages were too many to keep. */
  forget(connection: number): number {
    const own = this.#kept.get(connection);
    if (own === undefined) return 0;
    this.#kept.delete(connection);
    this.#octets -= own.octets;
    return own.omitted;
  }

  #objects(connection: number, kept: readonly Kept[] | undefined): MessageObject[] {
    const { peer } = this.#kept.get(connection) ?? {};
    if (kept === undefined || peer === undefined) return [];
    return kept.map(({ message, format, path }) => {
      const method = path === undefined ? undefined : this.#schemas.method(path, peer);
      return messageObject(message, "", format, method, this.#limits, this.#showSecrets);
    });
  }
}

const keyOf = (from: Side, offset: number): string => `${from} ${offset}`;

function add<K>(map: Map<K, Kept[]>, key: K, kept: Kept): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [kept]);
  else list.push(kept);
}

/** What a message costs beside its octets. */
const MESSAGE = 256;
