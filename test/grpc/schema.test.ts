// Messages by schema. Expected JSON from the protobuf JSON mapping, octets from the encoding guide.
import { describe, expect, it } from "vitest";
import { healthService } from "../../src/grpc/health-service.ts";
import { linkProtos, parseProto } from "../../src/grpc/proto-source.ts";
import type { MethodSchema } from "../../src/grpc/schema/method.ts";
import { isDescriptorSet, Schemas } from "../../src/grpc/schema.ts";
import { octets } from "../http2/octets.ts";
import { field, serviceFile } from "./descriptors.ts";

const limits = { schemaOctets: 1 << 20 };

function schemasOf(...texts: readonly string[]): Schemas {
  const schemas = new Schemas();
  schemas.add(linkProtos(texts.map((text, i) => parseProto(i === 0 ? "main.proto" : `other${i}.proto`, text))));
  return schemas;
}

function methodOf(body: string, head = 'syntax = "proto3";'): MethodSchema {
  const text = `${head}
    package a.b;
    import "google/protobuf/any.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/struct.proto";
    import "google/protobuf/timestamp.proto"; import "google/protobuf/wrappers.proto";
    service S { rpc M(T) returns (T); }
    ${body}`;
  return schemasOf(text).method("/a.b.S/M", "server")!;
}

const cases: readonly (readonly [string, string, string, unknown])[] = [
  ["names in lower camel case", "message T { string foo_bar = 1; }", '0a 01 "x"', { fooBar: "x" }],
  ["json_name", 'message T { string foo = 1 [json_name = "Bar"]; }', '0a 01 "x"', { Bar: "x" }],
  ["what is unset is left out", "message T { string a = 1; int32 b = 2; }", "", {}],
  ["zero of a field with presence", "message T { optional int32 b = 2; }", "10 00", { b: 0 }],
  ["64 bits are a string", "message T { int64 a = 1; }", "08 ff ff ff ff ff ff ff ff ff 01", { a: "-1" }],
  ["zigzag", "message T { sint32 a = 1; sint64 b = 2; }", "08 01 10 03", { a: -1, b: "-2" }],
  ["bytes are base64", "message T { bytes a = 1; }", "0a 02 ff fe", { a: "//4=" }],
  ["a double that is no number", "message T { double a = 1; }", "09 00 00 00 00 00 00 f0 7f", { a: "Infinity" }],
  ["an enumeration", "message T { E e = 1; } enum E { A = 0; B = 1; }", "08 01", { e: "B" }],
  ["a value that an enumeration lacks", "message T { E e = 1; } enum E { A = 0; }", "08 07", { e: 7 }],
  ["packed and not", "message T { repeated int32 a = 1; }", "0a 02 01 02 08 03", { a: [1, 2, 3] }],
  ["a map", "message T { map<string, int32> m = 1; }", '0a 05 0a 01 "k" 10 05', { m: { k: 5 } }],
  [
    "a map of messages",
    "message T { map<int32, U> m = 1; } message U { bool a = 1; }",
    "0a 06 08 07 12 02 08 01",
    { m: { 7: { a: true } } },
  ],
  ["one of", "message T { oneof k { string a = 1; U b = 2; } } message U {}", "12 00", { b: {} }],
  [
    "a message within",
    "message T { U u = 1; message U { V v = 1; } } message V { int32 x = 1; }",
    "0a 04 0a 02 08 05",
    { u: { v: { x: 5 } } },
  ],
  [
    "the innermost name counts",
    "message T { U u = 1; message U { int32 inner = 1; } } message U { int32 outer = 1; }",
    "0a 02 08 05",
    { u: { inner: 5 } },
  ],
  ["a field that the schema lacks", "message T { int32 a = 1; }", '08 01 7a 01 "x"', { a: 1 }],
  [
    "a time",
    "message T { google.protobuf.Timestamp a = 1; }",
    "0a 08 08 01 10 80 ca b5 ee 01",
    { a: "1970-01-01T00:00:01.500Z" },
  ],
  ["a duration", "message T { google.protobuf.Duration a = 1; }", "0a 02 08 03", { a: "3s" }],
  ["a wrapper", "message T { google.protobuf.Int32Value a = 1; }", "0a 02 08 03", { a: 3 }],
  ["a value", "message T { google.protobuf.Value a = 1; }", "0a 02 20 01", { a: true }],
  [
    "a type that is known",
    "message T { google.protobuf.Any a = 1; int32 b = 2; }",
    '0a 0d 0a 07 "x/a.b.T" 12 02 10 05',
    { a: { "@type": "x/a.b.T", b: 5 } },
  ],
  [
    "a type that is not",
    "message T { google.protobuf.Any a = 1; }",
    '0a 0b 0a 05 "x/y.Z" 12 02 08 05',
    { a: { "@type": "x/y.Z", value: "CAU=" } },
  ],
];

