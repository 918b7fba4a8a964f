import type { Side } from "../place.ts";
import type { Reaction } from "./reaction.ts";

/** The reactions of one connection, in their order. When there are too many the oldest that blames nobody goes first, then the oldest. */
export class ReactionQueue {
  /** What was dropped leaves a hole, and holes are closed when there are many: so dropping one costs the same however many there are. */
  #slots: (Reaction | undefined)[] = [];
  #count = 0;
  /** No reaction that blames nobody stands before this slot, and none at all before the other. */
  #plainFrom = 0;
  #from = 0;

  /** @param bound How many are kept. It may grow, not shrink. */
  add(reaction: Reaction, bound: number): void {
    this.#slots.push(reaction);
    if (++this.#count > bound) this.#drop();
  }

  /** Those that are kept. */
  get all(): Reaction[] {
    return this.#slots.filter((reaction) => reaction !== undefined);
  }

  /** The first GOAWAY of a side, or else its fatal alert: what a close belongs to. */
  announced(from: Side): Reaction | undefined {
    const of = (kind: Reaction["kind"]) => this.#slots.find((reaction) => reaction?.kind === kind && reaction.from === from);
    return of("goaway") ?? of("tls-alert");
  }

  #drop(): void {
    const slots = this.#slots;
    while (this.#plainFrom < slots.length && slots[this.#plainFrom]?.blames !== false) this.#plainFrom++;
    if (this.#plainFrom < slots.length) slots[this.#plainFrom] = undefined;
    else {
      while (slots[this.#from] === undefined) this.#from++;
      slots[this.#from] = undefined;
    }
    this.#count--;
    if (slots.length < 2 * this.#count + HOLES) return;
    this.#slots = this.all;
    this.#plainFrom = this.#from = 0;
  }
}

const HOLES = 32;
