// HAR 1.2: against the types of the format (when this file is compiled), its JSON schema, and what was said in the story.
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { Ajv, type AnySchemaObject } from "ajv";
import addFormats from "ajv-formats";
import type { Entry } from "har-format";
import { describe, expect, it } from "vitest";
import { Clock, FIRST_TIME } from "../../src/capture/clock.ts";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { ExchangeLister } from "../../src/report/exchange.ts";
import { callsHar, type HarEntry } from "../../src/report/har.ts";
import { playModel } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Story, written } from "../../src/testing.ts";
import { hostileTexts } from "./events.ts";

const require = createRequire(import.meta.url);
const schemas = require("har-schema") as Readonly<Record<string, AnySchemaObject>>;
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addMetaSchema(require("ajv/dist/refs/json-schema-draft-06.json") as AnySchemaObject);
for (const schema of Object.values(schemas)) ajv.addSchema(schema);
const valid = ajv.getSchema("har.json")!;

/** Compiles only while what is written is what the format's types allow. */
const asStandard = (entry: HarEntry): Entry => entry;

interface Options {
  readonly limits?: Partial<Limits>;
  readonly showSecrets?: boolean;
  readonly stream?: number;
}

function entriesOf(story: Story, { limits, showSecrets = false, stream }: Options = {}): HarEntry[] {
  const all = { ...defaultLimits, ...limits };
  const clock = new Clock();
  clock.at(1_766_400_000 + FIRST_TIME / 1e9, 0);
  const chooser = { connection: () => true, exchange: (id: number) => stream === undefined || id === stream };
  let text = "";
  const view = callsHar((piece) => (text += piece), { chooser, clock: () => clock, limits: all, showSecrets });
  const lister = new ExchangeLister(
    () => clock,
    chooser,
    all,
    (exchange) => view.exchange(exchange),
  );
  playModel(written(story).segments, [new CallReader([view.listener!], all), view.listener!, lister], all, () => {});
  view.end();
  const har = JSON.parse(text) as { log: { version: string; entries: HarEntry[] } };
  expect([valid(har), valid.errors]).toEqual([true, null]);
  expect(har.log.version).toBe("1.2");
  for (const entry of har.log.entries) {
    expect(asStandard(entry).time).toBeGreaterThanOrEqual(0);
    const { send, wait, receive } = entry.timings;
    for (const part of [send, wait, receive]) expect(part).toBeGreaterThanOrEqual(0);
    expect(send + wait + receive).toBeCloseTo(entry.time, 6);
    expect(new URL(entry.request.url).protocol).toMatch(/^https?:$/);
    expect(new Date(entry.startedDateTime).getTime()).toBeGreaterThan(1766400000_000 - 1);
  }
  return har.log.entries;
}

const end = { endStream: true } as const;
const message = (text: string): string => `\0\0\0\0${String.fromCharCode(text.length)}${text}`;
const get = (path: string, more: object = {}) => ({
  fields: { ":method": "GET", ":scheme": "http", ":authority": "h2.test", ":path": path, ...more },
  ...end,
});
const ok = (more: object = {}) => ({ fields: { ":status": "200", ...more } });