describe("a message by its schema", () => {
  it.each(cases)("%s", (_, body, hex, json) => {
    const method = methodOf(body);
    expect(method.misfit("client", octets(hex))).toBeUndefined();
    expect(method.json("client", octets(hex))).toEqual(json);
  });

  it("of proto2 with groups, extensions and required fields", () => {
    const body =
      "message T { required int32 a = 1; repeated group G = 2 { optional int32 x = 1; } extensions 10 to max; } extend T { optional int32 e = 10; }";
    const method = methodOf(body, 'syntax = "proto2";');
    expect(method.json("server", octets("08 01 13 08 05 14"))).toEqual({ a: 1, g: [{ x: 5 }] });
  });

  it("of an edition with its features", () => {
    const method = methodOf(
      "message T { U u = 1 [features.message_encoding = DELIMITED]; } message U { int32 a = 1; }",
      'edition = "2023";',
    );
    expect(method.json("server", octets("0b 08 00 0c"))).toEqual({ u: { a: 0 } });
  });

  it("is found by service and method", () => {
    const text =
      'syntax = "proto3"; package a; service S { rpc U(T) returns (T); rpc C(stream T) returns (T); rpc R(T) returns (stream T); rpc B(stream T) returns (stream T); } message T {}';
    const schemas = schemasOf(text);
    const kinds = ["U", "C", "R", "B"].map((name) => schemas.method(`/a.S/${name}`, "")?.kind);
    expect(kinds).toEqual(["unary", "client-streaming", "server-streaming", "bidi-streaming"]);
    for (const path of ["/a.S/X", "/a.T/U", "/", "", "a.S", "/a.S/"]) expect(schemas.method(path, "")).toBeUndefined();
  });
});

const misfits: readonly (readonly [string, string, string, string, RegExp])[] = [
  ["another wire type", "message T { string a = 1; }", "08 01", "a", /wire type 0 \(varint\) instead of 2/],
  ["text that is no UTF-8", "message T { string a = 1; }", "0a 01 ff", "a", /UTF-8/],
  [
    "deep inside",
    "message T { repeated U u = 1; } message U { int32 x = 3; }",
    "0a 02 18 01 0a 05 1d 00 00 00 00",
    "u.x",
    /wire type 5/,
  ],
  ["in a map's key", "message T { map<string, int32> m = 1; }", "0a 02 08 01", "m.key", /wire type 0/],
  ["in a map's value", "message T { map<string, string> m = 1; }", "0a 03 12 01 ff", "m.value", /UTF-8/],
  ["cut off", "message T { string a = 1; }", "0a 05 61", "a.b.T", /longer than what is left/],
  ["cut off inside", "message T { U u = 1; } message U { string a = 1; }", "0a 02 0a 05", "u", /longer than what is left/],
  ["packed numbers of 32 bits in three bytes", "message T { repeated fixed32 a = 1; }", "0a 03 01 02 03", "a", /3 bytes/],
  ["a packed number cut off", "message T { repeated int32 a = 1; }", "0a 02 01 80", "a", /number/],
  ["a group for a message", "message T { U u = 1; } message U {}", "0b 0c", "u", /wire type 3/],
];

describe("a message that does not fit", () => {
  it.each(misfits)("%s", (_, body, hex, path, reason) => {
    const method = methodOf(body);
    const misfit = method.misfit("client", octets(hex));
    expect(misfit?.field).toBe(path);
    expect(misfit?.reason).toMatch(reason);
    expect(method.json("client", octets(hex))).toBeUndefined();
  });

  it("is no misfit where proto2 does not ask for UTF-8", () => {
    const method = methodOf("message T { optional string a = 1; }", 'syntax = "proto2";');
    expect(method.misfit("client", octets("0a 01 ff"))).toBeUndefined();
  });
});

