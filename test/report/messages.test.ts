// `h2lint calls --messages` on stories.
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { ReflectionReader } from "../../src/grpc/reflection.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { callsTable } from "../../src/report/calls.ts";
import { type ExchangeChooser, ExchangeLister, type ExchangeObject } from "../../src/report/exchange.ts";
import { MessageKeeper, MessageLister } from "../../src/report/messages.ts";
import { rules } from "../../src/rules/index.ts";
import { playModel } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, play, type Story, written } from "../../src/testing.ts";
import { field, serviceFile } from "../grpc/descriptors.ts";

const end = { endStream: true } as const;
const answer = { fields: grpcResponse } as const;
const of = (path: string, more: Readonly<Record<string, string>> = {}) => ({
  fields: { ...grpcRequest, ":path": path, ...more },
});
const all: ExchangeChooser = { connection: () => true, exchange: () => true };

/** With its prefix, one character per octet. */
function framed(content: Uint8Array | string, flag = 0): string {
  const octets = typeof content === "string" ? Buffer.from(content, "latin1") : Buffer.from(content);
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(octets.length, 1);
  return Buffer.concat([prefix, octets]).toString("latin1");
}

function list(story: Story, limits: Partial<Limits> = {}, chooser = all): ExchangeObject[] {
  const full = { ...defaultLimits, ...limits };
  const clock = new Clock();
  const schemas = new Schemas();
  const seen: ExchangeObject[] = [];
  const keeper = new MessageKeeper(chooser, full);
  const messages = new MessageLister(
    keeper,
    schemas,
    full,
    () => clock,
    (exchange) => seen.push(exchange),
  );
  const lister = new ExchangeLister(
    () => clock,
    chooser,
    full,
    (exchange, stream) => messages.exchange(exchange, stream),
  );
  playModel(
    written(story).segments,
    [new CallReader([new ReflectionReader(schemas, full), keeper], full), lister],
    full,
    () => {},
  );
  messages.end();
  return seen;
}

const request = "\x0a\x01x";
const reply = "\x08\x05";

// ServerReflectionResponse: file_descriptor_response 4 of file_descriptor_proto 1.
const reflection = framed(field(4, field(1, serviceFile())));
const reflect: (version: string) => Story = (version) => (s) =>
  s.client
    .headers(1, of(`/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`))
    .data(1, framed(""), end)
    .server.headers(1, answer)
    .data(1, reflection)
    .trailers(1, { "grpc-status": "0" });

describe("messages", () => {
  it("have direction, index, time, length and what they look like", () => {
    const [call] = list((s) =>
      s.client
        .headers(1, of("/p.S/M"))
        .data(1, framed(request))
        .data(1, framed(""), end)
        .server.headers(1, answer)
        .data(1, framed(reply)),
    );
    const [first, second, third] = call!.messages!;
    expect(first).toEqual({ direction: "request", index: 0, time: first!.time, length: 3, compressed: false, json: { 1: "x" } });
    expect(second).toMatchObject({ direction: "request", index: 1, length: 0, json: {} });
    expect(third).toMatchObject({ direction: "response", index: 0, length: 2, json: { 1: 5 } });
    expect(first!.time < third!.time).toBe(true);
  });

  it("that are no protobuf are bytes, or JSON where the type says so", () => {
    const [call] = list((s) => s.client.headers(1, of("/p.S/M")).data(1, framed("\xff\xff"), end));
    expect(call!.messages![0]).toMatchObject({ raw: "ffff" });
    const json = of("/p.S/M", { "content-type": "application/grpc+json" });
    expect(list((s) => s.client.headers(1, json).data(1, framed('{"a":[1]}'), end))[0]!.messages![0]).toMatchObject({
      json: { a: [1] },
    });
    expect(list((s) => s.client.headers(1, json).data(1, framed("{"), end))[0]!.messages![0]).toMatchObject({ raw: "7b" });
    const thrift = of("/p.S/M", { "content-type": "application/grpc+thrift" });
    expect(list((s) => s.client.headers(1, thrift).data(1, framed(reply), end))[0]!.messages![0]).toMatchObject({ raw: "0805" });
  });

  it("are decompressed, or it is said why not", () => {
    const sent = (encoding: string | undefined, content: Uint8Array | string) => {
      const more = encoding === undefined ? {} : { "grpc-encoding": encoding };
      return list((s) => s.client.headers(1, of("/p.S/M", more)).data(1, framed(content, 1), end))[0]!.messages![0];
    };
    expect(sent("gzip", gzipSync(Buffer.from(request)))).toMatchObject({ compressed: true, json: { 1: "x" } });
    expect(sent("gzip", request)).toMatchObject({ compressed: true, omitted: "does not decompress with gzip" });
    expect(sent("gzip", gzipSync(Buffer.alloc(1 << 20)))).toMatchObject({ omitted: "decompresses to more than 262144 bytes" });
    expect(sent("snappy", Buffer.from(`\x03\x08${request}`, "latin1"))).toMatchObject({ compressed: true, json: { 1: "x" } });
    expect(sent("zstd", "")).toMatchObject({ compressed: true, length: 0, json: {} });
    expect(sent("zap", request)).toMatchObject({ omitted: "compressed with zap, which is not read" });
    expect(sent(undefined, request)).toMatchObject({ omitted: "compressed, but no grpc-encoding is known" });
  });

  it("beyond the limits are not kept, but named", () => {
    const story: Story = (s) =>
      s.client.headers(1, of("/p.S/M")).data(1, framed("\x0a\x08xxxxxxxx")).data(1, framed(request), end);
    expect(list(story, { messageOctets: 5 })[0]!.messages).toMatchObject([
      { length: 10, omitted: expect.stringMatching(/^more than 5 bytes/) },
      { json: { 1: "x" } },
    ]);
    const [call] = list(story, { keptOctets: 200 });
    expect(call).toMatchObject({ messagesOmitted: 1, messages: [{ json: { 1: "xxxxxxxx" } }] });
  });

  it("of exchanges that are not asked for are not kept", () => {
    const chooser: ExchangeChooser = { connection: () => true, exchange: (stream) => stream === 3 };
    const calls = list(
      (s) =>
        s.client.headers(1, of("/p.S/M")).data(1, framed(request), end).headers(3, of("/p.S/M")).data(3, framed(request), end),
      // Room for one.
      { keptOctets: 140 },
      chooser,
    );
    expect(calls).toMatchObject([{ stream: 3, messages: [{ json: { 1: "x" } }] }]);
  });

  it("whose length lies are not there", () => {
    const [call] = list((s) => s.client.headers(1, of("/p.S/M")).data(1, "\0\xff\xff\xff\xffabc", end));
    expect(call).toMatchObject({ requestMessages: 0, messages: [] });
  });
});

