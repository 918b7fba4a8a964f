// What Parquet's metadata is written in: Thrift's compact protocol (apache/thrift, doc/specs/thrift-compact-protocol).

/** Octets that grow. */
export class Octets {
  #buffer = Buffer.allocUnsafeSlow(1 << 16);
  length = 0;

  /** Those so far; borrowed until the next one is added. */
  get taken(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  /** Room for so many more, to be written from `length` on. */
  room(octets: number): Buffer {
    if (this.length + octets > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#buffer.length, this.length + octets));
      this.#buffer.copy(larger, 0, 0, this.length);
      this.#buffer = larger;
    }
    return this.#buffer;
  }

  byte(value: number): void {
    this.room(1)[this.length++] = value;
  }

  bytes(octets: Uint8Array): void {
    this.room(octets.length).set(octets, this.length);
    this.length += octets.length;
  }

  u32(value: number): void {
    this.length = this.room(4).writeUInt32LE(value >>> 0, this.length);
  }

  /** @param value Whole, from 0 to 2^53. */
  varint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  text(value: string): void {
    this.bytes(Buffer.from(value));
  }
}

/** A value of a struct; text and structs say by themselves what they are. */
export type Thrift =
  | { readonly i32: number }
  | { readonly i64: number }
  | boolean
  | string
  | Struct
  | readonly Struct[]
  | readonly string[]
  | readonly { readonly i32: number }[];

/** By field id, in ascending order. */
export type Struct = ReadonlyMap<number, Thrift>;

export const struct = (...fields: readonly (readonly [id: number, value: Thrift | undefined])[]): Struct =>
  new Map(fields.flatMap(([id, value]) => (value === undefined ? [] : [[id, value] as const])));

export function writeStruct(out: Octets, fields: Struct): void {
  let before = 0;
  for (const [id, value] of fields) {
    out.byte(((id - before) << 4) | typeOf(value));
    before = id;
    if (typeof value !== "boolean") writeValue(out, value);
  }
  out.byte(0);
}

function writeValue(out: Octets, value: Exclude<Thrift, boolean>): void {
  if (typeof value === "string") {
    out.varint(Buffer.byteLength(value));
    out.text(value);
  } else if (isList(value)) {
    const [first] = value;
    const type = first === undefined ? Type.struct : typeOf(first);
    if (value.length < 15) out.byte((value.length << 4) | type);
    else {
      out.byte(0xf0 | type);
      out.varint(value.length);
    }
    for (const one of value) writeValue(out, one);
  } else if (isStruct(value)) writeStruct(out, value);
  // Zigzag; none is negative.
  else out.varint(2 * ("i32" in value ? value.i32 : value.i64));
}

function typeOf(value: Thrift): number {
  if (typeof value === "boolean") return value ? Type.true : Type.false;
  if (typeof value === "string") return Type.binary;
  if (isList(value)) return Type.list;
  if (isStruct(value)) return Type.struct;
  return "i32" in value ? Type.i32 : Type.i64;
}

const isList = (value: Thrift): value is readonly Struct[] | readonly string[] | readonly { readonly i32: number }[] =>
  Array.isArray(value);
const isStruct = (value: Thrift): value is Struct => value instanceof Map;

const Type = { true: 1, false: 2, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;
