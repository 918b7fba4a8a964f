import { describe, expect, test } from "vitest";
import { type PcapRecord, pcap } from "./building.ts";
import { readAll, readInEverySplit } from "./reading.ts";

const three: readonly PcapRecord[] = [
  { seconds: 1_700_000_000, fraction: 999_999, octets: "0102030405" },
  { seconds: 1_700_000_001, fraction: 0, octets: "", wireLength: 60 },
  { seconds: 1_700_000_000, fraction: 1, octets: "aabb", wireLength: 1500 },
];

describe("a record", () => {
  test("of known bytes", async () => {
    // Written out by hand: magic, 2.4, zone, accuracy, snap length, network; then seconds, microseconds, captured, original length.
    const file = "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 71000000 00f15365 3f420f00 02000000 05000000 abcd";
    const { packets, diagnostics } = await readInEverySplit(Buffer.from(file.replaceAll(" ", ""), "hex"));
    expect(diagnostics).toEqual([]);
    expect(packets).toEqual([
      { number: 1, time: "1700000000.999999000", linkType: 113, fileOffset: 24, octets: "abcd", wireLength: 5 },
    ]);
  });

  test.each([
    ["microseconds, little-endian", { big: false, nanoseconds: false }, ["999999000", "000000000", "000001000"]],
    ["microseconds, big-endian", { big: true, nanoseconds: false }, ["999999000", "000000000", "000001000"]],
    ["nanoseconds, little-endian", { big: false, nanoseconds: true }, ["000999999", "000000000", "000000001"]],
    ["nanoseconds, big-endian", { big: true, nanoseconds: true }, ["000999999", "000000000", "000000001"]],
  ])("in %s", async (_, options, fractions) => {
    const { packets, diagnostics } = await readInEverySplit(pcap(options, three));
    expect(diagnostics).toEqual([]);
    expect(packets).toEqual([
      { number: 1, time: `1700000000.${fractions[0]}`, linkType: 1, fileOffset: 24, octets: "0102030405", wireLength: 5 },
      { number: 2, time: `1700000001.${fractions[1]}`, linkType: 1, fileOffset: 45, octets: "", wireLength: 60 },
      { number: 3, time: `1700000000.${fractions[2]}`, linkType: 1, fileOffset: 61, octets: "aabb", wireLength: 1500 },
    ]);
  });

  test("longer on file than on the wire is as long as on file", async () => {
    const { packets } = await readInEverySplit(pcap({}, [{ octets: "010203", wireLength: 2 }]));
    expect(packets.map(({ octets, wireLength }) => [octets, wireLength])).toEqual([["010203", 3]]);
  });

  test("may be longer than a block", async () => {
    const octets = "5a".repeat(2_500_000);
    const records = [{ octets: "01" }, { octets }, { octets: "02" }];
    const { packets, diagnostics } = await readAll(pcap({ snapLength: 4_000_000 }, records), { step: 65_536 });
    expect(diagnostics).toEqual([]);
    expect(packets.map((packet) => packet.octets === octets || packet.octets)).toEqual(["01", true, "02"]);
  });

  test("is read across many blocks with the right offsets", async () => {
    const records = Array.from({ length: 5000 }, (_, index) => ({
      octets: index.toString(16).padStart(8, "0").repeat(150),
      fraction: index,
    }));
    const { packets, diagnostics } = await readAll(pcap({}, records));
    expect(diagnostics).toEqual([]);
    expect(packets.length).toBe(5000);
    for (const [index, packet] of packets.entries()) {
      if (packet.octets !== records[index]!.octets || packet.fileOffset !== 24 + index * 616) expect.fail(`packet ${index + 1}`);
    }
  });
});

describe("the network field", () => {
  test.each([
    ["is a link type", 0x00000114, 276, ["0102030405060708", 8], ["0102", 20]],
    ["and a class in between, which is no part of it", 0x02240001, 1, ["0102030405060708", 8], ["0102", 20]],
    ["with an FCS of four bytes cuts them off", 0x24000001, 1, ["01020304", 4], ["0102", 16]],
    ["without the P bit has no FCS", 0x20000001, 1, ["0102030405060708", 8], ["0102", 20]],
    ["with a long FCS leaves nothing", 0xf4000001, 1, ["", 0], ["", 0]],
  ])("%s", async (_, network, linkType, whole, cut) => {
    const records = [{ octets: "0102030405060708" }, { octets: "0102", wireLength: 20 }];
    const { packets } = await readInEverySplit(pcap({ network }, records));
    expect(packets.map((packet) => packet.linkType)).toEqual([linkType, linkType]);
    expect(packets.map((packet) => [packet.octets, packet.wireLength])).toEqual([whole, cut]);
  });
});

