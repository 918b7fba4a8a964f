// A loss, and what the table held before it.
import { describe, expect, it } from "vitest";
import { type Field, field, fieldName, inferredOf, unknownField } from "../../src/fields/field.ts";
import { joinMissing, TableLoss } from "../../src/hpack/table-loss.ts";

const of = (name: string, value: string): Field => field(fieldName(name), value);
const by = { score: 0.5, because: "it was seen", assumed: true };
const lossOf = (...before: (Field | undefined)[]) => new TableLoss({ most: 9, octets: 99 }, before, true, 4096);
const inferred = (entry: Field) => inferredOf(entry)?.field.value;

describe("two losses as one", () => {
  const one = { most: 1, octets: 11, blocks: 2, opened: 3 };
  const other = { most: 4, octets: 17, blocks: 5, opened: 9 };

  it("have room for what both have, since the first", () => {
    expect(joinMissing(one, other)).toEqual({ most: 5, octets: 28, blocks: 7, opened: 3 });
  });

  it("may hold any number of blocks if one of them may", () => {
    const { blocks, ...any } = one;
    expect(joinMissing(any, other)).toEqual({ most: 5, octets: 28, opened: 3 });
    expect(joinMissing(other, any)).toEqual({ most: 5, octets: 28, opened: 9 });
    expect(joinMissing({ most: 1, octets: 11 }, other)).toEqual({ most: 5, octets: 28 });
  });
});

describe("an entry of before a loss", () => {
  it("is not known before it is solved, nor after it was given up", () => {
    const loss = lossOf(of("a", "new"), of("a", "old"));
    const entry = loss.at(1);
    expect([inferredOf(entry), loss.lost, loss.beforeNext()]).toEqual([undefined, undefined, undefined]);
    loss.solve([1], by);
    expect(inferredOf(entry)).toEqual({ field: loss.before[0], score: 0.5, because: "it was seen" });
    expect(inferred(loss.at(2))).toBe("old");
    expect([loss.lost, loss.beforeNext()]).toEqual([1, { entries: [undefined, ...loss.before], assumed: true }]);
    loss.solve([1], undefined);
    expect([inferredOf(entry), loss.lost, loss.beforeNext()]).toEqual([undefined, undefined, undefined]);
  });

  it("is known where all numbers that are possible make it the same", () => {
    const loss = lossOf(of("a", "1"), of("a", "1"), of("a", "2"), of("b", "2"), undefined, unknownField);
    loss.solve([0, 1], by);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((position) => inferred(loss.at(position)))).toEqual([undefined, "1", ...new Array(6)]);
    expect([loss.lost, loss.beforeNext()]).toEqual([undefined, undefined]);
    loss.solve([0], by);
    expect([0, 1, 2, 3, 4, 5, 6].map((position) => inferred(loss.at(position)))).toEqual(["1", "1", "2", "2", ...new Array(3)]);
  });
});
