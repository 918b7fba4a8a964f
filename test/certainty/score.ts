// How much of the truth a damaged capture still shows, and what it claims that is not so. The truth is what the whole capture shows.
import type { FindingEvent } from "../../src/report/event.ts";
import type { Violation } from "../labelled.ts";
import { lacks, type Said, type Seen } from "./seeing.ts";

/** Counts over any number of damaged captures. */
export class Score {
  captures = 0;
  /** Of connections that show a field block; those without one are counted apart. */
  readonly roles = { right: 0, guessedRight: 0, wrong: 0, unknown: 0, wrongButProven: 0 };
  readonly rolesWithoutFields = { right: 0, guessedRight: 0, wrong: 0, unknown: 0, wrongButProven: 0 };
  readonly headers = new Claims();
  readonly methods = new Claims();
  /** Proven errors and warnings that the whole capture lacks. */
  newlyProven = 0;
  /** Those that are called not proven. */
  newlyUnproven = 0;
  /** Labelled violations whose packets are all there; `excused`: they are not proven, nor need be, since what was lost may excuse the sender. */
  readonly violations = { expected: 0, proven: 0, unproven: 0, gone: 0, excused: 0 };
  /** Those of them that are not proven, and not excused: by rule and reason, how often. */
  readonly lost = new Map<string, number>();
  /** What must never be. */
  readonly broken: string[] = [];
  /** Roles of connections that show a field block and that are guessed wrong, or not at all. */
  readonly mistaken: string[] = [];

  add(other: Score): void {
    this.captures += other.captures;
    addTo(this.roles, other.roles);
    addTo(this.rolesWithoutFields, other.rolesWithoutFields);
    addTo(this.headers, other.headers);
    addTo(this.methods, other.methods);
    this.newlyProven += other.newlyProven;
    this.newlyUnproven += other.newlyUnproven;
    addTo(this.violations, other.violations);
    for (const [text, count] of other.lost) this.lost.set(text, (this.lost.get(text) ?? 0) + count);
    this.broken.push(...other.broken);
    this.mistaken.push(...other.mistaken);
  }
}

/** What was said of fields or methods. */
export class Claims {
  exact = 0;
  exactWrong = 0;
  inferredRight = 0;
  inferredWrong = 0;
  unknown = 0;

  /** @returns Whether it is called exact, and wrong. */
  take({ certainty, value }: Said, truth: string): boolean {
    if (certainty === "unknown") this.unknown++;
    else if (certainty === "inferred") {
      if (value === truth) this.inferredRight++;
      else this.inferredWrong++;
    } else if (value === truth) this.exact++;
    else {
      this.exactWrong++;
      return true;
    }
    return false;
  }
}

/** Compare a damaged capture with the whole one. @param name For what is listed as broken. */
export function compare(name: string, truth: Seen, seen: Seen): Score {
  const score = new Score();
  score.captures = 1;
  compareRoles(name, truth, seen, score);
  for (const [key, { fields }] of seen.blocks) {
    const whole = truth.blocks.get(key);
    if (whole === undefined) continue;
    for (const [i, one] of fields.entries()) {
      const right = whole.fields[i];
      // What would have come after a fault is not known.
      if (right === undefined ? whole.fault : right.certainty !== "exact") continue;
      if (score.headers.take(one, right?.value ?? "(no field)"))
        score.broken.push(`${name}: block ${key}: "${one.value}", which is "${right?.value}"`);
    }
  }
  for (const [key, path] of seen.calls) {
    const right = truth.calls.get(key);
    if (right?.certainty !== "exact") continue;
    if (score.methods.take(path, right.value))
      score.broken.push(`${name}: call ${key}: "${path.value}", which is "${right.value}"`);
  }
  const known = new Set(
    truth.findings.flatMap(({ rule, hides, offender }) => [rule, ...hides].map((id) => `${id} by ${offender}`)),
  );
  for (const { rule, offender, certainty, severity, consequent } of seen.findings)
    if (certainty === "unproven" && severity !== "info" && !consequent && !known.has(`${rule} by ${offender}`))
      score.newlyUnproven++;
  for (const text of newlyProven(truth, seen)) {
    score.newlyProven++;
    score.broken.push(`${name}: proven: ${text}`);
  }
  return score;
}

function compareRoles(name: string, truth: Seen, seen: Seen, score: Score): void {
  for (const [key, { client, proven, fields }] of seen.connections) {
    const whole = truth.connections.get(key);
    if (whole?.proven !== true) continue;
    const { client: right } = whole;
    const roles = fields ? score.roles : score.rolesWithoutFields;
    if (fields && client !== right) score.mistaken.push(`${name}: ${client ?? "unknown"}, which is ${right}`);
    if (client === undefined) roles.unknown++;
    else if (client === right && proven) roles.right++;
    else if (client === right) roles.guessedRight++;
    else if (!proven) roles.wrong++;
    else {
      roles.wrongButProven++;
      score.broken.push(`${name}: ${client} is proven to be the client, which is ${right}`);
    }
  }
}

