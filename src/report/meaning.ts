// What a message means by itself: `h2lint why --text` without a capture.
import { english, type Language } from "../lang/language.ts";
import { type Reading, readSymptom } from "../pairing/symptom.ts";
import type { Rule } from "../rules/rule.ts";
import type { Output } from "./report.ts";
import { type Look, Style, wrap } from "./style.ts";
import { jsonText, printable } from "./text.ts";
import { readingLines } from "./why.ts";

/** @param rules Those that the message may be about are named. */
export function meaningTable(output: Output, look: Look, text: string, rules: readonly Rule[]): void {
  const say = look.language ?? english;
  const style = new Style(look);
  const width = Math.min(look.width, 100);
  const write = (line: string, indent = "") => {
    for (const one of wrap(printable(line), width - indent.length)) output(`${indent}${one}\n`);
  };
  const readings = readSymptom(text);
  for (const line of readingLines({ symptom: text, readings, words: [] }, say)) write(line);
  output("\n");
  const about = rulesOf(readings, rules);
  if (about.length > 0) output(`${style.bold(say.text("rules that it may be about"))}\n`);
  for (const rule of about) write(`${rule.id}${say.text(": ")}${say.rule(rule).title}`, "  ");
  for (const line of adviceOf(readings, say)) write(line);
}

export function meaningJson(output: Output, text: string): void {
  const readings = readSymptom(text);
  const symptom = { text, readings, words: [] };
  output(`${jsonText({ schema: "h2lint-why/1", captures: [], symptom, nothing: adviceOf(readings), others: [] }, 2)}\n`);
}

const adviceOf = (readings: readonly Reading[], say: Language = english): string[] => [
  ...(readings.length === 0 ? [say.text("The text is not known.")] : []),
  say.text("A capture shows what happened: h2lint why CAPTURE --text TEXT."),
];

// Those that it names, the most telling first, but for whole families.
function rulesOf(readings: readonly Reading[], rules: readonly Rule[]): Rule[] {
  const named = new Set(readings.flatMap((reading) => reading.rules ?? []));
  return [...named].flatMap((name) => rules.find(({ id }) => id === name) ?? []).slice(0, RULES);
}

const RULES = 5;
