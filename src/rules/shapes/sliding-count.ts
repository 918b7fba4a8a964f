/** How many in a window that slides, of events too many to remember each: by tenths of the window, so up to a tenth too many. */
export class SlidingCount {
  /** Nanoseconds. */
  readonly #window: number;
  /** The tenth that is counted now, and its count. */
  #now = 0;
  #count = 0;
  /** Those before it; undefined while there are none. */
  #before: number[] | undefined = undefined;

  /** @param window Nanoseconds. */
  constructor(window: number) {
    this.#window = window;
  }

  add(time: number): void {
    this.#turn(time);
    this.#count++;
  }

  within(time: number): number {
    this.#turn(time);
    let sum = this.#count;
    if (this.#before !== undefined) for (const count of this.#before) sum += count;
    return sum;
  }

  #turn(time: number): void {
    const now = Math.floor((time * TENTHS) / this.#window);
    // Time that goes back counts with what came last.
    if (now <= this.#now) return;
    if (this.#count > 0 || this.#before !== undefined) {
      const before = (this.#before ??= new Array<number>(TENTHS).fill(0));
      before[this.#now % TENTHS] = this.#count;
      const steps = Math.min(now - this.#now, TENTHS + 1);
      for (let i = 1; i < steps; i++) before[(this.#now + i) % TENTHS] = 0;
    }
    this.#now = now;
    this.#count = 0;
  }
}

const TENTHS = 10;