describe("schemas by reflection", () => {
  const call = (s: Parameters<Story>[0], id: number) =>
    s.client
      .headers(id, of("/p.S/M"))
      .data(id, framed(request), end)
      .server.headers(id, answer)
      .data(id, framed(reply))
      .trailers(id, { "grpc-status": "0" });
  const typed = [
    { type: "p.In", json: { a: "x" } },
    { type: "p.Out", json: { b: 5 } },
  ];

  it.each(["v1", "v1alpha"])("of %s are used for what follows", (version) => {
    const [, second] = list((s) => {
      reflect(version)(s);
      call(s, 3);
    });
    expect(second!.messages).toMatchObject(typed);
  });

  it("are used for what came before", () => {
    const seen = list((s) => {
      call(s, 3);
      s.client
        .headers(5, of("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"))
        .data(5, framed(""), end)
        .server.headers(5, answer)
        .data(5, reflection)
        .trailers(5, { "grpc-status": "0" });
    });
    expect(seen.map(({ stream }) => stream)).toEqual([3, 5]);
    expect(seen[0]!.messages).toMatchObject(typed);
  });

  it("are not what a client says", () => {
    const [, second] = list((s) => {
      s.client.headers(1, of("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")).data(1, reflection, end);
      call(s, 3);
    });
    expect(second!.messages).toMatchObject([{ json: { 1: "x" } }, { json: { 1: 5 } }]);
  });

  it("that a message does not fit leave its shape, and say where", () => {
    const [, second] = list((s) => {
      reflect("v1")(s);
      s.client.headers(3, of("/p.S/M")).data(3, framed(reply), end);
    });
    expect(second!.messages![0]).toMatchObject({
      json: { 1: 5 },
      misfit: { field: "a", reason: "has wire type 0 (varint) instead of 2 (length-delimited)" },
    });
    expect(second!.messages![0]).not.toHaveProperty("type");
  });
});

