// Where an answer was due and none came: there is no frame at fault, only what should have been answered.
import { ErrorCode } from "../http2/error-code.ts";
import type { Connection } from "../model/connection.ts";
import { isError } from "../model/endpoint.ts";
import { FrameRef } from "../model/frame-ref.ts";
import { type Origin, other, type Side } from "../place.ts";
import { MS, SECOND } from "../time.ts";

/** How it is known that a frame is not going to be answered: its receiver answered what came after it, or had it and lived on for
 *  `wait` milliseconds. Undefined while the answer may still come, or when nobody has to care any more. */
export function failsToAnswer(connection: Connection, due: FrameRef, wait: number): "processed" | "delivered" | undefined {
  const sender = connection.endpoint(due.from);
  const receiver = connection.endpoint(other(due.from));
  if (
    sender.goaways.some(isError) ||
    receiver.goaways.some(isError) ||
    connection.roundTrip === undefined ||
    receiver.horizon < due.end
  )
    return undefined;
  const lived = receiver.lastAt.time - due.time;
  const long = lived >= wait * MS + connection.roundTrip;
  if (receiver.processed < due.end) return long ? "delivered" : undefined;
  // It may have read this together with what it answered, and write the answers in any order; but not much later.
  return long || receiver.lastAt.time - receiver.processedTime >= SECOND ? "processed" : undefined;
}

/** The place in the receiver's direction where the answer was first due, and how long it did not come. */
export function absent(connection: Connection, due: FrameRef): { subject: FrameRef; seconds: number } {
  const { side, lastAt } = connection.endpoint(other(due.from));
  // Its sender may have waited longer than it was heard of.
  const until = connection.endpoint(due.from).goaways.find(({ errorCode }) => errorCode === ErrorCode.settingsTimeout)?.time;
  const subject = FrameRef.at(side, lastAt, Math.max(due.acked, 0));
  subject.acked = due.end;
  return { subject, seconds: Math.floor((Math.max(lastAt.time, until ?? 0) - due.time) / SECOND) };
}

/** The end of a side's direction, where no frame is at fault. */
export function closing(connection: Connection, from: Side, at: Origin): FrameRef {
  const subject = FrameRef.close(from, at);
  subject.acked = Math.max(at.acked, connection.endpoint(from).horizon);
  return subject;
}
