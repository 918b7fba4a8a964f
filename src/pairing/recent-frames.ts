// The last frames of each side of every connection, as numbers: most frames are never asked for again, so a reference is made only when
// one is. All sides share one store, in which each has as many slots as it sent frames, up to a bound.
import { type Frame, kindOf } from "../http2/frame.ts";
import { FrameRef } from "../model/frame-ref.ts";
import type { Side } from "../place.ts";

/** The frames of a side are a trail, named by the slot of its newest one; -1: none. The newest slot points to the oldest, which is the
 *  first to be overwritten. */
export class RecentFrames {
  readonly #bound: number;
  #values: Float64Array;
  /** The next newer slot of the same trail, of the newest the oldest; of a free slot the next free one. */
  #next: Int32Array;
  /** How many slots the trail has whose newest this is. */
  #counts: Uint8Array;
  #free = -1;
  /** Slots that were given out so far. */
  #used = 0;

  /** @param bound Slots over all connections: beyond it a side keeps fewer frames. */
  constructor(bound = SLOTS) {
    this.#bound = bound;
    const slots = Math.min(FIRST, bound);
    this.#values = new Float64Array(slots * WIDTH);
    this.#next = new Int32Array(slots);
    this.#counts = new Uint8Array(slots);
  }

  /** @param trail Of the frame's side.
   *  @returns The same trail from now on. */
  add(trail: number, frame: Frame): number {
    const slot = trail >= 0 && this.#counts[trail] === KEPT ? this.#oldest(trail) : this.#lengthened(trail);
    if (slot < 0) return trail;
    const { first, last } = frame;
    const values = this.#values;
    const at = slot * WIDTH;
    values[at + TIME] = last.time;
    values[at + BEGAN] = first.time;
    values[at + OFFSET] = first.offset;
    values[at + END] = last.offset + 1;
    values[at + ACKED] = first.acked;
    values[at + FILE] = last.file;
    values[at + PACKET] = last.packet;
    values[at + STREAM] = frame.streamId;
    values[at + LENGTH] = frame.length;
    values[at + TYPE_AND_FLAGS] = frame.flags * TYPES + frame.type;
    return slot;
  }

  /** A side's frames whose heads had arrived, oldest first: the last few.
   *  @param acked Octets of the side that had; -1: not known. */
  until(trail: number, from: Side, acked: number): FrameRef[] {
    return this.#arrived(trail, acked).map((slot) => this.#ref(slot, from));
  }

  /** Of the last few frames those with the content of a stream, that begin at an offset or after it. */
  contentAfter(trail: number, from: Side, streamId: number, offset: number): FrameRef[] {
    const refs: FrameRef[] = [];
    for (const slot of this.#arrived(trail, -1)) {
      const at = slot * WIDTH;
      if (this.#values[at + STREAM] !== streamId || this.#values[at + OFFSET]! < offset) continue;
      const ref = this.#ref(slot, from);
      if (ref.kind === "headers" || ref.kind === "data") refs.push(ref);
    }
    return refs;
  }

  /** Nothing is asked about this trail any more. */
  release(trail: number): void {
    if (trail < 0) return;
    const oldest = this.#next[trail]!;
    this.#next[trail] = this.#free;
    this.#free = oldest;
  }

  #arrived(trail: number, acked: number): number[] {
    const slots: number[] = [];
    if (trail < 0) return slots;
    let slot = this.#next[trail]!;
    for (let left = this.#counts[trail]!; left > 0; left--) {
      if (acked < 0 || this.#values[slot * WIDTH + OFFSET]! + HEAD <= acked) slots.push(slot);
      slot = this.#next[slot]!;
    }
    return slots.slice(-SHOWN);
  }

  #ref(slot: number, from: Side): FrameRef {
    const values = this.#values;
    const at = slot * WIDTH;
    const ref = new FrameRef();
    // What comes out of an array of doubles is one until it is rounded, and would make doubles of the fields of all references.
    const typeAndFlags = values[at + TYPE_AND_FLAGS]!;
    ref.kind = kindOf(typeAndFlags % TYPES);
    ref.streamId = Math.floor(values[at + STREAM]!);
    ref.from = from;
    ref.file = Math.floor(values[at + FILE]!);
    ref.packet = Math.floor(values[at + PACKET]!);
    ref.time = values[at + TIME]!;
    ref.began = values[at + BEGAN]!;
    ref.offset = Math.floor(values[at + OFFSET]!);
    ref.end = Math.floor(values[at + END]!);
    ref.acked = Math.floor(values[at + ACKED]!);
    ref.flags = Math.floor(typeAndFlags / TYPES);
    ref.length = Math.floor(values[at + LENGTH]!);
    return ref;
  }

  /** To be overwritten, so that it becomes the newest. */
  #oldest(trail: number): number {
    const slot = this.#next[trail]!;
    this.#counts[slot] = this.#counts[trail]!;
    return slot;
  }

  /** A slot after the newest; where there is no more room the oldest; -1 where there is neither. */
  #lengthened(trail: number): number {
    const slot = this.#take();
    if (slot < 0) return trail < 0 ? -1 : this.#oldest(trail);
    if (trail < 0) {
      this.#next[slot] = slot;
      this.#counts[slot] = 1;
    } else {
      this.#next[slot] = this.#next[trail]!;
      this.#next[trail] = slot;
      this.#counts[slot] = this.#counts[trail]! + 1;
    }
    return slot;
  }

  #take(): number {
    const slot = this.#free;
    if (slot >= 0) {
      this.#free = this.#next[slot]!;
      return slot;
    }
    if (this.#used >= this.#bound) return -1;
    if (this.#used === this.#next.length) this.#grow(Math.min(2 * this.#used, this.#bound));
    return this.#used++;
  }

  #grow(slots: number): void {
    const values = new Float64Array(slots * WIDTH);
    values.set(this.#values);
    this.#values = values;
    const next = new Int32Array(slots);
    next.set(this.#next);
    this.#next = next;
    const counts = new Uint8Array(slots);
    counts.set(this.#counts);
    this.#counts = counts;
  }
}

// What a slot holds.
const TIME = 0;
const BEGAN = 1;
const OFFSET = 2;
const END = 3;
const ACKED = 4;
const FILE = 5;
const PACKET = 6;
const STREAM = 7;
const LENGTH = 8;
const TYPE_AND_FLAGS = 9;
const WIDTH = 10;
// RFC 9113 4.1: a type is one octet.
const TYPES = 256;

// Slots at first, and at most: 44 MB.
const FIRST = 1024;
const SLOTS = 1 << 19;
// Frames of a side: some of those kept may not have arrived.
const KEPT = 32;
const SHOWN = 10;
const HEAD = 9;
