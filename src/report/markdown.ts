// `--format markdown`: for a pull request or an issue: a table, then each finding with its frames as a Mermaid sequence.
import { english, type Language } from "../lang/language.ts";
import type { Rule } from "../rules/rule.ts";
import { answerSentence, isAnswered } from "./answer.ts";
import type {
  BudgetEvent,
  ConnectionEvent,
  DiagnosticEvent,
  FindingEvent,
  FrameObject,
  RunEvent,
  SummaryEvent,
  UnexplainedEvent,
} from "./event.ts";
import { budgetPlace, counts, placeOf } from "./failing.ts";
import { failuresOf, isFailure } from "./failures.ts";
import { frameDetail, frameName } from "./frame-line.ts";
import { Inventory, isEmpty, symptomLines } from "./inventory.ts";
import type { Output, Report } from "./report.ts";
import { storyLine, tell } from "./story.ts";
import { between } from "./style.ts";
import { count, counted, printable } from "./text.ts";

export function markdownReport(output: Output, rules: readonly Rule[], say: Language = english): Report {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const findings: FindingEvent[] = [];
  const unexplained: UnexplainedEvent[] = [];
  const ends = new Map<number, ConnectionEvent>();
  const diagnostics: DiagnosticEvent[] = [];
  const budgets: BudgetEvent[] = [];
  let run: RunEvent | undefined;
  let summary: SummaryEvent | undefined;
  const inventory = new Inventory();
  return {
    listener: inventory,
    event(event) {
      if (event.kind === "run") run = event;
      else if (event.kind === "finding") findings.push(event);
      else if (event.kind === "unexplained") {
        if (event.baseline !== true) unexplained.push(event);
      } else if (event.kind === "connection") ends.set(event.id, event);
      else if (event.kind === "diagnostic") diagnostics.push(event);
      else if (event.kind === "budget") budgets.push(event);
      else if (event.kind === "summary") summary = event;
    },
    end() {
      const { errors, warnings, infos, unproven, frames, connections } = summary!;
      output(`# h2lint: ${(run!.captures.length > 0 ? run!.captures : (run!.logs ?? [])).map(escaped).join(", ")}\n\n`);
      const comma = say.text(", ");
      const seen = [counted(say, connections, "connection"), counted(say, frames, "HTTP/2 frame")].join(comma);
      const wrong = [counted(say, errors, "error"), counted(say, warnings, "warning")].join(comma);
      const mild = [say.text("{n} info", { n: infos }), say.text("{n} not proven", { n: unproven })].join(comma);
      output(`${seen}${say.text(": ")}**${wrong}**${comma}${mild}\n`);
      const symptoms = inventory.symptoms(findings, (connection) => ends.has(connection), say);
      const worst = failuresOf(findings, unexplained).find(isFailure);
      const nothing = isEmpty(symptoms) && worst === undefined && summary!.http2Connections > 0;
      if (!isEmpty(symptoms))
        output(
          `\n${symptomList(symptomLines(symptoms, { position: run!.captures.length === 0 ? "line" : "packet", say, rules }))}`,
        );
      else if (nothing) output(`\n${say.text("Nothing failed.")}\n`);
      if (worst !== undefined) {
        const told = tell(worst, ends, worst.finding === undefined ? undefined : byId.get(worst.finding.rule), say);
        output(`\n${escaped(storyLine(told, say))}\n`);
      }
      // Of a log alone little can be proven.
      const shown = findings
        .filter((f) => run!.captures.length === 0 || counts(f))
        .sort((a, b) => rank(a) - rank(b) || between(b.frame.time, a.frame.time));
      if (shown.length > 0) {
        output(tableHead(["", say.text("rule"), say.text("what happened"), say.text("where"), say.text("answer")]));
        for (const f of shown.slice(0, ROWS)) {
          const times = f.count > 1 ? say.text(", {n} times", { n: f.count }) : "";
          const cells = [
            f.certainty === "unproven" ? `${f.severity}${comma}${say.text("not proven")}` : f.severity,
            `\`${f.rule}\``,
            escaped(say.message(f.message, f.data, byId.get(f.rule))) + times,
            placeOf(f, say),
            escaped(answerSentence(f, say)),
          ];
          output(`| ${cells.join(" | ")} |\n`);
        }
        if (shown.length > ROWS) output(`\n${say.text("{n} more are not shown.", { n: count(shown.length - ROWS) })}\n`);
      }
      output(budgetTable(budgets, say));
      for (const f of shown.slice(0, SEQUENCES)) output(section(f, byId.get(f.rule), say));
      if (shown.length > SEQUENCES)
        output(`\n${say.text("{n} more are in the table.", { n: count(Math.min(shown.length, ROWS) - SEQUENCES) })}\n`);
      const told = diagnostics.filter(({ severity }) => severity !== "info");
      if (told.length > 0) output(`\n## ${say.text("What could not be read")}\n\n`);
      for (const { message, count: times } of told.slice(0, SEQUENCES)) {
        output(`- ${escaped(say.phrase(message))}${times > 1 ? say.text(" ({n} times)", { n: String(times) }) : ""}\n`);
      }
    },
  };
}

