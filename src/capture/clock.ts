/** Turns capture times into nanoseconds, which a double holds exactly for 104 days, and back. The session's first packet has the time
 *  `FIRST_TIME`. */
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
      this.#seconds = seconds + Math.floor(nanos / 1e9) - FIRST_TIME / 1e9;
      this.#nanos = nanos % 1e9;
    }
    return (seconds - this.#seconds) * 1e9 + (nanos - this.#nanos);
  }

  /** Another session begins: count from its first packet. */
  restart(): void {
    this.sessions++;
    this.#started = false;
  }

  /** What was counted as `time` is the session's first. @returns By how much times are less from now on. */
  startAt(time: number): number {
    const less = time - FIRST_TIME;
    const whole = Math.floor(less / 1e9);
    this.#seconds += whole;
    this.#nanos += less - whole * 1e9;
    return less;
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

// Whole seconds, and above 2^31 nanoseconds: V8 keeps smaller integers otherwise than doubles, and where a field that held one first holds a
// double, all that was compiled for its objects is compiled again. So the first time already is a double.
export const FIRST_TIME = 10e9;
