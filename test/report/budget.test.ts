// What a configuration asserts: held, broken where the capture proves it, undecided where what is missing may make the difference.
import { describe, expect, it } from "vitest";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { defaultLimits } from "../../src/limits.ts";
import type { Connection } from "../../src/model/connection.ts";
import { type Assertions, assertionsFault, matcher, nanosecondsOf } from "../../src/report/assertions.ts";
import { Budgets } from "../../src/report/budget.ts";
import { checkReport } from "../../src/report/check.ts";
import type { BudgetEvent, FindingEvent, ReportEvent, SummaryEvent } from "../../src/report/event.ts";
import { githubReport } from "../../src/report/github.ts";
import { gitlabReport } from "../../src/report/gitlab.ts";
import { jsonReport } from "../../src/report/json.ts";
import { junitReport } from "../../src/report/junit.ts";
import { markdownReport } from "../../src/report/markdown.ts";
import { sarifReport } from "../../src/report/sarif.ts";
import { playModel } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Script, type Speaker, type Story, written as wire } from "../../src/testing.ts";
import { findingOf, runOf, summaryOf, written } from "./events.ts";

interface Around {
  readonly findings?: readonly FindingEvent[];
  readonly summary?: Partial<SummaryEvent>;
  readonly partial?: string;
  readonly isChosen?: (connection: Connection) => boolean;
  readonly captures?: readonly string[];
}

function judge(asserted: Assertions, story: Story, around: Around = {}): [...BudgetEvent[], SummaryEvent] {
  const { findings = [], summary, partial, isChosen = () => true, captures = ["a.pcap"] } = around;
  expect(assertionsFault(asserted)).toBeUndefined();
  const budgets = new Budgets(asserted, { isChosen, ...(partial === undefined ? {} : { partial }) });
  expect(budgets.take(runOf(...captures))).toEqual([runOf(...captures)]);
  playModel(wire(story).segments, [new CallReader([], defaultLimits), budgets], defaultLimits, () => {});
  for (const finding of findings) expect(budgets.take(finding)).toEqual([finding]);
  return budgets.take(summaryOf(summary)) as [...BudgetEvent[], SummaryEvent]; // that is what the summary becomes
}

/** Status and what was seen. */
function seen(asserted: Assertions, story: Story, around?: Around): string[] {
  return judge(asserted, story, around).flatMap((event) =>
    event.kind === "budget"
      ? [`${event.status}: ${event.message}${event.because === undefined ? "" : `; ${event.because}`}`]
      : [],
  );
}

const grpc = { fields: grpcRequest, endStream: true } as const;
/** A gRPC call, answered so many milliseconds after it began. */
const call =
  (stream: number, ms = 1, status = "0") =>
  (s: Pick<Script, "client">): Speaker =>
    s.client
      .headers(stream, grpc)
      .server.wait(ms - 1)
      .headers(stream, { fields: { ...grpcResponse, "grpc-status": status }, endStream: true });
const calls = (s: Script, ...took: number[]): Speaker[] => took.map((ms, i) => call(2 * i + 1, ms)(s));

describe("resets and goaways", () => {
  const reset =
    (code: number): Story =>
    (s) =>
      s.client.headers(1, grpc).rst(1, code);

  it.each<[string, Assertions, Story, string]>([
    ["none", { resets: [] }, (s) => call(1)(s), "held: none"],
    ["one that is allowed", { resets: ["CANCEL"] }, reset(8), "held: 1 RST_STREAM"],
    ["one that is not", { resets: ["CANCEL"] }, reset(7), "broken: 1 of 1 RST_STREAM: REFUSED_STREAM"],
    ["none is allowed", { resets: [] }, reset(8), "broken: 1 of 1 RST_STREAM: CANCEL"],
    ["a code without a name", { resets: ["0x1f"] }, reset(31), "held: 1 RST_STREAM"],
    ["a GOAWAY is no reset", { resets: [] }, (s) => call(1)(s).goaway(1, 2), "held: none"],
    ["a GOAWAY that is allowed", { goaways: ["NO_ERROR"] }, (s) => call(1)(s).goaway(1, 0), "held: 1 GOAWAY"],
    [
      "those that are not",
      { goaways: ["NO_ERROR"] },
      (s) => call(1)(s).goaway(1, 2).goaway(1, 0).client.goaway(0, 2),
      "broken: 2 of 3 GOAWAY: INTERNAL_ERROR x 2",
    ],
  ])("%s", (_, asserted, story, expected) => expect(seen(asserted, story)).toEqual([expected]));

  it("names the place", () => {
    const [budget] = judge({ resets: ["CANCEL"] }, reset(7), { captures: ["a.pcap", "b.pcap"] });
    expect(budget).toMatchObject({
      ...{ assert: "resets", asserted: "no RST_STREAM but CANCEL", count: 1 },
      places: [{ connection: 1, stream: 1, file: "a.pcap", packet: expect.any(Number) as number, what: "REFUSED_STREAM" }],
    });
  });
});

