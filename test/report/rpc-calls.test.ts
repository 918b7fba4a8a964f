// `h2lint calls` on what carries calls beside gRPC: gRPC-Web, Connect and Triple, over HTTP/2 and over HTTP/1.1.
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { callsTable } from "../../src/report/calls.ts";
import { ExchangeLister, type ExchangeObject } from "../../src/report/exchange.ts";
import { MessageKeeper, MessageLister } from "../../src/report/messages.ts";
import { MetadataKeeper, type MetadataOptions } from "../../src/report/metadata.ts";
import { rules } from "../../src/rules/index.ts";
import { playModel, playSegments } from "../../src/testing/play.ts";
import { type Fields, type Story, written } from "../../src/testing.ts";
import { runs, seed } from "../fuzzing.ts";
import { field, serviceFile } from "../grpc/descriptors.ts";

const end = { endStream: true } as const;
const all = { connection: () => true, exchange: () => true };

interface Options {
  readonly limits?: Partial<Limits>;
  readonly schema?: boolean;
  readonly messages?: boolean;
  readonly metadata?: MetadataOptions;
  /** Octets of a segment at the most. */
  readonly split?: number;
}

function calls(
  story: Story,
  { limits = {}, schema = false, messages: wanted = true, metadata, split = 1 << 20 }: Options = {},
): ExchangeObject[] {
  const full = { ...defaultLimits, ...limits };
  const clock = new Clock();
  const schemas = new Schemas();
  if (schema) schemas.add(field(1, serviceFile()));
  const seen: ExchangeObject[] = [];
  const keeper = new MessageKeeper(all, full);
  const messages = new MessageLister(
    keeper,
    schemas,
    full,
    () => clock,
    (exchange) => seen.push(exchange),
  );
  const lister = new ExchangeLister(
    () => clock,
    all,
    full,
    (exchange, stream) => (wanted ? messages.exchange(exchange, stream) : seen.push(exchange)),
    metadata === undefined ? {} : { metadata: new MetadataKeeper(metadata, full) },
  );
  const readers = [new CallReader(wanted ? [keeper, lister] : [lister], full), lister];
  const segments = written(story).segments.flatMap((segment) => {
    const { bytes, offset } = segment;
    const pieces = Math.max(Math.ceil(bytes.length / split), 1);
    return Array.from({ length: pieces }, (_, i) => ({
      ...segment,
      offset: offset + i * split,
      bytes: bytes.subarray(i * split, (i + 1) * split),
    }));
  });
  playModel(segments, readers, full, () => {});
  messages.end();
  return seen;
}

/** With a prefix, one character per octet. */
function framed(content: Uint8Array | string, flag = 0): string {
  const octets = typeof content === "string" ? Buffer.from(content, "latin1") : Buffer.from(content);
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(octets.length, 1);
  return Buffer.concat([prefix, octets]).toString("latin1");
}

const base64 = (octets: string): string => Buffer.from(octets, "latin1").toString("base64");

const request = "\x0a\x01x";
const reply = "\x08\x05";
const trailers = (text: string): string => framed(text, 0x80);
const ask = (type: string, more: Fields = {}): { fields: Fields } => ({
  fields: { ":method": "POST", ":scheme": "http", ":authority": "h2.test", ":path": "/p.S/Unary", "content-type": type, ...more },
});
const answer = (type: string, more: Fields = {}): { fields: Fields } => ({
  fields: { ":status": "200", "content-type": type, ...more },
});
/** Lines of a head in HTTP/1.1. */
const post = (type: string, ...more: readonly string[]): string[] => [
  "POST /p.S/Unary HTTP/1.1",
  "Host: h1.test",
  `Content-Type: ${type}`,
  ...more,
];
const ok = (type: string, ...more: readonly string[]): string[] => ["HTTP/1.1 200 OK", `Content-Type: ${type}`, ...more];
const typed = [
  { direction: "request", index: 0, length: 3, compressed: false, type: "p.In", json: { a: "x" } },
  { direction: "response", index: 0, length: 2, compressed: false, type: "p.Out", json: { b: 5 } },
];
const bare = (json: object) => ({ direction: "request", json });

