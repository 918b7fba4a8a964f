// Shares of the connections, judged each by itself and merged, are what one run over all is: the same events, with the same numbers, in the
// same order. Where a connection is read by what one of another share shows, or a bound over all could be reached, that is found.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import type { AnalyzeOptions } from "../../src/analyze-options.ts";
import { defaultLimits } from "../../src/limits.ts";
import { rules } from "../../src/rules/index.ts";
import { selectRules } from "../../src/rules/selection.ts";
import { judgeShare } from "../../src/shares/judge-share.ts";
import { Indivisible, mergeParts } from "../../src/shares/merge-parts.ts";
import type { PartLine } from "../../src/shares/part.ts";
import { partOf } from "../../src/shares/part-lines.ts";
import { writeRotatedSet } from "./rotated-set.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const own = capturesIn("samples/");
// One of eleven, always the same ones; all where the run is to be thorough.
const thorough = (process.env["FUZZ"] ?? "") !== "";
const shared = capturesIn("../shared/captures/").filter((_, index) => thorough || index % 11 === 0);

function capturesIn(folder: string): string[] {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder, { recursive: true, encoding: "utf8" })
    .map((name) => folder + name.replaceAll("\\", "/"))
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort();
}

// As they are written to a file and read again.
async function* throughJson(lines: AsyncIterable<readonly PartLine[]>): AsyncGenerator<readonly PartLine[]> {
  for await (const piece of lines) yield JSON.parse(JSON.stringify(piece)) as PartLine[];
}

const textsOf = async (events: AsyncIterable<unknown>): Promise<string[]> => {
  const texts: string[] = [];
  for await (const some of events) for (const event of [some].flat()) texts.push(JSON.stringify(event));
  return texts;
};

async function merged(files: readonly string[], options: AnalyzeOptions, shares: number): Promise<string[]> {
  const parts = [];
  for (let index = 0; index < shares; index++) {
    const selection = () => ({ connections: 0, matched: false });
    const lines = judgeShare(files, options, { index, of: shares }, { captures: "", options: "" }, selection);
    parts.push(await partOf(throughJson(lines)));
  }
  const limits = { ...defaultLimits, ...options.limits };
  return textsOf(mergeParts(parts, { rules, active: selectRules(rules, options), limits }));
}

async function expectSame(files: readonly string[], options: AnalyzeOptions, numbers: readonly number[]): Promise<void> {
  const whole = await textsOf(analyze(files, options));
  for (const shares of numbers) {
    // Not to be divided: it says so, and that is all right; tests below say when it must not.
    const parts = await merged(files, options, shares).catch((error: unknown) => {
      if (error instanceof Indivisible) return undefined;
      throw error;
    });
    if (parts !== undefined) expect(parts).toEqual(whole);
  }
}

describe("shares of the connections, merged, are the whole", () => {
  it.each([...own, ...shared])("%s", async (name) => {
    await expectSame([root + name], { preset: "all" }, [2, 8]);
  });

  it.skipIf(own.length === 0)("also where connections are given up for others", async () => {
    for (const name of own) await expectSame([root + name], { limits: { flows: 1 } }, [2]);
  });
});

describe("a rotated set of ten files with connections across them", () => {
  const folder = mkdtempSync(join(tmpdir(), "h2lint-shares-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const files = writeRotatedSet(folder);

  it("has what shows only over several connections", async () => {
    const found = new Set<string>();
    for await (const event of analyze(files, { preset: "all" })) if (event.kind === "finding") found.add(event.rule);
    for (const rule of ["preface/connection-refused", "abuse/connection-churn", "health/reconnect-loop"])
      expect([...found]).toContain(rule);
  });

  it.each([{}, { preset: "strict" }, { session: "each" }, { only: { host: "10.0.0.7" } }] as const)("%o", async (options) => {
    const whole = await textsOf(analyze(files, options));
    for (const shares of [1, 2, 8]) expect(await merged(files, options, shares)).toEqual(whole);
  });
});

describe("what has no shares", () => {
  const folder = mkdtempSync(join(tmpdir(), "h2lint-indivisible-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const files = writeRotatedSet(folder);

  it("is what could reach a bound over all connections", async () => {
    // All at once: within it each share alone would be.
    await expect(merged(files, { limits: { closedStreamsTotal: 6 } }, 8)).rejects.toThrow(/closed streams that are remembered/);
    expect(await merged(files, { limits: { closedStreamsTotal: 60 } }, 8)).toHaveLength(
      (await textsOf(analyze(files, { limits: { closedStreamsTotal: 60 } }))).length,
    );
  });
});
