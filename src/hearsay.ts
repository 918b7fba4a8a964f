/** What a connection shows that others are read by, and what was asked of others in vain. Where each process judges a share of the
 *  connections only, who merges compares the lists of all: a thing that one asked for after another had heard it would have been known to a
 *  process that judges all. */
export class Hearsay {
  /** Where the run has come to, counted alike by all shares. */
  step = 0;
  /** By name: the first step at which it was heard. */
  readonly heard = new Map<string, number>();
  /** By name. */
  readonly #missed = new Map<string, Missed>();
  #newlyHeard: string[] = [];
  #newlyMissed: Missed[] = [];

  hear(name: string): void {
    if (this.heard.has(name)) return;
    const kept = this.heard.size < NAMES ? name : ANY;
    if (this.heard.has(kept)) return;
    this.heard.set(kept, this.step);
    this.#newlyHeard.push(kept);
  }

  /** @returns What `missAgain` takes where the same is asked again. */
  miss(name: string): Missed {
    const kept = this.#missed.size < NAMES || this.#missed.has(name) ? name : ANY;
    let missed = this.#missed.get(kept);
    if (missed === undefined) {
      missed = { name: kept, step: this.step, isNew: false };
      this.#missed.set(kept, missed);
    }
    this.missAgain(missed);
    return missed;
  }

  missAgain(missed: Missed): void {
    missed.step = this.step;
    if (missed.isNew) return;
    missed.isNew = true;
    this.#newlyMissed.push(missed);
  }

  /** All that was not known, by name: the last step. */
  get missed(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#missed.values(), ({ name, step }) => [name, step]));
  }

  /** What is new since the last time. */
  take(): { readonly heard: [string, number][]; readonly missed: [string, number][] } {
    const heard = this.#newlyHeard.map((name): [string, number] => [name, this.heard.get(name)!]);
    const missed = this.#newlyMissed.map((one): [string, number] => [one.name, one.step]);
    for (const one of this.#newlyMissed) one.isNew = false;
    this.#newlyHeard = [];
    this.#newlyMissed = [];
    return { heard, missed };
  }
}

/** Asked for in vain. */
export interface Missed {
  readonly name: string;
  /** The last one at which it was not known. */
  step: number;
  /** Since the lists were taken. */
  isNew: boolean;
}

/** Stands for names that there was no room for. */
export const ANY = "*";

const NAMES = 100_000;