describe("gRPC-Web", () => {
  const web = "application/grpc-web+proto";
  const said = trailers("grpc-status: 5\r\ngrpc-message: caf%C3%A9\r\n");
  const whole = {
    protocol: "grpc-web",
    grpcStatus: 5,
    grpcMessage: "café",
    requestMessages: 1,
    responseMessages: 1,
    end: "complete",
  };

  it("has messages, and its status behind them", () => {
    const [call, more] = calls(
      (s) =>
        s.client
          .headers(1, ask(web, { "grpc-timeout": "1S" }))
          .data(1, framed(request), end)
          .server.headers(1, answer(web))
          .data(1, framed(reply))
          .data(1, said, end),
      { schema: true },
    );
    expect(more).toBeUndefined();
    expect(call).toMatchObject({ ...whole, path: "/p.S/Unary", status: 200, deadline: 1e9, messages: typed });
    expect(call?.timeToFirstMessage).toBe(3e6);
    expect(call).not.toHaveProperty("http");
  });

  it("says its status in the head where there is nothing else", () => {
    const [call] = calls((s) =>
      s.client
        .headers(1, ask(web))
        .data(1, framed(request), end)
        .server.headers(1, { ...end, ...answer(web, { "grpc-status": "7", "grpc-message": "no" }) }),
    );
    expect(call).toMatchObject({ grpcStatus: 7, grpcMessage: "no", responseMessages: 0, end: "complete" });
  });

  it("over HTTP/1.1, with a length and in chunks, one after the other", () => {
    const content = framed(reply) + said;
    const [first, second] = calls(
      (s) =>
        s
          .bare()
          .client.http1(post(web, "Content-Length: 8"), framed(request))
          .server.http1(ok(web, `Content-Length: ${content.length}`), content)
          .client.http1(post(web, "Content-Length: 8"), framed(request))
          .server.http1(
            ok(web, "Transfer-Encoding: chunked"),
            `4\r\n${content.slice(0, 4)}\r\n${(content.length - 4).toString(16)}\r\n${content.slice(4)}\r\n0\r\nx-more: 1\r\n\r\n`,
          ),
      { schema: true },
    );
    const common = {
      ...whole,
      http: "1.1",
      peer: "192.0.2.2:80",
      method: "POST",
      path: "/p.S/Unary",
      authority: "h1.test",
      messages: typed,
    };
    expect(first).toMatchObject({ ...common, stream: 1, requestOctets: 8, responseOctets: content.length });
    expect(second).toMatchObject({ ...common, stream: 2, responseOctets: content.length });
    expect(first?.duration).toBeGreaterThan(0);
  });

  it("over HTTP/1.1, up to the close", () => {
    const [call] = calls((s) =>
      s
        .bare()
        .client.http1(post(web, "Content-Length: 8"), framed(request))
        .server.http1(ok(web), framed(reply) + said)
        .close()
        .client.close(),
    );
    expect(call).toMatchObject(whole);
  });

  it("over HTTP/1.1, pipelined, is the same however it is split", () => {
    const content = framed(reply) + said;
    const chunks = `3;x=y\r\n${content.slice(0, 3)}\r\n${(content.length - 3).toString(16)}\r\n${content.slice(3)}\r\n0\r\nx-more: 1\r\n\r\n`;
    const get = ["GET / HTTP/1.1", "Host: h1.test"];
    const story: Story = (s) =>
      s
        .bare()
        .client.http1(post(web, "Content-Length: 8"), framed(request))
        .http1(get)
        .http1(post(web, "Transfer-Encoding: chunked"), `8\r\n${framed(request)}\r\n0\r\n\r\n`)
        .server.http1(["HTTP/1.1 100 Continue"])
        .http1(ok(web, `Content-Length: ${content.length}`), content)
        .http1(ok("text/plain", "Content-Length: 2"), "ok")
        .http1(ok(web, "Transfer-Encoding: chunked"), chunks);
    const listed = calls(story, { schema: true });
    expect(listed.map(({ stream }) => stream)).toEqual([1, 3]);
    for (const call of listed) expect(call).toMatchObject({ ...whole, messages: typed });
    const plain = (list: readonly ExchangeObject[]) =>
      list.map(({ start: _, duration: __, timeToFirstMessage: ___, messages = [], ...rest }) => ({
        ...rest,
        messages: messages.map(({ time: ____, ...message }) => message),
      }));
    expect(plain(calls(story, { schema: true, split: 1 }))).toEqual(plain(listed));
    expect(plain(calls(story, { schema: true, split: 7 }))).toEqual(plain(listed));
  });

  it("over HTTP/1.1 with bytes missing has messages at least so many", () => {
    const [call, next] = calls((s) =>
      s
        .bare()
        .client.http1(post(web, "Content-Length: 8"), framed(request))
        .server.http1(ok(web, "Content-Length: 30"), framed(reply))
        .lost((server) => server.octets(said.slice(0, 10)))
        .octets("x".repeat(13))
        .client.http1(post(web, "Content-Length: 8"), framed(request))
        .server.http1(ok(web, "Content-Length: 7"), framed(reply)),
    );
    expect(call).toMatchObject({ responseMessagesSeen: 1, end: "complete" });
    expect(call).not.toHaveProperty("grpcStatus");
    expect(next).toMatchObject({ responseMessages: 1, end: "complete" });
  });

  it.each<[string, ExchangeObject["end"], Story]>([
    ["closed", "killed-by-close", (s) => s.server.close().client.close()],
    ["reset", "killed-by-close", (s) => s.server.http1(ok(web, "Content-Length: 100"), "abc").reset().client.close()],
    ["not over", "open", (s) => s.server.http1(ok(web, "Content-Length: 100"), "abc")],
  ])("over HTTP/1.1, %s before the answer is", (_, how, story) => {
    const [call] = calls((s) => void [s.bare().client.http1(post(web, "Content-Length: 8"), framed(request)), story(s)]);
    expect(call).toMatchObject({ requestMessages: 1, end: how });
    expect(call).not.toHaveProperty("duration");
  });

  it("as text, whose padding may stand between two pieces", () => {
    const text = "application/grpc-web-text";
    const [call] = calls(
      (s) =>
        s.client
          .headers(1, ask(text))
          .data(1, base64(framed(request)), end)
          .server.headers(1, answer(`${text}+proto`))
          .data(1, base64(framed(reply).slice(0, 4)).slice(0, 3))
          .data(1, base64(framed(reply).slice(0, 4)).slice(3) + base64(framed(reply).slice(4)))
          .data(1, base64(said), end),
      { schema: true },
    );
    expect(call).toMatchObject({ ...whole, protocol: "grpc-web-text", messages: typed });
  });

  it("that is no base64, or lacks bytes, has messages at least so many", () => {
    const text = "application/grpc-web-text";
    for (const broken of ["A===", "AAA", "AA?A", "AA=A"]) {
      const [call] = calls((s) =>
        s.client
          .headers(1, ask(text))
          .data(1, base64(framed(request)), end)
          .server.headers(1, answer(text))
          .data(1, base64(framed("a")) + broken, end),
      );
      expect(call, broken).toMatchObject({ requestMessages: 1, responseMessagesSeen: 1 });
    }
    const [lost] = calls((s) =>
      s.client
        .headers(1, ask(web))
        .data(1, framed(request))
        .lost((c) => c.data(1, framed(request)))
        .data(1, framed(request), end)
        .server.headers(1, answer(web))
        .data(1, said, end),
    );
    expect(lost).toMatchObject({ requestMessagesSeen: 1, responseMessages: 0, grpcStatus: 5 });
  });

  it("with trailers that are compressed", () => {
    const [call] = calls((s) =>
      s.client
        .headers(1, ask(web))
        .data(1, framed(request), end)
        .server.headers(1, answer(web, { "grpc-encoding": "gzip" }))
        .data(1, framed(gzipSync("grpc-status:3\r\n"), 0x81), end),
    );
    expect(call?.grpcStatus).toBe(3);
  });
});

