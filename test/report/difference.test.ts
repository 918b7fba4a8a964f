import { expect, it } from "vitest";
import { difference, differenceTable } from "../../src/report/difference.ts";
import { findingOf, hostileTexts } from "./events.ts";

it("goes by fingerprint, with all occurrences counted", () => {
  const before = [findingOf({ fingerprint: "aa", count: 2 }), findingOf({ fingerprint: "aa" }), findingOf({ fingerprint: "bb" })];
  const after = [
    findingOf({ fingerprint: "cc", severity: "warning" }),
    findingOf({ fingerprint: "aa", stream: 9 }),
    findingOf({ fingerprint: "dd" }),
  ];
  const found = difference(before, after);
  const told = (list: typeof found.new) => list.map(({ fingerprint, count }) => [fingerprint, count.old, count.new]);
  expect(told(found.new)).toEqual([
    ["dd", 0, 1],
    ["cc", 0, 1],
  ]);
  expect(told(found.fixed)).toEqual([["bb", 1, 0]]);
  expect(told(found.unchanged)).toEqual([["aa", 3, 1]]);
  // Where to look is where it is now.
  expect(found.unchanged[0]!.first).toEqual({ connection: 1, stream: 9, packet: 12 });
});

it("is about what is proven, accepted or not", () => {
  const after = [
    findingOf({ certainty: "unproven" }),
    findingOf({ consequent: true }),
    findingOf({ fingerprint: "aa", baseline: true }),
  ];
  expect(difference([], after).new.map(({ fingerprint }) => fingerprint)).toEqual(["aa"]);
});

it.each(hostileTexts)("a terminal sees nothing of %j", (message) => {
  let text = "";
  const look = { width: 100, color: false, quiet: false, verbose: false };
  differenceTable((piece) => (text += piece), look, [message, message], difference([], [findingOf({ message })]));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(text.replaceAll("\n", "")).not.toMatch(/[\0-\x1f\x7f-\x9f\u2028-\u202e]/);
});
