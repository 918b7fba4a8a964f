// `h2lint calls --format ndjson`: one object an exchange, gRPC, plain HTTP/2 and pushed, in the order they began (interface.md).
import type { Clock } from "../capture/clock.ts";
import { callOf } from "../grpc/call.ts";
import type { MessageDecoder } from "../grpc/message-decoder.ts";
import type { Misfit } from "../grpc/schema.ts";
import type { Json } from "../grpc/schemaless.ts";
import { percentDecode, readDetails, statusCode } from "../grpc/status.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { utf8 } from "./text.ts";

export type ExchangeEnd =
  | "complete"
  | "reset-by-client"
  | "reset-by-server"
  | "killed-by-goaway"
  | "killed-by-close"
  | "open"
  | "unknown";

/** What is absent is unknown. Times are seconds since the epoch with nine decimals, durations nanoseconds. */
export interface ExchangeObject {
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
  /** Type URLs of `grpc-status-details-bin`. */
  readonly grpcDetails?: readonly string[];
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
  /** The `grpc-timeout`. */
  readonly deadline?: number;
  readonly end: ExchangeEnd;
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
  readonly #queue: Entry[] = [];
  /** Those that are not over, by connection and stream. */
  readonly #open = new Map<number, Map<number, Entry>>();

  constructor(
    clock: () => Clock,
    chooser: ExchangeChooser,
    limits: Limits,
    emit: (exchange: ExchangeObject, stream: Stream) => void,
  ) {
    this.#clock = clock;
    this.#chooser = chooser;
    this.#limits = limits;
    this.#emit = emit;
  }

  streamStart(stream: Stream, connection: Connection): void {
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
    entry.done = exchangeOf(stream, connection, time, this.#clock());
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

function exchangeOf(stream: Stream, connection: Connection, began: number, clock: Clock): ExchangeObject {
  const { request, response, client, server } = stream;
  const call = callOf(stream);
  const { end, at } = endOf(stream, connection);
  const code = statusCode(response.grpcStatus);
  const text = (name: keyof ExchangeObject, value: string | undefined) => (value === undefined ? {} : { [name]: utf8(value) });
  const details = response.grpcDetails === undefined ? undefined : readDetails(response.grpcDetails);
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
    ...(details === undefined ? {} : { grpcDetails: details.typeUrls.map(utf8) }),
    ...(call?.asked ? { ...messages("requestMessages", call.request), ...messages("responseMessages", call.response) } : {}),
    requestOctets: client.dataOctets,
    responseOctets: server.dataOctets,
    ...(stream.seen ? { start: clock.text(began) } : {}),
    ...(stream.seen && at !== undefined ? { duration: at - began } : {}),
    ...(call?.timeout === undefined ? {} : { deadline: call.timeout }),
    end,
  };
}

const messages = (name: "requestMessages" | "responseMessages", decoder: MessageDecoder): Partial<ExchangeObject> =>
  decoder.state === "lost" ? { [`${name}Seen`]: decoder.messages } : { [name]: decoder.messages };

/** How it ended, and when. */
function endOf(stream: Stream, connection: Connection): { end: ExchangeEnd; at?: number } {
  const { client, server } = stream;
  const { client: asking, server: answering } = connection;
  // A reset that crossed the end of the response took it from the client.
  const crossed = client.resetAt >= 0 && client.resetKnew < server.endAt;
  if (server.endAt >= 0 && !crossed) return { end: "complete", at: server.endTime };
  if (client.resetAt >= 0 && (server.resetAt < 0 || client.resetTime <= server.resetTime))
    return { end: "reset-by-client", at: client.resetTime };
  if (server.resetAt >= 0) return { end: "reset-by-server", at: server.resetTime };
  // What is missing may be its end.
  if (asking.lostOctets > 0 || answering.lostOctets > 0 || asking.resynced || answering.resynced) return { end: "unknown" };
  const opener = connection.endpoint(stream.initiator);
  const goaway = [
    ...answering.goaways.filter(
      ({ errorCode, lastStreamId }) => errorCode !== 0 || (opener === asking && lastStreamId < stream.id),
    ),
    ...asking.goaways.filter(({ errorCode }) => errorCode !== 0),
  ].sort((a, b) => a.time - b.time)[0];
  if (goaway !== undefined) return { end: "killed-by-goaway", at: Math.max(goaway.time, stream.openedTime) };
  const close = [asking.end, answering.end]
    .filter((one) => one?.how === "fin" || one?.how === "rst")
    .sort((a, b) => a!.at.time - b!.at.time)[0];
  if (close !== undefined) return { end: "killed-by-close", at: close.at.time };
  const ended = [asking.end, answering.end].every((one) => one === undefined || one.how === "capture-end");
  return { end: ended ? "open" : "unknown" };
}
