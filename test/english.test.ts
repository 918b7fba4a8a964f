// What people read is in plain English: CONTRIBUTING.md has the rules, here are the phrases that break them.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { COMMANDS, OPTIONS } from "../src/cli/command-line.ts";
import { diagnostics } from "../src/diagnostic.ts";
import { NEEDS, VERDICTS } from "../src/report/answer-words.ts";
import { rules } from "../src/rules/index.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string): string => readFileSync(new URL(path, new URL("../", import.meta.url)), "utf8");

const PHRASES: readonly RegExp[] = [
  /\bfor want of\b/i,
  /\bof (?:its|one's|their|your|his) own\b/i,
  /\b(?:a|an) (?:line|row|entry) (?:each|a [a-z]+)\b/i,
  /\bdid not mind\b/i,
  /\bnone is due\b/i,
  /\btells\b/i,
  /\btold\b/i,
];
/** RFCs say octet; people say byte. */
const OCTETS = /(?<![\w`{$.])octets?\b(?![`}\w])/i;

const broken = (text: string, phrases: readonly RegExp[]): string[] =>
  text.split("\n").filter((line) => phrases.some((phrase) => phrase.test(line)));

describe("texts", () => {
  it.each(rules.map((rule) => [rule.id, rule] as const))("of %s", (_, { meta }) => {
    const { title, messages, docs, options = {} } = meta;
    const texts = [title, ...Object.values(messages), docs.why, docs.fix, ...Object.values(options).map(({ about }) => about)];
    expect(broken(texts.join("\n"), [...PHRASES, OCTETS])).toEqual([]);
  });

  it("of diagnostics, verdicts, needs and the help", () => {
    const texts = [
      ...Object.values(diagnostics).map(({ text }) => text),
      ...Object.values(VERDICTS),
      ...Object.values(NEEDS),
      ...COMMANDS.map(({ describe: text }) => text),
      ...Object.values(OPTIONS).map(({ describe: text }) => text),
    ];
    expect(texts.length).toBeGreaterThan(70);
    expect(broken(texts.join("\n"), [...PHRASES, OCTETS])).toEqual([]);
  });
});

const PAGES = globSync(["*.md", "docs/**/*.{md,1,schema.json}", "test/*.md", "samples/**/*.md"], {
  cwd: root,
  ignore: ["**/zh-CN/**", "*zh-CN*"],
});

it.each(PAGES)("%s", (path) => {
  // Keys of the JSON report, and thresholds. The cases of h2spec are in the words of their recorder, those of rules have names in tests.
  const text = read(path).replace(/"(?:tells|octets)"|\boctets =/g, "");
  const byOctets = /h2spec|CONTRIBUTING|docs.rules/.test(path);
  expect(broken(text, byOctets ? PHRASES : [...PHRASES, OCTETS])).toEqual([]);
});

/** Comments, and strings with more than one word. */
function proseOf(path: string): string[] {
  const text = read(path);
  const prose: string[] = [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const seen = new Set<number>();
  const note = (ranges: readonly ts.CommentRange[] = []) => {
    for (const { pos, end } of ranges) {
      if (!seen.has(pos)) prose.push(text.slice(pos, end).replace(/`[^`]*`|"[^"]*"/g, ""));
      seen.add(pos);
    }
  };
  const visit = (node: ts.Node): void => {
    note(ts.getLeadingCommentRanges(text, node.getFullStart()));
    note(ts.getTrailingCommentRanges(text, node.end));
    if (ts.isStringLiteralLike(node) && node.text.trim().includes(" ")) prose.push(node.text);
    if (ts.isTemplateExpression(node)) prose.push(node.head.text, ...node.templateSpans.map(({ literal }) => literal.text));
    node.forEachChild(visit);
  };
  visit(source);
  note(ts.getLeadingCommentRanges(text, source.endOfFileToken.getFullStart()));
  return prose.flatMap((one) => broken(one, PHRASES)).map((line) => `${path}: ${line.trim()}`);
}

it("sources and their comments", () => {
  const files = globSync(["src/**/*.{ts,mts}", "web/**/*.ts", "bench/*.mjs"], { cwd: root, ignore: ["src/lang/zh/**"] });
  expect(files.length).toBeGreaterThan(500);
  expect(files.flatMap(proseOf)).toEqual([]);
}, 60_000);
