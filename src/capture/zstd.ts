// In: Zstandard frames (RFC 8878), one after the other, skippable ones among them. Out: what they hold. The blocks by fzstd, which is given
// one at a time: a block holds 128 KiB at the most, so nothing expands without bound. Checksums are not verified.

import { Decompress } from "fzstd";
import { copyOf, u16le, u32le } from "../bytes.ts";
import { type Fault, largestHistory, type Unpacking } from "./unpacking.ts";
import type { Window } from "./window.ts";

export const zstdMagic = 0xfd2fb528;
/** Sixteen of them. */
export const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50;

const BlockType = { raw: 0, rle: 1, compressed: 2 } as const;
const largestBlock = 128 << 10;

export async function* unzstd(input: Window): Unpacking {
  for (;;) {
    const offset = input.offset;
    if (!(await input.need(4))) return input.end === input.start ? undefined : { reason: cut, offset };
    const magic = u32le(input.bytes, input.start);
    let fault: Fault | undefined;
    if (isSkippable(magic)) fault = await skipFrame(input);
    else if (magic === zstdMagic) fault = yield* frame(input);
    else return { reason: "octets follow that are no Zstandard frame", offset };
    if (fault !== undefined) return fault;
  }
}

const cut = "it ends inside a frame";

export async function skipFrame(input: Window): Promise<Fault | undefined> {
  const offset = input.offset;
  if (!(await input.need(8))) return { reason: cut, offset };
  let left = 8 + u32le(input.bytes, input.start + 4);
  while (left > 0) {
    if (!(await input.need(1))) return { reason: cut, offset };
    const there = Math.min(left, input.end - input.start);
    input.start += there;
    left -= there;
  }
  return undefined;
}

async function* frame(input: Window): Unpacking {
  const offset = input.offset;
  if (!(await input.need(5))) return { reason: cut, offset };
  // RFC 8878 section 3.1.1.1.1.
  const descriptor = input.bytes[input.start + 4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const dictionaryOctets = [0, 1, 2, 4][descriptor & 3]!;
  const sizeOctets = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  const windowOctets = isSingleSegment ? 0 : 1;
  const headOctets = 5 + windowOctets + dictionaryOctets + sizeOctets;
  if (!(await input.need(headOctets))) return { reason: cut, offset };
  const { bytes, start } = input;
  for (let i = 0; i < dictionaryOctets; i++)
    if (bytes[start + 5 + windowOctets + i] !== 0) return { reason: "it needs a dictionary", offset };
  const window = isSingleSegment ? littleEndian(bytes, start + headOctets - sizeOctets, sizeOctets) : windowOf(bytes[start + 5]!);
  if (window > largestHistory) return { reason: `it needs a window of ${window} octets`, offset };

  let pieces: Uint8Array[] = [];
  const decoder = new Decompress((piece) => pieces.push(piece));
  let head = copyOf(bytes, start, start + headOctets);
  input.start += headOctets;
  for (let last = false; !last; ) {
    const at = input.offset;
    if (!(await input.need(3))) return { reason: cut, offset: at };
    const header = littleEndian(input.bytes, input.start, 3);
    last = (header & 1) !== 0;
    const type = (header >>> 1) & 3;
    const size = header >>> 3;
    if (type > BlockType.compressed) return { reason: "a block of a reserved type", offset: at };
    if (size > Math.min(largestBlock, Math.max(window, 1 << 10))) return { reason: `a block of ${size} octets`, offset: at };
    const block = 3 + (type === BlockType.rle ? 1 : size);
    if (!(await input.need(block))) return { reason: "it ends inside a block", offset: at };
    const checksum = last && hasChecksum && (await input.need(block + 4)) ? 4 : 0;
    // Copies: the decoder keeps what it cannot use yet.
    const given = Buffer.concat([head, input.bytes.subarray(input.start, input.start + block + checksum)]);
    head = noOctets;
    let failed = false;
    try {
      // Where the checksum is cut off the decoder is not told that this is all.
      decoder.push(given, last && (!hasChecksum || checksum === 4));
    } catch {
      failed = true;
    }
    const made = pieces;
    pieces = [];
    for (const piece of made) if (piece.length > 0) yield piece;
    if (failed) return { reason: "the compressed data is damaged", offset: at };
    input.start += block + checksum;
    if (last && hasChecksum && checksum === 0) return { reason: "it ends inside a checksum", offset: input.offset };
  }
  return undefined;
}

const noOctets = new Uint8Array(0);

/** RFC 8878 section 3.1.1.1.2. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Up to eight octets; above 2^53 not exact. RFC 8878 section 3.1.1.1.4: in two octets 256 is left out. */
function littleEndian(bytes: Uint8Array, at: number, octets: number): number {
  if (octets === 0) return 0;
  if (octets === 2) return u16le(bytes, at) + 256;
  let value = 0;
  for (let i = octets - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}
