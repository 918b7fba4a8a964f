/** What a connection shows that others are read by, and what was asked of others in vain. Where each process judges a share of the
 *  connections only, who merges compares the lists of all: a thing that one asked for after another had heard it would have been known to a
 *  process that judges all. */
export class Hearsay {
  /** Where the run has come to, counted alike by all shares. */
  step = 0;
  /** By name: the first step at which it was heard. */
  readonly heard = new Map<string, number>();
  /** By name: the last step at which it was not known. */
  readonly missed = new Map<string, number>();

  #newlyHeard: string[] = [];
  readonly #newlyMissed = new Set<string>();

  hear(name: string): void {
    if (this.heard.has(name)) return;
    const kept = this.heard.size < NAMES ? name : ANY;
    if (this.heard.has(kept)) return;
    this.heard.set(kept, this.step);
    this.#newlyHeard.push(kept);
  }

  miss(name: string): void {
    const kept = this.missed.size < NAMES || this.missed.has(name) ? name : ANY;
    this.missed.set(kept, this.step);
    this.#newlyMissed.add(kept);
  }

  /** What is new since the last time. */
  take(): { readonly heard: [string, number][]; readonly missed: [string, number][] } {
    const heard = this.#newlyHeard.map((name): [string, number] => [name, this.heard.get(name)!]);
    const missed = Array.from(this.#newlyMissed, (name): [string, number] => [name, this.missed.get(name)!]);
    this.#newlyHeard = [];
    this.#newlyMissed.clear();
    return { heard, missed };
  }
}

/** Stands for names that there was no room for. */
export const ANY = "*";

const NAMES = 100_000;
