// Slips of the command line, and what would be passed over in silence.
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS, OPTIONS, takes } from "../../src/cli/command-line.ts";
import { commandHelp } from "../../src/cli/help.ts";
import { nearest } from "../../src/cli/nearest.ts";
import { build, good, type Program, volo } from "./program.ts";

let program: Program;
const file = (name: string): string => join(program.folder, name);
beforeAll(async () => {
  program = await build();
  mkdirSync(file("mixed"));
  copyFileSync(file(good), file("mixed/a.pcap"));
  writeFileSync(file("mixed/empty.pcap"), "");
  writeFileSync(file("mixed/notes.txt"), "no capture");
  writeFileSync(
    file("rules.json"),
    '{\n  "rules": {\n    "grpc/request-trailers": "error",\n    "grpc/request-trailer": "off"\n  }\n}\n',
  );
}, 120_000);
afterAll(() => program.remove());

it.each<[string[], string]>([
  [["chekc", volo], "chekc: no such file or command; did you mean check?"],
  [[volo, "--fomat", "json"], "unknown option --fomat; did you mean --format?"],
  [[volo, "--no-colour"], "unknown option --no-colour; did you mean --color?"],
  [[volo, "--format"], "--format needs a value"],
  [[volo, "--format", "--quiet"], "--format needs a value"],
  [[volo, "-f"], "-f needs a value"],
  [[volo, "--connection"], "--connection needs a value"],
  [[volo, "--baseline="], "--baseline needs a value"],
  [[volo, "--fail-on"], "--fail-on needs a value"],
  [["frames", volo, "--host", "::1"], "frames takes no --host (see h2lint help frames)"],
  [["rules", "--engine", "reference"], "rules takes no --engine"],
  [["calls", volo, "--follow"], "calls takes no --follow"],
  [["help", "whi"], "there is no command whi; did you mean why?"],
  [["help", "--lang", "en", "whi"], "there is no command whi; did you mean why?"],
  [
    [volo, "--rule", "grpc/request-trailer=off"],
    "--rule: unknown rule: grpc/request-trailer; did you mean grpc/request-trailers",
  ],
  [[volo, "--config", "rules.json"], "rules.json:4: unknown rule: grpc/request-trailer; did you mean grpc/request-trailers"],
  [["explain", "grpc/request-trailer"], "no rule is named grpc/request-trailer; did you mean grpc/request-trailers"],
  [[volo, "--connection", "9"], "nothing matches --connection 9: there is 1 connection"],
  [["timeline", volo, "--host", "192.0.2.1"], "nothing matches --host 192.0.2.1"],
  [["frames", volo, "--stream", "7"], "nothing matches --stream 7"],
  [["why", volo, "--stream", "7"], "nothing matches --stream 7"],
  [[volo, "--from", "2099-01-01"], "nothing matches --from"],
  [["mixed", "--require-complete"], "mixed/empty.pcap: empty file"],
])("%j: %s", (args, said) => {
  const { status, stderr } = program.h2lint(args);
  expect(stderr).toMatch(/^h2lint: [^\n]+\n$/);
  expect(stderr).toContain(said);
  expect(status).toBe(2);
});

it("names what has the name of a capture and cannot be read, and nothing else", () => {
  expect(program.h2lint(["mixed"])).toMatchObject({ status: 0, stderr: "h2lint: passed over mixed/empty.pcap: empty file\n" });
  expect(program.h2lint(["mixed/*"])).toMatchObject({ status: 0, stderr: "h2lint: passed over mixed/empty.pcap: empty file\n" });
});

it.skipIf(process.getuid?.() === 0)("names what may not be read", () => {
  writeFileSync(file("mixed/sealed"), "x");
  chmodSync(file("mixed/sealed"), 0);
  expect(program.h2lint(["mixed"]).stderr).toContain("mixed/sealed: permission denied");
});

describe("help of a command", () => {
  it.each(COMMANDS.map(({ name }) => name))("%s: its own options only, three examples, within 80 columns", (name) => {
    const text = commandHelp(name, 80);
    const shown = /--format NAME {2,}([\s\S]*?), to standard output/.exec(text)?.[1]?.split(/,\s+|\s+or\s+/);
    expect(shown ?? []).toEqual(COMMANDS.find((one) => one.name === name)!.formats ?? []);
    for (const option of Object.keys(OPTIONS)) {
      const stands = new RegExp(`^ .*--${option}( |$)`, "m").test(text.slice(0, text.indexOf("\nExamples:")));
      expect([option, stands]).toEqual([option, takes(name, option)]);
    }
    expect(text.slice(text.indexOf("\nExamples:")).match(/h2lint/g)?.length).toBeGreaterThanOrEqual(3);
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it("is found by either way", () => {
    for (const args of [
      ["help", "why"],
      ["why", "--help"],
      ["why", "-h"],
      ["help", "--lang", "en", "why"],
      ["--lang=en", "why", "--help"],
    ])
      expect(program.spawn(args)).toEqual({ status: 0, stdout: commandHelp("why", 80), stderr: "" });
    expect(program.spawn(["help"]).stdout).toBe(program.spawn(["--help"]).stdout);
  });
});

it("near is what differs in a letter or two, or is a part", () => {
  const names = ["check", "calls", "compare", "cut", "info"];
  expect(nearest("chekc", names)).toEqual(["check"]);
  expect(nearest("call", names)).toEqual(["calls"]);
  expect(nearest("nothing", names)).toEqual([]);
});
