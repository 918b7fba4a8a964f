import { describe, expect, it } from "vitest";
import { Stream } from "../../src/model/stream.ts";
import { Streams } from "../../src/model/streams.ts";

const stream = (id: number): Stream => new Stream(id, "client", true, 0, 0);
const ids = (streams: Streams): number[] => [...streams.values()].map(({ id }) => id);

describe("the streams of a connection", () => {
  it("are none at first", () => {
    const streams = new Streams();
    expect([streams.size, streams.oldest, streams.get(1), streams.has(1), ids(streams)]).toEqual([
      0,
      undefined,
      undefined,
      false,
      [],
    ]);
  });

  it("are found by their id, whichever were added and deleted, and stand oldest first", () => {
    const streams = new Streams();
    const expected = new Map<number, Stream>();
    // Congruent and neighbouring ids, in the order of a generator that repeats itself.
    let state = 1;
    for (let step = 0; step < 5000; step++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      const id = state % 3 === 0 ? (state >>> 8) % 200 : ((state >>> 8) % 64) * 1024;
      const known = expected.get(id);
      expect(streams.get(id)).toBe(known);
      if (known === undefined) {
        const added = stream(id);
        expected.set(id, added);
        streams.add(added);
      } else {
        expected.delete(id);
        streams.delete(known);
      }
      expect(streams.size).toBe(expected.size);
      expect(streams.oldest).toBe(expected.values().next().value);
    }
    expect(expected.size).toBeGreaterThan(50);
    expect(ids(streams)).toEqual([...expected.keys()]);
    for (const one of [...expected.values()]) streams.delete(one);
    expect([streams.size, streams.oldest, ids(streams)]).toEqual([0, undefined, []]);
  });

  it("lead nowhere once they were deleted", () => {
    const streams = new Streams();
    const all = Array.from({ length: 40 }, (_, i) => stream(2 * i + 1));
    for (const one of all) streams.add(one);
    for (const one of all.slice(0, 39)) streams.delete(one);
    for (const { older, newer, sameBucket } of all.slice(0, 39))
      expect([older, newer, sameBucket]).toEqual([undefined, undefined, undefined]);
    expect(ids(streams)).toEqual([79]);
  });
});
