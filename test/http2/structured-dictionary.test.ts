import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Member, parseDictionary } from "../../src/http2/structured-dictionary.ts";
import { runs, seedOr } from "../fuzzing.ts";

const T: Member = { type: "boolean", value: true };
const int = (value: number): Member => ({ type: "integer", value });

// RFC 8941 sections 3 and 4.2; the first ones are RFC 9218's.
const cases: readonly (readonly [text: string, members: Readonly<Record<string, Member>> | undefined])[] = [
  ["", {}],
  ["   ", {}],
  ["u=2", { u: int(2) }],
  ["u=5, i", { u: int(5), i: T }],
  ["i,u=0", { i: T, u: int(0) }],
  ["u=7\t ,\t i=?0", { u: int(7), i: { type: "boolean", value: false } }],
  ["  u=1  ", { u: int(1) }],
  ["u=1, u=2", { u: int(2) }],
  ["u=-15", { u: int(-15) }],
  ["u=1;a;b=2; c=?1", { u: int(1) }],
  ["*a_b-c.d*=1", { "*a_b-c.d*": int(1) }],
  [
    'a=1.5, b="x \\" \\\\", c=tok/en:x, d=:aGk=:, e=(1 "a";q 3.25);p',
    {
      a: { type: "decimal" },
      b: { type: "string" },
      c: { type: "token" },
      d: { type: "bytes" },
      e: { type: "inner-list" },
    },
  ],
  ["a=(), b=( 1  2 )", { a: { type: "inner-list" }, b: { type: "inner-list" } }],
  ["a=999999999999999", { a: int(999_999_999_999_999) }],
  ["a=1000000000000000", undefined],
  ["a=1.", undefined],
  ["a=1.2345", undefined],
  ["a=1234567890123.0", undefined],
  ["a=-", undefined],
  ["a=", undefined],
  ["=1", undefined],
  ["U=1", undefined],
  ["u=1,", undefined],
  ["u=1, ", undefined],
  [",u=1", undefined],
  ["u=1 i", undefined],
  ["u =1", undefined],
  ["u= 1", undefined],
  ["\tu=1", undefined],
  // 4.2.2 takes optional whitespace before it looks for the end.
  ["u=1\t", { u: int(1) }],
  ["i=?2", undefined],
  ['a="x', undefined],
  ['a="\\x"', undefined],
  ['a="\x7f"', undefined],
  ["a=:a*:", undefined],
  ["a=(1", undefined],
  ["a=(1,2)", undefined],
  ['a=("x""y")', undefined],
  ["a=1;B=2", undefined],
  ["a=1;b=", undefined],
  ["u=1\0", undefined],
];

describe("dictionaries", () => {
  it.each(cases)("%j", (text, members) => {
    const parsed = parseDictionary(text);
    expect(parsed === undefined ? undefined : Object.fromEntries(parsed)).toEqual(members);
  });
});

// RFC 8941 section 4.1: what serializers may write, with the white space that parsers take.
const key = fc.stringMatching(/^[a-z*][a-z0-9_.*-]{0,5}$/);
const item: fc.Arbitrary<readonly [string, Member]> = fc.oneof(
  fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }).map((n) => [String(n), int(n)] as const),
  fc.boolean().map((value) => [value ? "?1" : "?0", { type: "boolean", value }] as const),
  fc
    .tuple(fc.nat({ max: 999_999_999_999 }), fc.stringMatching(/^[0-9]{1,3}$/))
    .map(([n, d]) => [`${n}.${d}`, { type: "decimal" }] as const),
  fc.stringMatching(/^[ !#-[\]-~]{0,9}$/).map((text) => [`"${text}"`, { type: "string" }] as const),
  fc.stringMatching(/^[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]{0,9}$/).map((text) => [text, { type: "token" }] as const),
  fc.uint8Array({ maxLength: 9 }).map((octets) => [`:${Buffer.from(octets).toString("base64")}:`, { type: "bytes" }] as const),
);
const parameters = fc
  .array(fc.tuple(key, fc.option(item)), { maxLength: 2 })
  .map((list) => list.map(([name, value]) => `;${name}${value === null ? "" : `=${value[0]}`}`).join(""));
const inner = fc
  .array(fc.tuple(item, parameters), { maxLength: 3 })
  .map((list) => [`(${list.map(([[text], more]) => text + more).join(" ")})`, { type: "inner-list" }] as const);
const member = fc.tuple(key, fc.option(fc.oneof(item, inner)), parameters);

describe("any dictionary", () => {
  it("has its members, the last of a name", () => {
    const run = fc.property(fc.array(member, { maxLength: 5 }), fc.constantFrom(",", ", ", "\t,  "), (list, comma) => {
      const text = list.map(([name, value, more]) => `${name}${value === null ? "" : `=${value[0]}`}${more}`).join(comma);
      const expected = new Map(list.map(([name, value]) => [name, value === null ? T : value[1]]));
      expect(parseDictionary(text)).toEqual(expected);
    });
    fc.assert(run, { seed: seedOr(8941), numRuns: runs(1000) });
  });

  it("or none never throws", () => {
    const symbols = fc.array(fc.constantFrom(...'au1-.;=,:"()?* \t\\é'), { maxLength: 30 }).map((list) => list.join(""));
    const run = fc.property(fc.oneof(symbols, fc.string()), (text) => {
      parseDictionary(text);
    });
    fc.assert(run, { seed: seedOr(8942), numRuns: runs(2000) });
  });

  it.each(["(", "a=(", "a;", "a=1,", ";;", 'a="\\', ":", "a=:", "1"])("of 300,000 times %j ends", (text) => {
    parseDictionary(text.repeat(300_000 / text.length));
    parseDictionary(`a=${text.repeat(300_000 / text.length)}`);
  });
});
