// Habits of some software, which show on every connection or call: folded over the run, so that they do not bury what is wrong.

import type { Rule } from "../rules/rule.ts";
import type { PairedFinding } from "./reaction.ts";

/** The habits of a run, each of one side in one session, as often as it was seen. */
export class Quirks<Event> {
  readonly #rules: ReadonlySet<string>;
  readonly #kept = new Map<string, Quirk<Event>>();

  constructor(rules: readonly Rule[]) {
    this.#rules = new Set(rules.filter(({ meta }) => meta.quirk === true).map(({ id }) => id));
  }

  /** Whether it waits for the end. What was answered, took calls with it or is reported by a log may be a cause: it is reported by itself.
   *  @param event Made of the first of them, while its session's clock runs. */
  keeps(pair: PairedFinding, session: number, event: (pair: PairedFinding) => Event): boolean {
    const { finding, count, reaction, selfInflicted, logOnly, logs = [], streamsKilled } = pair;
    if (finding.severity !== "info" || !this.#rules.has(finding.rule)) return false;
    if (reaction !== undefined || selfInflicted !== undefined || logOnly !== undefined) return false;
    if (logs.length > 0 || streamsKilled.length > 0) return false;
    const { rule, offender, certainty, consequent, connection } = finding;
    const key = `${session} ${rule} ${offender} ${certainty} ${consequent}`;
    const kept = this.#kept.get(key);
    if (kept === undefined) this.#kept.set(key, { key, event: event(pair), count, connections: 1, last: connection });
    else {
      kept.count += count;
      // All of one connection come together, at its end.
      if (kept.last !== connection) kept.connections++;
      kept.last = connection;
    }
    return true;
  }

  /** What waited, each once. */
  take(): Quirk<Event>[] {
    const taken = [...this.#kept.values()];
    this.#kept.clear();
    return taken;
  }
}

/** One habit of one side. */
interface Quirk<Event> {
  /** Which one, in the run. */
  readonly key: string;
  /** Of the first. */
  readonly event: Event;
  /** Of all. */
  count: number;
  connections: number;
  /** The connection that showed it last. */
  last: number;
}
