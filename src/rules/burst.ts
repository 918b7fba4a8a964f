// Too much of one thing in a window of capture time that slides: counted event by event, told once when it is over.
import type { Frame } from "../http2/frame.ts";
import { frameKinds } from "../http2/frame.ts";
import type { FieldBlock } from "../model/field-block.ts";
import { FrameRef } from "../model/frame-ref.ts";
import { MS } from "../time.ts";
import type { RelatedFrame } from "./finding.ts";
import type { Expectation, ReportOptions } from "./rule.ts";

/** Events in a sliding window. Its memory has a bound: beyond it the oldest are forgotten, so that it never counts too many. */
export class Burst {
  /** Events in the window, and the sum of their values. */
  count = 0;
  sum = 0;
  /** For `isTooMuch` to compare with. */
  limit = 0;
  #episode: Episode | undefined;
  readonly #last = new FrameRef();
  #ring: Float64Array = NOTHING;
  #capacity = 0;
  #head = 0;

  /** Count a frame, or more than one event of it.
   *  @param window Milliseconds.
   *  @param threshold Events within the window that are too many.
   *  @param isTooMuch Asked when there are so many.
   *  @param capacity Events that are remembered at most.
   *  @returns What was too much until before this event, if it is over. */
  add(
    subject: Frame | FieldBlock | FrameRef,
    window: number,
    threshold: number,
    value = 1,
    isTooMuch: (burst: Burst) => boolean = always,
    capacity: number = threshold * 10,
  ): Episode | undefined {
    const last = this.#last;
    const before = last.time;
    if (subject instanceof FrameRef) Object.assign(last, subject);
    else last.take(subject);
    // A clock that was set back: what came before cannot be compared.
    if (before - last.time > window * MS) this.#forget();
    else if (last.time < before) last.time = before;
    this.#slide(last.time - window * MS);
    const over = this.count === 0 || this.count < threshold - 1 ? this.end() : undefined;
    this.#push(last, value, Math.max(1, capacity));
    if (this.count >= threshold && isTooMuch(this)) {
      this.#episode ??= new Episode(this.#oldest(), last.copy(), this.count - 1, this.sum - value);
      this.#episode.add(last, this, value);
    } else if (this.#episode !== undefined) return this.end();
    return over;
  }

  /** No more will come. @returns What was too much and had not been told. */
  end(): Episode | undefined {
    const episode = this.#episode;
    this.#episode = undefined;
    // Many packets at one instant: the capture has no time.
    if (episode === undefined || (episode.duration === 0 && episode.first.packet !== episode.last.packet)) return undefined;
    return episode;
  }

  #slide(until: number): void {
    const ring = this.#ring;
    while (this.count > 0 && ring[this.#head * SLOT]! <= until) {
      this.sum -= ring[this.#head * SLOT + 1]!;
      this.#drop();
    }
  }

  #drop(): void {
    this.#head = (this.#head + 1) % this.#capacity;
    this.count--;
  }

  #push(ref: FrameRef, value: number, most: number): void {
    if (this.count >= most) {
      this.sum -= this.#ring[this.#head * SLOT + 1]!;
      this.#drop();
    }
    if (this.count === this.#capacity) this.#grow();
    const ring = this.#ring;
    const at = ((this.#head + this.count) % this.#capacity) * SLOT;
    ring[at] = ref.time;
    ring[at + 1] = value;
    ring[at + 2] = ref.file;
    ring[at + 3] = ref.packet;
    ring[at + 4] = ref.offset;
    ring[at + 5] = ref.end;
    ring[at + 6] = ref.streamId;
    ring[at + 7] = frameKinds.indexOf(ref.kind as Frame["kind"]);
    this.count++;
    this.sum += value;
  }

  #grow(): void {
    const capacity = Math.max(8, this.#capacity * 2);
    const ring = new Float64Array(capacity * SLOT);
    const head = this.#head * SLOT;
    ring.set(this.#ring.subarray(head));
    ring.set(this.#ring.subarray(0, head), this.#ring.length - head);
    this.#ring = ring;
    this.#capacity = capacity;
    this.#head = 0;
  }

  #oldest(): FrameRef {
    const ring = this.#ring;
    const at = this.#head * SLOT;
    const ref = this.#last.copy();
    ref.time = ref.began = ring[at]!;
    ref.file = ring[at + 2]!;
    ref.packet = ring[at + 3]!;
    ref.offset = ring[at + 4]!;
    ref.end = ring[at + 5]!;
    ref.streamId = ring[at + 6]!;
    ref.kind = frameKinds[ring[at + 7]!] ?? ref.kind;
    ref.length = Math.max(0, ref.end - ref.offset - HEAD);
    ref.flags = 0;
    return ref;
  }

  #forget(): void {
    this.count = 0;
    this.sum = 0;
    this.#head = 0;
    this.#episode = undefined;
  }
}

/** As long as the window held too much. */
export class Episode {
  readonly first: FrameRef;
  /** The first one over the threshold. */
  readonly over: FrameRef;
  readonly last: FrameRef;
  /** All events of it, and the most within the window; the sums of their values. */
  count: number;
  sum: number;
  peak = 0;
  peakSum = 0;

  constructor(first: FrameRef, over: FrameRef, count: number, sum: number) {
    this.first = first;
    this.over = over;
    this.last = over.copy();
    this.count = count;
    this.sum = sum;
  }

  /** Nanoseconds. */
  get duration(): number {
    return this.last.time - this.first.time;
  }

  add(last: FrameRef, window: Burst, value: number): void {
    Object.assign(this.last, last);
    this.count++;
    this.sum += value;
    if (window.count > this.peak) this.peak = window.count;
    if (window.sum > this.peakSum) this.peakSum = window.sum;
  }

  /** What a message tells of it. @param window Milliseconds. */
  data(window: number): { count: number; time: string; peak: number; window: string } {
    return { count: this.count, time: durationText(this.duration), peak: this.peak, window: durationText(window * MS) };
  }

  /** Severity by the peak, and the first and the last frame. */
  more(threshold: number): ReportOptions {
    return {
      ...grave(this.peak, threshold),
      related: span(this.first, this.last),
      fold: String(this.over.offset),
    };
  }
}

/** Ten times the threshold is an error. */
export const grave = (value: number, threshold: number): { severity: "error" } | Record<string, never> =>
  value >= threshold * 10 ? { severity: "error" } : {};

export const span = (first: FrameRef, last: FrameRef): RelatedFrame[] => [
  { frame: first.copy(), role: "the first of them", text: "" },
  { frame: last.copy(), role: "the last of them", text: "" },
];

/** `850 us`, `49 ms`, `1.2 s`, `75 s`. @param time Nanoseconds. */
export function durationText(time: number): string {
  if (time < MS) return `${Math.round(time / 1e3)} us`;
  if (time < 1e9) return `${Math.round(time / MS)} ms`;
  return time < 10e9 ? `${Number((time / 1e9).toFixed(1))} s` : `${Math.round(time / 1e9)} s`;
}

/** RFC 9113 10.5: what is suspicious may be treated as a connection error ENHANCE_YOUR_CALM. */
export const calm: Expectation = { scope: "connection", codes: ["ENHANCE_YOUR_CALM"], optional: true };

const always = (): boolean => true;

const NOTHING = new Float64Array(0);
// Numbers per event: time, value, file, packet, offset, end, stream id, kind.
const SLOT = 8;
const HEAD = 9;
