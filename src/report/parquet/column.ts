// Columns of one row group of a Parquet file, filled row by row into arrays that are used again for the next.
import type { Clock } from "../../capture/clock.ts";
import { Octets, type Struct, struct, writeStruct } from "./thrift.ts";

/** Rows of a row group. */
export const GROUP = 32_768;

/** What a row group says of a column's pages. */
export interface Chunk {
  readonly encodings: readonly number[];
  /** Offsets in the file; the first is of the dictionary, if there is one. */
  readonly dictionaryAt: number | undefined;
  readonly dataAt: number;
  readonly octets: number;
  readonly values: number;
}

/** One column, flat; a value may be missing. */
export abstract class Column {
  readonly name: string;
  /** How the schema describes it: physical type, converted type, logical type (parquet.thrift). */
  abstract readonly physical: number;
  readonly converted: number | undefined = undefined;
  readonly logical: Struct | undefined = undefined;
  protected rows = 0;
  /** Values that are there; they stand close together. */
  protected present = 0;
  readonly #defined = new Uint8Array(GROUP);

  constructor(name: string) {
    this.name = name;
  }

  /** Octets of memory that the values take besides the arrays. */
  get textOctets(): number {
    return 0;
  }

  /** Write the pages of the row group, and begin the next one. @param at Where `out` begins in the file. */
  write(out: Octets, at: number): Chunk {
    const start = out.length;
    const dictionary = this.dictionary();
    let dictionaryAt: number | undefined;
    if (dictionary !== undefined) {
      dictionaryAt = at + start;
      const head = struct([1, { i32: dictionary.count }], [2, { i32: Encoding.plain }]);
      pageHead(out, Page.dictionary, dictionary.values.length, 7, head);
      out.bytes(dictionary.values);
    }
    const dataAt = at + out.length;
    const encoding = dictionary === undefined ? Encoding.plain : Encoding.dictionary;
    const page = SCRATCH;
    page.length = 0;
    this.#levels(page);
    if (dictionary === undefined) this.plain(page);
    else {
      const width = widthOf(dictionary.count);
      page.byte(width);
      packed(page, dictionary.indices, this.present, width);
    }
    const head = struct([1, { i32: this.rows }], [2, { i32: encoding }], [3, { i32: Encoding.rle }], [4, { i32: Encoding.rle }]);
    pageHead(out, Page.data, page.length, 5, head);
    out.bytes(page.taken);
    const chunk = {
      encodings: [Encoding.plain, Encoding.rle, ...(dictionary === undefined ? [] : [Encoding.dictionary])],
      ...{ dictionaryAt, dataAt, octets: out.length - start, values: this.rows },
    };
    this.rows = 0;
    this.present = 0;
    this.clear();
    return chunk;
  }

  /** @returns Where the value is to stand among those that are there. */
  protected next(): number {
    this.#defined[this.rows++] = 1;
    return this.present++;
  }

  protected missing(): void {
    this.#defined[this.rows++] = 0;
  }

  protected abstract plain(out: Octets): void;

  /** Where few values come often: each once, as plain values, and which one stands where. */
  protected dictionary(): Dictionary | undefined {
    return undefined;
  }

  protected clear(): void {}

  // Which rows have a value: runs of one bit each, after their length.
  #levels(out: Octets): void {
    const at = out.length;
    out.u32(0);
    if (this.present === this.rows || this.present === 0) {
      out.varint(this.rows * 2);
      out.byte(this.present === 0 ? 0 : 1);
    } else packed(out, this.#defined, this.rows, 1);
    out.taken.writeUInt32LE(out.length - at - 4, at);
  }
}

interface Dictionary {
  readonly values: Uint8Array;
  readonly count: number;
  readonly indices: ArrayLike<number>;
}

/** Whole numbers of 32 bits; what is beyond is as if it were missing. */
export class IntColumn extends Column {
  readonly physical = Physical.int32;
  readonly #values = new Int32Array(GROUP);
  readonly #indices = new Uint8Array(GROUP);

  push(value: number | undefined): void {
    if (value === undefined || value !== (value | 0)) this.missing();
    else this.#values[this.next()] = value;
  }