describe("Connect", () => {
  const unary = { "connect-protocol-version": "1" };
  const error = JSON.stringify({
    code: "not_found",
    message: "größe",
    details: [
      { type: "google.rpc.LocalizedMessage", value: Buffer.from("\x0a\x02de").toString("base64").replace(/=/g, ""), debug: {} },
    ],
  });
  const failed = {
    ...{ protocol: "connect", grpcStatus: 5, grpcMessage: "größe" },
    grpcDetails: [{ "@type": "type.googleapis.com/google.rpc.LocalizedMessage", locale: "de" }],
  };

  it("unary, protobuf", () => {
    const [call] = calls(
      (s) =>
        s.client
          .headers(1, ask("application/proto", { "connect-timeout-ms": "1500" }))
          .data(1, request, end)
          .server.headers(1, answer("application/proto"))
          .data(1, reply, end),
      { schema: true },
    );
    expect(call).toMatchObject({ protocol: "connect", grpcStatus: 0, deadline: 1.5e9, deadlinePassed: false, messages: typed });
  });

  it("unary, JSON, compressed, over HTTP/1.1", () => {
    const body = gzipSync('{"a":"x"}').toString("latin1");
    const [call] = calls((s) =>
      s
        .bare()
        .client.http1(
          post("application/json", "Connect-Protocol-Version: 1", "Content-Encoding: gzip", `Content-Length: ${body.length}`),
          body,
        )
        .server.http1(ok("application/json", "Content-Length: 7"), '{"b":5}'),
    );
    expect(call).toMatchObject({
      ...{ protocol: "connect", http: "1.1", grpcStatus: 0, requestMessages: 1, responseMessages: 1 },
      messages: [
        { ...bare({ a: "x" }), compressed: true },
        { direction: "response", json: { b: 5 } },
      ],
    });
  });

  it("unary that fails has its error", () => {
    const [call] = calls((s) =>
      s.client
        .headers(1, ask("application/json", unary))
        .data(1, "{}", end)
        .server.headers(1, { fields: { ":status": "404", "content-type": "application/json" } })
        .data(1, Buffer.from(error).toString("latin1"), end),
    );
    expect(call).toMatchObject({ ...failed, status: 404, requestMessages: 1, responseMessages: 0, messages: [bare({})] });
  });

  it("unary that a proxy answers has no status", () => {
    const [call] = calls((s) =>
      s.client
        .headers(1, ask("application/json", unary))
        .data(1, "{}", end)
        .server.headers(1, { fields: { ":status": "502", "content-type": "text/html" } })
        .data(1, "<p>", end),
    );
    expect(call).toMatchObject({ status: 502, responseMessages: 0, end: "complete" });
    expect(call).not.toHaveProperty("grpcStatus");
  });

  it("as GET has its message in the target", () => {
    const get = (query: string) => ({ ...end, fields: { ...ask("").fields, ":method": "GET", ":path": `/p.S/Unary?${query}` } });
    const [call] = calls(
      (s) =>
        s.client
          .headers(1, get("connect=v1&encoding=proto&base64=1&message=CgF4"))
          .server.headers(1, answer("application/proto"))
          .data(1, reply, end)
          .client.headers(3, get("message=%7B%22a%22%3A%22x%22%7D&encoding=json"))
          .server.headers(3, answer("application/json"))
          .data(3, "{}", end)
          .client.headers(5, get("q=1"))
          .server.headers(5, end),
      { schema: true },
    );
    expect(call).toMatchObject({ protocol: "connect", requestMessages: 1, messages: typed });
  });

  it.each([
    ["with an error", JSON.stringify({ error: JSON.parse(error), metadata: {} }), failed],
    ["without one", "{}", { grpcStatus: 0 }],
    ["that says nothing readable", "{", {}],
  ])("as a stream ends with JSON, %s", (_, said, expected) => {
    const stream = "application/connect+proto";
    const [call] = calls(
      (s) =>
        s.client
          .headers(1, ask(stream, { "connect-content-encoding": "gzip" }))
          .data(1, framed(gzipSync(Buffer.from(request, "latin1")), 1) + framed(request), end)
          .server.headers(1, answer(stream))
          .data(1, framed(reply) + framed(reply))
          .data(1, framed(Buffer.from(said), 2), end),
      { schema: true },
    );
    expect(call).toMatchObject({ ...expected, protocol: "connect", requestMessages: 2, responseMessages: 2 });
    expect(call?.messages?.map(({ json }) => json)).toEqual([{ a: "x" }, { a: "x" }, { b: 5 }, { b: 5 }]);
    if (!("grpcStatus" in expected)) expect(call).not.toHaveProperty("grpcStatus");
  });

  it("is not what is only JSON", () => {
    const [call] = calls((s) => s.client.headers(1, ask("application/json")).data(1, "{}", end).server.headers(1, end));
    expect(call).toMatchObject({ protocol: "http" });
    expect(call).not.toHaveProperty("messages");
    const none = calls((s) =>
      s
        .bare()
        .client.http1(post("application/json", "Content-Length: 2"), "{}")
        .server.http1(ok("text/plain", "Content-Length: 0")),
    );
    expect(none).toEqual([]);
  });
});

