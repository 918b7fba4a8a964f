// The public entry `h2lint/testing`: rules are tested with real octets, through the real decoder, model and engine.
//
//   testRule(streamIdNotIncreasing, {
//     valid: { "each side counts for itself": (s) => s.client.headers(5).server.pushPromise(5, 2) },
//     invalid: { "3 after 5": { frames: (s) => s.client.headers(5).headers(3), finds: [["lower", 2, { streamId: 3, highest: 5 }]] } },
//   });
import { deepStrictEqual, fail, notStrictEqual, strictEqual } from "node:assert/strict";
import type { Limits } from "./limits.ts";
import type { Finding, Need } from "./rules/finding.ts";
import type { Rule } from "./rules/rule.ts";
import type { Severity } from "./rules/severity.ts";
import { numberOf, type PlayedFinding, playSegments, written } from "./testing/play.ts";
import type { Story, WireSegment } from "./testing/script.ts";
import type { TlsFacts } from "./tls/facts.ts";

export type { BlockOptions, FrameOptions, HeadersOptions, PriorityOptions } from "./testing/frame-options.ts";
export { getRequest, grpcRequest, grpcResponse, h2cRequest, okResponse, switching } from "./testing/messages.ts";
export { type Fields, literals, type Octets, type RawFrame } from "./testing/octets.ts";
export { numberOf, type Played, type PlayOptions, play, written } from "./testing/play.ts";
export { type Recording, recordTraffic } from "./testing/record.ts";
export { Script, type Settings, type Speaker, type Story, type WireFrame, type WireSegment } from "./testing/script.ts";

/** The cases of a rule, by what they show. */
export interface RuleCases {
  /** Near misses: what looks like a violation and is none. At least one. */
  readonly valid: Readonly<Record<string, Story | ValidCase>>;
  /** At least one for every message of the rule. */
  readonly invalid: Readonly<Record<string, InvalidCase>>;
}

/** A story in which the rule finds nothing. */
export interface ValidCase {
  readonly frames: Story;
  /** The octets are those inside TLS with such a handshake. */
  readonly tls?: Partial<TlsFacts>;
  readonly limits?: Partial<Limits>;
  /** The rule's thresholds, where not the defaults. */
  readonly options?: Readonly<Record<string, number>>;
  /** What the rule, or the model, counts as not judged: `rule need` and how often. */
  readonly unchecked?: Readonly<Record<string, number>>;
}

/** A story in which the rule finds something. */
export interface InvalidCase {
  readonly frames: Story;
  /** The octets are those inside TLS with such a handshake. */
  readonly tls?: Partial<TlsFacts>;
  /** Every finding, in order. */
  readonly finds: readonly ExpectedFinding[];
  /** `proven` by default. */
  readonly certainty?: "proven" | "unproven";
  /** Why every finding is unproven. */
  readonly because?: readonly Need[];
  readonly limits?: Partial<Limits>;
  /** The rule's thresholds, where not the defaults. */
  readonly options?: Readonly<Record<string, number>>;
  /** False where the data shows how much came at once, so that octet by octet it is another. */
  readonly splittable?: boolean;
}

/** A message id; the frame by its number in the script, from 1 over both sides (0: a frame of the default opening), or `preface`,
 *  `close` or `tls` where a rule names no frame; the data for the message's holes. */
export type ExpectedFinding = readonly [
  message: string,
  frame: number | "preface" | "close" | "tls",
  data?: Finding["data"],
  more?: FindingDetails,
];

/** What an expected finding says, where that is not the usual. */
export interface FindingDetails {
  /** The rule's own by default. */
  readonly severity?: Severity;
  readonly scope?: "connection" | "stream";
  readonly consequent?: boolean;
  readonly because?: readonly Need[];
  /** 1 by default. */
  readonly count?: number;
}

/**
 * Tests one rule. Each case runs with this rule alone, active at its own severity, whole, octet by octet, and cut off at its
 * octets: at each one with `H2LINT_EVERY_CUT=1`, else at 150 of a long one.
 * Where the runner has `describe` and `it` as globals the cases become tests; else they run at once.
 *
 * @throws AssertionError where there are no such globals and a case fails.
 */
export function testRule(rule: Rule, cases: RuleCases): void {
  suite(rule.id, (test) => {
    test("has a case for each message, a near miss, and no two equal cases", () => insist(rule, cases));
    for (const [name, given] of Object.entries(cases.valid)) {
      const valid: ValidCase = typeof given === "function" ? { frames: given } : given;
      test(`valid: ${name}`, () => judge(rule, { ...valid, finds: [] }, valid.unchecked));
    }
    for (const [name, invalid] of Object.entries(cases.invalid)) test(`invalid: ${name}`, () => judge(rule, invalid));
  });
}

function insist(rule: Rule, { valid, invalid }: RuleCases): void {
  notStrictEqual(Object.keys(valid).length, 0, "there is no valid case");
  const expected = new Set(Object.values(invalid).flatMap(({ finds }) => finds.map(([message]) => message)));
  for (const message of Object.keys(rule.meta.messages)) {
    if (!expected.has(message)) fail(`no invalid case finds the message "${message}"`);
  }
  const seen = new Map<string, string>();
  for (const [name, given] of [...Object.entries(valid), ...Object.entries(invalid)]) {
    const story = typeof given === "function" ? given : given.frames;
    // Times and acknowledgments count: a race is made of them.
    const segments = written(story).segments.map((segment) => ({ ...segment, bytes: hexOf(segment.bytes) }));
    const octets = JSON.stringify([segments, typeof given === "function" ? undefined : given.tls]);
    const same = seen.get(octets);
    if (same !== undefined) fail(`the cases "${same}" and "${name}" are the same`);
    seen.set(octets, name);
  }
}