describe("methods and counts", () => {
  const get = (path: string) => ({ fields: { ":method": "GET", ":scheme": "http", ":path": path }, endStream: true }) as const;
  const both: Story = (s) => call(1)(s).client.headers(3, get("/x?q=1")).server.headers(3, { endStream: true });

  it.each<[string, Assertions, Story, string]>([
    ["allowed", { methods: ["/a.B/*"] }, (s) => calls(s, 1, 1), "held: 2 calls"],
    ["one that is not", { methods: ["/a.B/*"] }, both, "broken: 1 of 2 calls: GET /x"],
    ["both forms", { methods: ["/a.B/C", "GET /*"] }, both, "held: 2 calls"],
    ["a name is not a part of one", { methods: ["/a.B"] }, (s) => call(1)(s), "broken: 1 of 1 call: /a.B/C"],
    ["calls of it", { calls: { "/a.B/C": 2 } }, (s) => calls(s, 1, 1), "held: 2 calls"],
    ["too many calls of it", { calls: { "/a.B/C": 1 } }, (s) => calls(s, 1, 1), "broken: 2 calls"],
    ["others do not count", { calls: { "/a.B/C": 1 } }, both, "held: 1 call"],
    ["connections", { connections: 1 }, both, "held: 1 HTTP/2 connection"],
    ["too many connections", { connections: 0 }, both, "broken: 1 HTTP/2 connection"],
    ["no error", { errors: { "*": 0 } }, both, "held: none of 2 calls"],
    ["an error", { errors: { "*": 0 } }, (s) => call(3, 1, "5")(call(1)(s)), "broken: 1 of 2 calls: NOT_FOUND"],
    ["an error that is allowed", { errors: { "*": 1 } }, (s) => call(1, 1, "5")(s), "held: 1 of 1 call: NOT_FOUND"],
    [
      "a reset is one",
      { errors: { "/a.B/C": 0 } },
      (s) => s.client.headers(1, grpc).rst(1),
      "broken: 1 of 1 call: reset-by-client",
    ],
    ["what is open is none", { errors: { "*": 0 } }, (s) => s.client.headers(1, grpc), "held: none of 1 call"],
  ])("%s", (_, asserted, story, expected) => expect(seen(asserted, story)).toEqual([expected]));
});

it("a call of gRPC-Web counts as one", () => {
  const type = { "content-type": "application/grpc-web+proto" };
  const story: Story = (s) =>
    s.client
      .headers(1, { fields: { ...grpcRequest, ...type } })
      .data(1, "\0\0\0\0\x01a", { endStream: true })
      .server.headers(1, { fields: { ":status": "200", ...type, "grpc-status": "5" }, endStream: true });
  expect(seen({ methods: ["/a.B/C"], errors: { "/a.B/C": 0 } }, story)).toEqual([
    "held: 1 call",
    "broken: 1 of 1 call: NOT_FOUND",
  ]);
  expect(judge({ errors: { "*": 0 } }, story)[0]).toMatchObject({ places: [{ connection: 1, stream: 1, what: "NOT_FOUND" }] });
});

