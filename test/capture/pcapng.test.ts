import { describe, expect, test } from "vitest";
import { Clock, FIRST_TIME } from "../../src/capture/clock.ts";
import { pcap, pcapng } from "./building.ts";
import { type Reading, readAll, readInEverySplit } from "./reading.ts";

const little = pcapng();
const all = (...blocks: Buffer[]) => Buffer.concat(blocks);
const octets = (reading: Reading) => reading.packets.map((packet) => packet.octets);
const reports = (reading: Reading) => reading.diagnostics.map(({ code, data }) => `${code} ${data["offset"]}: ${data["reason"]}`);

test("blocks of known bytes", async () => {
  // Written out by hand: section header, interface (SLL2, snap length 9), Enhanced Packet Block at 1700000000.5 s with a comment.
  const file = `0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000
    01000000 14000000 1401 0000 09000000 14000000
    06000000 30000000 00000000 240a0600 20e12518 03000000 05000000 abcdef00 0100 0300 68692100 00000000 30000000`;
  const { packets, diagnostics, format } = await readInEverySplit(Buffer.from(file.replaceAll(/\s/g, ""), "hex"));
  expect(format).toBe("pcapng");
  expect(diagnostics).toEqual([]);
  expect(packets).toEqual([
    {
      number: 1,
      time: "1700000000.500000000",
      linkType: 276,
      fileOffset: 48,
      octets: "abcdef",
      wireLength: 5,
      comment: "hi!",
    },
  ]);
});

describe.each([
  ["little-endian", pcapng(false)],
  ["big-endian", pcapng(true)],
])("%s", (_, ng) => {
  test("every kind of packet block, among blocks that are skipped", async () => {
    const reading = await readInEverySplit(
      all(
        ng.section(),
        ng.secrets(0x544c534b, "secrets"),
        ng.face(1, 4),
        ng.face(113),
        ng.packet(1, 5_000_001n, "010203", 60),
        ng.block(5, Buffer.alloc(12)),
        ng.oldPacket(0, 6_000_000n, "0405"),
        ng.block(0x0bad, Buffer.from("vendor's own")),
        ng.simplePacket("06070809", 900),
        ng.simplePacket("0a0b"),
        ng.block(0x77777777, Buffer.from("from the future")),
        ng.packet(0, 4_000_000n, ""),
      ),
    );
    expect(reading.diagnostics).toEqual([]);
    expect(
      reading.packets.map(({ number, time, linkType, octets, wireLength }) => [number, time, linkType, octets, wireLength]),
    ).toEqual([
      [1, "5.000001000", 113, "010203", 60],
      [2, "6.000000000", 1, "0405", 2],
      [3, "6.000000000", 1, "06070809", 900],
      [4, "6.000000000", 1, "0a0b", 2],
      [5, "4.000000000", 1, "", 0],
    ]);
  });

  test.each([
    ["microseconds without an option", [], 1_766_400_000_123_456n, "1766400000.123456000"],
    ["seconds", [0], 1_766_400_000n, "1766400000.000000000"],
    ["milliseconds", [3], 1_766_400_000_123n, "1766400000.123000000"],
    ["nanoseconds, more than a double holds", [9], 1_766_400_000_123_456_789n, "1766400000.123456789"],
    ["picoseconds", [12], 1_766_400_000_123_456_789n, "1766400.000123456"],
    ["the finest there are", [127], 0xffffffffffffffffn, "0.000000000"],
    ["powers of two", [0x80 | 10], (1_766_400_000n << 10n) | 512n, "1766400000.500000000"],
    ["fine powers of two", [0x80 | 30], (1_766_400_000n << 30n) | 1n, "1766400000.000000000"],
    ["the finest power of two", [0xff], 0xffffffffffffffffn, "0.000000000"],
  ])("time in %s", async (_, resolution, units, text) => {
    const file = all(ng.section(), ng.face(1, 0, ...resolution.map(ng.resolution)), ng.packet(0, units, "01"));
    expect((await readInEverySplit(file)).packets.map((packet) => packet.time)).toEqual([text]);
  });

  test.each([
    [3600n, "1003600.000000000"],
    [-999_990n, "10.000000000"],
    [-1_000_001n, "-1.000000000"],
  ])("time with an offset of %i s", async (offset, text) => {
    const file = all(ng.section(), ng.face(1, 0, ng.timeOffset(offset)), ng.packet(0, 1_000_000_000_000n, "01"));
    expect((await readInEverySplit(file)).packets.map((packet) => packet.time)).toEqual([text]);
  });
});

