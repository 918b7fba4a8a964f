// PUSH_PROMISE (RFC 9113 section 6.6): the frame; its fields are looked at when the block is whole.
import type { Frame } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import type { Connection } from "../connection.ts";
import type { Endpoint } from "../endpoint.ts";
import { observeAfterGoaway, observeOnStream } from "../on-stream.ts";
import type { Stream } from "../stream.ts";

export function observePromise(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint, c: Connection): void {
  const { observations, streamId } = frame;
  if (frame.from === "client") observations.note(Observation.pushFromClient);
  else if (frame.whole && (frame.promisedStreamId & 1) === 1) observations.note(Observation.streamIdPromisedOdd);
  else if (frame.whole && frame.promisedStreamId <= sender.highestOpened) observations.note(Observation.streamIdNotIncreasing);
  else if (stream !== undefined) observeOnStream(frame, stream, sender, peer, "push-promise", c);
  // A promise on an even stream that nobody knows is a matter of push rules.
  else if ((streamId & 1) === 1 && peer.opensKnown && streamId > peer.forgotten && !peer.hasRefused(streamId)) {
    observations.note(Observation.streamIdUnopened);
  }
  observeAfterGoaway(observations, sender, peer, frame.first, c);
}
