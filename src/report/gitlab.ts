// `--format gitlab`: a Code Quality report (the subset of Code Climate's that GitLab reads).

import { answerSentence } from "./answer.ts";
import type { BudgetEvent, FindingEvent, RunEvent } from "./event.ts";
import { budgetFirst, budgetName, budgetText, counts, placeOf } from "./failing.ts";
import type { Output, Report } from "./report.ts";
import { jsonText, printable } from "./text.ts";

/** @param advice Findings of severity `info` too: a merge request counts each as a fault that it adds. */
export function gitlabReport(output: Output, advice = true): Report {
  const issues: object[] = [];
  const seen = new Map<string, number>();
  let run: RunEvent | undefined;
  return {
    event(event) {
      if (event.kind === "run") run = event;
      if (event.kind === "budget" && event.status === "broken") issues.push(budgetIssue(event, run!));
      if (event.kind !== "finding" || !counts(event) || (!advice && event.severity === "info")) return;
      // GitLab drops a second issue with the fingerprint of a first.
      const times = (seen.get(event.fingerprint) ?? 0) + 1;
      seen.set(event.fingerprint, times);
      issues.push(issueOf(event, run!, times === 1 ? event.fingerprint : `${event.fingerprint}-${times}`));
    },
    end: () => output(`${jsonText(issues, 2)}\n`),
  };
}

const issueOf = (finding: FindingEvent, { captures }: RunEvent, fingerprint: string): object => ({
  description: printable(`${finding.message}; ${answerSentence(finding)}. ${placeOf(finding)}`),
  check_name: finding.rule,
  fingerprint,
  severity: SEVERITIES[finding.severity],
  location: locationOf(finding.frame.file ?? captures[0], finding.frame.line ?? finding.frame.packet),
});

const budgetIssue = (budget: BudgetEvent, { captures }: RunEvent): object => ({
  description: printable(`${budgetText(budget)}${budgetFirst(budget)}`),
  check_name: budgetName(budget),
  fingerprint: budget.fingerprint,
  severity: SEVERITIES.error,
  location: locationOf(budget.places[0]?.file ?? captures[0], budget.places[0]?.packet ?? 1),
});

// A capture has no lines; packets are what people count. GitLab wants a path from the repository's root, without "./".
const locationOf = (file = "", line: number): object => ({
  path: file.replace(/^(?:\.\/+)+/, ""),
  lines: { begin: line },
});

const SEVERITIES = { error: "major", warning: "minor", info: "info" } as const;
