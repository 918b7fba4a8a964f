// Spans loaded into Jaeger, and asked back. H2LINT_JAEGER names its program; without it, this is skipped: it takes ten minutes to build.
//   go mod download github.com/jaegertracing/jaeger@v1.76.0
//   cd "$(go env GOMODCACHE)/github.com/jaegertracing/jaeger@v1.76.0" && go build -o /tmp/jaeger ./cmd/all-in-one
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exported, Scratch, twentyCallsCapture, volo } from "../exports/exporting.ts";
import { freePort } from "./free-port.ts";

const program = process.env["H2LINT_JAEGER"];
if (program === undefined) console.log("no Jaeger: H2LINT_JAEGER does not name its program");

const scratch = new Scratch();
afterAll(() => scratch.remove());

interface Trace {
  readonly spans: readonly {
    readonly operationName: string;
    readonly processID: string;
    readonly references: readonly { readonly refType: string }[];
    readonly warnings: readonly string[] | null;
    readonly tags: readonly { readonly key: string; readonly value: unknown }[];
    readonly logs: readonly { readonly fields: readonly { readonly key: string; readonly value: unknown }[] }[];
  }[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

describe.skipIf(program === undefined)("Jaeger", () => {
  let jaeger: ChildProcess;
  let taking: string;
  let asking: string;

  beforeAll(async () => {
    const names = ["collector.otlp.http", "query.http-server", "collector.otlp.grpc", "query.grpc-server"];
    const more = ["collector.grpc-server", "collector.http-server", "admin.http"];
    const ports = new Map<string, number>();
    for (const name of [...names, ...more]) ports.set(name, await freePort());
    taking = `http://127.0.0.1:${ports.get("collector.otlp.http")}/v1/traces`;
    asking = `http://127.0.0.1:${ports.get("query.http-server")}/api`;
    const words = Array.from(ports, ([name, port]) => `--${name}.host-port=127.0.0.1:${port}`);
    jaeger = spawn(program!, words, { stdio: "ignore" }); // else it is skipped
    const isUp = async () => (await fetch(`${asking}/services`).catch(() => undefined))?.status === 200;
    while (jaeger.exitCode === null && !(await isUp())) await setTimeout(200);
  }, 60_000);

  afterAll(async () => {
    jaeger.kill("SIGKILL");
    await once(jaeger, "exit");
  });

  async function send(capture: string): Promise<void> {
    const path = scratch.path("spans.otlp.json");
    await exported("otlp", path, [capture]);
    const headers = { "content-type": "application/json" };
    const response = await fetch(taking, { method: "POST", headers, body: readFileSync(path) });
    expect([response.status, await response.json()]).toEqual([200, { partialSuccess: {} }]);
  }

  /** Traces of a service. */
  async function traces(service: string): Promise<readonly Trace[]> {
    const query = new URLSearchParams({ service, start: "0", end: "9000000000000000", limit: "100" });
    return ((await (await fetch(`${asking}/traces?${query}`)).json()) as { data: readonly Trace[] }).data;
  }

  it("shows the failed call of the Volo case, the server's span below the client's, with the fault", async () => {
    await send(volo);
    await expect.poll(async () => (await traces("127.0.0.1:50051")).length, { timeout: 10_000 }).toBe(1);
    const [{ spans, processes }] = (await traces("127.0.0.1:50051")) as [Trace];
    expect(spans.map(({ operationName }) => operationName)).toEqual(Array(2).fill("helloworld.Greeter/SayHello"));
    expect(spans.map(({ processID }) => processes[processID]!.serviceName).sort()).toEqual(["127.0.0.1", "127.0.0.1:50051"]);
    expect(spans.flatMap(({ references }) => references.map(({ refType }) => refType))).toEqual(["CHILD_OF"]);
    for (const { warnings, tags } of spans) {
      expect(warnings ?? []).toEqual([]);
      expect(tags).toContainEqual(expect.objectContaining({ key: "otel.status_code", value: "ERROR" }));
    }
    const events = spans.flatMap(({ logs }) => logs.map(({ fields }) => fields.find(({ key }) => key === "event")?.value));
    expect(events.sort()).toEqual(["GOAWAY", "h2lint grpc/request-trailers"]);
  });

  it("has twenty calls", async () => {
    await send(scratch.file("calls.pcap", twentyCallsCapture()));
    await expect.poll(async () => (await traces("192.0.2.2:80")).length, { timeout: 10_000 }).toBe(20);
  });
});
