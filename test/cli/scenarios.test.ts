// The program as a user runs it: the built CLI, its exit status and what it writes.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rules } from "../../src/rules/index.ts";
import { selectRules } from "../../src/rules/selection.ts";
import { grpcRequest, grpcResponse } from "../../src/testing.ts";
import { pcapng } from "../capture/building.ts";
import { captureOf } from "../capture/story.ts";
import { field, serviceFile } from "../grpc/descriptors.ts";
import { packetsOf, without } from "../log/naming.ts";
import { build, type Ran } from "./program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = await build();
const work = program.folder;

beforeAll(() => {
  cpSync(join(root, "docs"), join(work, "docs"), { recursive: true });
  mkdirSync(join(work, "none"));
  write("none/notes.txt", "no capture");
  write("empty.pcap", "");
  write("picture.png", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"));
  const whole = readFileSync(join(work, volo));
  write("no-packet.pcap", whole.subarray(0, 24));
  write("cut.pcap", whole.subarray(0, whole.length - 10));
  write("whole.pcap.gz", gzipSync(whole));
  write("cut.pcap.gz", gzipSync(whole).subarray(0, -200));
  write("picture.png.gz", gzipSync(Buffer.from("89504e470d0a1a0a", "hex")));
  write("twice.pcap.gz.gz", gzipSync(gzipSync(whole)));
  write("lzip.lz", Buffer.from("LZIP\x01\x0c"));
  mkdirSync(join(work, "two"));
  // Two interfaces: the requests on one, the answers on the other; named so that the order of names is not that of time.
  write("two/b.any", half(whole, 0));
  write("two/a.dump.gz", gzipSync(half(whole, 1)));
  mkdirSync(join(work, "ring"));
  write("ring/notes.txt.gz", gzipSync("no capture"));
  for (const [index, part] of parts(whole, 4).entries()) write(`ring/x.pcap${3 - index}`, part);
  write("commented.pcapng", commented(whole));
  write("lossy.pcap", withoutRecord(readFileSync(join(work, good)), 7));
  mkdirSync(join(work, "proto/p"), { recursive: true });
  write("proto/p/in.proto", 'syntax = "proto3"; package p; message In { string a = 1; string password = 2; }');
  write("proto/p/s.proto", 'syntax = "proto3"; package p; import "p/in.proto"; service S { rpc Unary(In) returns (In); }');
  write("set.bin", field(1, serviceFile()));
  // buf puts an extension of its own, 8042, into each file of its images.
  write("image.binpb", field(1, Buffer.concat([serviceFile(), Buffer.from("d2f603020801", "hex")])));
  write("secret.pcap", secretCapture());
  const late = readFileSync(join(root, "test/log/fixtures/names-go.pcap"));
  write("late.pcap", without(late, Math.floor(packetsOf(late) / 2)));
  cpSync(join(root, "test/log/fixtures/names-go.server.log"), join(work, "go.server.log"));
}, 120_000);

afterAll(() => program.remove());

const volo = "samples/volo-0.9.1-grpc-go-1.85.pcap";
const silent = "samples/volo-0.9.1-grpc-go-1.51.pcap";
const good = "samples/volo-0.12.2-grpc-go-1.85.pcap";
const goodToo = "samples/grpcurl-grpc-go-1.85.pcap";

const trailers = "samples/h2-trailers-grpc-go-1.85";
const bothLogs = ["--log", `client=${trailers}.client.log`, "--log", `${trailers}.server.log`];

const write = (name: string, content: string | Uint8Array): void => writeFileSync(join(work, name), content);

/** A microsecond little-endian pcap without its `index`th record. */
function withoutRecord(file: Buffer, index: number): Buffer {
  let at = 24;
  for (let i = 0; i < index; i++) at += 16 + file.readUInt32LE(at + 8);
  return Buffer.concat([file.subarray(0, at), file.subarray(at + 16 + file.readUInt32LE(at + 8))]);
}

/** The records of such a file. */
function recordsOf(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 24; at < file.length; ) {
    const end = at + 16 + file.readUInt32LE(at + 8);
    records.push(file.subarray(at, end));
    at = end;
  }
  return records;
}