describe("a gRPC call", () => {
  const story: Story = (s) =>
    s.client
      .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "2S" } })
      .data(1, message("one"))
      .data(1, message("two"), end)
      .server.headers(1, { fields: grpcResponse })
      .data(1, message("three"))
      .trailers(1, { "grpc-status": "5", "grpc-message": "caf%C3%A9" });

  it("has its messages as they were, prefixes too, and its trailers", () => {
    const [entry] = entriesOf(story);
    expect(entry).toMatchObject({
      ...{ _protocol: "grpc", _end: "complete", _grpcStatus: 5, _grpcMessage: "café", _deadline: 2000 },
      ...{ connection: "1", _stream: 1, serverIPAddress: "192.0.2.2" },
      startedDateTime: expect.stringMatching(/^2025-12-22T10:40:0\d\.\d{6}Z$/) as string,
      request: { method: "POST", url: "http://h2.test/a.B/C", httpVersion: "HTTP/2", bodySize: 16 },
      response: {
        ...{ status: 200, bodySize: 10 },
        content: { size: 10, mimeType: "application/grpc", encoding: "base64" },
        _trailers: [
          { name: "grpc-status", value: "5" },
          { name: "grpc-message", value: "café" },
        ],
      },
    });
    const octets = (text: string | undefined) => Buffer.from(text ?? "", "base64").toString("latin1");
    expect(octets(entry!.response.content.text)).toBe(message("three"));
    expect(entry!.request.postData).toMatchObject({ mimeType: "application/grpc", _encoding: "base64" });
    expect(octets(entry!.request.postData?.text)).toBe(message("one") + message("two"));
  });

  it("has a time that is made of its parts", () => {
    // HEADERS, two DATA, HEADERS, DATA, trailers: a millisecond each.
    expect(entriesOf(story)[0]).toMatchObject({ time: 5, timings: { send: 2, wait: 1, receive: 2, dns: -1, connect: -1 } });
  });

  it("whose messages come in pieces has them whole", () => {
    const [entry] = entriesOf((s) =>
      s.client
        .headers(1, { fields: grpcRequest })
        .data(1, message("hello").slice(0, 3))
        .data(1, message("hello").slice(3), end)
        .server.headers(1, { fields: { ...grpcResponse, "grpc-status": "0" }, ...end }),
    );
    expect(entry!.request.postData?.text).toBe(Buffer.from(message("hello"), "latin1").toString("base64"));
    expect(entry!.response).not.toHaveProperty("_trailers");
  });
});

describe("an HTTP exchange", () => {
  it("has text as text, and its query", () => {
    const [entry] = entriesOf((s) =>
      s.client
        .headers(1, get("/x?a=1&b=%C3%A9&c"))
        .server.headers(1, ok({ "content-type": "application/json; charset=utf-8" }))
        .data(1, '{"a":', {})
        .data(1, Buffer.from('"ü"}'), end),
    );
    expect(entry!.request.queryString).toEqual([
      { name: "a", value: "1" },
      { name: "b", value: "é" },
      { name: "c", value: "" },
    ]);
    expect(entry!.request).not.toHaveProperty("postData");
    expect(entry!.response.content).toEqual({ size: 10, mimeType: "application/json; charset=utf-8", text: '{"a":"ü"}' });
  });

  it("has content that was compressed as it was before", () => {
    const body = gzipSync("hello hello hello hello hello hello");
    const packed = (coding: string, octets: Uint8Array = body) =>
      entriesOf((s) =>
        s.client
          .headers(1, get("/"))
          .server.headers(1, ok({ "content-type": "text/plain", "content-encoding": coding }))
          .data(1, octets, end),
      )[0]!.response;
    expect(packed("gzip")).toMatchObject({
      content: { size: 35, compression: 35 - body.length, text: "hello hello hello hello hello hello" },
      bodySize: body.length,
    });
    // What cannot be decompressed is there as it came.
    for (const [coding, octets] of [
      ["br", body],
      ["gzip", body.subarray(0, 12)],
    ] as const) {
      const { content } = packed(coding, octets);
      expect(content).toMatchObject({ size: octets.length, encoding: "base64", comment: `content-encoding: ${coding}` });
      expect(Buffer.from(content.text ?? "", "base64").equals(octets)).toBe(true);
    }
  });

  it("has a form that was posted", () => {
    const [entry] = entriesOf((s) =>
      s.client
        .headers(1, { fields: { ...get("/f").fields, ":method": "POST", "content-type": "application/x-www-form-urlencoded" } })
        .data(1, "a=1&b=2", end)
        .server.headers(1, { fields: { ":status": "303", location: "/y" }, ...end }),
    );
    expect(entry!.request.postData).toEqual({ mimeType: "application/x-www-form-urlencoded", text: "a=1&b=2" });
    expect(entry!.response).toMatchObject({ status: 303, redirectURL: "/y", content: { size: 0, mimeType: "x-unknown" } });
  });

  it("masks credentials", () => {
    const story: Story = (s) =>
      s.client
        .headers(1, get("/", { authorization: "Bearer hush", cookie: "a=hush; b=2" }))
        .server.headers(1, { fields: { ":status": "200", "set-cookie": "c=hush; Path=/" }, ...end });
    const [masked] = entriesOf(story);
    expect(JSON.stringify(masked)).not.toContain("hush");
    expect(masked!.request.cookies).toEqual([]);
    const [shown] = entriesOf(story, { showSecrets: true });
    expect(shown!.request.cookies).toEqual([
      { name: "a", value: "hush" },
      { name: "b", value: "2" },
    ]);
    expect(shown!.response.cookies).toEqual([{ name: "c", value: "hush" }]);
  });

  it.each([...hostileTexts, "\xff\xfe"])("holds %j without harm", (text) => {
    const octets = Buffer.from(text, "utf8").toString("latin1");
    const [entry] = entriesOf((s) =>
      s.client
        .headers(1, get("/", { x: octets }))
        .server.headers(1, ok({ "content-type": `text/html ${octets}` }))
        .data(1, octets, end),
    );
    expect(entry!.request.headers.at(-1)).toEqual({ name: "x", value: Buffer.from(text).toString() });
  });

  it("that was reset has no status of its own", () => {
    const [entry] = entriesOf((s) => s.client.headers(1, get("/")).wait(4).rst(1));
    expect(entry).toMatchObject({ time: 5, _end: "reset-by-client", response: { status: 0, _error: "reset-by-client" } });
  });

  it("that was pushed says so", () => {
    const [, pushed] = entriesOf((s) =>
      s.client.headers(1, get("/")).server.pushPromise(1, 2, get("/style")).headers(1, end).headers(2).data(2, "x", end),
    );
    expect(pushed).toMatchObject({ _pushed: true, _stream: 2, request: { url: "http://h2.test/style" } });
  });

  it("of a stream that is not chosen is left out", () => {
    const both: Story = (s) => s.client.headers(1, get("/a")).headers(3, get("/b")).server.headers(1, end).headers(3, end);
    expect(entriesOf(both, { stream: 3 }).map(({ request: { url } }) => url)).toEqual(["http://h2.test/b"]);
    expect(entriesOf((s) => s.client.ping())).toEqual([]);
  });
});

