// DATA (RFC 9113 sections 6.1, 6.9).
import type { Frame } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../connection.ts";
import type { Endpoint } from "../endpoint.ts";
import { INITIAL_WINDOW } from "../flow-window.ts";
import { FrameRef } from "../frame-ref.ts";
import { noteContent } from "../message.ts";
import { observeAboveGoaway, observeLate, observeOnStream } from "../on-stream.ts";
import { type Stream, StreamBit } from "../stream.ts";

export function observeData(frame: Frame, stream: Stream | undefined, sender: Endpoint, peer: Endpoint, c: Connection): void {
  const { observations } = frame;
  const { count } = observations;
  observeOnStream(frame, stream, sender, peer, "data", c);
  if (observations.count === count && stream !== undefined) {
    observeAboveGoaway(observations, stream, sender);
    noteContent(frame, stream, sender, c);
    if (frame.length > 0) observeWindows(frame, stream, sender, peer, c);
  }
  observeLate(observations, stream, frame.first.acked, sender, peer);
}

// RFC 9113 6.9.1: both windows, by all grants that can have arrived.
function observeWindows(frame: Frame, stream: Stream, sender: Endpoint, peer: Endpoint, c: Connection): void {
  const { observations, length } = frame;
  const horizon = frame.first.acked;
  if (horizon < 0 || !sender.whole || !peer.whole) {
    if (!c.windowsUnknown) c.uncheck("flow/*", horizon < 0 ? "acks" : "settings");
    c.windowsUnknown = true;
    return;
  }
  if (length > sender.window.available(INITIAL_WINDOW, horizon)) observations.note(Observation.connectionWindowExceeded);
  if (!stream.seen) return;
  const { settings } = peer;
  const { window } = stream.half(frame.from);
  if (length > window.available(settings.largest(Setting.initialWindowSize, horizon), horizon))
    observations.note(Observation.streamWindowExceeded);
  else if (settings.pending.length > 0) {
    const inForce = settings.inForce(Setting.initialWindowSize)!; // it has an initial value
    if (length > window.available(inForce, horizon)) observations.note(Observation.settingAppliedEarly);
  }
}

export function applyData(frame: Frame, stream: Stream | undefined, sender: Endpoint, c: Connection): void {
  sender.contentFrames++;
  // RFC 9113 6.9: the whole payload counts, on closed streams too.
  sender.ownWindow().sent += frame.length;
  sender.dataFrames++;
  if (stream === undefined) return;
  const half = stream.ownHalf(frame.from);
  half.ownWindow().sent += frame.length;
  if (++half.dataFrames > 1) stream.bits |= StreamBit.pieces;
  if (frame.contentLength < frame.length) stream.bits |= StreamBit.padded;
  sender.lastDataTime = Math.max(sender.lastDataTime, frame.last.time);
  (half.lastData ??= new FrameRef()).takeFrame(frame);
  half.dataOctets += Math.max(frame.contentLength, 0);
  if (frame.endStream && half.endAt < 0) {
    c.halvesEnded++;
    half.endAt = frame.last.offset + 1;
    half.endTime = frame.last.time;
    sender.tableSolver?.ended(stream.id, half.dataOctets, sender);
  }
}
