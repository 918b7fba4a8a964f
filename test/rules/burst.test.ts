import { describe, expect, it } from "vitest";
import { FrameRef } from "../../src/model/frame-ref.ts";
import { Burst, durationText } from "../../src/rules/burst.ts";
import { SlidingCount } from "../../src/rules/sliding-count.ts";

const SECOND = 1e9;

// Each event is one packet.
function at(seconds: number, packet = Math.round(seconds * 1000) + 1): FrameRef {
  return Object.assign(new FrameRef(), { kind: "ping", time: seconds * SECOND, packet, offset: packet, end: packet + 17 });
}

describe("Burst", () => {
  it("counts what lies within the window: an event as long ago as the window is out of it", () => {
    const burst = new Burst();
    for (const seconds of [0, 4, 8, 9.999]) burst.add(at(seconds), 10_000, 5);
    expect(burst.count).toBe(4);
    burst.add(at(10), 10_000, 5);
    expect(burst.count).toBe(4);
    expect(burst.end()).toBeUndefined();
  });

  it("tells what was too much once it is over: first, the first one over the threshold, last, all and the most", () => {
    const burst = new Burst();
    const told = [0, 1, 2, 3, 4, 11, 12, 40].map((seconds) => burst.add(at(seconds), 10_000, 3));
    expect(told.slice(0, -1)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, undefined]);
    const over = told.at(-1)!;
    expect([over.first.time, over.over.time, over.last.time].map((time) => time / SECOND)).toEqual([0, 2, 12]);
    expect([over.count, over.peak]).toEqual([7, 5]);
    expect(over.first.packet).toBe(1);
    expect(burst.end()).toBeUndefined();
  });

  it("tells at the end what is not over, and nothing twice", () => {
    const burst = new Burst();
    for (let i = 0; i < 20; i++) expect(burst.add(at(i / 10), 1000, 5)).toBeUndefined();
    expect(burst.end()).toMatchObject({ count: 20, peak: 10 });
    expect(burst.end()).toBeUndefined();
  });

  it("remembers ten times the threshold", () => {
    const burst = new Burst();
    for (let i = 0; i < 1000; i++) burst.add(at(i / 1000), 10_000, 5);
    expect(burst.count).toBe(50);
    expect(burst.end()).toMatchObject({ count: 1000, peak: 50 });
  });

  it("sums the values in the window and asks whether they are too much", () => {
    const burst = new Burst();
    burst.limit = 10;
    const isTooMuch = (b: Burst) => b.sum > b.limit;
    const over = [5, 5, 5, 0, 0, 0].map((value, i) => burst.add(at(i), 3500, 2, value, isTooMuch));
    // 10, 15, 15 and 10 again.
    expect(over.map((o) => o?.sum)).toEqual([undefined, undefined, undefined, undefined, 15, undefined]);
    expect(burst.sum).toBe(5);
  });

  it("says nothing where packets have no time, but judges one packet", () => {
    const timeless = new Burst();
    for (let i = 1; i < 20; i++) timeless.add(at(0, i), 1000, 5);
    expect(timeless.end()).toBeUndefined();
    const one = new Burst();
    for (let i = 1; i < 20; i++) one.add(at(0, 1), 1000, 5);
    expect(one.end()).toMatchObject({ count: 19 });
  });

  it("starts again where the clock was set back, and bears a little disorder", () => {
    const back = new Burst();
    for (let i = 0; i < 8; i++) back.add(at(i % 2 === 0 ? 100 : 5), 10_000, 5);
    expect(back.end()).toBeUndefined();
    const disorder = new Burst();
    for (const seconds of [1, 2, 1.5, 3, 2.5]) disorder.add(at(seconds), 10_000, 5);
    expect(disorder.end()).toMatchObject({ count: 5 });
  });
});

describe("SlidingCount", () => {
  it("forgets what is older than the window, by tenths, and never too early", () => {
    const count = new SlidingCount();
    for (let i = 0; i < 100; i++) count.add(i * 0.1 * SECOND, 10 * SECOND);
    expect(count.within(9.9 * SECOND, 10 * SECOND)).toBe(100);
    expect(count.within(14.9 * SECOND, 10 * SECOND)).toBe(60);
    expect(count.within(1000 * SECOND, 10 * SECOND)).toBe(0);
  });
});

it.each([
  [0, "0 us"],
  [850_000, "850 us"],
  [49e6, "49 ms"],
  [1.24e9, "1.2 s"],
  [10e9, "10 s"],
  [75.4e9, "75 s"],
])("a duration of %d ns reads %s", (time, text) => expect(durationText(time)).toBe(text));