describe("latency", () => {
  const hundred =
    (slow: number): Story =>
    (s) =>
      calls(s, ...Array.from({ length: 100 }, (_, i) => (i < slow ? 9 : 2)));

  it.each<[string, Assertions["latency"], Story, string]>([
    ["as fast as it must be", { "*": { max: "3ms" } }, (s) => calls(s, 1, 3), "held: 2 calls, the slowest took 3.00 ms"],
    [
      "one too slow",
      { "*": { max: "2.9ms" } },
      (s) => calls(s, 1, 3),
      "broken: 1 of 2 calls took longer; the slowest took 3.00 ms",
    ],
    [
      "one of a hundred",
      { "*": { p99: "5ms" } },
      hundred(1),
      "held: 1 of 100 calls took longer, 1 may; the slowest took 9.00 ms",
    ],
    ["two of them", { "*": { p99: "5ms" } }, hundred(2), "broken: 2 of 100 calls took longer, 1 may; the slowest took 9.00 ms"],
    ["p90", { "*": { p90: "5ms" } }, hundred(10), "held: 10 of 100 calls took longer, 10 may; the slowest took 9.00 ms"],
    ["p50", { "*": { p50: "5ms" } }, hundred(51), "broken: 51 of 100 calls took longer, 50 may; the slowest took 9.00 ms"],
    // The nearest rank of few is their largest.
    [
      "p99 of one",
      { "*": { p99: "5ms" } },
      (s) => calls(s, 9),
      "broken: 1 of 1 call took longer, 0 may; the slowest took 9.00 ms",
    ],
    ["none of it", { "/x": { p99: "1us" } }, (s) => calls(s, 9), "held: no call that ended"],
    ["what is open has no duration", { "*": { max: "1us" } }, (s) => s.client.headers(1, grpc), "held: no call that ended"],
    [
      "what was reset has",
      { "*": { max: "4ms" } },
      (s) => s.client.headers(1, grpc).wait(5).rst(1),
      "broken: 1 of 1 call took longer; the slowest took 6.00 ms",
    ],
  ])("%s", (_, latency, story, expected) => expect(seen({ latency: latency! }, story)).toEqual([expected]));

  it("has a budget for each measure of each method", () => {
    const limits = { "/a.B/C": { p99: "1s", max: "2s" }, "*": { p50: "1ms" } };
    expect(judge({ latency: limits }, (s) => calls(s, 1)).map((event) => ("asserted" in event ? event.asserted : ""))).toEqual([
      ...["p99 of /a.B/C at most 1s", "max of /a.B/C at most 2s", "p50 of * at most 1ms", ""],
    ]);
  });
});

describe("sizes and findings", () => {
  // RFC 9113 6.5.2: name, value and 32 octets for each field. :method GET, :scheme http, :path /, x aaaa.
  const fields = { ":method": "GET", ":scheme": "http", ":path": "/", x: "aaaa" };
  const size = 7 + 3 + 7 + 4 + 5 + 1 + 1 + 4 + 4 * 32;
  const one: Story = (s) => s.client.headers(1, { fields, endStream: true });

  it("of a field section", () => {
    expect(seen({ fieldSectionSize: size }, one)).toEqual([`held: 1 field section, the largest has ${size} bytes`]);
    expect(seen({ fieldSectionSize: size - 1 }, one)).toEqual([`broken: 1 of 1 field section, the largest has ${size} bytes`]);
    expect(seen({ fieldSectionSize: 1 }, (s) => s.client.ping())).toEqual(["held: no field section"]);
  });

  it("of a family, but not those that do not count", () => {
    const findings = [findingOf({ count: 3 }), findingOf({ rule: "abuse/x", severity: "info" })];
    const others = [findingOf({ certainty: "unproven" }), findingOf({ consequent: true }), findingOf({ baseline: true })];
    const of = (asserted: Record<string, number>) => seen({ findings: asserted }, one, { findings: [...findings, ...others] });
    expect(of({ "grpc/*": 2 })).toEqual(["broken: 3 findings: grpc/request-trailers x 3"]);
    expect(of({ "grpc/*": 3 })).toEqual(["held: 3 findings: grpc/request-trailers x 3"]);
    expect(of({ "abuse/x": 0, "headers/*": 0 })).toEqual(["broken: 1 finding: abuse/x", "held: none"]);
  });
});

