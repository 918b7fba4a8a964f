import { describe, expect, it } from "vitest";
import type { HpackFault } from "../../src/fields/decoding-fault.ts";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { referenceHpack } from "../../src/hpack/reference.ts";
import { decode, decodeOctets, limits, lines, octets } from "./octets.ts";

type Case = [about: string, hex: string, fault: HpackFault, offset: number, before?: string[], referenceFault?: HpackFault];

const get = ":method: GET";

const cases: Case[] = [
  ["index 0", "80", "index-zero", 0],
  ["index 0 after a field", "8280", "index-zero", 1, [get]],
  ["index 0 in two bytes is 127", "ff00", "index-out-of-range", 0],
  ["indexed, empty dynamic table", "be", "index-out-of-range", 0],
  ["literal with indexing, its name beyond the table", "7e00", "index-out-of-range", 0],
  ["literal without indexing, its name beyond the table", "820f2f00", "index-out-of-range", 1, [get]],
  ["one entry, the second asked for", "4001610162bf", "index-out-of-range", 5, ["a: b"]],
  ["the largest integer is an index too large", "ff80ffffff0f", "index-out-of-range", 0, [], "integer-overflow"],
  ["five continuation bytes may be worth nothing", "ff8080808000", "index-out-of-range", 0, [], "integer-overflow"],
  ["2^32", "ff81ffffff0f", "integer-overflow", 0],
  ["fifth continuation byte too large", "ff808080807f", "integer-overflow", 0],
  ["six continuation bytes", "82ff808080808000", "integer-overflow", 1, [get]],
  ["five continuation bytes and the block's end", "ff8080808080", "block-truncated", 0],
  ["a string length of 2^32", "007f81ffffff0f", "integer-overflow", 0],
  ["a size update of 2^32", "3fe1ffffff0f", "integer-overflow", 0],
  ["name longer than the block", "0001", "string-too-long", 0],
  ["value longer than the block", "8200016102ff", "string-too-long", 1, [get]],
  ["value far longer than the block", "0400047fffffffff07", "string-too-long", 2, [":path: "], "integer-overflow"],
  ["Huffman value longer than the block", "04825f", "string-too-long", 0],
  ["nothing after a literal's first byte (h2spec 4.3/1)", "40", "block-truncated", 0],
  ["no name", "8210", "block-truncated", 1, [get]],
  ["no value", "000161", "block-truncated", 0],
  ["no value for an indexed name", "41", "block-truncated", 0],
  ["index cut", "82ff", "block-truncated", 1, [get]],
  ["index cut in its continuation", "ff80", "block-truncated", 0],
  ["name index cut", "7f", "block-truncated", 0],
  ["string length cut", "047f", "block-truncated", 0],
  ["size update cut", "3f", "block-truncated", 0],
  ["late size update cut: it cannot be read", "823f", "block-truncated", 1, [get]],
  ["EOS alone", "0484ffffffff", "huffman-eos", 0],
  ["EOS after a symbol", "820485 1fffffffff", "huffman-eos", 1, [get]],
  ["EOS in a name", "0084ffffffff00", "huffman-eos", 0],
  ["eleven ones of padding", "04821fff", "huffman-padding-long", 0],
  ["eight ones of padding and no symbol", "0481ff", "huffman-padding-long", 0],
  ["eleven bits of padding that are not ones", "04821ffe", "huffman-padding-not-eos", 0, [], "huffman-padding-long"],
  ["padding of zeros", "048118", "huffman-padding-not-eos", 0],
  ["padding that begins with ones", "04811e", "huffman-padding-not-eos", 0],
  ["padding of zeros in a name", "00811800", "huffman-padding-not-eos", 0],
  ["size update after a field", "8220", "table-size-update-position", 1, [get]],
  ["size update after a field, too large besides", "823fe21f", "table-size-update-position", 1, [get]],
  ["4097", "3fe21f", "table-size-update-too-large", 0],
  ["0, then 4097", "203fe21f82", "table-size-update-too-large", 1],
];

describe("faults", () => {
  it.each(cases)("%s: %s", (_, hex, fault, offset, before = []) => {
    const decoder = fastHpack(limits);
    const block = decode(decoder, hex);
    expect([block.fault, block.faultOffset, lines(block)]).toEqual([fault, offset, before]);
    expect(decoder.exact).toBe(false);
    expect(decoder.tableSize).toBe(-1);
  });

  it.each(cases)("reference, %s: %s", (_, hex, fault, offset, before = [], referenceFault = fault) => {
    const decoder = referenceHpack(limits);
    const block = decode(decoder, hex);
    expect([block.fault, block.faultOffset, lines(block)]).toEqual([referenceFault, offset, before]);
    expect(decoder.exact).toBe(false);
    const next = decode(decoder, "82");
    expect([next.fault, next.certainty, next.count]).toEqual([undefined, "unknown", 0]);
  });

  it.each(cases)("found at any place of the buffer, %s", (_, hex, fault, offset) => {
    const block = octets(hex);
    const buffer = Buffer.concat([octets("828282"), block, octets("8282828282828282")]);
    const decoded = fastHpack(limits).decode(buffer, 3, 3 + block.length);
    expect([decoded.fault, decoded.faultOffset]).toEqual([fault, offset]);
  });

  it.each(cases.filter(([, , fault]) => fault !== "index-out-of-range"))(
    "the same when bytes were lost, %s",
    (_, hex, fault, offset) => {
      const decoder = fastHpack(limits);
      decoder.lose();
      const block = decode(decoder, hex);
      expect([block.fault, block.faultOffset]).toEqual([fault, offset]);
    },
  );

  it.each(cases.filter(([, , fault]) => fault === "index-out-of-range"))("not certain when bytes were lost, %s", (_, hex) => {
    const decoder = fastHpack(limits);
    decoder.lose();
    expect(decode(decoder, hex).fault).toBeUndefined();
  });

  it("is never remembered for the same bytes", () => {
    const decoder = fastHpack(limits);
    for (let i = 0; i < 20; i++) expect(decode(decoder, "80").fault).toBe("index-zero");
  });

  it("goes on after a fault, knowing nothing", () => {
    const decoder = fastHpack(limits);
    decode(decoder, "4001610162");
    expect(lines(decode(decoder, "be"))).toEqual(["a: b"]);
    decode(decoder, "80");
    expect(lines(decode(decoder, "82be"))).toEqual([get, "?: ?"]);
  });

  it("keeps empty blocks apart from cut ones", () => {
    const block = decode(fastHpack(limits), "");
    expect([block.fault, block.count, block.certainty, block.listSize]).toEqual([undefined, 0, "exact", 0]);
  });
});

describe("a block cut anywhere", () => {
  const blocks = {
    "C.4.3": "8287 8540 8825 a849 e95b a97d 7f89 25a8 49e9 5bb8 e8b4 bf",
    "C.6.1": `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7
      8f0b 97c8 e9ae 82ae 43d3`,
    "size updates, long integers, raw strings": "20 3fe11f 41 0378797a 1f8000 03616263 0faf00 0130 be",
  };
  it.each(Object.entries(blocks))("is shorter or truncated, %s", (_, hex) => {
    const whole = octets(hex);
    for (const engine of [fastHpack, referenceHpack]) {
      const all = lines(decodeOctets(engine(limits), whole));
      for (let cut = 0; cut < whole.length; cut++) {
        const block = engine(limits).decode(whole, 0, cut);
        expect([undefined, "block-truncated", "string-too-long"]).toContain(block.fault);
        expect(lines(block)).toEqual(all.slice(0, block.count));
      }
    }
  });
});
