// The program in a build: what it adds to a job, what is known and accepted, and what is new.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, good, type Program, volo } from "./program.ts";

let program: Program;

beforeAll(async () => {
  program = await build();
}, 120_000);

afterAll(() => program.remove());

const read = (name: string): string => readFileSync(join(program.folder, name), "utf8");
const write = (name: string, text: string): void => writeFileSync(join(program.folder, name), text);

describe("a baseline", () => {
  const entries = (name: string) => (JSON.parse(read(name)) as { entries: Record<string, unknown>[] }).entries;
  const update = (name: string, ...captures: string[]) => program.h2lint(["--baseline", name, "--update-baseline", ...captures]);

  it("is written, and what is in it fails no more", () => {
    const written = update("known.json", volo);
    expect([written.status, written.stderr]).toEqual([0, "h2lint: known.json: 1 added, 0 removed, 0 kept\n"]);
    const today = new Date().toISOString().slice(0, 10);
    expect(JSON.parse(read("known.json"))).toEqual({
      schema: "h2lint-baseline/1",
      entries: [
        {
          fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
          ...{ rule: "grpc/request-trailers", severity: "error", count: 1, reason: "", added: today },
          message: expect.stringContaining("{streamId}") as string,
        },
      ],
    });
    const { status, stdout, stderr } = program.h2lint(["--baseline", "known.json", volo]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("nothing new - 1 in the baseline - everything could be checked");
    expect(stdout).not.toContain("grpc/request-trailers");
    const { findings, summary, baseline } = JSON.parse(
      program.h2lint(["--baseline", "known.json", "-f", "json", volo]).stdout,
    ) as { findings: object[]; summary: object; baseline: object };
    expect(findings).toMatchObject([{ rule: "grpc/request-trailers", baseline: true }]);
    expect(summary).toMatchObject({ errors: 0, baseline: 1, answered: 0 });
    expect(baseline).toEqual({ file: "known.json", stale: [], expired: [] });
    for (const format of ["github", "junit", "sarif", "gitlab", "markdown"]) {
      const { status: code, stdout: text } = program.h2lint(["--baseline", "known.json", "-f", format, volo]);
      expect([code, /<failure|::error|"results": \[\s*\{|"check_name"|## error/.test(text)], format).toEqual([0, false]);
    }
  });

  it("is not touched where nothing changed, and keeps what people wrote", () => {
    update("own.json", volo);
    const own = JSON.stringify({
      schema: "h2lint-baseline/1",
      entries: entries("own.json").map((entry) => ({ added: "2020-01-01", ...entry, reason: "ticket 7", expires: "9999-12-31" })),
    });
    write("own.json", own);
    expect(update("own.json", volo).stderr).toBe("h2lint: own.json: unchanged\n");
    expect(read("own.json")).toBe(own);
  });

  it("names what is stale, and drops it when it is updated", () => {
    update("stale.json", volo);
    const { status, stdout } = program.h2lint(["--baseline", "stale.json", good]);
    expect(status).toBe(0);
    const lines = stdout.split("\n").filter((line) => line.includes("stale.json"));
    expect(lines).toEqual([expect.stringMatching(/^stale\.json: [0-9a-f]{16} {2}grpc\/request-trailers matched nothing: /)]);
    const json = JSON.parse(program.h2lint(["--baseline", "stale.json", "-f", "json", good]).stdout) as { baseline: object };
    expect(json.baseline).toMatchObject({ stale: [{ rule: "grpc/request-trailers" }], expired: [] });
    // Of part of a capture nothing is missed.
    expect(program.h2lint(["--baseline", "stale.json", "--connection", "1", good]).stdout).not.toContain("stale.json");
    expect(update("stale.json", good).stderr).toBe("h2lint: stale.json: 0 added, 1 removed, 0 kept\n");
    expect(entries("stale.json")).toEqual([]);
  });

  it("that has expired is named and accepts nothing", () => {
    update("old.json", volo);
    write("old.json", read("old.json").replace('"reason": ""', '"reason": "until the update", "expires": "2020-02-29"'));
    const { status, stdout } = program.h2lint(["--baseline", "old.json", volo]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/old\.json: [0-9a-f]{16} {2}grpc\/request-trailers was accepted until 2020-02-29, and is still there/);
    expect(update("old.json", volo).status).toBe(0);
    expect(entries("old.json")).toMatchObject([{ reason: "until the update" }]);
    expect(entries("old.json")[0]).not.toHaveProperty("expires");
  });

  it("is named by the configuration too", () => {
    update("named.json", volo);
    write("with-baseline.yaml", "baseline: named.json\n");
    expect(program.h2lint(["--config", "with-baseline.yaml", volo]).status).toBe(0);
  });

  it.each<[string, string | undefined, string[], RegExp]>([
    ["is not there", undefined, [], /bad\.json: no such file \(--update-baseline writes it\)/],
    ["is no JSON", "{", [], /bad\.json: is no JSON/],
    ["is something else", "[]", [], /bad\.json: is no baseline/],
    ["is null", "null", [], /bad\.json: is no baseline/],
    [
      "has an entry without fields",
      '{"schema":"h2lint-baseline/1","entries":[null]}',
      [],
      /entry 1: fingerprint is missing or wrong/,
    ],
    ["has part of a capture to write", undefined, ["--update-baseline", "--stream", "1"], /looks at the whole capture/],
  ])("that %s ends with 2 and one line", (_, text, args, expected) => {
    if (text !== undefined) write("bad.json", text);
    const { status, stdout, stderr } = program.h2lint(["--baseline", "bad.json", ...args, volo]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(expected);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("cannot be updated without a name", () => {
    expect(program.h2lint(["--update-baseline", volo])).toMatchObject({
      status: 2,
      stderr: "h2lint: --update-baseline needs --baseline FILE\n",
    });
  });

  it("is not emptied by a run that saw no HTTP/2", () => {
    update("safe.json", volo);
    const before = read("safe.json");
    writeFileSync(join(program.folder, "none.pcap"), readFileSync(join(program.folder, volo)).subarray(0, 24));
    expect(update("safe.json", "none.pcap").status).toBe(3);
    expect(read("safe.json")).toBe(before);
  });
});

describe("budgets", () => {
  const run = (assert: object, ...args: string[]) => {
    write("budgets.json", JSON.stringify({ assert }));
    return program.h2lint(["--config", "budgets.json", ...args]);
  };

  it("that hold are no failure, broken ones are", () => {
    expect(run({ resets: [], calls: { "*": 3 } }, good)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/no finding - budgets: 2 held - everything could be checked\n$/) as string,
    });
    const { status, stdout } = run({ calls: { "*": 2 } }, "-f", "github", good);
    expect([status, stdout.trimEnd().split("\n").length]).toEqual([1, 1]);
    expect(stdout).toMatch(
      /^::error file=.*title=assert\/calls::at most 2 calls of \*: 3 calls; first on connection 1, stream 1/,
    );
    expect(run({ calls: { "*": 2 } }, "--fail-on", "never", good).status).toBe(0);
  });

  it("do not count what the baseline accepts", () => {
    program.h2lint(["--baseline", "budgeted.json", "--update-baseline", volo]);
    expect(run({ findings: { "grpc/*": 0 } }, "--fail-on", "never", "-f", "json", volo).stdout).toContain('"broken": 1');
    expect(run({ findings: { "grpc/*": 0 } }, "--baseline", "budgeted.json", volo).status).toBe(0);
  });

  it("of part of a connection are undecided", () => {
    const part = ["--from", "2020-01-01T00:00:00Z", good];
    expect(run({ calls: { "*": 2 } }, ...part)).toMatchObject({ status: 0 });
    expect(run({ calls: { "*": 2 } }, "--require-complete", ...part)).toMatchObject({ status: 3 });
    expect(run({ connections: 0 }, "--connection", "7", good)).toMatchObject({ status: 2, stdout: "" });
  });

  it("of a log alone are undecided", () => {
    write("h2.log", "2026/11/23 10:00:00 http2: Framer 0xc000: wrote SETTINGS len=0\n".repeat(3));
    const { stdout } = run({ connections: 0, resets: [] }, "check", "--log", "h2.log");
    expect(stdout).toContain("budgets: 2 undecided");
    expect(stdout).toContain("a log shows part of the traffic only");
  });

  it("that are wrong end with 2", () => {
    expect(run({ calls: 2 }, good)).toEqual({
      status: 2,
      stdout: "",
      stderr: "h2lint: budgets.json: assert: calls: expected whole numbers by method\n",
    });
  });
});

describe("diff", () => {
  const diff = (...args: string[]) => program.h2lint(["diff", ...args]);

  it("tells what is new and what is fixed, and is no check", () => {
    const { status, stdout, stderr } = diff(good, volo);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/\nnew \(1\)\n {2}error {4}grpc\/request-trailers {2}1 time\n/);
    expect(stdout).toMatch(/1 new, 0 fixed, 0 unchanged\n$/);
    expect(diff(volo, good).stdout).toMatch(/0 new, 1 fixed, 0 unchanged\n$/);
    expect(diff(good, good).stdout).toMatch(/no finding on either side\n$/);
  });

  it("takes reports and captures alike", () => {
    write("report.json", `\n ${program.h2lint(["-f", "json", volo]).stdout}`);
    for (const pair of [
      ["report.json", volo],
      [volo, "report.json"],
      ["report.json", "report.json"],
    ] as const) {
      const { status, stdout } = diff(...pair, "--format", "json");
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        ...{ schema: "h2lint-diff/1", captures: { old: pair[0], new: pair[1] } },
        findings: { new: [], fixed: [], unchanged: [{ rule: "grpc/request-trailers", count: { old: 1, new: 1 } }] },
        summary: { new: 0, fixed: 0, unchanged: 1 },
      });
    }
  });

  it.each<[string, string, RegExp]>([
    ["no report", "{}", /odd\.json: no report of h2lint/],
    ["no JSON", "{,", /odd\.json: neither a capture nor a JSON report/],
    ["a damaged report", '{"schema":"h2lint-report/1","findings":[{}]}', /odd\.json: a finding in it is damaged/],
    ["no capture", "[]", /odd\.json: not a capture file/],
  ])("of %s ends with 2", (_, text, expected) => {
    write("odd.json", text);
    const { status, stdout, stderr } = diff(volo, "odd.json");
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(expected);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  it("needs two", () => expect(diff(volo).status).toBe(2));
});

describe("files of calls", () => {
  it("have the format of their extension, and all hold the same", () => {
    const args = ["-o", "calls.har", "-o", "calls.json", "--output", "ndjson=calls.txt", "--output", "table=calls.log"];
    const { status, stdout, stderr } = program.h2lint(["calls", good, ...args]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(read("calls.log")).toBe(stdout);
    const { log } = JSON.parse(read("calls.har")) as { log: { entries: { _stream: number }[] } };
    const { calls } = JSON.parse(read("calls.json")) as { calls: { stream: number }[] };
    expect(log.entries.map(({ _stream }) => _stream)).toEqual([1, 3, 5]);
    expect(calls.map(({ stream }) => stream)).toEqual([1, 3, 5]);
    expect(read("calls.txt").trimEnd().split("\n")).toHaveLength(3);
    expect(program.h2lint(["calls", good, "-f", "har"]).stdout).toBe(read("calls.har"));
  });

  it("have no format of check", () => {
    const { status, stderr } = program.h2lint(["calls", good, "-o", "calls.sarif"]);
    expect([status, stderr]).toEqual([
      2,
      "h2lint: --output calls.sarif: no format is known by this extension; use FORMAT=FILE\n",
    ]);
  });
});

describe("the step summary of a GitHub job", () => {
  it("has the Markdown report appended", () => {
    write("summary.md", "before\n");
    const env = { GITHUB_STEP_SUMMARY: join(program.folder, "summary.md") };
    const { status, stdout } = program.h2lint(["--format", "github", volo], env);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=.*,title=grpc\/request-trailers::/);
    expect(read("summary.md")).toBe(`before\n${program.h2lint(["--format", "markdown", volo]).stdout}`);
  });

  it("is left alone by other formats, and where none is named", () => {
    write("untouched.md", "");
    program.h2lint(["--format", "json", volo], { GITHUB_STEP_SUMMARY: join(program.folder, "untouched.md") });
    expect(read("untouched.md")).toBe("");
    expect(program.h2lint(["--format", "github", good], { GITHUB_STEP_SUMMARY: "" })).toMatchObject({ status: 0, stderr: "" });
  });

  it("that cannot be written ends with 2", () => {
    const { status, stderr } = program.h2lint(["--format", "github", good], { GITHUB_STEP_SUMMARY: "nowhere/summary.md" });
    expect([status, stderr]).toEqual([2, "h2lint: nowhere/summary.md: cannot be written (no such folder)\n"]);
  });
});
