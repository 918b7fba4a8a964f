// In: the blocks of a Zstandard frame (RFC 8878 section 3.1.1.2), one after the other. Out: what they hold. Nothing is copied that does not
// fit into a block, whatever lengths it claims, and nothing is kept but what later blocks may refer to.
import { u16le } from "../bytes.ts";

/** Ends the reading of a frame. */
export class ZstdFault extends Error {
  readonly why: "damaged" | "large";

  constructor(why: ZstdFault["why"]) {
    super(why);
    this.why = why;
  }
}

const damaged = (): never => {
  throw new ZstdFault("damaged");
};

/** What the blocks of a frame hold: `bytes[0, length)`, which later blocks may refer to. */
export class ZstdOutput {
  length = 0;
  bytes = new Uint8Array(1024);
  readonly #limit: number;

  /** @param limit Octets that are kept at once; more is a fault. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Between two blocks: nothing refers back further than the window. */
  forget(window: number): void {
    if (this.length <= window + Math.max(window / 2, SLACK)) return;
    this.bytes.copyWithin(0, this.length - window, this.length);
    this.length = window;
  }

  /** Room for so many more octets. */
  grow(octets: number): Uint8Array {
    const needed = this.length + octets;
    if (needed > this.#limit) throw new ZstdFault("large");
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.min(Math.max(needed, this.bytes.length * 2), this.#limit));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    return this.bytes;
  }

  fill(octet: number, count: number): void {
    this.grow(count).fill(octet, this.length, this.length + count);
    this.length += count;
  }

  append(from: Uint8Array, start: number, end: number): void {
    this.grow(end - start).set(from.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** The source may reach into what is written. */
  repeat(offset: number, count: number): void {
    const bytes = this.grow(count);
    const to = this.length;
    if (offset >= count) bytes.copyWithin(to, to - offset, to - offset + count);
    else for (let i = 0; i < count; i++) bytes[to + i] = bytes[to + i - offset]!;
    this.length += count;
  }
}

/** Reads the blocks of one frame. Tables and offsets last from block to block (section 3.1.1.3). */
export class ZstdBlocks {
  readonly #output: ZstdOutput;
  readonly #largest: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #huffman: Huffman | undefined;
  #tables: readonly [Fse | undefined, Fse | undefined, Fse | undefined] = [undefined, undefined, undefined];
  #offsets: readonly [number, number, number] = [1, 4, 8];

  /** @param output Empty.
   *  @param window The frame's. */
  constructor(output: ZstdOutput, window: number) {
    this.#output = output;
    this.#largest = Math.min(window, largestBlock);
  }

  /** One block.
   *  @param size As its header says: of what it holds, where it repeats one octet.
   *  @throws ZstdFault */
  block(type: number, size: number, bytes: Uint8Array, start: number, end: number): void {
    if (size > this.#largest) damaged();
    this.#bytes = bytes;
    if (type === BlockType.raw) this.#output.append(bytes, start, end);
    else if (type === BlockType.rle) this.#output.fill(bytes[start]!, size);
    else if (type === BlockType.compressed) {
      const { literals, at } = this.#literals(start, end);
      this.#sequences(literals, at, end);
    } else damaged();
  }

  // Section 3.1.1.3.1.
  #literals(start: number, end: number): { literals: Uint8Array; at: number } {
    const bytes = this.#bytes;
    if (end - start < 1) damaged();
    const first = bytes[start]!;
    const type = first & 3;
    const format = (first >>> 2) & 3;
    if (type < 2) {
      const octets = format === 1 ? 2 : format === 3 ? 3 : 1;
      if (start + octets > end) damaged();
      const size = littleEndian(bytes, start, octets) >>> (octets === 1 ? 3 : 4);
      const at = start + octets;
      const stop = at + (type === 0 ? size : 1);
      if (size > this.#largest || stop > end) damaged();
      return { literals: type === 0 ? bytes.subarray(at, stop) : new Uint8Array(size).fill(bytes[at]!), at: stop };
    }
    const octets = format < 2 ? 3 : format + 2;
    if (start + octets > end) damaged();
    const bits = format < 2 ? 10 : format === 2 ? 14 : 18;
    const head = littleEndian(bytes, start, octets);
    const size = Math.floor(head / 16) % 2 ** bits;
    const stop = start + octets + Math.floor(head / 2 ** (4 + bits));
    if (size > this.#largest || stop > end) damaged();
    let at = start + octets;
    if (type === 2) {
      this.#huffman = new Huffman(bytes, at, stop);
      at = this.#huffman.end;
    }
    const huffman = this.#huffman ?? damaged();
    const literals = new Uint8Array(size);
    if (format === 0) huffman.decode(bytes, at, stop, literals, 0, size);
    else {
      // Section 3.1.1.3.1.6: the sizes of three of the four streams.
      if (at + 6 > stop) damaged();
      const each = (size + 3) >>> 2;
      if (each * 3 > size) damaged();
      let from = at + 6;
      for (let i = 0; i < 4; i++) {
        const to = i === 3 ? stop : from + u16le(bytes, at + 2 * i);
        if (to > stop) damaged();
        huffman.decode(bytes, from, to, literals, i * each, i === 3 ? size : (i + 1) * each);
        from = to;
      }
    }
    return { literals, at: stop };
  }

  // Sections 3.1.1.3.2 and 3.1.1.4.
  #sequences(literals: Uint8Array, start: number, end: number): void {
    const bytes = this.#bytes;
    const output = this.#output;
    let at = start;
    let count = bytes[at++]!;
    if (at > end) damaged();
    if (count === 0) {
      if (at !== end) damaged();
      output.append(literals, 0, literals.length);
      return;
    }
    if (count > 127) {
      const more = count === 255 ? 2 : 1;
      if (at + more > end) damaged();
      count = count === 255 ? u16le(bytes, at) + 0x7f00 : ((count - 128) << 8) | bytes[at]!;
      at += more;
    }
    if (at >= end) damaged();
    const modes = bytes[at++]!;
    if ((modes & 3) !== 0) damaged();
    const tables = KINDS.map((kind, i) => {
      const mode = (modes >>> kind.shift) & 3;
      if (mode === 0) return kind.predefined;
      if (mode === 3) return this.#tables[i] ?? damaged();
      if (mode === 1) {
        if (at >= end) damaged();
        return Fse.of(bytes[at]! > kind.last ? damaged() : bytes[at++]!);
      }
      const table = Fse.read(bytes, at, end, kind.log, kind.last);
      at = table.end;
      return table;
    }) as [Fse, Fse, Fse]; // as many as there are kinds
    this.#tables = tables;
    const [lengths, offsets, matches] = tables;
    const bits = new BackwardBits(bytes, at, end);
    let l = bits.read(lengths.log);
    let o = bits.read(offsets.log);
    let m = bits.read(matches.log);
    const before = output.length;
    let literal = 0;
    for (let i = 0; i < count; i++) {
      const code = offsets.symbols[o]!;
      // Further back than any window that is taken.
      if (code > 27) damaged();
      const value = 2 ** code + bits.read(code);
      const matchCode = matches.symbols[m]!;
      const match = MATCH_BASE[matchCode]! + bits.read(MATCH_BITS[matchCode]!);
      const literalCode = lengths.symbols[l]!;
      const length = LITERAL_BASE[literalCode]! + bits.read(LITERAL_BITS[literalCode]!);
      if (i < count - 1) {
        l = lengths.next(l, bits);
        m = matches.next(m, bits);
        o = offsets.next(o, bits);
      }
      if (bits.left < 0) damaged();
      const offset = this.#offset(value, length);
      if (literal + length > literals.length) damaged();
      if (output.length + length + match - before > this.#largest) damaged();
      output.append(literals, literal, literal + length);
      literal += length;
      if (offset > output.length) damaged();
      output.repeat(offset, match);
    }
    if (bits.left !== 0) damaged();
    if (output.length + literals.length - literal - before > this.#largest) damaged();
    output.append(literals, literal, literals.length);
  }

  // Section 3.1.1.5.
  #offset(value: number, length: number): number {
    const [first, second, third] = this.#offsets;
    if (value > 3) {
      this.#offsets = [value - 3, first, second];
      return value - 3;
    }
    const index = value - (length === 0 ? 0 : 1);
    if (index === 0) return first;
    const offset = index === 1 ? second : index === 2 ? third : first - 1;
    if (offset === 0) damaged();
    this.#offsets = [offset, first, index === 1 ? third : second];
    return offset;
  }
}

/** A bit stream that is read from its end (section 4.1). Beyond its beginning there are zeros, and `left` is negative. */
class BackwardBits {
  left: number;
  readonly #bytes: Uint8Array;
  readonly #start: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    const last = end > start ? bytes[end - 1]! : 0;
    if (last === 0) damaged();
    this.#bytes = bytes;
    this.#start = start;
    this.left = (end - start) * 8 - (Math.clz32(last) - 24) - 1;
  }

  /** @param count At most 27. */
  read(count: number): number {
    if (count === 0) return 0;
    this.left -= count;
    if (this.left >= 0 && count <= 25) {
      const bytes = this.#bytes;
      const at = this.#start + (this.left >>> 3);
      // Beyond the end of the stream is its marker at least, or what the mask takes away.
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      return (word >>> (this.left & 7)) & ((1 << count) - 1);
    }
    let value = 0;
    for (let got = 0; got < count; ) {
      const at = this.left + got;
      if (at < 0) {
        got = Math.min(-this.left, count);
        continue;
      }
      const take = Math.min(8 - (at & 7), count - got);
      value |= ((this.#bytes[this.#start + (at >>> 3)]! >>> (at & 7)) & ((1 << take) - 1)) << got;
      got += take;
    }
    return value;
  }
}

/** A table of finite state entropy (section 4.1). */
class Fse {
  readonly log: number;
  readonly symbols: Uint8Array;
  /** Where its description ended. */
  end = 0;
  readonly #bits: Uint8Array;
  readonly #base: Uint16Array;

  constructor(log: number, counts: readonly number[]) {
    const size = 1 << log;
    this.log = log;
    this.symbols = new Uint8Array(size);
    this.#bits = new Uint8Array(size);
    this.#base = new Uint16Array(size);
    let high = size;
    const next = counts.map((count) => Math.abs(count));
    counts.forEach((count, symbol) => {
      if (count === -1) this.symbols[--high] = symbol;
    });
    const step = (size >>> 1) + (size >>> 3) + 3;
    let at = 0;
    counts.forEach((count, symbol) => {
      for (let i = 0; i < count; i++) {
        this.symbols[at] = symbol;
        do at = (at + step) & (size - 1);
        while (at >= high);
      }
    });
    for (let i = 0; i < size; i++) {
      const state = next[this.symbols[i]!]!++;
      const bits = log - (31 - Math.clz32(state));
      this.#bits[i] = bits;
      this.#base[i] = (state << bits) - size;
    }
  }

  /** One symbol, always. */
  static of(symbol: number): Fse {
    const table = new Fse(0, []);
    table.symbols[0] = symbol;
    table.#bits[0] = 0;
    table.#base[0] = 0;
    return table;
  }

  /** Section 4.1.1. */
  static read(bytes: Uint8Array, start: number, end: number, largestLog: number, lastSymbol: number): Fse {
    let at = 0;
    const total = (end - start) * 8;
    const read = (count: number): number => {
      let value = 0;
      for (let i = 0; i < count; i++, at++) if (at < total) value |= ((bytes[start + (at >>> 3)]! >>> (at & 7)) & 1) << i;
      return value;
    };
    const log = read(4) + 5;
    if (log > largestLog) damaged();
    let left = 1 << log;
    const counts: number[] = [];
    while (left > 0 && counts.length <= lastSymbol) {
      const bits = 32 - Math.clz32(left + 1);
      let value = read(bits);
      const low = (1 << (bits - 1)) - 1;
      const threshold = (1 << bits) - 2 - left;
      if ((value & low) < threshold) {
        at--;
        value &= low;
      } else if (value > low) value -= threshold;
      const count = value - 1;
      left -= Math.abs(count);
      counts.push(count);
      if (count !== 0) continue;
      for (let zeros = 3; zeros === 3; ) {
        zeros = read(2);
        for (let i = 0; i < zeros; i++) counts.push(0);
        if (counts.length > lastSymbol + 1) damaged();
      }
    }
    if (left !== 0 || at > total) damaged();
    const table = new Fse(log, counts);
    table.end = start + ((at + 7) >>> 3);
    return table;
  }

  next(state: number, bits: BackwardBits): number {
    return this.#base[state]! + bits.read(this.#bits[state]!);
  }
}

/** A Huffman tree (section 4.2). */
class Huffman {
  readonly end: number;
  readonly #log: number;
  readonly #symbols: Uint8Array;
  readonly #bits: Uint8Array;

  constructor(bytes: Uint8Array, start: number, limit: number) {
    if (start >= limit) damaged();
    const head = bytes[start]!;
    const weights: number[] = [];
    this.end = start + 1 + (head < 128 ? head : (head - 126) >>> 1);
    if (this.end > limit) damaged();
    if (head < 128) packedWeights(bytes, start + 1, this.end, weights);
    else
      for (let i = 0; i < head - 127; i++) {
        const pair = bytes[start + 1 + (i >>> 1)]!;
        weights.push((i & 1) === 0 ? pair >>> 4 : pair & 15);
      }
    let sum = 0;
    for (const weight of weights) sum += weight === 0 ? 0 : 2 ** (weight - 1);
    if (sum === 0 || sum >= 1 << LONGEST_CODE || weights.length > 255) damaged();
    // The last weight fills up to the next power of two.
    this.#log = 32 - Math.clz32(sum);
    const rest = (1 << this.#log) - sum;
    if ((rest & (rest - 1)) !== 0 || this.#log > LONGEST_CODE) damaged();
    weights.push(32 - Math.clz32(rest));
    this.#symbols = new Uint8Array(1 << this.#log);
    this.#bits = new Uint8Array(1 << this.#log);
    let at = 0;
    for (let weight = 1; weight <= this.#log; weight++) {
      weights.forEach((own, symbol) => {
        if (own !== weight) return;
        const next = at + (1 << (weight - 1));
        this.#symbols.fill(symbol, at, next);
        this.#bits.fill(this.#log + 1 - weight, at, next);
        at = next;
      });
    }
    if (at !== 1 << this.#log) damaged();
  }

  decode(bytes: Uint8Array, start: number, end: number, into: Uint8Array, from: number, to: number): void {
    const bits = new BackwardBits(bytes, start, end);
    const mask = (1 << this.#log) - 1;
    let state = bits.read(this.#log);
    for (let i = from; i < to; i++) {
      into[i] = this.#symbols[state]!;
      const count = this.#bits[state]!;
      state = ((state << count) | bits.read(count)) & mask;
    }
    if (bits.left !== -this.#log) damaged();
  }
}

// Section 4.2.1.2: two states take turns, until the bits are used up.
function packedWeights(bytes: Uint8Array, start: number, end: number, weights: number[]): void {
  const table = Fse.read(bytes, start, end, 6, 255);
  const bits = new BackwardBits(bytes, table.end, end);
  let one = bits.read(table.log);
  let other = bits.read(table.log);
  while (weights.length < 255) {
    weights.push(table.symbols[one]!);
    one = table.next(one, bits);
    if (bits.left < 0) {
      weights.push(table.symbols[other]!);
      return;
    }
    [one, other] = [other, one];
  }
  damaged();
}

/** Section 3.1.1.1.2. */
export function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >>> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Up to eight octets; above 2^53 not exact. */
export function littleEndian(bytes: Uint8Array, at: number, octets: number): number {
  let value = 0;
  for (let i = octets - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}

/** Section 3.1.1.2.2. */
export const BlockType = { raw: 0, rle: 1, compressed: 2 } as const;

/** Section 3.1.1.2.3. */
export const largestBlock = 128 << 10;
/** Octets beyond a small window before what is no longer needed is forgotten. */
const SLACK = 1 << 20;
const LONGEST_CODE = 11;

// Section 3.1.1.3.2.1.1.
const LITERAL_BITS = [...Array<number>(16).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const LITERAL_BASE = basesOf(LITERAL_BITS, 0);
const MATCH_BITS = [...Array<number>(32).fill(0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
const MATCH_BASE = basesOf(MATCH_BITS, 3);

function basesOf(bits: readonly number[], first: number): number[] {
  let base = first;
  return bits.map((count) => {
    const own = base;
    base += 2 ** count;
    return own;
  });
}

/** Literal lengths, offsets, match lengths: where their mode stands, the largest table, the last symbol, the default (section 3.1.1.3.2.2). */
const KINDS = [
  {
    ...{ shift: 6, log: 9, last: 35 },
    predefined: new Fse(
      6,
      [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
    ),
  },
  {
    ...{ shift: 4, log: 8, last: 31 },
    predefined: new Fse(5, [1, 1, 1, 1, 1, 1, 2, 2, 2, ...Array<number>(15).fill(1), -1, -1, -1, -1, -1]),
  },
  {
    ...{ shift: 2, log: 9, last: 52 },
    predefined: new Fse(6, [1, 4, 3, 2, 2, 2, 2, 2, 2, ...Array<number>(37).fill(1), ...Array<number>(7).fill(-1)]),
  },
];