describe("Triple", () => {
  it("with its wrapper is framed as gRPC is", () => {
    const wrapper = "application/triple+wrapper";
    const story: Story = (s) =>
      s.client
        .headers(1, ask(wrapper, { te: "trailers", "grpc-timeout": "1S", "tri-service-version": "1.0.0" }))
        .data(1, framed(request), end)
        .server.headers(1, answer(wrapper))
        .data(1, framed(reply))
        .trailers(1, { "grpc-status": "0", "grpc-message": "" });
    expect(calls(story, { schema: true })[0]).toMatchObject({
      ...{ protocol: "triple", grpcStatus: 0, deadline: 1e9, requestMessages: 1, responseMessages: 1, end: "complete" },
      messages: typed,
    });
    // It is another protocol: gRPC's rules do not judge it.
    const { findings } = playSegments(written(story).segments, { rules: rules.filter(({ id }) => id.startsWith("grpc/")) });
    expect(findings.map(({ rule }) => rule)).toEqual([]);
  });

  it("unary, told by its fields, over HTTP/1.1", () => {
    const [call] = calls((s) =>
      s
        .bare()
        .client.http1(post("application/json", "Tri-Service-Timeout: 3000", "Content-Length: 3"), "[1]")
        .server.http1(ok("application/json", "Content-Length: 1"), "2"),
    );
    expect(call).toMatchObject({ protocol: "triple", deadline: 3e9, grpcStatus: 0, messages: [{ json: [1] }, { json: 2 }] });
  });
});

