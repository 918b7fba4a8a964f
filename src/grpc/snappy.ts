// In: one message compressed with Snappy, as its framing format or as a bare block: gRPC names neither, and stacks use both
// (https://github.com/google/snappy, framing_format.txt and format_description.txt). Out: what it holds, up to a limit.
// Ours: snappyjs fills up with zeros what a message does not hold, where we have to say that it is damaged, and reads no frames
// (docs/performance.md).
import { latin1, u24le, u32le } from "../bytes.ts";

type Unpacked = Uint8Array | "damaged" | "large";

export function unsnappy(bytes: Uint8Array, limit: number): Unpacked {
  return latin1(bytes, 0, Math.min(IDENTIFIER.length, bytes.length)) === IDENTIFIER ? frames(bytes, limit) : block(bytes, limit);
}

/** A bare block (format_description.txt). */
export function block(bytes: Uint8Array, limit: number): Unpacked {
  // The length that it unpacks to comes first.
  let length = 0;
  let at = 0;
  for (let shift = 0; ; shift += 7) {
    if (at === bytes.length || shift > 28) return "damaged";
    const octet = bytes[at++]!;
    length += (octet & 0x7f) * 2 ** shift;
    if (octet < 0x80) break;
  }
  if (length >= 2 ** 32) return "damaged";
  // An element of three octets makes 64 at the most: a length that only lies costs nothing.
  if (length > (bytes.length - at) * 64) return "damaged";
  if (length > limit) return "large";
  const into = new Uint8Array(length);
  let made = 0;
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    const type = tag & 3;
    if (type === 0) {
      let count = (tag >>> 2) + 1;
      if (count > 60) {
        const octets = count - 60;
        if (octets > bytes.length - at) return "damaged";
        count = littleEndian(bytes, at, octets) + 1;
        at += octets;
      }
      if (count > bytes.length - at || count > length - made) return "damaged";
      into.set(bytes.subarray(at, at + count), made);
      at += count;
      made += count;
      continue;
    }
    const octets = type === 3 ? 4 : type;
    if (octets > bytes.length - at) return "damaged";
    const count = type === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offset = type === 1 ? ((tag >>> 5) << 8) | bytes[at]! : littleEndian(bytes, at, octets);
    at += octets;
    if (offset === 0 || offset > made || count > length - made) return "damaged";
    for (let i = 0; i < count; i++, made++) into[made] = into[made - offset]!;
  }
  return made === length ? into : "damaged";
}

function frames(bytes: Uint8Array, limit: number): Unpacked {
  const pieces: Uint8Array[] = [];
  let made = 0;
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 4) return "damaged";
    const type = bytes[at]!;
    const size = u24le(bytes, at + 1);
    const start = at + 4;
    at = start + size;
    if (at > bytes.length) return "damaged";
    if (type === Chunk.identifier) {
      if (latin1(bytes, start - 4, at) !== IDENTIFIER) return "damaged";
    } else if (type <= Chunk.plain) {
      if (size < 4) return "damaged";
      const piece = type === Chunk.plain ? bytes.subarray(start + 4, at) : block(bytes.subarray(start + 4, at), LARGEST);
      // Each holds 64 KiB at the most.
      if (typeof piece === "string" || piece.length > LARGEST || masked(crc32c(piece)) !== u32le(bytes, start)) return "damaged";
      made += piece.length;
      if (made > limit) return "large";
      pieces.push(piece);
    } else if (type < Chunk.skippable) return "damaged";
  }
  return Buffer.concat(pieces);
}

const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** Castagnoli's (RFC 3720 appendix B.4). */
export function crc32c(bytes: Uint8Array): number {
  const table = (crcTable ??= madeTable());
  let crc = ~0;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ table[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

function littleEndian(bytes: Uint8Array, at: number, octets: number): number {
  let value = 0;
  for (let i = octets - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

let crcTable: Uint32Array | undefined;

const madeTable = (): Uint32Array =>
  Uint32Array.from({ length: 256 }, (_, octet) => {
    let crc = octet;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0x82f63b78);
    return crc;
  });

const Chunk = { compressed: 0, plain: 1, skippable: 0x80, identifier: 0xff } as const;
const IDENTIFIER = "\xff\x06\0\0sNaPpY";
const LARGEST = 64 << 10;
