import type { BaselineEvent, ReportEvent, RunEvent } from "./event.ts";
import type { Output, Report } from "./report.ts";
import { Spill } from "./spill.ts";
import { jsonText } from "./text.ts";

/** `--format json`: one object. What stands first is known last, so all waits for the end, as the octets that it becomes: a fraction of
 *  what the objects take, and outside of the heap. */
export function jsonReport(output: Output): Report {
  let run: RunEvent | undefined;
  const connections = new Spill();
  // Most reports have few of these.
  const findings = new Spill(FEW);
  const unexplained = new Spill(FEW);
  const diagnostics = new Spill(FEW);
  const budgets = new Spill(FEW);
  let baseline: BaselineEvent | undefined;
  let summary: Extract<ReportEvent, { kind: "summary" }> | undefined;
  return {
    event(event) {
      if (event.kind === "run") run = event;
      else if (event.kind === "connection") connections.add(elementOf(event), event.id);
      else if (event.kind === "finding") findings.add(elementOf(event), 0);
      else if (event.kind === "unexplained") unexplained.add(elementOf(event), 0);
      else if (event.kind === "diagnostic") diagnostics.add(elementOf(event), 0);
      else if (event.kind === "baseline") baseline = event;
      else if (event.kind === "budget") budgets.add(elementOf(event), 0);
      else summary = event;
    },
    *end() {
      const { captures, logs, keys, unchecked, kind: _, ...counts } = summary!;
      const member = (name: string, value: unknown): string => `  "${name}": ${indented(jsonText(value, 2), "  ")}`;
      output(`{\n${member("schema", run!.schema)},\n${member("tool", run!.tool)},\n${member("captures", captures)},\n`);
      if (keys !== undefined) output(`${member("keys", keys)},\n`);
      if (logs !== undefined) output(`${member("logs", logs)},\n`);
      yield* listOf("connections", connections, output);
      yield* listOf("findings", findings, output);
      yield* listOf("unexplained", unexplained, output);
      yield* listOf("diagnostics", diagnostics, output);
      output(`${member("unchecked", unchecked)},\n`);
      if (baseline !== undefined) output(`${member("baseline", bare(baseline))},\n`);
      if (counts.budgets !== undefined) yield* listOf("budgets", budgets, output);
      output(`${member("summary", counts)}\n}\n`);
    },
  };
}

function* listOf(name: string, elements: Spill, output: Output): Generator<void> {
  if (elements.size === 0) {
    output(`  "${name}": [],\n`);
    return;
  }
  output(`  "${name}": [\n    `);
  for (const piece of elements.joined(",\n    ")) {
    output(piece);
    yield;
  }
  output("\n  ],\n");
}

const bare = <T extends { kind: string }>({ kind: _, ...rest }: T): Omit<T, "kind"> => rest;

// Octets that are kept in memory of what is mostly little.
const FEW = 1 << 18;

// Of an array that is a member of the report: as deep as there, and without its kind, which is the first member.
function elementOf(event: ReportEvent): string {
  const text = jsonText([[event]], 2);
  const second = text.indexOf("\n", OPENING.length);
  return `{${text.slice(second, -CLOSING.length)}`;
}

const OPENING = '[\n  [\n    {\n      "kind": ';
const CLOSING = "\n  ]\n]";

// JSON has no line breaks but those between its parts.
const indented = (text: string, by: string): string => text.replaceAll("\n", `\n${by}`);

/** `--format ndjson`: the same objects, one a line, as they become known. */
export function ndjsonReport(output: Output): Report {
  return { event: (event) => output(`${jsonText(event)}\n`), end: () => {} };
}
