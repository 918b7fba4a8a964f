// In: one message as Zstandard frames (RFC 8878), skippable ones among them. Out: what they hold, up to a limit. Dictionaries are not at
// hand, checksums are not verified.
// Ours: the blocks are those of captures (src/capture/zstd.ts says why no package reads them).
import { u32le } from "../bytes.ts";
import { isSkippable, zstdMagic } from "../capture/frames.ts";
import { BlockType, littleEndian, windowOf, ZstdBlocks, ZstdOutput } from "../capture/zstd-block.ts";
import { ZstdFault } from "../capture/zstd-entropy.ts";

type Unpacked = Uint8Array | "damaged" | "large" | "dictionary";

/** `damaged`: no such frames; `large`: more than the limit; `dictionary`: it needs one. */
export function unzstd(bytes: Uint8Array, limit: number): Unpacked {
  const pieces: Uint8Array[] = [];
  let made = 0;
  let at = 0;
  if (bytes.length < 4) return "damaged";
  while (at < bytes.length) {
    if (bytes.length - at < 4) return "damaged";
    const magic = u32le(bytes, at);
    if (isSkippable(magic) && bytes.length - at >= 8) {
      at += 8 + u32le(bytes, at + 4);
      continue;
    }
    if (magic !== zstdMagic) return "damaged";
    const frame = readFrame(bytes, at + 4, limit - made);
    if (typeof frame === "string") return frame;
    made += frame.octets.length;
    pieces.push(frame.octets);
    at = frame.end;
  }
  if (at !== bytes.length) return "damaged";
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

// Section 3.1.1.
function readFrame(
  bytes: Uint8Array,
  start: number,
  limit: number,
): { octets: Uint8Array; end: number } | Exclude<Unpacked, Uint8Array> {
  if (start >= bytes.length) return "damaged";
  const descriptor = bytes[start]!;
  if ((descriptor & 0x08) !== 0) return "damaged";
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const sizeOctets = [single ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  let at = start + 1;
  if (at + (single ? 0 : 1) + dictionary + sizeOctets > bytes.length) return "damaged";
  let window = single ? 0 : windowOf(bytes[at++]!);
  if (littleEndian(bytes, at, dictionary) !== 0) return "dictionary";
  at += dictionary;
  const size = sizeOctets === 0 ? -1 : littleEndian(bytes, at, sizeOctets) + (sizeOctets === 2 ? 256 : 0);
  at += sizeOctets;
  if (single) window = size;
  const output = new ZstdOutput(limit);
  const blocks = new ZstdBlocks(output, window);
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) return "damaged";
    const header = littleEndian(bytes, at, 3);
    at += 3;
    last = (header & 1) !== 0;
    const type = (header >>> 1) & 3;
    const end = at + (type === BlockType.rle ? 1 : header >>> 3);
    if (end > bytes.length) return "damaged";
    try {
      blocks.block(type, header >>> 3, bytes, at, end);
    } catch (error) {
      if (error instanceof ZstdFault) return error.why;
      throw error;
    }
    at = end;
  }
  if (size >= 0 && output.length !== size) return "damaged";
  return { octets: output.bytes.slice(0, output.length), end: at + ((descriptor & 0x04) === 0 ? 0 : 4) };
}