describe("bounds", () => {
  it("of what is kept of a message", () => {
    const [call] = calls(
      (s) =>
        s.client
          .headers(1, ask("application/connect+proto"))
          .data(1, framed("\x0a\x08xxxxxxxx") + framed(request), end)
          .server.headers(1, answer("application/connect+proto"))
          .data(1, framed("{}", 2), end)
          .client.headers(3, ask("application/proto"))
          .data(3, "\x0a\x08xxxxxxxx", end),
      { limits: { messageOctets: 5 } },
    );
    expect(call).toMatchObject({
      messages: [{ length: 10, omitted: expect.stringMatching(/^more than 5/) }, { json: { 1: "x" } }],
    });
  });

  it("a length that lies is no allocation", () => {
    const [call] = calls((s) =>
      s.client.headers(1, ask("application/grpc-web")).data(1, "\0\xff\xff\xff\xffabc", end).server.headers(1, end),
    );
    expect(call).toMatchObject({ requestMessages: 0, messages: [] });
  });

  it("any content of any of them is taken", () => {
    const types = ["grpc-web", "grpc-web-text", "connect+proto", "proto", "json", "triple+wrapper"];
    fc.assert(
      fc.property(
        ...([fc.constantFrom(...types), fc.uint8Array({ maxLength: 60 }), fc.uint8Array({ maxLength: 60 })] as const),
        ...([fc.constantFrom("200", "404"), fc.nat(60)] as const),
        (name, sent, received, status, cut) => {
          const type = `application/${name}`;
          const [call] = calls((s) =>
            s.client
              .headers(1, ask(type, { "connect-protocol-version": "1" }))
              .data(1, Buffer.from(sent).toString("latin1"), end)
              .server.headers(1, answer(type, { ":status": status }))
              .data(1, Buffer.from(received.subarray(0, cut)).toString("latin1"))
              .data(1, Buffer.from(received.subarray(cut)).toString("latin1"), end),
          );
          expect(call).toMatchObject({ end: "complete", requestOctets: sent.length, responseOctets: received.length });
        },
      ),
      { numRuns: runs(200), seed },
    );
  });
});

