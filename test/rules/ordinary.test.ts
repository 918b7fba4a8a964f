// What ordinary traffic costs: its field blocks are for no rule of the message, by their bits.
import { describe, expect, it } from "vitest";
import { DecodedBlock } from "../../src/fields/decoded-block.ts";
import { field, fieldName } from "../../src/fields/field.ts";
import { type BlockRole, FieldBlock } from "../../src/model/field-block.ts";
import type { Side } from "../../src/place.ts";
import { BlockListeners } from "../../src/rules/block-listeners.ts";
import { rules } from "../../src/rules/index.ts";
import type { BlockCondition } from "../../src/rules/rule.ts";

const listeners = new BlockListeners<string>(
  rules
    .filter(({ id }) => /^(?:headers|ext|hpack)\//.test(id))
    .flatMap(({ id, when }): [string, BlockCondition | readonly BlockCondition[]][] =>
      when === undefined || "observed" in when ? [] : [[id, when]],
    ),
);

function called(from: Side, role: BlockRole, fields: Readonly<Record<string, string>>): readonly string[] {
  const block = new FieldBlock();
  block.from = from;
  block.role = role;
  block.decoded = new DecodedBlock();
  for (const [name, value] of Object.entries(fields)) block.decoded.add(field(fieldName(name), value));
  block.decoded.finish();
  return listeners.of(block);
}

const grpc = { ":method": "POST", ":scheme": "http", ":path": "/a.B/C", ":authority": "a:50051", te: "trailers" };
const browser = { ":method": "GET", ":authority": "a.example", ":scheme": "https", ":path": "/x?y=z", accept: "*/*" };

describe("ordinary", () => {
  it.each<[string, Side, BlockRole, Readonly<Record<string, string>>]>([
    ["a gRPC request", "client", "request", { ...grpc, "content-type": "application/grpc", "grpc-timeout": "1S" }],
    ["a browser's request", "client", "request", { ...browser, "accept-encoding": "br", "user-agent": "x" }],
    ["a request with content", "client", "request", { ...browser, ":method": "PUT", "content-length": "12" }],
    ["a gRPC response", "server", "response", { ":status": "200", "content-type": "application/grpc" }],
    ["a response", "server", "response", { ":status": "404", "content-length": "0", server: "x" }],
    ["gRPC trailers", "server", "response-trailers", { "grpc-status": "0", "grpc-message": "" }],
  ])("%s", (_, from, role, fields) => expect(called(from, role, fields)).toEqual([]));

  it("is not this", () => {
    expect(called("client", "request", { ...browser, ":path": "" })).toEqual(["headers/empty-path", "headers/path-form"]);
    expect(called("server", "response", {})).toEqual(["headers/missing-status"]);
  });
});
