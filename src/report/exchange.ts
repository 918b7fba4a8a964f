// `h2lint calls --format ndjson`: one object an exchange, gRPC, plain HTTP/2 and pushed, in the order they began.
import type { Clock } from "../capture/clock.ts";
import { type Call, callOf } from "../grpc/call.ts";
import type { CallSide } from "../grpc/call-side.ts";
import { detailJson } from "../grpc/error-details.ts";
import type { CallSink } from "../grpc/grpc-sink.ts";
import type { Http1Call, OtherCall } from "../grpc/other-call.ts";
import type { ProtocolName } from "../grpc/protocol.ts";
import type { Misfit } from "../grpc/schema/fit.ts";
import type { Schemas } from "../grpc/schema.ts";
import type { Json } from "../grpc/schemaless.ts";
import { percentDecode, readDetails, type StatusDetail, statusCode, statusOf } from "../grpc/status.ts";
import { isAtDeadline } from "../grpc/timeout.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { InferredPath } from "../model/path-groups.ts";
import type { Stream } from "../model/stream.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import { type EndedBy, type ExchangeEnd, endedBy, endOf } from "./exchange-end.ts";
import { masked } from "./mask.ts";
import type { Metadata, MetadataKeeper } from "./metadata.ts";
import { utf8 } from "./text.ts";

/** What is absent is unknown. Times are seconds since the epoch with nine decimals, durations nanoseconds. */
export interface ExchangeObject extends Metadata {
  readonly connection: number;
  /** The stream's id; over HTTP/1.1 the number of the request on its connection, from 1. */
  readonly stream: number;
  readonly protocol: ProtocolName | "http";
  /** Absent: HTTP/2. */
  readonly http?: "1.1";
  readonly pushed?: true;
  /** Address of the server. */
  readonly peer: string;
  readonly method?: string;
  readonly path?: string;
  /** Where the path is not known: calls of the connection with the same number have the same. */
  readonly pathGroup?: number;
  /** ... and the one path that fits; where there are several, or too little shows that it is the only one, those that do. */
  readonly pathInferred?: InferredPath;
  readonly pathCandidates?: readonly string[];
  readonly authority?: string;
  readonly status?: number;
  readonly grpcStatus?: number;
  /** Percent-decoded; as it came where that cannot be. */
  readonly grpcMessage?: string;
  /** `grpc-status-details-bin`: its details as JSON, with their `@type`. */
  readonly grpcDetails?: readonly Json[];
  /** The answer is one field block that ends the stream (gRPC over HTTP2, Trailers-Only). */
  readonly trailersOnly?: true;
  /** Of a call whose content was captured whole. */
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
  /** Do not mask credentials in the details of errors. */
  readonly showSecrets?: boolean;
}

export interface ExchangeChooser {
  connection(connection: Connection): boolean;
  exchange(stream: number, time: number): boolean;
}

/** When an exchange began, nanoseconds. */
export const beganAt = (stream: Stream): number => stream.opening?.began ?? stream.openedTime;

/** Hears of an exchange that is over. @param stream Over HTTP/1.1 that of its call. */
export type ExchangeListener = (exchange: ExchangeObject, stream: Stream) => void;

interface Entry {
  readonly stream: Stream;
  readonly id: number;
  readonly time: number;
  /** Its connection is asked for. It may wait for others until its connection is over and forgotten. */
  readonly chosen: boolean;
  done: ExchangeObject | undefined;
  /** Given up waiting for: written when it is over. */
  late: boolean;
}

/** Lists every exchange when it is over and those before it are. */
export class ExchangeLister implements ModelSink, CallSink {
  readonly #clock: () => Clock;
  readonly #chooser: ExchangeChooser;
  readonly #limits: Limits;
  readonly #emit: ExchangeListener;
  readonly #options: ListingOptions;
  readonly #queue: Entry[] = [];
  /** Those that are not over, by connection and stream. */
  readonly #open = new Map<number, Map<number, Entry>>();
  readonly #http1 = new Map<Call, Entry>();
  /** Connections that are open and not asked for. */
  readonly #unasked = new Set<number>();

  constructor(
    clock: () => Clock,
    chooser: ExchangeChooser,
    limits: Limits,
    emit: ExchangeListener,
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
    const entry: Entry = {
      stream,
      id: stream.id,
      time: beganAt(stream),
      chosen: !this.#unasked.has(connection.id),
      done: undefined,
      late: false,
    };
    open.set(stream.id, entry);
    this.#enter(entry);
  }

