// RST_STREAM (RFC 9113 section 6.4).
import { ErrorCode } from "../../http2/error-code.ts";
import type { Frame } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import type { Connection } from "../connection.ts";
import type { Endpoint } from "../endpoint.ts";
import { observeUnknownStream } from "../on-stream.ts";
import type { Stream } from "../stream.ts";

export function observeReset(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint, c: Connection): void {
  const { observations } = frame;
  if (stream === undefined) {
    observeUnknownStream(observations, frame.streamId, sender, peer, "rst-stream", c);
    return;
  }
  if (!stream.seen) return;
  const own = stream.half(sender.side);
  const theirs = stream.half(peer.side);
  if (own.resetAt >= 0) {
    if (theirs.lastAt <= own.resetKnew) observations.note(Observation.resetRepeated);
    return;
  }
  if (theirs.resetAt >= 0 && theirs.resetAt <= sender.processed && theirs.lastAt === theirs.resetAt)
    observations.note(Observation.resetInResponse);
  if (sender.side !== "server" || !frame.whole || stream.initiator !== "client") return;
  if (frame.errorCode === ErrorCode.noError && own.endAt < 0) observations.note(Observation.resetNoErrorEarly);
  if (frame.errorCode === ErrorCode.refusedStream && (own.message === "yes" || own.dataFrames > 0))
    observations.note(Observation.refusedAfterProcessing);
}

export function applyReset(frame: Frame, stream: Stream, sender: Endpoint, peer: Endpoint, c: Connection): void {
  const half = stream.ownHalf(sender.side);
  if (half.resetAt >= 0) return;
  c.halvesEnded++;
  half.resetAt = frame.last.offset + 1;
  half.resetTime = frame.last.time;
  half.resetCode = frame.errorCode;
  const { lastAt, declaredLength, dataOctets } = stream.half(peer.side);
  half.resetKnew = Math.max(lastAt, 0);
  half.resetAtWhole = declaredLength >= 0 && dataOctets >= declaredLength;
  stream.reserved = false;
}
