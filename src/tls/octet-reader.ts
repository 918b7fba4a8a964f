import { latin1, u16, u24 } from "../bytes.ts";

/** Reads on without ever leaving its octets: beyond the end everything is empty and `short` is set. The octets are borrowed. */
export class OctetReader {
  readonly #b: Uint8Array;
  #p = 0;
  short = false;

  constructor(b: Uint8Array) {
    this.#b = b;
  }

  get left(): number {
    return this.#b.length - this.#p;
  }

  take(length: number): Uint8Array {
    if (length > this.left) {
      this.short = true;
      length = this.left;
    }
    this.#p += length;
    return this.#b.subarray(this.#p - length, this.#p);
  }

  skip(length: number): void {
    this.take(length);
  }

  /** -1 beyond the end, as of the wider numbers. */
  u8(): number {
    return this.take(1)[0] ?? -1;
  }

  u16(): number {
    const octets = this.take(2);
    return this.short ? -1 : u16(octets, 0);
  }

  u24(): number {
    const octets = this.take(3);
    return this.short ? -1 : u24(octets, 0);
  }

  /** A vector behind its length of so many octets (RFC 8446 3.4). */
  vector(octets: 1 | 2 | 3): OctetReader {
    const length = octets === 1 ? this.u8() : octets === 2 ? this.u16() : this.u24();
    return new OctetReader(this.take(Math.max(length, 0)));
  }

  rest(): Uint8Array {
    return this.take(this.left);
  }

  text(): string {
    const octets = this.rest();
    return latin1(octets, 0, octets.length);
  }
}
