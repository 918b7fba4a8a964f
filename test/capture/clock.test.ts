import { expect, test } from "vitest";
import { Clock, FIRST_TIME } from "../../src/capture/clock.ts";

test.each<[string, readonly [seconds: number, nanos: number][], readonly [time: number, text: string][]]>([
  ["times are counted from the first packet", [[1_766_400_000, 5]], [[0, "1766400000.000000005"]]],
  [
    "later and earlier ones are counted from it",
    [
      [10, 999_999_999],
      [11, 0],
      [9, 999_999_998],
      [10, 0],
    ],
    [
      [0, "10.999999999"],
      [1, "11.000000000"],
      [-1_000_000_001, "9.999999998"],
      [-999_999_999, "10.000000000"],
    ],
  ],
  [
    "a hundred days are exact",
    [
      [0, 1],
      [8_640_000, 0],
    ],
    [
      [0, "0.000000001"],
      [8_639_999_999_999_999, "8640000.000000000"],
    ],
  ],
  [
    "more than a second of nanoseconds, of the first one or a later one, are carried over",
    [
      [10, 4_294_967_295_000],
      [10, 0],
      [4304, 967_295_001],
      [10, 4_294_967_295_000],
    ],
    [
      [0, "4304.967295000"],
      [-4_294_967_295_000, "10.000000000"],
      [1, "4304.967295001"],
      [0, "4304.967295000"],
    ],
  ],
])("%s", (_, stamps, expected) => {
  const clock = new Clock();
  const times = stamps.map(([seconds, nanos]) => clock.at(seconds, nanos));
  expect(times.map((time) => [time - FIRST_TIME, clock.text(time)])).toEqual(expected);
});

test.each([
  [-2_500_000_001, "7.499999999"],
  [-1, "9.999999999"],
  [0, "10.000000000"],
  [999_999_999, "10.999999999"],
  [3_000_000_005, "13.000000005"],
])("counting from %i on", (start, text) => {
  const clock = new Clock();
  const before = [clock.at(10, 0), clock.at(9, 999_999_990)];
  const less = clock.startAt(FIRST_TIME + start);
  expect(clock.text(FIRST_TIME)).toBe(text);
  expect([clock.at(10, 0), clock.at(9, 999_999_990)]).toEqual(before.map((time) => time - less));
  expect(clock.text(clock.at(9, 999_999_990))).toBe("9.999999990");
});
