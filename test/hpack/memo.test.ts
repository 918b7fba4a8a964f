import { describe, expect, it } from "vitest";
import { BlockBit, type DecodedBlock } from "../../src/fields/decoded-block.ts";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { decodeOctets, indexed, insert, limits, lines, literal, sizeUpdate } from "./octets.ts";

const join = (...parts: Buffer[]): Buffer => Buffer.concat(parts);

/** Everything a block says, as plain data. */
const said = ({ kept: _, ...block }: DecodedBlock) => ({
  ...block,
  fields: lines(block as DecodedBlock),
  slots: block.slots.map((slot) => slot?.value),
});

describe("remembered blocks", () => {
  const warm = () => {
    const decoder = fastHpack(limits);
    for (let i = 0; i < 10; i++) decodeOctets(decoder, indexed(2));
    return decoder;
  };

  it("say the same as the first time", () => {
    const decoder = warm();
    decodeOctets(decoder, insert("cookie", "1"));
    const octets = join(indexed(8), indexed(62), literal(":status", "7"), literal("grpc-status", "0"));
    const fresh = said(decodeOctets(fastHpack(limits), join(insert("cookie", "1"), octets)));
    const first = said(decodeOctets(decoder, octets));
    expect(first.fields).toEqual(fresh.fields.slice(1));
    expect(first.bits & (BlockBit.pseudoAfterRegular | BlockBit.pseudoDuplicate)).toBe(
      BlockBit.pseudoAfterRegular | BlockBit.pseudoDuplicate,
    );
    for (let i = 0; i < 10; i++) expect(said(decodeOctets(decoder, octets))).toEqual(first);
  });

  it("are one object while they are remembered", () => {
    const decoder = warm();
    decodeOctets(decoder, indexed(3));
    const one = decodeOctets(decoder, indexed(3));
    decodeOctets(decoder, indexed(2));
    expect(decodeOctets(decoder, indexed(3))).toBe(one);
    expect(decodeOctets(fastHpack(limits), indexed(3))).toBe(one);
    expect(lines(one)).toEqual([":method: POST"]);
  });

  it("change with the table: insertion", () => {
    const decoder = warm();
    for (let i = 0; i < 300; i++) {
      decodeOctets(decoder, insert("n", String(i)));
      for (let again = 0; again < 3; again++) expect(lines(decodeOctets(decoder, indexed(62)))).toEqual([`n: ${i}`]);
    }
  });

  it("change with the table: size update", () => {
    const decoder = warm();
    decodeOctets(decoder, join(insert("a", "1"), insert("b", "2")));
    for (let i = 0; i < 3; i++) expect(lines(decodeOctets(decoder, indexed(63)))).toEqual(["a: 1"]);
    decodeOctets(decoder, sizeUpdate(40));
    expect(decodeOctets(decoder, indexed(63)).fault).toBe("index-out-of-range");
  });

  it("change with the table: loss", () => {
    const decoder = warm();
    decodeOctets(decoder, insert("a", "1"));
    for (let i = 0; i < 3; i++) expect(decodeOctets(decoder, indexed(62)).certainty).toBe("exact");
    decoder.lose();
    for (let i = 0; i < 3; i++) expect(decodeOctets(decoder, indexed(62)).certainty).toBe("unknown");
  });

  it("that change the table are decoded each time", () => {
    const decoder = warm();
    for (let i = 1; i <= 20; i++) {
      decodeOctets(decoder, insert("a", "1"));
      expect(decoder.tableSize).toBe(34 * i);
      decodeOctets(decoder, sizeUpdate(4096));
    }
  });

  it("of one length and place in the buffer are told apart", () => {
    const decoder = warm();
    for (let pass = 0; pass < 3; pass++) {
      for (let i = 0; i < 2000; i++) {
        const value = String(10_000 + i);
        expect(decodeOctets(decoder, literal("x", value)).fields[0]!.value === value).toBe(true);
      }
    }
  });

  it("may be as long as 64 bytes, longer ones are decoded each time", () => {
    const decoder = warm();
    for (const length of [63, 64, 65, 200]) {
      const octets = Buffer.alloc(length, 0x82);
      for (let i = 0; i < 3; i++) expect(decodeOctets(decoder, octets).count).toBe(length);
    }
  });

  it("let go of the fields of a huge block", () => {
    const decoder = fastHpack(limits);
    const block = decodeOctets(decoder, Buffer.alloc(100_000, 0x82));
    expect(block.count).toBe(100_000);
    decodeOctets(decoder, literal("only", "here"));
    expect(block.fields.length).toBe(1);
  });
});

describe("connections that begin alike", () => {
  const opening = join(indexed(2), insert("opening", "1"));
  /** Decoders of which all but the first two found the opening block remembered. */
  const alike = (count: number) =>
    Array.from({ length: count }, () => {
      const decoder = fastHpack(limits);
      expect(lines(decodeOctets(decoder, opening))).toEqual([":method: GET", "opening: 1"]);
      expect(decoder.tableSize).toBe(40);
      return decoder;
    });

  it("are decoded once", () => {
    const [, , third, fourth] = alike(4);
    const next = join(indexed(62), insert("next", "2"));
    const said = [third!, fourth!, ...alike(2)].map((decoder) => decodeOctets(decoder, next));
    for (const block of said) expect(lines(block)).toEqual(["opening: 1", "next: 2"]);
    expect(said[3]).toBe(said[2]);
  });

  it("go different ways from there", () => {
    const decoders = alike(8);
    for (const [i, decoder] of decoders.entries()) decodeOctets(decoder, insert("way", String(i)));
    for (const [i, decoder] of decoders.entries()) {
      expect(lines(decodeOctets(decoder, join(indexed(62), indexed(63))))).toEqual([`way: ${i}`, "opening: 1"]);
    }
    for (const decoder of alike(2))
      expect(decodeOctets(decoder, join(indexed(62), indexed(63))).fault).toBe("index-out-of-range");
  });

  it("may lose what the others keep, or make it smaller", () => {
    const [, , lost, small, whole] = alike(5);
    lost!.lose();
    decodeOctets(small!, sizeUpdate(0));
    const asked = [lost, small, whole].map((decoder) => {
      const { certainty, fault } = decodeOctets(decoder!, indexed(62));
      return [certainty, fault];
    });
    expect(asked).toEqual([
      ["unknown", undefined],
      ["exact", "index-out-of-range"],
      ["exact", undefined],
    ]);
  });

  it("hold each size update against the limit of their own", () => {
    const octets = join(sizeUpdate(5000), indexed(2));
    for (let i = 0; i < 8; i++) {
      const decoder = fastHpack(limits);
      if (i % 2 === 0) decoder.setMaxTableSize(8192);
      expect(decodeOctets(decoder, octets).fault).toBe(i % 2 === 0 ? undefined : "table-size-update-too-large");
      expect(decoder.tableMaximum).toBe(i % 2 === 0 ? 5000 : -1);
    }
  });

  it("keep no more of the table than their own bound", () => {
    alike(4);
    const decoder = fastHpack({ tableOctets: 32 });
    decodeOctets(decoder, opening);
    expect(decoder.exact).toBe(false);
    expect(lines(decodeOctets(decoder, indexed(62)))).toEqual(["?: ?"]);
  });

  it("are told apart where the bytes differ last", () => {
    const seen = Array.from({ length: 300 }, (_, i) => {
      const decoder = fastHpack(limits);
      decodeOctets(decoder, insert("o", String(i % 3)));
      return lines(decodeOctets(decoder, indexed(62)))[0];
    });
    expect(seen).toEqual(seen.map((_, i) => `o: ${i % 3}`));
  });
});
