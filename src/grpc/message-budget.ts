import type { Limits } from "../limits.ts";

/** Octets of messages that are not whole, over all calls. */
export class MessageBudget {
  #kept = 0;
  /** The most that there was at once, or would have been. */
  mostKept = 0;
  /** Of one message. */
  readonly most: number;
  readonly #total: number;

  constructor({ messageOctets, messageOctetsTotal }: Limits) {
    this.most = messageOctets;
    this.#total = messageOctetsTotal;
  }

  /** @returns False where there is no room for so many. */
  take(octets: number): boolean {
    if (this.#kept + octets > this.mostKept) this.mostKept = this.#kept + octets;
    if (this.#kept + octets > this.#total) return false;
    this.#kept += octets;
    return true;
  }

  /** They are no longer kept. */
  release(octets: number): void {
    this.#kept -= octets;
  }
}
