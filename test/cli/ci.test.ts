// The program in a build: what it adds to a job, what is known and accepted, and what is new.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, good, type Program, volo } from "./program.ts";

let program: Program;

beforeAll(() => {
  program = build();
}, 120_000);

afterAll(() => program.remove());

const read = (name: string): string => readFileSync(join(program.folder, name), "utf8");
const write = (name: string, text: string): void => writeFileSync(join(program.folder, name), text);

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
    expect([status, stderr]).toEqual([2, "h2lint: nowhere/summary.md: cannot be written (ENOENT)\n"]);
  });
});
