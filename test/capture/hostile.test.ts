import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pcap, pcapng } from "./building.ts";
import { readAll } from "./reading.ts";

// The same octets each time: a failure here must be there tomorrow.
const fixed = { seed: 9113, numRuns: 300 } as const;

const ng = pcapng();
const heads: readonly (readonly [string, Buffer])[] = [
  ["pcap", pcap({}, [])],
  ["pcap, nanoseconds, big-endian", pcap({ nanoseconds: true, big: true, snapLength: 0xffffffff, network: 0xf4000001 }, [])],
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
      fc.constantFrom(ng.section(), ng.face(0), ng.packet(0, 1n, "0102"), pcap({}, [{ octets: "0102" }]).subarray(24)),
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.concat(parts));

describe.each(heads)("%s", (_, head) => {
  test("any octets after the head are read to their end, however they are split", async () => {
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

describe("a good capture with one octet changed", () => {
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
        expect(whole.length, `octet ${at} ^ ${flip}`).toBeGreaterThanOrEqual(records.length - 3);
      }
    }
  });
});
