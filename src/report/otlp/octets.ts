// Text as octets, put together in place: spans are so many that a string of each would be the work of the garbage collector.
import type { Clock } from "../../capture/clock.ts";

export class Octets {
  buffer: Buffer;
  length = 0;

  constructor(buffer: Buffer = Buffer.allocUnsafeSlow(FIRST)) {
    this.buffer = buffer;
  }

  /** Make sure that so many more have their place. */
  room(octets: number): void {
    const needed = this.length + octets;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * needed);
    larger.set(this.buffer.subarray(0, this.length));
    this.buffer = larger;
  }

  add(octets: Uint8Array): void {
    this.room(octets.length);
    this.buffer.set(octets, this.length);
    this.length += octets.length;
  }

  /** Those of another. */
  addFrom({ buffer }: Octets, start: number, end: number): void {
    this.room(end - start);
    this.buffer.set(buffer.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** As UTF-8. */
  text(text: string): void {
    // No character takes more than three octets.
    this.room(3 * text.length);
    this.length += this.buffer.write(text, this.length);
  }

  /** @param value 32 bits, as eight hexadecimal digits. */
  hex(value: number): void {
    this.room(8);
    const { buffer, length } = this;
    for (let i = 0; i < 8; i++) buffer[length + i] = HEX[(value >>> (28 - 4 * i)) & 15]!;
    this.length = length + 8;
  }

  /** @param value Whole, from 0 to 2^31 - 1. */
  decimal(value: number): void {
    let digits = 1;
    for (let rest = value; rest >= 10; rest = Math.trunc(rest / 10)) digits++;
    this.#digits(value, digits);
  }

  /** Nanoseconds since the epoch. */
  time(clock: Clock, time: number): void {
    const seconds = clock.secondsOf(time);
    if (seconds < 1 || seconds > 0x7fff_ffff) {
      this.text(String(clock.epoch(time)));
      return;
    }
    this.decimal(seconds);
    this.#digits(clock.nanosecondsOf(time), 9);
  }

  /** What stands here from `start` to `end`, once more. */
  again(start: number, end: number): void {
    this.room(end - start);
    this.buffer.copyWithin(this.length, start, end);
    this.length += end - start;
  }

  #digits(value: number, digits: number): void {
    this.room(digits);
    const { buffer, length } = this;
    let rest = value | 0;
    for (let i = digits - 1; i >= 0; i--) {
      const next = (rest / 10) | 0;
      buffer[length + i] = ZERO + rest - 10 * next;
      rest = next;
    }
    this.length = length + digits;
  }
}

const ZERO = 0x30;
const HEX = Buffer.from("0123456789abcdef");
const FIRST = 8 << 10;
