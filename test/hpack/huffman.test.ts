import hpack from "hpack.js";
import { describe, expect, it } from "vitest";
import { classesOf } from "../../src/fields/octet-class.ts";
import { decodeHuffman, huffmanLengths } from "../../src/hpack/huffman.ts";
import { OctetText } from "../../src/hpack/octet-text.ts";

const codes = hpack.huffman.encode;

/** Bits as text, filled up with ones. */
function pack(bits: string): Uint8Array {
  const full = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  return Uint8Array.from({ length: full.length / 8 }, (_, i) => Number.parseInt(full.slice(i * 8, i * 8 + 8), 2));
}

const codeOf = (symbol: number): string => codes[symbol]![1].toString(2).padStart(codes[symbol]![0], "0");

const decode = (bytes: Uint8Array) => {
  const into = new OctetText();
  return { fault: decodeHuffman(bytes, 0, bytes.length, into), into };
};

describe("the Huffman code", () => {
  it("is that of hpack.js", () => {
    expect([...huffmanLengths]).toEqual(codes.map(([length]) => length));
  });

  it("decodes each byte alone, after another and before another", () => {
    for (let octet = 0; octet < 256; octet++) {
      for (const [before, after] of [[], [0x61], [0xff]].flatMap((a) => [[], [0x30], [0x00]].map((b) => [a, b] as const))) {
        const text = String.fromCharCode(...before, octet, ...after);
        const { fault, into } = decode(pack([...before, octet, ...after].map(codeOf).join("")));
        expect(fault).toBeUndefined();
        expect(into.text()).toBe(text);
        expect(into.classes).toBe(classesOf(text));
      }
    }
  });

  it("decodes strings of every short length", () => {
    for (let length = 0; length < 40; length++) {
      const octets = Array.from({ length }, (_, i) => 0x61 + (i % 26));
      expect(decode(pack(octets.map(codeOf).join(""))).into.text()).toBe(String.fromCharCode(...octets));
    }
  });

  it("allows up to seven ones of padding and nothing else", () => {
    for (let octet = 0; octet < 256; octet++) {
      const code = codeOf(octet);
      const padding = (8 - (code.length % 8)) % 8;
      expect(decode(pack(code)).fault).toBeUndefined();
      expect(decode(Uint8Array.from([...pack(code), 0xff])).fault).toBe("huffman-padding-long");
      for (let ones = 0; ones < padding; ones++) {
        const rest = `${"1".repeat(ones)}0`.padEnd(padding, "1");
        // Unless the zero makes it another symbol.
        if (codes.some((_, i) => rest.startsWith(codeOf(i)))) continue;
        expect(decode(pack(code + rest)).fault).toBe("huffman-padding-not-eos");
      }
    }
  });

  it("refuses EOS wherever it begins", () => {
    for (let before = 0; before < 8; before++) {
      const bits = codeOf(0x61).repeat(before) + codeOf(256);
      expect(decode(pack(bits)).fault).toBe("huffman-eos");
    }
  });
});
