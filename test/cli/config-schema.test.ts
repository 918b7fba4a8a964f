// docs/config.schema.json says the same of a configuration as the program that reads it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020, type AnySchemaObject } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadConfig } from "../../src/cli/config.ts";
import { H2lintError } from "../../src/error.ts";
import { runs, seedOr } from "../fuzzing.ts";

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
  [false, { constructor: true }],
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

describe("any configuration", () => {
  const severity = fc.constantFrom("error", "warning", "info", "off", "never", "fatal");
  const odd = fc.oneof(
    fc.string({ maxLength: 5 }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.nat(), { maxLength: 2 }),
  );
  const setting = fc.oneof(
    { weight: 3, arbitrary: severity },
    {
      weight: 2,
      arbitrary: fc.tuple(severity, fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.oneof(fc.nat(), odd), { maxKeys: 2 })),
    },
    { weight: 1, arbitrary: odd },
  );
  const near = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 5, arbitrary: arbitrary as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: odd });
  const given = fc.record(
    {
      ...{ preset: near(fc.constantFrom("recommended", "strict", "all")), profile: near(fc.constantFrom("rfc9113", "rfc7540")) },
      ...{ failOn: near(severity), requireComplete: near(fc.boolean()) },
      rules: near(fc.dictionary(fc.constantFrom("headers/*", "a/b", "grpc/te-missing", "x", ""), setting, { maxKeys: 3 })),
      colour: odd,
    },
    { requiredKeys: [] },
  );

  it("is taken where the schema takes it", async () => {
    const run = fc.asyncProperty(given, async (config) => {
      expect(await isTaken(config), JSON.stringify(config)).toBe(valid(config));
    });
    await fc.assert(run, { seed: seedOr(3), numRuns: runs(200) });
  });

  it("as text is read, or refused in one line", async () => {
    const pieces = fc.constantFrom(
      ...[
        "rules:",
        "\n  ",
        "\n",
        "preset: all",
        "- ",
        "{",
        "}",
        "[",
        "]",
        '"',
        ": ",
        "&a ",
        "*a",
        "!!js/function ",
        "\t",
        "\0",
        "é",
        "? ",
      ],
    );
    const run = fc.asyncProperty(
      fc.oneof(
        fc.array(pieces, { maxLength: 12 }).map((list) => list.join("")),
        fc.string({ maxLength: 30 }),
      ),
      fc.constantFrom("yaml", "json"),
      async (text, extension) => {
        const path = join(folder, `any.${extension}`);
        writeFileSync(path, text);
        try {
          await loadConfig(path, folder);
        } catch (error) {
          expect(error, text).toBeInstanceOf(H2lintError);
          expect((error as H2lintError).message, text).toMatch(/^any\.(yaml|json): [^\n]+$/);
        }
      },
    );
    await fc.assert(run, { seed: seedOr(4), numRuns: runs(300) });
  });

  it("that stands for itself again and again is no bomb", async () => {
    // YAML's aliases: ten of ten of ten.
    const lines = Array.from(
      { length: 12 },
      (_, i) =>
        `a${i}: &a${i} [${
          i === 0
            ? "x"
            : Array(10)
                .fill(`*a${i - 1}`)
                .join(", ")
        }]`,
    );
    writeFileSync(join(folder, "bomb.yaml"), `${lines.join("\n")}\n`);
    await expect(loadConfig("bomb.yaml", folder)).rejects.toThrow(H2lintError);
  });
});

const page = readFileSync(new URL("../../docs/ci.md", import.meta.url), "utf8");
const examples = [...page.matchAll(/^```yaml\n(# h2lint\.config\.yaml\n.*?)^```/gms)].map(([, text]) => text!);

it("the examples of docs/ci.md are valid", async () => {
  expect(examples.length).toBeGreaterThan(1);
  for (const example of examples) {
    const config = parse(example) as object;
    expect([valid(config), valid.errors]).toEqual([true, null]);
    expect(await isTaken(config), example).toBe(true);
  }
});
