import { expect, it } from "vitest";
import type { Connection } from "../../src/model/connection.ts";
import { WalkBudget } from "../../src/rules/walk-budget.ts";

// How many streams are walked over in so many frames.
function walked(streams: number, frames: number): number {
  const budget = new WalkBudget();
  const connection = { streams: { size: streams }, frames: 0 };
  let steps = 0;
  for (; connection.frames < frames; connection.frames++) {
    if (budget.isDue(connection as unknown as Connection)) steps += streams;
  }
  return steps;
}

it("walks over few streams with each frame", () => expect(walked(256, 100)).toBe(25_600));

it("walks over many streams at first, and when frames have paid for it: the cost of a frame does not grow with them", () => {
  expect(walked(20_000, 1)).toBe(20_000);
  for (const streams of [257, 1000, 20_000, 100_000]) {
    const steps = walked(streams, 100_000);
    expect(steps).toBeLessThanOrEqual(16 * 100_000 + streams);
    expect(steps).toBeGreaterThan(12 * 100_000);
  }
});
