// What a tool's JSON Schema lets through, its own check does, and nothing else: by Ajv.
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { read, schemaOf } from "../../../src/cli/mcp/fields.ts";
import { TOOLS } from "../../../src/cli/mcp/tools.ts";

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  captures: [
    ["a"],
    [],
    Array(50).fill("a"),
    Array(51).fill("a"),
    "a",
    [""],
    ["a", 1],
    null,
    ["x".repeat(4096)],
    ["x".repeat(4097)],
  ],
  connection: [1, 0, 1.5, "1", -1, null],
  stream: [0, 2 ** 31, -1, true],
  format: ["text", "json", "xml", 1, null],
  verbose: [true, false, "true", 0],
  text: ["x", "", "x".repeat(1000), "x".repeat(1001), 5],
  rule: ["grpc/request-trailers", "--help", "grpc", "GRPC/x", "", {}],
  bad: ["a.pcap#1", "", [], 7],
  good: ["a.pcap#1", ""],
  offset: [0, 7, -1, 0.5, "0", null],
  limit: [1, 1000, 0, 1001, 1e6],
  strange: [1],
};

describe.each(TOOLS.map((tool) => [tool.name, tool] as const))("%s", (_, { input }) => {
  const sound = Object.fromEntries(Object.keys(input).map((name) => [name, VALUES[name]![0]]));
  const validate = new Ajv({ strict: true }).compile(schemaOf(input));
  const both = (sent: Record<string, unknown>) => [typeof read(input, sent) !== "string", validate(sent)];

  it("takes what is sound", () => expect(both(sound)).toEqual([true, true]));

  it.each(Object.keys(VALUES))("agrees with its schema about %s", (name) => {
    for (const value of VALUES[name]!) {
      const [ours, theirs] = both({ ...sound, [name]: value });
      expect(ours, JSON.stringify(value).slice(0, 80)).toBe(theirs);
    }
    const { [name]: _, ...without } = sound;
    const [ours, theirs] = both(without);
    expect(ours).toBe(theirs);
  });
});

it("says what is wrong, and puts in what was not sent", () => {
  const fields = TOOLS.find(({ name }) => name === "frames")!.input;
  expect(read(fields, {})).toBe("captures is missing");
  expect(read(fields, { captures: ["a"], limit: 1e6 })).toBe("limit must be a whole number from 1 to 1000");
  expect(read(fields, { captures: ["a"], verbose: true })).toMatch(
    /^there is no argument verbose; there are: captures, connection,/,
  );
  expect(read(fields, { captures: ["a"] })).toMatchObject({ captures: ["a"], format: "text", offset: 0, limit: 200 });
  // Not what all objects have.
  expect(read(fields, { captures: ["a"], toString: 1 })).toMatch(/^there is no argument toString/);
});
