import type { BaselineEvent, ReportEvent, RunEvent } from "./event.ts";
import type { Output, Report } from "./report.ts";
import { jsonText } from "./text.ts";

/** `--format json`: one object (interface.md). What stands first is known last, so all is kept until the end, as the octets that
 *  it becomes: a fraction of what the objects take, and outside of the heap. */
export function jsonReport(output: Output): Report {
  let run: RunEvent | undefined;
  const connections: { readonly id: number; readonly octets: Buffer }[] = [];
  const findings: Buffer[] = [];
  const unexplained: Buffer[] = [];
  const diagnostics: Buffer[] = [];
  const budgets: Buffer[] = [];
  let baseline: BaselineEvent | undefined;
  let summary: Extract<ReportEvent, { kind: "summary" }> | undefined;
  return {
    event(event) {
      if (event.kind === "run") run = event;
      else if (event.kind === "connection") connections.push({ id: event.id, octets: elementOf(event) });
      else if (event.kind === "finding") findings.push(elementOf(event));
      else if (event.kind === "unexplained") unexplained.push(elementOf(event));
      else if (event.kind === "diagnostic") diagnostics.push(elementOf(event));
      else if (event.kind === "baseline") baseline = event;
      else if (event.kind === "budget") budgets.push(elementOf(event));
      else summary = event;
    },
    end() {
      const { captures, logs, keys, unchecked, kind: _, ...counts } = summary!;
      connections.sort((a, b) => a.id - b.id);
      const member = (name: string, value: unknown): string => `  "${name}": ${indented(jsonText(value, 2), "  ")}`;
      output(`{\n${member("schema", run!.schema)},\n${member("tool", run!.tool)},\n${member("captures", captures)},\n`);
      if (keys !== undefined) output(`${member("keys", keys)},\n`);
      if (logs !== undefined) output(`${member("logs", logs)},\n`);
      const list = (name: string, elements: readonly Buffer[]): void => {
        let piece = `  "${name}": [`;
        for (const [i, element] of elements.entries()) {
          piece += `${i === 0 ? "\n" : ",\n"}    ${element.toString()}`;
          if (piece.length < PIECE) continue;
          output(piece);
          piece = "";
        }
        output(`${piece}${elements.length === 0 ? "],\n" : "\n  ],\n"}`);
      };
      list(
        "connections",
        connections.map(({ octets }) => octets),
      );
      list("findings", findings);
      list("unexplained", unexplained);
      list("diagnostics", diagnostics);
      output(`${member("unchecked", unchecked)},\n`);
      if (baseline !== undefined) output(`${member("baseline", bare(baseline))},\n`);
      if (counts.budgets !== undefined) list("budgets", budgets);
      output(`${member("summary", counts)}\n}\n`);
    },
  };
}

const bare = <T extends { kind: string }>({ kind: _, ...rest }: T): Omit<T, "kind"> => rest;

// Characters written at once.
const PIECE = 1 << 16;

// Of an array that is a member of the report.
const elementOf = (event: ReportEvent): Buffer => Buffer.from(indented(jsonText(bare(event), 2), "    "));

// JSON has no line breaks but those between its parts.
const indented = (text: string, by: string): string => text.replaceAll("\n", `\n${by}`);

/** `--format ndjson`: the same objects, one a line, as they become known. */
export function ndjsonReport(output: Output): Report {
  return { event: (event) => output(`${jsonText(event)}\n`), end: () => {} };
}
