// Does this tell that something is wrong, so that somebody must have done it? Everyday ends do not: a client that gives up, a graceful
// stop, a refusal, a deadline.
import { callOf } from "../grpc/call.ts";
import { mayBeAtDeadline, timeoutOf } from "../grpc/timeout.ts";
import { ErrorCode } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { Stream } from "../model/stream.ts";
import { timerOf } from "../model/timer.ts";
import { other, type Side } from "../place.ts";
import { textsLike } from "./dictionary.ts";

/** @param debug Of the GOAWAY, one character per octet. */
export function goawayBlames({ errorCode, from, first }: Frame, debug: string, connection: Connection): boolean {
  // The other side's own error, or its end, may be what it is about.
  if (hasGivenUp(other(from), first.acked, connection)) return false;
  if (errorCode !== ErrorCode.noError) return true;
  return textsLike(debug).some(({ text }) => text.rules.length > 0);
}

export function resetBlames(
  { errorCode, from, first, last }: Frame,
  stream: Stream | undefined,
  connection: Connection,
): boolean {
  if (errorCode === ErrorCode.noError || errorCode === ErrorCode.refusedStream) return false;
  if (errorCode === ErrorCode.cancel && from === "client") return false;
  if (stream === undefined) return true;
  const own = stream.half(from);
  const peer = stream.half(other(from));
  // RFC 9113 8.1: it wants no more of the request, and should have said NO_ERROR. health/reset-after-response reports it.
  if (errorCode === ErrorCode.cancel && own.endAt >= 0) return false;
  // RFC 9113 7: STREAM_CLOSED is about a frame behind the end, and there is none. curl says so when it has the whole response, with its
  // END_STREAM or not yet.
  const { declaredLength, dataOctets, endAt, lastAt } = peer;
  const isWhole = endAt >= 0 ? lastAt <= endAt : declaredLength >= 0 && dataOctets === declaredLength;
  if (errorCode === ErrorCode.streamClosed && from === "client" && isWhole) return false;
  // RFC 9113 5.1: after its own RST_STREAM or END_STREAM and the other's RST_STREAM nothing is at stake any more.
  if (own.resetAt >= 0 || peer.resetAt >= 0 || stream.promised) return false;
  const timeout = callOf(stream)?.timeout ?? timeoutOf(stream.request.grpcTimeout);
  // Node says INTERNAL_ERROR where a program destroys a stream with an error, and so do its clients at their deadline.
  const endsCalls = errorCode === ErrorCode.cancel || (errorCode === ErrorCode.internalError && from === "client");
  if (endsCalls && mayBeAtDeadline(last.time - stream.openedTime, timeout)) return false;
  // A timer ends what is quiet, whatever its code says.
  if (timerOf(last.time - Math.max(stream.openedTime, own.lastTime, peer.lastTime)) !== undefined) return false;
  // gRPC C-core ends its streams with the code of the GOAWAY that it got.
  if (hasGivenUp(other(from), first.acked, connection)) return false;
  // The other side is leaving, and takes its streams with it.
  return connection.endpoint(from).goaways.length === 0;
}

/** A GOAWAY with an error of this side had arrived. */
const hasGivenUp = (side: Side, acked: number, connection: Connection): boolean =>
  connection.endpoint(side).goaways.some(({ errorCode, endOffset }) => errorCode !== ErrorCode.noError && endOffset <= acked);

/** A final status by which servers refuse what they cannot read; others are the application's, and so is the 400 of Connect and Twirp, whose
 *  content says why. */
export function statusBlames(status: number, stream: Stream | undefined): boolean {
  return status === 431 || (status === 400 && (stream === undefined || callOf(stream)?.other === undefined));
}

/** A close by the server that cuts off answers, and that nothing announced. What a client closes it may have done with. */
export function closeBlames(from: Side, connection: Connection): boolean {
  const { client, server, streams } = connection;
  if (from === "client" || client.lostOctets > 0 || server.lostOctets > 0 || !client.started) return false;
  if (client.goaways.length > 0 || server.goaways.length > 0 || client.end !== undefined) return false;
  // That it does not speak HTTP/2 is reason enough.
  if (server.foreign !== undefined) return false;
  for (const { seen, reserved, closed, client: request, server: response } of streams.values()) {
    // It had taken the request for right when it began to answer: what it died of is its own matter.
    if (seen && !reserved && !closed && request.resetAt < 0 && !response.over && response.message === "no") return true;
  }
  return false;
}