/** Every other packet. */
const half = (file: Buffer, rest: number): Buffer =>
  Buffer.concat([file.subarray(0, 24), ...recordsOf(file).filter((_, index) => index % 2 === rest)]);

/** Files that follow each other, as a ring of files holds them. */
function parts(file: Buffer, count: number): Buffer[] {
  const records = recordsOf(file);
  const each = Math.ceil(records.length / count);
  return Array.from({ length: count }, (_, index) =>
    Buffer.concat([file.subarray(0, 24), ...records.slice(index * each, (index + 1) * each)]),
  );
}

/** The same packets as pcapng, on an interface with a name, each with a comment as ptcpdump writes it. */
function commented(file: Buffer): Buffer {
  const ng = pcapng();
  const packets = recordsOf(file).map((record, index) =>
    ng.packet(
      0,
      BigInt(record.readUInt32LE(0)) * 1_000_000n + BigInt(record.readUInt32LE(4)),
      record.subarray(16).toString("hex"),
      record.readUInt32LE(12),
      ng.text(1, `PID: ${index + 1}\nCommand: volo\x1b[31m`),
    ),
  );
  const drops = ng.statistics(0, ng.count(5, 3n));
  return Buffer.concat([ng.section(), ng.face(file.readUInt32LE(20), 0, ng.text(2, "lo")), ...packets, drops]);
}

// Octets that mean something to a shell, in the metadata, the message and the path of a call.
const hostile = "'$(touch pwned)`touch pwned`\"; touch pwned #\\";

function secretCapture(): Buffer {
  const message = field(1, Buffer.concat([field(1, hostile), field(2, "hunter2")])).subarray(2);
  const framed = Buffer.concat([Buffer.of(0, 0, 0, 0, message.length), message]).toString("latin1");
  const fields = { ...grpcRequest, ":path": "/p.S/Unary", authorization: "Bearer abc", "x-h": hostile };
  return captureOf((s) =>
    s.client
      .headers(1, { fields })
      .data(1, framed, { endStream: true })
      .server.headers(1, { fields: grpcResponse })
      .data(1, framed)
      .trailers(1, { "grpc-status": "0" })
      .client.headers(3, {
        fields: { ...fields, ":method": "GET", ":path": `/${hostile}`, "content-type": "text/plain" },
        endStream: true,
      }),
  );
}

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
}

