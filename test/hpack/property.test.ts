import fc from "fast-check";
import hpack, { type Compressor, type Header } from "hpack.js";
import { describe, expect, it } from "vitest";
import { FieldBit } from "../../src/fields/field.ts";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { referenceHpack } from "../../src/hpack/reference.ts";
import { runs, seedOr } from "../fuzzing.ts";
import { decodeOctets, integer, limits, lines } from "./octets.ts";

const seeded = { seed: seedOr(7541), numRuns: runs(1000) };

// hpack.js looks names and values up in plain objects: it takes "constructor" for an entry of its static table.
const text = (minLength: number, maxLength: number) =>
  fc
    .oneof(
      fc.string({ unit: "binary-ascii", minLength, maxLength }),
      fc.uint8Array({ minLength, maxLength }).map((octets) => String.fromCharCode(...octets)),
    )
    .filter((value) => !(value in {}));

const someName = fc.oneof(fc.constantFrom(":path", ":status", "te", "cookie", "grpc-status", "x-id"), text(0, 20));
const someValue = fc.oneof(fc.constantFrom("", "200", "trailers", "/"), text(0, 80), text(64, 300));
const someHeader: fc.Arbitrary<Header> = fc.record({
  name: someName,
  value: someValue,
  huffman: fc.boolean(),
  incremental: fc.boolean(),
  neverIndex: fc.constant(false),
});

function compress(compressor: Compressor, headers: Header[] | "reset"): Buffer {
  if (headers === "reset") compressor.reset();
  else compressor.write(headers);
  const parts: Buffer[] = [];
  for (let part = compressor.read(); part !== null; part = compressor.read()) parts.push(part);
  return Buffer.concat(parts);
}

