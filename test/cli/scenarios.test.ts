// The program as a user runs it: the built CLI in a process of its own, its exit status and what it writes (interface.md).
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "h2lint-cli-"));

beforeAll(() => {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", join(work, "dist")], { cwd: root });
  cpSync(join(root, "package.json"), join(work, "package.json"));
  symlinkSync(join(root, "node_modules"), join(work, "node_modules"), "junction");
  cpSync(join(root, "samples"), join(work, "samples"), { recursive: true });
  mkdirSync(join(work, "none"));
  write("none/notes.txt", "no capture");
  write("empty.pcap", "");
  write("picture.png", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"));
  const whole = readFileSync(join(work, volo));
  write("no-packet.pcap", whole.subarray(0, 24));
  write("cut.pcap", whole.subarray(0, whole.length - 10));
  write("lossy.pcap", withoutRecord(readFileSync(join(work, good)), 7));
}, 120_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

const volo = "samples/volo-0.9.1-grpc-go-1.85.pcap";
const silent = "samples/volo-0.9.1-grpc-go-1.51.pcap";
const good = "samples/volo-0.12.2-grpc-go-1.85.pcap";
const goodToo = "samples/grpcurl-grpc-go-1.85.pcap";

const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(work, name), content);

/** A microsecond little-endian pcap without its `index`th record. */
function withoutRecord(file: Buffer, index: number): Buffer {
  let at = 24;
  for (let i = 0; i < index; i++) at += 16 + file.readUInt32LE(at + 8);
  return Buffer.concat([file.subarray(0, at), file.subarray(at + 16 + file.readUInt32LE(at + 8))]);
}

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
}

function h2lint(args: readonly string[], { env = {}, input }: Surroundings = {}): Ran {
  const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, ...inherited } = process.env;
  const main = join(work, "dist/cli/main.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: work,
    env: { ...inherited, ...env },
    encoding: "utf8",
    timeout: 30_000,
    ...(input === undefined ? {} : { input }),
  });
  return { status, stdout, stderr };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape is what is looked for.
