// docs/config.schema.json says the same of a configuration as the program that reads it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import { afterAll, expect, it } from "vitest";
import { loadConfig } from "../../src/cli/config.ts";

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));
const valid = new Ajv2020().compile(read("docs/config.schema.json") as AnySchemaObject);
const folder = mkdtempSync(join(tmpdir(), "h2lint-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Without its modules, which are not there. */
async function isTaken(config: unknown): Promise<boolean> {
  writeFileSync(join(folder, "h2lint.config.json"), JSON.stringify(config));
  try {
    await loadConfig(undefined, folder);
    return true;
  } catch (error) {
    return /no such file/.test(String(error));
  }
}

it.each<[boolean, unknown]>([
  [true, {}],
  [true, { $schema: "node_modules/h2lint/docs/config.schema.json" }],
  [true, { preset: "strict", profile: "rfc7540", failOn: "never", requireComplete: true }],
  [true, { rules: { "headers/*": "warning", "a/b": "off", "c/d": ["error", { most: 3 }] } }],
  [true, { rules: { "headers/*": ["warning", {}] } }],
  [true, { ruleFiles: ["a.mjs"] }],
  [true, read("docs/own-rules/h2lint.config.json")],
  [true, { baseline: "known.json" }],
  [true, { assert: {} }],
  [true, { assert: { resets: ["CANCEL", "0x1f"], goaways: [], methods: ["/a.B/*"], connections: 2, fieldSectionSize: 8192 } }],
  [
    true,
    { assert: { calls: { "*": 9 }, errors: { "GET /x": 0 }, latency: { "/a.B/C": { p50: "9us", p99: "1.5s", max: "2s" } } } },
  ],
  [true, { assert: { findings: { "abuse/*": 0, "grpc/status": 1, "*": 2 } } }],
  [false, { assert: [] }],
  [false, { assert: { reset: [] } }],
  [false, { assert: { resets: ["CANCELLED"] } }],
  [false, { assert: { resets: "CANCEL" } }],
  [false, { assert: { methods: [""] } }],
  [false, { assert: { connections: -1 } }],
  [false, { assert: { calls: { "*": 0.5 } } }],
  [false, { assert: { errors: 0 } }],
  [false, { assert: { latency: { "*": {} } } }],
  [false, { assert: { latency: { "*": { p95: "1s" } } } }],
  [false, { assert: { latency: { "*": { p99: "1m" } } } }],
  [false, { assert: { latency: { "*": { p99: 50 } } } }],
  [false, { assert: { fieldSectionSize: "8k" } }],
  [false, { assert: { findings: { abuse: 0 } } }],
  [false, { baseline: "" }],
  [false, { baseline: true }],
  [false, []],
  [false, { colour: true }],
  [false, { preset: "some" }],
  [false, { profile: "rfc2616" }],
  [false, { failOn: "off" }],
  [false, { requireComplete: "yes" }],
  [false, { rules: ["a/b"] }],
  [false, { rules: { "a/b": "fatal" } }],
  [false, { rules: { "a/b": ["error"] } }],
  [false, { rules: { "a/b": ["error", { most: "3" }] } }],
  [false, { rules: { "headers/*": ["warning", { most: 3 }] } }],
  [false, { ruleFiles: "a.mjs" }],
  [false, { ruleFiles: [1] }],
])("%s: %j", async (expected, config) => {
  expect(valid(config)).toBe(expected);
  expect(await isTaken(config)).toBe(expected);
});