// A list needs an empty line before the next paragraph.
const symptomList = (lines: readonly string[]): string =>
  lines
    .map((line, i) => (line.startsWith("  ") ? `- ${escaped(line.trim())}\n` : `${i === 0 ? "" : "\n"}${escaped(line)}\n\n`))
    .join("");

const tableHead = (titles: readonly string[]): string =>
  `\n|${titles.map((title) => (title === "" ? " " : ` ${title} `)).join("|")}|\n|${" --- |".repeat(titles.length)}\n`;

function budgetTable(budgets: readonly BudgetEvent[], say: Language): string {
  if (budgets.length === 0) return "";
  const rows = budgets.map(({ status, asserted, message, because, places: [first] }) => {
    const seen = because === undefined ? [message] : [message, because];
    const cells = [
      ...[
        say.text(status),
        escaped(say.word("budget", asserted)),
        escaped(seen.map((text) => say.word("budget", text)).join(say.text("; "))),
      ],
      first === undefined ? "" : escaped(budgetPlace(first, say)),
    ];
    return `| ${cells.join(" | ")} |\n`;
  });
  return tableHead(["", say.text("asserted"), say.text("what was seen"), say.text("first")]) + rows.join("");
}

function section(f: FindingEvent, rule: Rule | undefined, say: Language): string {
  const lines = [
    "",
    `## ${f.severity}: ${f.rule}`,
    "",
    say.joined([say.stopped(escaped(say.message(f.message, f.data, rule))), say.stopped(placeOf(f, say))]),
    "",
    "```mermaid",
    "sequenceDiagram",
  ];
  lines.push(`  participant C as ${say.text("client")}`, `  participant S as ${say.text("server")}`);
  const frames: { frame: FrameObject; mark: string }[] = f.related.map((frame) => ({ frame, mark: "" }));
  frames.push({ frame: f.frame, mark: "(!) " });
  const { reaction } = f;
  if (reaction.frame !== undefined && isAnswered(reaction))
    frames.push({ frame: reaction.frame, mark: `${say.text("answer")}${say.text(": ")}` });
  frames.sort((a, b) => between(b.frame.time, a.frame.time) || a.frame.offset - b.frame.offset);
  for (const { frame, mark } of frames) {
    const [from, to] = frame.from === "client" ? ["C", "S"] : ["S", "C"];
    const text = [frameName(frame), frameDetail(frame, say)].filter((part) => part !== "").join(" ");
    lines.push(`  ${from}->>${to}: ${mermaid(`${mark}${text}`)}`);
  }
  const from = f.offender === "client" ? "S" : "C";
  const how = reaction.kind === "fin" || reaction.kind === "rst" ? reaction.kind : reaction.closed?.how;
  if (how !== undefined && isAnswered(reaction)) lines.push(`  ${from}--x${from === "C" ? "S" : "C"}: TCP ${how.toUpperCase()}`);
  lines.push("```", "", say.stopped(escaped(answerSentence(f, say))));
  const told = reaction.logs ?? [];
  if (told.length > 0) lines.push("", say.text("In the logs:"), "");
  for (const { file, line, text, confidence } of told.slice(0, LOG_LINES))
    lines.push(
      `- ${escaped(file)}:${line}${confidence === "exact" ? "" : ` (${say.text(confidence)})`}: ${escaped(text.slice(0, LOG_TEXT))}`,
    );
  if (told.length > LOG_LINES) lines.push(`- ${say.text("and {n} more", { n: told.length - LOG_LINES })}`);
  if (rule !== undefined) lines.push("", say.text("Fix: {fix}", { fix: escaped(say.rule(rule).fix) }));
  return `${lines.join("\n")}\n`;
}

const rank = ({ severity }: FindingEvent): number => ["error", "warning", "info"].indexOf(severity);

// Text from the wire must not become markup.
const escaped = (text: string): string => printable(text).replace(/[\\`*_{}[\]<>#|~&]/g, (c) => `&#${c.charCodeAt(0)};`);

// Mermaid ends a message at a line's end or semicolon, reads # as an entity, and takes markup.
const mermaid = (text: string): string => printable(text).replace(/[;#<>"`\\{}[\]%&]/g, (c) => `#${c.charCodeAt(0)};`);

// GitHub takes a step summary of 1 MiB.
const ROWS = 500;
const SEQUENCES = 50;
const LOG_LINES = 6;
const LOG_TEXT = 300;
