// The command that `h2lint repro` prints, run against the server that was recorded: it gives the same answer. With the programs that are
// installed; what is not is skipped.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import {
  credentials,
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CapturePipeline } from "../../src/capture-pipeline.ts";
import { grpcurlSchema, loadSchemas } from "../../src/cli/protos.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { MessageKeeper } from "../../src/report/messages.ts";
import { reproCommand } from "../../src/report/repro.ts";
import { RequestKeeper } from "../../src/report/request-keeper.ts";
import { recordTraffic } from "../../src/testing/record.ts";
import { TrafficFilter } from "../../src/traffic-filter.ts";
import { memorySource } from "../capture/reading.ts";

const proto = fileURLToPath(new URL("echo.proto", import.meta.url));
const runs = (program: string, option: string): boolean => spawnSync(program, [option]).status === 0;
const curl = runs("curl", "--version");
const grpcurl = runs("grpcurl", "-version");

/** The command for a request of a recording, sent to the server itself instead of the proxy. */
async function commandFor(capture: Uint8Array, stream: number, protos: readonly string[] = []): Promise<string> {
  const session = new CapturePipeline([memorySource(capture)], {});
  await session.open();
  const chosen = new TrafficFilter({ stream }, session.clock);
  const messages = new MessageKeeper(chosen, session.limits);
  const keeper = new RequestKeeper(chosen, messages, session.limits);
  for await (const _ of session.run({ calls: [messages], listeners: [keeper] }));
  const request = keeper.request(protos.length === 0 ? new Schemas() : loadSchemas(protos))!;
  const options = { showSecrets: true, schemaArguments: (file: string) => grpcurlSchema(protos, file) };
  return reproCommand(request, options).replaceAll("192.0.2.2", "127.0.0.1");
}

/** Not `spawnSync`: the server is in this process. */
async function sh(command: string): Promise<Buffer> {
  const child = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "ignore"] });
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  await once(child, "close");
  return Buffer.concat(parts);
}

describe.skipIf(!curl)("plain HTTP/2, by curl", () => {
  let server: Http2Server;
  let port: number;
  /** What the server got, without what each connection has of its own. */
  const got: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { method, url, headers } = request;
        const body = Buffer.concat(parts).toString("latin1");
        got.push(JSON.stringify([method, url, headers["x-h"], headers["content-type"], headers["accept"], body]));
        response.end(`${method} ${url} ${headers["x-h"] ?? ""} ${body}`);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port; // it listens on a port
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each<[string, Record<string, string>, Buffer | undefined]>([
    ["GET", { ":path": "/a?b=[1]&c='x'", "x-h": "it's $HOME `id`", accept: "text/plain" }, undefined],
    ["POST", { ":path": "/p", ":method": "POST", "content-type": "a/b" }, Buffer.from("\0\x01'%s\\\xff\n", "latin1")],
    ["PUT without content", { ":path": "/q", ":method": "PUT", "x-h": "é" }, undefined],
  ])("%s", async (_, headers, body) => {
    const recording = await recordTraffic(port);
    const client = connect(`http://127.0.0.1:${recording.port}`);
    const request = client.request(headers, { endStream: body === undefined });
    if (body !== undefined) request.end(body);
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    await once(request, "end");
    client.close();
    const capture = await recording.stop();
    const first = got.at(-1);
    expect((await sh(await commandFor(capture, 1))).equals(Buffer.concat(parts))).toBe(true);
    expect(got.at(-1)).toBe(first);
  });
});

describe("a unary call", () => {
  // loadPackageDefinition types nothing of what it loads.
  const loaded = loadPackageDefinition(loadSync(proto, { keepCase: true })) as unknown as {
    readonly test: { readonly echo: { readonly Echo: ServiceClientConstructor } };
  };
  const { Echo } = loaded.test.echo;
  const server = new Server();
  let port: number;
  let capture: Uint8Array;
  let answer: { readonly text: string };

  beforeAll(async () => {
    server.addService(Echo.service, {
      Unary(call: ServerUnaryCall<{ readonly text: string }, object>, reply: sendUnaryData<object>): void {
        reply(null, { text: `${call.request.text} ${call.metadata.get("x-h").join()} ${String(call.metadata.get("k-bin")[0])}` });
      },
    });
    port = await new Promise<number>((resolve, reject) =>
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const recording = await recordTraffic(port);
    const client = new Echo(`127.0.0.1:${recording.port}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set("x-h", "it's $HOME");
    metadata.set("k-bin", Buffer.from("octets"));
    const { path, requestSerialize, responseDeserialize } = Echo.service["Unary"]!;
    answer = await new Promise((resolve, reject) =>
      client.makeUnaryRequest<object, { readonly text: string }>(
        path,
        requestSerialize,
        responseDeserialize,
        { text: "größe '\"" },
        metadata,
        {},
        (error, reply) => (error === null ? resolve(reply!) : reject(error)),
      ),
    );
    client.close();
    capture = await recording.stop();
  });
  afterAll(() => server.forceShutdown());

  it.skipIf(!grpcurl)("by grpcurl", async () => {
    const command = await commandFor(capture, 1, [proto]);
    expect(command).toMatch(/^grpcurl/);
    expect(JSON.parse((await sh(command)).toString("utf8"))).toMatchObject({ text: answer.text });
  });

  it.skipIf(!curl)("by curl, without a schema", async () => {
    const octets = await sh(await commandFor(capture, 1));
    // Reply: text 1.
    const text = Buffer.from(answer.text, "utf8");
    expect(octets.subarray(0, 5)).toEqual(Buffer.of(0, 0, 0, 0, octets.length - 5));
    expect(octets.subarray(5).includes(Buffer.concat([Buffer.of(0x0a, text.length), text]))).toBe(true);
  });
});