  http1Start(call: Call): void {
    const { connection, stream } = call;
    const { id, openedTime: time } = stream;
    const chosen = this.#chooser.connection(connection);
    const entry: Entry = { stream, id, time, chosen, done: undefined, late: false };
    this.#http1.set(call, entry);
    this.#enter(entry);
  }

  http1End(call: Call, at: number | undefined, how: EndReason | undefined): void {
    const entry = this.#http1.get(call);
    const { other } = call;
    if (entry === undefined || other?.http1 === undefined) return;
    this.#http1.delete(call);
    const { metadata } = this.#options;
    const { fields, answered } = other.http1;
    const exchange = http1ExchangeOf(call, other, other.http1, at, how, this.#clock(), this.#options);
    entry.done = { ...exchange, ...metadata?.ofHttp1(fields, answered) };
    if (entry.late) this.#write(entry);
    this.#flush();
  }

  #enter(entry: Entry): void {
    this.#queue.push(entry);
    if (this.#queue.length <= this.#limits.exchanges) return;
    this.#queue.shift()!.late = true;
    this.#flush();
  }

  streamEnd(stream: Stream, connection: Connection): void {
    const entry = this.#open.get(connection.id)?.get(stream.id);
    if (entry === undefined) return;
    this.#open.get(connection.id)?.delete(stream.id);
    this.#finish(entry, stream, connection);
    this.#flush();
  }

  connectionEnd(connection: Connection): void {
    for (const entry of this.#open.get(connection.id)?.values() ?? []) {
      const stream = connection.streams.get(entry.id);
      if (stream !== undefined) this.#finish(entry, stream, connection);
    }
    this.#open.delete(connection.id);
    this.#flush();
    this.#unasked.delete(connection.id);
  }

  #finish(entry: Entry, stream: Stream, connection: Connection): void {
    const { time, late } = entry;
    const { metadata } = this.#options;
    const exchange = exchangeOf(stream, connection, time, this.#clock(), this.#options);
    entry.done = metadata === undefined ? exchange : { ...exchange, ...metadata.take(stream) };
    if (late) this.#write(entry);
  }

  #flush(): void {
    let done = 0;
    while (done < this.#queue.length && this.#queue[done]!.done !== undefined) this.#write(this.#queue[done++]!);
    if (done > 0) this.#queue.splice(0, done);
  }

  #write({ stream, id, time, chosen, done }: Entry): void {
    if (done === undefined || !chosen || !this.#chooser.exchange(id, time)) return;
    this.#emit(done, stream);
  }

  connectionStart(connection: Connection): void {
    // Its roles are known, so its addresses are.
    if (!this.#chooser.connection(connection)) this.#unasked.add(connection.id);
  }
}

function exchangeOf(
  stream: Stream,
  connection: Connection,
  began: number,
  clock: Clock,
  options: ListingOptions,
): ExchangeObject {
  const { request, response, client, server } = stream;
  const call = callOf(stream);
  const other = call?.other;
  const isGrpc = call?.asked === true;
  const said = other === undefined ? undefined : statusOfOther(other, options);
  const ending = endOf(stream, connection);
  const { end, at } = ending;
  const by = endedBy(ending, clock);
  const code = statusCode(response.grpcStatus);
  const timeout = call?.timeout;
  const text = (name: keyof ExchangeObject, value: string | undefined) => (value === undefined ? {} : { [name]: utf8(value) });
  const details = detailsOf(response.grpcDetails, options);
  const first = call !== undefined && (isGrpc || other !== undefined) ? call.answeredTime : -1;
  return {
    connection: connection.id,
    stream: stream.id,
    protocol: other?.protocol.name ?? (isGrpc ? "grpc" : "http"),
    ...(stream.promised ? { pushed: true } : {}),
    peer: connection.address("server"),
    ...text("method", request.method),
    ...text("path", request.path),
    ...(request.path === undefined && request.pathGroup !== undefined ? { pathGroup: request.pathGroup.number } : {}),
    ...text("authority", request.authority),
    ...(response.status === 0 ? {} : { status: response.status }),
    ...(code === undefined ? {} : { grpcStatus: code }),
    ...text("grpcMessage", response.grpcMessage === undefined ? undefined : percentDecode(response.grpcMessage).octets),
    ...(details === undefined ? {} : { grpcDetails: details }),
    ...said,
    ...(isGrpc && code !== undefined && server.dataFrames === 0 && server.messageAt === server.endAt
      ? { trailersOnly: true }
      : {}),
    ...(call !== undefined && (isGrpc || other !== undefined) ? messagesOf(call) : {}),
    requestOctets: client.dataOctets,
    responseOctets: server.dataOctets,
    ...(stream.seen ? { start: clock.text(began) } : {}),
    ...(stream.seen && at !== undefined ? { duration: at - began } : {}),
    ...(stream.seen && first >= 0 ? { timeToFirstMessage: first - began } : {}),
    ...(timeout === undefined ? {} : { deadline: timeout }),
    ...(timeout === undefined || !stream.seen
      ? {}
      : { deadlinePassed: isOver((at ?? connection.lastTime) - began, timeout, end) }),
    end,
    ...(by === undefined ? {} : { endedBy: by }),
  };
}

// One that gives a call up at its deadline began to count before its request was captured.
const isOver = (waited: number, timeout: number, end: ExchangeEnd): boolean =>
  waited >= timeout || (end.startsWith("reset") && isAtDeadline(waited, timeout));

const messagesOf = ({ request, response }: Call): Partial<ExchangeObject> => ({
  ...counted("requestMessages", request),
  ...counted("responseMessages", response),
});

const counted = (name: "requestMessages" | "responseMessages", { state, messages }: CallSide): Partial<ExchangeObject> =>
  state === "lost" ? { [`${name}Seen`]: messages } : { [name]: messages };

function detailsOf(value: string | undefined, options: ListingOptions): Json[] | undefined {
  if (value === undefined) return undefined;
  // Octets as they are, after a NUL, where both sides agreed to it (gRPC over HTTP2, Custom-Metadata).
  const read = value.startsWith("\0") ? statusOf(Buffer.from(value.slice(1), "latin1")) : readDetails(value);
  return read?.details.map((detail) => shown(detail, options));
}

function http1ExchangeOf(
  call: Call,
  other: OtherCall,
  http1: Http1Call,
  at: number | undefined,
  how: EndReason | undefined,
  clock: Clock,
  options: ListingOptions,
): ExchangeObject {
  const { connection, request, response, answeredTime } = call;
  const { protocol, httpStatus, timeout } = other;
  const { number, method, target, authority, began } = http1;
  const closed = how === "fin" || how === "rst";
  return {
    ...{ connection: connection.id, stream: number, protocol: protocol.name, http: "1.1", peer: connection.address("server") },
    ...{ method: utf8(method), path: utf8(target) },
    ...(authority === undefined ? {} : { authority: utf8(authority) }),
    ...(httpStatus === 0 ? {} : { status: httpStatus }),
    ...statusOfOther(other, options),
    ...messagesOf(call),
    ...{ requestOctets: request.other?.octets ?? 0, responseOctets: response.other?.octets ?? 0 },
    start: clock.text(began),
    ...(at === undefined ? {} : { duration: at - began }),
    ...(answeredTime < 0 ? {} : { timeToFirstMessage: answeredTime - began }),
    ...(timeout === undefined ? {} : { deadline: timeout }),
    ...(timeout === undefined || at === undefined ? {} : { deadlinePassed: at - began >= timeout }),
    end: at !== undefined ? "complete" : closed ? "killed-by-close" : how === "capture-end" ? "open" : "unknown",
  };
}

function statusOfOther({ code, message, encoded, details }: OtherCall, options: ListingOptions): Partial<ExchangeObject> {
  const text = message === undefined ? undefined : encoded ? percentDecode(message).octets : message;
  return {
    ...(code === undefined ? {} : { grpcStatus: code }),
    ...(text === undefined ? {} : { grpcMessage: utf8(text) }),
    ...(details === undefined ? {} : { grpcDetails: details.map((detail) => shown(detail, options)) }),
  };
}

function shown({ typeUrl, value }: StatusDetail, { schemas, showSecrets = false }: ListingOptions): Json {
  const json = detailJson({ typeUrl: utf8(typeUrl), value }, schemas);
  return showSecrets ? json : masked(json);
}