  protected plain(out: Octets): void {
    out.bytes(new Uint8Array(this.#values.buffer, 0, 4 * this.present));
  }

  // Of small numbers of few kinds: codes, flags, counts.
  protected override dictionary(): Dictionary | undefined {
    const values = this.#values;
    const seen = SEEN.fill(-1);
    const kinds: number[] = [];
    for (let i = 0; i < this.present; i++) {
      const value = values[i]!;
      if (value < 0 || value >= seen.length) return undefined;
      if (seen[value] === -1) {
        if (kinds.length === 256) return undefined;
        seen[value] = kinds.push(value) - 1;
      }
      this.#indices[i] = seen[value]!;
    }
    const plain = Buffer.alloc(4 * kinds.length);
    for (const [i, value] of kinds.entries()) plain.writeInt32LE(value, 4 * i);
    return { values: plain, count: kinds.length, indices: this.#indices };
  }
}

/** Whole numbers of 64 bits. */
export class LongColumn extends Column {
  readonly physical = Physical.int64;
  /** The lower half of each, then the upper: a BigInt of each would be garbage. */
  readonly #halves = new Int32Array(2 * GROUP);

  push(value: number | undefined): void {
    if (value === undefined || !Number.isSafeInteger(value)) this.missing();
    else this.put(value, Math.floor(value / HALF));
  }

  /** @param low Modulo 2^32. */
  protected put(low: number, high: number): void {
    const at = 2 * this.next();
    this.#halves[at] = low;
    this.#halves[at + 1] = high;
  }

  protected plain(out: Octets): void {
    out.bytes(new Uint8Array(this.#halves.buffer, 0, 8 * this.present));
  }
}

const HALF = 2 ** 32;

/** Nanoseconds since the epoch. */
export class TimeColumn extends LongColumn {
  // LogicalType.TIMESTAMP of NANOS. They are UTC; said to be, DuckDB would cut them to microseconds.
  override readonly logical = struct([8, struct([1, false], [2, struct([3, struct()])])]);

  at(nanoseconds: bigint | undefined): void {
    if (nanoseconds === undefined) this.missing();
    else this.put(Number(BigInt.asIntN(32, nanoseconds)), Number(nanoseconds >> 32n));
  }

  /** @param time As the clock counts it. */
  of(clock: Clock, time: number): void {
    const seconds = clock.secondsOf(time);
    if (seconds < 0 || seconds >= HALF) {
      this.at(clock.epoch(time));
      return;
    }
    // Seconds times 10^9, by halves of the seconds.
    const upper = Math.floor(seconds / 0x1_0000) * 1e9;
    const lower = (upper % 0x1_0000) * 0x1_0000 + (seconds % 0x1_0000) * 1e9 + clock.nanosecondsOf(time);
    this.put(lower, Math.floor(upper / 0x1_0000) + Math.floor(lower / HALF));
  }
}

export class FlagColumn extends Column {
  readonly physical = Physical.boolean;
  readonly #values = new Uint8Array(GROUP);

  push(value: boolean | undefined): void {
    if (value === undefined) this.missing();
    else this.#values[this.next()] = value ? 1 : 0;
  }

  protected plain(out: Octets): void {
    bits(out, this.#values, this.present, 1);
  }
}

/** Text, each once in the row group. */
export class TextColumn extends Column {
  readonly physical = Physical.octets;
  override readonly converted = UTF8;
  override readonly logical = struct([1, struct()]);
  readonly #indices = new Uint16Array(GROUP);
  readonly #known = new Map<string, number>();
  readonly #values = new Octets();
  #last: string | undefined;
  #lastIndex = 0;

  push(value: string | undefined): void {
    if (value === undefined) {
      this.missing();
      return;
    }
    // What one row says, the next often says too.
    if (value === this.#last) {
      this.#indices[this.next()] = this.#lastIndex;
      return;
    }
    let index = this.#known.get(value);
    if (index === undefined) {
      index = this.#known.size;
      this.#known.set(value, index);
      const octets = Buffer.from(value);
      this.#values.u32(octets.length);
      this.#values.bytes(octets);
    }
    this.#indices[this.next()] = index;
    this.#last = value;
    this.#lastIndex = index;
  }

  override get textOctets(): number {
    return this.#values.length;
  }

  protected plain(): void {}

  protected override dictionary(): Dictionary {
    return { values: this.#values.taken, count: this.#known.size, indices: this.#indices };
  }

  protected override clear(): void {
    this.#known.clear();
    this.#last = undefined;
    this.#values.length = 0;
  }
}

function pageHead(out: Octets, type: number, octets: number, field: number, head: Struct): void {
  writeStruct(out, struct([1, { i32: type }], [2, { i32: octets }], [3, { i32: octets }], [field, head]));
}

/** Numbers of so many bits, as the RLE and bit-packing hybrid has them: one run. */
function packed(out: Octets, values: ArrayLike<number>, count: number, width: number): void {
  if (width === 0) out.varint(2 * count);
  else {
    out.varint(2 * Math.ceil(count / 8) + 1);
    bits(out, values, count, width);
  }
}

// The lowest bit of the first number first, in groups of eight numbers.
function bits(out: Octets, values: ArrayLike<number>, count: number, width: number): void {
  const octets = Math.ceil(count / 8) * width;
  const buffer = out.room(octets);
  const end = out.length + octets;
  let at = out.length;
  let held = 0;
  let filled = 0;
  for (let i = 0; i < count; i++) {
    held |= values[i]! << filled;
    filled += width;
    while (filled >= 8) {
      buffer[at++] = held & 0xff;
      held >>>= 8;
      filled -= 8;
    }
  }
  if (filled > 0) buffer[at++] = held;
  if (at < end) buffer.fill(0, at, end);
  out.length = end;
}

const widthOf = (count: number): number => (count <= 1 ? 0 : 32 - Math.clz32(count - 1));

const SCRATCH = new Octets();
const SEEN = new Int16Array(4096);
const Physical = { boolean: 0, int32: 1, int64: 2, octets: 6 } as const;
const Encoding = { plain: 0, rle: 3, dictionary: 8 } as const;
const Page = { data: 0, dictionary: 2 } as const;
const UTF8 = 0;
