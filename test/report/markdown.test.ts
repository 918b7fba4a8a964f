// Markdown for a pull request: nothing from the wire becomes markup, and Mermaid itself reads the sequences.
import mermaid from "mermaid";
import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.ts";
import type { ConnectionEvent, ReportEvent } from "../../src/report/event.ts";
import { markdownReport } from "../../src/report/markdown.ts";
import { rules } from "../../src/rules/index.ts";
import { playModel, written as segmentsOf } from "../../src/testing/play.ts";
import { grpcRequest, type Story } from "../../src/testing.ts";
import { findingOf, frameAt, goaway, hostileFinding, hostileTexts, runOf, summaryOf, written } from "./events.ts";

const reportOf = (...events: ReportEvent[]): string =>
  written((output) => markdownReport(output, rules), [...events, summaryOf({ errors: 1 })]);

/** The cells of a table's rows (GitHub Flavored Markdown 4.10): a row ends with its line, a cell at a pipe that is not escaped. */
const rowsOf = (text: string): string[][] =>
  text
    .split(/\r\n|[\r\n]/)
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1));

const sequencesOf = (text: string): string[] => [...text.matchAll(/^```mermaid\n(.*?)^```$/gms)].map(([, code]) => code!);

it("has a row and a sequence for each finding, the worst first", () => {
  const text = reportOf(
    runOf("a.pcap"),
    findingOf({ severity: "warning", frame: frameAt(1, "1.000000000") }),
    findingOf({ count: 2 }),
    findingOf({ frame: frameAt(9, "8.000000000") }),
  );
  const rows = rowsOf(text).slice(2);
  expect(rows.map((cells) => cells.map((cell) => cell.trim()))).toEqual([
    ["error", "`grpc/request-trailers`", "a request ends with trailers", "connection 1, stream 1, packet 9", expect.any(String)],
    [
      "error",
      "`grpc/request-trailers`",
      "a request ends with trailers, 2 times",
      "connection 1, stream 1, packet 12",
      expect.any(String),
    ],
    [
      "warning",
      "`grpc/request-trailers`",
      "a request ends with trailers",
      "connection 1, stream 1, packet 1",
      expect.any(String),
    ],
  ]);
  expect(sequencesOf(text)).toHaveLength(3);
});

it("tells the sequence in order of time", () => {
  const [sequence] = sequencesOf(reportOf(runOf("a.pcap"), findingOf()));
  expect(sequence!.split("\n")).toEqual([
    "sequenceDiagram",
    "  participant C as client",
    "  participant S as server",
    "  C->>S: HEADERS#91;1#93; END_STREAM",
    "  C->>S: (!) HEADERS#91;1#93; END_STREAM",
    "  S->>C: answer: GOAWAY",
    "",
  ]);
});

it("draws the close of the connection", async () => {
  const closed = { how: "fin", packet: 17, time: "11.000000000", delay: 1 } as const;
  const [sequence] = sequencesOf(reportOf(runOf("a.pcap"), findingOf({ reaction: goaway({ closed }) })));
  expect(sequence).toMatch(/ {2}S--xC: TCP FIN\n$/);
  await expect(mermaid.parse(sequence!)).resolves.toMatchObject({ diagramType: "sequence" });
});

it("Mermaid refuses what is broken", async () => {
  await expect(mermaid.parse("sequenceDiagram\n  participant C as client\n  C->>\n")).rejects.toThrow();
});

it("leaves out what proves nothing new", () => {
  const text = reportOf(runOf("a.pcap"), findingOf({ certainty: "unproven" }), findingOf({ consequent: true }));
  expect(rowsOf(text)).toEqual([]);
});

it("is bounded however much there is", () => {
  const many = Array.from({ length: 3000 }, () => findingOf());
  const text = reportOf(runOf("a.pcap"), ...many);
  // What GitHub takes as a step summary.
  expect(text.length).toBeLessThan(1 << 20);
  expect(text).toContain("2,500 more are not shown");
});

describe("hostile text", () => {
  it.each(hostileTexts)("%j", async (text) => {
    const report = reportOf(runOf(text), hostileFinding(text), {
      kind: "diagnostic",
      code: "capture/x",
      severity: "loss",
      count: 1,
      message: text,
      place: {},
    });
    const rows = rowsOf(report);
    expect(rows.map(({ length }) => length)).toEqual([5, 5, 5]);
    const sequences = sequencesOf(report);
    expect(sequences).toHaveLength(1);
    const lines = sequences[0]!.split("\n");
    expect(lines).toHaveLength(7);
    await expect(mermaid.parse(sequences[0]!)).resolves.toMatchObject({ diagramType: "sequence" });
    const prose = report.replace(/^```mermaid\n.*?^```$/gms, "");
    expect(prose.split("\n").filter((line) => line.startsWith("#"))).toHaveLength(3);
    expect(prose).not.toMatch(/<[a-z!/]|!?\[|\]\(|```/i);
  });
});

it("begins with the story of the worst that failed", () => {
  const text = reportOf(runOf("a.pcap"), findingOf());
  const [, , told] = text.split(/\n\n/);
  expect(told).toMatch(
    /^A request ends with trailers \(packet 12\)\. The call is \/a\.B\/C\. The server answered 200\.00 ms later with GOAWAY/,
  );
  expect(told).toContain("It cost 1 call: stream 1.");
  expect(told).toContain("Fix: ");
  expect(reportOf(runOf("a.pcap"), findingOf({ certainty: "unproven" }))).not.toContain("Fix: ");
});

describe("what went wrong for somebody", () => {
  const told = (story: Story): string => {
    let text = "";
    const report = markdownReport((part) => {
      text += part;
    }, rules);
    playModel(segmentsOf(story).segments, [report.listener!], defaultLimits, () => {});
    report.event(runOf("a.pcap"));
    report.event({ kind: "connection", id: 1 } as ConnectionEvent);
    report.event(summaryOf());
    report.end();
    return text;
  };

  it("stands at the beginning, and as text alone", () => {
    const fields = { ...grpcRequest, ":path": "/a|b" };
    const text = told((s) => s.client.headers(1, { fields }).server.goaway(1, 2).close());
    expect(text).toContain("1 call did not end well:\n\n- /a&#124;b: cut off by GOAWAY INTERNAL&#95;ERROR by the server");
    expect(text).toContain("1 connection did not end gracefully:\n\n- GOAWAY INTERNAL&#95;ERROR by the server, with 1 call");
    expect(text).not.toContain("Nothing failed");
  });

  it("is nothing only where there is none", () => {
    const answered: Story = (s) =>
      s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true }).close().client.close();
    expect(told(answered)).toContain("Nothing failed.");
  });
});
