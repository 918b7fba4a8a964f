// In: a protobuf message whose schema is not known. Out: what it looks like: `{"1": "hello", "2": 42}`, field numbers for names. What a
// length-delimited field holds is a guess: text if it reads like text, else a message if it parses as one, else octets.
import { hex, latin1, u32le } from "../bytes.ts";
import { WireReader, WireType } from "./wire.ts";

/** What JSON can hold. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** @returns undefined where the octets are no protobuf message. Of more fields or levels than `limits` what is beyond is left out, and
 *  `$cut` says so. Numbers that JSON does not hold are strings; `$fixed32`, `$fixed64`, `$octets` (in hex) and `$group` name what has
 *  no other form. */
export function describe(bytes: Uint8Array, limits: ViewLimits = viewLimits): Json | undefined {
  return view(bytes, 0, bytes.length, 0, { fields: limits.fields, depth: limits.depth });
}

export interface ViewLimits {
  /** Over all levels. */
  readonly fields: number;
  readonly depth: number;
}

export const viewLimits: ViewLimits = { fields: 1000, depth: 32 };

interface Left {
  fields: number;
  readonly depth: number;
}

function view(bytes: Uint8Array, start: number, end: number, depth: number, left: Left): { [name: string]: Json } | undefined {
  const reader = new WireReader(bytes, start, end);
  const seen: { [name: string]: Json } = {};
  const repeated = new Set<number>();
  while (reader.next()) {
    if (left.fields-- <= 0) {
      seen["$cut"] = "fields";
      return seen;
    }
    const value = fieldValue(reader, bytes, depth, left);
    const name = String(reader.number);
    const before = seen[name];
    if (before === undefined) seen[name] = value;
    else if (repeated.has(reader.number))
      (before as Json[]).push(value); // made below, and nowhere else
    else {
      seen[name] = [before, value];
      repeated.add(reader.number);
    }
  }
  return reader.fault === undefined ? seen : undefined;
}

function fieldValue(reader: WireReader, bytes: Uint8Array, depth: number, left: Left): Json {
  const { type, start, end, low, high } = reader;
  switch (type) {
    case WireType.varint:
      return integer(high, low);
    case WireType.fixed32: {
      const float = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(start, true);
      return { $fixed32: u32le(bytes, start), ...likely(float) };
    }
    case WireType.fixed64: {
      const float = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(start, true);
      return { $fixed64: integer(u32le(bytes, start + 4), u32le(bytes, start)), ...likely(float) };
    }
    case WireType.groupStart:
      if (depth + 1 >= left.depth) return { $cut: "depth" };
      return { $group: view(bytes, start, end, depth + 1, left) ?? hex(bytes, start, end) };
    default:
      return content(bytes, start, end, depth, left);
  }
}

// As a float it may be what was meant where its size is one that people use.
function likely(float: number): { $float?: number } {
  const size = Math.abs(float);
  return float === 0 || (size >= 1e-9 && size < 1e12) ? { $float: float } : {};
}

function content(bytes: Uint8Array, start: number, end: number, depth: number, left: Left): Json {
  const octets = latin1(bytes, start, end);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: text has none
  const plain = !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(octets);
  const text = textOf(bytes, start, end);
  // A line feed is the tag of a first field that is a string.
  if (text !== undefined && plain && !octets.startsWith("\n")) return text;
  if (depth + 1 < left.depth) {
    const before = left.fields;
    const message = view(bytes, start, end, depth + 1, left);
    if (message !== undefined) return message;
    left.fields = before;
  } else if (text === undefined || !plain) return { $cut: "depth" };
  return text ?? { $octets: hex(bytes, start, end) };
}

export function textOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return decoder.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}

function integer(high: number, low: number): Json {
  if (high < 1 << 21) return high * 2 ** 32 + low;
  return String((BigInt(high) << 32n) | BigInt(low));
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
