// The manual page in the programs that show it, and the completion in zsh. What is not there is passed over.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { commandLine } from "../../src/cli/command-line.ts";
import { completionScript } from "../../src/cli/commands/completion.ts";
import { rules } from "../../src/rules/index.ts";

const page = fileURLToPath(new URL("../../docs/h2lint.1", import.meta.url));
const ids = rules.map(({ id }) => id);

const has = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

const run = (program: string, args: readonly string[], input = "") =>
  spawnSync(program, args, { encoding: "utf8", input, env: { ...process.env, LC_ALL: "C.UTF-8", MANWIDTH: "80" } });

describe("the manual page", () => {
  it.skipIf(!has("man") || !has("groff"))("is shown by man without a warning", () => {
    const { status, stdout, stderr } = run("man", ["--warnings", "-E", "UTF-8", "-l", page]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^ +--fail-on error\|warning\|info\|unexplained\|never$/m);
    expect(stdout).toMatch(/^ +h2lint timeline capture\.pcapng --connection 3$/m);
  });

  it.skipIf(!has("mandoc"))("is good for mandoc", () => {
    const { stdout } = run("mandoc", ["-T", "lint", "-W", "warning", page]);
    // It has none, so that the page changes only where the program does.
    expect(stdout.trim().split("\n")).toEqual([expect.stringContaining("missing date") as string]);
  });
});

describe.skipIf(!has("zsh"))("completion in zsh", () => {
  const script = completionScript("zsh", commandLine(), ["table", "json", "junit"], ids);
  // What completion functions call, here to say what they were called with.
  const around = `
compdef() { print -r -- compdef "$@" }
compadd() { [[ $1 == -S ]] && shift 2; shift; print -rl -- "$@" }
_files() { print -r -- FILES }
_describe() { local list=$@[-1]; print -rl -- "\${(@P)list%%:*}" }
compset() { [[ $PREFIX == *=* ]] }
`;
  const offered = (...typed: string[]): string[] => {
    const words = ["h2lint", ...typed].map((word) => `'${word}'`).join(" ");
    const call = `() { local -a words=(${words}); local CURRENT=${typed.length + 1} PREFIX='${typed.at(-1)}'; _h2lint }`;
    const { stdout, stderr, status } = run("zsh", ["-f"], `${around}\n${script}\n${call}\n`);
    expect([status, stderr]).toEqual([0, ""]);
    const [first, ...rest] = stdout.trim().split("\n");
    expect(first).toBe("compdef _h2lint h2lint");
    return rest;
  };

  it("offers commands and files, options, their values, and rules", () => {
    expect(offered("")).toEqual([...commandLine().commands.map(({ name }) => name), "FILES"]);
    expect(offered("check", "")).toEqual(["FILES"]);
    expect(offered("check", "-")).toContain("--require-complete");
    expect(offered("check", "--format", "")).toEqual(["table", "json", "junit"]);
    expect(offered("check", "--fail-on", "")).toEqual(["error", "warning", "info", "unexplained", "never"]);
    expect(offered("check", "-o", "")).toEqual(["FILES"]);
    expect(offered("explain", "")).toEqual(ids);
    expect(offered("check", "--rule", "")).toEqual(expect.arrayContaining(["grpc/*", ids[0]]) as string[]);
    expect(offered("check", "--rule", "grpc/*=")).toEqual(["error", "warning", "info", "off"]);
  });
});
