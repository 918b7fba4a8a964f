// SARIF 2.1.0, against its schema, the types of that (when this file is compiled), and what the standard asks for in words.
import { createRequire } from "node:module";
import type { StaticAnalysisResultsFormatSARIFVersion210JSONSchema as Sarif } from "@schemastore/sarif-2.1.0";
import { Ajv, type AnySchemaObject } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, it } from "vitest";
import type { BudgetEvent, ReportEvent } from "../../src/report/event.ts";
import { type SarifLog, sarifReport } from "../../src/report/sarif.ts";
import { rules } from "../../src/rules/index.ts";
import { findingOf, frameAt, goaway, hostileFinding, hostileTexts, runOf, summaryOf, written } from "./events.ts";

/** Compiles only while what is written is what the schema allows. */
const asStandard = (log: SarifLog): Sarif => log;

const require = createRequire(import.meta.url);
const schema = require("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json") as AnySchemaObject;
// Of draft 4, but it uses nothing that changed since; one of its patterns is none in Unicode mode.
const { $schema: _, id: __, ...plain } = schema;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const valid = ajv.compile(plain);

const faultsOf = (log: unknown): unknown[] => {
  valid(log);
  return (valid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
};

const logOf = (...events: ReportEvent[]): SarifLog => {
  const log = JSON.parse(written((output) => sarifReport(output, rules), [...events, summaryOf()])) as SarifLog;
  expect(asStandard(log).version).toBe("2.1.0");
  expect(faultsOf(log)).toEqual([]);
  return log;
};

type Run = SarifLog["runs"][number];
type FindingResult = Extract<Run["results"][number], { codeFlows: unknown }>;

const runIn = (...events: ReportEvent[]) => {
  const run = logOf(...events).runs[0]!;
  return { ...run, results: run.results.filter((result): result is FindingResult => "codeFlows" in result) };
};

/** RFC 3986: a URI reference of unreserved, reserved and percent-encoded characters only. */
const reference = /^(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-F]{2})*$/;

describe("the schema", () => {
  const log = logOf(runOf("a.pcap"), findingOf());
  const [run] = log.runs;

  it.each<[string, unknown]>([
    ["no version", { runs: log.runs }],
    ["no tool", { ...log, runs: [{ ...run, tool: {} }] }],
    ["a line 0", JSON.parse(JSON.stringify(log).replaceAll(/"startLine":\d+/g, '"startLine":0'))],
    ["an unknown level", JSON.parse(JSON.stringify(log).replaceAll('"level":"error"', '"level":"fatal"'))],
    ["a rule without an id", JSON.parse(JSON.stringify(log).replace('"id":', '"name_":'))],
  ])("refuses %s", (_, broken) => expect(faultsOf(broken)).not.toEqual([]));
});

describe("results", () => {
  it("point at their rule", () => {
    const { results, tool } = runIn(runOf("a.pcap"), findingOf(), findingOf({ rule: "own/rule" }));
    const [first, own] = results;
    expect(tool.driver.rules[first!.ruleIndex!]!.id).toBe("grpc/request-trailers");
    // 3.27.6: absent where the rule is not among those listed.
    expect(own!.ruleId).toBe("own/rule");
    expect(own).not.toHaveProperty("ruleIndex");
  });

  it("have the level of their severity", () => {
    const { results } = runIn(
      runOf("a.pcap"),
      ...(["error", "warning", "info"] as const).map((severity) => findingOf({ severity })),
    );
    expect(results.map(({ level }) => level)).toEqual(["error", "warning", "note"]);
  });

  it("are what is proven and no consequence", () => {
    const { results } = runIn(runOf("a.pcap"), findingOf({ certainty: "unproven" }), findingOf({ consequent: true }));
    expect(results).toEqual([]);
  });

  it("name the artifact by its index, also with several captures", () => {
    const files = ["b.pcap", "a.pcap"];
    const { results, artifacts } = runIn(
      runOf(...files),
      ...files.map((file) =>
        findingOf({ frame: frameAt(3, "9.000000000", { file }), related: [], reaction: { verdict: "unseen" } }),
      ),
    );
    for (const [at, result] of results.entries()) {
      const { uri, index } = result.locations[0]!.physicalLocation.artifactLocation;
      expect(uri).toBe(files[at]);
      expect(artifacts[index]!.location.uri).toBe(uri);
    }
  });

  it("name the only artifact where frames do not", () => {
    const [result] = runIn(runOf("a.pcap"), findingOf()).results;
    expect(result!.locations[0]!.physicalLocation.artifactLocation).toEqual({ uri: "a.pcap", index: 0 });
  });

  it("tell the code flow in order of time, not of text", () => {
    const [result] = runIn(runOf("a.pcap"), findingOf()).results;
    const { locations } = result!.codeFlows[0]!.threadFlows[0]!;
    expect(locations.map(({ location }) => location.physicalLocation.region.startLine)).toEqual([8, 12, 15]);
    expect(locations.map(({ importance }) => importance)).toEqual(["important", "essential", "important"]);
    expect(locations.map(({ location }) => location.message.text)).toEqual([
      "client HEADERS[1] END_STREAM (opened the stream)",
      "client HEADERS[1] END_STREAM (the violation)",
      "server GOAWAY (the answer)",
    ]);
  });

  it("leave a guessed answer out of it", () => {
    const [result] = runIn(runOf("a.pcap"), findingOf({ reaction: goaway({ confidence: "possible" }) })).results;
    expect(result!.codeFlows[0]!.threadFlows[0]!.locations).toHaveLength(2);
  });

  it("carry the fingerprint", () => {
    const [result] = runIn(runOf("a.pcap"), findingOf({ count: 3 })).results;
    expect(result!.partialFingerprints).toEqual({ "h2lint/v1": "0123456789abcdef" });
    expect(result!.occurrenceCount).toBe(3);
  });
});

