import { describe, expect, it } from "vitest";
import type { Frame } from "../../../src/http2/frame.ts";
import { FrameRef } from "../../../src/model/frame-ref.ts";
import { SlidingWindow } from "../../../src/rules/shapes/sliding-window.ts";

const SECOND = 1e9;

// Each event is one packet.
function at(seconds: number, packet = Math.round(seconds * 1000) + 1): FrameRef {
  return Object.assign(new FrameRef(), { kind: "ping", time: seconds * SECOND, packet, offset: packet, end: packet + 17 });
}

describe("SlidingWindow", () => {
  it("counts what lies within the window: an event as long ago as the window is out of it", () => {
    const window = new SlidingWindow(10_000, 5);
    for (const seconds of [0, 4, 8, 9.999]) window.add(at(seconds));
    expect(window.count).toBe(4);
    window.add(at(10));
    expect(window.count).toBe(4);
    expect(window.end()).toBeUndefined();
  });

  it("tells what was too much once it is over: first, the first one over the threshold, last, all and the most", () => {
    const window = new SlidingWindow(10_000, 3);
    const told = [0, 1, 2, 3, 4, 11, 12, 40].map((seconds) => window.add(at(seconds)));
    expect(told.slice(0, -1)).toEqual([undefined, undefined, undefined, undefined, undefined, undefined, undefined]);
    const over = told.at(-1)!;
    expect([over.first.time, over.over.time, over.last.time].map((time) => time / SECOND)).toEqual([0, 2, 12]);
    expect([over.count, over.peak]).toEqual([7, 5]);
    expect(over.first.packet).toBe(1);
    expect(window.end()).toBeUndefined();
  });

  it("tells at the end what is not over, and nothing twice", () => {
    const window = new SlidingWindow(1000, 5);
    for (let i = 0; i < 20; i++) expect(window.add(at(i / 10))).toBeUndefined();
    expect(window.end()).toMatchObject({ count: 20, peak: 10 });
    expect(window.end()).toBeUndefined();
  });

  it("remembers ten times the threshold", () => {
    const window = new SlidingWindow(10_000, 5);
    for (let i = 0; i < 1000; i++) window.add(at(i / 1000));
    expect(window.count).toBe(50);
    expect(window.end()).toMatchObject({ count: 1000, peak: 50 });
  });

  it("sums the values in the window and asks whether they are too much", () => {
    const window = new SlidingWindow(3500, 2, ({ sum }) => sum > 10);
    const over = [5, 5, 5, 0, 0, 0].map((value, i) => window.add(at(i), value));
    // 10, 15, 15 and 10 again.
    expect(over.map((o) => o?.sum)).toEqual([undefined, undefined, undefined, undefined, 15, undefined]);
    expect(window.sum).toBe(5);
  });

  it("forgets the oldest where it is full, however long it goes on", () => {
    const window = new SlidingWindow(10_000, 1000, undefined, 100);
    for (let i = 0; i < 1000; i++) window.add(at(i / 1000), i);
    expect(window.count).toBe(100);
    expect(window.sum).toBe(100 * 900 + (99 * 100) / 2);
    for (let i = 0; i < 900; i++) window.add(at(10.95 + i / 1000), 0);
    expect([window.count, window.sum]).toEqual([100, 0]);
  });

  it("says of the first event what is known of it, whatever came before in other windows", () => {
    const titled = at(0);
    titled.text = "GET / HTTP/1.1";
    new SlidingWindow(1000, 5).add(titled);
    const window = new SlidingWindow(1000, 2);
    const frame = { kind: "ping", streamId: 0, from: "client", flags: 0, length: 8 } as const;
    const octet = (packet: number, offset: number) => ({ file: 0, packet, time: packet, offset, acked: 0 });
    for (const i of [1, 2]) window.add({ ...frame, first: octet(i, 17 * i), last: octet(i, 17 * i + 16) } as unknown as Frame);
    const { first, over } = window.end()!;
    expect([first, over].map(({ packet, kind, length, text }) => [packet, kind, length, text])).toEqual([
      [1, "ping", 8, ""],
      [2, "ping", 8, ""],
    ]);
  });

  it("says nothing where packets have no time, but judges one packet", () => {
    const timeless = new SlidingWindow(1000, 5);
    for (let i = 1; i < 20; i++) timeless.add(at(0, i));
    expect(timeless.end()).toBeUndefined();
    const one = new SlidingWindow(1000, 5);
    for (let i = 1; i < 20; i++) one.add(at(0, 1));
    expect(one.end()).toMatchObject({ count: 19 });
  });

  it("starts again where the clock was set back, and bears a little disorder", () => {
    const back = new SlidingWindow(10_000, 5);
    for (let i = 0; i < 8; i++) back.add(at(i % 2 === 0 ? 100 : 5));
    expect(back.end()).toBeUndefined();
    const disorder = new SlidingWindow(10_000, 5);
    for (const seconds of [1, 2, 1.5, 3, 2.5]) disorder.add(at(seconds));
    expect(disorder.end()).toMatchObject({ count: 5 });
  });
});
