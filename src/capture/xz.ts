// In: .xz streams (The .xz File Format 1.1), one after the other. Out: what they hold. Filters other than LZMA2 are refused; of the
// checks CRC32 is verified, CRC64 and SHA-256 are not.
// Ours: xz-decompress, the one package that reads in pieces, refuses SHA-256 and dictionaries over 64 MiB, does not say where a file is
// damaged, and is WebAssembly, which the page for browsers does not run (docs/performance.md).

import { copyOf, hex, u16, u32le } from "../bytes.ts";
import { zlib } from "../platform/zlib.ts";
import { unlzma2 } from "./lzma2.ts";
import type { Fault, Unpacking } from "./unpacking.ts";
import type { Window } from "./window.ts";

const magic = "fd377a585a00";
const lzma2Filter = 0x21;
const crc32Check = 1;

export async function* unxz(input: Window): Unpacking {
  for (let first = true; ; first = false) {
    const offset = input.offset;
    if (!(await input.need(12))) {
      const rest = input.bytes.subarray(input.start, input.end);
      if (!first && rest.every((octet) => octet === 0)) return undefined;
      return { reason: first ? "it ends inside the header" : trailing, offset };
    }
    const { bytes, start } = input;
    if (!first && u32le(bytes, start) === 0) {
      // Section 2.2: padding between streams is a multiple of four zeros.
      input.start += 4;
      continue;
    }
    if (hex(bytes, start, start + 6) !== magic) return { reason: first ? "the header is damaged" : trailing, offset };
    if (zlib().crc32(bytes.subarray(start + 6, start + 8)) !== u32le(bytes, start + 8))
      return { reason: "the header is damaged", offset };
    const check = u16(bytes, start + 6);
    if (check > 15) return { reason: "reserved flags are set", offset };
    input.start += 12;
    const fault = yield* blocks(input, check);
    if (fault !== undefined) return fault;
  }
}

const trailing = "bytes follow that are no xz stream";

async function* blocks(input: Window, check: number): Unpacking {
  for (;;) {
    const offset = input.offset;
    if (!(await input.need(1))) return { reason: "it ends between blocks", offset };
    const size = (input.bytes[input.start]! + 1) * 4;
    if (size === 4) return skipIndex(input);
    if (!(await input.need(size))) return { reason: "it ends inside a block header", offset };
    const header = copyOf(input.bytes, input.start, input.start + size);
    if (zlib().crc32(header.subarray(0, size - 4)) !== u32le(header, size - 4))
      return { reason: "a block header is damaged", offset };
    const dictionary = dictionaryOf(header);
    if (dictionary === undefined) return { reason: "a block needs a filter that is not known", offset };
    input.start += size;
    const began = input.offset;
    let crc = 0;
    const unpacking = unlzma2(input, dictionary);
    for (;;) {
      const { done, value } = await unpacking.next();
      if (done === true) {
        if (value !== undefined) return value;
        break;
      }
      if (check === crc32Check) crc = zlib().crc32(value, crc);
      yield value;
    }
    const padding = -(input.offset - began) & 3;
    // Section 2.1.1.2: 0, 4, 4, 4, 8, 8, 8, 16, ...
    const checkOctets = check === 0 ? 0 : 1 << (2 + Math.floor((check - 1) / 3));
    const at = input.offset;
    if (!(await input.need(padding + checkOctets))) return { reason: "it ends inside a check", offset: at };
    if (check === crc32Check && u32le(input.bytes, input.start + padding) !== crc)
      return { reason: "the check of a block does not fit what it holds", offset: at };
    input.start += padding + checkOctets;
  }
}

/** Octets of its dictionary where LZMA2 is the only filter of a block (sections 3.1 and 5.3.1). */
function dictionaryOf(header: Uint8Array): number | undefined {
  const flags = header[1]!;
  if ((flags & 0x3f) !== 0) return undefined;
  let at = 2;
  const skipNumber = () => {
    while ((header[at++] ?? 0) >= 0x80);
  };
  if ((flags & 0x40) !== 0) skipNumber();
  if ((flags & 0x80) !== 0) skipNumber();
  const [filter, properties, bits] = header.subarray(at, at + 3);
  if (filter !== lzma2Filter || properties !== 1 || bits === undefined || bits > 40) return undefined;
  return bits === 40 ? 0xffffffff : (2 | (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
}

/** Sections 4 and 2.1.2: the index lists the blocks once more; only its length is of use here, to find the next stream. */
async function skipIndex(input: Window): Promise<Fault | undefined> {
  const offset = input.offset;
  const cut = { reason: "it ends inside the index", offset };
  let octets = 1;
  input.start++;
  const number = async (): Promise<number> => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      if (!(await input.need(1))) return -1;
      const octet = input.bytes[input.start++]!;
      octets++;
      value += (octet & 0x7f) * 2 ** shift;
      if (octet < 0x80) return value;
    }
    return -1;
  };
  const records = await number();
  if (records < 0) return cut;
  for (let i = 0; i < records; i++) if ((await number()) < 0 || (await number()) < 0) return cut;
  const rest = (-octets & 3) + 4 + 12;
  if (!(await input.need(rest))) return cut;
  input.start += rest;
  return undefined;
}
