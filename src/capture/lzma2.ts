// LZMA2, the filter of .xz files: chunks of LZMA, or of octets as they are. After the LZMA SDK's lzma-specification.txt (16.00) and
// section 5.3.1 of the .xz file format 1.1.
// Ours: see xz.ts.

import { u16 } from "../bytes.ts";
import { largestHistory, type Unpacking } from "./unpacking.ts";
import type { Window } from "./window.ts";

/** @param dictionary Octets that may be referred to. */
export async function* unlzma2(input: Window, dictionary: number): Unpacking {
  if (dictionary > largestHistory) return { reason: `it needs a dictionary of ${dictionary} bytes`, offset: input.offset };
  const decoder = new Lzma(dictionary);
  for (let isFirst = true; ; isFirst = false) {
    const offset = input.offset;
    if (!(await input.need(1))) return { reason: cut, offset };
    const control = input.bytes[input.start]!;
    if (control === 0) {
      input.start++;
      return undefined;
    }
    if ((control > 2 && control < 0x80) || (isFirst && control !== 1 && control < 0xe0)) return { reason: damaged, offset };
    if (control === 1 || control >= 0xe0) decoder.forget();
    const head = control < 0x80 ? 3 : control < 0xc0 ? 5 : 6;
    if (!(await input.need(head))) return { reason: cut, offset };
    const size = 1 + u16(input.bytes, input.start + (control < 0x80 ? 1 : 3));
    const whole = await input.need(head + size);
    const { bytes, start, end } = input;
    const from = start + head;
    const to = Math.min(from + size, end);
    let good = true;
    if (control < 0x80) decoder.take(bytes, from, to);
    else {
      if (control >= 0xa0) decoder.reset();
      if (control >= 0xc0 && !decoder.setProperties(bytes[start + 5]!)) return { reason: damaged, offset };
      good = decoder.unpack(bytes, from, to, 1 + ((control & 0x1f) << 16) + u16(bytes, start + 1));
    }
    if (decoder.end > decoder.start) yield decoder.bytes.subarray(decoder.start, decoder.end);
    if (!whole) return { reason: "it ends inside a chunk", offset };
    if (!good) return { reason: damaged, offset };
    input.start = to;
  }
}

const cut = "it ends inside a block";
const damaged = "the compressed data is damaged";

/** Uncompressed octets of a chunk, at the most. */
const largestChunk = 1 << 21;
const half = 1024;
const top = 0x0100_0000;
const states = 12;
const positions = 16;

// Where the probabilities of each kind of bit start (names as in the specification).
const isMatch = 0;
const isRep = isMatch + states * positions;
const isRepG0 = isRep + states;
const isRepG1 = isRepG0 + states;
const isRepG2 = isRepG1 + states;
const isRep0Long = isRepG2 + states;
const posSlot = isRep0Long + states * positions;
const posSpecial = posSlot + 4 * 64;
const align = posSpecial + 128;
const matchLength = align + 16;
const lengthOctets = 2 + 2 * positions * 8 + 256;
const repLength = matchLength + lengthOctets;
const literals = repLength + lengthOctets;

/** The octets unpacked so far, as far back as the dictionary reaches; `bytes[start..end)` is of the last chunk. */
class Lzma {
  /** Grows by what is there, not by what a header claims. */
  bytes = new Uint8Array(1 << 20);
  start = 0;
  end = 0;
  readonly #dictionary: number;
  /** Where what may be referred to starts. */
  #known = 0;
  /** LZMA2 allows four bits of literal context and position at the most. */
  readonly #probabilities = new Uint16Array(literals + (0x300 << 4));
  #literalContext = 0;
  #literalPosition = 0;
  #position = 0;
  #hasProperties = false;
  /** Of the octets since the dictionary was reset. */
  #offset = 0;
  #state = 0;
  #rep0 = 0;
  #rep1 = 0;
  #rep2 = 0;
  #rep3 = 0;
  // The range decoder.
  #from: Uint8Array = this.bytes;
  #at = 0;
  #last = 0;
  #range = 0;
  #code = 0;
  #isShort = false;

  constructor(dictionary: number) {
    this.#dictionary = Math.max(dictionary, 4096);
  }

  forget(): void {
    this.#known = this.end;
    this.#offset = 0;
  }

  reset(): void {
    this.#probabilities.fill(half);
    this.#state = this.#rep0 = this.#rep1 = this.#rep2 = this.#rep3 = 0;
  }

