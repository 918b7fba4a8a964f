import { expect, it } from "vitest";
import { durationText } from "../../src/rules/duration.ts";

it.each([
  [0, "0 us"],
  [850_000, "850 us"],
  [49e6, "49 ms"],
  [1.24e9, "1.2 s"],
  [10e9, "10 s"],
  [75.4e9, "75 s"],
])("a duration of %d ns reads %s", (time, text) => expect(durationText(time)).toBe(text));
