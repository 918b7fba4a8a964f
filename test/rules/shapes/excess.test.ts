import { expect, it } from "vitest";
import { FrameRef } from "../../../src/model/frame-ref.ts";
import { Excess, severityByExcess } from "../../../src/rules/shapes/excess.ts";

const at = (time: number): FrameRef => Object.assign(new FrameRef(), { time, offset: time });

it("is an error from ten times the threshold on", () => {
  expect([9, 99, 100].map((value) => severityByExcess(value, 10))).toEqual([{}, {}, { severity: "error" }]);
});

it("tells of all its events, by its threshold or another", () => {
  const excess = new Excess(at(0), at(2e6), 2, 10, 3, 1000);
  excess.last.time = 5e6;
  Object.assign(excess, { count: 40, sum: 100, peak: 30 });
  expect(excess.data).toEqual({ count: 40, time: "5 ms", peak: 30, window: "1 s" });
  expect(excess.mean).toBe(3);
  expect(excess.more()).toMatchObject({
    severity: "error",
    fold: "2000000",
    related: [{ frame: { time: 0 } }, { frame: { time: 5e6 } }],
  });
  expect(excess.more(4).severity).toBeUndefined();
});