describe("hostile messages", () => {
  const nested = (levels: number): Buffer => {
    let inner: Buffer = Buffer.alloc(0);
    for (let i = 0; i < levels; i++) {
      const length: number[] = [];
      for (let left = inner.length; ; left >>>= 7) {
        length.push(left < 128 ? left : (left & 127) | 128);
        if (left < 128) break;
      }
      inner = Buffer.concat([Buffer.of(0x1a, ...length), inner]);
    }
    return inner;
  };
  // Field 3 of In is not in its schema; field 1 is a string.
  const bomb = gzipSync(Buffer.alloc(64 << 20));
  const snappyBomb = Buffer.concat([
    Buffer.from("818040", "hex"),
    Buffer.from("0061", "hex"),
    Buffer.alloc(3 << 14, "fe0100", "hex"),
  ]);
  const cases: readonly (readonly [string, string | undefined, Buffer, object])[] = [
    ["10,000 levels", undefined, nested(10_000), { type: "p.In", json: {} }],
    ["100,000 fields", undefined, Buffer.alloc(200_000, "2001", "hex"), { type: "p.In", json: {} }],
    ["100,001 fields", undefined, Buffer.alloc(200_002, "2001", "hex"), { json: { $cut: "fields" } }],
    [
      "text that is not UTF-8",
      undefined,
      Buffer.from("0a02ff41", "hex"),
      { misfit: { field: "a", reason: "is a string that is not UTF-8" } },
    ],
    ["another type", undefined, Buffer.from("0d01020304", "hex"), { misfit: { field: "a", reason: /wire type 5/ } }],
    ["a length within that lies", undefined, Buffer.from("0aff", "hex"), { raw: "0aff", misfit: { field: "p.In" } }],
    ["a bomb of gzip", "gzip", bomb, { omitted: "decompresses to more than 262144 bytes" }],
    ["a bomb of snappy", "snappy", snappyBomb, { omitted: /more than/ }],
    [
      "a bomb of zstd",
      "zstd",
      Buffer.concat([Buffer.from("28b52ffd0058", "hex"), Buffer.alloc(4000, "02001000", "hex")]),
      { omitted: /more than/ },
    ],
  ];

  const sent = (s: Parameters<Story>[0], encoding: string | undefined, content: Buffer) => {
    const octets = framed(content, encoding === undefined ? 0 : 1);
    const side = s.client.headers(3, of("/p.S/Unary", encoding === undefined ? {} : { "grpc-encoding": encoding }));
    for (let at = 0; at < octets.length; at += 16_000)
      side.data(3, octets.slice(at, at + 16_000), { endStream: at + 16_000 >= octets.length });
  };

  it.each(cases)("%s: bounded and named, with a schema and without", (_, encoding, content, shown) => {
    const text = (value: unknown) => JSON.stringify(value, (__, one) => (one instanceof RegExp ? "pattern" : (one as unknown)));
    const [bare] = list((s) => sent(s, encoding, content));
    expect(text(bare!.messages![0]).length).toBeLessThan(100_000);
    const [, typed] = list((s) => {
      reflect("v1")(s);
      sent(s, encoding, content);
    });
    const match = (object: object): object =>
      Object.fromEntries(
        Object.entries(object).map(([name, value]) => [
          name,
          value instanceof RegExp
            ? expect.stringMatching(value)
            : typeof value === "object" && name === "misfit"
              ? expect.objectContaining(match(value as object))
              : value,
        ]),
      );
    const [message] = typed!.messages!;
    if ("json" in shown && "$cut" in (shown.json as object)) expect(message!.json).toMatchObject(shown.json as object);
    else expect(message).toMatchObject(match(shown));
    expect(text(message).length).toBeLessThan(100_000);
  });

  it.each(cases)("%s: the rules say of it what is provable", (_, encoding, content, shown) => {
    const { findings, unchecked } = play(
      (s) => {
        reflect("v1")(s);
        sent(s, encoding, content);
      },
      { rules: rules.filter(({ id }) => ["grpc/message-schema", "grpc/decompress-failed"].includes(id)) },
    );
    const found = findings.map(({ rule, data }) => [rule, data["field"]]);
    if ("misfit" in shown) expect(found).toEqual([["grpc/message-schema", (shown.misfit as { field: string }).field]]);
    else expect(found).toEqual([]);
    if ("omitted" in shown) expect(Object.keys(unchecked).join()).toMatch(/grpc\/(?:decompress-failed|message-schema) limit/);
  });
});

describe("the table", () => {
  const tableOf = (story: Story, verbose = false): string => {
    const pieces: string[] = [];
    const view = callsTable((text) => pieces.push(text), { width: 80, color: false, verbose, quiet: false });
    for (const exchange of list(story)) view.exchange(exchange);
    return pieces.join("");
  };
  const long: Story = (s) => s.client.headers(1, of("/p.S/M")).data(1, framed(`\x0a\x64${"y".repeat(100)}`), end);

  it("has a line a message, cut unless all is asked for", () => {
    expect(tableOf(long)).toMatch(/^ {8}> 0 +102 \{"1":"y+\.\.\.$/m);
    for (const line of tableOf(long).split("\n").slice(2)) expect(line.length).toBeLessThanOrEqual(80);
    expect(tableOf(long, true)).toContain(`"${"y".repeat(100)}"`);
  });

  it("lets nothing act on the terminal", () => {
    const text = tableOf(
      (s) => s.client.headers(1, of("/p.S/M")).data(1, framed("\x0a\x06\x1b[31mx\x12\x03\xe2\x80\xae"), end),
      true,
    );
    expect(text).not.toContain("\x1b");
    expect(text).not.toContain("\u202e");
  });
});
