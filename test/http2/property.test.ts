import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findFrames } from "../../src/http2/frame-search.ts";
import { runs, seedOr } from "../fuzzing.ts";
import { decode, frame } from "./octets.ts";

const head = fc
  .tuple(fc.nat({ max: 17 }), fc.nat({ max: 255 }), fc.constantFrom(0, 1, 2, 3, 0x80000001), fc.uint8Array({ maxLength: 30 }))
  .map(([type, flags, streamId, payload]) => frame(type, flags, streamId, payload));

const pieces = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: head },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.nat({ max: 40 }).map((n) => n + 1) },
  ),
  { maxLength: 20 },
);

describe("any bytes", () => {
  it("never throw, and every frame ends behind the one before", () => {
    const run = fc.property(pieces, fc.boolean(), (list, lost) => {
      const { frames, events } = decode(list, { where: true, lost });
      let next = 0;
      for (const f of frames) {
        expect(f["first"] ?? 0).toBeGreaterThanOrEqual(next);
        expect(f["last"]).toBeGreaterThanOrEqual(((f["first"] ?? 0) as number) + 8);
        next = (f["last"] as number) + 1;
      }
      // Borders are lost and found in turn.
      const borders = events
        .filter((event) => typeof event === "string" && /^(lost|found)/.test(event))
        .map((event) => `${event}`[0]);
      expect(borders.join("")).toMatch(/^(lf)*l?$/);
    });
    fc.assert(run, { seed: seedOr(9113), numRuns: runs(3000) });
  });

  it("that are frames are decoded the same, however they are split", () => {
    const run = fc.property(
      fc.array(head, { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat({ max: 300 }), { maxLength: 12 }),
      (list, cuts) => {
        const bytes = Buffer.concat(list);
        const borders = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const parts = borders.slice(1).map((end, i) => bytes.subarray(borders[i], end));
        const plain = (frames: typeof whole) =>
          frames.map((f) => ({
            ...f,
            packets: undefined,
            payload: f["kind"] === "data" ? undefined : f["payload"],
            facts: Array.isArray(f["facts"]) ? [...f["facts"]].sort() : undefined,
          }));
        const whole = decode([bytes], { where: true }).frames;
        expect(whole).toHaveLength(list.length);
        expect(
          plain(
            decode(
              parts.filter((part) => part.length > 0),
              { where: true },
            ).frames,
          ),
        ).toEqual(plain(whole));
      },
    );
    fc.assert(run, { seed: seedOr(9113), numRuns: runs(3000) });
  });

  it("before frames are passed over", () => {
    const good = Buffer.concat([frame(4, 0, 0, "0003 00000064"), frame(4, 1, 0), frame(8, 0, 0, "0000ffff")]);
    const run = fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
      const found = findFrames(Buffer.concat([noise, good]), 0, noise.length + good.length);
      // Noise may look like a frame, but hardly ever.
      expect(found).toBe(noise.length);
    });
    fc.assert(run, { seed: seedOr(9113), numRuns: runs(2000) });
  });
});

describe("where frames are found", () => {
  const chain = Buffer.concat([frame(6, 0, 0, "00*8"), frame(0, 0, 1, "00*5"), frame(4, 1, 0)]);
  const find = (b: Uint8Array) => findFrames(b, 0, b.length);
  it.each([
    ["at the start", chain, 0],
    ["one frame at the start", frame(6, 0, 0, "00*8"), 0],
    ["one frame that goes on behind the bytes", frame(1, 4, 1, "82*20").subarray(0, 15), -1],
    ["a frame, and a part of another", Buffer.concat([frame(4, 1, 0), frame(1, 4, 1, "82*20").subarray(0, 15)]), 0],
    ["a frame, and a part of a head", Buffer.concat([frame(4, 1, 0), frame(1, 4, 1).subarray(0, 5)]), 0],
    ["two in the middle", Buffer.concat([Buffer.from("noise"), chain]), 5],
    ["one in the middle", Buffer.concat([Buffer.from("noise"), frame(6, 0, 0, "00*8")]), -1],
    ["DATA", frame(0, 0, 1, "61*20"), -1],
    ["zeros", Buffer.alloc(1000), -1],
    ["a PING of nine bytes", Buffer.concat([frame(6, 0, 0, "00*9"), frame(4, 1, 0)]), 0],
    ["a PING on a stream", frame(6, 0, 1, "00*8"), 0],
    ["a PING on a stream that goes on behind the bytes", frame(6, 0, 1, "00*8").subarray(0, 16), -1],
    ["a PING on a stream, and a byte", Buffer.concat([frame(6, 0, 1, "00*8"), Buffer.alloc(1)]), -1],
    ["a PING on a stream, and zeros", Buffer.concat([frame(6, 0, 1, "00*8"), Buffer.alloc(9)]), -1],
    ["a PING on a stream, not at the start", Buffer.concat([Buffer.from("noise"), frame(6, 0, 1, "00*8")]), -1],
    ["DATA on stream 0, and HEADERS on it", Buffer.concat([frame(0, 0, 0, "61*20"), frame(1, 4, 0, "82")]), 0],
    ["DATA on stream 0", frame(0, 0, 0, "61*20"), -1],
    ["a PING without payload", frame(6, 0, 0), -1],
    ["HEADERS on stream 0", frame(1, 4, 0, "82"), 0],
    ["a reserved bit", frame(1, 4, 0x80000001, "82"), 0],
    ["an unused flag", frame(1, 2, 1, "82"), 0],
    ["a type of its own", frame(200, 0, 1, "82"), -1],
    ["longer than anyone may send unasked", frame(1, 4, 1, "82*16385"), -1],
    ["nothing", Buffer.alloc(0), -1],
    ["eight bytes", Buffer.alloc(8), -1],
  ])("%s", (_, bytes, expected) => expect(find(bytes)).toBe(expected));

  it("not beyond the bytes it may read", () => {
    const b = Buffer.concat([Buffer.from("noise"), chain, chain]);
    expect(findFrames(b, 5, 5 + 17)).toBe(5);
    expect(findFrames(b, 5, 5 + 16)).toBe(-1);
    // One octet into the first: the frames after it are found.
    expect(findFrames(b, 6, b.length)).toBe(5 + 17);
  });
});
