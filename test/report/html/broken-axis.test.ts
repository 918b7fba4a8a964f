// Long waits are drawn short, and all else stays to scale.
import { expect, it } from "vitest";
import { BrokenAxis } from "../../../src/report/html/page/broken-axis.ts";

const S = 1e9;

it("a connection that was idle for most of its life shows the rest", () => {
  const axis = new BrokenAxis([0, 1 * S, 2 * S, 100 * S, 101 * S, 102 * S], 102 * S);
  expect(axis.breaks.map(({ from, to }) => [from / S, to / S])).toEqual([[2, 100]]);
  expect(axis.place(1 * S)).toBe(1 * S);
  expect(axis.place(101 * S) - axis.place(100 * S)).toBeCloseTo(1 * S);
  expect(axis.place(100 * S) - axis.place(2 * S)).toBeCloseTo(0.16 * 4 * S);
  expect(axis.place(102 * S)).toBeCloseTo(axis.length);
  expect(axis.stretches.map((ends) => ends.map((time) => Math.round(time / S)))).toEqual([
    [0, 2],
    [100, 102],
  ]);
});

it("many waits of one length are all drawn short, between bursts", () => {
  const times = Array.from({ length: 20 }, (_, i) => [i * 30 * S, i * 30 * S + 1e6]).flat();
  expect(new BrokenAxis(times, times.at(-1)!).breaks.length).toBe(19);
});

it("places grow with time", () => {
  const axis = new BrokenAxis([0, 1e6, 50 * S, 50 * S + 1e6, 900 * S], 900 * S + 1e6);
  const places = Array.from({ length: 1000 }, (_, i) => axis.place((i / 999) * (900 * S + 1e6)));
  expect(places.every((place, i) => i === 0 || place > places[i - 1]!)).toBe(true);
  expect(places.at(-1)).toBeCloseTo(axis.length);
});

it.each([
  ["waits that are no longer than what is left", [0, 1 * S, 5 * S, 6 * S], 6 * S],
  ["waits of less than a second", [0, 1e6, 900e6, 901e6], 901e6],
  ["two packets and nothing else", [0, 60 * S], 60 * S],
  ["no packet", [], 1000],
])("%s: to scale", (_, times, until) => {
  const axis = new BrokenAxis(times, until);
  expect(axis.breaks).toEqual([]);
  expect(axis.length).toBe(until);
  expect(axis.place(until)).toBe(until);
});
