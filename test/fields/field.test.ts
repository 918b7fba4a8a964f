import hpack from "hpack.js";
import { describe, expect, it } from "vitest";
import { FieldBit, field, fieldName } from "../../src/fields/field.ts";
import { Name, slotCount } from "../../src/fields/name.ts";
import { fastHpack } from "../../src/hpack/decoder.ts";
import { OctetCache } from "../../src/hpack/octet-cache.ts";
import { staticTable } from "../../src/hpack/static-table.ts";
import { decodeOctets, limits, literal } from "../hpack/octets.ts";

const named = (bits: number): string[] =>
  Object.entries(FieldBit)
    .filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .sort();

const names: [name: string, ...facts: string[]][] = [
  ["accept"],
  ["x-ok_1."],
  ["x-ok_1.~!#$%&'*+^`|", "notMetadataName"],
  [":method", "pseudo", "requestPseudo"],
  [":scheme", "pseudo", "requestPseudo"],
  [":authority", "pseudo", "requestPseudo"],
  [":path", "pseudo", "requestPseudo"],
  [":protocol", "pseudo", "requestPseudo"],
  [":status", "pseudo", "responsePseudo"],
  [":", "pseudo", "pseudoUnknown"],
  [":x", "pseudo", "pseudoUnknown"],
  [":Method", "pseudo", "pseudoUnknown", "upperCase"],
  [":pa:th", "colonInName", "pseudo", "pseudoUnknown"],
  [":pa(th", "nonToken", "pseudo", "pseudoUnknown"],
  ["::", "colonInName", "pseudo", "pseudoUnknown"],
  ["a:", "colonInName"],
  ["", "emptyName"],
  ["A", "upperCase"],
  ["z@Z", "upperCase"],
  ["a[b", "nonToken"],
  ["a/b", "nonToken"],
  ["a b", "invalidNameChar"],
  ["a\x00", "invalidNameChar"],
  ["\x7f", "invalidNameChar"],
  ["caf\xe9", "invalidNameChar"],
  ["connection", "connectionSpecific", "trailerForbidden"],
  ["proxy-connection", "connectionSpecific", "trailerForbidden"],
  ["keep-alive", "connectionSpecific", "trailerForbidden"],
  ["transfer-encoding", "connectionSpecific", "trailerForbidden"],
  ["upgrade", "connectionSpecific"],
  ["te", "te", "trailerForbidden"],
  ["http2-settings", "http2Settings"],
  ["host", "host", "trailerForbidden"],
  ["content-length", "contentLength", "trailerForbidden"],
  ["content-type", "contentType", "trailerForbidden"],
  ["if-none-match", "trailerForbidden"],
  ["set-cookie", "sensitive", "trailerForbidden"],
  ["cookie", "sensitive"],
  ["grpc-status", "grpcName"],
  ["grpc-status-details-bin", "binName", "grpcName"],
  ["trace-bin", "binName"],
  ["-bin", "binName"],
  ["constructor"],
  ["__proto__"],
];

const values: [value: string, ...facts: string[]][] = [
  [""],
  ["a b\x7e"],
  [" a", "whitespaceEdge"],
  ["a ", "whitespaceEdge"],
  [" ", "whitespaceEdge"],
  ["\ta", "nonPrintable", "whitespaceEdge"],
  ["a\tb", "nonPrintable"],
  ["\x7f", "nonPrintable"],
  ["\xff", "nonPrintable"],
  ["a\x00b", "invalidValueChar", "nonPrintable"],
  ["a\r", "invalidValueChar", "nonPrintable"],
  ["\na", "invalidValueChar", "nonPrintable"],
];

