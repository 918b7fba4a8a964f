// `h2lint record` as a process: a client of real HTTP/2 goes through it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect as connectH2, createServer, type Http2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, type Program } from "./program.ts";

let program: Program;
let server: Http2Server;
let target: string;
beforeAll(async () => {
  program = await build();
  server = createServer((_, response) => void response.end("hello"));
  server.on("session", (session) => session.on("error", () => {}));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  target = `127.0.0.1:${(server.address() as AddressInfo).port}`;
}, 120_000);
afterAll(() => {
  server.close();
  program.remove();
});

class Recorder {
  stdout = "";
  stderr = "";
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(args: readonly string[]) {
    this.child = spawn(process.execPath, [join(program.folder, "dist/cli/main.js"), "record", ...args], { cwd: program.folder });
    this.child.stdout!.on("data", (piece) => (this.stdout += String(piece)));
    this.child.stderr!.on("data", (piece) => (this.stderr += String(piece)));
    this.ended = new Promise((resolve) => this.child.on("close", resolve));
  }

  async port(): Promise<number> {
    await expect.poll(() => this.stderr, { timeout: 20_000 }).toContain("recording:");
    return Number(/recording: 127\.0\.0\.1:(\d+) ->/.exec(this.stderr)?.[1]);
  }

  end(): Promise<number | null> {
    this.child.kill("SIGINT");
    return this.ended;
  }
}

async function get(port: number): Promise<string> {
  const session = connectH2(`http://127.0.0.1:${port}`);
  const request = session.request({ ":path": "/through" });
  let text = "";
  for await (const piece of request) text += String(piece);
  session.close();
  await once(session, "close");
  return text;
}

const refused = (port: number): Promise<unknown> =>
  new Promise((resolve) => connect({ port, host: "127.0.0.1" }).on("error", resolve));

/** A request with a name in capitals. */
function wrong(port: number): void {
  const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const block = Buffer.concat([Buffer.from([0x82, 0x86, 0x84, 0x41, 1, 0x61, 0, 1]), Buffer.from("X"), Buffer.from([1, 0x79])]);
  const headers = Buffer.concat([Buffer.from([0, 0, block.length, 1, 5, 0, 0, 0, 1]), block]);
  const socket = connect({ port, host: "127.0.0.1" }).on("error", () => {});
  socket.write(Buffer.concat([preface, settings, headers]));
  socket.on("data", () => setTimeout(() => socket.destroy(), 50));
}

it("writes what went through as it comes, finishes it on Ctrl-C and sums up", async () => {
  const recorder = new Recorder([target, "-o", "out.pcapng"]);
  const port = await recorder.port();
  expect(await get(port)).toBe("hello");
  // Before it ends.
  expect(JSON.parse(program.h2lint(["calls", "out.pcapng", "-f", "json"]).stdout)).toMatchObject({
    calls: [{ path: "/through" }],
  });
  expect(await recorder.end()).toBe(0);
  expect(recorder.stderr).toMatch(/h2lint: out\.pcapng: 1 connection, \d+ packets, \d+ bytes relayed\n$/);
  expect(recorder.stdout).toBe("");
  expect(program.h2lint(["out.pcapng"])).toMatchObject({ status: 0, stdout: expect.stringContaining("no finding") as string });
});

it("leaves a capture that can be used when it is killed", async () => {
  const recorder = new Recorder([target, "-o", "killed.pcapng"]);
  await get(await recorder.port());
  recorder.child.kill("SIGKILL");
  await recorder.ended;
  const { stdout } = program.h2lint(["killed.pcapng", "-f", "json"]);
  expect(JSON.parse(stdout)).toMatchObject({ connections: [{ protocol: "h2c-prior-knowledge" }], diagnostics: [] });
});

it("--follow checks meanwhile, and its status is that of check", async () => {
  const recorder = new Recorder([target, "-o", "followed.pcapng", "--follow"]);
  wrong(await recorder.port());
  await expect.poll(() => recorder.stdout, { timeout: 20_000 }).toContain("headers/uppercase-name");
  expect(await recorder.end()).toBe(1);
  expect(recorder.stdout).toMatch(/1 connection, .*1 error/);
  expect(recorder.stdout).not.toContain("ended early");
  expect(program.h2lint(["followed.pcapng"]).status).toBe(1);
});

describe("slips", () => {
  it.each<[string[], string]>([
    [["nowhere", "-o", "x.pcapng"], "record takes HOST:PORT"],
    [["127.0.0.1:99999", "-o", "x.pcapng"], "record takes HOST:PORT"],
    [["127.0.0.1:0", "-o", "x.pcapng"], "record needs the port of the server"],
    [["127.0.0.1:50051"], "record needs --output FILE.pcapng, or --follow"],
    [["127.0.0.1:50051", "--listen", "here", "-o", "x.pcapng"], "--listen takes HOST:PORT"],
    [["127.0.0.1:50051", "--listen", "203.0.113.9:0", "-o", "x.pcapng"], "is no address of this host"],
    [["127.0.0.1:50051", "-o", "none/x.pcapng"], "none/x.pcapng: cannot be written (no such folder)"],
    [["127.0.0.1:50051", "-o", "x.pcapng", "--messages"], "record takes no --messages"],
  ])("%j: %s", (args, said) => {
    const { status, stderr } = program.spawn(["record", ...args]);
    expect(stderr).toMatch(/^h2lint: [^\n]+\n$/);
    expect(stderr).toContain(said);
    expect(status).toBe(2);
    expect(existsSync(join(program.folder, "x.pcapng"))).toBe(false);
  });

  it("a port in use: the file of before stays", async () => {
    const { status, stderr } = program.spawn(["record", "127.0.0.1:1", "--listen", target, "-o", "out.pcapng"]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: `h2lint: --listen ${target}: the port is in use\n` });
    expect(readFileSync(join(program.folder, "out.pcapng")).length).toBeGreaterThan(100);
  });

  it("a full disk ends it with 2", async () => {
    const recorder = new Recorder([target, "-o", "/dev/full"]);
    expect(await recorder.ended).toBe(2);
    expect(recorder.stderr).toContain("h2lint: /dev/full: cannot be written (no space left on the device)\n");
  });

  it("a server that refuses is told once, and recorded", async () => {
    const recorder = new Recorder(["127.0.0.1:1", "-o", "refused.pcapng"]);
    const port = await recorder.port();
    for (let i = 0; i < 2; i++) await refused(port);
    expect(await recorder.end()).toBe(0);
    expect(recorder.stderr.match(/refuses the connection/g)).toHaveLength(1);
    expect(recorder.stderr).toContain("2 connections, 2 of them not taken by the server, 4 packets");
  });
});
