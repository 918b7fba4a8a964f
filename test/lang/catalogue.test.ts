// The Chinese catalogue against the English in the code.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { RuleText } from "../../src/lang/language.ts";
import { zh } from "../../src/lang/zh/catalogue.ts";
import { familyOf } from "../../src/rules/families.ts";
import { rules } from "../../src/rules/index.ts";

const source = new Map(
  rules.map(({ id, meta }): [string, RuleText] => [id, { title: meta.title, messages: meta.messages, ...meta.docs }]),
);
const holesOf = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
const missing = [...source.keys()].filter((id) => !Object.hasOwn(zh.rules, id));

/** Families that are read in English for now. Nothing else may be missing, and what is here must be. */
const ENGLISH: readonly string[] = [
  "preface",
  "upgrade",
  "frame",
  "continuation",
  "settings",
  "stream-id",
  "push",
  "priority",
  "priority-update",
  "ext",
  "tls",
  "abuse",
  "health",
];

describe("the rules in Chinese", () => {
  it("are all there but of the families named here", () => {
    expect([...new Set(missing.map(familyOf))]).toEqual(ENGLISH);
    const partly = Object.keys(zh.rules).filter((id) => ENGLISH.includes(familyOf(id)));
    expect(partly, "of a family all or nothing").toEqual([]);
  });

  it("are of rules that there are", () => expect(Object.keys(zh.rules).filter((id) => !source.has(id))).toEqual([]));

  it.each(Object.entries(zh.rules))("%s has the messages of its rule, and their holes", (id, text) => {
    const { messages } = source.get(id)!;
    expect(Object.keys(text.messages).sort()).toEqual(Object.keys(messages).sort());
    for (const [name, template] of Object.entries(text.messages))
      expect(holesOf(template), name).toEqual(holesOf(messages[name]!));
    for (const words of [text.title, text.why, text.fix, ...Object.values(text.messages)]) {
      expect(words).toMatch(/\p{Script=Han}/u);
      // Chinese marks beside Chinese characters, and a blank beside what is not.
      expect(words).not.toMatch(/\p{Script=Han}[,;:]|[,;:]\p{Script=Han}/u);
      expect(words).not.toMatch(/\p{Script=Han}[A-Za-z0-9]|[A-Za-z0-9]\p{Script=Han}/u);
    }
  });
});

describe("the texts in Chinese", () => {
  it.each(Object.entries(zh.texts))("%s: the same holes", (english, chinese) => {
    expect(holesOf(chinese)).toEqual(holesOf(english));
  });

  it("stand in the code, so that an edit there is followed here", () => {
    const root = new URL("../../src/", import.meta.url);
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
      (name) => name.endsWith(".ts") && !name.startsWith("lang"),
    );
    const code = files.map((name) => readFileSync(new URL(name, root), "utf8")).join("\n");
    // The label of a table, the key of an object.
    const stands = (text: string) =>
      code.includes(JSON.stringify(text)) || code.includes(` ${text}:`) || code.includes(`\`${text}`);
    const templates = (text: string) => stands(text.replace(/ \((cut|the \{other\}).*$/, "")) || code.includes(text);
    expect(Object.keys(zh.texts).filter((text) => !stands(text) && !templates(text))).toEqual([]);
  });
});
