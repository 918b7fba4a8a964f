import { describe, expect, it } from "vitest";
import { linkProtos, parseProto } from "../../src/grpc/proto-source.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { masked } from "../../src/report/mask.ts";

describe("credentials in messages", () => {
  it.each<[string, Parameters<typeof masked>[0], unknown]>([
    ["a password", { user: "u", password: "abc" }, { user: "u", password: "<masked, 3 characters>" }],
    ["names in any style", { apiKey: "a", "x-api-key": "b", API_KEY: "c" }, ["a", "b", "c"]],
    ["tokens", { token: "a", accessToken: "b", id_token: "c" }, ["a", "b", "c"]],
    ["in depth", { a: [{ clientSecret: "abc" }] }, { a: [{ clientSecret: "<masked, 3 characters>" }] }],
    ["all below", { credentials: { user: ["u", 1], n: 2 } }, { credentials: { user: ["<masked, 1 characters>", 1], n: 2 } }],
    ["of a list of fields", { key: "Authorization", value: "abc" }, { key: "Authorization", value: "<masked, 3 characters>" }],
    ["by its looks", { 1: "Bearer abc.def" }, { 1: "<masked, 14 characters>" }],
    ["a JWT", { 3: ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"] }, { 3: ["<masked, 41 characters>"] }],
    ["nothing there", { password: "" }, { password: "" }],
    ["nothing of the kind", { pageToken: "a", tokens: 5, secretary: "b", note: "Bearer", key: "k", value: "v" }, undefined],
    ["numbers", { password: 5, secret: null, token: true }, undefined],
  ])("%s", (_, json, expected) => {
    const result = masked(json);
    // Of several at once: all are masked.
    if (Array.isArray(expected)) expect(Object.values(result as object)).toEqual(expected.map(() => "<masked, 1 characters>"));
    else expect(result).toEqual(expected ?? json);
  });

  it("by the option of their field, wherever it is", () => {
    const schemas = new Schemas();
    const text = `syntax = "proto3"; package p;
      message In { string pin = 1 [debug_redact = true]; Inner one = 2; repeated Inner many = 3; map<string, Inner> by = 4; string a = 5; }
      message Inner { bytes mark = 1 [debug_redact = true]; string b = 2; }
      service S { rpc M(In) returns (In); }`;
    schemas.add(linkProtos([parseProto("p.proto", text)]));
    const inner = "0a01ff120162"; // mark 1, b "b"
    const octets = Buffer.from(`0a0131 1206${inner} 1a06${inner} 220b0a016b1206${inner} 2a0161`.replaceAll(" ", ""), "hex");
    const method = schemas.method("/p.S/M", "")!;
    const hidden = { mark: "<masked>", b: "b" };
    expect(method.json("client", octets, { redact: true })).toEqual({
      pin: "<masked>",
      one: hidden,
      many: [hidden],
      by: { k: hidden },
      a: "a",
    });
    expect(method.json("client", octets)).toMatchObject({ pin: "1", one: { mark: "/w==", b: "b" } });
  });
});
