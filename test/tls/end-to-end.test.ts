// Real peers over TLS, recorded on their way: from the capture and a key log to findings and verdicts.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import type { AnalyzeOptions } from "../../src/analyze-options.ts";
import { bytesSource, type Source, streamSource } from "../../src/capture/source.ts";
import { findKeys } from "../../src/cli/keys.ts";
import type { ConnectionEvent, DiagnosticEvent, FindingEvent, ReportEvent, SummaryEvent } from "../../src/report/event.ts";
import { recordTraffic } from "../../src/testing.ts";
import { rsa } from "./certificates.ts";

interface Recorded {
  readonly capture: Uint8Array;
  readonly keyLog: string;
}

interface Report {
  readonly connections: readonly ConnectionEvent[];
  readonly findings: readonly FindingEvent[];
  readonly diagnostics: readonly DiagnosticEvent[];
  readonly summary: SummaryEvent;
  readonly text: string;
}

/** A client that sends what is wrong after a call that is right. */
async function record(options: tls.SecureContextOptions & { readonly ciphers?: string }): Promise<Recorded> {
  const server = http2.createSecureServer({ ...rsa, ...options });
  server.on("stream", (stream) => {
    stream.respond({ ":status": 200 });
    stream.end("x".repeat(50_000));
  });
  server.on("error", () => {}).on("sessionError", () => {});
  await once(server.listen(0, "127.0.0.1"), "listening");
  const recording = await recordTraffic((server.address() as AddressInfo).port);
  const keys: Buffer[] = [];
  const open = async (): Promise<tls.TLSSocket> => {
    const socket = tls.connect({
      ...{ port: recording.port, host: "127.0.0.1", servername: "localhost", rejectUnauthorized: false },
      ...{ ALPNProtocols: ["h2"], ...options },
    });
    socket.on("keylog", (line) => void keys.push(line)).on("error", () => {});
    await once(socket, "secureConnect");
    return socket;
  };
  const socket = await open();
  const client = http2.connect("https://localhost", { createConnection: () => socket });
  const request = client.request({ ":path": "/ok" });
  request.resume();
  await once(request, "end");
  client.close();
  await once(socket, "close");
  const raw = await open();
  // Node closes without GOAWAY where the fault comes before it has sent its SETTINGS.
  await once(raw, "data");
  // RFC 9113 5.1.1: the client's streams have odd numbers.
  raw.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
  raw.write(Buffer.from("000000040000000000" + "000004010500000002" + "828684" + "87", "hex"));
  raw.resume();
  await once(raw, "close");
  const capture = await recording.stop();
  server.close();
  return { capture, keyLog: Buffer.concat(keys).toString("latin1") };
}

async function report(sources: readonly (string | Source)[], options: AnalyzeOptions = {}): Promise<Report> {
  const events: ReportEvent[] = [];
  for await (const event of analyze(sources, options)) events.push(event);
  const of = <K extends ReportEvent["kind"]>(kind: K) =>
    events.filter((event): event is Extract<ReportEvent, { kind: K }> => event.kind === kind);
  return {
    connections: of("connection").sort((a, b) => a.id - b.id),
    findings: of("finding"),
    diagnostics: of("diagnostic"),
    summary: of("summary")[0]!,
    text: JSON.stringify(events),
  };
}

const memory = (bytes: Uint8Array): Source => bytesSource("a.pcapng", bytes);
const keysOf = (text: string): Source => bytesSource("a.keys", Buffer.from(text, "latin1"));

/** draft-ietf-opsawg-pcapng 4.7. */
function secretsBlock(keyLog: string): Buffer {
  const secrets = Buffer.from(keyLog, "latin1");
  const padded = Math.ceil(secrets.length / 4) * 4;
  const block = Buffer.alloc(20 + padded);
  block.writeUInt32LE(10, 0);
  block.writeUInt32LE(block.length, 4);
  block.writeUInt32LE(0x544c534b, 8);
  block.writeUInt32LE(secrets.length, 12);
  secrets.copy(block, 16);
  block.writeUInt32LE(block.length, block.length - 4);
  return block;
}

/** Secrets as a key log spells them. */
const secretsIn = (keyLog: string): string[] =>
  keyLog
    .trim()
    .split("\n")
    .map((line) => line.trim().split(" ")[2]!);

