// Texts that wait for the end of a report come back as they were, from memory and from the file.
import fc from "fast-check";
import { expect, it } from "vitest";
import { Spill } from "../../src/report/spill.ts";

const BETWEEN = ",\n  ";

const textOf = (spill: Spill): string => [...spill.joined(BETWEEN)].join("");

const inOrder = (all: readonly (readonly [string, number])[]): string[] =>
  all
    .map(([text, order], i) => ({ text, order, i }))
    .sort((a, b) => a.order - b.order || a.i - b.i)
    .map(({ text }) => text);

it("gives the texts back in their order, whatever their size", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.constant("é".repeat(300)),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, fc.integer({ min: 0, max: 9 })), { maxLength: 80 }),
      fc.integer({ min: 1, max: 200 }),
      (all, octets) => {
        const spill = new Spill(octets);
        for (const [one, order] of all) spill.add(one, order);
        expect(spill.size).toBe(all.length);
        expect(textOf(spill)).toBe(inOrder(all).join(BETWEEN));
      },
    ),
  );
});

it("holds more than the window that is read at once, added backwards", () => {
  const spill = new Spill(1000);
  const texts = Array.from({ length: 5000 }, (_, i) => `${i} ${"x".repeat(i % 700)}`);
  for (const [i, text] of texts.entries()) spill.add(text, texts.length - i);
  expect(textOf(spill)).toBe(texts.toReversed().join(BETWEEN));
});

it("gives them in pieces of 64 KiB at most, but for a text that is longer", () => {
  const spill = new Spill(1000);
  const texts = Array.from({ length: 3000 }, (_, i) => (i % 1000 === 7 ? "é".repeat(50_000) : `${i} ${"y".repeat(i % 300)}`));
  for (const [i, text] of texts.entries()) spill.add(text, i);
  const pieces = [...spill.joined(BETWEEN)];
  expect(pieces.join("")).toBe(texts.join(BETWEEN));
  expect(pieces.filter((piece) => piece.length > 1 << 16)).toEqual([]);
  expect(pieces.filter((piece) => Buffer.byteLength(piece) > 1 << 16)).toHaveLength(3);
  expect(pieces.length).toBeLessThan(20);
});

it("stays in memory where there is no folder for temporary files", () => {
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = "/dev/null/none";
  try {
    const spill = new Spill(10);
    for (let i = 0; i < 100; i++) spill.add(`text ${i}`, i);
    expect(textOf(spill)).toBe(Array.from({ length: 100 }, (_, i) => `text ${i}`).join(BETWEEN));
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
});
