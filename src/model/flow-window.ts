/** What may be asked of a window. */
export type WindowView = Readonly<Pick<FlowWindow, "sent" | "granted" | "available">>;

/** A flow-control window as the DATA sender counts it (RFC 9113 5.2, 6.9): what it sent, and what grants had reached it. */
export class FlowWindow {
  /** DATA octets sent, padding included. */
  sent = 0;
  /** Increments of every WINDOW_UPDATE that the other side sent. */
  granted = 0;
  /** Made on first use; most streams have none. */
  #grants: Grants | undefined = undefined;

  grant(endOffset: number, increment: number): void {
    this.granted += increment;
    (this.#grants ??= new Grants()).add(endOffset, increment);
  }

  /** Octets the sender may still send when it has received `horizon` octets of the other direction. Horizons never go down. */
  available(initial: number, horizon: number): number {
    return initial + (this.#grants === undefined ? 0 : this.#grants.arrivedBy(horizon)) - this.sent;
  }
}

/** Of everybody who sent no DATA and was granted nothing. */
export const unusedWindow: WindowView = new FlowWindow();

/** Increments of WINDOW_UPDATE by where their frame ends in the other direction. */
class Grants {
  #arrived = 0;
  // Those under way, from `#first` to `#count`; the arrays may be longer.
  readonly #ends: number[] = [];
  readonly #increments: number[] = [];
  #first = 0;
  #count = 0;

  add(endOffset: number, increment: number): void {
    const at = this.#count++;
    this.#ends[at] = endOffset;
    this.#increments[at] = increment;
    // Nobody sends DATA that would ask, or nothing shows what arrived: the oldest count as arrived, in the sender's favour.
    if (this.#count - this.#first > UNDER_WAY) this.arrivedBy(this.#ends[this.#first + (UNDER_WAY >> 1)]!);
  }

  /** The sum of those that had arrived. */
  arrivedBy(horizon: number): number {
    const ends = this.#ends;
    const count = this.#count;
    let i = this.#first;
    while (i < count && ends[i]! <= horizon) this.#arrived += this.#increments[i++]!;
    this.#first = i;
    if (i === count) this.#first = this.#count = 0;
    else if (i > 1024) {
      ends.splice(0, i);
      this.#increments.splice(0, i);
      this.#first = 0;
      this.#count = count - i;
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
