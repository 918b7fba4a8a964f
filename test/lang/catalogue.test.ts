// The Chinese catalogue against the English in the code.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { diagnostics } from "../../src/diagnostic.ts";
import { fill, partsOf } from "../../src/lang/fill.ts";
import { Language, type RuleText } from "../../src/lang/language.ts";
import { zh } from "../../src/lang/zh/catalogue.ts";
import { dictionary } from "../../src/pairing/dictionary.ts";
import { sayings } from "../../src/pairing/sayings.ts";
import { grpcMeaning, meaningOf, statusMeaning } from "../../src/report/meanings.ts";
import { familyOf } from "../../src/rules/families.ts";
import { rules } from "../../src/rules/index.ts";
import { usedTexts } from "./used.ts";

const source = new Map(
  rules.map(({ id, meta }): [string, RuleText] => [id, { title: meta.title, messages: meta.messages, ...meta.docs }]),
);
const holesOf = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
const missing = [...source.keys()].filter((id) => !Object.hasOwn(zh.rules, id));

/** Families that are read in English. Nothing else may be missing, and what is here must be. */
const ENGLISH: readonly string[] = [];

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
    // Code puts these together: their parts stand there.
    // Of these a run shows them: terminal.test.ts.
    const shown = ["budget", "misuse", "said", "difference", "a", "b", "message"];
    const words = Object.entries(zh.values)
      .filter(([of]) => !shown.includes(of))
      .flatMap(([, table]) => Object.keys(table).flatMap((text) => text.split(/\{\w+\}| is$/)));
    const parts = words
      .flatMap((text) => text.match(/[A-Za-z][^"]{4,}/g) ?? [])
      .filter((text) => !/^(?:FIN|RST) of the/.test(text));
    expect(parts.filter((text) => !code.includes(text.replace(/\W+$/, "")))).toEqual([]);
  });
});

describe("what the code asks for", () => {
  const { texts, nouns } = usedTexts();

  it("is translated: each text", () =>
    expect([...texts].filter(([text]) => text !== "" && !Object.hasOwn(zh.texts, text))).toEqual([]));

  it("is translated: each noun that is counted", () =>
    expect([...nouns].filter(([noun]) => !Object.hasOwn(zh.nouns, noun))).toEqual([]));

  it("is found in calls, in their choices, and in the tables that they look up", () => {
    const code = `
      import { WORDS as W } from "./words.ts";
      const own = flag ? "own {n}" : "other {n}";
      say.text(own, { n });
      this.#in.text(flag ? "first" : (SIGNS.get(key) ?? "second"));
      page.in.text(W[key] ?? key);
      this.#page.label("label", "no text");
      ["head", "foot"].map((title) => say.text(title));
      counted(say, n, "stone");
      other.text("not asked for");
      const SIGNS = new Map([[1, "sign"]]);`;
    const found = usedTexts([
      ["report/a.ts", code],
      ["report/words.ts", 'export const WORDS = { ...MORE, a: "word" }; const MORE = { b: "more" };'],
    ]);
    expect([...found.texts.keys()].sort()).toEqual([
      "first",
      "foot",
      "head",
      "label",
      "other {n}",
      "own {n}",
      "second",
      "sign",
      "word",
    ]);
    expect([...found.nouns.keys()]).toEqual(["stone"]);
  });
});

describe("what is said without knowing who reads", () => {
  const say = new Language(zh);
  const isSaid = (english: string) => say.phrase(english) !== english;

  it("is translated: diagnostics", () => {
    const all = Object.values(diagnostics).map(({ text }) => text);
    expect(all.filter((text) => text !== "{text}" && !Object.hasOwn(zh.phrases, text))).toEqual([]);
  });

  it("is translated: what sayings, and texts and lines of known software stand for", () => {
    const said = [
      ...sayings.map(({ says }) => says),
      ...dictionary.flatMap(({ texts = [], lines = [], pings = [] }) =>
        [...texts, ...lines, ...pings].flatMap(({ says }) => says ?? []),
      ),
      ...dictionary.flatMap(({ name, refuses = [] }) => refuses.map(({ input }) => `${name} refuses ${input}`)),
    ];
    expect(said.length).toBeGreaterThan(200);
    expect(said.filter((text) => !isSaid(text))).toEqual([]);
  });

  it("is translated: what statuses and error codes mean", () => {
    const meanings = [
      ...Array.from({ length: 200 }, (_, i) => statusMeaning(400 + i)),
      ...Array.from({ length: 17 }, (_, status) => grpcMeaning(status)),
      ...["HTTP_1_1_REQUIRED", "INADEQUATE_SECURITY", "0xfa", "0x11170", "0x11177"].map((errorCode) =>
        meaningOf({ kind: "goaway", errorCode }),
      ),
    ].filter((text) => text !== undefined);
    expect(meanings.length).toBeGreaterThan(40);
    expect(meanings.filter((text) => !isSaid(text))).toEqual([]);
  });

  it.each(Object.entries(zh.phrases))("%s: the same holes", (english, chinese) => {
    expect(holesOf(chinese)).toEqual(holesOf(english));
  });

  it.each(Object.keys(zh.phrases))("%s: no form before it takes what has this one", (form) => {
    const filled = fill(form, Object.fromEntries((form.match(/\w+(?=\})/g) ?? []).map((hole) => [hole, `<${hole}>`])));
    const taken = Object.keys(zh.phrases).find((other) => partsOf(other, filled) !== undefined || other === filled);
    expect(taken).toBe(form);
  });
});

describe("words in holes of messages", () => {
  const say = new Language(zh);
  const rule = (id: string) => rules.find((one) => one.id === id)!;
  const said = (id: string, message: string, data: Record<string, string | number>) =>
    say.message(fill(rule(id).meta.messages[message]!, data), data, rule(id));

  it("are known by their form", () =>
    expect(
      said("health/reconnect-loop", "loop", { count: 5, server: "a:1", seconds: 3, how: "GOAWAY(PROTOCOL_ERROR) of the server" }),
    ).toBe(
      "3 s 内连续有 5 个到 a:1 的连接刚开始就结束，没有一个请求得到响应；最后一个的结束方式：服务端的 GOAWAY(PROTOCOL_ERROR)",
    ));

  it("stay as they are where the form is another", () =>
    expect(said("health/reconnect-loop", "loop", { count: 5, server: "a:1", seconds: 3, how: "FIN of somebody" })).toContain(
      "FIN of somebody",
    ));
});
