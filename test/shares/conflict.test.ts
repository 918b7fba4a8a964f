import { expect, it } from "vitest";
import { defaultLimits } from "../../src/limits.ts";
import { Conflicts } from "../../src/shares/conflict.ts";
import { Usage } from "../../src/usage.ts";

const nothing = { usage: new Usage().counts, heard: [], missed: [] };
const watch = (shares = 2) => new Conflicts(shares, defaultLimits);

it("what one share asked for after another had heard it is found, in either order of telling", () => {
  const first = watch();
  expect(first.add(0, { ...nothing, heard: [["session ab", 10]] })).toBeUndefined();
  expect(first.add(1, { ...nothing, missed: [["session ab", 11]] })).toMatch(/a session of TLS 1\.2/);
  const second = watch();
  expect(second.add(1, { ...nothing, missed: [["schema", 11]] })).toBeUndefined();
  expect(second.add(0, { ...nothing, heard: [["schema", 10]] })).toMatch(/reflection/);
});

it("what was asked for before it was heard nobody would have known", () => {
  const conflicts = watch();
  expect(conflicts.add(0, { ...nothing, heard: [["server 1", 10]] })).toBeUndefined();
  expect(conflicts.add(1, { ...nothing, missed: [["server 1", 10]] })).toBeUndefined();
  expect(conflicts.add(1, { ...nothing, missed: [["server 2", 12]] })).toBeUndefined();
  // Asked again, later.
  expect(conflicts.add(1, { ...nothing, missed: [["server 1", 12]] })).toMatch(/which end is the server/);
});

it("what a share missed and heard itself is no matter of others", () => {
  const conflicts = watch();
  const both = { ...nothing, heard: [["schema", 1]], missed: [["schema", 5]] } as const;
  expect(conflicts.add(0, both)).toBeUndefined();
});

it("names that there was no room for stand for all", () => {
  const conflicts = watch();
  expect(conflicts.add(0, { ...nothing, heard: [["*", 10]] })).toBeUndefined();
  expect(conflicts.add(1, { ...nothing, missed: [["session ab", 5]] })).toBeDefined();
});

it("peaks count together, the latest of each share", () => {
  const conflicts = watch(3);
  const half = { ...nothing.usage, streams: defaultLimits.streamsTotal / 2 };
  expect(conflicts.add(0, { ...nothing, usage: half })).toBeUndefined();
  expect(conflicts.add(1, { ...nothing, usage: half })).toBeUndefined();
  expect(conflicts.add(1, { ...nothing, usage: half })).toBeUndefined();
  expect(conflicts.add(2, { ...nothing, usage: { ...half, streams: 1 } })).toMatch(/open streams/);
});
