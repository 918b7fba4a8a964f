// `h2lint rules` and `h2lint explain`: what is checked, and why.
import type { Rule, SpecRef } from "../rules/rule.ts";
import type { Output } from "./report.ts";
import { type Look, labelled, Style, wrap } from "./style.ts";
import { rowTable } from "./table.ts";

export function rulesTable(output: Output, look: Look, rules: readonly Rule[]): void {
  const rows = rules.map(({ id, meta }) => [id, meta.severity + (meta.off === true ? " (off)" : ""), meta.title]);
  output(`${rowTable(["rule", "severity", "what must hold"], rows, look.width)}\n\n${rules.length} rules\n`);
}

/** One line for each rule, for scripts. */
export function rulesJson(output: Output, rules: readonly Rule[]): void {
  const list = rules.map(({ id, meta }) => ({
    id,
    severity: meta.severity,
    ...(meta.off === true ? { off: true } : {}),
    title: meta.title,
    by: meta.by,
    spec: meta.spec,
    needs: meta.needs,
  }));
  output(`${JSON.stringify(list, undefined, 2)}\n`);
}

export function explainRule(output: Output, look: Look, { id, meta }: Rule): void {
  const style = new Style(look);
  const width = Math.min(look.width, 100);
  const lines = [
    `${style.bold(id)}   ${style.severity(meta.severity, meta.severity)}${meta.off === true ? " (only with --preset all)" : ""}`,
    "",
  ];
  lines.push(...wrap(`${meta.title}.`, width), "");
  const row = (label: string, text: string) => lines.push(...labelled(label, text, 10, width));
  row("why", meta.docs.why);
  row("fix", meta.docs.fix);
  row("by", meta.by === "either" ? "client or server" : meta.by);
  for (const [i, message] of Object.values(meta.messages).entries()) row(i === 0 ? "says" : "", message);
  row("answer", answerText(meta.expect));
  row("needs", meta.needs.length === 0 ? "the frame alone" : meta.needs.join(", "));
  row("spec", meta.spec.map(specText).join("; "));
  output(`${lines.join("\n")}\n`);
}

function answerText({ scope, codes, optional, ignore, malformed }: Rule["meta"]["expect"]): string {
  if (ignore === true) return "none: a receiver must ignore it";
  if (codes.length === 0) return "the text names none";
  const frame = scope === "connection" ? "GOAWAY" : "RST_STREAM";
  const due = optional === true ? "may be" : "is";
  return `${due} a ${scope} error: ${frame} ${codes.join(" or ")}${malformed === true ? ", or a 4xx response" : ""}`;
}

const specText = ({ rfc, document, section, level }: SpecRef): string =>
  `${rfc === undefined ? document : `RFC ${rfc}`}, ${section}${level === undefined ? "" : ` (${level})`}`;
