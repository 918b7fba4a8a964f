// `explain` and the pages of rules: nothing is wider than the terminal, or than a page.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { explainRule, readExamples } from "../../src/report/rules.ts";
import { widthOf } from "../../src/report/width.ts";
import { rules } from "../../src/rules/index.ts";

const examples = readExamples();

describe("explain", () => {
  it.each(rules.map((rule) => [rule.id, rule] as const))("%s fits 80 columns and loses nothing", (id, rule) => {
    let text = "";
    const own = examples[id] ?? {};
    explainRule((piece) => void (text += piece), { width: 80, color: false, verbose: false, quiet: false }, rule, own);
    expect(text.split("\n").filter((line) => widthOf(line) > 80)).toEqual([]);
    const words = text.replace(/\s+/g, " ");
    for (const frame of [...(own.illegal?.frames ?? []), ...(own.legal?.frames ?? [])])
      expect(words).toContain(frame.trim().replace(/\s+/g, " "));
  });

  it("has examples at hand", () => expect(Object.keys(examples).length).toBeGreaterThan(300));
});

const folder = new URL("../../docs/rules/", import.meta.url);
it.each(readdirSync(folder).filter((name) => name.endsWith(".md")))("examples in %s are of 80 columns", (name) => {
  const blocks = readFileSync(new URL(name, folder), "utf8")
    .split("```")
    .filter((_, i) => i % 2 === 1);
  expect(
    blocks
      .join("")
      .split("\n")
      .filter((line) => widthOf(line) > 80),
  ).toEqual([]);
});
