/** Turns capture times into nanoseconds since the session's first packet, which a double holds exactly for 104 days, and back. */
export class Clock {
  #seconds = 0;
  #nanos = 0;
  #started = false;
  /** Sessions that went before this one. */
  sessions = 0;

  /** @param nanos Usually 0 to 999,999,999; damaged records hold more. */
  at(seconds: number, nanos: number): number {
    if (!this.#started) {
      this.#started = true;
      this.#seconds = seconds + Math.floor(nanos / 1e9);
      this.#nanos = nanos % 1e9;
    }
    return (seconds - this.#seconds) * 1e9 + (nanos - this.#nanos);
  }

  /** Another session begins: count from its first packet. */
  restart(): void {
    this.sessions++;
    this.#started = false;
  }

  /** Count from this time on instead. What was counted before is `time` less. */
  startAt(time: number): void {
    const whole = Math.floor(time / 1e9);
    this.#seconds += whole;
    this.#nanos += time - whole * 1e9;
  }

  /** Nanoseconds since the epoch. */
  epoch(time: number): bigint {
    return BigInt(this.#seconds) * 1_000_000_000n + BigInt(Math.round(this.#nanos + time));
  }

  /** Whole seconds of what `epoch` says, for whom a BigInt is too much; `nanosecondsOf` is the rest. */
  secondsOf(time: number): number {
    return this.#seconds + Math.floor(Math.round(this.#nanos + time) / 1e9);
  }

  /** 0 to 999,999,999. */
  nanosecondsOf(time: number): number {
    const all = Math.round(this.#nanos + time);
    return all - Math.floor(all / 1e9) * 1e9;
  }

  /** Seconds since the epoch with nine decimals, for example `1766400000.000000000`. */
  text(time: number): string {
    const whole = Math.floor(time / 1e9);
    let seconds = this.#seconds + whole;
    let nanos = this.#nanos + (time - whole * 1e9);
    if (nanos >= 1e9) {
      seconds += Math.floor(nanos / 1e9);
      nanos %= 1e9;
    }
    return `${seconds}.${String(Math.round(nanos)).padStart(9, "0")}`;
  }
}
