// What a frame's head and payload say by themselves (RFC 9113 sections 4.1 and 6; RFC 7838, 8336, 9218 for ALTSVC, ORIGIN and
// PRIORITY_UPDATE). Judging what depends on other frames is the model's part.
import { u16, u24, u31, u32 } from "../bytes.ts";
import { Flag, type Frame, FrameType, kindOf } from "./frame.ts";
import { Observation } from "./observation.ts";

/** Octets of a frame's head. */
export const HEAD = 9;

/** Fill a frame from its head at `at`, as if it had no payload. */
export function readHead(frame: Frame, head: Uint8Array, at: number): void {
  frame.length = u24(head, at);
  frame.type = head[at + 3]!;
  frame.kind = kindOf(frame.type);
  frame.flags = head[at + 4]!;
  frame.reserved = (head[at + 5]! & 0x80) !== 0;
  frame.streamId = u31(head, at + 5);
  frame.fault = undefined;
  frame.padLength = 0;
  frame.hasPriority = false;
  frame.exclusive = false;
  frame.dependency = 0;
  frame.weight = 0;
  frame.errorCode = 0;
  frame.lastStreamId = 0;
  frame.increment = 0;
  frame.promisedStreamId = 0;
  frame.observations.clear();
  if (frame.reserved) frame.observations.note(Observation.reservedBit);
  const known = FLAGS[frame.type];
  if (known === undefined) return;
  if ((frame.flags & ~known) !== 0) frame.observations.note(Observation.unusedFlag);
  const wants = STREAM[frame.type];
  if (wants === "stream" && frame.streamId === 0) frame.observations.note(Observation.onStreamZero);
  else if (wants === "zero" && frame.streamId !== 0) frame.observations.note(Observation.connectionFrameOnStream);
}

/** Fill the fields of its kind from a whole payload, `start` to `end` of its octets; then these are what lies between the fields, or
 *  Pad Length, and the padding. */
export function readPayload(frame: Frame): void {
  const { bytes: b, start } = frame;
  const length = frame.length;
  switch (frame.type) {
    case FrameType.data:
      readPadding(frame, 0);
      break;
    case FrameType.headers:
      readPadding(frame, (frame.flags & Flag.priority) !== 0 ? 5 : 0);
      if (frame.fault === undefined && (frame.flags & Flag.priority) !== 0) {
        readPriority(frame, frame.start);
        frame.start += 5;
      }
      break;
    case FrameType.pushPromise:
      readPadding(frame, 4);
      if (frame.fault === undefined) {
        frame.promisedStreamId = u31(b, frame.start);
        frame.start += 4;
      }
      break;
    case FrameType.priority:
      if (isFixed(frame, 5)) readPriority(frame, start);
      break;
    case FrameType.rstStream:
      if (isFixed(frame, 4)) frame.errorCode = u32(b, start);
      break;
    case FrameType.settings:
      if ((frame.flags & Flag.ack) !== 0 ? length !== 0 : length % 6 !== 0) noteBadLength(frame);
      break;
    case FrameType.ping:
      isFixed(frame, 8);
      break;
    case FrameType.goaway:
      if (length < 8) noteBadLength(frame);
      else {
        frame.lastStreamId = u31(b, start);
        frame.errorCode = u32(b, start + 4);
        frame.start += 8;
      }
      break;
    case FrameType.windowUpdate:
      if (!isFixed(frame, 4)) break;
      frame.increment = u31(b, start);
      if ((b[start]! & 0x80) !== 0) frame.observations.note(Observation.incrementReserved);
      break;
    case FrameType.altsvc:
      if (length < 2 || 2 + u16(b, start) > length) frame.fault = "length";
      break;
    case FrameType.priorityUpdate:
      if (length < 4) frame.fault = "length";
      else {
        frame.promisedStreamId = u31(b, start);
        frame.start += 4;
      }
      break;
  }
}

function isFixed(frame: Frame, length: number): boolean {
  if (frame.length === length) return true;
  noteBadLength(frame);
  return false;
}

function noteBadLength(frame: Frame): void {
  frame.fault = "length";
  frame.observations.note(Observation.badLength);
}

// Sets start and end to what lies between Pad Length and padding; `fixed` octets must fit there (RFC 9113 6.1, 6.2, 6.6).
function readPadding(frame: Frame, fixed: number): void {
  const padded = (frame.flags & Flag.padded) !== 0 ? 1 : 0;
  if (frame.length < fixed + padded) {
    frame.fault = "length";
    frame.observations.note(Observation.tooShort);
    return;
  }
  if (padded === 0) return;
  frame.padLength = frame.bytes[frame.start]!;
  frame.start++;
  if (frame.padLength > frame.length - 1 - fixed) {
    frame.fault = "padding";
    frame.observations.note(Observation.paddingTooLong);
    return;
  }
  frame.end -= frame.padLength;
  notePadding(frame, frame.bytes, frame.end, frame.end + frame.padLength);
}

/** Padding of which these octets are a part. */
export function notePadding(frame: Frame, b: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    if (b[i] !== 0) {
      frame.observations.note(Observation.paddingNonzero);
      return;
    }
  }
}

/** Of DATA whose payload was not kept: what its padding, of which Pad Length is known, leaves (RFC 9113 6.1). */
export function judgePassedPadding(frame: Frame): void {
  if ((frame.flags & Flag.padded) === 0) return;
  if (frame.length === 0) {
    frame.fault = "length";
    frame.observations.note(Observation.tooShort);
  } else if (frame.padLength >= frame.length) {
    frame.fault = "padding";
    frame.observations.note(Observation.paddingTooLong);
  }
}

function readPriority(frame: Frame, at: number): void {
  const { bytes: b } = frame;
  frame.hasPriority = true;
  frame.exclusive = (b[at]! & 0x80) !== 0;
  frame.dependency = u31(b, at);
  frame.weight = b[at + 4]! + 1;
  if (frame.dependency === frame.streamId && frame.streamId !== 0) frame.observations.note(Observation.selfDependency);
}

// RFC 9113 section 6: the flags each type defines.
const FLAGS: readonly (number | undefined)[] = [0x09, 0x2d, 0x00, 0x00, 0x01, 0x0c, 0x01, 0x00, 0x00, 0x04];

// Section 6: frames that need a stream, frames that are the connection's.
const STREAM: readonly ("stream" | "zero" | undefined)[] = [
  "stream",
  "stream",
  "stream",
  "stream",
  "zero",
  "stream",
  "zero",
  "zero",
  undefined,
  "stream",
];