test("nanoseconds stay exact from packet to packet, forth and back, on interfaces of different resolution", async () => {
  const start = 1_766_400_000_123_456_789n;
  const steps = [0n, 1n, -1n, 86_400_000_000_001n, 4_294_967_296n, -4_294_967_297n];
  const clock = new Clock();
  const { packets } = await readAll(
    all(
      little.section(),
      little.face(1, 0, little.resolution(9)),
      little.face(1),
      ...steps.flatMap((step) => [little.packet(0, start + step, ""), little.packet(1, (start + step) / 1000n, "")]),
    ),
    { clock },
  );
  const text = (nanos: bigint) => `${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, "0")}`;
  expect(packets.map((packet) => packet.time)).toEqual(
    steps.flatMap((step) => [text(start + step), text(((start + step) / 1000n) * 1000n)]),
  );
});

test("picoseconds stay exact from packet to packet: below a nanosecond nothing is rounded up", async () => {
  const units = [1_000_000_000_999n, 1_000_000_001_000n, 1_000_000_001_999n];
  const { packets } = await readAll(
    all(little.section(), little.face(1, 0, little.resolution(12)), ...units.map((unit) => little.packet(0, unit, ""))),
  );
  expect(packets.map((packet) => packet.time)).toEqual(["1.000000000", "1.000000001", "1.000000001"]);
});

test("what follows the end of the options is none", async () => {
  const face = little.face(1, 0, Buffer.alloc(4), little.resolution(0));
  const { packets } = await readInEverySplit(all(little.section(), face, little.packet(0, 7n, "")));
  expect(packets.map((packet) => packet.time)).toEqual(["0.000007000"]);
});

test("a session keeps one clock over files of both formats", async () => {
  const clock = new Clock();
  const first = await readAll(pcap({}, [{ seconds: 1_700_000_000, octets: "" }]), { clock });
  const second = await readAll(all(little.section(), little.face(1), little.packet(0, 1_700_000_002_000_001n, "")), { clock });
  expect(first.packets[0]!.time).toBe("1700000000.000000000");
  expect(second.packets[0]!.time).toBe("1700000002.000001000");
  expect(clock.at(1_700_000_002, 1000)).toBe(FIRST_TIME + 2_000_001_000);
});