it("without --messages they are counted", () => {
  const [call] = calls(
    (s) =>
      s.client
        .headers(1, ask("application/proto"))
        .data(1, request, end)
        .server.headers(1, answer("application/proto"))
        .data(1, reply, end),
    { messages: false },
  );
  expect(call).toMatchObject({ requestMessages: 1, responseMessages: 1, grpcStatus: 0 });
  expect(call).not.toHaveProperty("messages");
});

describe("metadata", () => {
  const web = "application/grpc-web";
  const story: Story = (s) =>
    s
      .bare()
      .client.http1(post(web, "X-Id: 7", "Authorization: Bearer abc", `X-Long: ${"x".repeat(17_000)}`, "Content-Length: 0"))
      .server.http1(ok(web, "X-Where: here", "Content-Length: 0"));

  it("of HTTP/1.1 is masked and bounded", () => {
    const [call] = calls(story, { metadata: { fields: true, showSecrets: false } });
    expect(call?.requestMetadata).toEqual([
      ["host", "h1.test"],
      ["content-type", web],
      ["x-id", "7"],
      ["authorization", "<masked, 10 bytes>"],
    ]);
    expect(call).toMatchObject({ metadataOmitted: true, responseMetadata: [] });
  });

  it("is left out where it is not asked for", () =>
    expect(calls(story, { metadata: { fields: false, showSecrets: false } })[0]).not.toHaveProperty("requestMetadata"));
});

it("credentials in the details of errors are masked", () => {
  // ErrorInfo: metadata 3.
  const info = Buffer.from("\x1a\x0c\x0a\x05token\x12\x03abc", "latin1").toString("base64");
  const error = JSON.stringify({ code: "internal", details: [{ type: "google.rpc.ErrorInfo", value: info }] });
  const [call] = calls((s) =>
    s.client
      .headers(1, ask("application/proto"))
      .data(1, request, end)
      .server.headers(1, { fields: { ":status": "500", "content-type": "application/json" } })
      .data(1, error, end),
  );
  expect(call?.grpcDetails).toMatchObject([{ metadata: { token: "<masked, 3 characters>" } }]);
});

it("the table names what carries a call", () => {
  const pieces: string[] = [];
  const view = callsTable((text) => pieces.push(text), { width: 120, color: false, verbose: false, quiet: false });
  const web = "application/grpc-web";
  for (const exchange of calls((s) =>
    s
      .bare()
      .client.http1(post(web, "Content-Length: 8"), framed(request))
      .server.http1(ok(web, "Content-Length: 26"), trailers("grpc-status: 14\r\na: b")),
  ))
    view.exchange(exchange);
  expect(pieces.join("")).toMatch(/^1\.1 +\/p\.S\/Unary +UNAVAILABLE +1 \(8\) +0 \(26\) .* complete, grpc-web, HTTP\/1\.1$/m);
});
