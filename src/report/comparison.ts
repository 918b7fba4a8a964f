// What one capture does that the other does not: exchanges aligned by method or path, the steps of each side aligned frame by frame, and
// the differences in the order of how likely they explain the failure: what a rule finds, then what the client (or the side at fault)
// does otherwise, then the rest.

import { statusName } from "../grpc/status.ts";
import { kindName } from "../http2/frame.ts";
import { settingName } from "../http2/setting.ts";
import { english } from "../lang/language.ts";
import { other, type Side } from "../place.ts";
import { align, type Row } from "./alignment.ts";
import { answerName, isAnswered } from "./answer.ts";
import type { FindingEvent } from "./event.ts";
import { counts } from "./failing.ts";
import type { CaptureShape, ConnectionShape, ExchangeShape, Step, StepPlace } from "./shape.ts";
import { endOf, endsSentence, stepDifferences, stepText } from "./step-difference.ts";
import { duration } from "./text.ts";

/** One capture, or the part of it that was chosen. */
export interface Compared {
  /** As it was named. */
  readonly operand: string;
  readonly shape: CaptureShape;
  readonly findings: readonly FindingEvent[];
}

export interface Comparison {
  /** What each is called in the texts. */
  readonly names: readonly [bad: string, good: string];
  readonly differences: readonly Difference[];
  /** Rules that find errors and warnings of the same side in both. */
  readonly inBoth: readonly string[];
  readonly exchanges: readonly ExchangePair[];
  /** Exchanges with no counterpart: how many of each path. */
  readonly alone: readonly { readonly in: "bad" | "good"; readonly path: string; readonly count: number }[];
  /** Exchanges and differences that the bounds left out. */
  readonly left: number;
}

export interface Difference {
  readonly about:
    | "finding"
    | "request-end"
    | "response-end"
    | "steps"
    | "fields"
    | "settings"
    | "window"
    | "frames"
    | "protocol"
    | "timing";
  readonly text: string;
  /** Whose frames differ. */
  readonly side: Side;
  /** Rules that find it in the one and not in the other. */
  readonly rules: readonly string[];
  readonly bad?: DifferencePlace;
  readonly good?: DifferencePlace;
  /** Exchanges, or connections, that show it. */
  readonly count: number;
}

export interface DifferencePlace {
  readonly connection: number;
  readonly stream?: number;
  readonly packet: number;
}

export interface ExchangePair {
  readonly bad: ExchangeShape;
  readonly good: ExchangeShape;
  readonly rows: Readonly<Record<Side, readonly Row<Step>[]>>;
}

export function compareShapes(bad: Compared, good: Compared): Comparison {
  const names = namesOf(bad, good);
  const { pairs, alone } = pairExchanges(bad.shape.exchanges, good.shape.exchanges);
  const only = onlyIn(bad.findings, good.findings);
  const blamed = (only.find(({ severity }) => severity === "error") ?? only[0])?.offender ?? "client";
  const notes = new Notes(names, only, blamed);
  for (const pair of pairs) compareExchange(pair, names, notes);
  for (const [b, g] of connectionsOf(pairs, bad.shape, good.shape)) compareConnections(b, g, names, notes);
  notes.findings(bad.shape);
  const { differences, left } = notes.ranked();
  return {
    names,
    differences,
    inBoth: inBoth(bad.findings, good.findings),
    exchanges: pairs,
    alone,
    left: left + bad.shape.left + good.shape.left,
  };
}