function expectJudged({ connections, findings }: Report, version: string): void {
  expect(connections.map(({ protocol, transport, calls }) => [protocol, transport, calls])).toEqual([
    ["h2", "tls", 1],
    ["h2", "tls", expect.any(Number)],
  ]);
  for (const { tls: told, complete } of connections) {
    expect(told).toMatchObject({ version, serverName: "localhost", alpn: "h2", decrypted: "both" });
    expect(told).not.toHaveProperty("reason");
    expect(complete).toMatchObject({ start: true, lostOctets: { client: 0, server: 0 } });
  }
  const errors = findings.filter(({ severity }) => severity === "error");
  expect(errors.map(({ rule, connection, certainty }) => [rule, connection, certainty])).toEqual([
    ["stream-id/even-client", 2, "proven"],
  ]);
  expect(errors[0]!.reaction).toMatchObject({ kind: "goaway", errorCode: "INTERNAL_ERROR" });
}

describe.each(["TLSv1.2", "TLSv1.3"] as const)("%s", (name) => {
  const version = name.replace("v", " ");
  let recorded: Recorded;
  beforeAll(async () => {
    recorded = await record({ minVersion: name, maxVersion: name });
  });

  it("is judged as without TLS", async () => {
    const { capture, keyLog } = recorded;
    const found = await report([memory(capture)], { keys: [keysOf(keyLog)] });
    expectJudged(found, version);
    expect(found.summary.keys).toEqual([{ ...file, used: true, secrets: keyLog.trim().split("\n").length - exporters(keyLog) }]);
    for (const secret of secretsIn(keyLog)) expect(found.text).not.toContain(secret);
  });

  it("the reference engine finds the same", async () => {
    const source = bytesSource("a.pcap", pcapOf(recorded.capture));
    const keys = [keysOf(recorded.keyLog)];
    const found = await report([source], { keys, engine: "reference" });
    expectJudged(found, version);
    const same = await report([bytesSource("a.pcap", pcapOf(recorded.capture))], { keys: [keysOf(recorded.keyLog)] });
    expect([found.findings, found.connections]).toEqual([same.findings, same.connections]);
  });

  it("by secrets at the end of the capture", async () => {
    const whole = Buffer.concat([recorded.capture, secretsBlock(recorded.keyLog)]);
    const found = await report([memory(whole)]);
    expectJudged(found, version);
    expect(found.summary.keys).toMatchObject([{ file: "a.pcapng", origin: "inside the capture", used: true }]);
    for (const secret of secretsIn(recorded.keyLog)) expect(found.text).not.toContain(secret);
  });

  it("by secrets at the end of what can be read once", async () => {
    const whole = Buffer.concat([recorded.capture, secretsBlock(recorded.keyLog)]);
    // They come when both connections are over: what these sent waits.
    const found = await report([streamSource("a fifo", Readable.from([whole]))]);
    expectJudged(found, version);
    const file = await report([memory(whole)]);
    expect(found.findings).toEqual(file.findings);
    expect(found.connections).toEqual(file.connections);
  });

  it("by secrets at the end of what can be read once, and less room than what waits: the reason says so", async () => {
    const whole = Buffer.concat([recorded.capture, secretsBlock(recorded.keyLog)]);
    const source = streamSource("a fifo", Readable.from([whole]));
    const found = await report([source], { limits: { tlsParkedOctets: 1000 } });
    const late = ["none", "keys-not-in-time"];
    expect(found.connections.map(({ tls: told }) => [told!.decrypted, told!.reason])).toEqual([late, late]);
    expect(found.findings.filter(({ severity, certainty }) => severity === "error" && certainty === "proven")).toEqual([]);
  });

  it("by secrets before the packets of what can be read once", async () => {
    // Behind the first block, which begins the section.
    const head = Buffer.from(recorded.capture).readUInt32LE(4);
    const { capture, keyLog } = recorded;
    const whole = Buffer.concat([capture.subarray(0, head), secretsBlock(keyLog), capture.subarray(head)]);
    expectJudged(await report([streamSource("a fifo", Readable.from([whole]))]), version);
  });

  it("without keys says what is missing", async () => {
    const { connections, summary, diagnostics } = await report([memory(recorded.capture)]);
    for (const { tls: told, protocol } of connections) {
      expect(protocol).toBe("tls-unknown");
      expect(told).toMatchObject({ decrypted: "none", reason: "no-keys", advice: expect.stringContaining("--keys") });
    }
    expect(summary).not.toHaveProperty("keys");
    expect(diagnostics.map(({ code }) => code)).toEqual(["capture/not-decrypted", "capture/not-decrypted"]);
  });

  it("with the keys of others names both", async () => {
    const theirs = "ab".repeat(32);
    const line = `CLIENT_RANDOM ${theirs} ${"cd".repeat(48)}\n`;
    const { connections, summary, diagnostics } = await report([memory(recorded.capture)], { keys: [keysOf(line)] });
    const ours = connections[0]!.tls!.clientRandom!;
    expect(connections[0]!.tls!.reason).toBe("no-key-for-connection");
    expect(summary.keys).toMatchObject([{ used: false }]);
    const told = diagnostics.find(({ code }) => code === "capture/keys-of-others");
    expect(told?.message).toContain(theirs);
    expect(told?.message).toContain(ours);
  });

  it("with keys of one connection decrypts that", async () => {
    const lines = recorded.keyLog.trim().split("\n");
    const random = lines[0]!.split(" ")[1]!;
    const keys = keysOf(`${lines.filter((line) => line.includes(random)).join("\n")}\n`);
    const { connections } = await report([memory(recorded.capture)], { keys: [keys] });
    expect(connections.map(({ tls: told }) => [told!.decrypted, told!.reason])).toEqual([
      ["both", undefined],
      ["none", "no-key-for-connection"],
    ]);
  });

  // What does not authenticate is left out: nothing is found that the peers did not do.
  it("any flipped byte proves nothing and is told", async () => {
    const { capture, keyLog } = recorded;
    const places = payloadsOf(capture);
    for (let i = 0; i < 60; i++) {
      const at = places[Math.floor((i * places.length) / 60)]!;
      const flipped = Buffer.from(capture);
      flipped[at]! ^= 1 << (i % 8);
      const { findings, connections, diagnostics } = await report([memory(flipped)], { keys: [keysOf(keyLog)] });
      const wrong = findings.filter(
        ({ rule, severity, certainty }) =>
          severity === "error" && certainty === "proven" && rule !== "stream-id/even-client" && !rule.startsWith("tls/"),
      );
      expect(wrong.map(({ rule, message }) => [at, rule, message])).toEqual([]);
      const told =
        diagnostics.some(({ severity }) => severity !== "info") || connections.some(({ tls: one }) => one === undefined);
      const harmless = connections.every(({ tls: one }) => one?.decrypted === "both" && one.reason === undefined);
      expect(told || harmless, `byte ${at}`).toBe(true);
    }
  });

  it("any packet that is missing proves nothing", async () => {
    const { capture, keyLog } = recorded;
    const blocks = blocksOf(capture);
    const packets = blocks.filter((block) => block.readUInt32LE(0) === 6);
    for (const packet of packets.filter((_, i) => i % Math.ceil(packets.length / 40) === 0)) {
      const rest = Buffer.concat(blocks.filter((block) => block !== packet));
      const { findings } = await report([memory(rest)], { keys: [keysOf(keyLog)] });
      const wrong = findings.filter(
        ({ rule, severity, certainty }) =>
          severity === "error" && certainty === "proven" && rule !== "stream-id/even-client" && !rule.startsWith("tls/"),
      );
      expect(wrong.map(({ rule, message }) => [rule, message])).toEqual([]);
    }
  });
});

