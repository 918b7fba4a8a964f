// What findings of too much share: how grave it is, what they show, and how long it lasted.
import type { FrameRef } from "../../model/frame-ref.ts";
import { durationText } from "../duration.ts";
import type { Expectation } from "../expectation.ts";
import type { RelatedFrame } from "../finding.ts";
import type { ReportOptions } from "../rule.ts";

/** As long as a sliding window held too much. */
export class Excess {
  readonly first: FrameRef;
  /** The first one over the threshold. */
  readonly over: FrameRef;
  readonly last: FrameRef;
  /** All events of it, and the most within the window; the sums of their values. */
  count: number;
  sum: number;
  peak = 0;
  peakSum = 0;
  readonly #threshold: number;
  readonly #window: number;

  /** @param threshold Events that are too many within the window, which is `window` milliseconds long. */
  constructor(first: FrameRef, over: FrameRef, count: number, sum: number, threshold: number, window: number) {
    this.first = first;
    this.over = over;
    this.last = over.copy();
    this.count = count;
    this.sum = sum;
    this.#threshold = threshold;
    this.#window = window;
  }

  /** Nanoseconds. */
  get duration(): number {
    return this.last.time - this.first.time;
  }

  /** The mean value of its events. */
  get mean(): number {
    return Math.round(this.sum / this.count);
  }

  /** What a message says about it. */
  get data(): { count: number; time: string; peak: number; window: string } {
    const { count, peak } = this;
    return { count, time: durationText(this.duration), peak, window: durationText(this.#window * MS) };
  }

  /** Severity by the peak, and the first and the last frame. */
  more(threshold: number = this.#threshold): ReportOptions {
    return {
      ...severityByExcess(this.peak, threshold),
      related: firstAndLast(this.first, this.last),
      fold: String(this.over.offset),
    };
  }
}

/** Ten times the threshold is an error. */
export const severityByExcess = (value: number, threshold: number): { severity: "error" } | Record<string, never> =>
  value >= threshold * 10 ? { severity: "error" } : {};

export const firstAndLast = (first: FrameRef, last: FrameRef): RelatedFrame[] => [
  { frame: first.copy(), role: "the first of them", text: "" },
  { frame: last.copy(), role: "the last of them", text: "" },
];

/** RFC 9113 10.5: what is suspicious may be treated as a connection error ENHANCE_YOUR_CALM. */
export const enhanceYourCalm: Expectation = { scope: "connection", codes: ["ENHANCE_YOUR_CALM"], optional: true };

// Nanoseconds.
const MS = 1e6;