// Exchanges of one path belong together; in order, as far as both have them.
function pairExchanges(
  bad: readonly ExchangeShape[],
  good: readonly ExchangeShape[],
): { pairs: ExchangePair[]; alone: Comparison["alone"] } {
  const rows = align(bad, good, (a, b) => (a.path !== undefined && a.path === b.path ? 2 : 0));
  const pairs: (readonly [ExchangeShape, ExchangeShape])[] = [];
  const rest: Record<"bad" | "good", ExchangeShape[]> = { bad: [], good: [] };
  for (const [b, g] of rows) {
    if (b !== undefined && g !== undefined) pairs.push([b, g]);
    else if (b !== undefined) {
      // More calls than the other made: held against one of the same path.
      const like = b.path === undefined ? undefined : good.find(({ path }) => path === b.path);
      if (like === undefined) rest.bad.push(b);
      else pairs.push([b, like]);
    } else if (g !== undefined && !bad.some(({ path }) => path === g.path && path !== undefined)) rest.good.push(g);
  }
  // Nothing in common but the kind: better than nothing.
  if (pairs.length === 0) {
    for (const [b, g] of align(rest.bad, rest.good, (a, c) => (a.protocol === c.protocol ? 1 : 0)))
      if (b !== undefined && g !== undefined) {
        pairs.push([b, g]);
        rest.bad.splice(rest.bad.indexOf(b), 1);
        rest.good.splice(rest.good.indexOf(g), 1);
      }
  }
  const alone = (["bad", "good"] as const).flatMap((side) => {
    const paths = new Map<string, number>();
    for (const { path = "(unknown)" } of rest[side]) paths.set(path, (paths.get(path) ?? 0) + 1);
    return [...paths].slice(0, PATHS).map(([path, count]) => ({ in: side, path, count }));
  });
  return {
    pairs: pairs.map(([b, g]) => ({
      bad: b,
      good: g,
      rows: {
        client: align(b.steps.client, g.steps.client, likeness),
        server: align(b.steps.server, g.steps.server, likeness),
      },
    })),
    alone,
  };
}

function likeness(a: Step, b: Step): number {
  if (a.kind !== b.kind || a.role !== b.role) return 0;
  return 2 + (a.endStream === b.endStream ? 1 : 0) + (a.errorCode === b.errorCode ? 1 : 0);
}

function connectionsOf(
  pairs: readonly ExchangePair[],
  bad: CaptureShape,
  good: CaptureShape,
): (readonly [ConnectionShape, ConnectionShape])[] {
  const byId = (shape: CaptureShape) => new Map(shape.connections.map((connection) => [connection.id, connection]));
  const [bads, goods] = [byId(bad), byId(good)];
  const found = new Map<string, readonly [ConnectionShape, ConnectionShape]>();
  for (const pair of pairs) {
    const [b, g] = [bads.get(pair.bad.connection), goods.get(pair.good.connection)];
    if (b !== undefined && g !== undefined) found.set(`${b.id} ${g.id}`, [b, g]);
  }
  if (found.size > 0) return [...found.values()];
  const [b] = bad.connections;
  const [g] = good.connections;
  return b === undefined || g === undefined ? [] : [[b, g]];
}

/** Differences as they are noted, those of the same text as one. */
class Notes {
  readonly #names: Comparison["names"];
  readonly #only: readonly FindingEvent[];
  readonly #blamed: Side;
  readonly #noted = new Map<string, { difference: Difference; rank: number; count: number }>();
  readonly #explained = new Set<FindingEvent>();
  #left = 0;

  constructor(names: Comparison["names"], only: readonly FindingEvent[], blamed: Side) {
    this.#names = names;
    this.#only = only;
    this.#blamed = blamed;
  }

