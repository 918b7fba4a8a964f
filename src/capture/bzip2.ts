// In: bzip2 streams, one after the other. Out: what they hold, each block checked before any of it is given.
// The format has no specification: this follows the reference implementation's manual and decoder (bzip2 1.0.8). Not read: the
// randomised blocks of versions before 0.9.5.
// Ours: unbzip2-stream takes more than a minute for a crafted 128 KiB, the others read whole files only (docs/performance.md).

import type { Unpacking } from "./unpacking.ts";
import type { Window } from "./window.ts";

/** Compressed octets of a block at the most: 900,000 symbols of 20 bits and the tables, with room to spare. */
const largestBlock = 2_400_000;
const chunkOctets = 1 << 16;

export async function* unbzip2(input: Window): Unpacking {
  for (let first = true; ; first = false) {
    const offset = input.offset;
    if (!(await input.need(4))) {
      if (input.end === input.start && !first) return undefined;
      return { reason: first ? "it ends inside the header" : trailing, offset };
    }
    const { bytes, start } = input;
    const level = bytes[start + 3]! - 0x30;
    if (bytes[start] !== 0x42 || bytes[start + 1] !== 0x5a || bytes[start + 2] !== 0x68 || level < 1 || level > 9)
      return { reason: first ? "the header is damaged" : trailing, offset };
    input.start += 4;
    const fault = yield* stream(input, level);
    if (fault !== undefined) return fault;
  }
}

const trailing = "bytes follow that are no bzip2 stream";

async function* stream(input: Window, level: number): Unpacking {
  const block = new Block(level * 100_000);
  const chunk = new Uint8Array(chunkOctets);
  /** Of the octet at `start`, used by the block before. */
  let usedBits = 0;
  let combined = 0;
  for (;;) {
    await input.need(largestBlock);
    const offset = input.offset;
    const bits = new Bits(input, usedBits);
    const head = bits.take(24);
    const tail = bits.take(24);
    const crc = ((bits.take(16) << 16) | bits.take(16)) >>> 0;
    if (bits.isShort) return { reason: "it ends inside a block", offset };
    if (head === 0x177245 && tail === 0x385090) {
      input.start = bits.octetsEnd;
      return crc === combined ? undefined : { reason: "the checksum does not fit", offset };
    }
    if (head !== 0x314159 || tail !== 0x265359) return { reason: "the compressed data is damaged", offset };
    const reason = block.read(bits);
    if (bits.isShort) return { reason: "it ends inside a block", offset };
    if (reason !== undefined) return { reason, offset };
    if (block.crc(chunk) !== crc) return { reason: "the checksum of a block does not fit", offset };
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    input.start = bits.octet;
    usedBits = bits.usedOfOctet;
    block.begin();
    for (let length = block.write(chunk); length > 0; length = block.write(chunk)) yield chunk.subarray(0, length);
  }
}

/** Bits of the window from its start, the highest of an octet first. Behind the end there are zeros, and `isShort` is set. */
class Bits {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  #held = 0;
  #heldBits = 0;
  isShort = false;

  constructor({ bytes, start, end }: Window, used: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.#at = start;
    this.take(used);
  }

  /** @param count At most 24. */
  take(count: number): number {
    while (this.#heldBits < count) {
      if (this.#at === this.#end) this.isShort = true;
      // Above 32 bits the oldest fall out: they were taken.
      this.#held = (this.#held << 8) | (this.#at < this.#end ? this.#bytes[this.#at++]! : 0);
      this.#heldBits += 8;
    }
    this.#heldBits -= count;
    return (this.#held >>> this.#heldBits) & ((1 << count) - 1);
  }

  /** Of the octet that the next bit is in. */
  get octet(): number {
    return this.#at - Math.ceil(this.#heldBits / 8);
  }

  get usedOfOctet(): number {
    return -this.#heldBits & 7;
  }

  /** Of the next octet that no bit was taken of. */
  get octetsEnd(): number {
    return this.#at - (this.#heldBits >>> 3);
  }
}

const longestCode = 20;
const groupSymbols = 50;

/** A prefix code: for each length the first code, and where its symbols stand in `symbols`. */
class Code {
  readonly symbols = new Uint16Array(258);
  readonly limit = new Int32Array(longestCode + 2);
  readonly base = new Int32Array(longestCode + 2);
  shortest = 1;
  longest = 1;

  build(lengths: Uint8Array, count: number): void {
    this.shortest = longestCode;
    this.longest = 1;
    for (let i = 0; i < count; i++) {
      this.shortest = Math.min(this.shortest, lengths[i]!);
      this.longest = Math.max(this.longest, lengths[i]!);
    }
    let code = 0;
    let index = 0;
    for (let length = this.shortest; length <= this.longest; length++) {
      this.base[length] = index - code;
      for (let i = 0; i < count; i++) {
        if (lengths[i] !== length) continue;
        this.symbols[index++] = i;
        code++;
      }
      this.limit[length] = code;
      code <<= 1;
    }
  }

  /** @returns A symbol, or -1 for what is no code. */
  decode(bits: Bits): number {
    let code = bits.take(this.shortest);
    for (let length = this.shortest; length <= this.longest; length++) {
      if (code < this.limit[length]!) return this.symbols[this.base[length]! + code] ?? -1;
      code = (code << 1) | bits.take(1);
    }
    return -1;
  }
}

class Block {
  readonly #capacity: number;
  /** Low eight bits: the sorted octets; above them, once `read`: which comes next. */
  readonly #next: Uint32Array;
  readonly #codes = Array.from({ length: 6 }, () => new Code());
  readonly #selectors = new Uint8Array(1 << 15);
  #length = 0;
  #origin = 0;
  // Where writing is: octets left of the block, the last octet, how often it came in a row, copies of it that are due.
  #left = 0;
  #at = 0;
  #last = -1;
  #run = 0;
  #due = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#next = new Uint32Array(capacity);
  }

  /** @returns What is wrong with it, or undefined. */
  read(bits: Bits): string | undefined {
    if (bits.take(1) === 1) return "a randomised block, which is not read";
    this.#origin = bits.take(24);
    const used = usedOctets(bits);
    if (used.length === 0) return damaged;
    const symbols = used.length + 2;
    const reason = this.#readCodes(bits, symbols);
    if (reason !== undefined) return reason;
    return this.#readSymbols(bits, used, symbols - 1);
  }

  #readCodes(bits: Bits, symbols: number): string | undefined {
    const groups = bits.take(3);
    const selectors = bits.take(15);
    if (groups < 2 || groups > 6 || selectors === 0) return damaged;
    const order = [0, 1, 2, 3, 4, 5];
    for (let i = 0; i < selectors; i++) {
      let index = 0;
      while (bits.take(1) === 1) if (++index >= groups) return damaged;
      const [group = 0] = order.splice(index, 1);
      order.unshift(group);
      this.#selectors[i] = group;
    }
    this.#selectors.fill(255, selectors);
    const lengths = new Uint8Array(258);
    for (let group = 0; group < groups; group++) {
      let length = bits.take(5);
      for (let i = 0; i < symbols; i++) {
        for (;;) {
          if (length < 1 || length > longestCode) return damaged;
          if (bits.take(1) === 0) break;
          length += bits.take(1) === 0 ? 1 : -1;
        }
        lengths[i] = length;
      }
      this.#codes[group]!.build(lengths, symbols);
    }
    return undefined;
  }

