import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorCodeName } from "../../src/http2/error-code.ts";
import { families, familyOf } from "../../src/rules/families.ts";
import { rules } from "../../src/rules/index.ts";
import type { Rule } from "../../src/rules/rule.ts";

const here = new URL("./", import.meta.url);
const source = new URL("../../src/rules/", here);
// The engine and the makers of rules hold no rules.
const NO_FAMILY = /^(?:engine|shapes)\//;
// What stands in a family's folder.
const filesOf = (folder: URL) =>
  readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => path.includes("/") && !NO_FAMILY.test(path) && path.endsWith(".ts"))
    .sort();
const textOf = (path: string) => readFileSync(new URL(path, source), "utf8");

describe("the registry", () => {
  it("names each rule once", () => {
    const ids = rules.map(({ id }) => id);
    expect(ids.length).toBe(new Set(ids).size);
    expect(ids.length).toBeGreaterThan(60);
  });

  it("holds every rule that a file exports", async () => {
    const exported: string[] = [];
    for (const path of filesOf(source)) {
      const module: Record<string, unknown> = await import(new URL(path, source).href);
      for (const value of Object.values(module)) {
        if (typeof value === "object" && value !== null && "meta" in value && "id" in value) exported.push(String(value.id));
      }
    }
    expect(exported.sort()).toEqual(rules.map(({ id }) => id).sort());
  });

  it("has the families in the order of judgement", () => {
    const all = rules.map(({ id }) => familyOf(id));
    expect(all.filter((family, i) => family !== all[i - 1])).toEqual(families);
  });
});

describe("the tests", () => {
  it("stand beside the files", () => {
    for (const path of filesOf(source)) expect(existsSync(new URL(path.replace(/\.ts$/, ".test.ts"), here)), path).toBe(true);
  });

  it("call testRule for every export of their file", async () => {
    for (const path of filesOf(source)) {
      const test = readFileSync(new URL(path.replace(/\.ts$/, ".test.ts"), here), "utf8");
      const module: Record<string, unknown> = await import(new URL(path, source).href);
      for (const [name, rule] of Object.entries(module)) {
        // What is found in pairing needs more than one rule to be tested.
        if ((rule as Rule).meta.inPairing !== true) expect(test, path).toContain(`testRule(${name}, `);
      }
    }
  });
});

describe.each(rules.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  const { meta } = rule;

  it("stands in the folder of its family", () => {
    const paths = filesOf(source).filter(
      (path) => textOf(path).includes(`"${id}"`) || textOf(path).includes(`fault("${nameOf(id)}"`),
    );
    expect(paths.map((path) => path.slice(0, path.indexOf("/")))).toEqual([familyOf(id)]);
  });

  it("has a name of words and hyphens", () => expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-[a-z0-9]+)*$/));

  it("has one line as title, without a full stop", () => expect(meta.title).toMatch(/^[A-Z0-9][^\n]*[^.\s]$/));

  it("cites a section for what it demands", () => {
    expect(meta.spec.length).toBeGreaterThan(0);
    for (const { rfc, document, section } of meta.spec) {
      expect((rfc === undefined) !== (document === undefined)).toBe(true);
      expect(section).toMatch(rfc === undefined ? /\S/ : /^\d+(?:\.\d+)*$/);
    }
  });

  it("listens to something", () => {
    const { judge, upgrade, tls, frame, tick, fields, streamEnd, tcpWindow, end, connectionEnd, note, when } = rule;
    const { messageStart, message, status, finish, reset, callEnd } = rule;
    const ofCalls = [messageStart, message, status, finish, reset, callEnd];
    const handlers = [judge, upgrade, tls, frame, tick, fields, streamEnd, tcpWindow, end, connectionEnd, note, ...ofCalls];
    expect(handlers.some((handler) => handler !== undefined)).toBe(meta.inPairing !== true);
    if (judge !== undefined) expect(when).toBeDefined();
    if (when !== undefined) expect(judge ?? status).toBeDefined();
  });

  it("has messages with well-formed holes", () => {
    expect(Object.keys(meta.messages).length).toBeGreaterThan(0);
    for (const message of Object.values(meta.messages)) {
      expect(message.replace(/\{[a-zA-Z]\w*\}/g, "")).not.toMatch(/[{}]/);
      expect(message).toMatch(/\S/);
      expect(message).not.toMatch(/[.\n]$/);
    }
  });

  it("explains itself in sentences", () => {
    for (const text of [meta.docs.why, meta.docs.fix]) expect(text).toMatch(/^[A-Z"].*[.)]$/s);
  });

  it("expects codes of the RFC, and none where it is to be ignored", () => {
    for (const code of meta.expect.codes) expect(CODES.has(code), code).toBe(true);
    if (meta.expect.ignore === true) expect(meta.expect.codes).toEqual([]);
  });

  it("names each need once", () => expect(new Set(meta.needs).size).toBe(meta.needs.length));
});

const nameOf = (id: string) => id.slice(id.indexOf("/") + 1);
const CODES = new Set(Array.from({ length: 14 }, (_, code) => errorCodeName(code)));