describe("gRPC-Web", () => {
  it("has the content of a call that is no gRPC", () => {
    const type = { "content-type": "application/grpc-web+proto" };
    const frame = "\0\0\0\0\x05hello";
    const [entry] = entriesOf((s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, ...type } })
        .data(1, frame, end)
        .server.headers(1, { fields: { ":status": "200", ...type, "grpc-status": "0" }, ...end }),
    );
    expect(entry).toMatchObject({ _end: "complete", request: { bodySize: 10 } });
    expect(Buffer.from(entry!.request.postData?.text ?? "", "base64").toString("latin1")).toBe(frame);
  });
});

describe("what is not there", () => {
  const long: Story = (s) => s.client.headers(1, get("/")).server.headers(1).data(1, 3000).data(1, 3000, end);

  it("is told where bytes were lost", () => {
    const [entry] = entriesOf((s) =>
      s.client
        .headers(1, get("/"))
        .server.headers(1)
        .lost((server) => server.data(1, 100))
        .data(1, 50, end),
    );
    expect(entry!.response.content.comment).toMatch(/missing/);
  });

  it("is told where it was too much to keep", () => {
    expect(entriesOf(long)[0]!.response.content).toMatchObject({ size: 6000 });
    for (const limits of [{ messageOctets: 4000 }, { keptOctets: 4000 }]) {
      const { content } = entriesOf(long, { limits })[0]!.response;
      expect(content).toMatchObject({ size: 6000, comment: expect.stringMatching(/too many to keep/) as string });
    }
  });

  it("a field that is not known is told as such", () => {
    const [entry] = entriesOf((s) => s.holes().client.headers(1, get("/x")).server.headers(1, end));
    expect(entry!.request.url).toBe("http://h2.test/x");
    expect(entry!.request.headers.length).toBeLessThan(6);
  });

  it("what was kept is forgotten with its exchange", () => {
    // Each has 3,000 octets: kept one after the other they fit.
    const many: Story = (s) => {
      for (let id = 1; id < 20; id += 2) s.client.headers(id, get("/")).server.headers(id).data(id, 3000, end);
    };
    for (const { response } of entriesOf(many, { limits: { keptOctets: 4000 } }))
      expect(response.content).not.toHaveProperty("comment");
  });
});
