// Known findings, accepted by fingerprint: they are shown as such and fail nothing. In: the text of a baseline file and the events of a run.
// Out: the same events, with what is accepted marked and not counted, and the text of the file brought up to date.
import { H2lintError } from "../error.ts";
import type { Severity } from "../rules/severity.ts";
import { severities } from "../rules/severity.ts";
import { answerName } from "./answer.ts";
import type { FindingEvent, ReportEvent, SummaryEvent, UnexplainedEvent } from "./event.ts";
import { counts } from "./failing.ts";
import { fingerprintOfAnswer } from "./fingerprint.ts";

/** One accepted finding, or answer that no finding explains (`rule` is `unexplained`), all its occurrences. */
export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  /** Accepted up to this one. */
  readonly severity: Severity;
  /** The finding's `shape`. */
  readonly message: string;
  /** Occurrences when the file was written; for people. */
  readonly count: number;
  /** Why it is accepted. */
  readonly reason: string;
  /** The last day on which it is, `2026-12-31` (UTC). */
  readonly expires?: string;
  /** The day it was accepted. */
  readonly added: string;
}

/** @param name Of the file, for messages.
 *  @throws H2lintError("config") that says what is wrong. */
export function parseBaseline(text: string, name: string): BaselineEntry[] {
  const wrong = (what: string): never => {
    throw new H2lintError("config", `${name}: ${what}`);
  };
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return wrong("is no JSON");
  }
  const { schema, entries } = (file ?? {}) as { schema?: unknown; entries?: unknown };
  if (schema !== SCHEMA || !Array.isArray(entries)) return wrong(`is no baseline (expected "schema": "${SCHEMA}" and "entries")`);
  const seen = new Set<unknown>();
  for (const [index, entry] of entries.entries()) {
    const fields = (typeof entry === "object" && entry !== null ? entry : {}) as Readonly<Record<string, unknown>>;
    for (const [field, fits] of Object.entries(FIELDS)) {
      if (!fits(fields[field])) wrong(`entry ${index + 1}: ${field} is missing or wrong`);
    }
    const { fingerprint } = fields;
    if (seen.has(fingerprint)) wrong(`entry ${index + 1}: fingerprint ${String(fingerprint)} is there twice`);
    seen.add(fingerprint);
  }
  return entries as BaselineEntry[]; // every field was checked
}

/** The file's text: sorted, so that it changes only where findings do. */
export function baselineText(entries: readonly BaselineEntry[]): string {
  const sorted = entries.map(({ fingerprint, rule, severity, message, count, reason, expires, added }) => ({
    ...{ fingerprint, rule, severity, message, count, reason },
    ...(expires === undefined ? {} : { expires }),
    added,
  }));
  const key = ({ rule, message, fingerprint }: BaselineEntry) => `${rule}\n${message}\n${fingerprint}`;
  sorted.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return `${JSON.stringify({ schema: SCHEMA, entries: sorted }, undefined, 2)}\n`;
}

export interface BaselineOptions {
  /** For reports. */
  readonly file: string;
  /** `2026-11-23`. */
  readonly today: string;
  /** Accept all that is found. */
  readonly update: boolean;
  /** Only part of the capture is looked at: nothing can be said of entries that match nothing. */
  readonly partial: boolean;
}

export class Baseline {
  readonly #entries: ReadonlyMap<string, BaselineEntry>;
  readonly #options: BaselineOptions;
  /** By fingerprint: what was found. */
  readonly #found = new Map<string, BaselineEntry>();
  /** Fingerprints of findings that count for nothing, accepted or not: their entries are not stale. */
  readonly #seen = new Set<string>();
  readonly #accepted = { error: 0, warning: 0, info: 0, answered: 0, due: 0, unexplained: 0 };

  constructor(entries: readonly BaselineEntry[], options: BaselineOptions) {
    this.#entries = new Map(entries.map((entry) => [entry.fingerprint, entry]));
    this.#options = options;
  }

