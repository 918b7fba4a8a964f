// Whether a sender of DATA was held up by flow control (RFC 9113 5.2, 6.9). A window that is used up by every grant the other side
// ever sent is used up for its sender too, whatever has arrived. Settings are counted in one of two ways: `streamWindow` takes the largest
// INITIAL_WINDOW_SIZE that was announced, `acknowledgedWindow` the one that the sender has acknowledged. They differ while SETTINGS wait for
// their acknowledgment: the first proves a stall, by the second the sender itself goes.
import { Setting } from "../http2/setting.ts";
import { other, type Side } from "../place.ts";
import type { Connection } from "./connection.ts";
import type { Stream } from "./stream.ts";

/** What is left of the window of `sender` on the stream by all grants and settings so far. */
export function streamWindow(connection: Connection, stream: Stream, sender: Side): number {
  const { window } = stream.half(sender);
  const initial = connection.endpoint(other(sender)).settings.largest(Setting.initialWindowSize, Infinity);
  return initial + window.granted - window.sent;
}

/** The same by the settings that `sender` has acknowledged. */
export function acknowledgedWindow(connection: Connection, stream: Stream, sender: Side): number {
  const { window } = stream.half(sender);
  const initial = connection.endpoint(other(sender)).settings.inForce(Setting.initialWindowSize)!; // it has an initial value
  return initial + window.granted - window.sent;
}

/** What is left of the window of the connection, which no setting changes. */
export function connectionWindow(connection: Connection, sender: Side): number {
  const { window } = connection.endpoint(sender);
  return INITIAL_WINDOW + window.granted - window.sent;
}

/** DATA octets on open streams that the receiver has not given back to `sender`. */
export function unreturnedOctets(connection: Connection, sender: Side): number {
  let octets = 0;
  for (const stream of connection.streams.values()) if (!stream.closed) octets += unreturnedOf(stream, sender);
  return octets;
}

/** The same of one stream. */
export function unreturnedOf(stream: Stream, sender: Side): number {
  const { sent, granted } = stream.half(sender).window;
  return Math.max(sent - granted, 0);
}

/** Open streams on which `sender` has begun a message and not ended it. */
export function unendedStreams(connection: Connection, sender: Side): Stream[] {
  const unended: Stream[] = [];
  for (const stream of connection.streams.values()) {
    const half = stream.half(sender);
    if (!stream.closed && stream.seen && !half.over && (half.message !== "no" || half.dataFrames > 0)) unended.push(stream);
  }
  return unended;
}

/** The time of the last DATA of `sender` on a stream; before any, that of its HEADERS. */
export function lastDataTime(stream: Stream, sender: Side): number {
  const half = stream.half(sender);
  return half.lastData?.time ?? half.lastTime;
}

// RFC 9113 6.9.2: of the connection, which no setting changes.
const INITIAL_WINDOW = 65_535;
