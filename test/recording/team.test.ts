// Recorded traffic as a team checks it: what is known is accepted, what is new fails with one annotation, what is fixed is named, and the
// same calls recorded again, at other ports and times, are the same findings.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { loadPackageDefinition, Server, ServerCredentials } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordTraffic } from "../../src/testing/record.ts";
import { grpcRequest, type Story, written } from "../../src/testing.ts";
import { build, type Program } from "../cli/program.ts";

const echo = new URL("echo.proto", import.meta.url).pathname;
const request = { ...grpcRequest, ":path": "/test.echo.Echo/Unary" };
/** An echo.Request of text "hi". */
const message = "\0\0\0\0\x04\n\x02hi";

/** A client's side; the server is a real one. */
const good: Story = (s) => {
  for (const id of [1, 3]) s.client.headers(id, { fields: request }).data(id, message, { endStream: true });
};
/** As Volo did once. */
const known: Story = (s) => s.client.headers(1, { fields: request }).data(1, message).trailers(1, { "grpc-status": "0" });
const fresh: Story = (s) => {
  known(s);
  s.client.headers(3, { fields: { ...request, "X-Tenant": "blue" } }).data(3, message, { endStream: true });
};

// loadPackageDefinition types nothing of what it loads.
const loaded = loadPackageDefinition(loadSync(echo)) as unknown as {
  readonly test: { readonly echo: { readonly Echo: { readonly service: Parameters<Server["addService"]>[0] } } };
};

async function recordingOf(story: Story): Promise<Uint8Array> {
  const server = new Server();
  server.addService(loaded.test.echo.Echo.service, {
    Unary: (_: unknown, answer: (error: null, reply: object) => void) => answer(null, { text: "hi!" }),
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const recording = await recordTraffic(port);
  const segments = written(story).segments.filter(({ from, bytes }) => from === "client" && bytes.length > 0);
  await new Promise<void>((resolve) => {
    const socket = connect({ port: recording.port, host: "127.0.0.1" });
    socket.on("close", () => resolve());
    socket.on("error", () => resolve());
    let answered: NodeJS.Timeout | undefined;
    // Done when the server has said all that it wants to.
    socket.on("data", () => {
      clearTimeout(answered);
      answered = setTimeout(() => socket.end(), 100);
    });
    for (const { bytes } of segments) socket.write(bytes);
  });
  server.forceShutdown();
  return recording.stop();
}

let program: Program;
const file = (name: string): string => join(program.folder, name);
const record = async (name: string, story: Story): Promise<void> => writeFileSync(file(name), await recordingOf(story));

interface Report {
  readonly connections: readonly { readonly client: string; readonly server: string; readonly start: string }[];
  readonly findings: readonly { readonly rule: string; readonly fingerprint: string; readonly certainty: string }[];
}
const reportOf = (name: string): Report =>
  JSON.parse(program.h2lint([name, "-f", "json", "--fail-on", "never"]).stdout) as Report;

beforeAll(async () => {
  program = await build();
  for (const folder of ["monday", "tuesday", "wednesday", "thursday"]) mkdirSync(file(folder));
  await record("monday/a.pcapng", known);
  await record("monday/b.pcapng", good);
  await record("tuesday/b.pcapng", known);
  await record("tuesday/a.pcapng", good);
  await record("wednesday/a.pcapng", fresh);
  await record("thursday/a.pcapng", good);
}, 120_000);

afterAll(() => program.remove());

const check = (folder: string, ...args: string[]) => program.h2lint(["check", "--baseline", "known.json", ...args, folder]);

describe("a team's recordings", () => {
  it("on Monday: what is known is accepted", () => {
    expect(
      reportOf("monday")
        .findings.filter(({ certainty }) => certainty === "proven")
        .map(({ rule }) => rule),
    ).toContain("grpc/request-trailers");
    expect(check("monday", "--update-baseline")).toMatchObject({ status: 0 });
    const { entries } = JSON.parse(readFileSync(file("known.json"), "utf8")) as { entries: object[] };
    expect(entries.length).toBeGreaterThan(0);
    expect(check("monday", "--require-complete")).toMatchObject({ status: 0, stderr: "" });
  });

  it("on Tuesday: recorded again, on other ports, it is the same", () => {
    const [before, now] = [reportOf("monday"), reportOf("tuesday")];
    const fingerprints = ({ findings }: Report) => [...new Set(findings.map(({ fingerprint }) => fingerprint))].sort();
    expect(fingerprints(now)).toEqual(fingerprints(before));
    for (const key of ["client", "server", "start"] as const)
      for (const connection of now.connections) expect(before.connections.map((one) => one[key])).not.toContain(connection[key]);
    const { status, stdout } = check("tuesday", "--format", "github");
    expect([status, stdout]).toEqual([0, ""]);
    expect(check("tuesday").stdout).not.toContain("matched nothing");
    expect(check("tuesday", "--update-baseline").stderr).toBe("h2lint: known.json: unchanged\n");
  });

  it("on Wednesday: what is new fails, with one annotation", () => {
    const { status, stdout } = check("wednesday", "--format", "github");
    expect(status).toBe(1);
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(
        /^::error file=wednesday\/a\.pcapng,title=headers\/[\w-]+::.*connection 1, stream 3, packet \d+$/,
      ) as string,
    ]);
  });

  it("on Thursday: what was fixed is named as stale, and dropped", () => {
    const { status, stdout } = check("thursday");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^known\.json: [0-9a-f]{16} {2}grpc\/request-trailers matched nothing: /m);
    expect(check("thursday", "--update-baseline").stderr).toMatch(/^h2lint: known\.json: 0 added, 1 removed, \d+ kept\n$/);
    expect(check("thursday").stdout).not.toContain("known.json");
  });
});
