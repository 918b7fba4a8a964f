// What a sender can have known (docs/judging.md). A capture has one order, the endpoints have two: a frame is judged by what its own
// segment acknowledges and by what its sender had shown to have read, never by capture order.
import type { Frame } from "../http2/frame.ts";
import { other } from "../place.ts";
import type { Connection } from "./connection.ts";
import type { FieldBlock } from "./field-block.ts";
import type { Stream } from "./stream.ts";

/** The octets up to `endOffset` had reached the sender of something with that horizon; -1 (no acknowledgment) proves nothing. */
export const delivered = (endOffset: number, horizon: number): boolean => endOffset <= horizon;

/** The same, except that where there is no acknowledgment nothing shows the contrary. */
export const possiblyDelivered = (endOffset: number, horizon: number): boolean => horizon < 0 || endOffset <= horizon;

/** The segment of a frame acknowledges octets of the other side that the capture has not shown so far: lost ones, or later ones. */
export const knewMore = (frame: Frame | FieldBlock, connection: Connection): boolean =>
  frame.first.acked > connection.endpoint(other(frame.from)).lastAt.offset + 1;

/** Take from a frame what it shows of its sender's reading: an answer to a frame proves that frame and all before it processed. */
export function learn(connection: Connection, frame: Frame, stream: Stream | undefined): void {
  const sender = connection.endpoint(frame.from);
  const peer = connection.endpoint(other(frame.from));
  if (frame.first.acked > sender.horizon) sender.horizon = frame.first.acked;
  let processed = -1;
  if (frame.kind === "settings" && frame.ack) {
    const oldest = peer.settings.pending[0];
    if (oldest !== undefined && possiblyDelivered(oldest.endOffset, frame.first.acked)) processed = oldest.endOffset;
  } else if (frame.kind === "ping" && frame.ack && frame.whole) {
    const index = answeredPing(connection, frame);
    if (index >= 0) processed = peer.pings[index]!.endOffset;
  } else if (frame.kind === "goaway" && frame.whole) {
    const named = connection.streams.get(frame.lastStreamId);
    if (named?.seen && named.initiator !== frame.from) processed = named.openedAt;
  } else if (stream?.seen && stream.initiator !== frame.from && frame.kind !== "priority") {
    processed = stream.openedAt;
  }
  if (processed > sender.processed) {
    sender.processed = processed;
    sender.processedTime = frame.last.time;
  }
}

/** The oldest PING of the other side that had arrived and has these octets, which the frame answers (RFC 9113 6.7): its index among
 *  those without an answer, or -1. */
export function answeredPing(connection: Connection, frame: Frame): number {
  const { pings } = connection.endpoint(other(frame.from));
  const payload = pingPayload(frame);
  return pings.findIndex((ping) => ping.payload === payload && possiblyDelivered(ping.endOffset, frame.first.acked));
}

export const pingPayload = (frame: Frame): string =>
  frame.end - frame.start === 8
    ? Buffer.from(frame.bytes.buffer, frame.bytes.byteOffset + frame.start, 8).toString("latin1")
    : "";
