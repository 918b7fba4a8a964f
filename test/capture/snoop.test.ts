import { describe, expect, test } from "vitest";
import { type SnoopRecord, snoop } from "./building.ts";
import { readInEverySplit } from "./reading.ts";

test("a record of known bytes", async () => {
  // RFC 1761 section 3, by hand: identification, version 2, Ethernet; then original and included length, record length, drops, time.
  const file = `736e6f6f70000000 00000002 00000004
    00000005 00000003 0000001c 00000000 655f1500 0007a120 abcdef 00`;
  const { packets, diagnostics, format } = await readInEverySplit(Buffer.from(file.replaceAll(/\s/g, ""), "hex"));
  expect(format).toBe("snoop");
  expect(diagnostics).toEqual([]);
  expect(packets).toEqual([
    { number: 1, time: "1700730112.500000000", linkType: 1, fileOffset: 16, octets: "abcdef", wireLength: 5 },
  ]);
});

test("what the capture program missed is told once, with the last count", async () => {
  const { packets, diagnostics } = await readInEverySplit(
    snoop([{ octets: "01" }, { octets: "02", dropped: 2 }, { octets: "03", dropped: 7 }]),
  );
  expect(packets).toHaveLength(3);
  expect(diagnostics.map(({ code, data }) => [code, data["packets"]])).toEqual([["capture/dropped-packets", 7]]);
});

describe("damage", () => {
  const good = ["11", "22", "33", "44"].map((octet) => ({ octets: octet.repeat(20), pad: 0 }));
  const [a, b, c, d] = good as [SnoopRecord, SnoopRecord, SnoopRecord, SnoopRecord];
  const size = 24 + 20;
  test.each<[string, Buffer, string[], object[]]>([
    [
      "a record of 4 GiB",
      snoop([a, { ...b, length: 0xfffffffc }, c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 16 + size, length: 0xfffffffc, next: 16 + 2 * size }],
    ],
    [
      "a record of nothing",
      snoop([a, { ...b, length: 0 }, c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 16 + size, length: 0, next: 16 + 2 * size }],
    ],
    [
      "more bytes than the record has",
      snoop([a, { ...b, included: 4000 }, c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 16 + size, length: 44, next: 16 + 2 * size }],
    ],
    [
      "a record longer than the file, in front of others",
      snoop([a, { ...b, length: 5000 }, c, d]),
      [a.octets, c.octets, d.octets],
      [{ offset: 16 + size, length: 5000, next: 16 + 2 * size }],
    ],
  ])("%s", async (_, bytes, octets, lies) => {
    const { packets, diagnostics } = await readInEverySplit(bytes);
    expect(packets.map((packet) => packet.octets)).toEqual(octets);
    expect(diagnostics.map(({ code, data }) => ({ code, ...data }))).toEqual(
      lies.map((data) => ({ code: "capture/record-length", ...data })),
    );
  });
});

test("a file that ends early gives what is there, and says what is missing", async () => {
  const bytes = snoop([
    { octets: "0102030405", pad: 3 },
    { octets: "aabb", original: 1500, pad: 2 },
  ]);
  for (let length = 49; length < bytes.length; length++) {
    const { packets, diagnostics } = await readInEverySplit(bytes.subarray(0, length));
    const there = length - 48 - 24;
    expect(packets.map((packet) => packet.octets)).toEqual(["0102030405", ...(there < 0 ? [] : ["aabb".slice(0, there * 2)])]);
    expect(diagnostics.map(({ code, data }) => ({ code, ...data }))).toEqual([
      { code: "capture/cut-record", offset: 48, missing: there < 0 ? -there : bytes.length - length },
    ]);
  }
});
