// In: LZ4 frames (lz4_Frame_format 1.6), one after the other, skippable ones among them. Out: what they hold.
// Checksums are not verified. Not read: frames that need a dictionary, the legacy format (`lz4 -l`).
// Ours: lz4js takes damage for data and whole files for one frame; the others do not read frames, or need to know the size (docs/performance.md).

import { u16le, u32le } from "../bytes.ts";
import { cut, framesOf, lz4Magic } from "./frames.ts";
import type { Unpacking } from "./unpacking.ts";
import type { Window } from "./window.ts";

const Flag = { dictionary: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10, independent: 0x20 } as const;
/** Octets that a block may refer back to. */
const history = 1 << 16;

export const unlz4 = (input: Window): Unpacking => framesOf(input, lz4Magic, frame, "LZ4");

async function* frame(input: Window): Unpacking {
  const offset = input.offset;
  if (!(await input.need(7))) return { reason: cut, offset };
  const flags = input.bytes[input.start + 4]!;
  const sizeId = (input.bytes[input.start + 5]! >>> 4) & 7;
  if (flags >>> 6 !== 1) return { reason: `frame version ${flags >>> 6} is unknown`, offset };
  if (sizeId < 4) return { reason: "the frame header is damaged", offset };
  if ((flags & Flag.dictionary) !== 0) return { reason: "it needs a dictionary", offset };
  const head = 7 + ((flags & Flag.contentSize) === 0 ? 0 : 8);
  if (!(await input.need(head))) return { reason: cut, offset };
  input.start += head;
  const largest = 1 << (8 + 2 * sizeId);
  const blockChecksum = (flags & Flag.blockChecksum) === 0 ? 0 : 4;
  const block = new Block(history + largest);
  for (;;) {
    const at = input.offset;
    if (!(await input.need(4))) return { reason: cut, offset: at };
    const word = u32le(input.bytes, input.start);
    if (word === 0) break;
    const size = word & 0x7fffffff;
    if (size > largest) return { reason: `a block of ${size} bytes`, offset: at };
    const whole = await input.need(4 + size + blockChecksum);
    const { bytes, start, end } = input;
    const from = start + 4;
    const to = Math.min(from + size, end);
    if ((flags & Flag.independent) !== 0) block.forget();
    const good = word > 0x7fffffff ? block.take(bytes, from, to) : block.unpack(bytes, from, to, whole);
    if (block.end > history) yield block.bytes.subarray(history, block.end);
    if (!whole) return { reason: "it ends inside a block", offset: at };
    if (!good) return { reason: "the compressed data is damaged", offset: at };
    block.next();
    input.start += 4 + size + blockChecksum;
  }
  const tail = 4 + ((flags & Flag.contentChecksum) === 0 ? 0 : 4);
  if (!(await input.need(tail))) return { reason: "it ends inside a checksum", offset: input.offset };
  input.start += tail;
  return undefined;
}

/** A block behind the last 64 KiB of those before it. `bytes[history..end)` is unpacked. */
class Block {
  readonly bytes: Uint8Array;
  end = history;
  /** Where what may be referred to starts. */
  #known = history;

  constructor(octets: number) {
    this.bytes = new Uint8Array(octets);
  }

  forget(): void {
    this.#known = history;
  }

  next(): void {
    const { bytes, end } = this;
    this.#known = Math.max(0, this.#known - (end - history));
    bytes.copyWithin(0, end - history, end);
    this.end = history;
  }

  take(from: Uint8Array, start: number, end: number): boolean {
    this.bytes.set(from.subarray(start, end), history);
    this.end = history + (end - start);
    return true;
  }

  /** lz4_Block_format: a token, literals, and a copy of what was before, over and over; literals are the last.
   *  @returns False where it does not add up; what came before is there all the same. */
  unpack(from: Uint8Array, start: number, end: number, whole: boolean): boolean {
    const { bytes } = this;
    let at = start;
    let out = history;
    const stop = (good: boolean): boolean => {
      this.end = out;
      return good;
    };
    while (at < end) {
      const token = from[at++]!;
      let literals = token >>> 4;
      if (literals === 15) {
        let more = 255;
        while (more === 255 && at < end) literals += more = from[at++]!;
      }
      const there = Math.min(literals, end - at, bytes.length - out);
      bytes.set(from.subarray(at, at + there), out);
      out += there;
      at += there;
      if (there < literals) return stop(!whole);
      if (at === end) return stop(true);
      if (end - at < 2) return stop(!whole);
      const distance = u16le(from, at);
      at += 2;
      let length = (token & 15) + 4;
      if ((token & 15) === 15) {
        let more = 255;
        while (more === 255) {
          if (at === end) return stop(!whole);
          length += more = from[at++]!;
        }
      }
      if (distance === 0 || out - distance < this.#known || length > bytes.length - out) return stop(false);
      // Octet by octet: source and target may overlap, which repeats a pattern.
      for (const last = out + length; out < last; out++) bytes[out] = bytes[out - distance]!;
    }
    return stop(!whole);
  }
}
