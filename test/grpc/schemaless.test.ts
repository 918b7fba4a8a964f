// Octets by hand, as the protobuf encoding guide lays them out.
import { expect, describe as group, it } from "vitest";
import { describe } from "../../src/grpc/schemaless.ts";
import { WireReader } from "../../src/grpc/wire.ts";
import { octets } from "../http2/octets.ts";

const cases: readonly (readonly [string, string, unknown])[] = [
  ["nothing", "", {}],
  ["a string and a number", '0a 05 "hello" 10 2a', { 1: "hello", 2: 42 }],
  ["a field again", "08 01 08 02 08 03", { 1: [1, 2, 3] }],
  ["a message", "1a 03 08 96 01", { 3: { 1: 150 } }],
  ["a message whose first field is a string", '0a 03 0a 01 "a"', { 1: { 1: "a" } }],
  ["text of lines", "0a 03 61 0a 09", { 1: "a\n\t" }],
  ["octets", "12 02 ff fe", { 2: { $octets: "fffe" } }],
  ["text that is not ASCII", "0a 02 c3 a9", { 1: "é" }],
  ["a number above 2^53", "08 ff ff ff ff ff ff ff ff 7f", { 1: "9223372036854775807" }],
  ["a negative number", "08 ff ff ff ff ff ff ff ff ff 01", { 1: "18446744073709551615" }],
  ["2^53 - 1", "08 ff ff ff ff ff ff ff 0f", { 1: 9007199254740991 }],
  ["32 bits", "0d 00 00 80 3f", { 1: { $fixed32: 1065353216, $float: 1 } }],
  ["64 bits", "09 00 00 00 00 00 00 f8 3f", { 1: { $fixed64: "4609434218613702656", $float: 1.5 } }],
  ["a group", "0b 10 01 0c 18 05", { 1: { $group: { 2: 1 } }, 3: 5 }],
  ["a group in a group", "0b 13 18 01 14 0c", { 1: { $group: { 2: { $group: { 3: 1 } } } } }],
  ["the largest field number", "f8 ff ff ff 0f 00", { 536870911: 0 }],
];

const broken: readonly (readonly [string, string])[] = [
  ["field number 0", "00 01"],
  ["wire type 6", "0e"],
  ["wire type 7", "0f"],
  ["a length beyond the end", "0a 05 61"],
  ["a length of 2^63", "0a ff ff ff ff ff ff ff ff 7f"],
  ["a varint cut off", "08 80"],
  ["a varint of eleven bytes", "08 80 80 80 80 80 80 80 80 80 80 01"],
  ["32 bits cut off", "0d 00 00"],
  ["64 bits cut off", "09 00 00 00 00 00 00 00"],
  ["the end of a group that did not begin", "0c"],
  ["a group without an end", "0b 08 01"],
  ["a group that another one ends", "0b 13 0c 14"],
];

group("a message without a schema", () => {
  it.each(cases)("%s", (_, hex, shape) => expect(describe(octets(hex))).toEqual(shape));
  it.each(broken)("is none with %s", (_, hex) => expect(describe(octets(hex))).toBeUndefined());
  it.each(cases)("%s, cut anywhere", (_, hex) => {
    const whole = octets(hex);
    for (let end = 0; end < whole.length; end++) expect(() => describe(whole.subarray(0, end))).not.toThrow();
  });
});

group("hostile messages", () => {
  const nested = (levels: number): Uint8Array => {
    let inner = Buffer.from("0801", "hex");
    for (let i = 0; i < levels; i++) {
      const length =
        inner.length < 128
          ? Buffer.of(inner.length)
          : Buffer.of((inner.length & 0x7f) | 0x80, ((inner.length >> 7) & 0x7f) | 0x80, inner.length >> 14);
      inner = Buffer.concat([Buffer.of(0x0a), length, inner]);
    }
    return inner;
  };

  it("10,000 levels end at 32", () => {
    let at: unknown = describe(nested(10_000));
    let levels = 0;
    while (typeof at === "object" && at !== null && "1" in at) {
      at = at["1"];
      levels++;
    }
    expect(levels).toBe(32);
    expect(at).toEqual({ $cut: "depth" });
  });

  it("10,000 groups within each other are no message, and no stack overflow", () => {
    const bytes = Buffer.concat([Buffer.alloc(10_000, 0x0b), Buffer.alloc(10_000, 0x0c)]);
    const reader = new WireReader(bytes, 0, bytes.length);
    expect(reader.next()).toBe(false);
    expect(reader.fault).toBe("depth");
    expect(describe(bytes)).toBeUndefined();
  });

  it("100,000 fields end at 1,000", () => {
    const shape = describe(Buffer.from("0801".repeat(100_000), "hex")) as { readonly 1: number[]; readonly $cut: string };
    expect(shape.$cut).toBe("fields");
    expect(shape[1]).toHaveLength(1000);
  });

  it("100,000 fields in fields end too", () => {
    const shape = JSON.stringify(describe(Buffer.from("0a020801".repeat(100_000), "hex")));
    expect(shape.match(/1/g)!.length).toBeLessThanOrEqual(1001);
  });
});
