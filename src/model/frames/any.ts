// What concerns frames of every type.
import { Flag, type Frame, FrameType } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../connection.ts";
import type { Endpoint } from "../endpoint.ts";
import type { OpenBlock } from "../open-block.ts";

/** @param block The open one of its sender. */
export function observeFrame(frame: Frame, sender: Endpoint, peer: Endpoint, block: OpenBlock | undefined, c: Connection): void {
  const { observations } = frame;
  let mayGoOn = false;
  if (!sender.firstFrameSeen) {
    // The field block that it goes on with may have begun in what is missing.
    mayGoOn = frame.kind === "continuation" && !sender.opensKnown;
    sender.firstFrameSeen = !mayGoOn || frame.endHeaders;
    // RFC 9113 3.4: SETTINGS, which may be empty, and is not an acknowledgment.
    if (sender.whole && (frame.kind !== "settings" || frame.ack)) observations.note(Observation.notSettingsFirst);
  }
  if (frame.length > LEAST_MAXIMUM && frame.length > peer.settings.largest(Setting.maxFrameSize, frame.first.acked))
    observations.note(frame.kind === "unknown" ? Observation.oversizedUnknownFrame : Observation.tooLarge);
  if (block !== undefined) observeInterleaved(frame, block);
  else if (mayGoOn) c.uncheck("continuation/unexpected", "no-gap");
  else if (frame.kind === "continuation") observations.note(Observation.continuationUnexpected);
}

// RFC 9113 4.3: nothing may come between the frames of a field block.
function observeInterleaved(frame: Frame, block: OpenBlock): void {
  const { observations } = frame;
  const sameStream = frame.streamId === block.fields.streamId;
  if (frame.kind === "continuation") {
    if (!sameStream) observations.note(Observation.continuationWrongStream);
    else if (frame.length === 0 && !frame.endHeaders) observations.note(Observation.continuationEmpty);
  } else
    observations.note(
      frame.kind === "headers" && !sameStream ? Observation.continuationWrongStream : Observation.continuationExpected,
    );
}

/** Nothing is in it, and no end of a stream, which comes but once. Padding is no content, and a promise has none but its fields. */
export const isEmpty = (frame: Frame): boolean => frame.length <= PADDING && holdsNothing(frame);

function holdsNothing(frame: Frame): boolean {
  switch (frame.type) {
    case FrameType.data:
      return frame.contentLength <= 0 && (frame.flags & Flag.endStream) === 0;
    case FrameType.headers:
      return frame.whole && frame.end === frame.start && (frame.flags & Flag.endStream) === 0;
    case FrameType.pushPromise:
    case FrameType.continuation:
      return frame.whole && frame.end === frame.start;
    default:
      return false;
  }
}

// Pad Length, priority fields or a promised stream, and the longest padding.
const PADDING = 1 + 5 + 255;
// RFC 9113 6.5.2: no SETTINGS_MAX_FRAME_SIZE is lower.
const LEAST_MAXIMUM = 16_384;
