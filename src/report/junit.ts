// `--format junit`: a test suite for each capture, a failed test case for each finding, as CI servers read it (the Jenkins xUnit schema).

import { answerSentence } from "./answer.ts";
import type { BudgetEvent, FindingEvent, RunEvent, SummaryEvent } from "./event.ts";
import { budgetFirst, budgetName, budgetText, counts, placeOf } from "./failing.ts";
import type { Output, Report } from "./report.ts";
import { printable, wellFormed } from "./text.ts";

/** @param fails Whether a finding of this severity fails the build; others are test cases that passed with a note. */
export function junitReport(output: Output, fails: (severity: FindingEvent["severity"]) => boolean): Report {
  const findings: FindingEvent[] = [];
  const budgets: BudgetEvent[] = [];
  let run: RunEvent | undefined;
  let summary: SummaryEvent | undefined;
  return {
    event(event) {
      if (event.kind === "run") run = event;
      else if (event.kind === "finding" && counts(event)) findings.push(event);
      else if (event.kind === "budget") budgets.push(event);
      else if (event.kind === "summary") summary = event;
    },
    end() {
      const captures = run!.captures.length > 0 ? run!.captures : (run!.logs ?? []);
      const suites = captures.map((file) => {
        const own = findings.filter(({ frame }) => (frame.file ?? captures[0]) === file);
        return { file, own, failures: own.filter(({ severity }) => fails(severity)).length };
      });
      const broken = fails("error") ? budgets.filter(({ status }) => status === "broken").length : 0;
      const failures = suites.reduce((sum, suite) => sum + suite.failures, broken);
      const tests = suites.reduce((sum, { own }) => sum + Math.max(own.length, 1), budgets.length);
      output('<?xml version="1.0" encoding="UTF-8"?>\n');
      output(`<testsuites name="h2lint" tests="${tests}" failures="${failures}" errors="0">\n`);
      for (const { file, own, failures: failed } of suites) {
        const head = `name="${xml(file)}" tests="${Math.max(own.length, 1)}" failures="${failed}" errors="0" skipped="0"`;
        output(`  <testsuite ${head}>\n`);
        // A suite without a test looks as if nothing had run.
        if (own.length === 0) {
          output(
            `    <testcase classname="${xml(file)}" name="${captures.length > 1 ? "" : `${summary?.frames ?? 0} HTTP/2 frames, `}no finding"/>\n`,
          );
        }
        for (const finding of own) output(testCase(file, finding, fails(finding.severity)));
        output("  </testsuite>\n");
      }
      if (budgets.length > 0) {
        const skipped = budgets.filter(({ status }) => status === "undecided").length;
        const head = `name="assert" tests="${budgets.length}" failures="${broken}" errors="0" skipped="${skipped}"`;
        output(`  <testsuite ${head}>\n`);
        for (const budget of budgets) output(budgetCase(budget, fails("error")));
        output("  </testsuite>\n");
      }
      output("</testsuites>\n");
    },
  };
}

function testCase(file: string, finding: FindingEvent, failed: boolean): string {
  const { rule, severity, message, count } = finding;
  const times = count > 1 ? `, ${count} times` : "";
  const open = `    <testcase classname="${xml(file)}" name="${xml(`${rule} (${placeOf(finding)})`)}">\n`;
  // A line break of the message would let it begin a line, which some servers take commands from.
  const text = `${xml(`${message}${times}`)}\n${xml(answerSentence(finding))}`;
  const body = failed
    ? `      <failure message="${xml(message)}" type="${severity}">${text}</failure>\n`
    : `      <system-out>${severity}: ${text}</system-out>\n`;
  return `${open}${body}    </testcase>\n`;
}

function budgetCase(budget: BudgetEvent, fails: boolean): string {
  const { asserted, message, because = "", status } = budget;
  const open = `    <testcase classname="${budgetName(budget)}" name="${xml(asserted)}"`;
  if (status === "held") return `${open}/>\n`;
  if (status === "undecided") return `${open}>\n      <skipped message="${xml(`${message}; ${because}`)}"/>\n    </testcase>\n`;
  const text = xml(`${budgetText(budget)}${budgetFirst(budget)}`);
  const body = fails
    ? `      <failure message="${xml(message)}" type="error">${text}</failure>\n`
    : `      <system-out>error: ${text}</system-out>\n`;
  return `${open}>\n${body}    </testcase>\n`;
}

// XML 1.0 has no way to write control characters: they are shown as escapes before.
const xml = (text: string): string =>
  wellFormed(printable(text))
    .replace(/[&<>"]/g, (c) => ENTITIES[c]!)
    .replace(/[\ufffe\uffff]/g, "\ufffd");

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
