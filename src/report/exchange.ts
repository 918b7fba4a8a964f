// `h2lint calls --format ndjson`: one object an exchange, gRPC, plain HTTP/2 and pushed, in the order they began (interface.md).
import type { Clock } from "../capture/clock.ts";
import { callOf } from "../grpc/call.ts";
import { detailJson } from "../grpc/error-details.ts";
import type { MessageDecoder } from "../grpc/message-decoder.ts";
import type { Misfit, Schemas } from "../grpc/schema.ts";
import type { Json } from "../grpc/schemaless.ts";
import { percentDecode, readDetails, statusCode, statusOf } from "../grpc/status.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { type EndedBy, type ExchangeEnd, endedBy, endOf } from "./exchange-end.ts";
import type { Metadata, MetadataKeeper } from "./metadata.ts";
import { utf8 } from "./text.ts";

/** What is absent is unknown. Times are seconds since the epoch with nine decimals, durations nanoseconds. */
export interface ExchangeObject extends Metadata {
  readonly connection: number;
  readonly stream: number;
  readonly protocol: "grpc" | "http";
  readonly pushed?: true;
  /** Address of the server. */
  readonly peer: string;
  readonly method?: string;
  readonly path?: string;
  readonly authority?: string;
  readonly status?: number;
  readonly grpcStatus?: number;
  /** Percent-decoded; as it came where that cannot be. */
  readonly grpcMessage?: string;
  /** `grpc-status-details-bin`: its details as JSON, with their `@type`. */
  readonly grpcDetails?: readonly Json[];
  /** The answer is one field block that ends the stream (gRPC over HTTP2, Trailers-Only). */
  readonly trailersOnly?: true;
  /** Of a gRPC call whose content was captured whole. */
  readonly requestMessages?: number;
  readonly responseMessages?: number;
  /** Where octets are missing: at least so many. */
  readonly requestMessagesSeen?: number;
  readonly responseMessagesSeen?: number;
  /** DATA without padding, as far as captured. */
  readonly requestOctets: number;
  readonly responseOctets: number;
  readonly start?: string;
  /** To the end of the response, or to what ended the exchange before. */
  readonly duration?: number;
  /** To where the first response message is whole. */
  readonly timeToFirstMessage?: number;
  /** The `grpc-timeout`. */
  readonly deadline?: number;
  /** Whether it took longer, by the clock of the capture; of one that is not over, so far. */
  readonly deadlinePassed?: boolean;
  readonly end: ExchangeEnd;
  /** What ended it where it is not complete. */
  readonly endedBy?: EndedBy;
  /** With `--messages`. */
  readonly messages?: readonly MessageObject[];
  /** Further ones, that were too many to keep. */
  readonly messagesOmitted?: number;
}

/** One gRPC message. */
export interface MessageObject {
  readonly direction: "request" | "response";
  /** Among those of its direction, from 0. */
  readonly index: number;
  readonly time: string;
  /** As its prefix says. */
  readonly length: number;
  readonly compressed: boolean;
  /** Its type in the schema; without one `json` is what the octets look like. */
  readonly type?: string;
  readonly json?: Json;
  /** The octets in hex, decompressed, where they are no protobuf message. */
  readonly raw?: string;
  /** Where it does not fit its schema. */
  readonly misfit?: Misfit;
  /** Why there is neither `json` nor `raw`. */
  readonly omitted?: string;
}

export interface ListingOptions {
  /** Who keeps their fields; without it they are left out. */
  readonly metadata?: MetadataKeeper;
  /** Of the details of errors, beside the standard ones. */
  readonly schemas?: Schemas;
}

export interface ExchangeChooser {
  connection(connection: Connection): boolean;
  exchange(stream: number, time: number): boolean;
}

/** When an exchange began, nanoseconds. */
export const beganAt = (stream: Stream): number => stream.opening?.began ?? stream.openedTime;

interface Entry {
  readonly stream: Stream;
  readonly time: number;
  done: ExchangeObject | undefined;
  /** Given up waiting for: written when it is over. */
  late: boolean;
}

/** Lists every exchange when it is over and those before it are. */
export class ExchangeLister implements ModelSink {
  readonly #clock: () => Clock;
  readonly #chooser: ExchangeChooser;
  readonly #limits: Limits;
  readonly #emit: (exchange: ExchangeObject, stream: Stream) => void;
  readonly #options: ListingOptions;
  readonly #queue: Entry[] = [];
  /** Those that are not over, by connection and stream. */
  readonly #open = new Map<number, Map<number, Entry>>();

  constructor(
    clock: () => Clock,
    chooser: ExchangeChooser,
    limits: Limits,
    emit: (exchange: ExchangeObject, stream: Stream) => void,
    options: ListingOptions = {},
  ) {
    this.#clock = clock;
    this.#chooser = chooser;
    this.#limits = limits;
    this.#emit = emit;
    this.#options = options;
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    this.#options.metadata?.fields(block, stream, connection);
  }

