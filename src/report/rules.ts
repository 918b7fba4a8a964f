// `h2lint rules`, `h2lint explain` and docs/rules: what is checked, and why.

import { english, type Language } from "../lang/language.ts";
import { packageFile } from "../package-file.ts";
import { knownAnswers } from "../pairing/dictionary.ts";
import { readFileSync } from "../platform/fs.ts";
import type { Need } from "../rules/finding.ts";
import type { Rule, SpecRef } from "../rules/rule.ts";
import type { Output } from "./report.ts";
import { type Look, labelled, Style, wrap } from "./style.ts";
import { rowTable } from "./table.ts";
import { padEnd, widthOf } from "./width.ts";

/** What goes over the wire where a rule is broken, or is near to it: one line per frame. */
export interface Example {
  readonly name: string;
  readonly frames: readonly string[];
}

export interface RuleExamples {
  readonly illegal?: Example;
  readonly legal?: Example;
}

export function rulesTable(output: Output, look: Look, rules: readonly Rule[]): void {
  const say = look.language ?? english;
  const rows = rules.map((rule) => [
    rule.id,
    rule.meta.severity + (rule.meta.off === true ? say.text(" (off)") : ""),
    say.rule(rule).title,
  ]);
  const head = [say.text("rule"), say.text("severity"), say.text("what must hold")];
  output(`${rowTable(head, rows, look.width)}\n\n${say.text("{n} rules", { n: rules.length })}\n`);
}

/** One object for each rule, for scripts. */
export function rulesJson(output: Output, rules: readonly Rule[]): void {
  const list = rules.map(({ id, meta }) => ({
    id,
    severity: meta.severity,
    ...(meta.off === true ? { off: true } : {}),
    title: meta.title,
    by: meta.by,
    spec: meta.spec,
    needs: meta.needs,
    ...(meta.options === undefined ? {} : { options: meta.options }),
  }));
  output(`${JSON.stringify(list, undefined, 2)}\n`);
}

export function explainRule(output: Output, look: Look, rule: Rule, { illegal, legal }: RuleExamples): void {
  const { id, meta } = rule;
  const style = new Style(look);
  const say = look.language ?? english;
  const width = Math.min(look.width, 100);
  const off = meta.off === true ? say.text(" (only with --preset all)") : "";
  const lines = [`${style.bold(id)}   ${style.severity(meta.severity, meta.severity)}${off}`, ""];
  lines.push(...wrap(say.stopped(say.rule(rule).title), width), "");
  const row = (label: string, texts: readonly string[]) => {
    for (const [i, text] of texts.entries()) lines.push(...labelled(i === 0 ? say.text(label) : "", text, 10, width));
  };
  for (const [label, texts] of rowsOf(rule, say)) row(label, texts);
  row(
    "servers",
    knownAnswers(id).map(({ software, answer }) => `${say.phrase(software)}${say.text(": ")}${say.phrase(answer)}`),
  );
  const example = (label: string, { name, frames }: Example) => {
    lines.push("", ...labelled(say.text(label), say.phrase(name), 10, width));
    for (const frame of frames)
      for (const line of frameLines(spoken(frame, say), width - 2))
        lines.push(`  ${frame.startsWith(MARK) ? style.red(line) : line}`);
  };
  if (illegal !== undefined) example("illegal", illegal);
  if (legal !== undefined) example("legal", legal);
  output(`${lines.join("\n")}\n`);
}

// As other reports write frames: `client` and `server` take six columns, in other languages too.
const spoken = (frame: string, say: Language): string =>
  frame
    .replace(/^(..)(client|server)/, (_, mark, side) => mark + padEnd(say.text(side), 6))
    .replace(/(\d+) (bytes?)$/, (bytes, n) => say.counted(n, "byte", bytes));

// What is too long goes on below, under its details where they fit there.
function frameLines(frame: string, width: number): string[] {
  if (widthOf(frame) <= width) return [frame];
  const [head = ""] = /^(?:> | {2})?\S+ +\S+ +/.exec(frame) ?? [];
  const detail = frame.slice(head.length);
  const fits = detail.split(" ").every((word) => widthOf(word) <= width - head.length);
  const indent = fits ? head.length : INDENT;
  const lines = wrap(detail, width - indent).map((line) => " ".repeat(indent) + line);
  return fits ? [head + lines[0]!.slice(indent), ...lines.slice(1)] : [head.trimEnd(), ...lines];
}

/** The page of one family, in Markdown. */
export function familyPage(family: string, rules: readonly Rule[], examples: Readonly<Record<string, RuleExamples>>): string {
  const parts = [`# \`${family}/\``, ""];
  parts.push("| rule | severity | what must hold |", "| --- | --- | --- |");
  for (const { id, meta } of rules) parts.push(`| [\`${id}\`](#${anchor(id)}) | ${severityText(meta)} | ${cell(meta.title)} |`);
  for (const rule of rules) {
    const { id, meta } = rule;
    parts.push("", `## ${id}`, "", `${meta.title}. *${severityText(meta)}*`, "", "| | |", "| --- | --- |");
    for (const [label, texts] of rowsOf(rule)) parts.push(`| ${label} | ${texts.map(cell).join("<br>")} |`);
    const answers = knownAnswers(id);
    if (answers.length > 0) {
      parts.push("", "How servers answer:", "", "| software | answer |", "| --- | --- |");
      for (const { software, answer } of answers) parts.push(`| ${software} | ${cell(answer)} |`);
    }
    const { illegal, legal } = examples[id] ?? {};
    if (illegal !== undefined)
      parts.push(
        "",
        `Illegal: ${illegal.name}`,
        "",
        "```text",
        ...illegal.frames.flatMap((frame) => frameLines(frame, PAGE)),
        "```",
      );
    if (legal !== undefined)
      parts.push("", `Legal: ${legal.name}`, "", "```text", ...legal.frames.flatMap((frame) => frameLines(frame, PAGE)), "```");
  }
  return `${parts.join("\n")}\n`;
}

