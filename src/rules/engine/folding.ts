// Repeats of one finding are counted, not reported again: by rule, message, side and certainty, and by stream unless the rule folds wider.
import type { Side } from "../../place.ts";
import type { Repeats } from "../finding.ts";
import type { Candidate } from "./candidate.ts";
import type { Slot } from "./slot.ts";

/** The findings of one connection so far, to fold repeats into. */
export class Folding {
  readonly #repeats = new Map<string, Repeats>();
  readonly #counts = new Map<Slot, number>();
  readonly #last = new Map<Slot, LastReport>();

  /** Where the candidate goes, if it is just like the one that its rule reported last; found without building anything. */
  again(candidate: Candidate, consequent: boolean): Repeats | undefined {
    const last = this.#last.get(candidate.slot);
    return last?.isLike(candidate, consequent) === true ? last.repeats : undefined;
  }

  /** The count that the candidate adds to; undefined where it is the first of its kind.
   *  @param limit Findings of a rule beyond which what differs in more than its kind is folded too. */
  find(candidate: Candidate, consequent: boolean, limit: number): Repeats | undefined {
    return this.#repeats.get(this.#key(candidate, consequent, limit));
  }

  /** @param last Whether the next one like it may go the short way: a finding that broke its connection has consequences. */
  keep(candidate: Candidate, consequent: boolean, limit: number, repeats: Repeats): void {
    this.#repeats.set(this.#key(candidate, consequent, limit), repeats);
    this.#counts.set(candidate.slot, (this.#counts.get(candidate.slot) ?? 0) + 1);
  }

  remember(candidate: Candidate, consequent: boolean, repeats: Repeats): void {
    this.#last.set(candidate.slot, new LastReport(candidate, consequent, repeats));
  }

  #key({ slot, message, frame, because, more }: Candidate, consequent: boolean, limit: number): string {
    const kind = `${slot.rule.id} ${message} ${frame.from} ${because.length === 0} ${consequent}`;
    const key = `${kind} ${more?.fold ?? frame.streamId}`;
    return !this.#repeats.has(key) && (this.#counts.get(slot) ?? 0) >= limit ? kind : key;
  }
}

/** What of a report must be the same for the next one to go where the last one went. */
class LastReport {
  readonly repeats: Repeats;
  readonly #message: string;
  readonly #from: Side;
  readonly #proven: boolean;
  readonly #consequent: boolean;
  readonly #fold: string | number;
  readonly #severity: string;
  readonly #scope: string | undefined;

  constructor({ message, frame, because, more, severity }: Candidate, consequent: boolean, repeats: Repeats) {
    this.repeats = repeats;
    this.#message = message;
    this.#from = frame.from;
    this.#proven = because.length === 0;
    this.#consequent = consequent;
    this.#fold = more?.fold ?? frame.streamId;
    this.#severity = severity;
    this.#scope = more?.scope;
  }

  isLike({ message, frame, because, more, severity }: Candidate, consequent: boolean): boolean {
    return (
      this.#message === message &&
      this.#from === frame.from &&
      this.#proven === (because.length === 0) &&
      this.#consequent === consequent &&
      this.#fold === (more?.fold ?? frame.streamId) &&
      this.#severity === severity &&
      this.#scope === more?.scope
    );
  }
}