describe("hostile messages", () => {
  const method = methodOf(
    "message T { T t = 1; repeated int32 n = 2; google.protobuf.Timestamp at = 3; google.protobuf.Any any = 4; }",
  );

  it("10,000 levels are neither JSON nor a misfit", () => {
    let inner = Buffer.alloc(0);
    for (let i = 0; i < 10_000; i++) {
      const { length } = inner;
      const prefix =
        length < 128
          ? [length]
          : length < 16_384
            ? [(length & 0x7f) | 0x80, length >> 7]
            : [(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14];
      inner = Buffer.concat([Buffer.of(0x0a, ...prefix), inner]);
    }
    expect(method.json("client", inner)).toBeUndefined();
    expect(method.misfit("client", inner)).toBeUndefined();
  });

  it("more fields than are looked at are neither", () => {
    const many = Buffer.from("1001".repeat(100_001), "hex");
    expect(method.json("client", many)).toBeUndefined();
    expect(method.misfit("client", many)).toBeUndefined();
    expect(method.json("client", many.subarray(2))).toEqual({ n: new Array(100_000).fill(1) });
  });

  it("a time beyond the year 9999 has no JSON, and is no misfit", () => {
    const late = octets("1a 0c 08 ff ff ff ff ff ff ff ff 7f 10 00");
    expect(method.json("client", late)).toBeUndefined();
    expect(method.misfit("client", late)).toBeUndefined();
  });

  it("an Any whose bytes do not fit its type is shown", () => {
    expect(method.json("client", octets('22 0c 0a 07 "x/a.b.T" 12 01 0a'))).toEqual({
      any: { "@type": "x/a.b.T (does not fit)", value: "Cg==" },
    });
  });
});

describe("descriptors", () => {
  it("of a set", () => {
    const set = Buffer.concat([field(1, serviceFile())]);
    expect(isDescriptorSet(set)).toBe(true);
    const schemas = new Schemas();
    schemas.add(set);
    expect(schemas.method("/p.S/M", "")?.kind).toBe("server-streaming");
    expect(schemas.method("/p.S/M", "")?.json("client", octets('0a 01 "x"'))).toEqual({ a: "x" });
  });

  it.each(['syntax = "proto3";', "\n\nsyntax", "", "message T {}"])("of %j are none", (text) =>
    expect(isDescriptorSet(Buffer.from(text))).toBe(false),
  );

  it("of reflection go by server, and for others where they say nothing", () => {
    const schemas = new Schemas();
    schemas.harvest("one", serviceFile(), limits);
    expect(schemas.method("/p.S/M", "one")).toMatchObject({ kind: "server-streaming", binding: true });
    expect(schemas.method("/p.S/M", "two")).toMatchObject({ kind: "server-streaming", binding: false });
  });

  it("of health checking are known, and judge nobody", () => {
    const schemas = new Schemas();
    schemas.addKnown(healthService());
    const check = schemas.method("/grpc.health.v1.Health/Check", "1")!;
    expect(check.binding).toBe(false);
    expect(check.json("server", octets("08 01"))).toEqual({ status: "SERVING" });
    expect(check.json("client", octets('0a 01 "a"'))).toEqual({ service: "a" });
    expect(schemas.method("/grpc.health.v1.Health/Watch", "1")?.kind).toBe("server-streaming");
    expect(schemas.method("/grpc.health.v1.Health/List", "1")?.kind).toBe("unary");
    expect(schemas.method("/p.S/M", "1")).toBeUndefined();
    // What the server says goes before it.
    schemas.harvest("1", serviceFile(), limits);
    expect(schemas.method("/p.S/M", "1")?.binding).toBe(true);
  });

  it("of reflection may lack what they import, and be broken", () => {
    const schemas = new Schemas();
    schemas.harvest("one", Buffer.from("ffff", "hex"), limits);
    schemas.harvest("one", serviceFile("q.proto", ["missing.proto", "google/protobuf/any.proto"]), limits);
    // A service of types that are nowhere.
    const lost = field(
      6,
      Buffer.concat([field(1, "L"), field(2, Buffer.concat([field(1, "M"), field(2, ".n.X"), field(3, ".n.X")]))]),
    );
    schemas.harvest("one", Buffer.concat([field(1, "lost.proto"), lost]), limits);
    expect(schemas.method("/p.S/M", "one")?.kind).toBe("server-streaming");
    expect(schemas.method("/L/M", "one")).toBeUndefined();
  });

  it("of reflection that import each other in a circle end", () => {
    const schemas = new Schemas();
    schemas.harvest("one", serviceFile("a.proto", ["b.proto"]), limits);
    schemas.harvest("one", Buffer.concat([field(1, "b.proto"), field(3, "a.proto")]), limits);
    expect(() => schemas.method("/p.S/M", "one")).not.toThrow();
  });

  it("of reflection are bounded", () => {
    const schemas = new Schemas();
    schemas.harvest("one", serviceFile(), { schemaOctets: 1000 });
    expect(schemas.empty).toBe(true);
  });
});