describe("what is missing", () => {
  const incomplete = { summary: { incomplete: true } };

  it.each<[string, Assertions, string]>([
    // More of it would not mend these.
    ["a reset", { resets: [] }, "broken"],
    ["a count", { calls: { "*": 0 } }, "broken"],
    ["one slow call", { latency: { "*": { max: "1ms" } } }, "broken"],
    // These it might.
    ["a percentile", { latency: { "*": { p50: "1ms" } } }, "undecided"],
    ["what held so far", { goaways: [] }, "undecided"],
    ["a count not reached", { calls: { "*": 9 } }, "undecided"],
  ])("%s", (_, asserted, status) => {
    const [budget, summary] = judge(asserted, (s) => call(1, 5)(s).rst(3), incomplete);
    expect(budget).toMatchObject({ status });
    expect(summary).toMatchObject({ incomplete: true, budgets: { held: 0, [status]: 1 } });
    if (status === "undecided") expect(budget).toMatchObject({ because: "something could not be checked", count: 0, places: [] });
  });

  it("a method that could not be read may be any", () => {
    // An index into a dynamic table whose entries were not captured stands for any field.
    const story: Story = (s) => s.holes().client.headers(1, { block: Uint8Array.of(0x83, 0x86, 0xbe), endStream: true });
    for (const asserted of [{ methods: ["*"] }, { calls: { "/x": 1 } }, { latency: { "*": { max: "1s" } } }])
      expect(seen(asserted, story)[0], JSON.stringify(asserted)).toMatch(/^undecided: .*the method of 1 call is not known$/);
  });

  it("frames after lost borders prove nothing", () => {
    const lost = (speaker: Speaker) =>
      speaker
        .headers(1, grpc)
        .lost((c) => c.data(1, 300))
        .ping()
        .ping()
        .rst(1, 7);
    const [found] = seen({ resets: ["CANCEL"] }, (s) => lost(s.client));
    expect(found).toMatch(/^undecided: /);
  });

  it("a status that could not be read is no error", () => {
    const trailers = { endStream: true, fields: { "grpc-message": "x" } } as const;
    const silent = (s: Script) => s.client.headers(1, grpc).server.headers(1, { fields: grpcResponse }).headers(1, trailers);
    expect(seen({ errors: { "*": 0 } }, silent)).toEqual(["broken: 1 of 1 call: no status"]);
    // Each field block refers to a field that was lost: it may be the status.
    expect(seen({ errors: { "*": 0 } }, (s) => silent(s.holes()))[0]).toMatch(
      /^undecided: 1 of 1 call: no status; what was seen is not certain$/,
    );
  });

  it("of part of the connections is decided nothing", () => {
    const partial = { partial: "only one stream is looked at" };
    expect(seen({ calls: { "*": 0 } }, (s) => call(1)(s), partial)).toEqual(["undecided: 1 call; only one stream is looked at"]);
  });

  it("without HTTP/2 neither", () => {
    expect(seen({ resets: [] }, (s) => call(1)(s), { summary: { http2Connections: 0 } })).toEqual([
      "undecided: none; there is no HTTP/2 in the capture",
    ]);
  });

  it("connections that are not looked at do not count", () => {
    const nothing = { isChosen: () => false };
    const asserted: Assertions = { connections: 0, calls: { "*": 0 }, resets: [], fieldSectionSize: 0 };
    for (const one of seen(asserted, (s) => call(1)(s).rst(1, 7), nothing)) expect(one).toMatch(/^held/);
  });
});

it("where nothing is asserted the summary is as it was", () => {
  expect(judge({}, (s) => call(1)(s))).toEqual([summaryOf()]);
});

