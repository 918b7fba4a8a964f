import { readFileSync } from "node:fs";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Decompressed, decompress } from "../../src/grpc/decompress.ts";
import { crc32c } from "../../src/grpc/snappy.ts";
import { runs, seed } from "../fuzzing.ts";

type Fixture = Readonly<Record<"zstd" | "snappy" | "block", Readonly<Record<string, string>>>>;
const fixture = JSON.parse(readFileSync(new URL("compressed.json", import.meta.url), "utf8")) as Fixture;
const made = (by: keyof Fixture, name: string): Buffer => Buffer.from(fixture[by][name]!, "base64");

const text = Buffer.from("hello hello hello");
const words = ["stream", "frame", "window", "header", "settings", "goaway"];
const prose = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, i) => words[(i * i * 7 + (i >> 3)) % 6]).join(" "));
// A linear congruential generator: no repeats, but few letters, so that it is all Huffman codes.
function letters(): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length: 900 }, () => {
      state = (state * 1103515245 + 12345) & 0x7fffffff;
      return "etaoin shrdlu".charCodeAt((state >>> 16) % 13);
    }),
  );
}

const LIMIT = 1 << 20;
const skippable = Buffer.from("50 2a 4d 18 03000000 616263".replaceAll(" ", ""), "hex");

describe("decompress", () => {
  it.each([
    ["identity", text],
    ["gzip", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["zstd", made("zstd", "hello")],
    ["snappy", made("snappy", "hello")],
    ["snappy", made("block", "hello")],
    ["snappy-block", made("block", "hello")],
    ["x-snappy-framed", made("snappy", "hello")],
  ])("%s", (encoding, message) => expect(octetsOf(decompress(message, encoding, 1000))).toEqual(text));

  it.each([
    ["a block that repeats one byte", "zstd", made("zstd", "rle"), Buffer.alloc(5000, 7)],
    ["sequences", "zstd", made("zstd", "prose"), prose(300)],
    ["several blocks", "zstd", made("zstd", "long"), prose(40_000)],
    ["Huffman codes", "zstd", made("zstd", "letters"), letters()],
    [
      "frames, one after the other, and one to skip",
      "zstd",
      Buffer.concat([made("zstd", "hello"), skippable, made("zstd", "prose")]),
      Buffer.concat([text, prose(300)]),
    ],
    ["copies, framed", "snappy", made("snappy", "prose"), prose(300)],
    ["copies, bare", "snappy", made("block", "prose"), prose(300)],
    [
      "chunks, and one to skip",
      "snappy",
      framed(plain(text), [0x80, Buffer.from("x")], plain(text)),
      Buffer.concat([text, text]),
    ],
    ["nothing, framed", "snappy", framed(), Buffer.alloc(0)],
    ["a copy of itself", "snappy-block", Buffer.from("0a 00 61 22 0100".replaceAll(" ", ""), "hex"), Buffer.alloc(10, "a")],
  ])("%s", (_, encoding, message, expected) => {
    const result = octetsOf(decompress(message, encoding, LIMIT));
    expect(typeof result === "string" ? result : result.equals(expected)).toBe(true);
  });

  it.each([
    ["cut off", gzipSync(text).subarray(0, 15), "gzip", "damaged"],
    ["no gzip", text, "gzip", "damaged"],
    ["empty", Buffer.alloc(0), "gzip", "damaged"],
    ["an unknown algorithm", text, "lzma", "unknown"],
    ["no algorithm", text, "", "unknown"],
    ["cut off", made("zstd", "hello").subarray(0, 15), "zstd", "damaged"],
    ["no zstd", text, "zstd", "damaged"],
    ["empty", Buffer.alloc(0), "zstd", "damaged"],
    ["bytes after a frame", Buffer.concat([made("zstd", "hello"), text]), "zstd", "damaged"],
    ["a dictionary", Buffer.from("28b52ffd01580105", "hex"), "zstd", "unknown"],
    ["a size that is not kept", sized(6), "zstd", "damaged"],
    ["a copy from before the beginning", Buffer.from("0500610e0300", "hex"), "snappy-block", "damaged"],
    ["a literal that is longer than what is left", Buffer.from("05f0ff61", "hex"), "snappy-block", "damaged"],
    ["a length that is not kept", Buffer.from("051061626364", "hex"), "snappy-block", "damaged"],
    ["a checksum that is wrong", flip(made("snappy", "hello"), 15), "snappy", "damaged"],
    ["a chunk of a reserved type", framed([2, Buffer.alloc(8)]), "snappy", "damaged"],
    ["cut off", made("snappy", "hello").subarray(0, 20), "snappy", "damaged"],
    ["the framing of another library", Buffer.from("82534e4150505900", "hex"), "snappy", "unknown"],
  ])("%s (%#)", (_, message, encoding, result) => expect(decompress(message, encoding, LIMIT)).toBe(result));

  it("keeps a size that is right", () => expect(octetsOf(decompress(sized(5), "zstd", LIMIT))).toEqual(Buffer.from("aaaaa")));
});

describe("what unpacks to more than fits", () => {
  it.each([
    ["gzip", gzipSync(Buffer.alloc(64 << 20))],
    ["zstd", zstdBomb(1000)],
    // 8 MiB of copies of 64 octets.
    [
      "snappy",
      Buffer.concat([Buffer.from("80808004", "hex"), Buffer.from("0061", "hex"), Buffer.alloc(3 << 17, "fe0100", "hex")]),
    ],
    ["snappy", framed(...Array.from({ length: 20 }, () => plain(Buffer.alloc(64 << 10))))],
  ])("%s (%#)", (encoding, message) => expect(decompress(message, encoding, LIMIT)).toBe("large"));

  it("is not believed where it only says so", () => {
    // 4 GiB less one, of two octets.
    expect(decompress(Buffer.from("ffffffff0f0061", "hex"), "snappy-block", 2 ** 40)).toBe("damaged");
    // A content size of 2^63, and no block.
    expect(decompress(Buffer.from("28b52ffdc00000000000000000800100", "hex"), "zstd", LIMIT)).toBe("damaged");
  });

  it("is not copied where no block may be so long", () => {
    // Copying them all would take minutes. 0x7f00 + 0x7f00 sequences, each a match of more than 64 KiB of the one literal: RLE tables of codes 0, 0 and 52.
    const sequences = Buffer.concat([Buffer.from("ff007f54000034", "hex"), Buffer.alloc(130_000, 0xff)]);
    const block = Buffer.concat([Buffer.from("0861", "hex"), sequences]);
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | 5, 0, 3);
    expect(decompress(Buffer.concat([Buffer.from("28b52ffd0058", "hex"), header, block]), "zstd", 64 << 20)).toBe("damaged");
  });
});

