import { afterEach, expect, it, vi } from "vitest";
import { collectEarly, HeapGrowth } from "../../src/cli/heap.ts";

const v8 = process.getBuiltinModule("node:v8");
const [space] = v8.getHeapSpaceStatistics();

afterEach(() => {
  vi.restoreAllMocks();
});

/** @param used Of the whole heap. */
function sized(mebibytes: number, used = 10) {
  vi.spyOn(v8, "getHeapStatistics").mockReturnValue({ ...v8.getHeapStatistics(), used_heap_size: used << 20 });
  vi.spyOn(v8, "getHeapSpaceStatistics").mockReturnValue([
    { ...space!, space_name: "old_space", space_size: 99 << 20 },
    { ...space!, space_name: "new_space", space_size: mebibytes << 20 },
  ]);
  return vi.spyOn(v8, "setFlagsFromString").mockReturnValue();
}

it("lets the young generation grow to 16 MiB, and ends its growth once", () => {
  const heap = new HeapGrowth();
  let set = sized(15, 48);
  heap.read(1 << 20);
  expect(set).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  set = sized(16, 48);
  // Of a small file it is not asked.
  heap.read((1 << 20) - 1);
  expect(set).not.toHaveBeenCalled();
  heap.read(1 << 20);
  heap.read(2 << 20);
  expect(set.mock.calls).toEqual([["--semi-space-growth-factor=1"]]);
});

it("looks at it with each 64th connection, and lets it grow to 8 MiB then", () => {
  const heap = new HeapGrowth();
  let set = sized(7);
  for (let i = 0; i < 64; i++) heap.connectionStart();
  expect(set).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  set = sized(8);
  for (let i = 1; i < 64; i++) heap.connectionStart();
  expect(set).not.toHaveBeenCalled();
  heap.connectionStart();
  expect(set).toHaveBeenCalledTimes(1);
});

it("has the old generation collected less often until the heap holds 48 MiB", () => {
  const heap = new HeapGrowth();
  let set = sized(1, 47);
  heap.read((1 << 20) - 1);
  expect(set).not.toHaveBeenCalled();
  heap.read(1 << 20);
  heap.read(2 << 20);
  expect(set.mock.calls).toEqual([["--heap-growing-percent=80"]]);
  vi.restoreAllMocks();
  set = sized(1, 48);
  heap.read(3 << 20);
  vi.spyOn(v8, "getHeapStatistics").mockReturnValue({ ...v8.getHeapStatistics(), used_heap_size: 1 });
  heap.read(4 << 20);
  expect(set.mock.calls).toEqual([["--heap-growing-percent=40"]]);
});

it("begins with a heap that is collected often, whatever the command", () => {
  const set = sized(1);
  collectEarly([]);
  expect(set.mock.calls).toEqual([["--heap-growing-percent=40"]]);
});