/** Errors and warnings that the whole capture has not, nor hides behind a graver one on the same frame.
 *  @param after Those after a fault of the same side too: else nothing is news then, since what it does is judged otherwise where the fault
 *  itself is missing. */
export function newlyProven(truth: Seen, seen: Seen, after = false): Set<string> {
  const known = new Set<string>();
  const faults = new Map<string, number>();
  for (const finding of truth.findings) {
    if (finding.certainty !== "proven") continue;
    for (const rule of [finding.rule, ...finding.hides]) known.add(`${rule} by ${finding.offender}`);
    if (finding.severity !== "error") continue;
    const side = `${finding.connection} ${finding.offender}`;
    faults.set(side, Math.min(faults.get(side) ?? Infinity, finding.frame.packet));
  }
  const news = new Set<string>();
  for (const { rule, certainty, severity, consequent, connection, offender, frame } of seen.findings) {
    if (certainty !== "proven" || severity === "info" || consequent || known.has(`${rule} by ${offender}`)) continue;
    const fault = faults.get(`${connection} ${offender}`) ?? Infinity;
    if (after || seen.numbers[frame.packet - 1]! < fault) news.add(`${rule} by ${offender}`);
  }
  return news;
}

/** The proven finding of a labelled violation. */
export function findingOf(
  { rules, offender, stream }: Violation,
  { findings }: Seen,
  certainty = "proven",
): FindingEvent | undefined {
  return findings.find(
    (finding) =>
      finding.certainty === certainty &&
      rules.includes(finding.rule) &&
      (offender === undefined || finding.offender === offender) &&
      (stream === undefined || finding.stream === stream),
  );
}

/** Count which labelled violations are still found.
 *  @param without Packets that are gone, by number.
 *  @param excuse What else may have been in these that would excuse the sender. @param doubtful Asks that of what is proven, too. */
export async function survive(
  name: string,
  violations: readonly Violation[],
  truth: Seen,
  seen: Seen,
  without: ReadonlySet<number>,
  excuse: (violation: Violation, whole: FindingEvent) => Promise<string | undefined>,
  doubtful: boolean,
  score: Score,
): Promise<void> {
  for (const violation of violations) {
    const whole = findingOf(violation, truth);
    if (whole === undefined || lacks(whole, truth, seen)) continue;
    if ([whole.frame, ...whole.related].some(({ packet }) => without.has(packet))) continue;
    score.violations.expected++;
    const isProven = findingOf(violation, seen) !== undefined;
    const reason = isProven && !doubtful ? undefined : await excuse(violation, whole);
    const text = `${name}: ${whole.rule} by ${whole.offender}`;
    if (isProven) {
      score.violations.proven++;
      if (reason !== undefined) score.broken.push(`${text}: proven, though it may be excused: ${reason}`);
      continue;
    }
    if (reason !== undefined) {
      score.violations.excused++;
      continue;
    }
    const unproven = findingOf(violation, seen, "unproven");
    if (unproven === undefined) score.violations.gone++;
    else score.violations.unproven++;
    const lost = unproven === undefined ? "gone" : `unproven, ${unproven.because?.join(", ")}`;
    score.lost.set(`${whole.rule}: ${lost}`, (score.lost.get(`${whole.rule}: ${lost}`) ?? 0) + 1);
  }
}

/** The score as lines of text. */
export function scoreText(score: Score): string {
  const roles = ({ right, guessedRight, wrong, unknown, wrongButProven }: Score["roles"]): string =>
    `${right} right and proven, ${guessedRight} right by a guess, ${wrong} wrong, ${unknown} unknown, ${wrongButProven} wrong though called proven`;
  const claims = ({ exact, exactWrong, inferredRight, inferredWrong, unknown }: Claims): string =>
    `${exact} exact, ${exactWrong} wrong though called exact, ${inferredRight} inferred right, ${inferredWrong} inferred wrong, ${unknown} unknown`;
  const { expected, proven, unproven, gone, excused } = score.violations;
  const share = (found: number): string => `${((100 * found) / Math.max(expected - excused, 1)).toFixed(1)} %`;
  return [
    `damaged captures: ${score.captures}`,
    `roles, of connections that show a field block: ${roles(score.roles)}`,
    `roles, of the others: ${roles(score.rolesWithoutFields)}`,
    `fields: ${claims(score.headers)}`,
    `methods: ${claims(score.methods)}`,
    `findings that the whole capture lacks: ${score.newlyProven} proven, ${score.newlyUnproven} not proven`,
    `labelled violations whose packets are there: ${expected}; of these the loss may excuse ${excused}`,
    `  of the others: proven ${proven} (${share(proven)}), found but not proven ${unproven}, gone ${gone}: found ${share(proven + unproven)}`,
    ...[...score.lost].sort(([, a], [, b]) => b - a).map(([text, count]) => `  ${count} times ${text}`),
  ].join("\n");
}

function addTo(sum: object, one: object): void {
  const to = sum as Record<string, number>;
  for (const [key, value] of Object.entries(one)) to[key] = (to[key] ?? 0) + (value as number);
}