it("a private key reads RSA key exchange", async () => {
  const { capture } = await record({ maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" });
  const key = bytesSource("key.pem", Buffer.from(rsa.key));
  const found = await report([memory(capture)], { keys: [{ source: key, origin: "--keys" }] });
  expectJudged(found, "TLS 1.2");
  expect(found.summary.keys).toEqual([{ file: "key.pem", origin: "--keys", kind: "private-key" }]);
  expect(found.findings.map(({ rule }) => rule)).toContain("tls/cipher-prohibited");
  expect(found.text).not.toContain("PRIVATE KEY");
});

describe("where keys are found", () => {
  const folder = mkdtempSync(join(tmpdir(), "h2lint-keys-"));
  const pcap = join(folder, "x.pcap");
  const log = `CLIENT_RANDOM ${"ab".repeat(32)} ${"cd".repeat(48)}\n`;
  for (const name of ["x.keys", "x.sslkeylog", "named"]) writeFileSync(join(folder, name), log);
  const before = process.env["SSLKEYLOGFILE"];
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    if (before === undefined) delete process.env["SSLKEYLOGFILE"];
    else process.env["SSLKEYLOGFILE"] = before;
  });

  it("the option goes first, then the environment, then what lies beside the capture", () => {
    process.env["SSLKEYLOGFILE"] = join(folder, "named");
    expect(findKeys(["a", "b"], [pcap])).toEqual([
      { source: "a", origin: "--keys" },
      { source: "b", origin: "--keys" },
    ]);
    expect(findKeys([], [pcap])).toMatchObject([{ source: join(folder, "named"), origin: "SSLKEYLOGFILE" }]);
    process.env["SSLKEYLOGFILE"] = join(folder, "not there");
    expect(findKeys([], [pcap, `${pcap}ng.gz`]).map(({ source }) => source)).toEqual([
      ...[join(folder, "x.keys"), join(folder, "x.sslkeylog")],
      ...[join(folder, "x.keys"), join(folder, "x.sslkeylog")],
    ]);
  });

  it.each([
    ["not there", "no such file or folder"],
    ["x.pcap", "neither a TLS key log nor a private key"],
    ["none", "no TLS key log and no private key in this folder"],
  ])("%s is refused", async (name, message) => {
    writeFileSync(pcap, "no keys");
    const none = mkdtempSync(join(folder, "none-"));
    const source = name === "none" ? none : join(folder, name);
    await expect(report([], { keys: [source] })).rejects.toThrow(message);
  });
});