describe.each([false, true])("variants, big-endian: %s", (big) => {
  const expected = [
    ["1700000000.999999000", "0102030405", 5],
    ["1700000001.000000000", "", 60],
    ["1700000000.000001000", "aabb", 1500],
  ];
  const pick = ({ packets }: Awaited<ReturnType<typeof readAll>>) =>
    packets.map(({ time, octets, wireLength }) => [time, octets, wireLength]);

  test.each([
    ["records of 24 bytes, as Kuznetzov's patch wrote them", { modified: true }, three],
    ["version 2.2: lengths the other way round", { minor: 2 }, three],
    ["version 2.3: lengths as today", { minor: 3 }, three],
    [
      "version 2.3: lengths the other way round",
      { minor: 3 },
      // What the file calls the captured length is that on the wire.
      three.map(({ octets, wireLength = octets.length / 2, ...rest }) => ({
        ...rest,
        octets,
        length: wireLength,
        wireLength: octets.length / 2,
      })),
    ],
    ["version 2.9", { minor: 9 }, three],
  ])("%s", async (_, options, records) => {
    const reading = await readInEverySplit(pcap({ big, ...options }, records));
    expect(reading.diagnostics).toEqual([]);
    expect(pick(reading)).toEqual(expected);
  });

  test("damage in a modified file is passed over", async () => {
    const octets = ["11", "22", "33", "44"].map((octet) => octet.repeat(20));
    const [a, b, c, d] = octets.map((text) => ({ octets: text }));
    const bytes = pcap({ big, modified: true }, [a!, { ...b!, length: 0xfffffff0 }, c!, d!]);
    const { packets, diagnostics } = await readInEverySplit(bytes);
    expect(packets.map((packet) => packet.octets)).toEqual([octets[0], octets[2], octets[3]]);
    expect(diagnostics.map(({ data }) => data)).toEqual([{ offset: 24 + 44, length: 0xfffffff0, next: 24 + 88 }]);
  });
});

describe("an odd record is believed", () => {
  test.each<[string, readonly PcapRecord[]]>([
    ["a jump of a year", [{ octets: "01" }, { octets: "02", seconds: 32_000_000 }, { octets: "03", seconds: 32_000_000 }]],
    ["a jump there and back", [{ octets: "01" }, { octets: "02", seconds: 32_000_000 }, { octets: "03" }]],
    ["more than a second of microseconds", [{ octets: "01" }, { octets: "02", fraction: 4_000_000_000 }, { octets: "03" }]],
    ["more bytes than on the wire", [{ octets: "01" }, { octets: "0202", wireLength: 1 }, { octets: "03" }]],
    ["the last one", [{ octets: "01" }, { octets: "02", seconds: 32_000_000, fraction: 2_000_000 }]],
    ["longer than the snap length", [{ octets: "01".repeat(200) }, { octets: "02" }]],
  ])("%s", async (_, records) => {
    const { packets, diagnostics } = await readInEverySplit(pcap({ snapLength: 96 }, records));
    expect(diagnostics).toEqual([]);
    expect(packets.map((packet) => packet.octets)).toEqual(records.map((record) => record.octets));
  });
});