const ansi = /\x1b\[/;

const objects = (ndjson: string): Record<string, unknown>[] =>
  ndjson
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("could not run: 2, and one line that names what and why", () => {
  it.each<[string, string[], RegExp]>([
    ["no such file", ["nowhere.pcap"], /nowhere\.pcap/],
    ["no such file beside a good one", [good, "nowhere.pcap"], /nowhere\.pcap/],
    ["a folder without captures", ["none"], /none: no capture/],
    ["a glob that matches nothing", ["none/*.pcap"], /none\/\*\.pcap: no file/],
    ["a picture", ["picture.png"], /picture\.png: not a capture file .*PNG/],
    ["an empty file", ["empty.pcap"], /empty\.pcap: empty file/],
    ["an unknown option", [good, "--frobnicate"], /frobnicate/],
    ["an unknown rule", [good, "--rule", "grpc/no-such-rule=off"], /grpc\/no-such-rule/],
    ["a rule without a severity", [good, "--rule", "grpc/request-trailers"], /ID=error/],
    ["an unknown format", [good, "--format", "yaml"], /yaml/],
    ["a word that is no command", ["chekc"], /chekc/],
    ["no operand", [], /no capture/],
    ["no operand of timeline", ["timeline"], /no capture/],
    ["a rule to explain that is none", ["explain", "grpc/request-trailer"], /request-trailer/],
    ["an output without a known format", [good, "-o", "report.xyz"], /report\.xyz/],
    ["an output that cannot be written", [good, "-o", "nowhere/report.json"], /nowhere\/report\.json/],
  ])("%s", (_, args, reason) => {
    const { status, stdout, stderr } = h2lint(args);
    expect(stderr).toMatch(/^h2lint: [^\n]+\n$/);
    expect(stderr).toMatch(reason);
    expect(stderr).not.toMatch(/internal error|^ +at /m);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  it("the other commands too", () => {
    for (const command of ["timeline", "calls", "frames"])
      expect(h2lint([command, "nowhere.pcap"])).toMatchObject({ status: 2, stdout: "" });
  });
});

describe("exit status of check", () => {
  it.each<[string, string[], number]>([
    ["a violation", [volo], 1],
    ["by the name of the command", ["check", volo], 1],
    ["--fail-on never", [volo, "--fail-on", "never"], 0],
    ["--fail-on warning", [volo, "--fail-on", "warning"], 1],
    ["its rules made warnings", [volo, "--rule", "grpc/*=warning"], 0],
    ["the rule made a warning, which fails", [volo, "--rule", "grpc/request-trailers=warning", "--fail-on", "warning"], 1],
    ["a good one", [good], 0],
    ["another good one", [goodToo], 0],
    ["a good one that must be complete", [good, "--require-complete"], 0],
    ["a bad one among good ones", [good, volo], 1],
    ["a folder", ["samples"], 1],
    ["a glob", ["samples/volo-0.9.1-*.pcap"], 1],
    ["no packet", ["no-packet.pcap"], 3],
    ["cut in its last record", ["cut.pcap"], 1],
    ["lossy", ["lossy.pcap"], 0],
    ["lossy, which must be complete", ["lossy.pcap", "--require-complete"], 3],
    ["the reference engine", [volo, "--engine", "reference"], 1],
  ])("%s", (_, args, expected) => {
    const { status, stdout, stderr } = h2lint(args);
    expect(stderr).toBe("");
    expect(stdout).not.toBe("");
    expect(status).toBe(expected);
  });

  it("of standard input", () => {
    const { status, stdout, stderr } = h2lint(["-"], { input: readFileSync(join(work, volo)) });
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toContain("grpc/request-trailers");
  });

  it("of the other commands is 0 whatever they show", () => {
    for (const args of [
      ["timeline", volo],
      ["frames", volo],
      ["calls", volo],
      ["rules"],
      ["explain", "grpc/request-trailers"],
      ["--help"],
      ["--version"],
    ])
      expect({ args, ...h2lint(args) }).toMatchObject({ args, status: 0, stderr: "" });
  });
});

describe("JSON", () => {
  it("has the report's shape: the case h2lint was born from", () => {
    const report = JSON.parse(h2lint([volo, "--format", "json"]).stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      schema: "h2lint-report/1",
      tool: { name: "h2lint", engine: "fast" },
      captures: [{ file: volo, format: "pcap", packets: 19 }],
      connections: [
        {
          id: 1,
          transport: "tcp",
          protocol: "h2c-prior-knowledge",
          complete: { start: true, end: true, lostOctets: { client: 0, server: 0 } },
          frames: 12,
          streams: 1,
          calls: 1,
          endedBy: { side: "server", how: "fin", packet: 17 },
        },
      ],
      unexplained: [],
      diagnostics: [],
      unchecked: [],
      summary: { connections: 1, frames: 12, errors: 1, warnings: 0, infos: 0, unproven: 0, baseline: 0, incomplete: false },
    });
    expect(report["findings"]).toMatchObject([
      {
        rule: "grpc/request-trailers",
        severity: "error",
        certainty: "proven",
        data: { streamId: 1 },
        offender: "client",
        connection: 1,
        stream: 1,
        frame: { kind: "headers", streamId: 1, from: "client", packet: 11, offset: 251 },
        related: [
          { kind: "headers", streamId: 1, from: "client", packet: 8, offset: 79, role: "opened the stream" },
          { kind: "data", streamId: 1, from: "client", packet: 11, offset: 229 },
        ],
        spec: [{ document: "gRPC over HTTP2", section: "Requests" }],
        count: 1,
        consequent: false,
        hides: ["grpc/client-sends-status"],
        reaction: {
          verdict: "as-specified",
          confidence: "exact",
          kind: "goaway",
          errorCode: "PROTOCOL_ERROR",
          lastStreamId: 1,
          debug: expect.stringMatching(/^received an illegal stream id: 1\. headers frame: /) as string,
          frame: { kind: "goaway", streamId: 0, from: "server", packet: 13, offset: 54 },
          delay: 420_000,
          streamsKilled: [1],
          retrySafe: [],
        },
        fingerprint: expect.stringMatching(/^[0-9a-f]{8,}$/) as string,
      },
    ]);
  });

  it("names the file of a frame where there are several", () => {
    const { findings } = JSON.parse(h2lint([good, volo, "-f", "json"]).stdout) as { findings: { frame: { file?: string } }[] };
    expect(findings.map(({ frame }) => frame.file)).toEqual([volo]);
  });

  it("is the same octets for the same input", () => {
    const args = [volo, silent, "--format", "json"];
    expect(h2lint(args).stdout).toBe(h2lint(args).stdout);
  });

  it("goes to a file beside the table", () => {
    const { stdout } = h2lint([volo, "-o", "out.json", "-o", "ndjson=out.txt"]);
    expect(stdout).toContain("grpc/request-trailers");
    expect(readFileSync(join(work, "out.json"), "utf8")).toBe(h2lint([volo, "-f", "json"]).stdout);
    expect(readFileSync(join(work, "out.txt"), "utf8")).toBe(h2lint([volo, "-f", "ndjson"]).stdout);
  });

  it("comes as lines that say what they are", () => {
    const kinds = objects(h2lint([volo, "--format", "ndjson"]).stdout).map(({ kind }) => kind);
    expect([...kinds].sort()).toEqual(["connection", "finding", "run", "summary"]);
    expect(kinds.at(-1)).toBe("summary");
    expect(kinds[0]).toBe("run");
  });

  it("tells of loss", () => {
    const lines = objects(h2lint(["lossy.pcap", "--format", "ndjson"]).stdout);
    expect(lines.filter(({ kind }) => kind === "diagnostic")).not.toEqual([]);
    expect(lines.at(-1)).toMatchObject({ kind: "summary", incomplete: true });
  });

  it("tells of a cut record", () => {
    const { diagnostics } = JSON.parse(h2lint(["cut.pcap", "--format", "json"]).stdout) as { diagnostics: { code: string }[] };
    expect(diagnostics.map(({ code }) => code)).toContain("capture/cut-record");
  });

  it("lists frames with their fields", () => {
    const frames = objects(h2lint(["frames", volo, "--format", "ndjson"]).stdout);
    expect(frames).toHaveLength(12);
    expect(frames.filter(({ kind, from }) => kind === "headers" && from === "client")).toMatchObject([
      { packet: 8, offset: 79, streamId: 1, type: 1, flags: 4, endStream: false, headersCertainty: "exact" },
      { packet: 11, offset: 251, streamId: 1, type: 1, flags: 5, endStream: true, headers: [["grpc-status", "0"]] },
    ]);
  });

  it("lists exchanges, or part of them", () => {
    const [call, ...others] = objects(h2lint(["calls", volo, "--format", "ndjson"]).stdout);
    expect(others).toEqual([]);
    expect(call).toMatchObject({
      ...{ connection: 1, stream: 1, protocol: "grpc", path: "/helloworld.Greeter/SayHello", end: "killed-by-goaway" },
      ...{ requestMessages: 1, requestOctets: 13, responseMessages: 0, responseOctets: 0 },
    });
    for (const part of [
      ["--stream", "3"],
      ["--connection", "2"],
      ["--port", "1"],
      ["--host", "192.0.2.9"],
      ["--to", "1"],
    ])
      expect(h2lint(["calls", volo, "--format", "ndjson", ...part])).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(objects(h2lint(["calls", volo, "--format", "ndjson", "--stream", "1", "--from", "1"]).stdout)).toEqual([call]);
    expect(JSON.parse(h2lint(["calls", volo, "--format", "json"]).stdout)).toMatchObject({
      schema: "h2lint-calls/1",
      calls: [call],
      methods: [{ method: "/helloworld.Greeter/SayHello", calls: 1, errors: { "killed-by-goaway": 1 } }],
    });
  });

  it("lists the rules", () => {
    const rules = JSON.parse(h2lint(["rules", "--format", "json"]).stdout) as { id: string; severity: string }[];
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.map(({ id }) => id)).toContain("grpc/request-trailers");
    for (const { severity } of rules) expect(["error", "warning", "info"]).toContain(severity);
  });
});

describe("text", () => {
  const commands = [
    ["check", volo, "--fail-on", "never"],
    ["check", "samples", "--fail-on", "never", "--verbose"],
    ["timeline", volo],
    ["timeline", "samples"],
  ];

  it.each([80, 200])("keeps within %i columns", (columns) => {
    for (const args of commands) {
      const { stdout } = h2lint(args, { env: { COLUMNS: String(columns) } });
      expect(stdout).not.toBe("");
      const long = stdout.split("\n").filter((line) => [...line].length > columns);
      expect({ args, long }).toEqual({ args, long: [] });
    }
  });

  it("has no escapes where there is no terminal", () => {
    for (const args of [...commands, ["rules"], ["explain", "grpc/request-trailers"], ["frames", volo]])
      expect(h2lint(args).stdout).not.toMatch(ansi);
    expect(h2lint(["check", volo, "--no-color"], { env: { FORCE_COLOR: "1" } }).stdout).not.toMatch(ansi);
  });

  it("shows the request, the offending frame, and the answer with its words", () => {
    const { stdout } = h2lint([volo]);
    for (const part of ["/helloworld.Greeter/SayHello", "grpc-status: 0", "PROTOCOL_ERROR", "received an illegal stream id: 1"])
      expect(stdout).toContain(part);
  });

  it("does not repeat what the server's words suggest: no stream id was reused", () => {
    for (const command of ["check", "timeline"]) expect(h2lint([command, volo]).stdout).not.toMatch(/reus|1, ?1, ?1/i);
  });
});