const file = { file: "a.keys", origin: "given", kind: "key-log" };
const exporters = (keyLog: string): number => keyLog.split("\n").filter((line) => line.startsWith("EXPORTER")).length;

function blocksOf(capture: Uint8Array): Buffer[] {
  const all = Buffer.from(capture);
  const blocks: Buffer[] = [];
  for (let at = 0; at < all.length; at += all.readUInt32LE(at + 4)) blocks.push(all.subarray(at, at + all.readUInt32LE(at + 4)));
  return blocks;
}

/** Where TCP payload stands in the file. */
function payloadsOf(capture: Uint8Array): number[] {
  const places: number[] = [];
  let at = 0;
  for (const block of blocksOf(capture)) {
    // IPv4 and TCP without options, as the recorder writes them, or with: their own lengths say it.
    if (block.readUInt32LE(0) === 6) {
      const ip = 28;
      const head = (block[ip]! & 0xf) * 4;
      const tcp = ip + head;
      const start = tcp + (block[tcp + 12]! >> 4) * 4;
      const end = ip + block.readUInt16BE(ip + 2);
      for (let p = start; p < end; p++) places.push(at + p);
    }
    at += block.length;
  }
  return places;
}

/** The packets as a pcap, whose times are in microseconds: the recorder's are in nanoseconds. */
function pcapOf(capture: Uint8Array): Buffer {
  const head = Buffer.from("d4c3b2a1020004000000000000000000ffff000000000000", "hex");
  const pieces: Buffer[] = [head];
  for (const block of blocksOf(capture)) {
    const type = block.readUInt32LE(0);
    if (type === 1) head.writeUInt32LE(block.readUInt16LE(8), 20);
    if (type !== 6) continue;
    const micros = ((BigInt(block.readUInt32LE(12)) << 32n) | BigInt(block.readUInt32LE(16))) / 1000n;
    const record = Buffer.alloc(16);
    record.writeUInt32LE(Number(micros / 1_000_000n), 0);
    record.writeUInt32LE(Number(micros % 1_000_000n), 4);
    record.writeUInt32LE(block.readUInt32LE(20), 8);
    record.writeUInt32LE(block.readUInt32LE(24), 12);
    pieces.push(record, block.subarray(28, 28 + block.readUInt32LE(20)));
  }
  return Buffer.concat(pieces);
}