describe("in reports", () => {
  const events: ReportEvent[] = [
    runOf("a.pcap"),
    ...judge({ resets: [], goaways: [], calls: { "/a|b": 0 } }, (s) => call(1)(s).rst(1, 7)),
  ];
  const undecided = [runOf("a.pcap"), ...judge({ goaways: [] }, (s) => call(1)(s), { summary: { incomplete: true } })];
  const look = { width: 100, color: false, quiet: false, verbose: false };

  it("a broken one is an error with a place", () => {
    expect(written(githubReport, events)).toMatch(
      /^::error file=a\.pcap,title=assert\/resets::no RST_STREAM: 1 of 1 RST_STREAM: REFUSED_STREAM; first on connection 1, stream 1, packet \d+ \(REFUSED_STREAM\)\n$/,
    );
    expect(JSON.parse(written(gitlabReport, events))).toEqual([
      {
        description: expect.stringContaining("no RST_STREAM: 1 of 1") as string,
        ...{ check_name: "assert/resets", severity: "major" },
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        location: { path: "a.pcap", lines: { begin: expect.any(Number) as number } },
      },
    ]);
    const { runs } = JSON.parse(written((output) => sarifReport(output, []), events)) as {
      runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number; level: string }[] }[];
    };
    const [run] = runs;
    expect(run!.results).toMatchObject([{ ruleId: "assert/resets", level: "error" }]);
    expect(run!.tool.driver.rules[run!.results[0]!.ruleIndex]!.id).toBe("assert/resets");
  });

  it("JUnit has a case for each, and fails what is broken", () => {
    const xml = (fails: boolean, of = events) => written((output) => junitReport(output, () => fails), of);
    expect(xml(true)).toMatch(/<testsuites name="h2lint" tests="4" failures="1" errors="0">/);
    expect(xml(true)).toMatch(/<testsuite name="assert" tests="3" failures="1" errors="0" skipped="0">/);
    expect(xml(true)).toMatch(/classname="assert\/resets" name="no RST_STREAM">\n\s+<failure message="1 of 1/);
    expect(xml(false)).not.toContain("<failure");
    expect(xml(false)).toContain('failures="0"');
    expect(xml(true, undecided)).toMatch(/skipped="1">\n\s+<testcase[^>]+>\n\s+<skipped message="none; something could not/);
  });

  it("Markdown has a table", () => {
    const text = written((output) => markdownReport(output, []), events);
    expect(text).toMatch(/\n\| broken \| no RST&#95;STREAM \| 1 of 1 .* \| connection 1, stream 1, packet \d+ .*\|\n/);
    expect(text).toContain("| held | no call of /a&#124;b | 0 calls |  |\n");
  });

  it("JSON has all of them, and none where nothing is asserted", () => {
    expect(JSON.parse(written(jsonReport, events))).toMatchObject({
      budgets: [{ assert: "resets", status: "broken" }, { status: "held" }, { status: "held" }],
      summary: { budgets: { broken: 1, held: 2, undecided: 0 } },
    });
    expect(JSON.parse(written(jsonReport, [runOf("a.pcap"), summaryOf()]))).not.toHaveProperty("budgets");
  });

  it("the terminal tells what did not hold, and all with --verbose", () => {
    const text = (of: readonly ReportEvent[], more: Partial<typeof look> = {}) =>
      written((output) => checkReport(output, { ...look, ...more }, []), of);
    expect(text(events)).toMatch(
      /x error {2}assert\/resets\n {2}Asserted: no RST_STREAM\.\n {2}seen {4}1 of 1.*\n {2}where {3}conn/,
    );
    expect(text(events)).toMatch(/no finding - budgets: 2 held, 1 broken - everything could be checked\n$/);
    expect(text(events)).not.toContain("assert/goaways");
    expect(text(events, { verbose: true })).toContain("held       assert/goaways  no GOAWAY: none\n");
    expect(text(undecided)).toContain("undecided  assert/goaways  no GOAWAY: none; something could not be checked\n");
    expect(text(undecided, { quiet: true })).not.toContain("assert/");
  });
});

describe("the configuration's value", () => {
  it.each<[unknown, RegExp]>([
    [[], /expected an object/],
    [{ reset: [] }, /unknown key reset; known are resets/],
    [{ constructor: 1 }, /unknown key constructor/],
    [{ resets: "CANCEL" }, /^resets: expected a list/],
    [{ resets: ["CANCELLED"] }, /no error code is named CANCELLED/],
    [{ methods: [""] }, /^methods: expected a list/],
    [{ connections: -1 }, /^connections: expected a whole number/],
    [{ calls: 3 }, /^calls: expected whole numbers by method/],
    [{ calls: { "/x": 1.5 } }, /^calls: \/x: expected a whole number/],
    [{ errors: { "*": "0" } }, /^errors: \*: expected/],
    [{ latency: { "/x": "50ms" } }, /^latency: \/x: expected p50, p90, p99, max/],
    [{ latency: { "/x": {} } }, /^latency: \/x: expected p50/],
    [{ latency: { "/x": { p95: "1s" } } }, /unknown key p95/],
    [{ latency: { "/x": { p99: 50 } } }, /p99: expected a duration/],
    [{ latency: { "/x": { p99: "50 min" } } }, /p99: expected a duration/],
    [{ fieldSectionSize: "16k" }, /^fieldSectionSize: expected a whole number/],
    [{ findings: { grpc: 0 } }, /grpc is no rule/],
    [{ findings: [] }, /expected whole numbers by rule/],
  ])("%j is refused", (value, fault) => {
    expect(assertionsFault(value)).toMatch(fault);
    expect(() => new Budgets(value as Assertions)).toThrow(fault.source.startsWith("^") ? /^assert: / : fault);
  });

  it.each<[string, number | undefined]>([
    ["50ms", 50e6],
    ["1.5s", 1.5e9],
    ["250us", 250e3],
    ["1e3s", undefined],
    ["-1s", undefined],
  ])("%s is %s ns", (text, expected) => expect(nanosecondsOf(text)).toBe(expected));

  it.each<[string, string, boolean]>([
    ["/a.B/*", "/a.B/C", true],
    ["/a.B/*", "/axB/C", false],
    ["*", "GET /\n", true],
    ["/a", "/ab", false],
    ["GET *?", "GET /x?", true],
  ])("%s for %j: %s", (pattern, name, expected) => expect(matcher(pattern)(name)).toBe(expected));
});
