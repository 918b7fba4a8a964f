import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { align } from "../../src/report/alignment.ts";

const same = (a: string, b: string): number => (a === b ? 1 : 0);

/** `a` both have, `-a` only the first, `+a` only the second. */
const shown = (bad: string, good: string, like = same): string =>
  align([...bad], [...good], like)
    .map(([one, another]) => (one === undefined ? `+${another}` : another === undefined ? `-${one}` : one))
    .join(" ");

describe("align", () => {
  it.each([
    ["", "", ""],
    ["abc", "abc", "a b c"],
    ["abc", "", "-a -b -c"],
    ["", "ab", "+a +b"],
    ["hdt", "hd", "h d -t"],
    ["hd", "hdt", "h d +t"],
    ["xabc", "abcx", "-x a b c +x"],
    ["abcd", "acbd", "a -b c +b d"],
    ["aab", "ab", "-a a b"],
  ])("%s and %s: %s", (bad, good, rows) => expect(shown(bad, good).split(" ").sort()).toEqual(rows.split(" ").sort()));

  it("takes the rows that are most alike", () => {
    const like = (a: string, b: string) => (a === b ? 3 : a.toLowerCase() === b.toLowerCase() ? 1 : 0);
    expect(align(["a", "A"], ["A"], like)).toEqual([
      ["a", undefined],
      ["A", "A"],
    ]);
  });

  it("keeps every member once and in order, and loses no common subsequence", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (bad, good) => {
        const rows = align([...bad], [...good], same);
        expect(rows.map(([one]) => one ?? "").join("")).toBe(bad);
        expect(rows.map(([, another]) => another ?? "").join("")).toBe(good);
        const common = rows.filter(([one, another]) => one !== undefined && another !== undefined);
        expect(common.every(([one, another]) => one === another)).toBe(true);
        expect(common.length).toBe(longest(bad, good));
      }),
      { seed: 20_261_123 },
    );
  });
});

/** By its definition. */
function longest(a: string, b: string): number {
  if (a === "" || b === "") return 0;
  if (a[0] === b[0]) return 1 + longest(a.slice(1), b.slice(1));
  return Math.max(longest(a.slice(1), b), longest(a, b.slice(1)));
}
