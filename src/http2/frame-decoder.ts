// In: the octets of one direction after the preface. Out: its frames, legal or not (RFC 9113 section 4.1), found by their borders alone.
import { copyOf, u24 } from "../bytes.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import { copyOrigin, type Origin, origin, type Side } from "../place.ts";
import type { ByteSink, EndReason, GapProof } from "../tcp/byte-stream.ts";
import { Flag, Frame } from "./frame.ts";
import { HEAD, judgePassedPadding, notePadding, readHead, readPayload } from "./frame-payload.ts";
import { findFrames } from "./frame-search.ts";

export interface FrameSink {
  frame(frame: Frame): void;
  /** Is anybody interested in what this DATA frame holds? Asked where its payload comes in pieces. */
  wantsContent?(frame: Frame): boolean;
  /** A piece of a DATA frame, without padding, ahead of the frame itself, which then has no octets. None after a gap. */
  content?(frame: Frame, bytes: Uint8Array, start: number, end: number): void;
  /** Octets of this direction were lost: so many. `gap` follows, unless frame borders are not looked for yet. */
  octetsLost(from: Side, length: number, proof: GapProof, at: Origin): void;
  /** Octets of this direction were lost; frames around them are delivered with the fault `cut`.
   *  @param hidden How many of them may say more than what DATA holds. @param room How many may be whole frames. */
  gap(from: Side, at: Origin, hidden: number, room: number): void;
  /** Frame borders are unknown from here on. @param room How many of the octets that are missing may be whole frames. */
  lost(from: Side, at: Origin, room: number): void;
  /** Frame borders were found again by their looks, after `octets` octets that could not be read. */
  found(from: Side, octets: number, at: Origin): void;
  /** @param inFrame The direction ended inside a frame. */
  end(from: Side, how: EndReason, inFrame: boolean, at: Origin): void;
}

/** What the decoders of all connections share: between two frames a direction needs none itself. */
export class FrameReading {
  readonly limits: Limits;
  readonly diagnostics: DiagnosticSink;
  /** Refilled for each frame whose octets are all in one segment. */
  readonly frame = new Frame();
  /** Octets kept of unfinished frames, over all connections. */
  keptOctets = 0;
  /** The most that there was at once, or would have been. */
  most = 0;
  readonly #spare: UnfinishedFrame[] = [];

  constructor(limits: Limits, diagnostics: DiagnosticSink) {
    this.limits = limits;
    this.diagnostics = diagnostics;
  }

  borrow(): UnfinishedFrame {
    return this.#spare.pop() ?? new UnfinishedFrame();
  }

  giveBack(unfinished: UnfinishedFrame): void {
    this.keptOctets -= unfinished.keptOctets;
    unfinished.clear();
    if (this.#spare.length < SPARE) this.#spare.push(unfinished);
  }
}

/** A frame of which octets are still to come. */
class UnfinishedFrame {
  readonly frame = new Frame();
  readonly head = new Uint8Array(HEAD);
  headCount = 0;
  /** Payload octets still to come; -1: in a frame head. */
  left = -1;
  /** Payload octets passed. */
  passed = 0;
  /** What is kept of the payload, and how many octets that counts as kept. */
  kept: Uint8Array = NOTHING;
  keptOctets = 0;
  /** The pieces of this DATA frame are passed on. */
  wanted = false;
  cut = false;
  readonly lastAt = origin();

  clear(): void {
    this.headCount = 0;
    this.left = -1;
    this.passed = 0;
    if (this.kept.length > KEEP) this.kept = NOTHING;
    this.keptOctets = 0;
    this.wanted = false;
    this.cut = false;
    this.frame.bytes = NOTHING;
  }
}

export class FrameDecoder implements ByteSink {
  readonly #from: Side;
  readonly #connection: number;
  readonly #sink: FrameSink;
  readonly #reading: FrameReading;
  /** The frame whose octets are in more than one segment. */
  #unfinished: UnfinishedFrame | undefined = undefined;
  #lost = false;
  /** Octets passed since borders were lost. */
  #skipped = 0;
  /** The first segments behind a gap, while too little of a frame came to see that it is one. */
  #held: readonly Held[] = NONE_HELD;