/** The families with their pages, in Markdown. */
export function familyTable(rules: readonly Rule[]): string {
  const families = new Map<string, Rule[]>();
  for (const rule of rules) {
    const family = rule.id.slice(0, rule.id.indexOf("/"));
    families.set(family, [...(families.get(family) ?? []), rule]);
  }
  const lines = ["| family | rules | errors | warnings | infos |", "| --- | --- | --- | --- | --- |"];
  const counts = (of: readonly Rule[]) =>
    (["error", "warning", "info"] as const).map((severity) => of.filter(({ meta }) => meta.severity === severity).length);
  for (const [family, of] of families) {
    lines.push(`| [\`${family}/\`](docs/rules/${family}.md) | ${of.length} | ${counts(of).join(" | ")} |`);
  }
  lines.push(`| **all** | ${rules.length} | ${counts(rules).join(" | ")} |`);
  return lines.join("\n");
}

/** The examples that docs/rules shows, by rule; none where the package lies elsewhere. */
export function readExamples(): Readonly<Record<string, RuleExamples>> {
  try {
    return JSON.parse(readFileSync(packageFile("docs/rules/examples.json"), "utf8")) as Record<string, RuleExamples>;
  } catch {
    return {};
  }
}

/** Begins the line of the frame at fault. */
export const MARK = "> ";

// Columns of a page.
const PAGE = 80;
const INDENT = 10;

function rowsOf(rule: Rule, say: Language = english): [string, string[]][] {
  const { by, expect, needs, spec, options } = rule.meta;
  const { why, fix, messages } = say.rule(rule);
  const rows: [string, string[]][] = [
    ["why", [why]],
    ["fix", [fix]],
    ["by", [say.text(by === "either" ? "client or server" : by)]],
    ["says", Object.values(messages)],
    ["answer", [answerText(expect, say)]],
    [
      "needs",
      [needs.length === 0 ? say.text("the frame alone") : needs.map((need) => say.text(NEEDS[need])).join(say.text("; "))],
    ],
  ];
  const thresholds = Object.entries(options ?? {}).map(([name, { default: value, unit, about }]) =>
    `${name} = ${say.counted(String(value), unit, `${value} ${unit}`)}${say.text(": ")}${say.phrase(about)}`.trimEnd(),
  );
  if (thresholds.length > 0) rows.push(["options", thresholds]);
  rows.push(["spec", [spec.map(specText).join("; ")]]);
  return rows;
}

const severityText = ({ severity, off }: Rule["meta"]): string => severity + (off === true ? ", only with `--preset all`" : "");

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("<", "&lt;");

const anchor = (id: string): string => id.replaceAll("/", "");

function answerText({ scope, codes, optional, ignore, malformed }: Rule["meta"]["expect"], say: Language): string {
  if (ignore === true) return say.text("none: a receiver must ignore it");
  if (codes.length === 0) return say.text("the text names none");
  const isConnection = scope === "connection";
  const data = { codes: codes.join(say.text(" or ")), more: malformed === true ? say.text(", or a 4xx response") : "" };
  if (optional === true)
    return say.text(
      isConnection ? "may be a connection error: GOAWAY {codes}{more}" : "may be a stream error: RST_STREAM {codes}{more}",
      data,
    );
  return say.text(
    isConnection ? "is a connection error: GOAWAY {codes}{more}" : "is a stream error: RST_STREAM {codes}{more}",
    data,
  );
}

/** `RFC 9113, 8.1 (MUST)`. */
export const specText = ({ rfc, document, section, level }: SpecRef): string =>
  `${rfc === undefined ? document : `RFC ${rfc}`}, ${section}${level === undefined ? "" : ` (${level})`}`;

const NEEDS: Readonly<Record<Need, string>> = {
  start: "the start of the offender's direction",
  start2: "the start of both directions",
  "no-gap": "no lost bytes in the offender's direction",
  "no-gap2": "no lost bytes in either direction",
  seen: "the stream's first frame",
  hpack: "a field block that could be decoded in full",
  settings: "every SETTINGS of both sides",
  acks: "both directions, with their TCP acknowledgments",
  body: "the whole of the message",
  end: "a capture that goes on long enough after it",
  borders: "frame borders that were never lost",
  proto: "the schema of the method, by --proto or by the server's reflection",
  roles: "knowing who is the client",
  processed: "that a frame was read, not only received",
  capture: "a capture, or a log that shows its frames",
  lines: "a capture: a log may leave out lines",
};
