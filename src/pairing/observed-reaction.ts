// What one side does that can be an answer to the other side's fault: GOAWAY and RST_STREAM, statuses, and the end of TCP.
import { latin1 } from "../bytes.ts";
import { ErrorCode } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import { FrameRef } from "../model/frame-ref.ts";
import { idleBefore } from "../model/stale.ts";
import type { Stream } from "../model/stream.ts";
import { type Origin, other, type Side } from "../place.ts";
import type { TlsAlert } from "../tls/alert.ts";
import { closeBlames, goawayBlames, resetBlames, statusBlames } from "./blame.ts";
import type { Pending } from "./pending.ts";
import type { Reaction } from "./reaction.ts";
import type { RecentFrames } from "./recent-frames.ts";

/** @param frame GOAWAY, whole. */
export function goawayReaction(frame: Frame, pending: Pending, recent: RecentFrames): Reaction {
  const { connection } = pending;
  const { from, errorCode, lastStreamId, streamId } = frame;
  const debug = latin1(frame.bytes, frame.start, Math.min(frame.end, frame.start + DEBUG_OCTETS));
  const blames = goawayBlames(frame, debug, connection);
  const isOneOfMany = connection.endpoint(from).goaways.length >= GOAWAYS;
  return {
    kind: "goaway",
    from,
    errorCode,
    lastStreamId,
    debug,
    status: 0,
    streamId,
    stream: undefined,
    frame: FrameRef.of(frame),
    onOpenStream: isOneOfMany || hasOpenStream(connection),
    everyday: errorCode === ErrorCode.noError,
    blames,
    before: blames ? before(other(from), frame.first.acked, pending, recent) : NONE,
    closedBy: undefined,
  };
}

/** @param frame RST_STREAM, whole.
 *  @returns undefined where it answers nothing. */
export function resetReaction(
  frame: Frame,
  stream: Stream | undefined,
  pending: Pending,
  recent: RecentFrames,
): Reaction | undefined {
  const { from, errorCode, lastStreamId, streamId } = frame;
  const own = stream?.half(from);
  // RFC 9113 8.1: NO_ERROR after a complete response asks to stop sending the request.
  if (errorCode === ErrorCode.noError && own !== undefined && own.endAt >= 0) return undefined;
  const blames = resetBlames(frame, stream, pending.connection);
  const repeats = own !== undefined && own.resetAt >= 0;
  return {
    kind: "rst-stream",
    from,
    errorCode,
    lastStreamId,
    debug: "",
    status: 0,
    streamId,
    stream,
    frame: FrameRef.of(frame),
    onOpenStream: true,
    everyday: errorCode === ErrorCode.noError || (errorCode === ErrorCode.cancel && from === "client"),
    blames,
    before: blames || repeats ? before(other(from), frame.first.acked, pending, recent) : NONE,
    closedBy: undefined,
  };
}

/** @returns undefined where the block holds no status by which servers refuse a request. */
export function statusReaction(block: FieldBlock, pending: Pending, recent: RecentFrames): Reaction | undefined {
  if (block.from === "client") return undefined;
  const { decoded, role } = block;
  if (decoded === undefined || (role !== "response" && role !== "response-trailers")) return undefined;
  const { statusCode } = decoded;
  if (role === "response" && statusCode >= 400) {
    const blames = statusBlames(statusCode, pending.connection.streams.get(block.streamId));
    return statusOf("status", block, statusCode, blames, blames ? before("client", block.first.acked, pending, recent) : NONE);
  }
  const code = decoded.grpcStatus?.value;
  if (code === undefined || code === OK || !REFUSALS.has(code)) return undefined;
  return statusOf("grpc-status", block, Number(code), false, NONE);
}

const statusOf = (
  kind: "status" | "grpc-status",
  block: FieldBlock,
  status: number,
  blames: boolean,
  before: readonly FrameRef[],
): Reaction => ({
  kind,
  from: "server",
  errorCode: 0,
  lastStreamId: 0,
  debug: "",
  status,
  streamId: block.streamId,
  stream: undefined,
  frame: FrameRef.of(block),
  onOpenStream: true,
  everyday: false,
  blames,
  before,
  closedBy: undefined,
});

/** @param alert Fatal: nothing follows it (RFC 8446 6.2). `tls/alert` reports one that answers nothing. */
export function alertReaction(alert: TlsAlert, connection: Connection): Reaction {
  return {
    kind: "tls-alert",
    from: alert.from,
    errorCode: 0,
    lastStreamId: 0,
    debug: alert.name,
    status: alert.description,
    streamId: 0,
    stream: undefined,
    frame: FrameRef.ofTls("tls-alert", alert.from, alert, alert.name),
    onOpenStream: hasOpenStream(connection),
    everyday: false,
    blames: false,
    before: NONE,
    closedBy: undefined,
  };
}

/** @param at The end of the side's octets. */
export function closeReaction(from: Side, how: "fin" | "rst", at: Origin, pending: Pending, recent: RecentFrames): Reaction {
  const { connection } = pending;
  const onOpenStream = hasOpenStream(connection);
  // The other side closed first: this only follows. A FIN counts for one octet.
  const theirs = connection.endpoint(other(from)).end;
  const follows =
    theirs !== undefined && (theirs.how === "rst" || (theirs.how === "fin" && (at.acked < 0 || at.acked > theirs.at.offset)));
  const quiet = at.time - Math.max(connection.client.lastAt.time, connection.server.lastAt.time);
  // What was idle for long is forgotten by nobody's fault: health/stale-connection.
  const isStale = how === "rst" && from === "server" && idleBefore(connection, at) !== undefined;
  const blames = !follows && quiet < IDLE && !isStale && closeBlames(from, connection);
  return {
    kind: how,
    from,
    errorCode: 0,
    lastStreamId: 0,
    debug: "",
    status: 0,
    streamId: 0,
    stream: undefined,
    frame: closeOf(from, at, pending),
    onOpenStream,
    everyday: follows || (!onOpenStream && quiet >= IDLE),
    blames,
    before: blames ? before(other(from), at.acked, pending, recent) : NONE,
    closedBy: undefined,
  };
}

// With close_notify a side has done with the connection (RFC 8446 6.1): what comes after it the close does not answer.
function closeOf(from: Side, at: Origin, { clientKnew, serverKnew }: Pending): FrameRef {
  const ref = FrameRef.close(from, at);
  const knew = from === "client" ? clientKnew : serverKnew;
  if (knew >= 0 && (ref.acked < 0 || knew < ref.acked)) ref.acked = knew;
  return ref;
}

const before = (from: Side, acked: number, pending: Pending, recent: RecentFrames): FrameRef[] =>
  recent.until(pending.trail(from), from, acked);

function hasOpenStream({ streams }: Connection): boolean {
  for (const { closed, reserved, seen } of streams.values()) if (!closed && !reserved && seen) return true;
  return false;
}

const NONE: readonly never[] = [];

// INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL: by which servers refuse a call as it stands.
const REFUSALS: ReadonlySet<string> = new Set(["3", "8", "12", "13"]);
const OK = "0";

// Nanoseconds: without a frame for so long a close on no open stream is nothing special.
const IDLE = 500e6;
// GOAWAYs of a side for which the streams are gone through: a flood of them must not cost streams times GOAWAYs.
const GOAWAYS = 64;
// Octets of debug data that are kept.
const DEBUG_OCTETS = 4096;
