// In: frames of Zstandard or LZ4, one after the other, skippable ones among them, which both formats have (RFC 8878 section 3.1.2).
// Out: what they hold.
import { u32le } from "../bytes.ts";
import type { Fault, Unpacking } from "./unpacking.ts";
import type { Window } from "./window.ts";

/** Magic numbers, as `u32le` reads them. */
export const lz4Magic = 0x184d2204;
export const zstdMagic = 0xfd2fb528;

/** Sixteen of them. */
export const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50;

export const cut = "it ends inside a frame";

/** @param frame Reads one whose magic number is next.
 *  @param format Its name. */
export async function* framesOf(input: Window, magic: number, frame: (input: Window) => Unpacking, format: string): Unpacking {
  for (;;) {
    const offset = input.offset;
    if (!(await input.need(4))) return input.end === input.start ? undefined : { reason: cut, offset };
    const next = u32le(input.bytes, input.start);
    let fault: Fault | undefined;
    if (isSkippable(next)) fault = await skipFrame(input);
    else if (next === magic) fault = yield* frame(input);
    else return { reason: `bytes follow that are no ${format} frame`, offset };
    if (fault !== undefined) return fault;
  }
}

async function skipFrame(input: Window): Promise<Fault | undefined> {
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