  constructor(from: Side, connection: number, sink: FrameSink, reading: FrameReading) {
    this.#from = from;
    this.#connection = connection;
    this.#sink = sink;
    this.#reading = reading;
  }

  /** A frame was begun and not finished. */
  get inFrame(): boolean {
    return this.#unfinished !== undefined;
  }

  /** The octets begin at an unknown place: look for frames. @param room Octets of whole frames that may be missing before it. */
  lose(at: Origin, room = Infinity): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#skipped = 0;
    this.#held = NONE_HELD;
    this.#drop();
    this.#sink.lost(this.#from, at, room);
  }

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    this.read(b, start, start, end, at);
  }

  /** Read on from `start`.
   *  @param base Where in `b` the octet stands whose place is `at`. */
  read(b: Uint8Array, base: number, start: number, end: number, at: Origin): void {
    let p = start;
    if (this.#lost) {
      p = this.#search(b, base, start, end, at);
      if (p < 0) return;
    }
    if (this.#unfinished !== undefined) p = this.#goOn(this.#unfinished, b, base, p, end, at);
    while (end - p >= HEAD) {
      const next = p + HEAD + u24(b, p);
      if (next > end) break;
      const { frame } = this.#reading;
      frame.from = this.#from;
      setPlace(frame.first, at, p - base);
      readHead(frame, b, p);
      this.#finish(frame, b, p + HEAD, next, at, next - 1 - base);
      p = next;
    }
    if (p === end) return;
    const begun = this.#reading.borrow();
    this.#unfinished = begun;
    begun.frame.from = this.#from;
    setPlace(begun.frame.first, at, p - base);
    this.#goOn(begun, b, base, p, end, at);
  }

  gap(length: number, proof: GapProof, at: Origin, exact = true): void {
    this.#sink.octetsLost(this.#from, length, proof, at);
    this.passOver(length, at, exact);
  }

  /** So many octets are missing, which was reported. */
  passOver(length: number, at: Origin, exact = true): void {
    const under = this.#unfinished;
    if (this.#lost || !exact || under === undefined || under.left < 0 || length > under.left) {
      // In a frame head, or beyond this frame: what follows is unknown.
      const room =
        this.#lost || !exact ? Infinity : length + (under === undefined ? 0 : under.left < 0 ? under.headCount : -under.left);
      this.#sink.gap(this.#from, at, under !== undefined && isOpaque(under) ? room : Math.max(room, length), room);
      if (this.#lost) {
        this.#dropHeld();
        return;
      }
      if (under !== undefined && under.left >= 0) this.#deliverCut(under);
      this.lose(at, room);
      return;
    }
    // Which stream it promises may be missing.
    this.#sink.gap(this.#from, at, isOpaque(under) ? 0 : length, under.frame.kind === "push-promise" ? Infinity : 0);
    under.cut = true;
    under.passed += length;
    under.left -= length;
    if (under.left === 0) this.#deliverCut(under);
  }

  // Returns where frames begin, or -1.
  #search(b: Uint8Array, base: number, start: number, end: number, at: Origin): number {
    if (this.#held.length > 0 && this.#readHeld(b, start, end)) return start;
    const found = findFrames(b, start, end);
    if (found < 0 && this.#hold(b, base, start, end, at)) return -1;
    this.#dropHeld();
    this.#skipped += (found < 0 ? end : found) - start;
    if (found < 0) return -1;
    this.#lost = false;
    this.#sink.found(this.#from, this.#skipped, at);
    return found;
  }

  // A head that was sent alone says nothing before what it announces has come, too. Only the first octets behind what is missing are kept.
  #hold(b: Uint8Array, base: number, start: number, end: number, at: Origin): boolean {
    const kept = lengthOf(this.#held);
    if (this.#skipped > 0 || kept + end - start > HOLD) {
      this.#dropHeld();
      return false;
    }
    const place = origin();
    setPlace(place, at, start - base);
    this.#held = [...this.#held, { bytes: copyOf(b, start, end), at: place }];
    return true;
  }

  #dropHeld(): void {
    this.#skipped += lengthOf(this.#held);
    this.#held = NONE_HELD;
  }

  // Whether what is kept goes on with these octets as frames: it is read then.
  #readHeld(b: Uint8Array, start: number, end: number): boolean {
    const held = this.#held;
    const length = lengthOf(held);
    const all = new Uint8Array(length + end - start);
    let filled = 0;
    for (const { bytes } of held) {
      all.set(bytes, filled);
      filled += bytes.length;
    }
    all.set(b.subarray(start, end), length);
    if (findFrames(all, 0, all.length) !== 0) return false;
    this.#held = NONE_HELD;
    this.#lost = false;
    this.#sink.found(this.#from, 0, held[0]!.at);
    for (const { bytes, at } of held) this.read(bytes, 0, 0, bytes.length, at);
    return true;
  }

  /** The direction is over: a frame whose head is there is delivered cut. */
  end(how: EndReason, at: Origin): void {
    const { inFrame } = this;
    if (this.#unfinished !== undefined && this.#unfinished.left >= 0) this.#deliverCut(this.#unfinished);
    this.#drop();
    this.#sink.end(this.#from, how, inFrame, at);
  }

  #drop(): void {
    const unfinished = this.#unfinished;
    this.#unfinished = undefined;
    if (unfinished !== undefined) this.#reading.giveBack(unfinished);
  }

  // Returns where in `b` the frame ends, or `end`.
  #goOn(under: UnfinishedFrame, b: Uint8Array, base: number, start: number, end: number, at: Origin): number {
    let p = start;
    if (under.left < 0) {
      const take = Math.min(HEAD - under.headCount, end - p);
      under.head.set(b.subarray(p, p + take), under.headCount);
      under.headCount += take;
      p += take;
      if (under.headCount < HEAD) return p;
      setPlace(under.lastAt, at, p - base - 1);
      readHead(under.frame, under.head, 0);
      under.left = under.frame.length;
      if (under.left > 0 && p === end) return p;
    }
    const take = Math.min(under.left, end - p);
    if (under.passed === 0 && take === under.left) this.#finish(under.frame, b, p, p + take, at, p + take - base - 1);
    else {
      this.#keep(under, b, p, p + take, at);
      setPlace(under.lastAt, at, p + take - base - 1);
      if (under.left > 0) return end;
      if (under.cut) {
        this.#deliverCut(under);
        return p + take;
      }
      if (under.keptOctets > 0) this.#finish(under.frame, under.kept, 0, under.frame.length, at, p + take - base - 1);
      else this.#finishPassed(under.frame, at, p + take - base - 1);
    }
    this.#drop();
    return p + take;
  }

  // A part of a payload that spans segments. DATA is not kept, only looked through for its padding.
  #keep(under: UnfinishedFrame, b: Uint8Array, start: number, end: number, at: Origin): void {
    const { frame, passed } = under;
    const take = end - start;
    if (frame.kind === "data") this.#passData(under, b, start, end);
    else if (!under.cut && this.#mayKeep(under, take, at)) {
      this.#makeRoom(under, passed + take);
      under.kept.set(b.subarray(start, end), passed);
    }
    under.passed += take;
    under.left -= take;
  }

  #passData(under: UnfinishedFrame, b: Uint8Array, start: number, end: number): void {
    const { frame, passed } = under;
    if (passed === 0) {
      if ((frame.flags & Flag.padded) !== 0) frame.padLength = b[start]!;
      under.wanted = this.#sink.wantsContent?.(frame) ?? false;
    }
    const padding = frame.length - frame.padLength - passed;
    if (frame.padLength > 0 && frame.padLength < frame.length && padding < end - start)
      notePadding(frame, b, start + Math.max(padding, passed === 0 ? 1 : 0), end);
    if (!under.wanted || under.cut) return;
    const from = passed === 0 && (frame.flags & Flag.padded) !== 0 ? start + 1 : start;
    const to = Math.min(end, start + padding);
    if (from < to) this.#sink.content?.(frame, b, from, to);
  }

  // Else the frame is cut from here on.
  #mayKeep(under: UnfinishedFrame, octets: number, at: Origin): boolean {
    const { length } = under.frame;
    const { limits, keptOctets } = this.#reading;
    const place = {
      in: "stream",
      file: at.file,
      packet: at.packet,
      connection: this.#connection,
      from: this.#from,
      offset: at.offset,
    } as const;
    this.#reading.most = Math.max(this.#reading.most, keptOctets + octets);
    if (length > limits.frameOctets) {
      this.#reading.diagnostics({ code: "limit/frame", place, data: { length, limit: limits.frameOctets } });
      under.cut = true;
    } else if (keptOctets + octets > limits.frameOctetsTotal) {
      this.#reading.diagnostics({ code: "limit/unfinished-frames", place, data: { limit: limits.frameOctetsTotal } });
      under.cut = true;
    }
    return !under.cut;
  }

  // For so many octets of the payload: a length that was only declared costs nothing.
  #makeRoom(under: UnfinishedFrame, octets: number): void {
    if (octets > under.kept.length) {
      const grown = new Uint8Array(Math.max(Math.min(octets * 2, under.frame.length), SMALLEST));
      grown.set(under.kept.subarray(0, under.passed));
      under.kept = grown;
    }
    this.#reading.keptOctets += octets - under.keptOctets;
    under.keptOctets = octets;
  }

  #finish(frame: Frame, b: Uint8Array, start: number, end: number, at: Origin, ahead: number): void {
    setPlace(frame.last, at, ahead);
    frame.bytes = b;
    frame.start = start;
    frame.end = end;
    readPayload(frame);
    this.#sink.frame(frame);
    frame.bytes = NOTHING;
  }

  // DATA whose octets were passed on, or over.
  #finishPassed(frame: Frame, at: Origin, ahead: number): void {
    setPlace(frame.last, at, ahead);
    frame.bytes = NOTHING;
    frame.start = frame.end = 0;
    judgePassedPadding(frame);
    this.#sink.frame(frame);
  }

  // The frame ends in a gap, or is the last: its last octet is the last one that was captured.
  #deliverCut(under: UnfinishedFrame): void {
    const { frame } = under;
    copyOrigin(frame.last, under.lastAt);
    frame.fault = "cut";
    frame.bytes = NOTHING;
    frame.start = frame.end = 0;
    this.#unfinished = undefined;
    this.#sink.frame(frame);
    this.#reading.giveBack(under);
  }
}

// The rest of the frame says nothing but what DATA holds: how much of it is padding is known.
const isOpaque = ({ frame, left, passed }: UnfinishedFrame): boolean =>
  left >= 0 && frame.kind === "data" && (passed > 0 || (frame.flags & Flag.padded) === 0);

// The place `ahead` octets behind `at`.
function setPlace(to: Origin, at: Origin, ahead: number): void {
  copyOrigin(to, at);
  to.offset += ahead;
}

/** Octets of a segment, kept. */
interface Held {
  readonly bytes: Uint8Array;
  readonly at: Origin;
}

const lengthOf = (held: readonly Held[]): number => held.reduce((sum, { bytes }) => sum + bytes.length, 0);

const NONE_HELD: readonly Held[] = [];
// Octets of these.
const HOLD = 512;
const NOTHING = new Uint8Array(0);
// A larger buffer is not kept for the next frame.
const KEEP = 64 << 10;
const SMALLEST = 256;
// Unfinished frames that are kept to be filled again.
const SPARE = 16;