  /** @param at Where the one that fails shows it: what a rule finds there is the same matter. */
  note(
    difference: Omit<Difference, "rules" | "count">,
    at?: { readonly connection: number; readonly from: Side; readonly step: StepPlace },
  ): void {
    const found =
      at === undefined
        ? []
        : this.#only.filter(
            ({ connection, frame }) => connection === at.connection && frame.from === at.from && frame.offset === at.step.offset,
          );
    for (const finding of found) this.#explained.add(finding);
    const rules = [...new Set(found.map(({ rule }) => rule))];
    const worst = Math.min(...found.map(rankOfFinding));
    const rank = Math.min(worst, RANKS[difference.about] + (difference.side === this.#blamed ? 0 : OTHER_SIDE));
    this.#add({ ...difference, rules, count: 1 }, rank);
  }

  /** Those that no difference stands for. */
  findings(shape: CaptureShape): void {
    const known = new Set([...this.#explained].map(({ rule }) => rule));
    const shown = new Set(shape.connections.map(({ id }) => id));
    for (const finding of this.#only) {
      if (known.has(finding.rule) || !shown.has(finding.connection)) continue;
      const { rule, offender, connection, stream, frame, message } = finding;
      const text = `${this.#names[0]}: ${message}`;
      const bad = { connection, ...(stream === 0 ? {} : { stream }), packet: frame.packet };
      this.#add(
        { about: "finding", text, side: offender, rules: [rule], bad, count: finding.count },
        rankOfFinding(finding) + AFTER_LINKED,
        rule,
      );
    }
  }

  ranked(): { differences: Difference[]; left: number } {
    const all = [...this.#noted.values()].sort((a, b) => a.rank - b.rank || b.count - a.count);
    return { differences: all.map(({ difference, count }) => ({ ...difference, count })), left: this.#left };
  }

  #add(difference: Difference, rank: number, key = `${difference.about} ${difference.text}`): void {
    const known = this.#noted.get(key);
    if (known !== undefined) known.count += difference.count;
    else if (this.#noted.size >= DIFFERENCES) this.#left++;
    else this.#noted.set(key, { difference, rank, count: difference.count });
  }
}

/** Findings of the one whose rule finds nothing of that side in the other. */
function onlyIn(bad: readonly FindingEvent[], good: readonly FindingEvent[]): FindingEvent[] {
  const known = new Set(good.filter(counts).map(({ rule, offender }) => `${rule} ${offender}`));
  return bad
    .filter((f) => counts(f) && !known.has(`${f.rule} ${f.offender}`))
    .sort((a, b) => rankOfFinding(a) - rankOfFinding(b));
}

function inBoth(bad: readonly FindingEvent[], good: readonly FindingEvent[]): string[] {
  const keys = (findings: readonly FindingEvent[]) =>
    new Map(
      findings.filter((f) => counts(f) && f.severity !== "info").map(({ rule, offender }) => [`${rule} ${offender}`, rule]),
    );
  const theirs = keys(good);
  return [...new Set([...keys(bad)].filter(([key]) => theirs.has(key)).map(([, rule]) => rule))].sort();
}

const rankOfFinding = ({ severity, reaction }: FindingEvent): number =>
  severity === "error" ? (isAnswered(reaction) ? 0 : 1) : severity === "warning" ? 2 : INFO;

function compareExchange({ bad, good, rows }: ExchangePair, names: Comparison["names"], notes: Notes): void {
  const place = (exchange: ExchangeShape, step: StepPlace | undefined) =>
    step === undefined ? undefined : { connection: exchange.connection, stream: exchange.stream, packet: step.packet };
  const both = (b: StepPlace | undefined, g: StepPlace | undefined) => {
    const [badPlace, goodPlace] = [place(bad, b), place(good, g)];
    return { ...(badPlace === undefined ? {} : { bad: badPlace }), ...(goodPlace === undefined ? {} : { good: goodPlace }) };
  };
  const noted = (about: Difference["about"], side: Side, text: string, b: Step | undefined, g: Step | undefined) =>
    notes.note(
      { about, side, text, ...both(b, g) },
      b === undefined ? undefined : { connection: bad.connection, from: side, step: b },
    );
  // What is not there may be left out by a bound.
  const whole = bad.left === 0 && good.left === 0;
  for (const side of ["client", "server"] as const) {
    const who = sendersOf(side, names);
    const [b, g] = [endOf(bad.steps[side]), endOf(good.steps[side])];
    const message = side === "client" ? "request" : "response";
    const differ = whole && b.text !== g.text;
    if (differ) noted(`${message}-end`, side, endsSentence(names, message, b, g), b.step, g.step);
    // An answer that never came has no steps to tell of.
    if (bad.steps[side].length === 0 || good.steps[side].length === 0) continue;
    for (const [one, another] of rows[side]) {
      if (one !== undefined && another !== undefined) {
        for (const text of stepDifferences(one, another, who, message)) noted("fields", side, text, one, another);
        continue;
      }
      const step = one ?? another;
      if (step === undefined || !whole || (differ && (step === b.step || step === g.step))) continue;
      const [sender, rest] = one === undefined ? [who[1], who[0]] : who;
      noted("steps", side, `${sender} sends ${stepText(step)} in the ${message}, ${rest} does not`, one, another);
    }
  }
  if (bad.answeredEarly !== good.answeredEarly && bad.firstAnswer !== undefined && good.firstAnswer !== undefined) {
    const [early, late] = bad.answeredEarly ? names : [names[1], names[0]];
    const text = `the answer to ${early} begins before its request ends, that to ${late} after`;
    notes.note({ about: "timing", side: "server", text, ...both(bad.steps.server[0], good.steps.server[0]) });
  }
  const [long, short] = [bad.duration, good.duration];
  if (long !== undefined && short !== undefined && Math.abs(timeClass(long) - timeClass(short)) >= 2) {
    const text = `the exchange takes ${classText(long)} with ${names[0]}, ${classText(short)} with ${names[1]}`;
    notes.note({ about: "timing", side: "server", text, ...both(bad.steps.client[0], good.steps.client[0]) });
  }
}

/** Whom a difference of this side's frames names. */
const sendersOf = (side: Side, [bad, good]: Comparison["names"]): Comparison["names"] =>
  side === "client" ? [bad, good] : [`the server of ${bad}`, `the server of ${good}`];

function compareConnections(b: ConnectionShape, g: ConnectionShape, names: Comparison["names"], notes: Notes): void {
  const [bad, good] = names;
  if (b.protocol !== g.protocol && b.protocol !== "h2c" && g.protocol !== "h2c")
    notes.note({ about: "protocol", side: "client", text: `${bad} begins with ${b.protocol}, ${good} with ${g.protocol}` });
  for (const side of ["client", "server"] as const) {
    // Of the other side too: what it allows decides what may be sent.
    const who = sendersOf(side, names);
    const [mine, theirs] = [b.settings[side], g.settings[side]];
    if (mine !== undefined && theirs !== undefined) {
      const [one, another] = [new Map(mine), new Map(theirs)];
      for (const id of new Set([...one.keys(), ...another.keys()])) {
        const [x, y] = [one.get(id), another.get(id)];
        if (x === y) continue;
        const name = settingName(id);
        const text =
          x === undefined
            ? `${who[1]} sets ${name}=${y}, ${who[0]} leaves it out`
            : y === undefined
              ? `${who[0]} sets ${name}=${x}, ${who[1]} leaves it out`
              : `${who[0]} sets ${name}=${x}, ${who[1]} ${name}=${y}`;
        notes.note({ about: "settings", side, text });
      }
    }
    const [x, y] = [b.firstIncrement[side], g.firstIncrement[side]];
    if (x !== y) {
      const grown = (value: number) => (value === 0 ? "leaves it as it is" : `by ${value}`);
      const [sure, rest] =
        x === 0
          ? [`${who[1]} ${GROWS} ${grown(y)}`, `${who[0]} ${grown(x)}`]
          : [`${who[0]} ${GROWS} ${grown(x)}`, `${who[1]} ${grown(y)}`];
      notes.note({ about: "window", side, text: `${sure}, ${rest}` });
    }
    for (const [kinds, others, mineFirst] of [
      [b.kinds[side], g.kinds[side], true],
      [g.kinds[side], b.kinds[side], false],
    ] as const) {
      for (const [kind, at] of kinds) {
        if (others.has(kind) || EVERYDAY.has(kind)) continue;
        const [frame = "", code] = kind.split(" ");
        const text = `${mineFirst ? who[0] : who[1]} sends ${kindName(frame)}${code === undefined ? "" : ` ${code}`}, ${mineFirst ? who[1] : who[0]} does not`;
        const where = { connection: mineFirst ? b.id : g.id, packet: at.packet };
        notes.note(
          { about: "frames", side, text, ...(mineFirst ? { bad: where } : { good: where }) },
          mineFirst ? { connection: b.id, from: side, step: at } : undefined,
        );
      }
    }
  }
}

/** What came of an exchange, in words. */
export function resultText({ result }: ExchangeShape, say = english): string {
  const { status, grpcStatus, end, duration: took } = result;
  const said =
    grpcStatus !== undefined
      ? `grpc-status ${grpcStatus} ${statusName(grpcStatus)}`
      : status !== undefined
        ? `:status ${status}`
        : say.text("no answer");
  return [said, ...(end === "complete" ? [] : [say.word("end", end)]), ...(took === undefined ? [] : [duration(took)])].join(
    say.text(", "),
  );
}

/** The answer that the finding got, in words. */
export const answerText = ({ reaction, offender }: FindingEvent, say = english): string | undefined =>
  isAnswered(reaction) ? `${say.text(other(offender))}${say.text(": ")}${answerName(reaction, say)}` : undefined;

function namesOf(bad: Compared, good: Compared): readonly [string, string] {
  for (const name of [productOf, softwareOf, stemOf]) {
    const [b, g] = [name(bad), name(good)];
    if (b !== undefined && g !== undefined && b !== g) return [b, g];
  }
  return bad.operand === good.operand ? ["BAD", "GOOD"] : [bad.operand, good.operand];
}

/** The client by the name it gives itself, else by what it was recognised as. */
function productOf(compared: Compared): string | undefined {
  const agent = compared.shape.connections.find(({ userAgent }) => userAgent !== undefined)?.userAgent;
  const product = agent === undefined ? undefined : /^[\w.+-]+/.exec(agent)?.[0];
  return product ?? softwareOf(compared);
}

const softwareOf = ({ shape }: Compared): string | undefined =>
  shape.connections.find(({ software }) => software !== undefined)?.software;

function stemOf({ operand }: Compared): string {
  const file = operand.slice(Math.max(operand.lastIndexOf("/"), operand.lastIndexOf("\\")) + 1);
  return file.replace(/\.(?:pcap|pcapng|cap|dmp)\d*(?:\.\w+)?(?=#|$)/i, "");
}

// Below 1 ms, 10 ms, 100 ms, ...
const timeClass = (nanoseconds: number): number => Math.max(0, Math.floor(Math.log10(Math.max(nanoseconds, 1))) - 5);
const CLASSES = ["less than 1 ms", "some milliseconds", "tens of milliseconds", "hundreds of milliseconds", "seconds"];
const classText = (nanoseconds: number): string => CLASSES[Math.min(timeClass(nanoseconds), CLASSES.length - 1)]!;

// How far each explains a failure; what a rule finds goes before. A side that is not at fault answers what it got.
const RANKS: Readonly<Record<Difference["about"], number>> = {
  finding: 0,
  protocol: 4,
  "request-end": 5,
  "response-end": 5.5,
  steps: 6,
  fields: 7,
  settings: 8,
  window: 8.5,
  frames: 9,
  timing: 12,
};
const AFTER_LINKED = 0.5;
const OTHER_SIDE = 10;
const INFO = 30;

// They come and go with the amount of data and the time a capture takes.
const EVERYDAY: ReadonlySet<string> = new Set(["window-update", "ping", "settings", "goaway NO_ERROR"]);

const GROWS = "grows the connection's window before the first request";

const DIFFERENCES = 500;
const PATHS = 50;
