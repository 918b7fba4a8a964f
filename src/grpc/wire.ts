// In: octets that may be a protobuf message. Out: its fields, one after the other (https://protobuf.dev/programming-guides/encoding).

export const WireType = { varint: 0, fixed64: 1, length: 2, groupStart: 3, groupEnd: 4, fixed32: 5 } as const;

export type WireFault = "tag" | "varint" | "length" | "group" | "depth";

/** Goes over the fields of one message; allocates nothing, and goes into nothing: what a field holds is left to the caller. */
export class WireReader {
  number = 0;
  type = 0;
  /** The value: of a length-delimited field its content, of a group what stands between its tags. */
  start = 0;
  end = 0;
  /** A varint modulo 2^64, in two halves of 32 bits. */
  low = 0;
  high = 0;
  /** Why there is no next field though octets are left. */
  fault: WireFault | undefined = undefined;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** @returns False at the end, and at a fault. */
  next(): boolean {
    if (this.#at >= this.#end || this.fault !== undefined) return false;
    if (!this.#tag()) return false;
    if (this.type !== WireType.groupStart) return this.type !== WireType.groupEnd ? this.#value() : this.#fail("group");
    return this.#group();
  }

  #tag(): boolean {
    if (!this.#varint() || this.high !== 0) return this.#fail("tag");
    this.type = this.low & 7;
    this.number = this.low >>> 3;
    return this.number === 0 || this.type > WireType.fixed32 ? this.#fail("tag") : true;
  }

  #value(): boolean {
    let length: number;
    if (this.type === WireType.varint) {
      this.start = this.#at;
      if (!this.#varint()) return this.#fail("varint");
      this.end = this.#at;
      return true;
    }
    if (this.type === WireType.length) {
      if (!this.#varint()) return this.#fail("length");
      length = this.high * 2 ** 32 + this.low;
    } else length = this.type === WireType.fixed32 ? 4 : 8;
    if (length > this.#end - this.#at) return this.#fail("length");
    this.start = this.#at;
    this.end = this.#at += length;
    return true;
  }

  // Its end tag is found by going over what it holds; the numbers of those open are on a stack that is no deeper than messages may be.
  #group(): boolean {
    const start = this.#at;
    const { number } = this;
    const open = [number];
    while (open.length > 0) {
      const before = this.#at;
      if (before >= this.#end) return this.#fail("group");
      if (!this.#tag()) return false;
      if (this.type === WireType.groupStart) {
        if (open.length >= DEPTH) return this.#fail("depth");
        open.push(this.number);
      } else if (this.type === WireType.groupEnd) {
        if (open.pop() !== this.number) return this.#fail("group");
        this.end = before;
      } else if (!this.#value()) return false;
      else this.end = this.#at;
    }
    this.number = number;
    this.type = WireType.groupStart;
    this.start = start;
    return true;
  }

  #varint(): boolean {
    this.low = 0;
    this.high = 0;
    for (let i = 0; i < 10 && this.#at < this.#end; i++) {
      const octet = this.#bytes[this.#at++]!;
      const bits = octet & 0x7f;
      if (i < 5) this.low |= bits << (7 * i);
      if (i === 4) this.high = bits >>> 4;
      else if (i > 4) this.high |= bits << (7 * i - 32);
      if (octet < 0x80) {
        this.low >>>= 0;
        this.high >>>= 0;
        return true;
      }
    }
    return false;
  }

  #fail(fault: WireFault): false {
    this.fault ??= fault;
    return false;
  }
}

/** What parsers take by default (protobuf, Recursion Limit). */
const DEPTH = 100;