  setProperties(value: number): boolean {
    this.#literalContext = value % 9;
    const rest = (value - this.#literalContext) / 9;
    this.#literalPosition = rest % 5;
    this.#position = (rest - this.#literalPosition) / 5;
    this.#hasProperties = this.#position <= 4 && this.#literalContext + this.#literalPosition <= 4;
    return this.#hasProperties;
  }

  take(from: Uint8Array, start: number, end: number): void {
    this.#room(end - start);
    this.bytes.set(from.subarray(start, end), this.start);
    this.end = this.start + (end - start);
    this.#offset += end - start;
  }

  /** @returns False where it does not add up; what came before is there all the same. */
  unpack(from: Uint8Array, start: number, end: number, octets: number): boolean {
    this.#room(octets);
    if (!this.#hasProperties || end - start < 5 || from[start] !== 0) return false;
    this.#from = from;
    this.#at = start + 1;
    this.#last = end;
    this.#isShort = false;
    this.#range = 0xffffffff;
    this.#code = 0;
    for (let i = 0; i < 4; i++) this.#code = ((this.#code << 8) | from[this.#at++]!) >>> 0;
    const good = this.#symbols(this.start + octets);
    this.#offset += this.end - this.start;
    // The encoder writes all octets of the chunk, and its code ends with zero.
    return good && this.#at === end && this.#code === 0;
  }

  /** Have room for a chunk behind what may be referred to. */
  #room(octets: number): void {
    const { bytes, end } = this;
    if (bytes.length - end < octets) {
      const kept = Math.max(this.#known, end - this.#dictionary);
      const wanted = end - kept + octets;
      // Half of it free after a move, or a chunk four times over: moving stays cheap.
      const to = bytes.length - wanted < Math.min(end - kept, 4 * largestChunk) ? new Uint8Array(2 * wanted) : bytes;
      if (to === bytes) bytes.copyWithin(0, kept, end);
      else to.set(bytes.subarray(kept, end));
      this.bytes = to;
      this.end = end - kept;
      this.#known = Math.max(0, this.#known - kept);
    }
    this.start = this.end;
  }

  #symbols(stop: number): boolean {
    const { bytes } = this;
    const positionMask = (1 << this.#position) - 1;
    while (this.end < stop) {
      const position = (this.#offset + this.end - this.start) & positionMask;
      const state = this.#state;
      if (this.#bit(isMatch + state * positions + position) === 0) {
        const octet = this.#literal();
        if (this.#isShort) return false;
        bytes[this.end++] = octet;
        this.#state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
        continue;
      }
      let length = 1;
      if (this.#bit(isRep + state) === 0) {
        this.#rep3 = this.#rep2;
        this.#rep2 = this.#rep1;
        this.#rep1 = this.#rep0;
        length = this.#length(matchLength, position);
        this.#rep0 = this.#distance(length);
        this.#state = state < 7 ? 7 : 10;
      } else if (this.#isShortRepeat(state, position)) {
        this.#state = state < 7 ? 9 : 11;
      } else {
        length = this.#length(repLength, position);
        this.#state = state < 7 ? 8 : 11;
      }
      if (this.#isShort) return false;
      const distance = this.#rep0 + 1;
      if (distance > this.end - this.#known || distance > this.#dictionary || length > stop - this.end) return false;
      // Octet by octet: source and target may overlap, which repeats a pattern.
      for (let at = this.end, last = at + length; at < last; at++) bytes[at] = bytes[at - distance]!;
      this.end += length;
    }
    this.#normalise();
    return !this.#isShort;
  }

  /** Take one of the last four distances. @returns Whether a single octet is repeated; else a length follows. */
  #isShortRepeat(state: number, position: number): boolean {
    if (this.#bit(isRepG0 + state) === 0) return this.#bit(isRep0Long + state * positions + position) === 0;
    let distance = this.#rep1;
    if (this.#bit(isRepG1 + state) === 1) {
      distance = this.#rep2;
      if (this.#bit(isRepG2 + state) === 1) {
        distance = this.#rep3;
        this.#rep3 = this.#rep2;
      }
      this.#rep2 = this.#rep1;
    }
    this.#rep1 = this.#rep0;
    this.#rep0 = distance;
    return false;
  }

  #literal(): number {
    const { bytes, end } = this;
    const before = end > this.#known ? bytes[end - 1]! : 0;
    const context = this.#literalContext;
    const position = (this.#offset + end - this.start) & ((1 << this.#literalPosition) - 1);
    const at = literals + 0x300 * ((position << context) + (before >>> (8 - context)));
    let symbol = 1;
    if (this.#state >= 7) {
      const distance = this.#rep0 + 1;
      let match = distance <= end - this.#known ? bytes[end - distance]! : 0;
      while (symbol < 0x100) {
        const matchBit = (match >>> 7) & 1;
        match <<= 1;
        const bit = this.#bit(at + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (bit !== matchBit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.#bit(at + symbol);
    return symbol & 0xff;
  }

  #length(at: number, position: number): number {
    if (this.#bit(at) === 0) return 2 + this.#tree(at + 2 + position * 8, 3);
    if (this.#bit(at + 1) === 0) return 10 + this.#tree(at + 2 + (positions + position) * 8, 3);
    return 18 + this.#tree(at + 2 + 2 * positions * 8, 8);
  }

  #distance(length: number): number {
    const slot = this.#tree(posSlot + Math.min(length - 2, 3) * 64, 6);
    if (slot < 4) return slot;
    const directBits = (slot >>> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** directBits;
    if (slot < 14) return base + this.#reverseTree(posSpecial + base - slot, directBits);
    return base + this.#direct(directBits - 4) * 16 + this.#reverseTree(align, 4);
  }

  #tree(at: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.#bit(at + symbol);
    return symbol - (1 << bits);
  }

  #reverseTree(at: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.#bit(at + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  /** Bits of equal probability. */
  #direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.#normalise();
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = value * 2 + bit;
    }
    return value;
  }

  #bit(at: number): 0 | 1 {
    this.#normalise();
    const probability = this.#probabilities[at]!;
    const bound = (this.#range >>> 11) * probability;
    if (this.#code < bound) {
      this.#range = bound;
      this.#probabilities[at] = probability + ((2048 - probability) >>> 5);
      return 0;
    }
    this.#range -= bound;
    this.#code -= bound;
    this.#probabilities[at] = probability - (probability >>> 5);
    return 1;
  }

  #normalise(): void {
    if (this.#range >= top) return;
    if (this.#at === this.#last) this.#isShort = true;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | (this.#at < this.#last ? this.#from[this.#at++]! : 0)) >>> 0;
  }
}
