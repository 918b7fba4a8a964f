// docs/h2lint.1 is made from the tables of the command line. After a change of them: `npm run docs`.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { commandLine, takes } from "../../src/cli/command-line.ts";
import { manualPage } from "../../src/cli/manual.ts";
import { parse } from "../../src/cli/options.ts";
import { version } from "../../src/version.ts";

const file = new URL("../../docs/h2lint.1", import.meta.url);
const page = manualPage(commandLine(), version);

it("says what the program takes", () => {
  if (process.env["UPDATE_DOCS"] !== undefined) writeFileSync(file, page);
  expect(existsSync(file) ? readFileSync(file, "utf8") : "", "run `npm run docs`").toBe(page);
});

it("names every command and option, each with a text", async () => {
  const { commands, options } = commandLine();
  for (const { name, describe } of [...commands, ...options]) {
    expect(describe, name).not.toBe("");
    expect(page).toContain(name.replaceAll("-", "\\-"));
  }
  expect(commands.map(({ name }) => name)).toContain("check");
  // What is listed is what is taken.
  for (const { name, operands } of commands) {
    const words = operands.split(" ").filter((word) => word !== "" && !word.startsWith("[shell"));
    expect(await parse([name, ...words.map(() => "x")])).toMatchObject({ command: name });
  }
  for (const { name, flag, choices } of options) {
    const value = choices[0] ?? (name === "rule" ? "a/b=off" : name === "shard" ? "3/8" : "7");
    const command = commands.find((one) => takes(one.name, name))?.name ?? "none";
    const operands = command === "compare" ? ["x", "y"] : command === "mcp" ? [] : ["x"];
    expect(await parse([command, ...operands, `--${name}`, ...(flag ? [] : [value])]), name).toBeDefined();
  }
});

it("has no line that troff would take for a request of its own", () => {
  const requests = new Set(["TH", "SH", "SS", "TP", "PP", "B", "BR", "I", "RS", "RE", "nf", "fi", "nh"]);
  for (const line of page.split("\n"))
    if (/^[.']/.test(line)) expect(requests.has(line.slice(1).split(" ")[0]!), line).toBe(true);
});
