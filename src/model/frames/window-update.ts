// WINDOW_UPDATE (RFC 9113 section 6.9).
import type { Frame } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import type { Connection } from "../connection.ts";
import type { Endpoint } from "../endpoint.ts";
import { observeLate, observeOnStream } from "../on-stream.ts";
import type { Stream } from "../stream.ts";

export function observeGrant(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint, c: Connection): void {
  if (frame.whole && frame.increment === 0) frame.observations.note(Observation.windowIncrementZero);
  if (frame.streamId === 0) return;
  observeOnStream(frame, stream, sender, peer, "window-update", c);
  observeLate(frame.observations, stream, frame.first.acked, sender, peer);
}

export function applyGrant(frame: Frame, stream: Stream | undefined, peer: Endpoint): void {
  if (!frame.whole || frame.increment === 0) return;
  const end = frame.last.offset + 1;
  if (frame.streamId === 0) peer.ownWindow().grant(end, frame.increment);
  else stream?.ownHalf(peer.side).ownWindow().grant(end, frame.increment);
}
