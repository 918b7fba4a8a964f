/** How many in a window that slides, of events too many to remember each: by tenths of the window, so up to a tenth too many. */
export class SlidingCount {
  readonly #tenths = new Float64Array(TENTHS + 1);
  #now = 0;

  /** @param window Nanoseconds. */
  add(time: number, window: number): void {
    this.#turn(time, window);
    this.#tenths[this.#now % this.#tenths.length]!++;
  }

  within(time: number, window: number): number {
    this.#turn(time, window);
    let sum = 0;
    for (const count of this.#tenths) sum += count;
    return sum;
  }

  #turn(time: number, window: number): void {
    const now = Math.floor((time * TENTHS) / window);
    // Time that goes back counts with what came last.
    const steps = Math.min(now - this.#now, this.#tenths.length);
    for (let i = 1; i <= steps; i++) this.#tenths[(now - steps + i) % this.#tenths.length] = 0;
    if (now > this.#now) this.#now = now;
  }
}

const TENTHS = 10;
