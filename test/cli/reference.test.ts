// hpack.js and pcap-parser are for `--engine reference`: no other run loads them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { build, type Program, volo } from "./program.ts";

const HOOK = `process.on("exit", () => {
  const paths = Object.keys(require.cache).map((path) => path.replaceAll("\\\\", "/"));
  for (const name of ["hpack.js", "pcap-parser"])
    if (paths.some((path) => path.includes("/node_modules/" + name + "/"))) process.stderr.write(name + " was loaded\\n");
});
`;

let program: Program;
let hook: string;
beforeAll(async () => {
  program = await build();
  hook = join(program.folder, "loaded.cjs");
  writeFileSync(hook, HOOK);
}, 120_000);
afterAll(() => program.remove());

const loadedBy = (...args: string[]): string => program.spawn(args, { env: { NODE_OPTIONS: `--require ${hook}` } }).stderr;

it.each([["check"], ["timeline"], ["calls"], ["info"], ["why"]])("%s loads neither", (command) => {
  expect(loadedBy(command, volo, ...(command === "check" ? ["--fail-on", "never"] : []))).not.toContain("was loaded");
});

it("the reference engine loads both", () => {
  const said = loadedBy("check", volo, "--engine", "reference", "--fail-on", "never");
  expect(said).toContain("hpack.js was loaded");
  expect(said).toContain("pcap-parser was loaded");
});
