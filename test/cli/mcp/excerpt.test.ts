import fc from "fast-check";
import { expect, it } from "vitest";
import { Excerpt } from "../../../src/cli/mcp/excerpt.ts";

it("keeps the lines that were asked for, wherever the pieces end", () => {
  const lines = fc.array(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 12 });
  fc.assert(
    fc.property(lines, fc.nat(5), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 }), (all, offset, limit, size) => {
      const text = all.map((line) => `${line}\n`).join("");
      const excerpt = new Excerpt(offset, limit);
      let more = false;
      for (let at = 0; at < text.length && !more; at += size) more = excerpt.add(text.slice(at, at + size));
      expect(more).toBe(all.length > offset + limit);
      const shown = excerpt.end(more).split("\n");
      if (all.length > offset)
        expect(shown.slice(0, limit).slice(0, all.length - offset)).toEqual(all.slice(offset, offset + limit));
      else expect(shown).toEqual([`(no line from ${offset} on: there are ${all.length})`]);
    }),
  );
});

it("is bounded in a line that never ends, and in all", () => {
  const endless = new Excerpt(0, 10);
  for (let i = 0; i < 100; i++) endless.add("x".repeat(10_000));
  expect(endless.end(false).length).toBeLessThan(8100);
  const wide = new Excerpt(0, 1000);
  let lines = 0;
  while (!wide.add(`${"y".repeat(7000)}\n`)) lines++;
  expect(lines).toBeLessThan(8);
  expect(wide.end(true).length).toBeLessThan(50_000);
});
