import { describe, expect, it } from "vitest";
import { DecodedBlock } from "../../src/fields/decoded-block.ts";
import { field, fieldName, unknownField } from "../../src/fields/field.ts";
import { Observation } from "../../src/http2/observation.ts";
import { type BlockRole, FieldBlock } from "../../src/model/field-block.ts";
import { mayBeMalformed } from "../../src/model/may-be-malformed.ts";
import type { Stream } from "../../src/model/stream.ts";
import { Drive, request } from "./driving.ts";

type Fields = readonly (readonly [name: string, value: string])[];

function block(role: BlockRole, fields: Fields, endStream = false): FieldBlock {
  const made = new FieldBlock();
  made.from = role === "response" || role === "interim" || role === "response-trailers" ? "server" : "client";
  made.role = role;
  made.streamId = 1;
  made.endStream = endStream;
  made.decoded = new DecodedBlock();
  for (const [name, value] of fields) made.decoded.add(field(fieldName(name), value));
  made.decoded.finish();
  made.decoded.finish();
  return made;
}

const drive = new Drive();
drive.client.headers(1, request, "end");
const { connection } = drive;
const stream = connection.streams.get(1)!;
const asked = (subject: FieldBlock, on: Stream | undefined) => mayBeMalformed(subject, on, connection);

const get: Fields = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "a.example"],
];
// Changed in one field, or without it.
const but = (name: string, value?: string): Fields =>
  get.flatMap((one) => (one[0] !== name ? [one] : value === undefined ? [] : [[name, value] as const]));
const and = (...more: Fields): Fields => [...get, ...more];
const connect = (...more: Fields): Fields => [[":method", "CONNECT"], ...more];

describe("a request", () => {
  it.each<[string, Fields]>([
    ["ordinary", get],
    ["of gRPC", and(["content-type", "application/grpc"], ["te", "trailers"])],
    ["https", but(":scheme", "https")],
    ["another scheme", but(":scheme", "coap+tcp")],
    [
      "another scheme, with another form of path",
      [...but(":scheme", "coap").filter(([name]) => name !== ":path"), [":path", "a"]],
    ],
    ["OPTIONS for the server", [[":method", "OPTIONS"], ...but(":method").filter(([name]) => name !== ":path"), [":path", "*"]]],
    ["host in place of :authority", [...but(":authority"), ["host", "a"]]],
    ["CONNECT", connect([":authority", "a:443"])],
    ["content-length", and(["content-length", "3"])],
    ["content-length twice, the same", and(["content-length", "3"], ["content-length", "3"])],
    ["user-agent twice", and(["user-agent", "a"], ["user-agent", "b"])],
  ])("%s: no", (_, fields) => expect(asked(block("request", fields), undefined)).toBe(false));

  it.each<[string, Fields]>([
    ["no :method", but(":method")],
    ["no token", but(":method", "G T")],
    ["no :scheme", but(":scheme")],
    ["no scheme", but(":scheme", "http:")],
    ["no :path", but(":path")],
    ["an empty :path", but(":path", "")],
    ["a :path without /", but(":path", "a")],
    ["* with GET", but(":path", "*")],
    ["no authority", but(":authority")],
    ["an empty authority", but(":authority", "")],
    ["an empty host", [...but(":authority"), ["host", ""]]],
    ["userinfo", but(":authority", "u@a")],
    [":status", [[":status", "200"], ...get]],
    [":protocol", [[":protocol", "x"], ...get]],
    ["an unknown pseudo-header field", [[":x", "1"], ...get]],
    ["a pseudo-header field twice", [[":path", "/"], ...get]],
    ["upper case", and(["A", "1"])],
    ["a space around a value", and(["a", " 1"])],
    ["connection", and(["connection", "close"])],
    ["CONNECT with :scheme", connect([":authority", "a:443"], [":scheme", "https"])],
    ["CONNECT with :path", connect([":authority", "a:443"], [":path", "/"])],
    ["CONNECT without a port", connect([":authority", "a"])],
    ["CONNECT without :authority", connect()],
    ["CONNECT and an odd length", connect([":authority", "a:443"], ["content-length", "x"])],
    ["content-length that is none", and(["content-length", "x"])],
    ["content-length twice, not the same", and(["content-length", "3"], ["content-length", "4"])],
  ])("%s: yes", (_, fields) => expect(asked(block("request", fields), undefined)).toBe(true));
});

describe("a response", () => {
  it.each<[string, FieldBlock, boolean]>([
    ["ordinary", block("response", [[":status", "200"]]), false],
    ["at its end", block("response", [[":status", "200"]], true), false],
    ["no :status", block("response", [["a", "b"]]), true],
    ["a bad :status", block("response", [[":status", "600"]]), true],
    [
      ":path",
      block("response", [
        [":status", "200"],
        [":path", "/"],
      ]),
      true,
    ],
    [
      "an odd length",
      block("response", [
        [":status", "200"],
        ["content-length", "x"],
      ]),
      true,
    ],
    ["interim", block("interim", [[":status", "103"]]), false],
    ["interim, at its end", block("interim", [[":status", "103"]], true), true],
    ["interim, 101", block("interim", [[":status", "101"]]), true],
    [
      "interim, with an odd length",
      block("interim", [
        [":status", "103"],
        ["content-length", "x"],
      ]),
      true,
    ],
  ])("%s: %s", (_, subject, expected) => expect(asked(subject, stream)).toBe(expected));

  it("to a request with :protocol: yes", () => {
    const other = Object.assign(Object.create(stream) as Stream, { request: { ...stream.request, protocol: "websocket" } });
    expect(asked(block("response", [[":status", "200"]]), other)).toBe(true);
  });

  it("without :status where HEADERS may be missing: no", () => {
    connection.server.refuse(1);
    expect(asked(block("response", [["a", "b"]]), stream)).toBe(false);
  });
});

describe("trailers", () => {
  it.each<[string, FieldBlock, boolean]>([
    ["ordinary", block("response-trailers", [["grpc-status", "0"]]), false],
    ["a pseudo-header field", block("response-trailers", [[":status", "200"]]), true],
    ["what comes too late", block("request-trailers", [["authorization", "x"]]), true],
  ])("%s: %s", (_, subject, expected) => expect(asked(subject, stream)).toBe(expected));

  it("of a stream whose beginning was not captured: no", () => {
    expect(asked(block("response-trailers", [[":status", "200"]]), undefined)).toBe(false);
  });

  it("that are a late interim response: no", () => {
    const late = block("response-trailers", [[":status", "103"]]);
    late.observations.note(Observation.interimAfterFinal);
    expect(asked(late, stream)).toBe(false);
  });
});

it("what is not known is not suspected", () => {
  const partial = block("request", [[":method", ""]]);
  partial.decoded!.add(unknownField);
  partial.decoded!.finish();
  expect(asked(partial, undefined)).toBe(false);
  partial.decoded = undefined;
  expect(asked(partial, undefined)).toBe(false);
});
