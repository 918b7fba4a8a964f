// A fingerprint names the fault, not the run: the same capture on other ports, at other times, with other packet and stream numbers has
// the same fingerprints.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import type { FindingEvent } from "../../src/report/event.ts";
import { pathShape, shapeOf } from "../../src/report/fingerprint.ts";
import { memorySource } from "../capture/reading.ts";

const folder = fileURLToPath(new URL("../../samples/", import.meta.url));
const samples = readdirSync(folder).filter((name) => name.endsWith(".pcap"));

async function findingsIn(bytes: Uint8Array): Promise<FindingEvent[]> {
  const findings: FindingEvent[] = [];
  for await (const event of analyze([memorySource(bytes)], { preset: "all" })) if (event.kind === "finding") findings.push(event);
  return findings;
}

interface Record {
  /** The record's 16 octets of head. */
  readonly head: Buffer;
  readonly octets: Buffer;
  /** Offset of its TCP header. */
  readonly tcp: number;
}

/** The records of a microsecond little-endian pcap of Ethernet and IPv4 or of raw IPv4, copied. */
function recordsOf(file: Buffer): Record[] {
  const link = file.readUInt32LE(20) === 1 ? 14 : 0;
  const records: Record[] = [];
  for (let at = 24; at < file.length; ) {
    const end = at + 16 + file.readUInt32LE(at + 8);
    const octets = Buffer.from(file.subarray(at + 16, end));
    records.push({ head: Buffer.from(file.subarray(at, at + 16)), octets, tcp: link + (octets[link]! & 15) * 4 });
    at = end;
  }
  return records;
}

const written = (file: Buffer, records: readonly Record[]): Buffer =>
  Buffer.concat([file.subarray(0, 24), ...records.flatMap(({ head, octets }) => [head, octets])]);

function onOtherPorts(file: Buffer): Buffer {
  const records = recordsOf(file);
  const other = (port: number) => (port < 20_000 ? port + 1000 : port > 60_000 ? port - 1 : port + 1);
  for (const { octets, tcp } of records)
    for (const at of [tcp, tcp + 2]) octets.writeUInt16BE(other(octets.readUInt16BE(at)), at);
  return written(file, records);
}

function atOtherTimes(file: Buffer): Buffer {
  const records = recordsOf(file);
  for (const [index, { head }] of records.entries()) {
    const microseconds = head.readUInt32LE(4) + 7 * index;
    head.writeUInt32LE(head.readUInt32LE(0) + 86_400 + Math.floor(microseconds / 1e6), 0);
    head.writeUInt32LE(microseconds % 1e6, 4);
  }
  return written(file, records);
}

/** Behind a packet of another protocol (UDP). */
function withOtherPacketNumbers(file: Buffer): Buffer {
  const records = recordsOf(file);
  const [first] = records;
  const octets = Buffer.from(first!.octets);
  octets[first!.tcp - 11] = 17;
  return written(file, [{ ...first!, octets }, ...records]);
}

/** Every stream identifier is two higher, in texts too. Frames may lie anywhere in their segments. */
function onOtherStreams(file: Buffer): Buffer {
  const records = recordsOf(file);
  const directions = new Map<number, { octets: number[]; places: { octets: Buffer; at: number }[] }>();
  for (const { octets, tcp } of records) {
    const port = octets.readUInt16BE(tcp);
    const direction = directions.get(port) ?? { octets: [], places: [] };
    directions.set(port, direction);
    for (let at = tcp + (octets[tcp + 12]! >> 4) * 4; at < octets.length; at++) {
      direction.octets.push(octets[at]!);
      direction.places.push({ octets, at });
    }
  }
  for (const { octets, places } of directions.values()) {
    const all = Buffer.from(octets);
    const shift = (at: number) => {
      const id = all.readUInt32BE(at);
      if (id === 0) return;
      all.writeUInt32BE(id + 2, at);
      for (let i = at; i < at + 4; i++) places[i]!.octets[places[i]!.at] = all[i]!;
    };
    for (let at = all.subarray(0, 3).toString() === "PRI" ? 24 : 0; at + 9 <= all.length; ) {
      const length = all.readUIntBE(at, 3);
      shift(at + 5);
      if (all[at + 3] === 7) {
        shift(at + 9);
        // Its text may name a stream, of one digit in the samples.
        const text = all.toString("latin1", at + 17, at + 9 + length);
        for (const { index, 0: named } of text.matchAll(/stream(?: id: |=)\d/g)) {
          const digit = at + 17 + index + named.length - 1;
          all[digit]! += 2;
          places[digit]!.octets[places[digit]!.at] = all[digit]!;
        }
      }
      at += 9 + length;
    }
  }
  return written(file, records);
}

describe.each(samples)("%s", (name) => {
  const file = readFileSync(folder + name);

  it.each<[string, (file: Buffer) => Buffer, keyof FindingEvent | "packet" | "time"]>([
    ["on other ports", onOtherPorts, "rule"],
    ["at other times", atOtherTimes, "time"],
    ["with other packet numbers", withOtherPacketNumbers, "packet"],
    ["on other streams", onOtherStreams, "stream"],
  ])("%s", async (_, change, moved) => {
    const before = await findingsIn(file);
    const after = await findingsIn(change(file));
    expect(after.map(({ fingerprint }) => fingerprint)).toEqual(before.map(({ fingerprint }) => fingerprint));
    expect(after.map(({ shape }) => shape)).toEqual(before.map(({ shape }) => shape));
    // The change was one.
    for (const [index, finding] of after.entries()) {
      if (moved === "packet" || moved === "time") expect(finding.frame[moved]).not.toBe(before[index]!.frame[moved]);
      if (moved === "stream" && finding.stream !== 0) expect(finding.stream).toBe(before[index]!.stream + 2);
    }
  });
});

it("differs by rule, offender and path", async () => {
  const all = (await Promise.all(samples.map((name) => findingsIn(readFileSync(folder + name))))).flat();
  const names = new Map<string, string>();
  for (const { fingerprint, rule, offender, path, shape } of all) {
    const what = JSON.stringify([rule, offender, path, shape]);
    expect(names.get(what) ?? fingerprint).toBe(fingerprint);
    names.set(what, fingerprint);
  }
  expect(new Set(names.values()).size).toBe(names.size);
  expect(names.size).toBeGreaterThan(4);
});

it.each([
  ["1, 3, 5 and 12 more", "0"],
  ["7", "0"],
  ["412 ms", "0"],
  ["1.20 s", "0"],
  ["dial tcp 127.0.0.1:40112: connection refused", "dial tcp 0.0:0: connection refused"],
  ["trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace 0"],
  ["id 8c1d6e60-0d3a-4f4e-9a53-0242ac120002 is gone", "id 0 is gone"],
  ["connection", "connection"],
])("%s as %s", (text, shape) => expect(shapeOf(text)).toBe(shape));

it.each([
  ["/helloworld.Greeter/SayHello", "/helloworld.Greeter/SayHello"],
  ["/v1/users/17/cars?sort=up\nx", "/v1/users/0/cars"],
  ["/o/8c1d6e60-0d3a-4f4e-9a53-0242ac120002", "/o/0"],
  ["*", "*"],
  ["", ""],
])("the path %j as %j", (path, shape) => expect(pathShape(path)).toBe(shape));
