import type { DecodedBlock } from "../../src/fields/decoded-block.ts";
import { FieldBit } from "../../src/fields/field.ts";
import type { HpackDecoder } from "../../src/hpack/engine.ts";

export const limits = { tableOctets: 1 << 20 };

/** Octets from hex with blanks. */
export const octets = (hex: string): Buffer => Buffer.from(hex.replaceAll(/\s/g, ""), "hex");

export const decode = (decoder: HpackDecoder, hex: string): DecodedBlock => decodeOctets(decoder, octets(hex));

export const decodeOctets = (decoder: HpackDecoder, bytes: Uint8Array): DecodedBlock => decoder.decode(bytes, 0, bytes.length);

/** `name: value` lines; what is unknown reads `?`. */
export const lines = (block: DecodedBlock): string[] =>
  block.fields.slice(0, block.count).map(({ name, value, bits }) => {
    const shown = (bits & FieldBit.nameUnknown) !== 0 ? "?" : name.text;
    return `${shown}: ${(bits & FieldBit.valueUnknown) !== 0 ? "?" : value}`;
  });

/** An integer of RFC 7541 5.1 with the bits of the representation above its prefix. */
export function integer(value: number, mask: number, high: number): number[] {
  if (value < mask) return [high | value];
  const out = [high | mask];
  let left = value - mask;
  for (; left >= 128; left = Math.floor(left / 128)) out.push((left % 128) | 0x80);
  return [...out, left];
}

const text = (value: string): number[] => [...integer(value.length, 0x7f, 0), ...Buffer.from(value, "latin1")];

/** A literal with incremental indexing and a new name. */
export const insert = (name: string, value: string): Buffer => Buffer.from([0x40, ...text(name), ...text(value)]);

/** A literal without indexing, with a new name. */
export const literal = (name: string, value: string): Buffer => Buffer.from([0x00, ...text(name), ...text(value)]);

/** Literals with the name of an index. */
export const insertAt = (index: number, value: string): Buffer => Buffer.from([...integer(index, 0x3f, 0x40), ...text(value)]);

export const literalAt = (index: number, value: string): Buffer => Buffer.from([...integer(index, 0x0f, 0), ...text(value)]);

export const indexed = (index: number): Buffer => Buffer.from(integer(index, 0x7f, 0x80));

export const sizeUpdate = (size: number): Buffer => Buffer.from(integer(size, 0x1f, 0x20));
