// docs/report.schema.json against what is written. Fields may be added to a report, but not in silence: each must be named in the schema.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Ajv2020, type AnySchemaObject, type ValidateFunction } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import type { LogSource } from "../../src/analyze-options.ts";
import type { Source } from "../../src/capture/source.ts";
import type { ReportEvent } from "../../src/report/event.ts";
import { jsonReport } from "../../src/report/json.ts";
import { capture, captureName, capturesIn, haveCaptures } from "../capture/reading.ts";
import { findingOf, runOf, summaryOf, written } from "./events.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const schema = JSON.parse(readFileSync(`${root}docs/report.schema.json`, "utf8")) as AnySchemaObject;

/** The schema, with every object closed that names its fields. */
function closed(of: unknown): unknown {
  if (Array.isArray(of)) return of.map(closed);
  if (typeof of !== "object" || of === null) return of;
  const inner = Object.fromEntries(Object.entries(of).map(([key, value]) => [key, closed(value)]));
  return "properties" in inner ? { ...inner, additionalProperties: false } : inner;
}

const ajv = () => new Ajv2020({ allErrors: true, allowUnionTypes: true, formats: { date: /^\d{4}-\d\d-\d\d$/ } });
const open = ajv().compile(schema);
const strict = ajv().compile(closed(schema) as AnySchemaObject);

function faultsOf(validate: ValidateFunction, report: unknown): unknown[] {
  validate(report);
  return (validate.errors ?? []).map(({ instancePath, message, params }) => [instancePath, message, params]);
}

async function reportOf(sources: readonly (string | Source)[], logs: readonly LogSource[] = []): Promise<unknown> {
  const events: ReportEvent[] = [];
  for await (const event of analyze(sources, { preset: "all", logs })) events.push(event);
  return JSON.parse(written(jsonReport, events));
}

const frame = { kind: "headers", streamId: 1, from: "client", packet: 12, time: "1766400000.000000001", offset: 198 };

