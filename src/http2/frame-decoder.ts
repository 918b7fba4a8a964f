// In: the octets of one direction after the preface. Out: its frames, legal or not (RFC 9113 sections 4.1 and 6; RFC 7838, 8336, 9218
// for ALTSVC, ORIGIN, PRIORITY_UPDATE). Judging what depends on other frames is the model's part.
import { u16, u24, u31, u32 } from "../bytes.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import { copyOrigin, type Origin, origin, type Side } from "../place.ts";
import { Flag, Frame, FrameType, kindOf } from "./frame.ts";
import { findFrames } from "./frame-search.ts";
import { Observation } from "./observation.ts";

export interface FrameSink {
  frame(frame: Frame): void;
  /** Is anybody interested in what this DATA frame holds? Asked where its payload comes in pieces. */
  wantsContent?(frame: Frame): boolean;
  /** A piece of a DATA frame, without padding, ahead of the frame itself, which then has no octets. None after a gap. */
  content?(frame: Frame, bytes: Uint8Array, start: number, end: number): void;
  /** Octets of this direction were lost; frames around them are delivered with the fault `cut`. */
  gap(from: Side, at: Origin): void;
  /** Frame borders are unknown from here on. */
  lost(from: Side, at: Origin): void;
  /** Frame borders were found again by their looks, after `octets` octets that could not be read. */
  found(from: Side, octets: number, at: Origin): void;
}

export class FrameDecoder {
  readonly #from: Side;
  readonly #connection: number;
  readonly #sink: FrameSink;
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  readonly #frame = new Frame();
  readonly #head = new Uint8Array(HEAD);
  #headCount = 0;
  /** Payload octets still to come; -1: in a frame head. */
  #left = -1;
  /** Payload octets passed. */
  #passed = 0;
  #kept: Uint8Array = NOTHING;
  #keeping = false;
  /** The pieces of this DATA frame are passed on. */
  #wanted = false;
  #cut = false;
  #lost = false;
  #skipped = 0;
  readonly #lastAt = origin();

  constructor(from: Side, connection: number, sink: FrameSink, limits: Limits, diagnostics: DiagnosticSink) {
    this.#from = from;
    this.#connection = connection;
    this.#sink = sink;
    this.#limits = limits;
    this.#diagnostics = diagnostics;
    this.#frame.from = from;
  }

  /** A frame was begun and not finished. */
  get inFrame(): boolean {
    return !this.#lost && (this.#headCount > 0 || this.#left >= 0);
  }

