import { describe, expect, it } from "vitest";
import { Baseline, type BaselineEntry, type BaselineOptions, baselineText, parseBaseline } from "../../src/report/baseline.ts";
import type { FindingEvent, ReportEvent, SummaryEvent, UnexplainedEvent } from "../../src/report/event.ts";
import { findingOf, summaryOf } from "./events.ts";

const options: BaselineOptions = { file: "known.json", today: "2026-06-15", update: false, partial: false };

const entryOf = (fields: Partial<BaselineEntry> = {}): BaselineEntry => ({
  ...{ fingerprint: "0123456789abcdef", rule: "grpc/request-trailers", severity: "error", message: "x", count: 1, reason: "r" },
  ...{ added: "2026-01-01" },
  ...fields,
});

function taken(entries: readonly BaselineEntry[], findings: readonly FindingEvent[], more: Partial<BaselineOptions> = {}) {
  const baseline = new Baseline(entries, { ...options, ...more });
  const events: ReportEvent[] = findings.flatMap((finding) => baseline.take(finding));
  const counted = summaryOf({ errors: 5, warnings: 5, infos: 5, answered: 7 });
  const [state, summary] = baseline.take(counted) as [Extract<ReportEvent, { kind: "baseline" }>, SummaryEvent];
  const accepted = events.map((event) => event.kind === "finding" && event.baseline === true);
  return { accepted, state, summary, updated: baseline.updated() };
}

describe("a finding is accepted", () => {
  it.each<[string, boolean, BaselineEntry, FindingEvent]>([
    ["of the fingerprint", true, entryOf(), findingOf()],
    ["of another fingerprint", false, entryOf({ fingerprint: "00" }), findingOf()],
    ["more often than before", true, entryOf(), findingOf({ count: 9 })],
    ["on its last day", true, entryOf({ expires: "2026-06-15" }), findingOf()],
    ["the day after", false, entryOf({ expires: "2026-06-14" }), findingOf()],
    ["that became less grave", true, entryOf(), findingOf({ severity: "warning" })],
    ["that became graver", false, entryOf({ severity: "warning" }), findingOf({ severity: "error" })],
    ["that is not proven", false, entryOf(), findingOf({ certainty: "unproven" })],
    ["that is a consequence", false, entryOf(), findingOf({ consequent: true })],
  ])("%s: %s", (_, expected, entry, finding) => expect(taken([entry], [finding]).accepted).toEqual([expected]));
});

it("the summary counts what is left", () => {
  const entries = ["aa", "bb", "cc"].map((fingerprint) => entryOf({ fingerprint }));
  const { summary } = taken(entries, [
    findingOf({ fingerprint: "aa" }),
    findingOf({ fingerprint: "aa", reaction: { verdict: "unseen" } }),
    findingOf({ fingerprint: "bb", severity: "warning" }),
    findingOf({ fingerprint: "cc", severity: "info" }),
    findingOf({ fingerprint: "dd" }),
  ]);
  expect(summary).toMatchObject({ errors: 3, warnings: 4, infos: 4, baseline: 4, answered: 5 });
});

describe("an answer that no finding explains", () => {
  const answer = (reaction: Partial<UnexplainedEvent["reaction"]> = {}): UnexplainedEvent => ({
    ...{ kind: "unexplained", connection: 1, before: [], unchecked: [], refusals: [] },
    reaction: { kind: "goaway", from: "server", errorCode: "PROTOCOL_ERROR", debug: "stream 17 of 3", ...reaction },
  });
  const marked = (entries: readonly BaselineEntry[], event: UnexplainedEvent) => {
    const baseline = new Baseline(entries, options);
    const [told] = baseline.take(event) as UnexplainedEvent[];
    const [, summary] = baseline.take(summaryOf({ unexplained: 3 })) as [ReportEvent, SummaryEvent];
    return { accepted: told?.baseline === true, left: summary.unexplained, known: summary.baseline };
  };
  const written = new Baseline([], { ...options, update: true });
  written.take(answer());
  const entries = parseBaseline(baselineText(written.updated()), "known.json");

  it("is written as an entry, and accepted from then on", () => {
    expect(entries).toMatchObject([{ rule: "unexplained", severity: "warning", count: 1, added: "2026-06-15" }]);
    expect(entries[0]!.message).toContain("the server answered with GOAWAY PROTOCOL_ERROR");
    expect(marked(entries, answer({ debug: "stream 5 of 1" }))).toEqual({ accepted: true, left: 2, known: 1 });
  });

  it.each<[string, Partial<UnexplainedEvent["reaction"]>]>([
    ["of the other side", { from: "client" }],
    ["of another code", { errorCode: "ENHANCE_YOUR_CALM" }],
    ["of another kind", { kind: "rst-stream" }],
    ["with another text", { debug: "window of 17" }],
  ])("%s is another", (_, reaction) => expect(marked(entries, answer(reaction))).toEqual({ accepted: false, left: 3, known: 0 }));
});

