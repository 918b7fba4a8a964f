// Parts in, the events of one run out: what came of connections in the order of steps, which all shares count alike; what compares connections
// is compared here.
import { Clock } from "../capture/clock.ts";
import { Conclusion } from "../conclusion.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import type { FindingEvent, ReportEvent } from "../report/event.ts";
import { DiagnosticCounter, EventBuilder } from "../report/event-builder.ts";
import { Comparisons } from "../rules/engine/comparing.ts";
import { type ActiveRule, thresholdsOf } from "../rules/engine/slot.ts";
import type { Rule } from "../rules/rule.ts";
import { diagnoseKeys, type KeyFacts } from "../tls/key-files.ts";
import { Conflicts } from "./conflict.ts";
import type { PartDiagnostic, PartEnd, PartHabit, PartHead, PartLine, PartResults, Selection } from "./part.ts";

/** Gives the lines of one part. */
export interface PartSource {
  readonly head: PartHead;
  /** Some lines more, the head not among them; undefined: there are no more. */
  more(): Promise<readonly PartLine[] | undefined>;
}

export interface MergeOptions {
  /** All that there are. */
  readonly rules: readonly Rule[];
  /** Those that ran. */
  readonly active: readonly ActiveRule[];
  readonly limits: Limits;
}

/** The shares do not come to what one run comes to, or that cannot be said of them. What was reported until then is of that run. */
export class Indivisible extends Error {}

/** Events in their order, as many at once as there are.
 *  @param parts All of one run, in the order of their numbers. @returns What was chosen.
 *  @throws Indivisible */
export async function* mergeParts(
  parts: readonly PartSource[],
  options: MergeOptions,
): AsyncGenerator<readonly ReportEvent[], Selection> {
  const [{ head }] = parts as [PartSource];
  const build = new EventBuilder(new Clock(), head.run.captures, options.rules);
  const conclusion = new Conclusion();
  const results = new MergedResults(build, options, conclusion);
  const queues = parts.map((part) => new Queue(part));
  const conflicts = new Conflicts(parts.length, options.limits);
  yield [head.run];
  for (;;) {
    const first = firstOf(queues);
    const waiting = queues.find(
      (one) => one.line === undefined && one.end === undefined && !(first !== undefined && one.step > first.line!.at[0]),
    );
    if (waiting === undefined) {
      if (first === undefined) break;
      results.take(first.line!);
      first.next++;
      continue;
    }
    yield conclusion.take();
    await waiting.fill((step) => {
      const conflict = conflicts.add(queues.indexOf(waiting), step);
      if (conflict !== undefined) throw new Indivisible(conflict);
    });
  }
  const ends = queues.map(({ end }) => end!);
  for (const { event, count, connections } of habitsOf(ends)) conclusion.habit(event, count, connections);
  yield conclusion.take();
  const keys = keysOf(ends);
  const diagnostics = diagnosticsOf(ends, keys);
  yield Array.from(diagnostics, ({ diagnostic, count }) => build.diagnostic(diagnostic, count));
  const summary = conclusion.tally.summary(ends[0]!.captures, diagnostics.incomplete(false));
  yield [keys.infos.length === 0 ? summary : { ...summary, keys: keys.infos }];
  const selections = ends.map(({ selection }) => selection);
  return {
    connections: selections.reduce((sum, { connections }) => sum + connections, 0),
    matched: selections.some(({ matched }) => matched),
  };
}

/** Lines of one part that were read and not taken. */
class Queue {
  readonly #part: PartSource;
  #lines: readonly PartResults[] = [];
  next = 0;
  /** What comes is of no step before it. */
  step = 0;
  end: PartEnd | undefined;

  constructor(part: PartSource) {
    this.#part = part;
  }

  get line(): PartResults | undefined {
    return this.#lines[this.next];
  }

  async fill(check: (step: Parameters<Conflicts["add"]>[1]) => void): Promise<void> {
    const lines = await this.#part.more();
    if (lines === undefined) throw new Indivisible("a part ends early");
    const results: PartResults[] = [];
    for (const line of lines) {
      if (line.kind === "results") results.push(line);
      else if (line.kind === "step") {
        this.step = line.step;
        check(line);
      } else if (line.kind === "end") {
        this.end = line;
        check(line);
      }
    }
    this.#lines = results;
    this.next = 0;
  }
}

