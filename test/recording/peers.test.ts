// Programs that are not ours, recorded as they talk: `h2lint calls` has to say of their calls what they know of them.
import { fileURLToPath } from "node:url";
import {
  type CallOptions,
  type Client,
  compressionAlgorithms,
  credentials,
  loadPackageDefinition,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { beforeAll, describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { CapturePipeline } from "../../src/capture-pipeline.ts";
import { loadSchemas } from "../../src/cli/protos.ts";
import type { Stream } from "../../src/model/stream.ts";
import { ExchangeLister, type ExchangeObject } from "../../src/report/exchange.ts";
import { MessageKeeper, MessageLister } from "../../src/report/messages.ts";
import { MetadataKeeper } from "../../src/report/metadata.ts";
import { recordTraffic } from "../../src/testing/record.ts";
import { TrafficFilter } from "../../src/traffic-filter.ts";
import { memorySource } from "../capture/reading.ts";

const proto = fileURLToPath(new URL("echo.proto", import.meta.url));

interface Request {
  readonly text: string;
  readonly times?: number;
  readonly counts?: Readonly<Record<string, string>>;
}

interface Reply {
  readonly text?: string;
  readonly texts?: readonly string[];
  readonly kind?: string;
  readonly at?: { readonly seconds: number; readonly nanos: number };
  readonly octets?: Buffer;
}

/** What a program knows of one call. */
interface Known {
  readonly path: string;
  readonly status: number;
  readonly message?: string;
  readonly sent: readonly Request[];
  readonly received: readonly Reply[];
  readonly end?: string;
}

// loadPackageDefinition types nothing of what it loads.
const loaded = loadPackageDefinition(loadSync(proto, { keepCase: true, longs: String, enums: String })) as unknown as {
  readonly test: { readonly echo: { readonly Echo: ServiceClientConstructor } };
};
const { Echo } = loaded.test.echo;

const service = {
  Unary(call: ServerUnaryCall<Request, Reply>, answer: sendUnaryData<Reply>): void {
    const { text } = call.request;
    if (text === "late") return;
    if (text === "fail") {
      const metadata = new Metadata();
      // google.rpc.Status: code 5, message "no", details an Any of type "t/x.Y".
      metadata.set("grpc-status-details-bin", Buffer.from("080512026e6f1a070a05742f782e59", "hex"));
      answer({ code: status.NOT_FOUND, details: "no “such” thing", metadata });
      return;
    }
    const key = call.metadata.get("key-bin")[0];
    answer(null, { text: `${text}!`, kind: "KIND_ECHO", ...(key instanceof Buffer ? { octets: key } : {}) });
  },
  Collect(call: ServerReadableStream<Request, Reply>, answer: sendUnaryData<Reply>): void {
    const texts: string[] = [];
    call.on("data", ({ text }: Request) => texts.push(text));
    call.on("end", () => answer(null, { texts }));
  },
  Expand(call: ServerWritableStream<Request, Reply>): void {
    for (let i = 0; i < (call.request.times ?? 0); i++)
      call.write({ text: `${call.request.text}${i}`, at: { seconds: i, nanos: 5e8 } });
    if (call.request.text !== "open") call.end();
  },
  Chat(call: ServerDuplexStream<Request, Reply>): void {
    call.on("data", ({ text }: Request) => call.write({ text: text.toUpperCase() }));
    call.on("end", () => call.end());
  },
};

const known: Known[] = [];
let capture: Uint8Array;

beforeAll(async () => {
  const server = new Server();
  server.addService(Echo.service, service);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const recording = await recordTraffic(port);
  const client = new Echo(`127.0.0.1:${recording.port}`, credentials.createInsecure());
  const squeezed = new Echo(`127.0.0.1:${recording.port}`, credentials.createInsecure(), {
    "grpc.default_compression_algorithm": compressionAlgorithms.gzip,
    // A connection of its own.
    "grpc.use_local_subchannel_pool": 1,
  });
  await unary(client, { text: "hello" });
  await unary(client, { text: "größe", counts: { a: "9007199254740993" } }, { binary: Buffer.from([0, 1, 254, 255]) });
  await unary(client, { text: "fail" });
  await unary(client, { text: "late" }, { deadline: 150 });
  await streams(client);
  await unary(squeezed, { text: "x".repeat(5000) });
  client.close();
  squeezed.close();
  await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
  capture = await recording.stop();
});

async function unary(client: Client, request: Request, more: { binary?: Buffer; deadline?: number } = {}): Promise<void> {
  const metadata = new Metadata();
  if (more.binary !== undefined) metadata.set("key-bin", more.binary);
  const options: CallOptions = more.deadline === undefined ? {} : { deadline: Date.now() + more.deadline };
  const { path, requestSerialize, responseDeserialize } = Echo.service["Unary"]!;
  const result = await new Promise<Omit<Known, "path" | "sent">>((resolve) => {
    client.makeUnaryRequest<Request, Reply>(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      options,
      (error, reply) =>
        resolve({
          status: error?.code ?? 0,
          ...(error === null ? {} : { message: error.details }),
          received: reply === undefined ? [] : [reply],
          ...(error?.code === status.DEADLINE_EXCEEDED ? { end: "reset" } : {}),
        }),
    );
  });
  known.push({ path, sent: [request], ...result });
}

async function streams(client: Client): Promise<void> {
  const { Collect, Expand, Chat } = Echo.service;
  const texts = ["a", "", "c"].map((text) => ({ text }));
  const collected = await new Promise<Reply | undefined>((resolve) => {
    const call = client.makeClientStreamRequest<Request, Reply>(
      ...([Collect!.path, Collect!.requestSerialize, Collect!.responseDeserialize] as const),
      (_, reply) => resolve(reply),
    );
    for (const request of texts) call.write(request);
    call.end();
  });
  known.push({ path: Collect!.path, status: 0, sent: texts, received: [collected!] });

  for (const request of [
    { text: "e", times: 3 },
    { text: "open", times: 2 },
  ]) {
    const received: Reply[] = [];
    const code = await new Promise<number>((resolve) => {
      const call = client.makeServerStreamRequest<Request, Reply>(
        ...([Expand!.path, Expand!.requestSerialize, Expand!.responseDeserialize] as const),
        request,
      );
      call.on("data", (reply: Reply) => {
        received.push(reply);
        if (request.text === "open" && received.length === request.times) call.cancel();
      });
      call.on("error", () => {});
      call.on("status", ({ code }) => resolve(code));
    });
    known.push({ path: Expand!.path, status: code, sent: [request], received, ...(code === 0 ? {} : { end: "reset" }) });
  }

  const chatted: Reply[] = [];
  await new Promise<void>((resolve) => {
    const call = client.makeBidiStreamRequest<Request, Reply>(
      ...([Chat!.path, Chat!.requestSerialize, Chat!.responseDeserialize] as const),
    );
    call.on("data", (reply: Reply) => {
      chatted.push(reply);
      if (chatted.length < texts.length) call.write(texts[chatted.length]!);
      else call.end();
    });
    call.on("status", () => resolve());
    call.write(texts[0]!);
  });
  known.push({ path: Chat!.path, status: 0, sent: texts, received: chatted });
}

async function exchanges(schemas = loadSchemas([proto])): Promise<ExchangeObject[]> {
  const session = new CapturePipeline([memorySource(capture)], {});
  await session.open();
  const chosen = new TrafficFilter({}, session.clock);
  const keeper = new MessageKeeper(chosen, session.limits);
  const seen: ExchangeObject[] = [];
  const clock = () => session.clock;
  const messages = new MessageLister(keeper, schemas, session.limits, clock, (exchange) => seen.push(exchange));
  const metadata = new MetadataKeeper({ fields: true, showSecrets: true }, session.limits);
  const emit = (exchange: ExchangeObject, stream: Stream) => messages.exchange(exchange, stream);
  const lister = new ExchangeLister(clock, chosen, session.limits, emit, { metadata });
  for await (const _ of session.run({ calls: [keeper], exchanges: lister }));
  messages.end();
  return seen;
}

/** The same as the protobuf JSON mapping has it: what is unset or zero is left out, a number of 64 bits is a string. */
function mapped({ times, counts, kind, at, octets, text, texts }: Request & Reply): unknown {
  return {
    ...(text === undefined || text === "" ? {} : { text }),
    ...(times === undefined || times === 0 ? {} : { times }),
    ...(counts === undefined || Object.keys(counts).length === 0 ? {} : { counts }),
    ...(texts === undefined || texts.length === 0 ? {} : { texts }),
    ...(kind === undefined || kind === "KIND_NONE" ? {} : { kind }),
    ...(at === undefined || at === null ? {} : { at: new Date(Number(at.seconds) * 1000 + at.nanos / 1e6).toISOString() }),
    ...(octets === undefined || octets.length === 0 ? {} : { octets: octets.toString("base64") }),
  };
}

describe("@grpc/grpc-js with itself", () => {
  it("has the calls that the programs made", async () => {
    const seen = await exchanges();
    expect(seen.map(({ path }) => path)).toEqual(known.map(({ path }) => path));
    seen.forEach((call, i) => {
      const { status: code, message, sent, received, end } = known[i]!;
      if (end === undefined) {
        expect(call).toMatchObject({ protocol: "grpc", end: "complete", grpcStatus: code });
        if (message !== undefined) expect(call.grpcMessage).toBe(message);
        expect(call.responseMessages).toBe(received.length);
      } else expect(call.end).toBe("reset-by-client");
      expect(call.requestMessages).toBe(sent.length);
    });
    expect(seen.find(({ grpcStatus }) => grpcStatus === 5)?.grpcDetails).toEqual([{ "@type": "t/x.Y" }]);
    const { deadline, duration } = seen[3]!;
    // As the client counts: what was left when it sent the request.
    expect(deadline).toBeLessThanOrEqual(151e6);
    expect(duration).toBeGreaterThan(deadline! - 20e6);
  });

  it("has their metadata, and who ended them", async () => {
    const seen = await exchanges();
    // Of the second call, unpadded or padded.
    const sent = seen[1]!.requestMetadata!.find(([name]) => name === "key-bin")?.[1];
    expect(Buffer.from(sent!, "base64")).toEqual(Buffer.from([0, 1, 254, 255]));
    for (const call of seen) {
      expect(call.requestMetadata).toContainEqual(["content-type", "application/grpc"]);
      if (call.end === "complete") expect(call).not.toHaveProperty("endedBy");
      else expect(call.endedBy).toMatchObject({ side: "client", how: "rst-stream", errorCode: "CANCEL" });
      if (call.grpcStatus === 0) expect(call.responseTrailers).toContainEqual(["grpc-status", "0"]);
      const first = (call.responseMessages ?? 0) > 0;
      expect(call.timeToFirstMessage === undefined).toBe(!first);
      if (first) expect(call.timeToFirstMessage).toBeLessThanOrEqual(call.duration!);
    }
  });

  it("has the messages that the programs sent and received", async () => {
    const seen = await exchanges();
    seen.forEach(({ messages = [] }, i) => {
      const { sent, received } = known[i]!;
      const of = (direction: string) => messages.filter((one) => one.direction === direction);
      expect(of("request").map(({ json }) => json)).toEqual(sent.map((one) => mapped(one)));
      expect(of("response").map(({ json }) => json)).toEqual(received.map((one) => mapped({ text: "", ...one })));
      expect(of("request").map(({ index }) => index)).toEqual(sent.map((_, index) => index));
      for (const { type } of messages) expect(["test.echo.Request", "test.echo.Reply"]).toContain(type);
    });
    expect(seen.flatMap(({ messages = [] }) => messages.filter(({ compressed }) => compressed)).length).toBeGreaterThan(0);
  });

  it("has no errors", async () => {
    const findings: string[] = [];
    for await (const event of analyze([memorySource(capture)], { schemas: loadSchemas([proto]) }))
      if (event.kind === "finding" && event.severity === "error") findings.push(`${event.rule}: ${event.message}`);
    expect(findings).toEqual([]);
  });
});