describe("field facts", () => {
  it.each(names)("name %j", (name, ...facts) => {
    expect(named(fieldName(name).bits)).toEqual(facts.sort());
    const decoded = decodeOctets(fastHpack(limits), literal(name, "v")).fields[0]!;
    expect(named(decoded.bits)).toEqual(facts);
    expect(decoded.size).toBe(name.length + 33);
  });

  it.each(values)("value %j", (value, ...facts) => {
    expect(named(field(fieldName("x"), value).bits)).toEqual(facts);
    const decoded = decodeOctets(fastHpack(limits), literal("x", value)).fields[0]!;
    expect(named(decoded.bits)).toEqual(facts);
    expect(decoded.value).toBe(value);
  });

  it("judges every byte", () => {
    for (let octet = 0; octet < 256; octet++) {
      const char = String.fromCharCode(octet);
      const name = fieldName(`a${char}b`).bits;
      expect((name & FieldBit.upperCase) !== 0).toBe(/[A-Z]/.test(char));
      expect((name & FieldBit.invalidNameChar) !== 0).toBe(octet <= 0x20 || octet >= 0x7f);
      expect((name & FieldBit.colonInName) !== 0).toBe(char === ":");
      // Whatever is left is a token or is said not to be one.
      const legal = (name & (FieldBit.upperCase | FieldBit.invalidNameChar | FieldBit.colonInName)) === 0;
      expect((name & FieldBit.nonToken) !== 0).toBe(legal && !/[!#$%&'*+\-.^_`|~0-9a-z]/.test(char));
      const value = field(fieldName("x"), `a${char}b`).bits;
      expect((value & FieldBit.invalidValueChar) !== 0).toBe("\0\r\n".includes(char));
      expect((value & FieldBit.nonPrintable) !== 0).toBe(octet < 0x20 || octet > 0x7e);
    }
  });

  it("gives known names their ids and one object", () => {
    for (const [key, id] of Object.entries(Name)) {
      if (id === Name.other) continue;
      const text = key.replaceAll(/[A-Z]|2/g, (part) => (part === "2" ? part : `-${part.toLowerCase()}`));
      const name = fieldName(id <= Name.protocol ? `:${text}` : text);
      expect([name.text, name.id]).toEqual([name.text, id]);
      expect(fieldName(name.text)).toBe(name);
    }
    expect(fieldName("x-other").id).toBe(Name.other);
    expect(Name.grpcStatusDetailsBin).toBe(slotCount - 1);
  });

  it("fits a small integer with distinct bits", () => {
    const bits = Object.values(FieldBit);
    expect(new Set(bits).size).toBe(bits.length);
    for (const bit of bits) expect(bit > 0 && (bit & (bit - 1)) === 0).toBe(true);
  });
});

describe("the static table", () => {
  it("is that of hpack.js", () => {
    const theirs = hpack["static-table"].table;
    expect(staticTable.slice(1).map(({ name, value }) => [name.text, value])).toEqual(
      theirs.map(({ name, value }) => [name, value]),
    );
  });
});

describe("the cache of strings", () => {
  it("never takes one for another in the same slot", () => {
    const cache = new OctetCache<object, string>(1);
    const [one, two] = [{}, {}];
    const ask = (owner: object, kind: number, text: string) => cache.find(owner, 0, kind, Buffer.from(text), 0, text.length);
    cache.find(one, 0, 0, Buffer.from("abc"), 0, 3);
    cache.keep(one, 0, Buffer.from("abc"), 0, 3, "ABC");
    expect(ask(one, 0, "abc")).toBe("ABC");
    for (const [owner, kind, text] of [
      [one, 0, "abd"],
      [one, 0, "ab"],
      [one, 0, "abcd"],
      [one, 0, ""],
      [one, 1, "abc"],
      [two, 0, "abc"],
    ] as const) {
      expect(ask(owner, kind, text)).toBeUndefined();
    }
    expect(ask(one, 0, "abc")).toBe("ABC");
  });

  it("keeps 64 bytes and no more", () => {
    const cache = new OctetCache<object, string>(2);
    const owner = {};
    for (const [length, kept] of [
      [64, "yes"],
      [65, undefined],
    ] as const) {
      const octets = Buffer.alloc(length, "x");
      expect(cache.find(owner, 0, 0, octets, 0, length)).toBeUndefined();
      cache.keep(owner, 0, octets, 0, length, "yes");
      expect(cache.find(owner, 0, 0, octets, 0, length)).toBe(kept);
    }
  });

  it("keeps values of equal hash apart", () => {
    const [one, two] = collision();
    const cache = new OctetCache<object, string>(4096);
    const owner = {};
    cache.find(owner, 0, 0, one, 0, 4);
    cache.keep(owner, 0, one, 0, 4, "one");
    expect(cache.find(owner, 0, 0, one, 0, 4)).toBe("one");
    expect(cache.find(owner, 0, 0, two, 0, 4)).toBeUndefined();
    cache.keep(owner, 0, two, 0, 4, "two");
    // It was the same slot.
    expect(cache.find(owner, 0, 0, one, 0, 4)).toBeUndefined();
  });

  it("is not asked for values that never come again, until they do", () => {
    const cache = new OctetCache<object, string>(64);
    const owner = {};
    const ask = (seed: number, text: string): string | undefined => {
      const octets = Buffer.from(text);
      const found = cache.find(owner, seed, 0, octets, 0, octets.length);
      if (found === undefined) cache.keep(owner, 0, octets, 0, octets.length, text);
      return found;
    };
    ask(1, "kept");
    for (let i = 0; i < 1000; i++) ask(1 << 24, `${i}`);
    // None of them took the place of another: by now only one of 32 is kept.
    expect(ask(1, "kept")).toBe("kept");
    let found = 0;
    for (let i = 0; i < 200; i++) if (ask(1 << 24, "again") === "again") found++;
    expect(found).toBeGreaterThan(100);
  });

  it("holds for many values through the decoder", () => {
    const decoder = fastHpack(limits);
    for (let pass = 0; pass < 2; pass++) {
      for (let i = 0; i < 20_000; i++) {
        const value = (i * 7).toString(36);
        expect(decodeOctets(decoder, literal("x", value)).fields[0]!.value === value).toBe(true);
      }
    }
  });
});

/** Two values of four octets and equal hash: the last evens out hashes of the first three that differ in their low octet only. */
function collision(): [Uint8Array, Uint8Array] {
  const prime = 0x01000193;
  const seen = new Map<number, { prefix: number[]; hash: number }>();
  for (let i = 0; i < 1 << 24; i++) {
    const prefix = [(i * 7919) & 0xff, (i >>> 8) & 0xff, i & 0xff];
    const hash = prefix.reduce((hash, octet) => Math.imul(hash ^ octet, prime), 0);
    const other = seen.get(hash >>> 8);
    if (other !== undefined && other.prefix.join() !== prefix.join())
      return [Uint8Array.of(...other.prefix, 0), Uint8Array.of(...prefix, (hash ^ other.hash) & 0xff)];
    seen.set(hash >>> 8, { prefix, hash });
  }
  throw new Error("no collision");
}