  /** Move-to-front and run lengths, then the order of the octets (Burrows-Wheeler). */
  #readSymbols(bits: Bits, recent: Uint8Array, endOfBlock: number): string | undefined {
    const next = this.#next;
    const counts = new Uint32Array(256);
    let length = 0;
    let run = 0;
    let runUnit = 1;
    let code = this.#codes[0]!;
    for (let index = 0; ; index++) {
      if (index % groupSymbols === 0) {
        const selected = this.#codes[this.#selectors[index / groupSymbols] ?? 255];
        if (selected === undefined) return damaged;
        code = selected;
      }
      const symbol = code.decode(bits);
      if (symbol < 0 || bits.isShort) return damaged;
      if (symbol <= 1) {
        run += runUnit << symbol;
        runUnit <<= 1;
        if (run > this.#capacity) return damaged;
        continue;
      }
      if (run > 0) {
        if (run > this.#capacity - length) return damaged;
        const octet = recent[0]!;
        next.fill(octet, length, length + run);
        counts[octet]! += run;
        length += run;
        run = 0;
      }
      runUnit = 1;
      if (symbol === endOfBlock) break;
      if (length === this.#capacity) return damaged;
      const octet = recent[symbol - 1]!;
      recent.copyWithin(1, 0, symbol - 1);
      recent[0] = octet;
      counts[octet]!++;
      next[length++] = octet;
    }
    if (this.#origin >= length) return damaged;
    this.#length = length;
    for (let octet = 0, sum = 0; octet < 256; octet++) {
      const count = counts[octet]!;
      counts[octet] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i++) next[counts[next[i]! & 0xff]!++]! |= i << 8;
    return undefined;
  }

  begin(): void {
    this.#left = this.#length;
    this.#at = this.#next[this.#origin]! >>> 8;
    this.#last = -1;
    this.#run = 0;
    this.#due = 0;
  }

  /** @returns How many octets were put into `into`; 0 at the end of the block. */
  write(into: Uint8Array): number {
    const next = this.#next;
    let length = 0;
    while (length < into.length) {
      if (this.#due > 0) {
        const count = Math.min(this.#due, into.length - length);
        into.fill(this.#last, length, length + count);
        length += count;
        this.#due -= count;
        continue;
      }
      if (this.#left === 0) break;
      const entry = next[this.#at]!;
      const octet = entry & 0xff;
      this.#at = entry >>> 8;
      this.#left--;
      // After four equal octets the next one says how many more follow.
      if (this.#run === 4) {
        this.#due = octet;
        this.#run = 0;
        continue;
      }
      this.#run = octet === this.#last ? this.#run + 1 : 1;
      this.#last = octet;
      into[length++] = octet;
    }
    return length;
  }

  crc(scratch: Uint8Array): number {
    let crc = 0xffffffff;
    this.begin();
    for (let length = this.write(scratch); length > 0; length = this.write(scratch))
      for (let i = 0; i < length; i++) crc = (crc << 8) ^ crcTable[(crc >>> 24) ^ scratch[i]!]!;
    return ~crc >>> 0;
  }
}

const damaged = "the compressed data is damaged";

/** Which octets occur, as a map of maps. */
function usedOctets(bits: Bits): Uint8Array {
  const used: number[] = [];
  const rows = bits.take(16);
  for (let row = 0; row < 16; row++) {
    if ((rows & (0x8000 >>> row)) === 0) continue;
    const columns = bits.take(16);
    for (let column = 0; column < 16; column++) if ((columns & (0x8000 >>> column)) !== 0) used.push(row * 16 + column);
  }
  return Uint8Array.from(used);
}

/** CRC-32 with the highest bit first, unlike zlib's. */
const crcTable = Uint32Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});
