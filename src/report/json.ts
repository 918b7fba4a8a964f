import type {
  BaselineEvent,
  BudgetEvent,
  ConnectionEvent,
  DiagnosticEvent,
  FindingEvent,
  ReportEvent,
  RunEvent,
  UnexplainedEvent,
} from "./event.ts";
import type { Output, Report } from "./report.ts";
import { jsonText } from "./text.ts";

/** `--format json`: one object (interface.md). What stands first is known last, so it is written at the end. */
export function jsonReport(output: Output): Report {
  let run: RunEvent | undefined;
  const connections: ConnectionEvent[] = [];
  const findings: FindingEvent[] = [];
  const unexplained: UnexplainedEvent[] = [];
  const diagnostics: DiagnosticEvent[] = [];
  const budgets: BudgetEvent[] = [];
  let baseline: BaselineEvent | undefined;
  let summary: Extract<ReportEvent, { kind: "summary" }> | undefined;
  return {
    event(event) {
      if (event.kind === "run") run = event;
      else if (event.kind === "connection") connections.push(event);
      else if (event.kind === "finding") findings.push(event);
      else if (event.kind === "unexplained") unexplained.push(event);
      else if (event.kind === "diagnostic") diagnostics.push(event);
      else if (event.kind === "baseline") baseline = event;
      else if (event.kind === "budget") budgets.push(event);
      else summary = event;
    },
    end() {
      const { captures, unchecked, kind: _, ...counts } = summary!;
      connections.sort((a, b) => a.id - b.id);
      const bare = <T extends { kind: string }>({ kind: _, ...rest }: T) => rest;
      output(
        `${jsonText(
          {
            schema: run!.schema,
            tool: run!.tool,
            captures,
            connections: connections.map(bare),
            findings: findings.map(bare),
            unexplained: unexplained.map(bare),
            diagnostics: diagnostics.map(bare),
            unchecked,
            ...(baseline === undefined ? {} : { baseline: bare(baseline) }),
            ...(counts.budgets === undefined ? {} : { budgets: budgets.map(bare) }),
            summary: counts,
          },
          2,
        )}\n`,
      );
    },
  };
}

/** `--format ndjson`: the same objects, one a line, as they become known. */
export function ndjsonReport(output: Output): Report {
  return { event: (event) => output(`${jsonText(event)}\n`), end: () => {} };
}
