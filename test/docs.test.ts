// docs/rules and the table in README.md are made from the rules and their test cases. After a change of either: `npm run docs`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { Clock } from "../src/capture/clock.ts";
import type { FrameObject } from "../src/report/event.ts";
import { frameDetail, frameName } from "../src/report/frame-line.ts";
import { FrameLister, type FrameListing } from "../src/report/frame-object.ts";
import { type Example, familyPage, familyTable, MARK, type RuleExamples } from "../src/report/rules.ts";
import { rules } from "../src/rules/index.ts";
import type { Rule } from "../src/rules/rule.ts";
import { play, playSegments } from "../src/testing/play.ts";
import { type RuleCases, type Story, written } from "../src/testing.ts";
import type { TlsFacts } from "../src/tls/facts.ts";

// The rules' own test files are read for their cases; nothing is tested here a second time.
const collected = vi.hoisted(() => new Map<string, RuleCases>());
vi.mock("../src/testing.ts", async (original) => ({
  ...(await original<typeof import("../src/testing.ts")>()),
  testRule: (rule: Rule, cases: RuleCases) => void collected.set(rule.id, cases),
}));

const root = new URL("../", import.meta.url);
const update = process.env["UPDATE_DOCS"] !== undefined;
const families = [...new Set(rules.map(({ id }) => id.slice(0, id.indexOf("/"))))];

for (const path of readdirSync(new URL("./rules/", import.meta.url), { recursive: true })
  .map(String)
  .sort()) {
  // Those in a family's folder are made of testRule alone, or nearly so.
  if (/^[\w-]+\/[\w-]+\.test\.ts$/.test(path)) await import(new URL(`./rules/${path}`, import.meta.url).href);
}

const examples: Record<string, RuleExamples> = {};
for (const rule of rules) {
  const cases = collected.get(rule.id);
  if (cases === undefined) continue;
  const [illegal] = Object.entries(cases.invalid);
  // A near miss may break another rule.
  const legal = Object.entries(cases.valid)
    .map(([name, given]) => [name, typeof given === "function" ? given : given.frames] as const)
    .find(([, story]) => play(story, { rules }).findings.every(({ severity }) => severity !== "error"));
  examples[rule.id] = {
    ...(illegal === undefined
      ? {}
      : { illegal: exampleOf(rule, illegal[0], illegal[1].frames, illegal[1].options, illegal[1].tls) }),
    ...(legal === undefined ? {} : { legal: exampleOf(rule, legal[0], legal[1]) }),
  };
}

function exampleOf(
  rule: Rule,
  name: string,
  story: Story,
  options: Readonly<Record<string, number>> = {},
  tls?: Partial<TlsFacts>,
): Example {
  const { segments, frames } = written(story);
  const clock = new Clock();
  const listings: FrameListing[] = [];
  const lister = new FrameLister(
    () => clock,
    () => [],
    false,
    (frame) => void listings.push(frame),
  );
  const played = playSegments(segments, { rules: [rule], listeners: [lister], thresholds: { [rule.id]: options }, tls });
  const faulty = new Set(played.findings.map(({ frame }) => `${frame.from} ${frame.offset}`));
  const lines: string[] = [];
  for (const frame of listings) {
    // The opening that every story has by itself is not the point.
    const told = frames.find(({ from, offset, end }) => from === frame.from && frame.offset >= offset && frame.offset < end);
    if (told?.number === 0 && !faulty.has(`${frame.from} ${frame.offset}`)) continue;
    const mark = faulty.has(`${frame.from} ${frame.offset}`) ? MARK : "  ";
    const shown = frame as unknown as FrameObject; // what a line shows is in both
    const detail = [frameDetail(shown), frame.fault === undefined ? "" : `(${frame.fault})`]
      .filter((part) => part !== "")
      .join("  ");
    lines.push(`${mark}${frame.from}  ${frameName({ ...shown, kind: frame.kind }).padEnd(16)} ${detail}`.trimEnd());
  }
  for (const { frame, from } of played.findings.map(({ frame }) => ({ frame, from: frame.from }))) {
    if (frame.kind === "preface") lines.unshift(`${MARK}${from}  preface`);
    if (frame.kind === "close") lines.push(`${MARK}${from}  close`);
    if (frame.kind.startsWith("tls-")) lines.unshift(`${MARK}${from}  TLS ${frame.kind.slice(4)}`);
  }
  return { name, frames: shortened(lines) };
}

/** Runs of like lines and long middles are folded. */
function shortened(lines: readonly string[]): string[] {
  const folded: string[] = [];
  for (let i = 0; i < lines.length; ) {
    let like = i + 1;
    const shape = (line: string) => line.replace(/\[\d+\]/, "[]");
    while (like < lines.length && shape(lines[like]!) === shape(lines[i]!)) like++;
    if (like - i > 3) folded.push(lines[i]!, `          ... ${like - i - 2} more like it`, lines[like - 1]!);
    else folded.push(...lines.slice(i, like));
    i = like;
  }
  if (folded.length <= 16) return folded;
  return [...folded.slice(0, 7), `          ... ${folded.length - 14} frames`, ...folded.slice(-7)];
}

const files: Record<string, string> = { "docs/rules/examples.json": `${JSON.stringify(examples, undefined, 1)}\n` };
for (const family of families) {
  const of = rules.filter(({ id }) => id.startsWith(`${family}/`));
  files[`docs/rules/${family}.md`] = familyPage(family, of, examples);
}
const BEGIN = "<!-- rules: made by npm run docs -->";
const END = "<!-- /rules -->";
const readme = readFileSync(new URL("README.md", root), "utf8");
const [before = "", rest = ""] = readme.split(BEGIN);
files["README.md"] = `${before}${BEGIN}\n${familyTable(rules)}\n${END}${rest.slice(rest.indexOf(END) + END.length)}`;

it.each(Object.keys(files))("%s says what the rules say", (path) => {
  const file = new URL(path, root);
  if (update) writeFileSync(file, files[path]!);
  expect(existsSync(file) ? readFileSync(file, "utf8") : "", "run `npm run docs`").toBe(files[path]);
});

it("there is no page of a family that is gone", () => {
  const pages = readdirSync(new URL("docs/rules/", root)).filter((name) => name.endsWith(".md"));
  expect(pages.sort()).toEqual(families.map((family) => `${family}.md`).sort());
});

it("every rule has an example of both kinds", () => {
  // What pairing finds is made of a fault that is none and its answer: its cases stand with pairing.
  const judged = rules.filter(({ meta }) => meta.inPairing !== true);
  const lacking = judged.filter(({ id }) => examples[id]?.illegal === undefined || examples[id]?.legal === undefined);
  expect(lacking.map(({ id }) => id)).toEqual([]);
});
