// `h2lint check` in a terminal: a line on the captures, a story for each finding, a line at the end.
import type { Rule } from "../rules/rule.ts";
import { severities } from "../rules/severity.ts";
import { isAnswered } from "./answer.ts";
import { Page } from "./check-page.ts";
import { Story } from "./check-story.ts";
import { Surroundings } from "./check-surroundings.ts";
import type {
  BaselineEvent,
  BudgetEvent,
  DiagnosticEvent,
  FindingEvent,
  ReportEvent,
  RunEvent,
  SummaryEvent,
  UnexplainedEvent,
} from "./event.ts";
import { counts, isLikely } from "./failing.ts";
import type { Output, Report } from "./report.ts";
import { between, type Look, Style } from "./style.ts";

export function checkReport(output: Output, look: Look, rules: readonly Rule[]): Report {
  const style = new Style(look);
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  // Of connections nothing else is shown here, and they may be many.
  const starts = new Map<number, string>();
  const findings: FindingEvent[] = [];
  const unexplained: UnexplainedEvent[] = [];
  const diagnostics: DiagnosticEvent[] = [];
  const budgets: BudgetEvent[] = [];
  let run: RunEvent | undefined;
  let baseline: BaselineEvent | undefined;
  let summary: SummaryEvent | undefined;
  return {
    event(event: ReportEvent) {
      if (event.kind === "run") run = event;
      else if (event.kind === "connection") starts.set(event.id, event.start);
      else if (event.kind === "finding") findings.push(event);
      else if (event.kind === "unexplained") {
        if (event.baseline !== true) unexplained.push(event);
      } else if (event.kind === "diagnostic") diagnostics.push(event);
      else if (event.kind === "baseline") baseline = event;
      else if (event.kind === "budget") budgets.push(event);
      else summary = event;
    },
    end() {
      const page = new Page(output, style);
      const write = new Story(page, byId, starts);
      const around = new Surroundings(page);
      if (!look.quiet) around.head(run!, summary!);
      // Of a log alone little can be proven: what it suggests is shown.
      const all = run!.captures.length === 0;
      const shown = findings.filter((f) => all || shows(f, look));
      const groups = grouped(shown);
      // Advice is one line each, unless asked for: it shall not bury what is wrong.
      const inShort = (group: readonly FindingEvent[]) =>
        !look.verbose && group[0]!.severity === "info" && !group.some(({ reaction }) => isAnswered(reaction));
      for (const group of groups) if (!inShort(group)) write.group(group);
      write.advice(groups.filter(inShort));
      for (const one of unexplained) write.unexplained(one);
      around.budgets(budgets);
      const hidden = findings.filter((f) => f.baseline !== true && !shown.includes(f)).length;
      if (!look.quiet) around.diagnostics(diagnostics);
      if (!look.quiet && baseline !== undefined) around.baseline(baseline);
      around.foot(summary!, diagnostics, hidden);
    },
  };
}

// Consequences and what is not proven are there to look up, not to alarm.
const shows = (f: FindingEvent, look: Look): boolean =>
  look.verbose || ((counts(f) || isLikely(f)) && (f.severity !== "info" || !look.quiet));

/** Findings that tell the same story, the worst first, in order of time. */
function grouped(findings: readonly FindingEvent[]): FindingEvent[][] {
  const groups = new Map<string, FindingEvent[]>();
  for (const finding of findings) {
    const key = `${finding.fingerprint} ${finding.certainty} ${finding.consequent} ${finding.baseline === true}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  const rank = (f: FindingEvent) =>
    severities.indexOf(f.severity) +
    (f.certainty === "unproven" ? 3 : 0) +
    (f.consequent ? 6 : 0) +
    (f.baseline === true ? 12 : 0);
  return [...groups.values()].sort((a, b) => rank(a[0]!) - rank(b[0]!) || between(b[0]!.frame.time, a[0]!.frame.time));
}
