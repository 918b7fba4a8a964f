// The entropy codes of Zstandard (RFC 8878 section 4): Huffman trees, tables of finite state entropy, and the bits that both are read from.
// Ours: see zstd.ts.

/** Ends the reading of a frame. */
export class ZstdFault extends Error {
  readonly why: "damaged" | "large";

  constructor(why: ZstdFault["why"]) {
    super(why);
    this.why = why;
  }
}

export const damaged = (): never => {
  throw new ZstdFault("damaged");
};

/** A bit stream that is read from its end (section 4.1). Beyond its beginning there are zeros, and `left` is negative. */
export class BackwardBits {
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
export class Fse {
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
export class Huffman {
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

const LONGEST_CODE = 11;
