// How many threads judge where nobody says it.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { Audience } from "../../src/cli/conclude.ts";
import type { Task } from "../../src/cli/task.ts";
import { workersFor } from "../../src/cli/workers/number.ts";
import { defaultLimits } from "../../src/limits.ts";
import { Link, pcap } from "../hostile/writing.ts";

const folder = mkdtempSync(join(tmpdir(), "h2lint-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const audience = { reports: [], budgets: undefined } as unknown as Audience;
const task = {
  workers: undefined,
  follow: false,
  logs: [],
  userRules: [],
  limits: defaultLimits,
  engine: "fast",
} as unknown as Task;

/** A capture of so many connections, and behind what is looked at, blanks up to so many MiB. */
function captureOf(name: string, connections: number, octets: number, mebibytes: number): string {
  function* packets(): Generator<Uint8Array> {
    for (let i = 0; i < connections; i++) {
      const link = new Link(i);
      yield* link.opening();
      for (let sent = 0; sent < octets; sent += 1000) yield* link.client(new Uint8Array(1000));
    }
  }
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([...pcap(packets())]));
  truncateSync(path, mebibytes << 20);
  return path;
}

it("is one for a small capture", async () => {
  expect(await workersFor(task, [captureOf("small.pcap", 1, 1000, 47)], audience)).toBe(1);
});

it("is one a core for a large capture of long connections", async () => {
  const most = Math.min(availableParallelism(), 8);
  expect(await workersFor(task, [captureOf("long.pcap", 20, 200_000, 48)], audience)).toBe(most);
});

it("is one for a large capture of short connections, unless more are asked for", async () => {
  const path = captureOf("short.pcap", 6000, 400, 48);
  expect(await workersFor(task, [path], audience)).toBe(1);
  expect(await workersFor({ ...task, workers: 2 }, [path], audience)).toBe(2);
});
