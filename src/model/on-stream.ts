// What the state of a stream and the GOAWAYs before it make of a frame, in its sender's own order.

import type { Frame } from "../http2/frame.ts";
import { Observation, type Observations } from "../http2/observation.ts";
import type { Origin } from "../place.ts";
import { delivered } from "./causality.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import type { Stream } from "./stream.ts";
import { illegalInput, mayGoOn, type StreamInput, stateFor } from "./stream-state.ts";

/** A frame on a stream, or on one that is not known. */
export function observeOnStream(
  frame: Frame,
  stream: Stream | undefined,
  sender: Endpoint,
  peer: Endpoint,
  input: StreamInput,
  connection: Connection,
): void {
  if (stream === undefined) {
    observeUnknownStream(frame.observations, frame.streamId, sender, peer, input, connection);
    return;
  }
  if (!stream.seen) return;
  if (input === "data" && isUpgraded(stream, sender, connection)) {
    frame.observations.note(Observation.onUpgraded);
    return;
  }
  if (input !== "push-promise" && mayGoOn(stream, sender.side)) return;
  const state = stateFor(stream, sender.side, frame.first.acked, sender.processed);
  const illegal = illegalInput(state, sender.side, input, stream.promised);
  if (illegal !== undefined) frame.observations.note(illegal);
}

/** RFC 7540 3.2: the upgraded request is stream 1, and all of it. */
export const isUpgraded = (stream: Stream, { side }: Endpoint, { upgrade }: Connection): boolean =>
  upgrade !== undefined && stream.id === 1 && side === "client";

/** A frame on a stream that nobody is known to have opened (RFC 9113 5.1 idle, 5.1.1). */
export function observeUnknownStream(
  observations: Observations,
  id: number,
  sender: Endpoint,
  peer: Endpoint,
  input: StreamInput,
  connection: Connection,
): void {
  // The other side tried to open it, by HEADERS or a promise that the model ignored: whatever answers them is no fault of this side.
  if (peer.hasRefused(id)) return;
  const byClient = (id & 1) === 1;
  const opener = byClient === (sender.side === "client") ? sender : peer;
  if (!opener.opensKnownFor(sender) || id <= opener.forgotten) {
    connection.uncheck("stream/*", "seen");
    return;
  }
  const skipped = id <= opener.highestOpened;
  if (input === "data") {
    if (opener === sender && byClient) observations.note(skipped ? Observation.onClosed : Observation.onIdle);
    else if (opener === sender) observations.note(Observation.streamIdUnpromised);
    else observations.note(byClient ? Observation.streamIdUnopened : Observation.onIdle);
  } else if (!skipped) observations.note(Observation.onIdle);
}

/** The RST_STREAM of the other side had arrived, but nothing shows that it was read: legal (RFC 9113 5.1), and a waste. */
export function observeLate(
  observations: Observations,
  stream: Stream | undefined,
  horizon: number,
  sender: Endpoint,
  peer: Endpoint,
): void {
  if (stream === undefined || stream.half(sender.side).resetAt >= 0) return;
  const { resetAt } = stream.half(peer.side);
  if (resetAt >= 0 && delivered(resetAt, horizon) && resetAt > sender.processed) observations.note(Observation.lateAfterReset);
}

/** RFC 9113 6.8: the receiver of GOAWAY opens no more streams, whatever stream it names as the last one.
 *  @param first The first octet of what opens one. */
export function observeAfterGoaway(
  observations: Observations,
  sender: Endpoint,
  { goaways }: Endpoint,
  first: Origin,
  { roundTrip, roundTripBound }: Connection,
): void {
  if (goaways.length === 0) return;
  const { endOffset, time } = goaways[0]!;
  const isOld = delivered(endOffset, first.acked) && first.time - time >= UNREAD + 10 * (roundTrip ?? roundTripBound);
  if (endOffset <= sender.processed || isOld) observations.note(Observation.openedAfterGoaway);
}

/** On a stream above the last one that its sender's own GOAWAY names. */
export function observeAboveGoaway(observations: Observations, stream: Stream, { goaways, side }: Endpoint): void {
  if (goaways.length === 0 || stream.initiator === side) return;
  if (stream.id > goaways[goaways.length - 1]!.lastStreamId) observations.note(Observation.aboveOwnGoaway);
}

// Nanoseconds, beside ten round trips: nobody leaves what has arrived unread for longer without a reason.
const UNREAD = 500e6;