const h2lint = (args: readonly string[], { env = {}, input }: Surroundings = {}): Ran =>
  input === undefined ? program.h2lint(args, env) : program.spawn(args, { env, input });

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
    ["a picture, compressed", ["picture.png.gz"], /picture\.png\.gz: not a capture file \(gzip of .*PNG/],
    ["two layers of compression", ["twice.pcap.gz.gz"], /gzip inside gzip: only one layer/],
    ["a compression that is not known", ["lzip.lz"], /lzip-compressed: decompress it first/],
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
    ["a log that is none", [good, "--log", "nowhere.log"], /nowhere\.log/],
    ["a log of a side that is none", [good, "--log", "proxy=x.log"], /proxy=x\.log/],
    ["a log for a command that reads none", ["frames", good, "--log", "x.log"], /frames takes no --log/],
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

describe("in a process of its own", () => {
  it.each<[string[], number]>([
    [[volo], 1],
    [[good], 0],
    [["no-packet.pcap"], 3],
    [["nowhere.pcap"], 2],
    [["--help"], 0],
    [["check", "samples", "-f", "sarif", "--fail-on", "never"], 0],
  ])("%j ends with %i, and writes the same", (args, status) => {
    const ran = program.spawn(args);
    expect(ran.status).toBe(status);
    expect(ran).toEqual(h2lint(args));
  });

  it("ends quietly where nobody reads on", () => {
    const main = join(work, "dist/cli/main.js");
    const command = `"${process.execPath}" "${main}" check samples -f json --fail-on never | head -c 10`;
    const { stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", command], { cwd: work, encoding: "utf8" });
    expect([stdout.length, stderr]).toEqual([10, ""]);
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
    ["compressed", ["whole.pcap.gz"], 1],
    ["compressed, the reference engine", ["whole.pcap.gz", "--engine", "reference"], 1],
    ["compressed and cut: the violation is before the cut", ["cut.pcap.gz"], 1],
    ["compressed and cut, which must be complete", ["cut.pcap.gz", "--fail-on", "never", "--require-complete"], 3],
    ["two interfaces, a file each", ["two"], 1],
    ["the files of a ring", ["ring"], 1],
    ["the files of a ring, by a glob", ["ring/x.pcap*"], 1],
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

  it("of standard input that is compressed, beside a file", () => {
    const input = readFileSync(join(work, "two/a.dump.gz"));
    const { status, stdout, stderr } = h2lint(["two/b.any", "-"], { input });
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toContain("standard input, two/b.any");
    expect(stdout).toContain("answered 1 of 1");
  });

  it("of the other commands is 0 whatever they show", () => {
    for (const args of [
      ["timeline", volo],
      ["frames", volo],
      ["calls", volo],
      ["why", volo],
      ["why", volo, "--text", "illegal stream id", "--format", "json"],
      ["why", "--text", "illegal stream id"],
      ["compare", volo, goodToo],
      ["compare", good, good, "--format", "json"],
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

  it("finds the same in one file, in two that overlap, and in four that follow each other", () => {
    const findings = (...args: string[]) => {
      const report = JSON.parse(h2lint([...args, "-f", "json"]).stdout) as { findings: object[]; diagnostics: object[] };
      expect(report.diagnostics).toEqual([]);
      // Packets and files are others.
      const text = JSON.stringify(report.findings, (key, value) => (key === "packet" || key === "file" ? undefined : value));
      return JSON.parse(text) as object[];
    };
    const expected = findings(volo);
    expect(expected).toHaveLength(1);
    expect(findings("two")).toEqual(expected);
    expect(findings("ring")).toEqual(expected);
    expect(findings("whole.pcap.gz")).toEqual(expected);
  });

  it("says what a capture was packed with, and which interfaces it has", () => {
    const captures = (...args: string[]) =>
      (JSON.parse(h2lint([...args, "-f", "json"]).stdout) as { captures: object[] }).captures;
    expect(captures("whole.pcap.gz")).toMatchObject([{ format: "pcap", compression: "gzip", packets: 19 }]);
    expect(captures("commented.pcapng")).toMatchObject([{ interfaces: [{ name: "lo", packets: 19 }] }]);
    expect(captures(volo)[0]).not.toHaveProperty("compression");
    expect(captures(volo)[0]).not.toHaveProperty("interfaces");
  });

  it("shows what a capture says beside the packets of a finding", () => {
    const { findings } = JSON.parse(h2lint(["commented.pcapng", "-f", "json"]).stdout) as { findings: object[] };
    expect(findings).toMatchObject([
      {
        frame: { packet: 11, comment: "PID: 11\nCommand: volo\x1b[31m" },
        related: [{ packet: 8, comment: expect.stringContaining("PID: 8\n") as string }, { packet: 11 }],
        reaction: { frame: { packet: 13, comment: expect.stringContaining("PID: 13\n") as string } },
      },
    ]);
    const { stdout } = h2lint(["commented.pcapng"]);
    expect(stdout).toContain("(PID: 11)");
    expect(stdout).toContain("(PID: 13)");
    expect(stdout).not.toMatch(ansi);
    expect(h2lint([volo]).stdout).not.toContain("PID");
  });

  it("tells of packets that the capture program missed", () => {
    const { diagnostics, summary } = JSON.parse(h2lint(["commented.pcapng", "-f", "json"]).stdout) as {
      diagnostics: object[];
      summary: object;
    };
    expect(diagnostics).toMatchObject([
      {
        code: "capture/dropped-packets",
        severity: "info",
        message: "the capture program says that it missed 3 packets of interface lo",
      },
    ]);
    expect(summary).toMatchObject({ incomplete: false });
  });

  it("is the same bytes for the same input", () => {
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
      expect(h2lint(["calls", volo, "--format", "ndjson", ...part])).toEqual({
        ...{ status: 2, stdout: "" },
        stderr: `h2lint: nothing matches ${part.join(" ")}: there is 1 connection (see h2lint info and h2lint timeline)\n`,
      });
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
    ["check", `${trailers}.pcap`, ...bothLogs],
    ["check", `${trailers}.pcap`, ...bothLogs, "--verbose"],
    ["check", "--log", `${trailers}.client.log`],
    ["check", "--log", `${trailers}.server.log`, "--verbose"],
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

describe("a configuration file", () => {
  const config = (name: string, content: string): string[] => {
    write(name, content);
    return ["--config", name];
  };
  const rulesOf = (args: readonly string[]) => {
    const { stdout } = h2lint([...args, "--format", "json", "--fail-on", "never"]);
    return (JSON.parse(stdout) as { findings: { rule: string; severity: string }[] }).findings.map(
      ({ rule, severity }) => `${severity} ${rule}`,
    );
  };

  it("says which rules run and as what, in JSON, YAML or JavaScript", () => {
    const rules = { "grpc/request-trailers": "info" };
    for (const args of [
      config("one.json", JSON.stringify({ $schema: "x", rules })),
      config("two.yaml", "# ours\nrules:\n  grpc/request-trailers: info\n"),
      config("three.mjs", `export default ${JSON.stringify({ rules })};`),
    ]) {
      expect(rulesOf([volo, ...args])).toContain("info grpc/request-trailers");
      expect(h2lint([volo, ...args]).status).toBe(0);
    }
  });

  it("is found from the working folder up, also in package.json", () => {
    mkdirSync(join(work, "app/inner"), { recursive: true });
    write("app/package.json", JSON.stringify({ h2lint: { failOn: "never" } }));
    const from = (folder: string) =>
      spawnSync(process.execPath, [join(work, "dist/cli/main.js"), join(work, volo)], { cwd: join(work, folder) }).status;
    expect(from("app/inner")).toBe(0);
    write("app/inner/h2lint.config.json", JSON.stringify({ failOn: "error" }));
    expect(from("app/inner")).toBe(1);
  });

  it("says by which text both sides go", () => {
    const level = (args: readonly string[]) =>
      h2lint(["rules", "--format", "json", ...args]).stdout.match(
        /"id": "priority\/self-dependency",\s+"severity": "(\w+)"/,
      )?.[1];
    expect(level([])).toBe("warning");
    expect(selectRules(rules, { profile: "rfc7540" }).find(({ rule }) => rule.id === "priority/self-dependency")?.severity).toBe(
      "error",
    );
    expect(h2lint([good, "--profile", "rfc2616"])).toMatchObject({ status: 2 });
  });

  it("goes behind the command line", () => {
    const args = config("mild.json", JSON.stringify({ failOn: "never", rules: { "grpc/*": "off" } }));
    expect(h2lint([volo, ...args, "--fail-on", "error", "--rule", "grpc/request-trailers=error"]).status).toBe(1);
    expect(rulesOf([volo, ...args])).not.toContain("error grpc/request-trailers");
  });

  it.each<[string, string, RegExp]>([
    ["broken.json", "{", /broken\.json: .*JSON/],
    ["broken.yaml", "a: [", /broken\.yaml: /],
    ["broken.mjs", "export default 1 +;", /broken\.mjs: /],
    ["nothing.mjs", "export const a = 1;", /nothing\.mjs: has no default export/],
    ["list.json", "[]", /list\.json: is no object/],
    ["key.json", '{ "rule": {} }', /key\.json: unknown key rule; known are .*rules/],
    [
      "severity.json",
      '{ "rules": { "grpc/request-trailers": "loud" } }',
      /grpc\/request-trailers: expected error, warning, info, off/,
    ],
    ["unknown.json", '{ "rules": { "grpc/nothing": "off" } }', /unknown rule: grpc\/nothing/],
    ["threshold.json", '{ "rules": { "grpc/request-trailers": ["error", { "limit": 1 }] } }', /has no option limit/],
    ["file.json", '{ "ruleFiles": ["gone.mjs"] }', /gone\.mjs: no such file/],
    ["empty.json", '{ "ruleFiles": ["three.mjs"] }', /three\.mjs: exports no rule/],
  ])("that is wrong ends with 2 and one line: %s", (name, content, reason) => {
    const { status, stdout, stderr } = h2lint([good, ...config(name, content)]);
    expect(stderr).toMatch(/^h2lint: [^\n]+\n$/);
    expect(stderr).toMatch(reason);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });

  it("that is not there ends with 2", () => {
    expect(h2lint([good, "--config", "gone.json"])).toMatchObject({ status: 2, stderr: "h2lint: gone.json: no such file\n" });
  });

  it("brings rules of one's own: the example in docs/own-rules", () => {
    const args = [volo, "--config", "docs/own-rules/h2lint.config.json"];
    expect(rulesOf(args)).toContain("warning acme/tenant-missing");
    expect(rulesOf(args).join()).not.toContain("grpc/request-trailers");
    expect(h2lint(["explain", "acme/tenant-missing", "--config", "docs/own-rules/h2lint.config.json"]).stdout).toContain(
      "tenant",
    );
    const cases = spawnSync(process.execPath, [join(work, "docs/own-rules/tenant.test.mjs")], { encoding: "utf8" });
    expect(cases.stderr).toBe("");
    expect(cases.status).toBe(0);
  });

  it("may not take the name of a built-in rule", () => {
    write(
      "taken.mjs",
      readFileSync(join(work, "docs/own-rules/tenant.mjs"), "utf8").replace("acme/tenant-missing", "grpc/request-trailers"),
    );
    const { status, stderr } = h2lint([good, ...config("taken.json", '{ "ruleFiles": ["taken.mjs"] }')]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/the name grpc\/request-trailers is taken/) });
  });
});

describe("messages of gRPC", () => {
  const messagesOf = (args: readonly string[]): Record<string, unknown>[] => {
    const { stdout, stderr } = h2lint(["calls", "secret.pcap", "--messages", "-f", "ndjson", ...args]);
    expect(stderr).toBe("");
    return objects(stdout)[0]!["messages"] as Record<string, unknown>[];
  };

  it("are bytes by field number without a schema", () =>
    expect(messagesOf([]).map(({ json, type }) => ({ json, type }))).toMatchObject([
      { json: { 1: hostile, 2: "hunter2" }, type: undefined },
      { json: { 1: hostile } },
    ]));

  it.each([
    ["a file", ["--proto", "proto/p/s.proto"], "password"],
    ["a folder", ["--proto", "proto"], "password"],
    ["a descriptor set", ["--proto", "set.bin"], undefined],
    ["a buf image", ["--proto", "image.binpb"], undefined],
  ])("have names by --proto, %s", (_, args, secret) => {
    const [sent] = messagesOf(args);
    const masked = secret === undefined ? {} : { [secret]: "<masked, 7 characters>" };
    expect(sent).toMatchObject({ type: "p.In", json: { a: hostile, ...masked } });
    expect(JSON.stringify(sent)).not.toContain("hunter2");
    if (secret !== undefined) expect(messagesOf([...args, "--show-secrets"])[0]).toMatchObject({ json: { [secret]: "hunter2" } });
  });

  it("have names by what another connection's server says of itself", () => {
    const called = objects(h2lint(["calls", good, goodToo, "--messages", "-f", "ndjson"]).stdout)
      .filter(({ path }) => path === "/helloworld.Greeter/SayHello")
      .map(({ connection, messages }) => [connection, (messages as object[])[0]]);
    expect(new Set(called.map(([connection]) => connection)).size).toBe(2);
    for (const [, sent] of called) expect(sent).toMatchObject({ type: "helloworld.HelloRequest" });
    const alone = objects(h2lint(["calls", good, "--messages", "-f", "ndjson"]).stdout);
    expect((alone[0]!["messages"] as object[])[0]).not.toHaveProperty("type");
  });

  it("stand in the timeline too", () => {
    const shown = h2lint(["timeline", "secret.pcap", "--messages", "--proto", "proto"]);
    expect(shown).toMatchObject({ status: 0, stderr: "" });
    expect(shown.stdout).toMatch(/^ +> 0 +\d+ In \{"a":/m);
    expect(shown.stdout).toMatch(/^ +< 0 +\d+ In \{"a":/m);
    expect(shown.stdout).not.toContain("hunter2");
    expect(h2lint(["timeline", "secret.pcap"]).stdout).not.toContain('"a"');
    const all = h2lint(["timeline", "secret.pcap", "--messages", "--verbose", "--show-secrets"]).stdout;
    expect(all.split("\n").findIndex((line) => line.includes("DATA"))).toBeLessThan(
      all.split("\n").findIndex((line) => line.includes("hunter2")),
    );
  });

  it("of a schema that is none: 2, and one line", () => {
    for (const command of ["calls", "timeline", "check", "repro"]) {
      const { status, stdout, stderr } = h2lint([command, "secret.pcap", "--stream", "1", "--proto", "picture.png"]);
      expect({ command, status, stdout }).toEqual({ command, status: 2, stdout: "" });
      expect(stderr).toMatch(/^h2lint: [^\n]*picture\.png[^\n]*\n$/);
    }
  });
});

describe("repro", () => {
  /** What the command of `h2lint repro` runs: the program and its arguments. */
  const words = (...args: readonly string[]): string[] => {
    const { status, stdout, stderr } = h2lint(["repro", "secret.pcap", ...args]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const tell = (name: string) => `${name}() { printf '%s\\0' ${name} "$@"; }\n`;
    const ran = spawnSync("sh", ["-c", `${tell("curl")}${tell("grpcurl")}${stdout}`], { cwd: work, encoding: "utf8", input: "" });
    expect(ran.stderr).toBe("");
    // Nothing of what was captured ran.
    expect(existsSync(join(work, "pwned"))).toBe(false);
    return ran.stdout.split("\0").slice(0, -1);
  };

  it("of a call with a schema is grpcurl", () => {
    const ran = words("--stream", "1", "--proto", "proto");
    expect(ran.slice(0, 2)).toEqual(["grpcurl", "-plaintext"]);
    expect(ran).toEqual(expect.arrayContaining(["-import-path", "proto", "-proto", "p/s.proto"]));
    expect(ran).toEqual(expect.arrayContaining([`x-h: ${hostile}`, "authorization: <masked, 10 bytes>"]));
    expect(JSON.parse(ran[ran.indexOf("-d") + 1]!)).toEqual({ a: hostile, password: "hunter2" });
    expect(ran.slice(-2)).toEqual(["192.0.2.2:80", "p.S/Unary"]);
    expect(words("--stream", "1", "--proto", "set.bin")).toEqual(expect.arrayContaining(["-protoset", "set.bin"]));
    expect(words("--stream", "1", "--proto", "set.bin", "--show-secrets")).toContain("authorization: Bearer abc");
  });

  it("of anything else is curl", () => {
    expect(words("--stream", "1")[0]).toBe("curl");
    const ran = words("--stream", "3");
    expect(ran).toContain(`x-h: ${hostile}`);
    expect(ran.at(-1)).toMatch(/^http:\/\/192\.0\.2\.2:80\//);
  });

  it("needs a stream that is there", () => {
    expect(h2lint(["repro", "secret.pcap"])).toMatchObject({ status: 2, stdout: "" });
    expect(h2lint(["repro", "secret.pcap", "--stream", "9"])).toMatchObject({ status: 2, stdout: "" });
  });
});

describe("logs", () => {
  it("of both ends stand beside the finding", () => {
    const { status, stdout } = h2lint([`${trailers}.pcap`, ...bothLogs]);
    expect(status).toBe(1);
    expect(stdout).toContain(`${trailers}.client.log:15`);
    expect(stdout).toContain(`${trailers}.server.log:3`);
    expect(stdout).toContain("5 more lines with --verbose");
    const verbose = h2lint([`${trailers}.pcap`, ...bothLogs, "--verbose"]).stdout;
    for (const line of [6, 14, 15, 16]) expect(verbose).toContain(`client.log:${line}`);
    expect(verbose).not.toContain("more lines with --verbose");
  });

  it("alone prove nothing of the case h2lint was born from, and say so", () => {
    const { status, stdout } = h2lint(["--log", `${trailers}.client.log`]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/grpc\/request-trailers +connection 1, stream 1, line 6/);
    expect(stdout).toContain("not proven: not all fields are known");
    expect(h2lint(["--log", `${trailers}.server.log`]).stdout).toContain("an answer known from the log only, likely");
  });

  it("name calls whose path went by before the capture", () => {
    const table = h2lint(["calls", "late.pcap", "--log", "go.server.log", "--verbose"]);
    expect(table).toMatchObject({ status: 0, stderr: "" });
    expect(table.stdout).toMatch(/^1\.17 +~\/shop\.Cart\/Add\n.*\n +inferred, 99 %: go\.server\.log:\d+ names it$/m);
    expect(h2lint(["calls", "late.pcap"]).stdout).not.toContain("~/shop");
    const chinese = h2lint(["calls", "late.pcap", "--log", "go.server.log", "--verbose", "--lang", "zh"]).stdout;
    expect(chinese).toMatch(/推断，99 %：go\.server\.log:\d+ 写了它/);
    const json = JSON.parse(h2lint(["calls", "late.pcap", "--log", "server=go.server.log", "-f", "json"]).stdout) as {
      calls: { path?: string; pathInferred?: { path: string } }[];
      methods: { method: string; inferred?: true }[];
    };
    expect(json.calls.filter(({ pathInferred }) => pathInferred !== undefined).length).toBe(8);
    expect(json.calls.every(({ path, pathInferred }) => (path === undefined) !== (pathInferred === undefined))).toBe(true);
    expect(json.methods).toContainEqual(expect.objectContaining({ method: "~/shop.Cart/Add", inferred: true }));
    const calls = (args: string[]) =>
      (JSON.parse(h2lint(["info", "late.pcap", "-f", "json", ...args]).stdout) as { certainty: { calls: object } }).certainty
        .calls;
    expect(calls([])).toEqual({ exact: 6, inferred: 0, unknown: 7 });
    expect(calls(["--log", "go.server.log"])).toEqual({ exact: 6, inferred: 7, unknown: 0 });
  });

  it("that name no call are reported", () => {
    const { status, stderr, stdout } = h2lint(["calls", "late.pcap", "--log", `${trailers}.client.log`]);
    expect(status).toBe(0);
    expect(stderr).toBe(
      `h2lint: ${trailers}.client.log: 1 connections of the log are not in the capture, by their frames and times\n`,
    );
    expect(stdout).toBe(h2lint(["calls", "late.pcap"]).stdout);
    expect(h2lint(["calls", "late.pcap", "--log", "none/notes.txt"]).stderr).toContain("none of its 1 lines has a known format");
    expect(h2lint(["calls", "late.pcap", "--log", "none/notes.txt", "--quiet"]).stderr).toBe("");
  });

  it("name nothing without a capture", () =>
    expect(h2lint(["calls", "--log", "go.server.log"])).toMatchObject({ status: 2, stdout: "" }));

  it("without HTTP/2 are hollow", () => expect(h2lint(["--log", "none/notes.txt"]).status).toBe(3));

  it.each(["json", "ndjson", "sarif", "junit", "github", "gitlab", "markdown"])("are told in %s", (format) => {
    for (const args of [
      [`${trailers}.pcap`, ...bothLogs],
      ["--log", `${trailers}.client.log`],
    ]) {
      const { stdout, stderr } = h2lint([...args, "--format", format]);
      expect(stderr).toBe("");
      expect(stdout).not.toMatch(/: (?:undefined|NaN)\b|packet undefined/);
    }
  });
});
