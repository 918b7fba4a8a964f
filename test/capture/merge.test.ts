import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { hex } from "../../src/bytes.ts";
import { Clock } from "../../src/capture/clock.ts";
import { MergedCaptures } from "../../src/capture/merge.ts";
import type { Source } from "../../src/capture/source.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { runs, seedOr } from "../fuzzing.ts";
import { pcap, pcapng } from "./building.ts";
import { memorySource } from "./reading.ts";

interface Merged {
  readonly names: readonly string[];
  /** `file:number` of each packet in the order they came. */
  readonly order: readonly string[];
  readonly times: readonly string[];
  readonly octets: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly facts: readonly string[];
  /** How many sources were open at once. */
  readonly mostOpen: number;
}

interface Given {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly step?: number;
  /** Like standard input. */
  readonly once?: boolean;
}

async function merge(given: readonly (Given | string)[], limits: Partial<Limits> = {}): Promise<Merged> {
  let isProbing = true;
  let open = 0;
  let mostOpen = 0;
  const source = ({ name, bytes, step, once }: Given): Source => {
    const inner = memorySource(bytes, step, name);
    let isOpen = false;
    return {
      ...inner,
      read(into) {
        if (!isOpen && !isProbing) mostOpen = Math.max(mostOpen, ++open);
        isOpen = true;
        return inner.read(into);
      },
      async close() {
        if (isOpen && !isProbing) open--;
        isOpen = false;
      },
      ...(once === true ? {} : { again: () => source({ name, bytes, ...(step === undefined ? {} : { step }) }) }),
    };
  };
  const clock = new Clock();
  const diagnostics: Diagnostic[] = [];
  const captures = new MergedCaptures(
    given.map((one) => (typeof one === "string" ? one : source(one))),
    { clock, limits: { ...defaultLimits, ...limits }, diagnostics: (d) => diagnostics.push(d), engine: "fast" },
  );
  const names = await captures.open();
  isProbing = false;
  const order: string[] = [];
  const times: string[] = [];
  const octets: string[] = [];
  const run = captures.run({
    packet({ file, number, time, bytes, start, end }) {
      order.push(`${names[file]}:${number}`);
      times.push(clock.text(time));
      octets.push(hex(bytes, start, end));
    },
  });
  for await (const _ of run);
  expect(open, "left open").toBe(0);
  const facts = [...captures.facts()].map(
    ({ file, packets, first, last }) => `${file} ${packets}${packets === 0 ? "" : ` ${clock.text(first)} ${clock.text(last)}`}`,
  );
  return { names, order, times, octets, diagnostics, facts, mostOpen };
}

/** A capture of packets at these milliseconds. */
const at = (...times: readonly number[]): Buffer =>
  pcap(
    {},
    times.map((time) => ({
      seconds: 1_000_000 + Math.floor(time / 1000),
      fraction: (time % 1000) * 1000,
      octets: time.toString(16).padStart(8, "0"),
    })),
  );

