import { describe, expect, it } from "vitest";
import { Setting } from "../../src/http2/setting.ts";
import { AnnouncedSettings } from "../../src/model/settings.ts";

const { headerTableSize, enablePush, maxConcurrentStreams, initialWindowSize, maxFrameSize, maxHeaderListSize } = Setting;

describe("announced settings", () => {
  it("begin with the values of RFC 9113 6.5.2", () => {
    const s = new AnnouncedSettings();
    const ids = [headerTableSize, enablePush, maxConcurrentStreams, initialWindowSize, maxFrameSize, maxHeaderListSize];
    expect(ids.map((id) => s.inForce(id))).toEqual([4096, 1, undefined, 65_535, 16_384, undefined]);
    expect(ids.map((id) => s.largest(id, 1e9))).toEqual([4096, 1, Infinity, 65_535, 16_384, Infinity]);
    expect(ids.map((id) => s.announced(id))).toEqual(Array(6).fill(undefined));
    expect([s.frames, s.acknowledged, s.acknowledge()]).toEqual([0, 0, undefined]);
  });

  it("bind from their acknowledgment on, in order", () => {
    const s = new AnnouncedSettings();
    s.announce(100, 1, [[maxConcurrentStreams, 10]]);
    s.announce(200, 2, [[maxConcurrentStreams, 20]]);
    expect([s.inForce(maxConcurrentStreams), s.announced(maxConcurrentStreams)]).toEqual([undefined, 20]);
    expect(s.acknowledge()).toMatchObject({ endOffset: 100, time: 1 });
    expect([s.inForce(maxConcurrentStreams), s.announced(maxConcurrentStreams)]).toEqual([10, 20]);
    s.acknowledge();
    expect([s.inForce(maxConcurrentStreams), s.announced(maxConcurrentStreams)]).toEqual([20, 20]);
    expect([s.frames, s.acknowledged, s.pending]).toEqual([2, 2, []]);
  });

  it.each([
    [-1, 65_535],
    [99, 65_535],
    [100, 70_000],
    [199, 70_000],
    [200, 70_000],
    [300, 90_000],
  ])("with %i bytes received the largest window is %i", (horizon, largest) => {
    const s = new AnnouncedSettings();
    s.announce(100, 0, [[initialWindowSize, 70_000]]);
    // A smaller value counts from its acknowledgment on.
    s.announce(200, 0, [[initialWindowSize, 1000]]);
    s.announce(300, 0, [[initialWindowSize, 90_000]]);
    expect(s.largest(initialWindowSize, horizon)).toBe(largest);
  });

  it("lower a value once it is acknowledged", () => {
    const s = new AnnouncedSettings();
    s.announce(100, 0, [[initialWindowSize, 10]]);
    s.acknowledge();
    expect(s.largest(initialWindowSize, 1000)).toBe(10);
  });

  it("take the last of equal entries when they bind, the most before", () => {
    const s = new AnnouncedSettings();
    s.announce(100, 0, [
      [maxFrameSize, 30_000],
      [maxFrameSize, 20_000],
    ]);
    expect([s.largest(maxFrameSize, 100), s.announced(maxFrameSize)]).toEqual([30_000, 20_000]);
    s.acknowledge();
    expect([s.inForce(maxFrameSize), s.largest(maxFrameSize, 100)]).toEqual([20_000, 20_000]);
  });

  it("a limit of 0 is a limit; without one there is none, whatever is on its way", () => {
    const s = new AnnouncedSettings();
    s.announce(100, 0, [[maxConcurrentStreams, 0]]);
    expect(s.largest(maxConcurrentStreams, 100)).toBe(Infinity);
    s.acknowledge();
    expect(s.largest(maxConcurrentStreams, 100)).toBe(0);
  });

  it("do not grow without bound", () => {
    const many = new AnnouncedSettings();
    for (let i = 0; i < 5000; i++) many.announce(i, 0, []);
    expect([many.frames, many.pending.length]).toEqual([5000, 256]);
    const large = new AnnouncedSettings();
    const entries = Array.from({ length: 2730 }, (_, i) => [i % 10, 20_000 + i] as const);
    for (let i = 0; i < 1000; i++) large.announce(i, 0, entries);
    expect(large.pending.reduce((sum, { entries: kept }) => sum + kept.length, 0)).toBeLessThan(1100);
    expect(large.largest(maxFrameSize, 0)).toBe(22_725);
    large.acknowledge();
    expect(large.inForce(maxFrameSize)).toBe(22_725);
  });

  it("know of a frame with many entries what has a meaning: the largest value, and the last", () => {
    const s = new AnnouncedSettings();
    const unknown = Array.from({ length: 100 }, (_, i) => [1000 + i, i] as const);
    s.announce(100, 0, [[initialWindowSize, 70_000], ...unknown, [initialWindowSize, 10], [maxFrameSize, 20_000]]);
    expect([s.largest(initialWindowSize, 100), s.announced(initialWindowSize)]).toEqual([70_000, 10]);
    expect(s.pending[0]!.entries).toHaveLength(3);
    s.acknowledge();
    expect([s.inForce(initialWindowSize), s.inForce(maxFrameSize)]).toEqual([10, 20_000]);
  });

  it("expect an acknowledgment of each frame, also of those that were too many to remember", () => {
    const s = new AnnouncedSettings();
    for (let i = 0; i < 1000; i++) s.announce(i, 0, [[initialWindowSize, i === 700 ? 90_000 : 1000]]);
    // Which of the values has arrived is not known: the most permissive one may have.
    expect([s.largest(initialWindowSize, 0), s.overflowed]).toEqual([90_000, true]);
    for (let i = 0; i < 256; i++) expect(s.acknowledge()).toBeDefined();
    for (let i = 256; i < 1000; i++) {
      expect(s.owesUntracked).toBe(true);
      expect(s.acknowledge()).toBeUndefined();
    }
    expect([s.owesUntracked, s.acknowledged, s.inForce(initialWindowSize)]).toEqual([false, 1000, 90_000]);
    s.announce(2000, 0, [[initialWindowSize, 5]]);
    s.acknowledge();
    expect(s.inForce(initialWindowSize)).toBe(5);
  });
});
