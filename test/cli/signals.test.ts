// SIGINT, SIGTERM, and what is shown of a pipe while it runs.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, type Program, volo } from "./program.ts";

const signs = new URL("signs.mjs", import.meta.url).href;

let program: Program;
let whole: Buffer;
beforeAll(async () => {
  program = await build();
  whole = readFileSync(join(program.folder, volo));
}, 120_000);
afterAll(() => program.remove());

class Running {
  stdout = "";
  stderr = "";
  /** Of standard input, that came. */
  octets = 0;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, ["--import", signs, join(program.folder, "dist/cli/main.js"), ...args], {
      cwd: program.folder,
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe", "ipc"],
    });
    this.child.on("message", (told) => (this.octets = (told as { octets: number }).octets));
    this.child.stdout!.on("data", (piece) => (this.stdout += String(piece)));
    this.child.stderr!.on("data", (piece) => (this.stderr += String(piece)));
    this.child.stdin!.on("error", () => {});
    this.ended = new Promise((resolve) => this.child.on("close", (code) => resolve(code)));
  }

  feed(octets: Uint8Array): void {
    this.child.stdin!.write(octets);
  }

  async sees(what: string | RegExp): Promise<void> {
    await this.#until(() => this.stdout.match(what) !== null, String(what));
  }

  /** Waits until h2lint, which listens for signals by then, has them. */
  async has(octets: number): Promise<void> {
    await this.#until(() => this.octets >= octets, `${octets} bytes`);
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    for (let i = 0; i < 2400; i++) {
      if (isSo()) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`never seen: ${what}; but ${this.stdout}${this.stderr}`);
  }
}

const kinds = (ndjson: string) =>
  ndjson
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { kind: string }).kind);

describe("a pipe", () => {
  it("is told of as it comes: a finding and its connection before the pipe ends", async () => {
    const run = new Running(["-", "-f", "ndjson"]);
    run.feed(whole);
    await run.sees('"kind":"finding"');
    await run.sees('"kind":"connection"');
    expect(run.stdout).not.toContain('"kind":"summary"');
    run.child.stdin!.end();
    expect(await run.ended).toBe(1);
    expect(kinds(run.stdout).at(-1)).toBe("summary");
    expect(run.stdout).not.toContain("capture/interrupted");
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends with %s, and what was read is reported and marked", async (signal) => {
    const run = new Running(["-", "-f", "ndjson", "-o", `${signal}.json`, "--require-complete", "--fail-on", "never"]);
    run.feed(whole);
    await run.sees('"kind":"finding"');
    run.child.kill(signal);
    expect(await run.ended).toBe(3);
    expect(run.stderr).toBe("");
    expect(kinds(run.stdout)).toEqual(["run", "finding", "connection", "diagnostic", "summary"]);
    const report = JSON.parse(readFileSync(join(program.folder, `${signal}.json`), "utf8")) as object;
    expect(report).toMatchObject({
      diagnostics: [{ code: "capture/interrupted", message: expect.stringContaining("19 packets") as string }],
      summary: { errors: 1, incomplete: true },
    });
  });

  it("is read on for a moment: who writes into it heard the signal too", async () => {
    const run = new Running(["-", "-f", "ndjson"]);
    run.feed(whole.subarray(0, 400));
    await run.sees('"kind":"run"');
    await run.has(400);
    run.child.kill("SIGINT");
    run.feed(whole.subarray(400));
    run.child.stdin!.end();
    expect(await run.ended).toBe(1);
    expect(run.stdout).toContain("grpc/request-trailers");
    expect(run.stdout).not.toContain("cut-record");
  });

  it("the second signal ends at once, and leaves what was there", async () => {
    writeFileSync(join(program.folder, "kept.json"), "before");
    const run = new Running(["-", "-f", "ndjson", "-o", "kept.json"], { H2LINT_TEST_SECOND: "SIGINT" });
    run.feed(whole);
    await run.sees('"kind":"finding"');
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(130);
    expect(readFileSync(join(program.folder, "kept.json"), "utf8")).toBe("before");
    expect(readdirSync(program.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("--follow shows findings and connections as they come, and sums at the end", async () => {
    const run = new Running(["-", "--follow", "--progress"]);
    run.feed(whole);
    await run.sees(/error +grpc\/request-trailers\n +connection 1, stream 1, packet 11\n/);
    await run.sees(/answer +GOAWAY PROTOCOL_ERROR after/);
    await run.sees(/connection 1 .*FIN\s+from the server/);
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(1);
    expect(run.stdout).toMatch(/ended early, by a signal[\s\S]*1 connection, 12 frames, 1 call, 1 error, 0 warnings\n$/);
    expect(run.stderr).toMatch(/19 packets, 1 connection, 12 frames, 1 call, 1 error/);
  });
});

describe("other commands", () => {
  it.each([["calls"], ["frames"], ["timeline"], ["info"], ["why"]])("%s reports what was read", async (command) => {
    const run = new Running([command, "-"]);
    run.feed(whole);
    await run.has(whole.length);
    run.child.kill("SIGINT");
    expect(await run.ended).toBe(0);
    expect(run.stdout.length).toBeGreaterThan(40);
    expect(run.stderr).toBe("");
  });

  it("one that reads no pipe ends at once", async () => {
    const run = new Running(["diff", "-", volo]);
    run.feed(whole);
    await run.has(whole.length);
    run.child.kill("SIGTERM");
    expect(await run.ended).toBe(143);
    expect(existsSync(join(program.folder, "none"))).toBe(false);
  });
});

it("a large file is left where a signal says so", async () => {
  const file = join(program.folder, "large.pcap");
  const head = whole.subarray(0, 24);
  writeFileSync(file, Buffer.concat([head, ...Array.from({ length: 20_000 }, () => whole.subarray(24))]));
  const run = new Running([file, "-f", "ndjson"], { H2LINT_TEST_WHEN_READING: "SIGINT" });
  await run.ended;
  const lines = run.stdout.trimEnd().split("\n");
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({ kind: "summary", incomplete: true });
  expect(run.stdout).toContain("capture/interrupted");
});
