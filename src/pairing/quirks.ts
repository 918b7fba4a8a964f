// Habits of some software, which show on every connection or call: folded over the run, so that they do not bury what is wrong.

import type { Rule } from "../rules/rule.ts";
import type { PairedFinding } from "./reaction.ts";

/** One habit of one side, as often as it was seen. */
export interface Quirk {
  /** The first, with the count of all. */
  readonly pair: PairedFinding;
  readonly connections: number;
}

export class Quirks {
  readonly #rules: ReadonlySet<string>;
  readonly #kept = new Map<string, { readonly pair: PairedFinding; count: number; connections: number; last: number }>();

  constructor(rules: readonly Rule[]) {
    this.#rules = new Set(rules.filter(({ meta }) => meta.quirk === true).map(({ id }) => id));
  }

  /** Whether it waits for the end. What was answered, took calls with it or is told by a log may be a cause: it is told by itself. */
  keeps(pair: PairedFinding): boolean {
    const { finding, count, reaction, selfInflicted, logOnly, logs = [], streamsKilled } = pair;
    if (finding.severity !== "info" || !this.#rules.has(finding.rule)) return false;
    if (reaction !== undefined || selfInflicted !== undefined || logOnly !== undefined) return false;
    if (logs.length > 0 || streamsKilled.length > 0) return false;
    const { rule, offender, certainty, consequent, connection } = finding;
    const key = `${rule} ${offender} ${certainty} ${consequent}`;
    const kept = this.#kept.get(key);
    if (kept === undefined) this.#kept.set(key, { pair, count, connections: 1, last: connection });
    else {
      kept.count += count;
      // All of one connection come together, at its end.
      if (kept.last !== connection) kept.connections++;
      kept.last = connection;
    }
    return true;
  }

  /** What waited, each once. */
  take(): Quirk[] {
    const taken = [...this.#kept.values()].map(({ pair, count, connections }) => ({ pair: { ...pair, count }, connections }));
    this.#kept.clear();
    return taken;
  }
}
