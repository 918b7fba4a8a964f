// What an answer or an end cost: the streams that were not completed because of it, the calls on them, which of them are safe to send
// again, and what their callers saw (RFC 9113 6.8, 8.7).
import { grpcKind } from "../grpc/call.ts";
import { statusName } from "../grpc/status.ts";
import { ErrorCode, errorCodeName } from "../http2/error-code.ts";
import type { Connection } from "../model/connection.ts";
import type { Stream } from "../model/stream.ts";
import { other } from "../place.ts";
import { lineageOf } from "./dictionary.ts";
import type { Cost, LostCalls, Reaction } from "./reaction.ts";
import type { Sight, Software } from "./software.ts";

/** The costs of the reactions of one connection, each worked out once. */
export class Costs {
  readonly #connection: Connection;
  readonly #client: Software | undefined;
  readonly #known = new Map<Reaction, Cost>();
  #unfinished: readonly Stream[] | undefined = undefined;

  /** @param client What the client runs, as far as it is known. */
  constructor(connection: Connection, client: Software | undefined) {
    this.#connection = connection;
    this.#client = client;
  }

  of(reaction: Reaction): Cost {
    let cost = this.#known.get(reaction);
    if (cost === undefined) {
      cost = costOf(reaction, this.#killedBy(reaction), this.#connection, this.#client);
      this.#known.set(reaction, cost);
    }
    return cost;
  }

  #killedBy(reaction: Reaction): readonly Stream[] {
    const { kind } = reaction;
    if (kind === "status" || kind === "grpc-status") return [];
    if (kind === "rst-stream") return resetBy(reaction, this.#connection);
    this.#unfinished ??= unfinished(this.#connection);
    return endedBy(reaction, this.#unfinished);
  }
}

function costOf(reaction: Reaction, killed: readonly Stream[], connection: Connection, client: Software | undefined): Cost {
  const safe = new Set(killed.filter((stream) => isSafe(stream, reaction, connection)));
  const groups = new Map<string, Stream[]>();
  for (const stream of killed) {
    const { method, path } = stream.request;
    const key = `${method} ${path}`;
    const group = groups.get(key);
    if (group !== undefined) group.push(stream);
    else if (groups.size < GROUPS) groups.set(key, [stream]);
  }
  const lost = [...groups.values()].map((streams): LostCalls => {
    const [first] = streams;
    const grpc = grpcKind(first!) === "yes";
    return {
      path: first!.request.known ? first!.request.path : undefined,
      grpc,
      streams: idsOf(streams),
      retrySafe: idsOf(streams.filter((stream) => safe.has(stream))),
      saw: seenBy(reaction, first!, grpc, client),
    };
  });
  lost.sort((a, b) => b.streams.length - a.streams.length || a.streams[0]! - b.streams[0]!);
  return { streamsKilled: idsOf(killed), retrySafe: idsOf([...safe]), lost };
}

/** Both sides ended it, and neither reset it. */
export function completed(stream: Stream | undefined): boolean {
  // Forgotten ones were closed long ago.
  if (stream === undefined) return true;
  const { client, server } = stream;
  return server.endAt >= 0 && (client.endAt >= 0 || client.resetAt < 0);
}

function resetBy({ from, frame, streamId, stream: known }: Reaction, connection: Connection): Stream[] {
  const stream = connection.streams.get(streamId) ?? known;
  // What the other side had given up, or a reset before, is not lost by this one.
  if (stream === undefined || stream.half(other(from)).resetAt >= 0 || stream.half(from).resetAt !== frame.end) return [];
  // What a client does with the rest of its request, once the whole response is there, costs it nothing.
  if (from === "client" && (stream.server.endAt >= 0 || stream.client.resetAtWhole)) return [];
  return completed(stream) || !stream.seen ? [] : [stream];
}

function unfinished({ client, server, streams }: Connection): Stream[] {
  // What is missing may be the end of any of them.
  if (!client.seen || !server.seen || !client.unbroken || !server.unbroken) return [];
  return [...streams.values()].filter((stream) => stream.seen && !stream.reserved && !completed(stream));
}

/** Of the streams that were not completed those that the end of the connection, or a GOAWAY, cut off. */
function endedBy(reaction: Reaction, streams: readonly Stream[]): Stream[] {
  const { kind, frame, errorCode, closedBy } = reaction;
  // The other side may have closed first.
  const ends = kind !== "goaway" || errorCode !== ErrorCode.noError || closedBy?.everyday === false;
  const killed: Stream[] = [];
  for (const stream of streams) {
    if (killed.length >= STREAMS) break;
    // RFC 9113 6.8: streams above the last one are ignored; those below go on, unless the connection ends.
    const above = isAbove(stream, reaction);
    if (!ends && !above) continue;
    const graceful = errorCode === ErrorCode.noError && !above;
    const at = (graceful ? (closedBy?.frame ?? frame) : frame).time;
    const { client, server } = stream;
    if ((client.resetAt < 0 || client.resetTime > at) && (server.resetAt < 0 || server.resetTime > at)) killed.push(stream);
  }
  return killed;
}

// RFC 9113 8.7: what a server certainly did not process.
function isSafe(stream: Stream, reaction: Reaction, { client, server }: Connection): boolean {
  const { kind, from, errorCode } = reaction;
  if (stream.initiator === from) return false;
  if (kind === "rst-stream") return errorCode === ErrorCode.refusedStream;
  const { goaways } = from === "client" ? client : server;
  return isAbove(stream, reaction) || goaways.some(({ lastStreamId }) => stream.id > lastStreamId);
}

/** A last stream id is about the streams that the other side began. */
const isAbove = ({ id, initiator }: Stream, { kind, from, lastStreamId }: Reaction): boolean =>
  kind === "goaway" && initiator !== from && id > lastStreamId;

function seenBy(
  reaction: Reaction,
  { request, response }: Stream,
  grpc: boolean,
  client: Software | undefined,
): string | undefined {
  const { kind, from, errorCode } = reaction;
  // Whoever ended it knows why.
  if (from === "client") return undefined;
  const code = errorCodeName(errorCode);
  const sight: Sight = kind === "rst-stream" ? "reset" : kind === "goaway" ? "goaway" : kind === "rst" ? "rst" : "fin";
  const own = client === undefined ? undefined : lineageOf(client).find(({ sees }) => sees?.[sight] !== undefined)?.sees?.[sight];
  if (own !== undefined) return own.replaceAll("{code}", code).replaceAll("{debug}", reaction.debug);
  if (!grpc || !request.known || response.grpcStatus !== undefined) return undefined;
  // gRPC over HTTP2, Errors and Connection Management: a call on a connection that fails ends with UNAVAILABLE.
  const isReset = kind === "goaway" && errorCode !== ErrorCode.noError && client?.resetsOnGoaway === true;
  const status = kind === "rst-stream" || isReset ? (RESET_STATUSES[code] ?? UNKNOWN) : UNAVAILABLE;
  return `${statusName(status)} (${status})`;
}

const idsOf = (streams: readonly Stream[]): number[] => streams.map(({ id }) => id);

const UNKNOWN = 2;
const UNAVAILABLE = 14;

// gRPC over HTTP2, Errors: the status of a call whose stream was reset so.
const RESET_STATUSES: Readonly<Record<string, number>> = {
  NO_ERROR: 13,
  PROTOCOL_ERROR: 13,
  INTERNAL_ERROR: 13,
  FLOW_CONTROL_ERROR: 13,
  SETTINGS_TIMEOUT: 13,
  FRAME_SIZE_ERROR: 13,
  REFUSED_STREAM: 14,
  CANCEL: 1,
  COMPRESSION_ERROR: 13,
  CONNECT_ERROR: 13,
  ENHANCE_YOUR_CALM: 8,
  INADEQUATE_SECURITY: 7,
};

// Streams and methods that are reported.
const STREAMS = 1000;
const GROUPS = 100;