describe("properties", () => {
  it("what hpack.js encodes, both engines decode", () => {
    const steps = fc.array(
      fc.oneof({ arbitrary: fc.array(someHeader, { maxLength: 8 }), weight: 9 }, fc.constant("reset" as const)),
      {
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(steps, (steps) => {
        const compressor = hpack.compressor.create({ table: { maxSize: 4096 } });
        const fast = fastHpack(limits);
        const reference = referenceHpack(limits);
        for (const step of steps) {
          const wire = compress(compressor, step);
          const want = step === "reset" ? [] : step.map(({ name, value }) => `${name}: ${value}`);
          const block = decodeOctets(fast, wire);
          expect([block.fault, lines(block)]).toEqual([undefined, want]);
          expect(lines(decodeOctets(reference, wire))).toEqual(want);
          expect(fast.tableSize).toBe(reference.tableSize);
          expect(fast.tableMaximum).toBe(reference.tableMaximum);
        }
      }),
      seeded,
    );
  });

  // Octets alone rarely get far: mix them with representations that are whole.
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.integer({ min: 1, max: 70 }).map((index) => Uint8Array.from(integer(index, 0x7f, 0x80))),
    fc.integer({ min: 0, max: 5000 }).map((size) => Uint8Array.from(integer(size, 0x1f, 0x20))),
    fc
      .tuple(
        fc.constantFrom(0x40, 0x00, 0x10),
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.constantFrom(0, 0, 0x80),
      )
      .map(([kind, name, value, huffman]) => Uint8Array.from([kind, name.length, ...name, huffman | value.length, ...value])),
    fc.constantFrom("82", "88", "418cf1e3c2e5f23a6ba0ab90f4ff", "20", "3fe11f").map((hex) => Buffer.from(hex, "hex")),
  );
  const blocks = fc.array(
    fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.concat(pieces)),
    { maxLength: 8 },
  );

  it("both engines say the same of any bytes until the first fault", () => {
    fc.assert(
      fc.property(blocks, (blocks) => {
        const fast = fastHpack(limits);
        const reference = referenceHpack(limits);
        for (const octets of blocks) {
          const ours = decodeOctets(fast, octets);
          const theirs = decodeOctets(reference, octets);
          // referenceCannot: long-integer. Its decoder stops there, whatever the integer is.
          if (theirs.fault === "integer-overflow") break;
          expect(lines(ours)).toEqual(lines(theirs));
          expect(ours.faultOffset).toBe(theirs.faultOffset);
          // referenceCannot: padding-kind.
          if (theirs.fault === "huffman-padding-long") expect(ours.fault).toMatch(/^huffman-padding-/);
          else expect(ours.fault).toBe(theirs.fault);
          expect(ours.bits).toBe(theirs.bits);
          expect([ours.listSize, ours.statusCode, ours.sizeUpdates]).toEqual([
            theirs.listSize,
            theirs.statusCode,
            theirs.sizeUpdates,
          ]);
          expect(fast.exact).toBe(reference.exact);
          if (!fast.exact) break;
          expect(fast.tableSize).toBe(reference.tableSize);
        }
      }),
      { ...seeded, numRuns: runs(5000) },
    );
  });

  it("no bytes make a decoder throw, lost or not, or find an index out of range that may be there", () => {
    fc.assert(
      fc.property(blocks, fc.nat({ max: 8 }), (blocks, losesAt) => {
        const decoder = fastHpack({ tableOctets: 200 });
        for (const [i, octets] of blocks.entries()) {
          if (i === losesAt) decoder.lose();
          const exact = decoder.exact;
          const block = decodeOctets(decoder, octets);
          if (!exact && block.fault === "index-out-of-range") expect(block.sizeUpdates).toBeGreaterThan(0);
          expect(block.count).toBeLessThanOrEqual(octets.length);
          expect(block.fault === undefined).toBe(block.faultOffset < 0);
          expect(block.faultOffset).toBeLessThan(Math.max(1, octets.length));
          if (block.fault !== undefined) expect(decoder.exact).toBe(false);
        }
      }),
      { ...seeded, numRuns: runs(5000) },
    );
  });

  it("after a loss every field is what it would have been, or unknown", () => {
    const headers = fc.array(fc.array(someHeader, { maxLength: 5 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(headers, fc.nat({ max: 8 }), (lists, losesAt) => {
        const compressor = hpack.compressor.create({ table: { maxSize: 4096 } });
        const whole = fastHpack(limits);
        const lossy = fastHpack(limits);
        const entries = new Map<number, string>();
        for (const [i, list] of lists.entries()) {
          const wire = compress(compressor, list);
          const want = decodeOctets(whole, wire);
          // The block is lost, and perhaps more: the decoder hears only of the loss.
          if (i === losesAt) {
            lossy.lose();
            continue;
          }
          const block = decodeOctets(lossy, wire);
          expect([block.fault, block.count]).toEqual([undefined, want.count]);
          let unknown = 0;
          for (let k = 0; k < block.count; k++) {
            const [got, real] = [block.fields[k]!, want.fields[k]!];
            const nameUnknown = (got.bits & FieldBit.nameUnknown) !== 0;
            const valueUnknown = (got.bits & FieldBit.valueUnknown) !== 0;
            expect(got.name.text).toBe(nameUnknown ? "" : real.name.text);
            expect(got.value).toBe(valueUnknown ? "" : real.value);
            if (nameUnknown || valueUnknown) unknown++;
            if (got.entry === 0) continue;
            // What is the same unknown entry is the same field.
            const text = `${real.name.text}: ${real.value}`;
            expect(entries.get(got.entry) ?? text).toBe(text);
            entries.set(got.entry, text);
          }
          expect(block.certainty === "exact").toBe(unknown === 0);
        }
      }),
      seeded,
    );
  });

  it("a block says the same alone, in the middle of a buffer, and a second time", () => {
    fc.assert(
      fc.property(blocks, (blocks) => {
        const one = fastHpack(limits);
        const two = fastHpack(limits);
        for (const octets of blocks) {
          const a = decodeOctets(one, octets);
          const buffer = Buffer.concat([Buffer.from([0xff, 0xff]), octets, Buffer.from([0xff, 0x7f])]);
          const b = two.decode(buffer, 2, 2 + octets.length);
          expect([a.fault, a.faultOffset, lines(a)]).toEqual([b.fault, b.faultOffset, lines(b)]);
        }
      }),
      seeded,
    );
  });
});
