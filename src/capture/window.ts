import type { Source } from "./source.ts";

/** Octets per read: more gains nothing. */
const blockOctets = 1 << 20;

/** The part of a file that is in memory. `bytes[start..end)` is read and not yet used; whoever uses octets moves `start` up.
 *  The buffer is reused: `fill` overwrites what lies before `start`. It grows only by octets that are there, never by a claim. */
export class Window {
  // A Buffer, so that bytes.ts can make strings of it without a view.
  bytes: Uint8Array = Buffer.allocUnsafeSlow(blockOctets);
  start = 0;
  end = 0;
  /** File offset of `bytes[0]`. */
  base = 0;
  /** All of the file is read. */
  ended = false;
  readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  /** Octets of the file read so far. */
  get octets(): number {
    return this.base + this.end;
  }

  /** Read once; false at the end of the file. */
  async fill(): Promise<boolean> {
    if (this.ended) return false;
    const rest = this.end - this.start;
    // Moving fewer octets than were used since the last move keeps the cost linear, however small the reads.
    if (this.start > 0 && this.start >= rest) this.#move(this.bytes);
    else if (this.end === this.bytes.length) this.#move(Buffer.allocUnsafeSlow(this.bytes.length * 2));
    const length = await this.source.read(this.bytes.subarray(this.end));
    this.end += length;
    this.ended = length === 0;
    return length > 0;
  }

  /** Have `octets` unused ones, so far as the file has them; false where it ends before. */
  async need(octets: number): Promise<boolean> {
    while (this.end - this.start < octets) if (!(await this.fill())) return false;
    return true;
  }

  /** File offset of `bytes[start]`. */
  get offset(): number {
    return this.base + this.start;
  }

  #move(to: Uint8Array): void {
    to.set(this.bytes.subarray(this.start, this.end));
    this.bytes = to;
    this.base += this.start;
    this.end -= this.start;
    this.start = 0;
  }
}
