// A number with a unit that a page states is one that the code has, or that a benchmark or a test makes.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { describe, expect, it } from "vitest";
import { defaultLimits, defaultMaxMemory } from "../src/limits.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");
const flat = (text: string): string => text.replace(/\s+/g, " ");

/** The value of `const NAME = 4 << 20;` in a source file. */
function constant(path: string, name: string): number {
  const [, value] = new RegExp(`const ${name} = ([\\d_]+)(?: << (\\d+))?;`).exec(read(path)) ?? [];
  const shift = new RegExp(`const ${name} = [\\d_]+ << (\\d+);`).exec(read(path))?.[1] ?? "0";
  if (value === undefined) throw new Error(`${path} has no ${name}`);
  return Number(value.replaceAll("_", "")) * 2 ** Number(shift);
}

/** The number in a line of a source file. */
function within(path: string, line: RegExp): number {
  const found = line.exec(read(path))?.[1];
  if (found === undefined) throw new Error(`${path} has no ${line}`);
  return Number(found);
}

const MiB = (octets: number): string => `${octets / 2 ** 20} MiB`;
const KiB = (octets: number): string => `${octets / 2 ** 10} KiB`;
const count = (value: number): string => value.toLocaleString("en-US");
const word = (value: number): string =>
  ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"][value] ?? String(value);
const points = (line: RegExp): string => `+${within("src/pairing/score.ts", line)}`;

const limits = defaultLimits;
const megabytes = defaultMaxMemory / 2 ** 20;

