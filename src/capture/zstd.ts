// In: Zstandard frames (RFC 8878), one after the other, skippable ones among them. Out: what they hold, a block at a time: 128 KiB at the
// most, so nothing expands without bound. Checksums are not verified.
// Ours: Node has one from 22.15 on, which does not report a file that ends early; fzstd copies for minutes where a block of 128 KiB says
// so; the others read whole files only (docs/performance.md).
import { cut, framesOf, zstdMagic } from "./frames.ts";
import { largestHistory, type Unpacking } from "./unpacking.ts";
import type { Window } from "./window.ts";
import { BlockType, largestBlock, littleEndian, windowOf, ZstdBlocks, ZstdOutput } from "./zstd-block.ts";
import { ZstdFault } from "./zstd-entropy.ts";

export const unzstd = (input: Window): Unpacking => framesOf(input, zstdMagic, frame, "Zstandard");

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
  const window = isSingleSegment ? contentSize(bytes, start + headOctets - sizeOctets, sizeOctets) : windowOf(bytes[start + 5]!);
  if (window > largestHistory) return { reason: `it needs a window of ${window} bytes`, offset };

  const output = new ZstdOutput(Number.POSITIVE_INFINITY);
  const blocks = new ZstdBlocks(output, window);
  input.start += headOctets;
  for (let last = false; !last; ) {
    const at = input.offset;
    if (!(await input.need(3))) return { reason: cut, offset: at };
    const header = littleEndian(input.bytes, input.start, 3);
    last = (header & 1) !== 0;
    const type = (header >>> 1) & 3;
    const size = header >>> 3;
    if (type > BlockType.compressed) return { reason: "a block of a reserved type", offset: at };
    if (size > Math.min(largestBlock, Math.max(window, 1 << 10))) return { reason: `a block of ${size} bytes`, offset: at };
    const block = 3 + (type === BlockType.rle ? 1 : size);
    if (!(await input.need(block))) return { reason: "it ends inside a block", offset: at };
    const { bytes: b, start: from } = input;
    output.forget(window);
    const before = output.length;
    try {
      blocks.block(type, size, b, from + 3, from + block);
    } catch (error) {
      if (error instanceof ZstdFault) return { reason: "the compressed data is damaged", offset: at };
      throw error;
    }
    if (output.length > before) yield output.bytes.subarray(before, output.length);
    input.start += block;
  }
  if (hasChecksum) {
    if (!(await input.need(4))) return { reason: "it ends inside a checksum", offset: input.offset };
    input.start += 4;
  }
  return undefined;
}

/** RFC 8878 section 3.1.1.1.4: in two octets 256 is left out. */
const contentSize = (bytes: Uint8Array, at: number, octets: number): number =>
  littleEndian(bytes, at, octets) + (octets === 2 ? 256 : 0);