describe("an entry is stale", () => {
  it.each<[string, string[], FindingEvent[], Partial<BaselineOptions>]>([
    ["that matches nothing", ["0123456789abcdef"], [], {}],
    ["not if it matches", [], [findingOf()], {}],
    ["not if what it is about could not be proven this time", [], [findingOf({ certainty: "unproven" })], {}],
    ["not if only part is looked at", [], [], { partial: true }],
    ["not if the file is being written", [], [], { update: true }],
  ])("%s", (_, expected, findings, more) => {
    const { state } = taken([entryOf()], findings, more);
    expect(state.stale.map(({ fingerprint }) => fingerprint)).toEqual(expected);
    expect(state.expired).toEqual([]);
  });

  it("and not expired at the same time", () => {
    const { state } = taken([entryOf({ expires: "2020-01-01" })], []);
    expect([state.stale.length, state.expired.length]).toEqual([1, 0]);
    expect(state.stale[0]).toEqual({
      ...{ fingerprint: "0123456789abcdef", rule: "grpc/request-trailers", message: "x", reason: "r", expires: "2020-01-01" },
    });
  });
});

describe("brought up to date", () => {
  const update = { update: true };

  it("everything is accepted", () =>
    expect(taken([], [findingOf(), findingOf({ severity: "info" })], update).accepted).toEqual([true, true]));

  it("a new one has its shape, its worst severity, its count and the day", () => {
    const findings = [
      findingOf({ severity: "warning", count: 2, shape: "{n} x" }),
      findingOf({ severity: "error", shape: "{n} x" }),
      findingOf({ severity: "info", shape: "{n} x" }),
    ];
    expect(taken([], findings, update).updated).toEqual([
      entryOf({ message: "{n} x", count: 4, reason: "", added: "2026-06-15" }),
    ]);
  });

  it("what is known keeps what people wrote", () => {
    const entry = entryOf({ expires: "2026-12-31", message: "as it was" });
    expect(taken([entry], [findingOf()], update).updated).toEqual([entry]);
  });

  it("what had expired is accepted anew", () => {
    expect(taken([entryOf({ expires: "2026-06-14" })], [findingOf()], update).updated).toEqual([
      entryOf({ added: "2026-06-15" }),
    ]);
  });

  it("stale ones go, those that could not be proven stay", () => {
    const entries = [entryOf({ fingerprint: "aa" }), entryOf({ fingerprint: "bb" })];
    expect(taken(entries, [findingOf({ fingerprint: "bb", certainty: "unproven" })], update).updated).toEqual([entries[1]]);
  });
});

describe("the file", () => {
  it("is sorted, and reads as it was written", () => {
    const entries = [
      entryOf({ fingerprint: "cc", rule: "b/x" }),
      entryOf({ fingerprint: "bb", rule: "a/x", message: "z" }),
      entryOf({ fingerprint: "aa", rule: "a/x", message: "y", expires: "2026-12-31" }),
    ];
    const text = baselineText(entries);
    expect(parseBaseline(text, "known.json").map(({ fingerprint }) => fingerprint)).toEqual(["aa", "bb", "cc"]);
    expect(baselineText(parseBaseline(text, "known.json"))).toBe(text);
    expect(baselineText([...entries].reverse())).toBe(text);
    expect(parseBaseline(text, "known.json")).toEqual([...entries].reverse());
  });

  it.each<[string, object]>([
    ["fingerprint", { fingerprint: "xyz" }],
    ["rule", { rule: 1 }],
    ["severity", { severity: "fatal" }],
    ["message", { message: null }],
    ["count", { count: "1" }],
    ["reason", { reason: undefined }],
    ["expires", { expires: "tomorrow" }],
    ["expires", { expires: "2026-02-30" }],
    ["expires", { expires: "2026-13-01" }],
    ["added", { added: "" }],
  ])("with a wrong %s is refused: %j", (field, fields) => {
    const text = JSON.stringify({
      schema: "h2lint-baseline/1",
      entries: [entryOf(), { ...entryOf({ fingerprint: "aa" }), ...fields }],
    });
    expect(() => parseBaseline(text, "known.json")).toThrow(`known.json: entry 2: ${field} is missing or wrong`);
  });

  it("with a fingerprint twice is refused", () => {
    const text = JSON.stringify({ schema: "h2lint-baseline/1", entries: [entryOf(), entryOf()] });
    expect(() => parseBaseline(text, "known.json")).toThrow("known.json: entry 2: fingerprint 0123456789abcdef is there twice");
  });
});