it("a broken budget is a result with a rule of its own", () => {
  const budget: BudgetEvent = {
    kind: "budget",
    ...{ assert: "latency", asserted: "max of {*} at most 1ms", message: "2 of 3", count: 2 },
    status: "broken",
    places: [
      { connection: 1, stream: 3, packet: 7, what: "2 ms" },
      { connection: 2, stream: 0 },
    ],
    fingerprint: "0123456789abcdef",
  };
  const log = logOf(
    runOf("a.pcap"),
    budget,
    { ...budget, status: "held", assert: "resets", places: [] },
    { ...budget, places: [] },
  );
  const { results, tool } = log.runs[0]!;
  expect(results.map(({ ruleId, level }) => [ruleId, level])).toEqual([
    ["assert/latency", "error"],
    ["assert/latency", "error"],
  ]);
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex!]!.id).toBe(ruleId);
  expect(results[0]!.locations.map(({ physicalLocation }) => physicalLocation.region.startLine)).toEqual([7, 1]);
  expect(results[0]!.message.text).toMatch(
    /^max of \{\{\*\}\} at most 1ms: 2 of 3; first on connection 1, stream 3, packet 7 \(2 ms\)\.$/,
  );
});

describe("rules", () => {
  const every = rules.map(({ id }) => findingOf({ rule: id }));
  const listed = runIn(runOf("a.pcap"), ...every, ...every).tool.driver.rules;

  it("are there once, and no others than those that occur", () => {
    expect(listed.map(({ id }) => id)).toEqual(rules.map(({ id }) => id));
    expect(runIn(runOf("a.pcap")).tool.driver.rules).toEqual([]);
    const one = findingOf();
    expect(runIn(runOf("a.pcap"), one, one).tool.driver.rules.map(({ id }) => id)).toEqual([one.rule]);
  });

  it.each(listed.map((rule) => [rule.id, rule] as const))("%s", (_, rule) => {
    if (rule.helpUri !== undefined) {
      expect(new URL(rule.helpUri).protocol).toBe("https:");
      expect(rule.helpUri).toMatch(reference);
    }
    // 3.19.9 and 3.49.9: a sentence.
    expect(rule.shortDescription.text).toMatch(/\.$/);
    expect(rule.name).toMatch(/^[A-Z]\w*$/);
  });
});

it("notifications have a level each", () => {
  const levels = (["info", "loss", "error"] as const).map((severity) => {
    const diagnostic = { kind: "diagnostic", code: "capture/x", severity, count: 2, message: "lost {0}", place: {} } as const;
    return runIn(runOf("a.pcap"), diagnostic).invocations[0]!.toolExecutionNotifications[0]!;
  });
  expect(levels.map(({ level }) => level)).toEqual(["note", "warning", "error"]);
  expect(levels[0]!.message.text).toBe("lost {{0}} (2 times)");
});

describe("hostile text", () => {
  it.each(hostileTexts)("%j in a field", (text) => {
    const [result] = runIn(runOf("a.pcap"), hostileFinding(text)).results;
    const messages = [
      result!.message.text,
      ...result!.codeFlows[0]!.threadFlows[0]!.locations.map(({ location }) => location.message.text),
    ];
    for (const message of messages) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(message).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028-\u202e]/);
      // 3.11.5 and 3.11.6: neither a placeholder nor a link.
      expect(message.replace(/\{\{|\}\}/g, "")).not.toMatch(/[{}]/);
      expect(message).not.toContain("](");
    }
  });

  it.each([...hostileTexts, "//host/x.pcap", "/tmp/a b.pcap", "../a:b.pcap", "C:\\a.pcap", "standard input"])(
    "%j as a file name",
    (file) => {
      const { results, artifacts } = runIn(runOf(file), findingOf());
      const { uri } = results[0]!.locations[0]!.physicalLocation.artifactLocation;
      expect(uri).toBe(artifacts[0]!.location.uri);
      expect(uri).toMatch(reference);
      // Relative to the folder that it was given in: without scheme and host.
      const whole = new URL(uri, "file:///work/");
      expect([whole.protocol, whole.host, whole.search, whole.hash]).toEqual(["file:", "", "", ""]);
    },
  );
});
