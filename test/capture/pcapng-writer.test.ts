// What is written is laid out as the draft says (draft-ietf-opsawg-pcapng sections 4.1 to 4.3), and reads as it was.
import { describe, expect, it } from "vitest";
import { PcapngWriter } from "../../src/capture/pcapng-writer.ts";
import { readAll } from "./reading.ts";

function written(write: (writer: PcapngWriter) => void): Buffer[] {
  const blocks: Buffer[] = [];
  const writer = new PcapngWriter((octets) => blocks.push(Buffer.from(octets)), { application: "h2lint", comment: "a cut" });
  write(writer);
  return blocks;
}

const words = (...parts: string[]): string => parts.join("").replaceAll(" ", "");

describe("blocks", () => {
  it("section header", () => {
    const [section] = written(() => {});
    expect(section!.toString("hex")).toBe(
      words(
        "0a0d0d0a 38000000 4d3c2b1a 0100 0000 ffffffffffffffff",
        // Comment, application, end.
        "0100 0500 6120637574000000",
        "0400 0600 68326c696e740000",
        "00000000 38000000",
      ),
    );
  });

  it("interface and packet", () => {
    const blocks = written((writer) => {
      expect(writer.interface({ linkType: 1, name: "lo" })).toBe(0);
      writer.packet(0, 0x0102030405060708n, Uint8Array.of(0, 1, 2, 3, 4, 5, 0), 1, 6, 99, "hm");
    });
    expect(blocks.slice(1).map((block) => block.toString("hex"))).toEqual([
      words("01000000 28000000 0100 0000 00000000", "0200 0200 6c6f0000", "0900 0100 09000000", "00000000 28000000"),
      words(
        "06000000 34000000 00000000 04030201 08070605 05000000 63000000",
        "0102030405 000000",
        "0100 0200 686d0000 00000000 34000000",
      ),
    ]);
  });
});

it("is read as it was written", async () => {
  const blocks = written((writer) => {
    const lo = writer.interface({ linkType: 1, name: "lo", description: "lööp", filter: "tcp port 80" });
    const raw = writer.interface({ linkType: 101 });
    writer.packet(raw, 1_766_400_000_123_456_789n, Uint8Array.of(0x45), 0, 1, 1500);
    writer.packet(lo, 1_766_400_001_000_000_001n, Uint8Array.of(1, 2, 3, 4), 0, 4, 4, "line\nline");
    writer.packet(lo, 1_766_400_001_000_000_002n, new Uint8Array(0), 0, 0, 60);
  });
  const { packets, interfaces, diagnostics } = await readAll(Buffer.concat(blocks));
  expect(diagnostics).toEqual([]);
  expect(interfaces).toMatchObject([
    { name: "lo", description: "lööp", filter: "tcp port 80", linkType: 1, packets: 2 },
    { linkType: 101, packets: 1 },
  ]);
  expect(packets.map(({ time, linkType, octets, wireLength, comment }) => [time, linkType, octets, wireLength, comment])).toEqual(
    [
      ["1766400000.123456789", 101, "45", 1500, undefined],
      ["1766400001.000000001", 1, "01020304", 4, "line\nline"],
      ["1766400001.000000002", 1, "", 60, undefined],
    ],
  );
});
