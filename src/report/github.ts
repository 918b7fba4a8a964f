// `--format github`: workflow commands, which become annotations of a run. The step summary beside them is the Markdown report.

import { answerSentence } from "./answer.ts";
import type { BudgetEvent, FindingEvent, RunEvent } from "./event.ts";
import { budgetFirst, budgetName, budgetText, counts, placeOf } from "./failing.ts";
import type { Output, Report } from "./report.ts";
import { printable } from "./text.ts";

/** @param advice Findings of severity `info` too: the step summary has them in any case. */
export function githubReport(output: Output, advice = true): Report {
  let run: RunEvent | undefined;
  return {
    event(event) {
      if (event.kind === "run") run = event;
      else if (event.kind === "finding" && counts(event) && (advice || event.severity !== "info"))
        output(`${command(event, run!)}\n`);
      else if (event.kind === "budget" && event.status === "broken") output(`${budgetCommand(event, run!)}\n`);
    },
    end() {},
  };
}

function command(finding: FindingEvent, { captures }: RunEvent): string {
  const { rule, severity, frame, message, count } = finding;
  const level = severity === "info" ? "notice" : severity;
  const file = frame.file ?? captures[0] ?? "";
  const times = count > 1 ? ` (${count} times)` : "";
  const text = `${message}${times}; ${answerSentence(finding)}. ${placeOf(finding)}`;
  return `::${level} file=${property(file)},title=${property(rule)}::${data(text)}`;
}

function budgetCommand(budget: BudgetEvent, { captures }: RunEvent): string {
  const file = budget.places[0]?.file ?? captures[0] ?? "";
  return `::error file=${property(file)},title=${property(budgetName(budget))}::${data(`${budgetText(budget)}${budgetFirst(budget)}`)}`;
}

// Of the runner's own escapes: a property also ends at a colon or a comma.
const data = (text: string): string => printable(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const property = (text: string): string => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
