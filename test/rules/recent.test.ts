import { expect, it } from "vitest";
import { Recent } from "../../src/rules/recent.ts";

it("remembers so many at least, and not for ever", () => {
  const recent = new Recent<number>(10);
  expect(recent.isEmpty).toBe(true);
  for (let i = 0; i < 100; i++) {
    recent.set(`${i}`, i);
    for (let j = Math.max(0, i - 9); j <= i; j++) expect(recent.get(`${j}`)).toBe(j);
  }
  expect(recent.get("70")).toBeUndefined();
  expect(recent.isEmpty).toBe(false);
});

it("keeps what is asked for", () => {
  const recent = new Recent<number>(10);
  recent.set("first", 1);
  for (let i = 0; i < 100; i++) {
    recent.set(`${i}`, i);
    expect(recent.get("first")).toBe(1);
  }
});

it("takes what was set last", () => {
  const recent = new Recent<number>(2);
  for (const value of [1, 2, 3]) recent.set("a", value);
  expect(recent.get("a")).toBe(3);
});
