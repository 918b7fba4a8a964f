import { expect, it } from "vitest";
import { DecodedBlock } from "../../src/fields/decoded-block.ts";
import { FieldBit, field, fieldName } from "../../src/fields/field.ts";
import { ValueBit } from "../../src/fields/value-bit.ts";
import { type BlockRole, FieldBlock } from "../../src/model/field-block.ts";
import type { Side } from "../../src/place.ts";
import { BlockListeners } from "../../src/rules/block-listeners.ts";

function block(from: Side, role: BlockRole, ...fields: [name: string, value: string][]): FieldBlock {
  const made = new FieldBlock();
  made.from = from;
  made.role = role;
  made.decoded = new DecodedBlock();
  for (const [name, value] of fields) made.decoded.add(field(fieldName(name), value));
  made.decoded.finish();
  return made;
}

const listeners = new BlockListeners<string>([
  ["always", undefined],
  ["te", { bits: FieldBit.te }],
  ["te of clients", { bits: FieldBit.te, from: "client" }],
  ["not POST", { values: ValueBit.methodOther, roles: ["request"] }],
  ["te without trailers", { bits: FieldBit.te, without: ValueBit.teTrailers }],
  ["the end", { roles: ["request"], ends: true }],
  ["either", [{ values: ValueBit.methodOther }, { bits: FieldBit.te, from: "server" }]],
]);

it.each<[string, FieldBlock, string[]]>([
  ["nothing asked for", block("client", "request", ["a", "b"]), ["always"]],
  ["a bit", block("client", "request", ["te", "trailers"]), ["always", "te", "te of clients"]],
  ["what must not be there", block("client", "request", ["te", "x"]), ["always", "te", "te of clients", "te without trailers"]],
  ["a side", block("server", "response", ["te", "trailers"]), ["always", "te", "either"]],
  ["a role", block("client", "request", [":method", "GET"]), ["always", "not POST", "either"]],
  ["another role", block("server", "promise", [":method", "GET"]), ["always", "either"]],
])("%s", (_, subject, expected) => {
  expect(listeners.of(subject)).toEqual(expected);
  // What was asked last, and after another one of the same role what is kept.
  expect(listeners.of(subject)).toEqual(expected);
  expect(listeners.of(block(subject.from, subject.role, [":method", "PUT"], ["te", "gzip"]))).toContain("te without trailers");
  expect(listeners.of(subject)).toEqual(expected);
});

it("tells the same fields with and without END_STREAM apart", () => {
  const open = block("client", "request", ["a", "b"]);
  const ended = block("client", "request", ["a", "b"]);
  ended.endStream = true;
  for (let i = 0; i < 2; i++) {
    expect(listeners.of(open)).toEqual(["always"]);
    expect(listeners.of(ended)).toEqual(["always", "the end"]);
  }
});

it("tells a block that could not be decoded to those without a condition", () => {
  const unread = block("client", "request");
  unread.decoded = undefined;
  expect(listeners.of(unread)).toEqual(["always"]);
});