function firstOf(queues: readonly Queue[]): Queue | undefined {
  let first: Queue | undefined;
  for (const one of queues) {
    const { line } = one;
    if (line !== undefined && (first === undefined || isBefore(line.at, first.line!.at))) first = one;
  }
  return first;
}

const isBefore = (a: PartResults["at"], b: PartResults["at"]): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** What came of connections, with what comparing them finds. */
class MergedResults {
  readonly #build: EventBuilder;
  readonly #active: ReadonlyMap<string, { readonly rule: Rule; readonly options: Readonly<Record<string, number>> }>;
  readonly #conclusion: Conclusion;
  #session = -1;
  #comparisons = new Comparisons();

  constructor(build: EventBuilder, { active }: MergeOptions, conclusion: Conclusion) {
    this.#build = build;
    this.#active = new Map(active.map((one) => [one.rule.id, { rule: one.rule, options: thresholdsOf(one) }]));
    this.#conclusion = conclusion;
  }

  take({ session, ends, results }: PartResults): void {
    if (session !== this.#session) {
      this.#session = session;
      this.#comparisons = new Comparisons();
    }
    const found = new Set<string>();
    let unchecked: readonly (readonly [string, number])[] = [];
    for (const result of results) {
      switch (result.kind) {
        case "finding":
          this.#conclusion.finding(result);
          break;
        case "note": {
          const event = this.#compare(result.note, ends!);
          if (event === undefined) break;
          found.add(event.rule);
          this.#conclusion.finding(event);
          break;
        }
        case "unexplained-unless":
          if (!result.unless.some((rule) => found.has(rule))) this.#conclusion.unexplained(result.event);
          break;
        case "unchecked":
          unchecked = result.counts;
          break;
        case "connection":
          this.#conclusion.connection(result, unchecked);
          break;
      }
    }
  }

  #compare(
    { rule: id, connection, facts, finding, path }: Extract<PartResults["results"][number], { kind: "note" }>["note"],
    ends: NonNullable<PartResults["ends"]>,
  ): FindingEvent | undefined {
    const active = this.#active.get(id);
    if (active === undefined) return undefined;
    const compared = this.#comparisons.compare(active.rule, active.options, facts, connection, ends.client, ends.server);
    return compared === undefined || finding === undefined ? undefined : this.#build.said(finding, compared, path);
  }
}

/** In the order in which they first showed. */
function habitsOf(ends: readonly PartEnd[]): PartHabit[] {
  const merged = new Map<string, { -readonly [Name in keyof PartHabit]: PartHabit[Name] }>();
  for (const habit of ends.flatMap(({ habits }) => habits).sort((a, b) => a.step - b.step)) {
    const known = merged.get(habit.key);
    if (known === undefined) merged.set(habit.key, { ...habit });
    else {
      known.count += habit.count;
      known.connections += habit.connections;
    }
  }
  return [...merged.values()];
}

function diagnosticsOf(ends: readonly PartEnd[], keys: KeyFacts): DiagnosticCounter {
  const counter = new DiagnosticCounter();
  const all = ends.flatMap(({ diagnostics }) => diagnostics).sort((a, b) => a.step - b.step);
  const add = ({ diagnostic, step, count, octets }: PartDiagnostic) => counter.add(diagnostic, step, count, octets);
  const isLast = ({ diagnostic }: PartDiagnostic): boolean => diagnostic.code === "capture/interrupted";
  for (const one of all) if (!isLast(one)) add(one);
  diagnoseKeys(keys, (diagnostic: Diagnostic) => counter.add(diagnostic));
  for (const one of all) if (isLast(one)) add(one);
  return counter;
}

// All read the same keys; each used its own.
function keysOf(ends: readonly PartEnd[]): KeyFacts {
  const asked = ends.filter(({ keys }) => keys.ours !== undefined).sort((a, b) => a.askedAt - b.askedAt);
  const [first] = ends as [PartEnd];
  const ours = asked[0]?.keys.ours;
  const infos = first.keys.infos.map((info, index) =>
    info.used === undefined ? info : { ...info, used: ends.some(({ keys }) => keys.infos[index]?.used === true) },
  );
  const { ours: _, ...rest } = first.keys;
  return { ...rest, infos, ...(ours === undefined ? {} : { ours }) };
}