function judge(rule: Rule, given: InvalidCase, unchecked?: object): void {
  const { frames: story, finds, because, limits = {}, splittable = true } = given;
  const certainty = given.certainty ?? (because === undefined ? "proven" : "unproven");
  const options = { rules: [rule], limits, thresholds: { [rule.id]: given.options ?? {} }, tls: given.tls };
  const { segments, frames, whole } = written(story);
  const played = playSegments(segments, options);
  deepStrictEqual(
    played.findings.map((finding) => [finding.message, numberOf(finding, frames), finding.data]),
    finds.map(([message, frame, data = {}]) => [message, frame, data]),
  );
  played.findings.forEach((finding, i) => {
    const [message, , , more = {}] = finds[i]!;
    const said = `finding ${i + 1} (${message})`;
    strictEqual(finding.rule, rule.id);
    strictEqual(finding.certainty, certainty, `${said} is ${finding.certainty} because of ${finding.because.join(", ")}`);
    strictEqual(finding.severity, more.severity ?? rule.meta.severity, `severity of ${said}`);
    strictEqual(finding.count, more.count ?? 1, `count of ${said}`);
    strictEqual(finding.consequent, more.consequent ?? false, `${said} consequent`);
    strictEqual(finding.expect.scope, more.scope ?? rule.meta.expect.scope, `scope of ${said}`);
    const wanting = more.because ?? because;
    if (wanting !== undefined) deepStrictEqual(finding.because, wanting, `${said} is unproven because`);
    assertFilled(rule, finding);
    // A number that JSON does not have, as NaN, would be another in the report.
    deepStrictEqual(JSON.parse(JSON.stringify(finding.data)), finding.data, `data of ${said} as JSON`);
  });
  if (unchecked !== undefined) deepStrictEqual(played.unchecked, unchecked);
  // Set by who runs the cases many times over.
  if (process.env.H2LINT_WHOLE_ONLY === "1") return;
  if (whole && splittable) assertSame(playSegments(inOctets(segments), options).findings, played.findings, "byte by byte");
  let at = 0;
  const all = [...cuts(segments)];
  const step = process.env.H2LINT_EVERY_CUT === "1" ? 1 : Math.ceil(all.length / CUTS);
  for (const cut of all) if (at++ % step === 0) playSegments(cut(), options);
}

// Of a long case as many places as these, in even steps; the whole takes the square of its length.
const CUTS = 150;

// The types check this where the rule is written; a message made at run time they cannot.
function assertFilled({ meta }: Rule, { message, data }: Finding): void {
  const holes = new Set([...meta.messages[message]!.matchAll(/\{(\w+)\}/g)].map(([, hole]) => hole!));
  deepStrictEqual(Object.keys(data).sort(), [...holes].sort(), `data of "${message}"`);
}

function assertSame(actual: readonly PlayedFinding[], expected: readonly PlayedFinding[], how: string): void {
  const plain = ({ message, data, frame, certainty, severity, count, hides, consequent }: PlayedFinding) => ({
    ...{ message, data, certainty, severity, count, hides, consequent },
    ...{ from: frame.from, offset: frame.offset, end: frame.end, acked: frame.acked },
  });
  deepStrictEqual(actual.map(plain), expected.map(plain), how);
}

// The same octets, each in a separate segment; of a very long segment only both ends.
function inOctets(segments: readonly WireSegment[]): WireSegment[] {
  return segments.flatMap((segment) => {
    const { bytes, offset, flags } = segment;
    if (bytes.length < 2) return [segment];
    const borders = bordersOf(bytes.length);
    return borders.map((start, i) => {
      const end = borders[i + 1] ?? bytes.length;
      const last = end === bytes.length;
      return { ...segment, offset: offset + start, bytes: bytes.subarray(start, end), flags: last ? flags : flags & ~CLOSE };
    });
  });
}

// The capture ends earlier: after each segment, and inside each one.
function* cuts(segments: readonly WireSegment[]): Generator<() => readonly WireSegment[]> {
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i]!;
    for (const length of bordersOf(segment.bytes.length)) {
      yield () => {
        const before = segments.slice(0, i);
        return length === 0 ? before : [...before, { ...segment, bytes: segment.bytes.subarray(0, length) }];
      };
    }
  }
}

const bordersOf = (length: number): number[] => {
  const borders: number[] = [0];
  for (let at = 1; at < length; at += length > 600 && at >= 64 && at < length - 64 ? 61 : 1) borders.push(at);
  return borders;
};

type Test = (name: string, body: () => void) => void;

// Runners differ; that they offer `describe` and `it` or `test` is all that is asked of them.
function suite(name: string, body: (test: Test) => void): void {
  const runner = globalThis as { describe?: Test; it?: Test; test?: Test };
  const test = runner.it ?? runner.test;
  if (test === undefined) {
    body((title, run) => {
      try {
        run();
      } catch (error) {
        throw new Error(`${name}: ${title}`, { cause: error });
      }
    });
  } else if (runner.describe !== undefined) runner.describe(name, () => body(test));
  else body((title, run) => test(`${name}: ${title}`, run));
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

// FIN and RST go with the last octet.
const CLOSE = 0x05;
