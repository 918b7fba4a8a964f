// In: the blocks of a Zstandard frame (RFC 8878 section 3.1.1.2), one after the other. Out: what they hold. Nothing is copied that does not
// fit into a block, whatever lengths it claims, and nothing is kept but what later blocks may refer to.
// Ours: see zstd.ts.
import { u16le } from "../bytes.ts";
import { BackwardBits, damaged, Fse, Huffman, ZstdFault } from "./zstd-entropy.ts";

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
      if (mode === 0) return (predefined[i] ??= kind.predefined());
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

// The defaults, by kind, as they are first used.
const predefined: Fse[] = [];

/** Literal lengths, offsets, match lengths: where their mode stands, the largest table, the last symbol, the default (section 3.1.1.3.2.2). */
const KINDS = [
  {
    ...{ shift: 6, log: 9, last: 35 },
    predefined: () =>
      new Fse(
        6,
        [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1],
      ),
  },
  {
    ...{ shift: 4, log: 8, last: 31 },
    predefined: () => new Fse(5, [1, 1, 1, 1, 1, 1, 2, 2, 2, ...Array<number>(15).fill(1), -1, -1, -1, -1, -1]),
  },
  {
    ...{ shift: 2, log: 9, last: 52 },
    predefined: () => new Fse(6, [1, 4, 3, 2, 2, 2, 2, 2, 2, ...Array<number>(37).fill(1), ...Array<number>(7).fill(-1)]),
  },
];