describe.each([
  ["little-endian", pcapng(false)],
  ["big-endian", pcapng(true)],
])("%s: what stands beside packets", (_, ng) => {
  const filter = ng.option(11, Buffer.from("\0tcp port 1"));
  const named = ng.face(1, 0, ng.text(2, "eth0"), ng.text(3, "outside"), filter, ng.text(12, "Linux 6.1"), ng.resolution(6));
  const file = all(
    ng.section(),
    named,
    ng.face(113, 0, ng.text(2, "lo")),
    ng.packet(1, 1n, "01", 1, ng.text(1, "PID: 7\nCommand: \u00fcber")),
    ng.packet(0, 2n, "02", 1, ng.word(2, 0x20), ng.text(1, "one"), ng.text(1, "two")),
    ng.simplePacket("04"),
    ng.packet(1, 3n, "03"),
    ng.section(),
    ng.face(1, 0, ng.text(2, "wlan0")),
    ng.oldPacket(0, 5n, "05"),
    ng.packet(0, 6n, "06", 1, ng.option(1, Buffer.from([0xff, 0xfe]))),
  );

  test("interfaces, over all sections", async () => {
    const { interfaces, packets } = await readInEverySplit(file);
    expect(interfaces).toEqual([
      { name: "eth0", description: "outside", filter: "tcp port 1", os: "Linux 6.1", linkType: 1, packets: 2 },
      { name: "lo", linkType: 113, packets: 2 },
      { name: "wlan0", linkType: 1, packets: 2 },
    ]);
    expect(packets.map((packet) => packet.interface ?? 0)).toEqual([1, 0, 0, 1, 2, 2]);
  });

  test("comments, of their packet only", async () => {
    const { packets, diagnostics } = await readInEverySplit(file);
    expect(diagnostics).toEqual([]);
    expect(packets.map(({ comment }) => comment)).toEqual([
      "PID: 7\nCommand: \u00fcber",
      "one\ntwo",
      undefined,
      undefined,
      undefined,
      "\ufffd\ufffd",
    ]);
  });

  test("an option that does not fit its block is no comment", async () => {
    const lying = Buffer.from(ng.packet(0, 1n, "01", 1, ng.text(1, "abcd")));
    // The option's length stands behind the block's head of 28 octets, the padded packet and the option's code.
    lying.fill(0xff, 28 + 4 + 2, 28 + 4 + 4);
    const { packets } = await readInEverySplit(all(ng.section(), ng.face(1), lying));
    expect(packets.map(({ octets, comment }) => [octets, comment])).toEqual([["01", undefined]]);
  });

  test("the process that Apple tells", async () => {
    const process = all(ng.process(42, ng.text(2, "curl")), ng.process(43));
    const to = (index: number) => ng.packet(0, 1n, "01", 1, ng.word(0x8001, index));
    const { packets, diagnostics } = await readInEverySplit(all(ng.section(), ng.face(1), process, to(0), to(1), to(2)));
    expect(diagnostics).toEqual([]);
    expect(packets.map(({ comment }) => comment)).toEqual(["process curl (PID 42)", "process (PID 43)", undefined]);
  });

  test.each<[string, Buffer[], (readonly [packets: number, face: string | number])[]]>([
    [
      "by statistics, where the last block counts all",
      [ng.statistics(0, ng.count(5, 3n)), ng.statistics(0, ng.count(5, 4n), ng.count(7, 2n))],
      [[6, "eth0"]],
    ],
    [
      "by packets, one after the other",
      [ng.packet(1, 1n, "01", 1, ng.count(4, 2n)), ng.packet(1, 1n, "01", 1, ng.count(4, 3n))],
      [[5, 1]],
    ],
    ["by none", [ng.statistics(0, ng.count(4, 9n)), ng.statistics(0, ng.count(5, 0n)), ng.statistics(9, ng.count(5, 1n))], []],
  ])("packets that were missed, told %s", async (_, blocks, missed) => {
    const reading = await readInEverySplit(all(ng.section(), named, ng.face(1), ...blocks));
    expect(reading.diagnostics.map(({ code, data }) => ({ code, ...data }))).toEqual(
      missed.map(([packets, face]) => ({ code: "capture/dropped-packets", packets, interface: face })),
    );
  });

  test("secrets go to whoever wants them", async () => {
    const blocks = all(ng.section(), ng.secrets(0x544c534b, "CLIENT_RANDOM 1 2\n"), ng.secrets(7, "abcde", 4));
    const { secrets, diagnostics } = await readInEverySplit(blocks);
    expect(diagnostics).toEqual([]);
    expect(secrets).toEqual([
      [0x544c534b, "CLIENT_RANDOM 1 2\n"],
      [7, "abcd"],
    ]);
  });

  test("secrets that claim more than their block are reported", async () => {
    const reading = await readInEverySplit(all(ng.section(), ng.secrets(1, "abcd", 5)));
    expect(reading.secrets).toEqual([]);
    expect(reports(reading)).toEqual(["capture/bad-block 28: its secrets of 5 bytes do not fit"]);
  });
});