/** Every field that the interface documents, and those beside it. */
const whole = {
  schema: "h2lint-report/1",
  tool: { name: "h2lint", version: "0.1.0", engine: "fast" },
  captures: [
    {
      ...{ file: "volo.pcap", format: "pcapng", compression: "gzip", packets: 21, octets: 3120 },
      ...{ start: "1766400000.000000000", end: "1766400001.000000000" },
      interfaces: [{ name: "lo", description: "loopback", filter: "tcp", os: "Linux", linkType: 1, packets: 21 }],
    },
  ],
  keys: [{ file: "volo.keys", origin: "--keys", kind: "key-log", secrets: 5, used: true }],
  logs: [
    {
      ...{ file: "server.log", side: "server", formats: ["grpc-go"], lines: 9, read: 4, connections: 1, joined: 1 },
      clockOffset: 3600.5,
    },
  ],
  connections: [
    {
      ...{ id: 1, client: "127.0.0.1:40112", server: "127.0.0.1:50051", transport: "tcp", protocol: "h2c-prior-knowledge" },
      complete: { start: true, end: true, lostOctets: { client: 0, server: 0 } },
      ...{ frames: 11, streams: 1, calls: 1, start: "1766400000.000000000", duration: 1, recognised: "ssh" },
      roles: { certainty: "likely", by: "ports" },
      proxied: { version: 2, client: "192.0.2.1:1", server: "192.0.2.2:2" },
      tunnel: { via: "socks5", target: "h2.test:80" },
      tls: {
        ...{ version: "TLS 1.3", serverName: "h2.test", alpnOffered: ["h2"], alpn: "h2", helloRetryRequest: true },
        ...{ suite: "TLS_AES_128_GCM_SHA256", resumed: true, earlyData: "accepted", decrypted: "none", reason: "no-keys" },
        ...{ why: "without keys", advice: "give them", clientRandom: "00" },
        certificate: {
          ...{ subject: "CN=a", issuer: "CN=a", names: "DNS:a", validFrom: "Nov 1", validTo: "Nov 2", keyType: "rsa" },
          ...{ keyBits: 2048, chain: 1 },
        },
      },
      endedBy: { side: "server", how: "fin", packet: 19 },
      log: { file: "client.log", line: 3, side: "client", name: "0xc000" },
      software: { client: "volo", server: "grpc-go" },
      softwareEvidence: [
        {
          ...{ side: "server", software: "grpc-go", sign: "ping", text: "02041010090e0707" },
          ...{ says: "its bandwidth probe", hopByHop: true, packet: 13 },
        },
      ],
    },
  ],
  findings: [
    {
      ...{ rule: "grpc/request-trailers", severity: "error", certainty: "unproven", because: ["start"] },
      ...{ message: "stream 1 ends", shape: "stream {streamId} ends", data: { streamId: 1, name: "x" }, offender: "client" },
      ...{ connection: 1, stream: 1, path: "/a.B/C" },
      frame: { ...frame, flags: 5, length: 12, text: "x", comment: "y", file: "volo.pcap", line: 3 },
      related: [{ ...frame, role: "opened the stream" }],
      spec: [{ document: "gRPC over HTTP2", section: "Requests", level: "MUST" }],
      ...{
        count: 2,
        connections: 2,
        consequent: false,
        hides: ["grpc/client-sends-status"],
        fingerprint: "9f2c",
        baseline: true,
      },
      reaction: {
        ...{ verdict: "as-specified", confidence: "exact", kind: "goaway", errorCode: "PROTOCOL_ERROR", status: 200 },
        ...{ lastStreamId: 1, debug: "", frame: { ...frame, kind: "goaway", streamId: 0, from: "server" } },
        ...{ from: "server", file: "volo.pcap", packet: 19, time: "1766400000.000000000", comment: "x" },
        closed: { how: "fin", packet: 19, time: "1766400000.000000000", delay: 1 },
        ...{ delay: 412000, streamsKilled: [1], retrySafe: [], explanation: "x", evidence: [{ points: -2, reason: "y" }] },
        due: { scope: "stream", codes: ["PROTOCOL_ERROR"] },
        lost: [{ path: "/a.B/C", protocol: "grpc", streams: [1], retrySafe: [], saw: "UNAVAILABLE (14)" }],
        also: [{ rule: "a/b", stream: 3, packet: 14 }],
        further: [{ kind: "goaway", errorCode: "CANCEL", packet: 20, time: "1766400000.000000000", delay: 1 }],
        selfInflicted: { kind: "goaway", errorCode: "CANCEL", packet: 20, time: "1766400000.000000000", delay: 1 },
        logs: [{ file: "server.log", line: 7, side: "server", tells: "fault", text: "...", confidence: "exact" }],
      },
    },
  ],
  unexplained: [
    { connection: 2, reaction: { kind: "fin" }, before: [frame], unchecked: ["hpack: 1 gap"], refusals: ["x"], baseline: true },
  ],
  diagnostics: [
    {
      ...{ code: "capture/lost-segments", severity: "loss", count: 3, message: "lost" },
      place: { file: "volo.pcap", packet: 88, line: 2, connection: 1, from: "client", offset: 4 },
    },
  ],
  unchecked: [{ rule: "headers/*", reason: "hpack", count: 14 }],
  baseline: {
    file: "baseline.json",
    stale: [{ fingerprint: "9f2c", rule: "a/b", message: "x", reason: "y", expires: "2026-12-31" }],
    expired: [],
  },
  budgets: [
    {
      ...{
        assert: "latency",
        asserted: "p99 of /a.B/C at most 5ms",
        status: "undecided",
        message: "1 call",
        because: "x",
        count: 0,
      },
      places: [{ connection: 1, stream: 1, file: "volo.pcap", packet: 8, what: "6 ms" }],
      fingerprint: "9f2c",
    },
  ],
  summary: {
    budgets: { held: 0, broken: 0, undecided: 1 },
    ...{ connections: 1, http2Connections: 1, frames: 11, calls: 1, errors: 1, warnings: 0, infos: 0, unproven: 0 },
    ...{ baseline: 0, answered: 1, due: 1, unexplained: 0, incomplete: false },
  },
};