describe("damage", () => {
  const whole: readonly (readonly [string, Buffer])[] = [
    ["gzip", gzipSync(prose(100))],
    ["deflate", deflateSync(prose(100))],
    ["zstd", made("zstd", "prose")],
    ["zstd", made("zstd", "letters")],
    ["zstd", made("zstd", "long")],
    ["snappy", made("snappy", "prose")],
    ["snappy-block", made("block", "prose")],
  ];

  it.each(whole)("of %s (%#) never throws, and never makes more than the limit", (encoding, message) => {
    fc.assert(
      fc.property(fc.nat(message.length - 1), fc.nat(255), fc.nat(message.length), (at, octet, end) => {
        const hurt = Buffer.from(message);
        hurt[at] = octet;
        const result = decompress(hurt.subarray(0, Math.max(end, at)), encoding, 1 << 16);
        if (typeof result === "string") expect(["damaged", "large", "unknown"]).toContain(result);
        else expect(result.length).toBeLessThanOrEqual(1 << 16);
      }),
      { numRuns: runs(300), seed },
    );
  });

  it.each(["zstd", "snappy", "snappy-block"])("%s takes any bytes", (encoding) => {
    const head = encoding === "zstd" ? Buffer.from("28b52ffd0058", "hex") : Buffer.alloc(0);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        decompress(Buffer.concat([head, octets]), encoding, 1 << 16);
      }),
      { numRuns: runs(500), seed },
    );
  });

  it("of what snappy frames is always seen, but where a chunk is skipped", () => {
    const message = framed(plain(text));
    for (let at = 10; at < message.length; at++) {
      // Of its type only what makes it another that is not skipped.
      const octet = at === 10 ? 2 : message[at]! ^ 0x10;
      const hurt = Buffer.from(message);
      hurt[at] = octet;
      expect(decompress(hurt, "snappy", LIMIT)).toBe("damaged");
    }
  });
});

it("crc32c of RFC 3720 appendix B.4", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

const octetsOf = (result: Decompressed): Buffer | string => (typeof result === "string" ? result : Buffer.from(result));

function flip(octets: Buffer, at: number): Buffer {
  const copy = Buffer.from(octets);
  copy[at]! ^= 1;
  return copy;
}

/** A single-segment frame that says it has so many octets; it has five. */
function sized(octets: number): Buffer {
  return Buffer.concat([Buffer.from("28b52ffd20", "hex"), Buffer.of(octets), Buffer.from("2b000061", "hex")]);
}

/** Blocks of 128 KiB of one octet each. */
function zstdBomb(blocks: number): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE(((128 << 10) << 3) | 2, 0, 3);
  const block = Buffer.concat([header, Buffer.of(0)]);
  return Buffer.concat([Buffer.from("28b52ffd0058", "hex"), ...Array.from({ length: blocks }, () => block)]);
}

function framed(...chunks: readonly (readonly [number, Buffer])[]): Buffer {
  const parts = chunks.map(([type, content]) => {
    const head = Buffer.of(type, 0, 0, 0);
    head.writeUIntLE(content.length, 1, 3);
    return Buffer.concat([head, content]);
  });
  return Buffer.concat([Buffer.from("ff060000734e61507059", "hex"), ...parts]);
}

/** A chunk that is not compressed, with its checksum (framing_format.txt, section 3). */
function plain(content: Buffer): readonly [number, Buffer] {
  const crc = crc32c(content);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return [1, Buffer.concat([checksum, content])];
}