test("a section of a version that is not known is read, with a report", async () => {
  const section = Buffer.from(little.section());
  section.writeUInt16LE(2, 12);
  const reading = await readInEverySplit(all(section, little.face(1), little.packet(0, 1n, "01")));
  expect(octets(reading)).toEqual(["01"]);
  expect(reports(reading)).toEqual(["capture/bad-block 0: its section is of version 2.0, which is not known"]);
});

test("a section has its own byte order, interfaces and, given or not, length", async () => {
  const big = pcapng(true);
  const first = all(big.face(113), big.packet(0, 1n, "01"));
  const reading = await readInEverySplit(
    all(
      big.section(BigInt(first.length)),
      first,
      little.section(),
      little.face(1),
      little.packet(0, 2n, "02"),
      little.packet(1, 3n, "03"),
    ),
  );
  expect(reading.packets.map(({ linkType, octets }) => [linkType, octets])).toEqual([
    [113, "01"],
    [1, "02"],
  ]);
  expect(reports(reading)).toEqual([
    `capture/bad-block ${28 + first.length + 28 + 20 + 36}: its interface 1 was not described: it and packets like it are not read`,
  ]);
});

describe("damage", () => {
  const head = all(little.section(), little.face(1));
  const [a, b, c] = ["aa", "bb", "cc"].map((octet, index) => little.packet(0, BigInt(index), octet.repeat(4))) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const at = head.length + a.length;
  const changed = (block: Buffer, offset: number, value: number) => {
    const copy = Buffer.from(block);
    copy.writeUInt32LE(value, offset);
    return copy;
  };
  const later = (next: number) => `reading went on at ${next}`;
  const both = (length: number) => changed(changed(b, 4, length), b.length - 4, length);
  const wrongOption = little.block(1, Buffer.from("0100000000000000", "hex"), Buffer.from("0900ffff", "hex"));

  test.each<[string, Buffer, string[], string[]]>([
    [
      "a length of 4 GiB",
      all(head, a, changed(b, 4, 0xfffffffc), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: its length of 4294967292 bytes is not believed; ${later(at + b.length)}`],
    ],
    [
      "the longest length of all, which a signed word would round to 0",
      all(head, a, changed(b, 4, 0xffffffff), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: its length of 4294967295 bytes is not believed; ${later(at + b.length)}`],
    ],
    [
      "a length below the least",
      all(head, a, changed(b, 4, 8), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: its length is 8; ${later(at + b.length)}`],
    ],
    [
      "a length that goes on into the next block",
      all(head, a, changed(b, 4, 48), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: its length is 48 at its start and ${c.readUInt32LE(8)} at its end; ${later(at + b.length)}`],
    ],
    [
      "a length that goes beyond the file",
      all(head, a, changed(b, 4, 5000), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: it is longer than the rest of the file, in which other blocks follow; ${later(at + b.length)}`],
    ],
    [
      "another length at the end",
      all(head, a, changed(b, b.length - 4, 44), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: its length is 36 at its start and 44 at its end; ${later(at + b.length)}`],
    ],
    [
      "noise between blocks, which shifts them",
      all(head, a, Buffer.alloc(77, 0xf7), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: its length of 4160223223 bytes is not believed; ${later(at + 77)}`],
    ],
    [
      "noise to the end",
      all(head, a, Buffer.alloc(77, 0xf7)),
      ["aaaaaaaa"],
      [`${at}: its length of 4160223223 bytes is not believed; ${later(at + 77)}`],
    ],
    [
      "a length that leaves the padding out",
      all(head, a, both(34), c),
      ["aaaaaaaa", "bbbbbbbb", "cccccccc"],
      [`${at}: its length of 34 is no multiple of 4`],
    ],
    [
      "a packet longer than its block",
      all(head, a, changed(b, 20, 0xfffffff0), c),
      ["aaaaaaaa", "bbbbbbbb", "cccccccc"],
      [`${at}: its packet of 4294967280 bytes does not fit`],
    ],
    [
      "a packet block without a packet",
      all(head, a, little.block(6, Buffer.alloc(4)), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: it is too short for a packet`],
    ],
    [
      "an empty interface block",
      all(head, a, little.block(1, Buffer.alloc(4)), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: it is too short for an interface`],
    ],
    [
      "an option longer than its block",
      all(head, a, wrongOption, c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: its option 9 does not fit`],
    ],
    [
      "a section header without its magic",
      all(head, a, changed(little.section(), 8, 0), c),
      ["aaaaaaaa", "cccccccc"],
      [`${at}: no byte-order magic; ${later(at + 28)}`],
    ],
  ])("%s", async (_, file, packets, lies) => {
    const reading = await readInEverySplit(file);
    expect(octets(reading)).toEqual(packets);
    expect(reports(reading)).toEqual(lies.map((lie) => `capture/bad-block ${lie}`));
    for (const { place, data } of reading.diagnostics) expect(place).toEqual({ in: "file", file: 3, offset: data["offset"] });
  });

  test("a section header without its magic, and a block beyond the limit, are no way on", async () => {
    const noise = Buffer.alloc(40, 0xf7);
    const decoy = changed(little.section(), 8, 0);
    const large = little.packet(0, 0n, "dd".repeat(80));
    const reading = await readInEverySplit(all(head, a, noise, decoy, noise, large, c), { limits: { recordOctets: 100 } });
    expect(octets(reading)).toEqual(["aaaaaaaa", "cccccccc"]);
    expect(reading.diagnostics.length).toBe(1);
  });

  test("interfaces are bounded", async () => {
    const faces = Array.from({ length: 65_537 }, () => little.face(1));
    const last = [little.packet(65_535, 0n, "01"), little.packet(65_536, 0n, "02")];
    const reading = await readAll(all(little.section(), ...faces, ...last));
    expect(octets(reading)).toEqual(["01"]);
    expect(reading.diagnostics.length).toBe(1);
  });

  test("an unknown interface is reported in each section", async () => {
    const section = all(little.section(), little.packet(0, 0n, "01"));
    expect((await readInEverySplit(all(section, section))).diagnostics.length).toBe(2);
  });

  test("a packet of an unknown interface is counted, left out, and reported once", async () => {
    const reading = await readInEverySplit(all(head, little.packet(7, 0n, "77"), little.packet(8, 0n, "88"), c));
    expect(reading.packets.map(({ number, octets }) => [number, octets])).toEqual([[3, "cccccccc"]]);
    expect(reading.diagnostics.length).toBe(1);
  });

  test("a file cut at any byte gives the packets before, what is there of the last one, and what is missing", async () => {
    const blocks = [little.section(), little.face(1), a, little.simplePacket("010203"), little.oldPacket(0, 0n, "0405")];
    // Where each packet's octets start in its block, and what they are.
    const contents = [undefined, undefined, [28, "aaaaaaaa"], [12, "010203"], [28, "0405"]] as const;
    const file = all(...blocks);
    for (let length = 28; length <= file.length; length++) {
      const reading = await readInEverySplit(file.subarray(0, length));
      const packets: string[] = [];
      let start = 0;
      let lies: string[] = [];
      for (const [index, block] of blocks.entries()) {
        const there = Math.min(block.length, length - start);
        const content = contents[index];
        if (content !== undefined && there >= content[0]) packets.push(content[1].slice(0, (there - content[0]) * 2));
        // Below eight octets even its length is missing: at least twelve are.
        const claimed = there < 8 ? 12 : block.length;
        if (there > 0 && there < block.length) lies = [`capture/cut-record ${start}: ${claimed - there}`];
        start += there;
      }
      expect(octets(reading), `${length} bytes`).toEqual(packets);
      expect(reading.diagnostics.map(({ code, data }) => `${code} ${data["offset"]}: ${data["missing"]}`)).toEqual(lies);
    }
  });
});