describe("files", () => {
  test("that overlap are merged", async () => {
    const merged = await merge([
      { name: "b", bytes: at(20, 40, 60, 80) },
      { name: "a", bytes: at(10, 30, 70, 90) },
    ]);
    expect(merged.names).toEqual(["a", "b"]);
    expect(merged.order).toEqual(["a:1", "b:1", "a:2", "b:2", "b:3", "a:3", "b:4", "a:4"]);
    expect(merged.times[0]).toBe("1000000.010000000");
    expect(merged.octets.map((octets) => Number.parseInt(octets, 16))).toEqual([10, 20, 30, 40, 60, 70, 80, 90]);
    expect(merged.facts).toEqual(["a 4 1000000.010000000 1000000.090000000", "b 4 1000000.020000000 1000000.080000000"]);
    expect(merged.diagnostics).toEqual([]);
  });

  test("that follow each other are open one at a time, in whatever order they are named", async () => {
    const merged = await merge([
      { name: "x2", bytes: at(50, 60) },
      { name: "x0", bytes: at(10, 20) },
      { name: "x3", bytes: at(70) },
      { name: "x1", bytes: at(30, 40) },
    ]);
    expect(merged.names).toEqual(["x0", "x1", "x2", "x3"]);
    expect(merged.order).toEqual(["x0:1", "x0:2", "x1:1", "x1:2", "x2:1", "x2:2", "x3:1"]);
    expect(merged.mostOpen).toBe(1);
  });

  test("of the same time come in the order they are named, packet by packet", async () => {
    const merged = await merge([
      { name: "a", bytes: at(10, 10, 20) },
      { name: "b", bytes: at(10, 20, 20) },
    ]);
    expect(merged.order).toEqual(["a:1", "a:2", "b:1", "a:3", "b:2", "b:3"]);
  });

  test("keep their own order where their times go back", async () => {
    const merged = await merge([
      { name: "a", bytes: at(10, 50, 20, 60) },
      { name: "b", bytes: at(30, 40, 55) },
    ]);
    expect(merged.order).toEqual(["a:1", "b:1", "b:2", "a:2", "a:3", "b:3", "a:4"]);
  });

  test("without packets come last, and do no harm", async () => {
    const merged = await merge([
      { name: "none", bytes: at() },
      { name: "b", bytes: at(20) },
      { name: "a", bytes: at(10) },
    ]);
    expect(merged.names).toEqual(["a", "b", "none"]);
    expect(merged.order).toEqual(["a:1", "b:1"]);
    expect(merged.facts[2]).toBe("none 0");
  });

  test("of different formats and compression are one session", async () => {
    const ng = pcapng();
    const merged = await merge([
      { name: "ng", bytes: Buffer.concat([ng.section(), ng.face(1), ng.packet(0, 1_000_000_015_000n, "01")]) },
      { name: "gz", bytes: gzipSync(at(10, 20)) },
    ]);
    expect(merged.order).toEqual(["gz:1", "ng:1", "gz:2"]);
  });

  test("years apart keep their times", async () => {
    const merged = await merge([
      { name: "b", bytes: pcap({ nanoseconds: true }, [{ seconds: 1_700_000_000, fraction: 1, octets: "" }]) },
      { name: "a", bytes: pcap({ nanoseconds: true }, [{ seconds: 1_699_999_999, fraction: 999_999_999, octets: "" }]) },
    ]);
    expect(merged.times).toEqual(["1699999999.999999999", "1700000000.000000001"]);
  });

  test("longer than a block wait for each other block by block", async () => {
    const long = (start: number) => at(...Array.from({ length: 5000 }, (_, index) => start + index * 2));
    const merged = await merge([
      { name: "odd", bytes: long(1), step: 1000 },
      { name: "even", bytes: long(0), step: 3333 },
    ]);
    expect(merged.octets.map((octets) => Number.parseInt(octets, 16))).toEqual(
      Array.from({ length: 10_000 }, (_, index) => index),
    );
  });

  test("more than may be open are read all the same, with a report", async () => {
    const given = Array.from({ length: 5 }, (_, index) => ({ name: `f${index}`, bytes: at(index, 100 + index) }));
    const merged = await merge(given, { openCaptures: 2 });
    expect(merged.mostOpen).toBe(2);
    expect([...merged.order].sort()).toEqual(given.flatMap(({ name }) => [`${name}:1`, `${name}:2`]));
    expect(merged.diagnostics.map(({ code, data }) => ({ code, ...data }))).toEqual([{ code: "limit/open-captures", limit: 2 }]);
  });
});

describe("what can be read only once", () => {
  test("is merged with files", async () => {
    const merged = await merge([
      { name: "file", bytes: at(10, 30, 50) },
      { name: "-", bytes: at(5, 20, 40, 60), once: true, step: 20 },
    ]);
    expect(merged.names).toEqual(["-", "file"]);
    expect(merged.order).toEqual(["-:1", "file:1", "-:2", "file:2", "-:3", "file:3", "-:4"]);
    expect(merged.times[0]).toBe("1000000.005000000");
  });

  const folder = mkdtempSync(join(tmpdir(), "h2lint-merge-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test.skipIf(process.platform === "win32")("is a FIFO too", async () => {
    const fifo = join(folder, "fifo");
    const file = join(folder, "file.pcap");
    execFileSync("mkfifo", [fifo]);
    writeFileSync(file, at(20, 40));
    const written = writeFile(fifo, gzipSync(at(10, 30)));
    const merged = await merge([file, fifo]);
    await written;
    expect(merged.order).toEqual([`${fifo}:1`, `${file}:1`, `${fifo}:2`, `${file}:2`]);
  });

  test("a file that is not there is said so", async () => {
    const path = join(folder, "nowhere");
    await expect(merge([path, { name: "a", bytes: at(1) }])).rejects.toMatchObject({ code: "not-found" });
  });
});

test("any files: each keeps its order, and none waits for a later packet of another", async () => {
  const times = fc.array(fc.nat(40), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ times, step: fc.integer({ min: 1, max: 60 }), once: fc.boolean() }), { minLength: 1, maxLength: 5 }),
      async (files) => {
        const given = files.map(({ times, step, once }, index) => ({ name: `f${index}`, bytes: at(...times), step, once }));
        const { order, names, diagnostics } = await merge(given);
        expect(diagnostics).toEqual([]);
        // A packet counts from the latest time of its file so far; equal ones by the file, then the packet.
        const expected = files.flatMap(({ times }, index) => {
          let latest = -1;
          return times.map((time, packet) => {
            latest = Math.max(latest, time);
            return { latest, file: names.indexOf(`f${index}`), packet, id: `f${index}:${packet + 1}` };
          });
        });
        expected.sort((a, b) => a.latest - b.latest || a.file - b.file || a.packet - b.packet);
        expect(order).toEqual(expected.map(({ id }) => id));
      },
    ),
    { seed: seedOr(1761), numRuns: runs(300) },
  );
});
