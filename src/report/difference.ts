// `h2lint diff`: what two runs found, held against each other by fingerprint.
import { H2lintError } from "../error.ts";
import { english, type Language } from "../lang/language.ts";
import type { FindingEvent } from "./event.ts";
import { placeText } from "./failing.ts";
import type { Output } from "./report.ts";
import { type Look, Style, wrap } from "./style.ts";
import { count, counted, printable } from "./text.ts";

/** The findings of one fingerprint on both sides. */
export interface Compared {
  readonly fingerprint: string;
  readonly rule: string;
  readonly severity: FindingEvent["severity"];
  readonly offender: FindingEvent["offender"];
  readonly path?: string;
  /** Of the first one; of the newer side, where it is there. */
  readonly message: string;
  readonly count: { readonly old: number; readonly new: number };
  readonly first: { readonly connection: number; readonly stream: number; readonly packet: number; readonly file?: string };
}

export interface Difference {
  readonly new: readonly Compared[];
  readonly fixed: readonly Compared[];
  readonly unchanged: readonly Compared[];
}

/** What is proven and no consequence; a baseline makes no difference here. */
export type Found = Omit<FindingEvent, "kind">;

export function difference(before: readonly Found[], after: readonly Found[]): Difference {
  const old = byFingerprint(before);
  const now = byFingerprint(after);
  const compared = (fingerprint: string, { first }: Group): Compared => ({
    fingerprint,
    ...{ rule: first.rule, severity: first.severity, offender: first.offender },
    ...(first.path === undefined ? {} : { path: first.path }),
    message: first.message,
    count: { old: old.get(fingerprint)?.count ?? 0, new: now.get(fingerprint)?.count ?? 0 },
    first: {
      ...{ connection: first.connection, stream: first.stream, packet: first.frame.packet },
      ...(first.frame.file === undefined ? {} : { file: first.frame.file }),
    },
  });
  const listed = (groups: ReadonlyMap<string, Group>, keep: (fingerprint: string) => boolean) =>
    [...groups]
      .filter(([fingerprint]) => keep(fingerprint))
      .map(([fingerprint, group]) => compared(fingerprint, group))
      .sort((a, b) => rank(a) - rank(b) || order(a.rule, b.rule) || order(a.fingerprint, b.fingerprint));
  return {
    new: listed(now, (fingerprint) => !old.has(fingerprint)),
    fixed: listed(old, (fingerprint) => !now.has(fingerprint)),
    unchanged: listed(now, (fingerprint) => old.has(fingerprint)),
  };
}

interface Group {
  readonly first: Found;
  count: number;
}

function byFingerprint(findings: readonly Found[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const finding of findings) {
    if (finding.certainty !== "proven" || finding.consequent) continue;
    const group = groups.get(finding.fingerprint);
    if (group === undefined) groups.set(finding.fingerprint, { first: finding, count: finding.count });
    else group.count += finding.count;
  }
  return groups;
}

const rank = ({ severity }: Compared): number => ["error", "warning", "info"].indexOf(severity);
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The findings of a report that `--format json` wrote.
 *  @throws H2lintError("unrecognised") for anything else. */
export function findingsOfReport(text: string, name: string): Found[] {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch {
    throw new H2lintError("unrecognised", `${name}: neither a capture nor a JSON report of h2lint`);
  }
  const { schema, findings } = (report ?? {}) as { schema?: unknown; findings?: unknown };
  if (schema !== "h2lint-report/1" || !Array.isArray(findings))
    throw new H2lintError("unrecognised", `${name}: no report of h2lint (expected "schema": "h2lint-report/1")`);
  if (!findings.every(isFound)) throw new H2lintError("unrecognised", `${name}: a finding in it is damaged`);
  return findings;
}

// What is read here of a finding.
function isFound(value: unknown): value is Found {
  if (typeof value !== "object" || value === null) return false;
  const { fingerprint, rule, severity, offender, message, count: times, connection, stream, frame } = value as Partial<Found>;
  return (
    [fingerprint, rule, severity, offender, message].every((field) => typeof field === "string") &&
    [times, connection, stream, frame?.packet].every((field) => typeof field === "number")
  );
}

export function differenceJson(output: Output, names: readonly [string, string], found: Difference): void {
  const [old, now] = names;
  const summary = { new: found.new.length, fixed: found.fixed.length, unchanged: found.unchanged.length };
  output(`${JSON.stringify({ schema: "h2lint-diff/1", captures: { old, new: now }, findings: found, summary }, undefined, 2)}\n`);
}

export function differenceTable(output: Output, look: Look, names: readonly [string, string], found: Difference): void {
  const style = new Style(look);
  const say = look.language ?? english;
  const [old, now] = names.map(printable);
  output(`${style.bold(`${old} -> ${now}`)}\n`);
  const parts = [
    ["new", found.new, style.red],
    ["fixed", found.fixed, style.green],
    ["unchanged", found.unchanged, style.dim],
  ] as const;
  for (const [title, list, paint] of parts) {
    if (list.length === 0) continue;
    output(`\n${paint(`${say.text(TITLES[title])} (${list.length})`)}\n`);
    for (const one of list) {
      const { connection, stream, packet } = one.first;
      const where = placeText(connection, stream, packet, say);
      const side = title === "fixed" ? old : now;
      output(`  ${style.severity(one.severity, one.severity.padEnd(7))}  ${style.bold(one.rule)}  ${timesOf(one, title, say)}\n`);
      for (const line of wrap(printable(one.message), look.width - 11)) output(`           ${line}\n`);
      for (const line of wrap(say.text("first in {file}: {place}", { file: String(side), place: where }), look.width - 11))
        output(`           ${style.dim(line)}\n`);
    }
  }
  const faults = say.text("{new} new, {fixed} fixed, {unchanged} unchanged", {
    ...{ new: count(found.new.length), fixed: count(found.fixed.length), unchanged: count(found.unchanged.length) },
  });
  const nothing = found.new.length + found.fixed.length + found.unchanged.length === 0;
  output(`\n${nothing ? say.text("no finding on either side") : faults}\n`);
}

const TITLES = { new: "new", fixed: "fixed", unchanged: "unchanged" } as const;

const timesOf = ({ count: { old, new: now } }: Compared, title: string, say: Language): string =>
  title === "new"
    ? counted(say, now, "time")
    : title === "fixed"
      ? counted(say, old, "time")
      : old === now
        ? counted(say, now, "time")
        : `${count(old)} -> ${counted(say, now, "time")}`;
