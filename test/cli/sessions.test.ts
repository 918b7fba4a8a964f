// Which captures are one session: a folder of recordings is judged as each of them is.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { bytesSource } from "../../src/capture/source.ts";
import type { SessionMode } from "../../src/capture-sessions.ts";
import type { FindingEvent } from "../../src/report/event.ts";
import { build, type Program, volo } from "./program.ts";

let program: Program;
const file = (name: string): string => join(program.folder, name);

beforeAll(async () => {
  program = await build();
  const whole = readFileSync(file(volo));
  const records: Buffer[] = [];
  for (let at = 24; at < whole.length; ) {
    const end = at + 16 + whole.readUInt32LE(at + 8);
    records.push(whole.subarray(at, end));
    at = end;
  }
  const capture = (some: readonly Buffer[]) => Buffer.concat([whole.subarray(0, 24), ...some]);
  for (const folder of ["ring", "faces", "same", "copies"]) mkdirSync(file(folder));
  for (const [i, name] of ["x.pcap", "x.pcap1", "x.pcap2"].entries())
    writeFileSync(file(`ring/${name}`), capture(records.slice(i * 7, i * 7 + 7)));
  for (const side of [0, 1]) writeFileSync(file(`faces/${"ab"[side]}.pcap`), capture(records.filter((_, i) => i % 2 === side)));
  // The same addresses, ports and times, and other octets: recordings of a test that starts anew each time.
  for (const i of [0, 1, 2]) {
    const other = records.map((record) => Buffer.from(record));
    for (const record of other) record.writeUInt32LE(record.readUInt32LE(4) + i, 4);
    const [syn] = other;
    syn!.writeUInt32BE((syn!.readUInt32BE(16 + 14 + 20 + 4) + i) >>> 0, 16 + 14 + 20 + 4);
    writeFileSync(file(`same/case-${i}.pcap`), capture(i === 0 ? records : other));
  }
  cpSync(file(volo), file("copies/1.pcap"));
  cpSync(file(volo), file("copies/2.pcap"));
  mkdirSync(file("path"));
  cpSync(file(volo), file("path/veth.pcap"));
  const onward = records.map((record) => Buffer.from(record));
  for (const record of onward) record.writeUInt32LE(record.readUInt32LE(4) + 3, 4);
  writeFileSync(file("path/eth.pcap"), capture(onward));
}, 120_000);
afterAll(() => program.remove());

const essence = ({ connection: _, frame, related: __, reaction, ...rest }: FindingEvent) => ({
  ...{ rule: rest.rule, message: rest.message, certainty: rest.certainty, consequent: rest.consequent, count: rest.count },
  ...{ packet: frame.packet, time: frame.time, answer: reaction.frame?.packet, delay: reaction.delay, verdict: reaction.verdict },
});

async function findings(paths: readonly string[], session: SessionMode): Promise<FindingEvent[]> {
  const found: FindingEvent[] = [];
  for await (const event of analyze(paths, { session })) if (event.kind === "finding") found.push(event);
  return found;
}

describe("many recordings", () => {
  it.each(["auto", "each"] as const)("give singly and together the same findings, in their files: %s", async (session) => {
    const samples = readdirSync(file("samples"))
      .filter((name) => name.endsWith(".pcap"))
      .map((name) => file(`samples/${name}`));
    const names = [...samples, ...[0, 1, 2].map((i) => file(`same/case-${i}.pcap`))];
    const together = await findings(names, session);
    for (const name of names) {
      const singly = await findings([name], "one");
      const here = together.filter(({ frame }) => frame.file === name);
      expect([name, here.map(essence)]).toEqual([name, singly.map(essence)]);
    }
    expect(together.length).toBeGreaterThan(3);
    // Numbers are those of all connections.
    const connections: number[] = [];
    for await (const event of analyze(names, { session })) if (event.kind === "connection") connections.push(event.id);
    expect(new Set(connections).size).toBe(connections.length);
    expect(Math.max(...connections)).toBe(connections.length);
  });
});

const sessionsOf = (folder: string, ...options: string[]) => {
  const { stdout, stderr } = program.h2lint(["info", folder, "-f", "json", ...options]);
  expect(stderr).toBe("");
  const { sessions } = JSON.parse(stdout) as { sessions: { files: string[]; because: string }[] };
  return sessions.map(({ files, because }) => [files.map((name) => name.replace(/^.*\//, "")).join(" "), because]);
};

describe("what belongs together, and why", () => {
  it("parts of a ring and interfaces share connections", () => {
    expect(sessionsOf("ring")).toEqual([["x.pcap x.pcap1 x.pcap2", "they share connections"]]);
    expect(sessionsOf("faces")).toEqual([["a.pcap b.pcap", "they share connections"]]);
    expect(sessionsOf("path")).toEqual([["veth.pcap eth.pcap", "they share connections"]]);
  });

  it("addresses and times that coincide are no reason", () => {
    const alone = "it shares no connection with another";
    expect(sessionsOf("same")).toEqual([0, 1, 2].map((i) => [`case-${i}.pcap`, alone]));
    expect(sessionsOf("copies")).toEqual([1, 2].map((i) => [`${i}.pcap`, alone]));
  });

  it("--session says otherwise", () => {
    expect(sessionsOf("ring", "--session", "each")).toHaveLength(3);
    expect(sessionsOf("same", "--session", "one")).toEqual([["case-0.pcap case-1.pcap case-2.pcap", "--session one"]]);
  });

  it("a person is told", () => {
    expect(program.h2lint(["info", "ring"]).stdout).toContain("judged together (they share connections)");
    expect(program.h2lint(["info", "same"]).stdout).toContain("3 captures judged separately");
  });

  it("rotated sets go by name and time where no connection spans them", async () => {
    const whole = readFileSync(file(volo));
    const later = Buffer.from(whole);
    for (let at = 24; at < later.length; at += 16 + later.readUInt32LE(at + 8)) {
      later.writeUInt32LE(later.readUInt32LE(at) + 60, at);
      later.writeUInt16BE(later.readUInt16BE(at + 16 + 34) === 50051 ? 50051 : 1234, at + 16 + 34);
      later.writeUInt16BE(later.readUInt16BE(at + 16 + 36) === 50051 ? 50051 : 1234, at + 16 + 36);
    }
    const { planSessions } = await import("../../src/capture-sessions.ts");
    const { defaultLimits } = await import("../../src/limits.ts");
    const plan = async (one: string, two: string) =>
      (
        await planSessions([bytesSource(two, later), bytesSource(one, whole)], "auto", { limits: defaultLimits, engine: "fast" })
      ).map(({ sources }) => sources.map(({ name }) => name));
    expect(await plan("x.pcap", "x.pcap1")).toEqual([["x.pcap", "x.pcap1"]]);
    expect(await plan("x_00001_20261128203000.pcapng", "x_00002_20261128203100.pcapng")).toHaveLength(1);
    expect(await plan("x.pcap1", "x.pcap")).toHaveLength(2);
    expect(await plan("x-1.pcap", "x-2.pcap")).toHaveLength(2);
  });
});

it("cut finds a connection by its number among all", () => {
  const { status, stderr } = program.h2lint(["cut", "same", "--connection", "2", "-o", "second.pcapng"]);
  expect([status, stderr]).toEqual([0, expect.stringMatching(/packets of connection 2/)]);
  expect(program.h2lint(["second.pcapng", "--fail-on", "never"]).stdout).toContain("1 connection");
});