  /** What an event becomes: itself, or marked; before the summary comes what is to be said of the baseline. */
  take(event: ReportEvent): ReportEvent[] {
    if (event.kind === "summary") return [this.#state(), this.#summary(event)];
    if (event.kind === "unexplained") return [this.#answer(event)];
    return [event.kind === "finding" ? this.#finding(event) : event];
  }

  /** The entries brought up to date: new ones added, stale ones left out, reasons kept. */
  updated(): BaselineEntry[] {
    const kept = [...this.#entries.values()].filter(
      ({ fingerprint }) => this.#seen.has(fingerprint) && !this.#found.has(fingerprint),
    );
    return [...kept, ...this.#found.values()];
  }

  #finding(finding: FindingEvent): FindingEvent {
    if (!counts(finding)) {
      this.#seen.add(finding.fingerprint);
      return finding;
    }
    this.#note(finding);
    if (!this.#options.update && !this.#accepts(finding)) return finding;
    this.#accepted[finding.severity]++;
    const { severity, reaction } = finding;
    if (severity !== "info" && reaction.kind !== undefined) this.#accepted.answered++;
    if (severity !== "info" && (reaction.kind ?? reaction.due) !== undefined) this.#accepted.due++;
    return { ...finding, baseline: true };
  }

  #answer(event: UnexplainedEvent): UnexplainedEvent {
    const known = { fingerprint: fingerprintOfAnswer(event), severity: "warning" } as const;
    const by = event.reaction.frame?.from ?? event.reaction.from ?? "server";
    const shape = `the ${by} answered with ${answerName(event.reaction)}, and no finding explains it`;
    this.#note({ ...known, rule: "unexplained", shape, count: 1 });
    if (!this.#options.update && !this.#accepts(known)) return event;
    this.#accepted.unexplained++;
    return { ...event, baseline: true };
  }

  #accepts({ fingerprint, severity }: Pick<FindingEvent, "fingerprint" | "severity">): boolean {
    const entry = this.#entries.get(fingerprint);
    return entry !== undefined && !this.#isExpired(entry) && rank(severity) >= rank(entry.severity);
  }

  #note({
    fingerprint,
    rule,
    severity,
    shape,
    count,
  }: Pick<FindingEvent, "fingerprint" | "rule" | "severity" | "shape" | "count">): void {
    const before = this.#found.get(fingerprint);
    if (before !== undefined) {
      const worst = rank(severity) < rank(before.severity) ? severity : before.severity;
      this.#found.set(fingerprint, { ...before, severity: worst, count: before.count + count });
      return;
    }
    const entry = this.#entries.get(fingerprint);
    const { expires, ...known } = entry ?? { message: shape, reason: "", added: this.#options.today };
    // Accepted anew, it counts from today on.
    const term =
      entry === undefined || this.#isExpired(entry)
        ? { added: this.#options.today }
        : { ...(expires === undefined ? {} : { expires }), added: entry.added };
    this.#found.set(fingerprint, { ...known, fingerprint, rule, severity, count, ...term });
  }

  #isExpired({ expires }: BaselineEntry): boolean {
    return expires !== undefined && expires < this.#options.today;
  }

  #state(): ReportEvent {
    const { file, update, partial } = this.#options;
    const entries = update ? [] : [...this.#entries.values()];
    const told = ({ fingerprint, rule, message, reason, expires }: BaselineEntry) => ({
      ...{ fingerprint, rule, message },
      ...(reason === "" ? {} : { reason }),
      ...(expires === undefined ? {} : { expires }),
    });
    const isStale = ({ fingerprint }: BaselineEntry) => !partial && !this.#found.has(fingerprint) && !this.#seen.has(fingerprint);
    return {
      kind: "baseline",
      file,
      stale: entries.filter(isStale).map(told),
      expired: entries.filter((entry) => this.#isExpired(entry) && !isStale(entry)).map(told),
    };
  }

  #summary(summary: SummaryEvent): SummaryEvent {
    const { error, warning, info, answered, due, unexplained } = this.#accepted;
    return {
      ...summary,
      errors: summary.errors - error,
      warnings: summary.warnings - warning,
      infos: summary.infos - info,
      baseline: error + warning + info + unexplained,
      unexplained: summary.unexplained - unexplained,
      answered: summary.answered - answered,
      due: summary.due - due,
    };
  }
}

const rank = (severity: Severity): number => severities.indexOf(severity);

const isDate = (value: unknown): boolean =>
  typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value) && new Date(`${value}T00:00:00Z`).toJSON()?.startsWith(value);

const FIELDS: Readonly<Record<keyof BaselineEntry, (value: unknown) => boolean>> = {
  fingerprint: (value) => typeof value === "string" && /^[0-9a-f]+$/.test(value),
  rule: (value) => typeof value === "string",
  severity: (value) => severities.includes(value as Severity),
  message: (value) => typeof value === "string",
  count: (value) => Number.isInteger(value),
  reason: (value) => typeof value === "string",
  expires: (value) => value === undefined || isDate(value),
  added: isDate,
};

const SCHEMA = "h2lint-baseline/1";
