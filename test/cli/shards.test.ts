// Parts and threads: what the program writes is what one run writes, in every format, and what does not belong together is refused.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fuzzing } from "../fuzzing.ts";
import { writeRotatedSet } from "../shares/rotated-set.ts";
import { build, type Program } from "./program.ts";

let program: Program;
beforeAll(async () => {
  program = await build();
  mkdirSync(join(program.folder, "set"));
  writeRotatedSet(join(program.folder, "set"), 120);
}, 120_000);
afterAll(() => program.remove());

function parts(captures: readonly string[], of: number, more: readonly string[] = []): string[] {
  return Array.from({ length: of }, (_, i) => {
    const file = `part-${i + 1}-of-${of}`;
    const { status, stdout, stderr } = program.h2lint(["check", `--shard=${i + 1}/${of}`, "-o", file, ...captures, ...more]);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
    return file;
  });
}

const FORMATS = fuzzing ? ["table", "json", "ndjson", "sarif", "junit", "github", "gitlab"] : ["table", "json"];

describe("the same octets and the same exit status", () => {
  it.each([["set/"], ["samples/volo-0.9.1-grpc-go-1.85.pcap"]])("%s", (capture) => {
    const eight = parts([capture], 8);
    for (const format of FORMATS) {
      const one = program.h2lint(["check", capture, "--format", format]);
      expect(one.status).toBe(1);
      expect(program.h2lint(["merge", ...eight, "--format", format]), format).toEqual(one);
      expect(program.h2lint(["check", capture, "--workers", "2", "--format", format]), format).toEqual(one);
    }
    // In whatever order they are named.
    const whole = program.h2lint(["check", capture, "--format", "ndjson"]);
    expect(program.h2lint(["merge", ...eight.toReversed(), "--format", "ndjson"])).toEqual(whole);
  });

  it.each(["html", "markdown"])("of %s, which shows frames: one thread writes it", (format) => {
    const one = program.h2lint(["check", "set/", "--format", format]);
    expect(one.stdout.length).toBeGreaterThan(1000);
    expect(program.h2lint(["check", "set/", "--workers=2", "--format", format])).toEqual(one);
  });

  it("where something is selected, and where nothing is", () => {
    for (const only of [["--connection=5"], ["--host=10.9.9.9"], ["--port=20007"]]) {
      const one = program.h2lint(["check", "set/", ...only]);
      expect(program.h2lint(["check", "set/", "--workers=2", ...only])).toEqual(one);
      expect(program.h2lint(["merge", ...parts(["set/"], 2, only), ...only])).toEqual(one);
    }
  });

  it("in a process of its own, with the summary in a file", () => {
    const one = program.spawn(["check", "set/", "-o", "one.json"]);
    const two = program.spawn(["check", "set/", "--workers=2", "-o", "two.json"]);
    expect(two).toEqual(one);
    expect(readFileSync(join(program.folder, "two.json"), "utf8")).toBe(readFileSync(join(program.folder, "one.json"), "utf8"));
  });

  it("where it cannot be divided, which threads notice in time and merge refuses", () => {
    // One connection reports the schema of what others call.
    const one = program.h2lint(["check", "samples/", "--format=ndjson"]);
    expect(one.status).toBe(1);
    expect(program.h2lint(["check", "samples/", "--format=ndjson", "--workers=2"])).toEqual(one);
    const { status, stdout, stderr } = program.h2lint(["merge", ...parts(["samples/"], 8)]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^h2lint: these captures have no shares: .* by reflection \(--proto gives it to all\)\n$/);
  });

  it("a capture that is none is the same failure", () => {
    writeFileSync(join(program.folder, "none.pcap"), "no capture at all, whatever its name says");
    const one = program.h2lint(["check", "none.pcap"]);
    expect(one.status).toBe(2);
    expect(program.h2lint(["check", "none.pcap", "--workers=2"])).toEqual(one);
  });
});

describe("parts that are not to be merged", () => {
  const refused = (args: readonly string[], words: RegExp) => {
    const { status, stdout, stderr } = program.h2lint(args);
    expect(stderr).toMatch(words);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  };

  it("are missing, double, of another run, of other options, of another version, damaged, or none", () => {
    const [first = "", second = ""] = parts(["set/"], 2);
    refused(["merge", first], /part 2\/2 is missing/);
    refused(["merge", first, second, first], /both part 1\/2/);
    const [third = ""] = parts(["samples/"], 3);
    refused(["merge", first, third], /not parts of one run/);
    refused(["merge", first, second, "--preset=all"], /judged by other options/);
    refused(["merge", first, second, "--format=html"], /parts hold no frames/);
    const text = readFileSync(join(program.folder, first), "utf8");
    writeFileSync(join(program.folder, "old"), text.replace("h2lint-part/1", "h2lint-part/0"));
    refused(["merge", "old", second], /a part of h2lint .*part\/0/);
    writeFileSync(join(program.folder, "half"), text.slice(0, text.length / 2));
    refused(["merge", "half", second], /not whole/);
    refused(["merge", "samples/volo-0.9.1-grpc-go-1.85.pcap"], /no part/);
    refused(["merge", "nowhere"], /nowhere: /);
    refused(["merge"], /no part is named|Not enough|needs/);
  });

  it("cannot be made of what a part does not hold", () => {
    refused(["check", "set/", "--shard=1/2", "--format=json"], /takes no --format/);
    refused(["check", "set/", "--shard=3/2"], /--shard takes I\/N/);
    refused(["check", "-", "--shard=1/2"], /read only once/);
    refused(["check", "set/", "--workers=0"], /--workers takes/);
  });
});