  streamStart(stream: Stream, connection: Connection): void {
    this.#options.metadata?.start(stream, connection);
    let open = this.#open.get(connection.id);
    if (open === undefined) {
      open = new Map();
      this.#open.set(connection.id, open);
    }
    const entry: Entry = { stream, time: beganAt(stream), done: undefined, late: false };
    open.set(stream.id, entry);
    this.#queue.push(entry);
    if (this.#queue.length <= this.#limits.exchanges) return;
    this.#queue.shift()!.late = true;
    this.#flush();
  }

  streamEnd(stream: Stream, connection: Connection): void {
    const entry = this.#open.get(connection.id)?.get(stream.id);
    if (entry === undefined) return;
    this.#open.get(connection.id)?.delete(stream.id);
    this.#finish(entry, connection);
    this.#flush();
  }

  connectionEnd(connection: Connection): void {
    for (const entry of this.#open.get(connection.id)?.values() ?? []) this.#finish(entry, connection);
    this.#open.delete(connection.id);
    this.#flush();
    this.#connections.delete(connection.id);
  }

  #finish(entry: Entry, connection: Connection): void {
    const { stream, time, late } = entry;
    const { metadata, schemas } = this.#options;
    const exchange = exchangeOf(stream, connection, time, this.#clock(), schemas);
    entry.done = metadata === undefined ? exchange : { ...exchange, ...metadata.take(stream) };
    if (late) this.#write(entry);
  }

  #flush(): void {
    let done = 0;
    while (done < this.#queue.length && this.#queue[done]!.done !== undefined) this.#write(this.#queue[done++]!);
    if (done > 0) this.#queue.splice(0, done);
  }

  #write({ stream, time, done }: Entry): void {
    if (done !== undefined && this.#chosen(done, stream, time)) this.#emit(done, stream);
  }

  #chosen(done: ExchangeObject, stream: Stream, time: number): boolean {
    return this.#connections.get(done.connection) !== false && this.#chooser.exchange(stream.id, time);
  }

  readonly #connections = new Map<number, boolean>();

  connectionStart(connection: Connection): void {
    // Its roles are known, so its addresses are.
    if (!this.#chooser.connection(connection)) this.#connections.set(connection.id, false);
  }
}

function exchangeOf(
  stream: Stream,
  connection: Connection,
  began: number,
  clock: Clock,
  schemas: Schemas | undefined,
): ExchangeObject {
  const { request, response, client, server } = stream;
  const call = callOf(stream);
  const ending = endOf(stream, connection);
  const { end, at } = ending;
  const by = endedBy(ending, clock);
  const code = statusCode(response.grpcStatus);
  const text = (name: keyof ExchangeObject, value: string | undefined) => (value === undefined ? {} : { [name]: utf8(value) });
  const details = detailsOf(response.grpcDetails, schemas);
  const first = call?.asked ? call.response.firstTime : -1;
  return {
    connection: connection.id,
    stream: stream.id,
    protocol: call?.asked ? "grpc" : "http",
    ...(stream.promised ? { pushed: true } : {}),
    peer: connection.address("server"),
    ...text("method", request.method),
    ...text("path", request.path),
    ...text("authority", request.authority),
    ...(response.status === 0 ? {} : { status: response.status }),
    ...(code === undefined ? {} : { grpcStatus: code }),
    ...text("grpcMessage", response.grpcMessage === undefined ? undefined : percentDecode(response.grpcMessage).octets),
    ...(details === undefined ? {} : { grpcDetails: details }),
    ...(call?.asked && code !== undefined && server.dataFrames === 0 && server.messageAt === server.endAt
      ? { trailersOnly: true }
      : {}),
    ...(call?.asked ? { ...messages("requestMessages", call.request), ...messages("responseMessages", call.response) } : {}),
    requestOctets: client.dataOctets,
    responseOctets: server.dataOctets,
    ...(stream.seen ? { start: clock.text(began) } : {}),
    ...(stream.seen && at !== undefined ? { duration: at - began } : {}),
    ...(stream.seen && first >= 0 ? { timeToFirstMessage: first - began } : {}),
    ...(call?.timeout === undefined ? {} : { deadline: call.timeout }),
    ...(call === undefined || call.deadline === Infinity ? {} : { deadlinePassed: (at ?? connection.lastTime) >= call.deadline }),
    end,
    ...(by === undefined ? {} : { endedBy: by }),
  };
}

const messages = (name: "requestMessages" | "responseMessages", decoder: MessageDecoder): Partial<ExchangeObject> =>
  decoder.state === "lost" ? { [`${name}Seen`]: decoder.messages } : { [name]: decoder.messages };

function detailsOf(value: string | undefined, schemas: Schemas | undefined): Json[] | undefined {
  if (value === undefined) return undefined;
  // Octets as they are, after a NUL, where both sides agreed to it (gRPC over HTTP2, Custom-Metadata).
  const read = value.startsWith("\0") ? statusOf(Buffer.from(value.slice(1), "latin1")) : readDetails(value);
  return read?.details.map(({ typeUrl, value: octets }) => detailJson({ typeUrl: utf8(typeUrl), value: octets }, schemas));
}
