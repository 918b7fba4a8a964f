// Too much of one thing in a window of capture time that slides: counted event by event, reported once when it is over.
import { Frame, frameKinds } from "../../http2/frame.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { Excess } from "./excess.ts";

/** Events in a sliding window. Its memory has a bound: beyond it the oldest are forgotten, so that it never counts too many. */
export class SlidingWindow {
  /** Events in the window, and the sum of their values. */
  count = 0;
  sum = 0;
  /** Milliseconds. */
  readonly #length: number;
  readonly #threshold: number;
  readonly #isTooMuch: ((window: SlidingWindow) => boolean) | undefined;
  readonly #capacity: number;
  #excess: Excess | undefined = undefined;
  #lastTime = 0;
  /** Of each event its numbers, from `#head` to `#tail`. Plain numbers: most windows hold one event or two, and a typed array of so few is
   *  slow to make. All are small integers, the time as two: V8 makes objects of numbers of both kinds in one array. */
  #ring: number[] = NO_NUMBERS;
  #head = 0;
  #tail = 0;

  /** @param length Milliseconds.
   *  @param threshold Events within the window that are too many.
   *  @param isTooMuch Asked when there are so many.
   *  @param capacity Events that are remembered at most. */
  constructor(
    length: number,
    threshold: number,
    isTooMuch?: ((window: SlidingWindow) => boolean) | undefined,
    capacity: number = threshold * 10,
  ) {
    this.#length = length;
    this.#threshold = threshold;
    this.#isTooMuch = isTooMuch;
    this.#capacity = Math.max(1, capacity);
  }

  /** Count a frame, or more than one event of it.
   *  @returns What was too much until before this event, if it is over. */
  add(subject: Frame | FieldBlock | FrameRef, value = 1): Excess | undefined {
    const length = this.#length * MS;
    let time = subject instanceof Frame ? subject.last.time : take(event, subject).time;
    // A clock that was set back: what came before cannot be compared.
    if (this.#lastTime - time > length) this.#forget();
    else if (time < this.#lastTime) time = this.#lastTime;
    this.#lastTime = time;
    this.#slide(time - length);
    const over = this.count === 0 || this.count < this.#threshold - 1 ? this.end() : undefined;
    if (subject instanceof Frame) {
      const { first, last, streamId, kind } = subject;
      this.#push(time, value, last.file, last.packet, first.offset, last.offset + 1, streamId, kind);
    } else {
      const { file, packet, offset, end, streamId, kind } = event;
      this.#push(time, value, file, packet, offset, end, streamId, kind);
    }
    if (this.count >= this.#threshold && (this.#isTooMuch === undefined || this.#isTooMuch(this))) {
      this.#extend(subject, time, value);
      return over;
    }
    return this.#excess === undefined ? over : this.end();
  }

  /** Of the last event. */
  get time(): number {
    return this.#lastTime;
  }

  /** No more will come. @returns What was too much and had not been reported. */
  end(): Excess | undefined {
    const excess = this.#excess;
    if (excess === undefined) return undefined;
    this.#excess = undefined;
    // Many packets at one instant: the capture has no time.
    return excess.duration === 0 && excess.first.packet !== excess.last.packet ? undefined : excess;
  }

  #extend(subject: Frame | FieldBlock | FrameRef, time: number, value: number): void {
    let excess = this.#excess;
    if (excess === undefined) {
      const { count, sum } = this;
      const over = take(new FrameRef(), subject);
      over.time = time;
      this.#excess = excess = new Excess(this.#oldest(over), over, count - 1, sum - value, this.#threshold, this.#length);
    }
    take(excess.last, subject).time = time;
    excess.count++;
    excess.sum += value;
    if (this.count > excess.peak) excess.peak = this.count;
    if (this.sum > excess.peakSum) excess.peakSum = this.sum;
  }

  #slide(until: number): void {
    while (this.count > 0 && timeAt(this.#ring, this.#head) <= until) this.#drop();
  }

  #drop(): void {
    this.sum -= this.#ring[this.#head + VALUE]!;
    this.#head += SLOT;
    this.count--;
  }

  #push(
    time: number,
    value: number,
    file: number,
    packet: number,
    offset: number,
    end: number,
    streamId: number,
    kind: FrameRef["kind"],
  ): void {
    if (this.count >= this.#capacity) this.#drop();
    if (this.count === 0) this.#head = this.#tail = 0;
    else if (this.#head >= ROOM && this.#head * 2 >= this.#tail) {
      this.#ring.splice(0, this.#head);
      this.#tail -= this.#head;
      this.#head = 0;
    }
    const type = frameKinds.indexOf(kind as Frame["kind"]);
    const at = this.#tail;
    const seconds = Math.floor(time / 1e9);
    const nanos = Math.floor(time - seconds * 1e9);
    if (this.#ring === NO_NUMBERS) this.#ring = [seconds, nanos, value, file, packet, offset, end, streamId, type];
    else {
      const ring = this.#ring;
      ring[at] = seconds;
      ring[at + 1] = nanos;
      ring[at + VALUE] = value;
      ring[at + 3] = file;
      ring[at + 4] = packet;
      ring[at + 5] = offset;
      ring[at + 6] = end;
      ring[at + 7] = streamId;
      ring[at + 8] = type;
    }
    this.#tail = at + SLOT;
    this.count++;
    this.sum += value;
  }

  /** @param newest Of the same side. */
  #oldest(newest: FrameRef): FrameRef {
    const ring = this.#ring;
    const at = this.#head;
    const ref = newest.copy();
    ref.time = ref.began = timeAt(ring, at);
    ref.file = ring[at + 3]!;
    ref.packet = ring[at + 4]!;
    ref.offset = ring[at + 5]!;
    ref.end = ring[at + 6]!;
    ref.streamId = ring[at + 7]!;
    ref.kind = frameKinds[ring[at + 8]!] ?? ref.kind;
    ref.length = Math.max(0, ref.end - ref.offset - HEAD);
    ref.flags = 0;
    return ref;
  }

  #forget(): void {
    this.count = 0;
    this.sum = 0;
    this.#excess = undefined;
  }
}

function take(ref: FrameRef, subject: Frame | FieldBlock | FrameRef): FrameRef {
  if (subject instanceof FrameRef) return ref.takeRef(subject);
  ref.text = "";
  return ref.take(subject);
}

const timeAt = (ring: readonly number[], at: number): number => ring[at]! * 1e9 + ring[at + 1]!;

// Of a window without an event: the first makes an array with room for it alone.
const NO_NUMBERS: number[] = [];

// The event that is being counted.
const event = new FrameRef();
// Numbers per event: seconds and nanoseconds, value, file, packet, offset, end, stream id, kind.
const SLOT = 9;
const VALUE = 2;
// Numbers of forgotten events before those that are left move to the front.
const ROOM = 64 * SLOT;
const HEAD = 9;
// Nanoseconds.
const MS = 1e6;
