// The bash completion as readline calls it: the words of the line in an array, broken at equals signs.
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { commandLine } from "../../src/cli/command-line.ts";
import { completionScript } from "../../src/cli/commands/completion.ts";
import { rules } from "../../src/rules/index.ts";

const formats = ["table", "json", "junit"];
const ids = rules.map(({ id }) => id);
const script = completionScript("bash", commandLine(), formats, ids);

/** The line up to the cursor, as words; what is offered for the last one. */
const cases: readonly (readonly [words: string[], offered: readonly string[] | RegExp])[] = [
  [["ti"], ["timeline"]],
  [["co"], ["compare", "completion"]],
  // Nothing is left to the shell, which knows of files.
  [["check", ""], []],
  [["check", "re"], []],
  [["--quiet", "ch"], ["check"]],
  [
    ["check", "--pro"],
    ["--profile", "--proto", "--progress"],
  ],
  [["check", "--no-c"], ["--no-color"]],
  [
    ["check", "-f", "j"],
    ["json", "junit"],
  ],
  [["--format", "t"], ["table"]],
  [["--format", "="], formats],
  [["--format", "=", "js"], ["json"]],
  [["--fail-on", "n"], ["never"]],
  [["-o", "x"], []],
  [["--config", ""], []],
  [["--rule", "grpc/request-t"], ids.filter((id) => id.startsWith("grpc/request-t"))],
  [["--rule", "grpc/*"], ["grpc/*"]],
  [["--rule", "=", "grpc/*"], ["grpc/*"]],
  [
    ["--rule", "grpc/*", "="],
    ["error", "warning", "info", "off"],
  ],
  [["--rule", "grpc/*", "=", "w"], ["warning"]],
  [["--rule", "=", "grpc/*", "=", "w"], ["warning"]],
  [["explain", "ping/"], ids.filter((id) => id.startsWith("ping/"))],
  [
    ["completion", ""],
    ["bash", "zsh"],
  ],
  [["check", "-"], /--baseline\n.*--version/s],
];

it("offers what may follow", () => {
  const asked = cases.map(([words]) => {
    const line = ["h2lint", ...words].map((word) => `'${word}'`).join(" ");
    return `COMP_WORDS=(${line}) COMP_CWORD=${words.length}; _h2lint; printf '%s\\n' "\${COMPREPLY[@]}" --end--`;
  });
  const { stdout, stderr, status } = spawnSync("bash", ["--noprofile", "--norc"], {
    input: `${script}\n${asked.join("\n")}\n`,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  const answers = stdout.split("--end--\n").slice(0, -1);
  expect(answers).toHaveLength(cases.length);
  for (const [at, [words, offered]] of cases.entries()) {
    const answer = answers[at]!.trim();
    if (offered instanceof RegExp) expect(answer, words.join(" ")).toMatch(offered);
    else expect(answer === "" ? [] : answer.split("\n"), words.join(" ")).toEqual([...offered]);
  }
});

it("is one that bash completes h2lint with", () => {
  const { stdout } = spawnSync("bash", ["--noprofile", "--norc"], { input: `${script}\ncomplete -p h2lint`, encoding: "utf8" });
  expect(stdout.trim()).toMatch(/^complete -o bashdefault -o default -F _h2lint h2lint$/);
});
