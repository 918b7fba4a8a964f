// An assistant asks over standard input and output, as the SDK's own client does.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, type Program, volo } from "../program.ts";

let program: Program;
let client: Client;
let root: string;
let outside: string;

beforeAll(async () => {
  program = await build();
  const work = mkdtempSync(join(tmpdir(), "h2lint-mcp-"));
  [root, outside] = [join(work, "in"), join(work, "out")];
  for (const folder of [root, outside]) mkdirSync(folder);
  const sample = join(program.folder, volo);
  for (const folder of [root, program.folder]) cpSync(sample, join(folder, "volo.pcap"));
  cpSync(join(program.folder, "samples/volo-0.12.2-grpc-go-1.85.pcap"), join(root, "good.pcap"));
  cpSync(sample, join(root, "-f.pcap"));
  cpSync(sample, join(root, "keyed.pcap"));
  cpSync(sample, join(outside, "secret.pcap"));
  writeFileSync(join(outside, "secret.keys"), "");
  writeFileSync(join(root, "notes.txt"), "no capture");
  // It would end every answer.
  writeFileSync(join(root, "h2lint.config.json"), '{"preset": "no such preset"}');
  symlinkSync(join(outside, "secret.pcap"), join(root, "link.pcap"));
  symlinkSync(outside, join(root, "folder"));
  symlinkSync(join(outside, "secret.keys"), join(root, "keyed.keys"));
  client = new Client({ name: "test", version: "1" });
  const args = [join(program.folder, "dist/cli/main.js"), "mcp", "--root", root];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: outside }));
});

afterAll(async () => {
  await client.close();
  program.remove();
  rmSync(join(root, ".."), { recursive: true });
});

async function ask(name: string, asked: object): Promise<{ text: string; failed: boolean }> {
  const { content, isError } = await client.callTool({ name, arguments: { ...asked } });
  const [first] = content as [{ text: string }]; // a tool of ours answers with one text
  return { text: first.text, failed: isError === true };
}

it("lists eight tools that only read", async () => {
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    ...["info", "check", "why", "timeline", "calls", "frames", "explain", "compare"],
  ]);
  for (const { annotations } of tools) expect(annotations).toMatchObject({ readOnlyHint: true, openWorldHint: false });
});

describe("what is asked of a capture is what the command says", () => {
  it.each([
    ["check", ["--fail-on", "never"]],
    ["why", []],
    ["timeline", []],
    ["calls", []],
    ["frames", []],
    ["info", []],
  ])("%s", async (name, words) => {
    const { text, failed } = await ask(name, { captures: ["volo.pcap"], limit: 1000 });
    const direct = program.spawn([name, "./volo.pcap", ...words, "--no-color", "--no-progress"]);
    expect(failed).toBe(false);
    expect(text.trim()).toBe(direct.stdout.trim());
  });

  it("explain, compare", async () => {
    expect((await ask("explain", { rule: "grpc/request-trailers" })).text).toContain("grpc/request-trailers");
    expect((await ask("compare", { bad: "volo.pcap#1", good: "good.pcap" })).text).toContain("volo.pcap#1");
  });

  it("check as JSON, of a part", async () => {
    const { text } = await ask("check", { captures: ["volo.pcap"], connection: 1, format: "json" });
    const events = text.split("\n").map((line) => JSON.parse(line) as { kind: string; rule?: string });
    expect(events.find(({ kind }) => kind === "finding")?.rule).toBe("grpc/request-trailers");
  });
});

it("gives long answers in pages that join without a gap", async () => {
  const whole = (await ask("timeline", { captures: ["volo.pcap"], limit: 1000 })).text.split("\n");
  const first = (await ask("timeline", { captures: ["volo.pcap"], limit: 3 })).text.split("\n");
  expect(first.at(-1)).toBe("(more lines follow: ask again with offset 3)");
  const rest = (await ask("timeline", { captures: ["volo.pcap"], offset: 3, limit: 1000 })).text.split("\n");
  expect([...first.slice(0, 3), ...rest]).toEqual(whole);
  expect((await ask("timeline", { captures: ["volo.pcap"], offset: 9999 })).text).toContain("no line from 9999 on");
});

describe("nothing outside of the folder", () => {
  it.each([["../out/secret.pcap"], ["link.pcap"], ["folder/secret.pcap"], ["folder"], [".."], ["keyed.pcap"]])(
    "%s",
    async (path) => {
      const { text, failed } = await ask("info", { captures: [path] });
      expect([failed, text]).toEqual([true, expect.stringContaining("leads out of the folder")]);
      const { failed: notCompared } = await ask("compare", { bad: `${path}#1`, good: "good.pcap" });
      expect(notCompared).toBe(true);
    },
  );

  it("an absolute path, unless it is inside", async () => {
    expect((await ask("info", { captures: [join(outside, "secret.pcap")] })).failed).toBe(true);
    expect((await ask("info", { captures: [join(root, "volo.pcap")] })).failed).toBe(false);
  });

  it("a folder is searched without its links", async () => {
    rmSync(join(root, "keyed.keys"));
    const { text, failed } = await ask("info", {});
    expect(failed).toBe(false);
    expect(text).toContain("good.pcap");
    expect(text).not.toContain("link.pcap");
    expect(text).not.toContain("secret");
  });
});

it.each([
  ["a word that looks like an option is a file", "info", { captures: ["-f.pcap"] }, false],
  ["nor can a text be one", "why", { captures: ["volo.pcap"], text: "--show-secrets" }, false],
  ["no such file", "info", { captures: ["none.pcap"] }, true],
  ["no capture", "info", { captures: ["notes.txt"] }, true],
  ["no such rule", "explain", { rule: "--help" }, true],
  ["a page that is too long", "frames", { captures: ["volo.pcap"], limit: 1e6 }, true],
  ["an argument of another tool", "info", { captures: ["volo.pcap"], verbose: true }, true],
  ["no captures", "check", {}, true],
  ["no such tool", "record", {}, true],
])("%s", async (_, tool, asked, fails) => {
  expect((await ask(tool, asked)).failed).toBe(fails);
});

it("leaves the folder as it was", () => {
  expect(readdirSync(root).sort()).toEqual([
    ...["-f.pcap", "folder", "good.pcap", "h2lint.config.json", "keyed.pcap", "link.pcap", "notes.txt", "volo.pcap"],
  ]);
});

it("needs a folder", () => {
  expect(program.spawn(["mcp"])).toMatchObject({ status: 2, stderr: expect.stringContaining("--root") });
  expect(program.spawn(["mcp", "--root", volo])).toMatchObject({ status: 2, stderr: expect.stringContaining("no such folder") });
  // Nothing is asked: it ends with its input.
  expect(program.spawn(["mcp", "--root", "samples"])).toMatchObject({ status: 0, stdout: "", stderr: "" });
});
