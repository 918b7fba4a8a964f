// Spans taken by a real OpenTelemetry collector, which is built of its Go modules: skipped where there is no Go, or no modules can be had.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exported, Scratch, twentyCallsCapture, volo } from "../exports/exporting.ts";
import { freePort } from "./free-port.ts";

const scratch = new Scratch();
const program = scratch.path("collector");
const built = spawnSync("go", ["build", "-o", program, "."], {
  cwd: fileURLToPath(new URL("collector/", import.meta.url)),
  env: { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly" },
  encoding: "utf8",
  timeout: 540_000,
});
const isBuilt = built.status === 0;
if (!isBuilt) console.log(`no collector: ${built.error?.message ?? built.stderr.trim().split("\n").at(-1)}`);

afterAll(() => scratch.remove());

describe.skipIf(!isBuilt)("the collector", () => {
  let collector: ChildProcess;
  let url: string;
  let said = "";

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}/v1/traces`;
    const config = {
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: { debug: { verbosity: "normal" } },
      service: {
        telemetry: { metrics: { level: "none" } },
        pipelines: { traces: { receivers: ["otlp"], exporters: ["debug"] } },
      },
    };
    collector = spawn(program, ["--config", `yaml:${JSON.stringify(config)}`], { stdio: ["ignore", "ignore", "pipe"] });
    collector.stderr!.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    while (collector.exitCode === null && !said.includes("Everything is ready")) await once(collector.stderr!, "data");
  }, 60_000);

  afterAll(async () => {
    collector.kill();
    await once(collector, "exit");
  });

  /** Spans by name, trace, id and attributes, as it shows them. */
  async function taken(capture: string, spans: number): Promise<string[]> {
    const path = scratch.path("spans.otlp.json");
    await exported("otlp", path, [capture]);
    said = "";
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body: readFileSync(path) });
    expect([response.status, await response.json()]).toEqual([200, { partialSuccess: {} }]);
    const shown = () => said.split("\n").filter((line) => /^.+ [0-9a-f]{32} [0-9a-f]{16} /.test(line));
    await expect.poll(() => shown().length, { timeout: 10_000 }).toBe(spans);
    return shown();
  }

  it("takes the Volo case", async () => {
    const spans = await taken(volo, 3);
    const calls = spans.filter((span) => span.startsWith("helloworld.Greeter/SayHello "));
    expect(calls).toHaveLength(2);
    for (const call of calls) expect(call).toContain("rpc.method=SayHello h2lint.stream=1 error.type=PROTOCOL_ERROR");
    expect(said).toContain("service.name=127.0.0.1:50051");
  });

  it("takes twenty calls", async () => {
    await taken(scratch.file("calls.pcap", twentyCallsCapture()), 41);
  });

  it("refuses what is none", async () => {
    const body = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"no id"}]}]}]}';
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect(response.status).toBe(400);
  });
});