/** What pages say of the code. */
const stated: readonly (readonly [page: string, sentence: string])[] = [
  ["README.md", `A run is sized for ${megabytes} MB`],
  ["docs/performance.md", `It is sized for ${megabytes} MB`],
  ["docs/performance.md", `the memory that may be used: ${megabytes} MB unless`],
  ["docs/assistant.md", `An answer has ${within("src/cli/mcp/tools.ts", /max: 1000 \}\), (\d+)\)/)} lines`],
  ["docs/assistant.md", `(\`limit\`, at most ${within("src/cli/mcp/tools.ts", /max: (\d+) \}\), 200\)/)})`],
  ["docs/assistant.md", `about ${count(constant("src/cli/mcp/excerpt.ts", "TOTAL"))} characters at most`],
  ["docs/assistant.md", `after ${word(constant("src/cli/mcp/answer.ts", "TIMEOUT") / 60_000)} minutes`],
  ["docs/browser.md", `read in pieces of ${constant("src/capture/source.ts", "PIECE") / 2 ** 20} MB`],
  [
    "docs/calls.md",
    `${KiB(limits.messageOctets)} (\`grpc/decompress-failed\`: ${MiB(constant("src/grpc/decompress.ts", "MAX_OUTPUT"))})`,
  ],
  ["docs/calls.md", `of all that wait ${MiB(limits.keptOctets)}`],
  ["docs/calls.md", `| metadata of an exchange | ${KiB(constant("src/report/metadata.ts", "LONGEST"))} |`],
  ["docs/calls.md", `| schemas by reflection | ${MiB(limits.schemaOctets)} |`],
  ["docs/calls.md", `Of each content up to ${KiB(limits.messageOctets)} are there`],
  ["docs/captures.md", `more than ${MiB(constant("src/capture/unpacking.ts", "largestHistory"))} of history`],
  ["docs/captures.md", `up to ${word(constant("src/detect/detector.ts", "TUNNELS"))} deep`],
  ["docs/captures.md", `At most ${limits.openCaptures} files that overlap in time`],
  ["docs/judgement.md", `up to ${MiB(constant("src/detect/role-search.ts", "HELD"))} of a connection`],
  ["docs/judgement.md", `captured twice within ${limits.duplicateTime / 1e6} ms`],
  ["docs/judging.md", `| exact | ${constant("src/pairing/score.ts", "EXACT")} points or more`],
  ["docs/judging.md", `| likely | ${constant("src/pairing/score.ts", "LIKELY")} points or more |`],
  ["docs/judging.md", `| its text is known as this software's words for this fault | ${points(/suit\((\d), `its text is \$/)} |`],
  ["docs/judging.md", `or its text names the stream | ${points(/add\((\d), "it is on the same stream"/)} |`],
  ["docs/judging.md", `the software is known to answer so | ${points(/suit\((\d), `\$\{known\.name\} answers so/)} each |`],
  ["docs/judging.md", `| it is the last fault before the answer | ${points(/add\((\d), "it is the last fault/)} |`],
  ["docs/judging.md", `which may stand for any fault | ${points(/suit\((\d), `\$\{code\} may stand for any/)} |`],
  ["docs/judging.md", `it came in time | ${points(/add\((\d), "the answer came in time"/)} each |`],
  [
    "docs/judgement.md",
    `below ${constant("src/model/connection-model.ts", "LEAST_FRAME") + within("src/model/connection-model.ts", /LEAST_OPENING = LEAST_FRAME \+ (\d)/)} bytes no HEADERS`,
  ],
  [
    "docs/judgement.md",
    `${constant("src/model/table-solver.ts", "GROWTH")} bytes of the table for each byte that is missing are allowed for, or ${constant("src/model/table-solver.ts", "BLOCK_GROWTH")} for each request`,
  ],
  ["docs/logs.md", `At most ${count(limits.logEvents)} relevant lines per log are kept, ${KiB(limits.logLine)} per line`],
  [
    "docs/outputs.md",
    `Up to ${count(limits.comments)} comments are written, and ${constant("src/report/annotated/annotated.ts", "MOST")} on one packet`,
  ],
  ["docs/outputs.md", `a row group has up to ${count(constant("src/report/parquet/column.ts", "GROUP"))} rows`],
  ["docs/outputs.md", `(up to ${constant("src/report/otlp/otlp.ts", "MOST_EVENTS")})`],
  ["docs/outputs.md", `up to ${constant("src/report/perfetto/perfetto.ts", "LANES")}.`],
  [
    "docs/scale/README.md",
    `at most ${word(constant("src/cli/workers/number.ts", "MOST"))}, from ${constant("src/cli/workers/number.ts", "SMALL") / 2 ** 20} MB of captures on`,
  ],
  ["docs/performance.md", `have ${KiB(constant("bench/decoders.mjs", "LARGEST"))} at the most`],
  ["docs/performance.md", `what has made ${MiB(constant("bench/decoders.mjs", "LIMIT"))} is stopped`],
  ["docs/performance.md", `one that has had ${within("test/layers.test.ts", /has had (\d+) calls/)} calls`],
  ["docs/timeline.md", `The first ${constant("src/report/html/page-data.ts", "shownOctets")} bytes of each DATA frame`],
  ["docs/timeline.md", `Beyond ${count(limits.reportFrames)} frames`],
];

/** What pages say of others, and of captures; with where it comes from. */
const ofOthers: readonly (readonly [page: string, sentence: string])[] = [
  // Of the software that the page is about.
  ["docs/failures/peer-unreachable.md", "(350 s for some load balancers)"],
  ["docs/failures/too-many-pings.md", "a gRPC server wants 5 minutes between PINGs"],
  // A frame of the sample.
  ["samples/README.md", "SETTINGS of 3 bytes"],
  // The rule's own threshold, which its cases test.
  ["docs/judgement.md", "1 s instead of a round trip after the provocation"],
  // bench/run.mjs.
  ["docs/performance.md", "| 2 GB of small RPCs |"],
  // test/extra/web.test.ts.
  ["docs/browser.md", "165 MB of small RPCs"],
  ["docs/browser.md", "longer than 2 s"],
];

describe("what pages say of the code", () => {
  it.each(stated)("%s: %s", (page, sentence) => expect(flat(read(page)).includes(flat(sentence))).toBe(true));
});

// Pages that are made by programs, and checked elsewhere, are not among them.
const pages = ["*.md", "docs/*.md", "docs/failures/*.md", "docs/scale/*.md", "samples/*.md", "test/README.md"]
  .flatMap((pattern) => globSync(pattern, { cwd: root }))
  .filter((page) => !/README\.zh-CN|volo-case|h2spec|CHANGELOG/.test(page));

/** Without examples, names, and what is copied from a benchmark. */
const proseOf = (text: string): string =>
  text
    .replace(/^( *)```.*?^\1```$/gms, "")
    .replace(/<!-- (\w+): copied from one run.*?<!-- \/\1 -->/gs, "")
    .replace(/\]\([^)]*\)/g, "]");

const UNITS =
  "[KMGT]i?B|m?s|%|min\\w*|seconds|times|lines|characters|frames|files|rows|bytes|packets|connections|calls|threads|streams|comments|spans|rules";
const NUMBER = new RegExp(`(?<![\\w./^-])\\d[\\d,.]*\\s(?:${UNITS})\\b|(?<![\\w./^-])\\d[\\d,.]* %`, "g");

it.each(pages)("every number with a unit in %s is among them", (page) => {
  let text = flat(proseOf(read(page)));
  for (const [of, sentence] of [...stated, ...ofOthers]) {
    if (of !== page) continue;
    expect(flat(read(page)).includes(flat(sentence)), sentence).toBe(true);
    text = text.replace(flat(sentence), "");
  }
  expect(text.replace(/`[^`]*`/g, "").match(NUMBER) ?? []).toEqual([]);
});