  /** The octets begin at an unknown place: look for frames. */
  lose(at: Origin): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#skipped = 0;
    this.#headCount = 0;
    this.#left = -1;
    this.#sink.lost(this.#from, at);
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    let p = start;
    if (this.#lost) {
      const found = findFrames(b, start, end);
      this.#skipped += (found < 0 ? end : found) - start;
      if (found < 0) return;
      p = found;
      this.#lost = false;
      this.#sink.found(this.#from, this.#skipped, at);
    }
    while (p < end) {
      if (this.#left < 0) {
        p = this.#readHead(b, p, end, at, start);
        if (this.#left < 0) return;
        if (this.#left === 0) this.#finish(b, p, p, at, p - start - 1);
        continue;
      }
      const take = Math.min(this.#left, end - p);
      if (this.#passed === 0 && take === this.#left) this.#finish(b, p, p + take, at, p + take - start - 1);
      else this.#keep(b, p, p + take, at, start);
      p += take;
    }
  }

  gap(length: number, at: Origin): void {
    this.#sink.gap(this.#from, at);
    if (this.#lost) return;
    if (this.#left < 0 || length > this.#left) {
      // In a frame head, or beyond this frame: what follows is unknown.
      if (this.#left >= 0) this.#deliverCut();
      this.lose(at);
      return;
    }
    this.#cut = true;
    this.#passed += length;
    this.#left -= length;
    if (this.#left === 0) this.#deliverCut();
  }

  /** The direction is over: a frame whose head is there is delivered cut. */
  end(): void {
    if (!this.#lost && this.#left >= 0) this.#deliverCut();
  }

  #readHead(b: Uint8Array, p: number, end: number, at: Origin, base: number): number {
    let head = b;
    let from = p;
    if (this.#headCount === 0) this.#begin(at, p - base);
    if (this.#headCount > 0 || end - p < HEAD) {
      const take = Math.min(HEAD - this.#headCount, end - p);
      this.#head.set(b.subarray(p, p + take), this.#headCount);
      this.#headCount += take;
      p += take;
      if (this.#headCount < HEAD) return p;
      head = this.#head;
      from = 0;
    } else p += HEAD;
    this.#headCount = 0;
    copyOrigin(this.#lastAt, at);
    this.#lastAt.offset += p - base - 1;
    this.#open(head, from);
    return p;
  }

  #begin(at: Origin, ahead: number): void {
    const { first } = this.#frame;
    copyOrigin(first, at);
    first.offset += ahead;
  }

  #open(head: Uint8Array, at: number): void {
    const frame = this.#frame;
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
    this.#left = frame.length;
    this.#passed = 0;
    this.#cut = false;
    this.#keeping = false;
    this.#wanted = false;
    noteHead(frame);
  }

  // A part of a payload that spans segments. DATA is not kept, only looked through for its padding.
  #keep(b: Uint8Array, start: number, end: number, at: Origin, base: number): void {
    const frame = this.#frame;
    const take = end - start;
    if (frame.kind === "data") {
      if (this.#passed === 0) {
        if ((frame.flags & Flag.padded) !== 0) frame.padLength = b[start]!;
        this.#wanted = this.#sink.wantsContent?.(frame) ?? false;
      }
      const padding = frame.length - frame.padLength - this.#passed;
      if (frame.padLength > 0 && frame.padLength < frame.length && padding < take)
        notePadding(frame, b, start + Math.max(padding, this.#passed === 0 ? 1 : 0), end);
      if (this.#wanted && !this.#cut) {
        const from = this.#passed === 0 && (frame.flags & Flag.padded) !== 0 ? start + 1 : start;
        const to = Math.min(end, start + padding);
        if (from < to) this.#sink.content?.(frame, b, from, to);
      }
    } else if (!this.#cut) {
      if (frame.length > this.#limits.frameOctets) {
        if (this.#passed === 0) this.#tooLong(at);
        this.#cut = true;
      } else {
        this.#makeRoom(this.#passed + take);
        this.#kept.set(b.subarray(start, end), this.#passed);
        this.#keeping = true;
      }
    }
    this.#passed += take;
    this.#left -= take;
    copyOrigin(this.#lastAt, at);
    this.#lastAt.offset += end - base - 1;
    if (this.#left > 0) return;
    if (this.#cut) this.#deliverCut();
    else if (this.#keeping) this.#finish(this.#kept, 0, frame.length, at, end - base - 1);
    else {
      this.#left = -1;
      this.#setLast(at, end - base - 1);
      frame.bytes = NOTHING;
      frame.start = frame.end = 0;
      this.#pad();
      this.#sink.frame(frame);
    }
  }

  // For so many octets of the payload: a length that was only declared costs nothing.
  #makeRoom(octets: number): void {
    if (octets <= this.#kept.length) return;
    const grown = new Uint8Array(Math.max(Math.min(octets * 2, this.#frame.length), 1024));
    grown.set(this.#kept.subarray(0, this.#passed));
    this.#kept = grown;
  }

  #tooLong(at: Origin): void {
    const { length } = this.#frame;
    this.#diagnostics({
      code: "limit/frame",
      place: {
        in: "stream",
        file: at.file,
        packet: at.packet,
        connection: this.#connection,
        from: this.#from,
        offset: at.offset,
      },
      data: { length, limit: this.#limits.frameOctets },
    });
  }

  #setLast(at: Origin, ahead: number): void {
    const { last } = this.#frame;
    copyOrigin(last, at);
    last.offset += ahead;
  }

  #finish(b: Uint8Array, start: number, end: number, at: Origin, ahead: number): void {
    const frame = this.#frame;
    this.#left = -1;
    this.#setLast(at, ahead);
    frame.bytes = b;
    frame.start = start;
    frame.end = end;
    this.#readPayload();
    this.#sink.frame(frame);
    frame.bytes = NOTHING;
    if (this.#kept.length > KEEP) this.#kept = NOTHING;
  }

  // The frame ends in a gap, or is the last: its last octet is the last one that was captured.
  #deliverCut(): void {
    const frame = this.#frame;
    copyOrigin(frame.last, this.#lastAt);
    frame.fault = "cut";
    frame.bytes = NOTHING;
    frame.start = frame.end = 0;
    this.#left = -1;
    if (this.#kept.length > KEEP) this.#kept = NOTHING;
    this.#sink.frame(frame);
  }

  #pad(): void {
    const frame = this.#frame;
    if ((frame.flags & Flag.padded) === 0) return;
    if (frame.length === 0) {
      frame.fault = "length";
      frame.observations.note(Observation.tooShort);
    } else if (frame.padLength >= frame.length) {
      frame.fault = "padding";
      frame.observations.note(Observation.paddingTooLong);
    }
  }

  #readPayload(): void {
    const frame = this.#frame;
    const { bytes: b, start } = frame;
    const length = frame.length;
    switch (frame.type) {
      case FrameType.data:
        this.#readPadding(0);
        break;
      case FrameType.headers:
        this.#readPadding((frame.flags & Flag.priority) !== 0 ? 5 : 0);
        if (frame.fault === undefined && (frame.flags & Flag.priority) !== 0) {
          readPriority(frame, frame.start);
          frame.start += 5;
        }
        break;
      case FrameType.pushPromise:
        this.#readPadding(4);
        if (frame.fault === undefined) {
          frame.promisedStreamId = u31(b, frame.start);
          frame.start += 4;
        }
        break;
      case FrameType.priority:
        if (this.#fixed(5)) readPriority(frame, start);
        break;
      case FrameType.rstStream:
        if (this.#fixed(4)) frame.errorCode = u32(b, start);
        break;
      case FrameType.settings:
        if ((frame.flags & Flag.ack) !== 0 ? length !== 0 : length % 6 !== 0) this.#badLength();
        break;
      case FrameType.ping:
        this.#fixed(8);
        break;
      case FrameType.goaway:
        if (length < 8) this.#badLength();
        else {
          frame.lastStreamId = u31(b, start);
          frame.errorCode = u32(b, start + 4);
          frame.start += 8;
        }
        break;
      case FrameType.windowUpdate:
        if (!this.#fixed(4)) break;
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

  #fixed(length: number): boolean {
    if (this.#frame.length === length) return true;
    this.#badLength();
    return false;
  }

  #badLength(): void {
    this.#frame.fault = "length";
    this.#frame.observations.note(Observation.badLength);
  }

  // Sets start and end to what lies between Pad Length and padding; `fixed` octets must fit there (RFC 9113 6.1, 6.2, 6.6).
  #readPadding(fixed: number): void {
    const frame = this.#frame;
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
}

function notePadding(frame: Frame, b: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    if (b[i] !== 0) {
      frame.observations.note(Observation.paddingNonzero);
      return;
    }
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

// What the nine octets of the head alone show.
function noteHead(frame: Frame): void {
  if (frame.reserved) frame.observations.note(Observation.reservedBit);
  const known = FLAGS[frame.type];
  if (known === undefined) return;
  if ((frame.flags & ~known) !== 0) frame.observations.note(Observation.unusedFlag);
  const wants = STREAM[frame.type];
  if (wants === "stream" && frame.streamId === 0) frame.observations.note(Observation.onStreamZero);
  else if (wants === "zero" && frame.streamId !== 0) frame.observations.note(Observation.connectionFrameOnStream);
}

const NOTHING = new Uint8Array(0);
const HEAD = 9;
// A larger buffer is not kept for the next frame.
const KEEP = 64 << 10;

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
