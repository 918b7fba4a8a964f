// In: gzip members (RFC 1952), one after the other. Out: what they hold, checked against CRC and length. DEFLATE by node:zlib.

import { u16le, u32le } from "../bytes.ts";
import { zlib } from "../platform/zlib.ts";
import type { Fault, Unpacking } from "./unpacking.ts";
import type { Window } from "./window.ts";

const Flag = { headerCrc: 2, extra: 4, name: 8, comment: 16 } as const;

export async function* gunzip(input: Window): Unpacking {
  for (let first = true; ; first = false) {
    const offset = input.offset;
    if (!(await input.need(1))) return first ? { reason: "it is empty", offset } : undefined;
    // Tapes and block devices are padded with zeros.
    if (!first && input.bytes[input.start] === 0) return (await onlyZeros(input)) ? undefined : { reason: trailing, offset };
    const fault = await header(input, first);
    if (fault !== undefined) return fault;
    const inside = yield* member(input);
    if (inside !== undefined) return inside;
  }
}

const trailing = "bytes follow that are no gzip member";

async function header(input: Window, first: boolean): Promise<Fault | undefined> {
  const offset = input.offset;
  const cut = { reason: "it ends inside a gzip header", offset };
  const whole = await input.need(10);
  const { bytes, start } = input;
  if (input.end - start < 2 ? !first : bytes[start] !== 0x1f || bytes[start + 1] !== 0x8b) return { reason: trailing, offset };
  if (!whole) return cut;
  const flags = bytes[start + 3]!;
  if (bytes[start + 2] !== 8) return { reason: `compression method ${bytes[start + 2]} is unknown`, offset };
  if ((flags & 0xe0) !== 0) return { reason: "reserved flags are set", offset };
  input.start += 10;
  if ((flags & Flag.extra) !== 0) {
    if (!(await input.need(2))) return cut;
    const length = 2 + u16le(input.bytes, input.start);
    if (!(await input.need(length))) return cut;
    input.start += length;
  }
  if ((flags & Flag.name) !== 0 && !(await skipText(input))) return cut;
  if ((flags & Flag.comment) !== 0 && !(await skipText(input))) return cut;
  if ((flags & Flag.headerCrc) !== 0) {
    if (!(await input.need(2))) return cut;
    input.start += 2;
  }
  return undefined;
}

async function skipText(input: Window): Promise<boolean> {
  while (await input.need(1)) {
    const end = input.bytes.subarray(0, input.end).indexOf(0, input.start);
    input.start = end < 0 ? input.end : end + 1;
    if (end >= 0) return true;
  }
  return false;
}

/** Octets of output for each call of zlib, and at the most of input. */
const chunkOctets = 1 << 16;

async function* member(input: Window): Unpacking {
  // A high-water mark of one octet: zlib works one chunk ahead, so that a later fault takes no good chunk with it. At the end of the
  // input nothing is flushed by force: what is missing is known here, and what was there is wanted.
  const options = { chunkSize: chunkOctets, readableHighWaterMark: 1, finishFlush: zlib().constants.Z_SYNC_FLUSH };
  const raw = zlib().createInflateRaw(options);
  let wake = () => {};
  let failed = false;
  let ended = false;
  raw.on("readable", () => wake());
  raw.on("error", () => {
    failed = true;
    wake();
  });
  raw.on("end", () => {
    ended = true;
    wake();
  });
  let crc = 0;
  let length = 0;
  try {
    while (!ended) {
      // zlib reports a fault, but not where, and gives nothing of the call that met it. Small pieces at first: little is lost then.
      const size = Math.min(Math.max(raw.bytesWritten >>> 3, 512), chunkOctets);
      await input.need(size);
      const offset = input.offset;
      const { bytes, start, end } = input;
      if (end === start) return { reason: "it ends inside a gzip member", offset };
      const before = raw.bytesWritten;
      let taken = false;
      raw.write(bytes.subarray(start, Math.min(end, start + size)), () => {
        taken = true;
        wake();
      });
      for (;;) {
        // Typed `any` by Node; without an encoding it is a Buffer.
        const chunk = raw.read() as Buffer | null;
        if (chunk !== null) {
          crc = zlib().crc32(chunk, crc);
          length = (length + chunk.length) % 0x1_0000_0000;
          yield chunk;
        } else if (failed) return { reason: "the compressed data is damaged", offset };
        else if (taken || ended) break;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
      input.start += raw.bytesWritten - before;
    }
  } finally {
    raw.destroy();
  }
  const offset = input.offset;
  if (!(await input.need(8))) return { reason: "it ends inside a gzip trailer", offset };
  const { bytes, start } = input;
  input.start += 8;
  if (u32le(bytes, start) !== crc || u32le(bytes, start + 4) !== length)
    return { reason: "the checksum of the member before does not fit what it holds", offset };
  return undefined;
}

async function onlyZeros(input: Window): Promise<boolean> {
  while (await input.need(1)) {
    for (; input.start < input.end; input.start++) if (input.bytes[input.start] !== 0) return false;
  }
  return true;
}
