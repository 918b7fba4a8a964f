// GitLab's Code Quality report (docs.gitlab.com, "Code Quality report format"): the fields that it needs, and fingerprints that differ.
import { describe, expect, it } from "vitest";
import type { ReportEvent } from "../../src/report/event.ts";
import { gitlabReport } from "../../src/report/gitlab.ts";
import { findingOf, frameAt, hostileFinding, hostileTexts, runOf, summaryOf, written } from "./events.ts";

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

function issuesOf(...events: ReportEvent[]): Issue[] {
  const issues = JSON.parse(written(gitlabReport, [...events, summaryOf()])) as Issue[];
  for (const issue of issues) {
    expect(Object.keys(issue).sort()).toEqual(["check_name", "description", "fingerprint", "location", "severity"]);
    expect(["info", "minor", "major", "critical", "blocker"]).toContain(issue.severity);
    expect(Number.isInteger(issue.location.lines.begin)).toBe(true);
  }
  expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
  return issues;
}

it("an empty report is a list", () => expect(issuesOf(runOf("a.pcap"))).toEqual([]));

it("has an issue for each finding", () => {
  const [issue] = issuesOf(runOf("a.pcap"), findingOf());
  expect(issue).toEqual({
    description:
      "a request ends with trailers; the server answered with GOAWAY PROTOCOL_ERROR after 200.00 ms (exact). connection 1, stream 1, packet 12",
    check_name: "grpc/request-trailers",
    fingerprint: "0123456789abcdef",
    severity: "major",
    location: { path: "a.pcap", lines: { begin: 12 } },
  });
});

it("severities are GitLab's", () => {
  const issues = issuesOf(
    runOf("a.pcap"),
    ...(["error", "warning", "info"] as const).map((severity) => findingOf({ severity, fingerprint: severity })),
  );
  expect(issues.map(({ severity }) => severity)).toEqual(["major", "minor", "info"]);
});

it("advice is an issue only where it is asked for", () => {
  const events = [
    runOf("a.pcap"),
    findingOf({ severity: "info" }),
    findingOf({ severity: "warning", fingerprint: "w" }),
    summaryOf(),
  ];
  const issues = JSON.parse(written((output) => gitlabReport(output, false), events)) as Issue[];
  expect(issues.map(({ severity }) => severity)).toEqual(["minor"]);
});

it("the same fault twice has two fingerprints, the same ones in each run", () => {
  const events = [runOf("a.pcap"), findingOf(), findingOf({ stream: 3 }), findingOf({ stream: 5 })] as const;
  expect(issuesOf(...events).map(({ fingerprint }) => fingerprint)).toEqual([
    "0123456789abcdef",
    "0123456789abcdef-2",
    "0123456789abcdef-3",
  ]);
});

it("leaves out what proves nothing new", () => {
  expect(issuesOf(runOf("a.pcap"), findingOf({ certainty: "unproven" }), findingOf({ consequent: true }))).toEqual([]);
});

it.each([
  ["./captures/a.pcap", "captures/a.pcap"],
  ["././/a.pcap", "a.pcap"],
  ["../a.pcap", "../a.pcap"],
  [".hidden/a.pcap", ".hidden/a.pcap"],
])("the path of %s is %s", (file, path) => {
  expect(issuesOf(runOf(file), findingOf())[0]!.location.path).toBe(path);
});

it("names the capture of the frame", () => {
  const frame = frameAt(3, "9.000000000", { file: "b.pcap" });
  expect(issuesOf(runOf("a.pcap", "b.pcap"), findingOf({ frame }))[0]!.location).toEqual({ path: "b.pcap", lines: { begin: 3 } });
});

describe("hostile text", () => {
  it.each(hostileTexts)("%j", (text) => {
    const [issue] = issuesOf(runOf("a.pcap"), hostileFinding(text));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(issue!.description).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028-\u202e]/);
    expect(issue!.description).toMatch(/connection 1, stream 1, packet 12$/);
  });
});