describe("damage", () => {
  const good = [0x11, 0x22, 0x33, 0x44].map((value) => ({ octets: value.toString(16).repeat(20), fraction: value }));
  const [a, b, c, d] = good as [PcapRecord, PcapRecord, PcapRecord, PcapRecord];
  const size = 16 + 20;
  const readings: readonly [string, Buffer, string[], object[]][] = [
    [
      "a record that claims 4 GiB",
      pcap({}, [a, { ...b, length: 0xfffffff0 }, c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 24 + size, length: 0xfffffff0, next: 24 + 2 * size }],
    ],
    [
      "a record that claims more than the file has, in front of others",
      pcap({}, [a, { ...b, length: 5000, wireLength: 5000 }, c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 24 + size, length: 5000, next: 24 + 2 * size }],
    ],
    [
      "a hole of zeros",
      pcap({}, [a, "00".repeat(99), c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 24 + size, length: 0, next: 24 + size + 99 }],
    ],
    [
      "noise",
      pcap({}, [a, "f7".repeat(99), c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 24 + size, length: 0xf7f7f7f7, next: 24 + size + 99 }],
    ],
    [
      "a record that claims too little: what comes of it is cut short, then the next one is found",
      pcap({}, [a, { octets: "9f".repeat(40), length: 4, wireLength: 40 }, c, d]),
      [a.octets, "9f".repeat(4), c.octets, d.octets],
      [{ offset: 24 + size + 20, length: 0x9f9f9f9f, next: 24 + size + 56 }],
    ],
    [
      "two holes",
      pcap({}, [a, "ff".repeat(50), b, c, "ff".repeat(31), d]),
      [a, b, c, d].map((record) => record.octets),
      [
        { offset: 24 + size, length: 0xffffffff, next: 24 + size + 50 },
        { offset: 24 + 3 * size + 50, length: 0xffffffff, next: 24 + 3 * size + 81 },
      ],
    ],
    [
      "noise to the end of the file",
      pcap({}, [a, b, "f7".repeat(99)]),
      [a.octets, b.octets],
      [{ offset: 24 + 2 * size, length: 0xf7f7f7f7, next: 24 + 2 * size + 99 }],
    ],
    ["zeros from the start", pcap({}, ["00".repeat(64), a, b]), [a.octets, b.octets], [{ offset: 24, length: 0, next: 88 }]],
    [
      "what looks like two records of another year",
      pcap({}, [a, "ff".repeat(16), { ...b, seconds: 90_000_000 }, { ...b, seconds: 90_000_000 }, "ff".repeat(16), c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 24 + size, length: 0xffffffff, next: 24 + 3 * size + 32 }],
    ],
    [
      "what looks like two records, years from each other",
      pcap({}, [a, "ff".repeat(16), b, { ...b, seconds: 90_000_000 }, "ff".repeat(16), c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 24 + size, length: 0xffffffff, next: 24 + 3 * size + 32 }],
    ],
    [
      "noise from the start",
      pcap({}, ["f7".repeat(40), a, b]),
      [a.octets, b.octets],
      [{ offset: 24, length: 0xf7f7f7f7, next: 64 }],
    ],
  ];

  test.each(readings)("%s", async (_, bytes, octets, lies) => {
    const { packets, diagnostics } = await readInEverySplit(bytes);
    expect(packets.map((packet) => packet.octets)).toEqual(octets);
    expect(packets.map((packet) => packet.number)).toEqual(octets.map((_, index) => index + 1));
    expect(diagnostics.map(({ code, data }) => ({ code, ...data }))).toEqual(
      lies.map((data) => ({ code: "capture/record-length", ...data })),
    );
    for (const { place, data } of diagnostics) expect(place).toEqual({ in: "file", file: 3, offset: data["offset"] });
  });

  test("in the middle of a large file is passed over", async () => {
    const block = Array.from({ length: 2000 }, (_, index) => ({ octets: "6b".repeat(1000), fraction: index }));
    const bytes = pcap({}, [...block, "e9".repeat(700_000), ...block]);
    const { packets, diagnostics } = await readAll(bytes, { step: 50_000 });
    expect(packets.length).toBe(4000);
    expect(diagnostics.map(({ data }) => data)).toEqual([
      { offset: 24 + 2000 * 1016, length: 0xe9e9e9e9, next: 24 + 2000 * 1016 + 700_000 },
    ]);
  });

  test("is anything above the limit, whatever the snap length says", async () => {
    const bytes = pcap({ snapLength: 0xffffffff }, [a, { octets: "07".repeat(101) }, c, d]);
    const { packets, diagnostics } = await readInEverySplit(bytes, { limits: { recordOctets: 100 } });
    expect(packets.map((packet) => packet.octets)).toEqual([a.octets, c.octets, d.octets]);
    expect(diagnostics.map(({ data }) => data)).toEqual([{ offset: 60, length: 101, next: 60 + 117 }]);
  });

  test("that claims 60 MiB takes no memory before the bytes are there", async () => {
    const bytes = pcap({ snapLength: 100 << 20 }, [{ octets: "01", length: 60 << 20 }]);
    const before = process.memoryUsage().arrayBuffers;
    const { diagnostics } = await readAll(bytes);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
    expect(diagnostics.map(({ code }) => code)).toEqual(["capture/cut-record"]);
  });
});

describe("a file that ends early", () => {
  test("gives at every length the packets before, what is there of the last one, and what is missing", async () => {
    const bytes = pcap({}, three);
    const ends = [24, 45, 61, 79];
    for (let length = 24; length <= bytes.length; length++) {
      const { packets, diagnostics } = await readInEverySplit(bytes.subarray(0, length));
      const complete = ends.filter((end) => end <= length).length - 1;
      const last = ends[complete]!;
      const there = length - last - 16;
      const wanted = three.map(({ octets, wireLength }) => [octets, wireLength ?? octets.length / 2]).slice(0, complete);
      if (there >= 0) {
        const { octets, wireLength } = three[complete]!;
        wanted.push([octets.slice(0, there * 2), wireLength ?? octets.length / 2]);
      }
      expect(packets.map((packet) => [packet.octets, packet.wireLength])).toEqual(wanted);
      const missing = there < 0 ? -there : (ends[complete + 1] ?? length) - length;
      expect(diagnostics.map(({ code, data }) => ({ code, ...data }))).toEqual(
        last === length ? [] : [{ code: "capture/cut-record", offset: last, missing }],
      );
    }
  });
});