describe("the schema", () => {
  it("is version 1 of draft 2020-12", () => {
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(schema["properties"]).toMatchObject({ schema: { const: "h2lint-report/1" } });
  });

  it("names every documented field", () => expect(faultsOf(strict, whole)).toEqual([]));

  it("names none that the whole example has not", () => {
    const unused: string[] = [];
    const walk = (of: AnySchemaObject, values: readonly unknown[], path: string): void => {
      if (typeof of["$ref"] === "string") {
        const name = of["$ref"].replace("#/$defs/", "");
        walk((schema["$defs"] as Record<string, AnySchemaObject>)[name]!, values, path);
      }
      if (of["items"] !== undefined) walk(of["items"] as AnySchemaObject, values.flat(), `${path}[]`);
      for (const [name, of_] of Object.entries((of["properties"] ?? {}) as Record<string, AnySchemaObject>)) {
        const inner = values.flatMap((value) => {
          const field = (value as Record<string, unknown>)[name];
          return field === undefined ? [] : [field];
        });
        // One frame of the example has all fields, the others are as frames are.
        if (inner.length === 0 && values.length > 0 && !/frame$|related|before/.test(path)) unused.push(`${path}.${name}`);
        walk(of_, inner, `${path}.${name}`);
      }
    };
    walk(schema, [whole], "");
    expect(unused.filter((path) => !/^\.unexplained\[\]\.reaction\./.test(path))).toEqual([]);
  });

  it("lets fields be added, and has the test name them", () => {
    const more = { ...whole, summary: { ...whole.summary, fresh: 1 } };
    expect(faultsOf(open, more)).toEqual([]);
    expect(faultsOf(strict, more)).toEqual([
      ["/summary", "must NOT have additional properties", { additionalProperty: "fresh" }],
    ]);
  });

  it.each<[string, (report: typeof whole) => unknown]>([
    ["another version", (report) => ({ ...report, schema: "h2lint-report/2" })],
    ["no findings", ({ findings: _, ...rest }) => rest],
    ["a packet 0", (report) => ({ ...report, findings: [{ ...report.findings[0]!, frame: { ...frame, packet: 0 } }] })],
    [
      "a time that is a number",
      (report) => ({ ...report, findings: [{ ...report.findings[0]!, frame: { ...frame, time: 1.5 } }] }),
    ],
    ["an unknown verdict", (report) => ({ ...report, findings: [{ ...report.findings[0]!, reaction: { verdict: "good" } }] })],
    ["a half byte", (report) => ({ ...report, captures: [{ ...report.captures[0]!, octets: 0.5 }] })],
  ])("refuses %s", (_, change) => expect(faultsOf(open, change(whole))).not.toEqual([]));
});

const samples = readdirSync(`${root}samples`).filter((name) => name.endsWith(".pcap"));

describe("reports of the samples", () => {
  it.each(samples)("%s", async (name) => {
    expect(faultsOf(strict, await reportOf([`${root}samples/${name}`]))).toEqual([]);
  });

  it("of two at once", async () => {
    expect(faultsOf(strict, await reportOf(samples.slice(0, 2).map((name) => `${root}samples/${name}`)))).toEqual([]);
  });

  const trailers = `${root}samples/h2-trailers-grpc-go-1.85`;
  const logs = [{ source: `${trailers}.client.log`, side: "client" as const }, { source: `${trailers}.server.log` }];

  it("with logs", async () => {
    const report = (await reportOf([`${trailers}.pcap`], logs)) as {
      findings: { reaction: { logs?: unknown[] } }[];
    };
    expect(report.findings.flatMap(({ reaction }) => reaction.logs ?? []).length).toBeGreaterThan(5);
    expect(faultsOf(strict, report)).toEqual([]);
  });

  it.each(["client.log", "server.log"])("of a log alone: %s", async (name) => {
    expect(faultsOf(strict, await reportOf([], [{ source: `${trailers}.${name}` }]))).toEqual([]);
  });

  it("of events made by hand", () => {
    const report = JSON.parse(written(jsonReport, [runOf("a.pcap"), findingOf(), summaryOf()])) as unknown;
    expect(faultsOf(strict, report)).toEqual([]);
  });
});

describe.skipIf(!haveCaptures)("reports of recorded traffic", () => {
  const every = (paths: readonly string[], step: number) => paths.filter((_, index) => index % step === 0);
  const some = [
    ...capturesIn("wrapped", /\.(pcap|pcapng)(\.gz)?$/),
    ...every(capturesIn("h2spec", /\.pcap$/), 25),
    ...every(capturesIn("tls", /\.pcap/), 4),
    ...every(capturesIn("http2", /\.pcap$/), 4),
  ];

  it.each(some.map(captureName))("%s", async (name) => {
    expect(faultsOf(strict, await reportOf([capture(name)]))).toEqual([]);
  });
});
