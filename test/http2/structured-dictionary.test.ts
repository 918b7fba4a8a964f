import { describe, expect, it } from "vitest";
import { type Member, parseDictionary } from "../../src/http2/structured-dictionary.ts";

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
