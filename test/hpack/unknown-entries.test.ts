import { describe, expect, it } from "vitest";
import { fastHpack } from "../../src/hpack/decoder.ts";
import type { HpackDecoder } from "../../src/hpack/engine.ts";
import { decodeOctets, indexed, insert, limits, lines, sizeUpdate } from "./octets.ts";

const joined = (): HpackDecoder => {
  const decoder = fastHpack(limits);
  decoder.setMaxTableSize(0xffffffff);
  decoder.lose();
  return decoder;
};

const entries = (decoder: HpackDecoder, ...parts: Buffer[]): number[] => {
  const { fields, count } = decodeOctets(decoder, Buffer.concat(parts));
  return fields.slice(0, count).map(({ entry }) => entry);
};

describe("entries from before the capture", () => {
  it("keep their identity while others go in", () => {
    const decoder = joined();
    const [a, b] = entries(decoder, indexed(62), indexed(65));
    expect(a).toBeGreaterThan(0);
    expect(b).not.toBe(a);
    expect(entries(decoder, insert("x", "1"), indexed(63), indexed(66))).toEqual([0, a, b]);
    expect(entries(decoder, insert("x", "2"), insert("x", "3"), indexed(65), indexed(66), indexed(68))).toEqual([
      ...[0, 0],
      ...[a, expect.not.toSatisfy((entry: number) => entry === a || entry === b), b],
    ]);
  });

  it("keep it through a size update that leaves them room", () => {
    const decoder = joined();
    const [a] = entries(decoder, indexed(63));
    expect(entries(decoder, sizeUpdate(200), indexed(63))).toEqual([a]);
  });

  it("have another after a loss, in which entries may have gone in", () => {
    const decoder = joined();
    const [a] = entries(decoder, indexed(63));
    decoder.lose();
    const [b] = entries(decoder, indexed(63));
    expect(b).toBeGreaterThan(0);
    expect(b).not.toBe(a);
  });

  it("have another after an entry of which it is not known whether it went in", () => {
    const decoder = joined();
    const [a] = entries(decoder, indexed(63));
    const [, , b, c] = entries(decoder, insert("x", "y".repeat(limits.tableOctets)), insert("x", "1"), indexed(63), indexed(64));
    expect([b, c]).not.toContain(a);
  });

  it("are others once all was known again", () => {
    // Room for five entries is followed, of those of a table that is larger.
    const decoder = fastHpack({ tableOctets: 200 });
    decodeOctets(decoder, insert("a", "1"));
    decoder.lose({ most: 1, octets: 11 });
    const [before] = decodeOctets(decoder, indexed(62)).fields;
    decodeOctets(decoder, Buffer.concat([sizeUpdate(0), sizeUpdate(4096)]));
    expect([decoder.exact, decoder.loss]).toEqual([true, undefined]);
    for (let i = 0; i < 8; i++) decodeOctets(decoder, insert("x", String(i)));
    const [after] = decodeOctets(decoder, indexed(62 + 7)).fields;
    expect(after!.entry).toBeGreaterThan(0);
    expect(after).not.toBe(before);
  });

  it("are not those of another connection", () => {
    expect(entries(joined(), indexed(62))).not.toEqual(entries(joined(), indexed(62)));
  });

  it("are told apart up to a bound", () => {
    const decoder = joined();
    const all = Array.from({ length: 600 }, (_, i) => entries(decoder, indexed(62 + i))[0]!);
    expect(new Set(all).size).toBe(513);
    expect(all.at(-1)).toBe(0);
  });

  it("are the same where a block was remembered", () => {
    const decoder = joined();
    const block = Buffer.concat([indexed(2), indexed(62), indexed(63)]);
    const first = entries(decoder, block);
    for (let i = 0; i < 4; i++) expect(entries(decoder, block)).toEqual(first);
    entries(decoder, insert("x", "1"));
    expect(entries(decoder, block)).toEqual([0, 0, first[1]]);
  });
});

describe("a table that was not seen from the start", () => {
  const fill = (decoder: HpackDecoder, octets: number) => decodeOctets(decoder, insert("a", "x".repeat(octets - 33)));

  it("is exact when an entry that went in under a known maximum had to go", () => {
    const decoder = joined();
    decodeOctets(decoder, sizeUpdate(300));
    fill(decoder, 134);
    expect(decoder.exact).toBe(false);
    fill(decoder, 134);
    expect([decoder.exact, decoder.tableSize]).toEqual([false, -1]);
    fill(decoder, 33);
    expect([decoder.exact, decoder.tableSize]).toEqual([true, 134 + 33]);
    expect(decodeOctets(decoder, indexed(64)).fault).toBe("index-out-of-range");
  });

  it("is not while an entry of the least size has room", () => {
    const decoder = joined();
    decodeOctets(decoder, sizeUpdate(300));
    fill(decoder, 268);
    expect(decoder.exact).toBe(false);
    decodeOctets(decoder, insert("", ""));
    expect([decoder.exact, decoder.tableSize]).toEqual([true, 300]);
    expect(lines(decodeOctets(decoder, Buffer.concat([indexed(62), indexed(63)])))).toEqual([": ", `a: ${"x".repeat(235)}`]);
    expect(decodeOctets(decoder, indexed(64)).fault).toBe("index-out-of-range");
  });

  it("is not where the maximum is not known, or entries went in under another", () => {
    const decoder = joined();
    for (let i = 0; i < 100; i++) fill(decoder, 100);
    expect(decoder.exact).toBe(false);
    decodeOctets(decoder, sizeUpdate(110));
    expect(decoder.exact).toBe(false);
    fill(decoder, 100);
    expect(decoder.exact).toBe(true);
  });

  it("is not where it is larger than what is kept", () => {
    const decoder = fastHpack({ tableOctets: 200 });
    decoder.setMaxTableSize(0xffffffff);
    decoder.lose();
    decodeOctets(decoder, sizeUpdate(300));
    for (let i = 0; i < 5; i++) fill(decoder, 100);
    expect(decoder.exact).toBe(false);
  });

  it("is not while a part of an entry is unknown, whose size is not", () => {
    const decoder = joined();
    decodeOctets(decoder, Buffer.concat([sizeUpdate(110), Buffer.from([0x40 + 62, 60]), Buffer.alloc(60, 0x61)]));
    expect(decoder.exact).toBe(false);
    decodeOctets(decoder, Buffer.concat([Buffer.from([0x40 + 62, 60]), Buffer.alloc(60, 0x61)]));
    expect(decoder.exact).toBe(false);
  });
});
