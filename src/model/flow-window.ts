/** A flow-control window as the DATA sender counts it (RFC 9113 5.2, 6.9): what it sent, and what grants had reached it. */
export class FlowWindow {
  /** DATA octets sent, padding included. */
  sent = 0;
  /** Increments of every WINDOW_UPDATE that the other side sent. */
  granted = 0;
  #arrived = 0;
  // Grants under way: where their frame ends in the other direction, and the increment. Made on first use; most streams have none.
  #ends: number[] | undefined;
  #increments: number[] | undefined;
  #first = 0;

  grant(endOffset: number, increment: number): void {
    this.granted += increment;
    if (this.#ends === undefined || this.#increments === undefined) {
      this.#ends = [];
      this.#increments = [];
    }
    this.#ends.push(endOffset);
    this.#increments.push(increment);
    // Nobody sends DATA that would ask, or nothing tells what arrived: the oldest count as arrived, in the sender's favour.
    if (this.#ends.length - this.#first > UNDER_WAY) this.#arrivedBy(this.#ends[this.#first + (UNDER_WAY >> 1)]!);
  }

  /** Octets the sender may still send when it has received `horizon` octets of the other direction. Horizons never go down. */
  available(initial: number, horizon: number): number {
    return initial + this.#arrivedBy(horizon) - this.sent;
  }

  #arrivedBy(horizon: number): number {
    const ends = this.#ends;
    const increments = this.#increments;
    if (ends === undefined || increments === undefined) return this.#arrived;
    let i = this.#first;
    while (i < ends.length && ends[i]! <= horizon) this.#arrived += increments[i++]!;
    this.#first = i;
    if (i === ends.length) {
      ends.length = 0;
      increments.length = 0;
      this.#first = 0;
    } else if (i > 1024) {
      ends.splice(0, i);
      increments.splice(0, i);
      this.#first = 0;
    }
    return this.#arrived;
  }
}

/** RFC 9113 6.9.2: of the connection, which no setting changes. */
export const INITIAL_WINDOW = 65_535;

/** RFC 9113 6.9.1. */
export const MAX_WINDOW = 0x7fffffff;

// Grants that are remembered until they arrive.
const UNDER_WAY = 4096;
