import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs, seedOr } from "../fuzzing.ts";
import { pcap, pcapng, snoop } from "./building.ts";
import { readAll } from "./reading.ts";

// The same octets each time: a failure here must be there tomorrow.
const fixed = { seed: seedOr(9113), numRuns: runs(300) } as const;

const ng = pcapng();
const heads: readonly (readonly [string, Buffer])[] = [
  ["pcap", pcap({}, [])],
  ["pcap, nanoseconds, big-endian", pcap({ nanoseconds: true, big: true, snapLength: 0xffffffff, network: 0xf4000001 }, [])],
  ["pcap, modified", pcap({ modified: true }, [])],
  ["pcap, version 2.3, big-endian", pcap({ minor: 3, big: true }, [])],
  ["snoop", snoop([])],
  ["pcapng", Buffer.concat([ng.section(), ng.face(1)])],
  ["pcapng, big-endian", Buffer.concat([pcapng(true).section(), pcapng(true).face(1)])],
];

/** Small words and block types among noise reach deeper than noise alone. */
const octets = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((noise) => Buffer.from(noise)),
      fc.constantFrom(0, 1, 2, 3, 4, 6, 12, 16, 28, 32, 36, 0xffffffff, 0xfffffffc, 0x80000000).map((word) => {
        const out = Buffer.alloc(4);
        out.writeUInt32LE(word);
        return out;
      }),
      fc.constantFrom(
        ng.statistics(0, ng.count(5, 1n)),
        ng.secrets(1, "x"),
        ng.process(1),
        snoop([{ octets: "01" }]).subarray(16),
      ),
      fc.constantFrom(
        ng.section(),
        ng.face(0),
        ng.packet(0, 1n, "0102", 2, ng.text(1, "x")),
        pcap({}, [{ octets: "0102" }]).subarray(24),
      ),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.concat(parts));

describe.each(heads)("%s", (_, head) => {
  test("any bytes after the head are read to their end, however they are split", async () => {
    await fc.assert(
      fc.asyncProperty(octets, fc.integer({ min: 1, max: 50 }), async (tail, step) => {
        const file = Buffer.concat([head, tail]);
        const whole = await readAll(file);
        expect(whole.octets).toBe(file.length);
        expect(await readAll(file, { step })).toEqual(whole);
        // A packet takes at least a head in the file, a report at least an octet.
        expect(whole.packets.length).toBeLessThanOrEqual(file.length / 12);
        expect(whole.diagnostics.length).toBeLessThanOrEqual(file.length);
        for (const [index, packet] of whole.packets.entries()) {
          expect(packet.number).toBeGreaterThan(index);
          expect(packet.octets.length / 2).toBeLessThanOrEqual(packet.wireLength);
          expect(packet.fileOffset + packet.octets.length / 2).toBeLessThanOrEqual(file.length);
        }
      }),
      fixed,
    );
  });
});

describe("many and large", () => {
  test("a million blocks of nothing are passed over in little memory", { timeout: 30_000 }, async () => {
    const blocks = Buffer.alloc(12_000_000);
    for (let at = 0; at < blocks.length; at += 12) {
      blocks.writeUInt32LE(0x77777777, at);
      blocks.writeUInt32LE(12, at + 4);
      blocks.writeUInt32LE(12, at + 8);
    }
    const { packets, diagnostics, octets } = await readAll(
      Buffer.concat([ng.section(), ng.face(1), blocks, ng.packet(0, 1n, "01")]),
      { step: 1 << 20 },
    );
    expect(packets.map((packet) => packet.octets)).toEqual(["01"]);
    expect(diagnostics).toEqual([]);
    expect(octets).toBe(48 + blocks.length + 36);
  });

  test("of thousands of interfaces with long names those are kept that a report could show", async () => {
    const faces = Array.from({ length: 1000 }, () => ng.face(1, 0, ng.text(2, "x".repeat(2000))));
    const sections = Array.from({ length: 3 }, () => Buffer.concat([ng.section(), ...faces, ng.packet(999, 1n, "01")]));
    const { packets, interfaces } = await readAll(Buffer.concat(sections));
    expect(packets).toHaveLength(3);
    expect(interfaces).toHaveLength(1024);
    expect(Math.max(...interfaces.map(({ name }) => name?.length ?? 0))).toBe(1024);
  });

  test.each([
    ["a block", Buffer.concat([ng.section(), Buffer.from("06000000fcffffff", "hex"), Buffer.alloc(50)]), "capture/bad-block"],
    ["a record", pcap({ snapLength: 0xffffffff }, [{ octets: "01", length: 0xffffffff }]), "capture/record-length"],
    ["a snoop record", snoop([{ octets: "01", length: 0xffffffff }]), "capture/record-length"],
  ])("%s that claims 4 GiB is not believed", async (_, file, code) => {
    const before = process.memoryUsage().arrayBuffers;
    const { diagnostics } = await readAll(file);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code]);
  });
});

describe("a good capture with one byte changed", () => {
  const records = Array.from({ length: 12 }, (_, index) => ({
    octets: `${index.toString(16)}d`.repeat(30),
    fraction: index * 1000,
  }));
  test.each<[string, Buffer, number]>([
    ["pcap", pcap({}, records), 24],
    [
      "pcapng",
      Buffer.concat([ng.section(), ng.face(1), ...records.map((r, index) => ng.packet(0, BigInt(index), r.octets))]),
      48,
    ],
  ])("loses at most three packets: %s", async (_, file, head) => {
    for (let at = head; at < file.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(file);
        changed[at]! ^= flip;
        const { packets } = await readAll(changed);
        const whole = records.filter((record) => packets.some((packet) => packet.octets === record.octets));
        expect(whole.length, `byte ${at} ^ ${flip}`).toBeGreaterThanOrEqual(records.length - 3);
      }
    }
  });
});
