import { describe, expect, it } from "vitest";
import { SlidingCount } from "../../../src/rules/shapes/sliding-count.ts";

const SECOND = 1e9;

describe("SlidingCount", () => {
  it("forgets what is older than the window, by tenths, and never too early", () => {
    const count = new SlidingCount(10 * SECOND);
    for (let i = 0; i < 100; i++) count.add(i * 0.1 * SECOND);
    expect(count.within(9.9 * SECOND)).toBe(100);
    expect(count.within(14.9 * SECOND)).toBe(60);
    expect(count.within(1000 * SECOND)).toBe(0);
  });

  // As if each tenth had a counter of its own for ever.
  it("counts what a list of all of them would", () => {
    for (const step of [0.1, 0.9, 1, 2.5, 10.5, 11.5]) {
      const count = new SlidingCount(10 * SECOND);
      const all: number[] = [];
      for (let i = 0; i < 60; i++) {
        const time = Math.floor(i * step * (i % 7 === 0 ? 1.5 : 1) * SECOND);
        const latest = Math.max(time, ...all);
        count.add(time);
        all.push(latest);
        const now = Math.floor(latest / SECOND);
        expect(count.within(latest)).toBe(all.filter((t) => Math.floor(t / SECOND) >= now - 10).length);
      }
    }
  });
});
