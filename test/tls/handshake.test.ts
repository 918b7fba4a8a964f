import { describe, expect, it } from "vitest";
import { HandshakeReader } from "../../src/tls/handshake.ts";

const message = (type: number, length: number): Buffer => {
  const octets = Buffer.alloc(4 + length, type);
  octets.writeUInt32BE((type << 24) | length, 0);
  return octets;
};

function read(...pieces: readonly Uint8Array[]): string[] {
  const told: string[] = [];
  const reader = new HandshakeReader({ message: (type, { length }) => told.push(`${type} of ${length}`) });
  for (const piece of pieces) {
    const buffer = Buffer.from(piece);
    reader.bytes(buffer, 0, buffer.length);
    buffer.fill(0xee);
  }
  if (reader.inMessage) told.push("more");
  return told;
}

describe("handshake messages", () => {
  const three = Buffer.concat([message(11, 700), message(14, 0), message(16, 33)]);

  it("in any pieces", () => {
    const told = ["11 of 704", "14 of 4", "16 of 37"];
    expect(read(three)).toEqual(told);
    expect(read(...[...three].map((octet) => Buffer.of(octet)))).toEqual(told);
    for (let at = 0; at <= three.length; at++) expect(read(three.subarray(0, at), three.subarray(at))).toEqual(told);
  });

  it("that have not ended", () => expect(read(three.subarray(0, 709))).toEqual(["11 of 704", "14 of 4", "more"]));

  it("of a kind that does not exist are dropped with what is behind them", () => {
    expect(read(Buffer.concat([message(14, 0), message(99, 3), message(14, 0)]), message(20, 12))).toEqual([
      "14 of 4",
      "20 of 16",
    ]);
  });

  it("that are too long are passed over", () => {
    const long = message(11, 200_000);
    expect(read(long.subarray(0, 16_000), long.subarray(16_000), message(20, 12))).toEqual(["20 of 16"]);
    expect(read(long.subarray(0, 16_000))).toEqual(["more"]);
    expect(read(Buffer.concat([long, message(20, 12)]))).toEqual(["20 of 16"]);
  });
});
