// JUnit as CI servers read it: well-formed, and the counts of its suites are those of its test cases.
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, it } from "vitest";
import type { ReportEvent } from "../../src/report/event.ts";
import { junitReport } from "../../src/report/junit.ts";
import { findingOf, frameAt, hostileFinding, hostileTexts, runOf, summaryOf, written } from "./events.ts";

interface Case {
  readonly "@name": string;
  readonly "@classname": string;
  readonly failure?: { readonly "@message": string; readonly "@type": string; readonly "#text": string };
  readonly "system-out"?: string;
}
interface Counted {
  readonly "@tests": string;
  readonly "@failures": string;
}
interface Suite extends Counted {
  readonly "@name": string;
  readonly testcase: readonly Case[];
}
interface Suites extends Counted {
  readonly testsuite: readonly Suite[];
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => name === "testsuite" || name === "testcase",
});

function suitesOf(events: readonly ReportEvent[], fails = (severity: string): boolean => severity === "error"): Suites {
  const xml = written((output) => junitReport(output, fails), [...events, summaryOf()]);
  expect(XMLValidator.validate(xml)).toBe(true);
  // XML 1.0 section 2.2, Char.
  expect(xml).toMatch(/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u);
  const { testsuites } = parser.parse(xml) as { testsuites: Suites };
  const sum = (key: keyof Counted) => testsuites.testsuite.reduce((total, suite) => total + Number(suite[key]), 0);
  expect(Number(testsuites["@tests"])).toBe(sum("@tests"));
  expect(Number(testsuites["@failures"])).toBe(sum("@failures"));
  for (const suite of testsuites.testsuite) {
    expect(suite.testcase).toHaveLength(Number(suite["@tests"]));
    expect(suite.testcase.filter(({ failure }) => failure !== undefined)).toHaveLength(Number(suite["@failures"]));
  }
  return testsuites;
}

it("has a suite for each capture, a case for each finding", () => {
  const at = (file: string) => findingOf({ frame: frameAt(3, "9.000000000", { file }) });
  const { testsuite } = suitesOf([runOf("a.pcap", "b.pcap", "c.pcap"), at("b.pcap"), at("b.pcap"), at("a.pcap")]);
  expect(testsuite.map((suite) => [suite["@name"], suite["@tests"], suite["@failures"]])).toEqual([
    ["a.pcap", "1", "1"],
    ["b.pcap", "2", "2"],
    ["c.pcap", "1", "0"],
  ]);
  expect(testsuite[2]!.testcase[0]!["@name"]).toBe("no finding");
});

it("fails what fails the build, and tells of the rest", () => {
  const events = [runOf("a.pcap"), findingOf({ severity: "warning", count: 2 }), findingOf()];
  const [warned, failed] = suitesOf(events).testsuite[0]!.testcase;
  expect(warned!["system-out"]).toMatch(/^warning: a request ends with trailers, 2 times\n/);
  expect(failed!.failure).toMatchObject({ "@message": "a request ends with trailers", "@type": "error" });
  expect(suitesOf(events, () => false)["@failures"]).toBe("0");
});

it("leaves out what proves nothing new", () => {
  const { testsuite } = suitesOf([runOf("a.pcap"), findingOf({ certainty: "unproven" }), findingOf({ consequent: true })]);
  expect(testsuite[0]!.testcase.map((one) => one["@name"])).toEqual(["11 HTTP/2 frames, no finding"]);
});

describe("hostile text", () => {
  it.each(hostileTexts)("%j", (text) => {
    const [suite] = suitesOf([runOf(text), hostileFinding(text)]).testsuite;
    expect(suite!.testcase).toHaveLength(1);
    expect(suite!.testcase[0]!.failure!["#text"]).toContain("the server answered with GOAWAY PROTOCOL_ERROR");
  });

  it("comes back as it was where XML has a way to write it", () => {
    const text = "]]> <a b=\"c\" d='e'> &amp; &#10;";
    const [suite] = suitesOf([runOf(text), hostileFinding(text)]).testsuite;
    expect(suite!["@name"]).toBe(text);
    expect(suite!.testcase[0]!.failure!["@message"]).toBe(text);
  });
});
