// What waits for keys that may still come, over all connections, those that are over among them: of what can be read once, secrets may
// stand behind all packets.

/** A connection that is over, whose records wait. */
export interface Waiter {
  /** More keys may be there. @returns Nothing waits any more. */
  keysChanged(): boolean;
  /** There is no room for it. */
  giveUp(): void;
  /** No keys come any more. */
  finish(): void;
}

export class Parking {
  /** The most that waited at once. */
  most = 0;
  #octets = 0;
  readonly limit: number;
  /** The longest over first. */
  readonly #over = new Set<Waiter>();
  #generation = -1;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Of records that wait, with what keeping them costs. */
  get octets(): number {
    return this.#octets;
  }

  set octets(octets: number) {
    this.#octets = octets;
    if (octets > this.most) this.most = octets;
  }

  /** @returns False: there is too much, and none of it is of a connection that is over. */
  makeRoom(): boolean {
    while (this.octets > this.limit) {
      const [oldest] = this.#over;
      if (oldest === undefined) return false;
      this.#leave(oldest);
      oldest.giveUp();
    }
    return true;
  }

  /** It is over, and waits. */
  keep(waiter: Waiter): void {
    this.#over.add(waiter);
    this.octets += CONNECTION;
    this.makeRoom();
  }

  /** @param generation Of the key store. */
  keysChanged(generation: number): void {
    if (this.#over.size === 0 || generation === this.#generation) return;
    this.#generation = generation;
    for (const waiter of this.#over) if (waiter.keysChanged()) this.#leave(waiter);
  }

  finish(): void {
    for (const waiter of this.#over) {
      this.#leave(waiter);
      waiter.finish();
    }
  }

  #leave(waiter: Waiter): void {
    if (this.#over.delete(waiter)) this.octets -= CONNECTION;
  }
}

/** What a connection holds beside its records until it has been reported. */
const CONNECTION = 22 << 10;
