import { expect, test } from "vitest";
import { ByConnection } from "../../src/model/by-connection.ts";

test("states are found by the number of their connection, whichever were added and deleted", () => {
  const states = new ByConnection<string>();
  const expected = new Map<number, string>();
  for (let id = 1; id <= 1000; id++) {
    states.add(id, `state ${id}`);
    expected.set(id, `state ${id}`);
    // Every third one goes at once, the others later, in another order.
    for (const over of id % 3 === 0 ? [id] : id % 5 === 0 ? [id - 4, id - 1] : []) {
      states.delete(over);
      expected.delete(over);
    }
    for (const asked of [id, id - 1, id - 4, id - 300, id + 64]) expect(states.get(asked)).toBe(expected.get(asked));
  }
  expect(expected.size).toBeGreaterThan(200);
  for (let id = 0; id <= 1001; id++) expect(states.has(id)).toBe(expected.has(id));
  for (const id of [...expected.keys()].reverse()) states.delete(id);
  states.delete(7);
  for (let id = 0; id <= 1001; id++) expect(states.has(id)).toBe(false);
});
