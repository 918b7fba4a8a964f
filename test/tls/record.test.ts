import { describe, expect, it } from "vitest";
import { origin } from "../../src/place.ts";
import { RecordBuffers, RecordReader } from "../../src/tls/record.ts";

const record = (type: number, length: number, fill = 0xaa): Buffer => {
  const octets = Buffer.alloc(5 + length, fill);
  octets[0] = type;
  octets.writeUInt16BE(0x0303, 1);
  octets.writeUInt16BE(length, 3);
  return octets;
};

/** What a reader tells of pieces and gaps (numbers), each a packet of its own. */
function read(input: readonly (Buffer | number)[], confirm = (_: Buffer): boolean => false): string[] {
  const told: string[] = [];
  const reader = new RecordReader(
    {
      record: (_, { type, bytes, start, end, first, last }) =>
        told.push(
          `${type} of ${end - start}: ${bytes[start]} (${first.packet}@${first.offset} to ${last.packet}@${last.offset})`,
        ),
      damaged: (_, { type }, length, proof, at) => told.push(`${type} of ${length} damaged, ${proof}, at ${at.offset}`),
      lost: (_, length, proof, at) => told.push(`lost ${length}, ${proof}, at ${at.offset}`),
      found: (_, skipped, at) => told.push(`found after ${skipped}, at ${at.offset}`),
      confirm: (_, { bytes, start, end }) => confirm(Buffer.from(bytes.subarray(start, end))),
      end: (_, how, inRecord) => told.push(`${how}${inRecord ? " in a record" : ""}`),
    },
    0,
    new RecordBuffers(),
  );
  const at = origin();
  for (const piece of input) {
    at.packet++;
    if (typeof piece === "number") {
      reader.gap(piece, "acknowledged", at);
      at.offset += piece;
    } else {
      const buffer = Buffer.concat([Buffer.from("ab"), piece]);
      reader.bytes(buffer, 2, buffer.length, at);
      buffer.fill(0x16);
      at.offset += piece.length;
    }
  }
  reader.end("fin", at);
  return told;
}

const [a, b, c] = [record(22, 10, 1), record(23, 20, 2), record(23, 300, 3)];
const all = Buffer.concat([a, b, c]);
const three = (packets: readonly string[]): string[] => [
  `22 of 10: 1 (${packets[0]}@0 to ${packets[1]}@14)`,
  `23 of 20: 2 (${packets[2]}@15 to ${packets[3]}@39)`,
  `23 of 300: 3 (${packets[4]}@40 to ${packets[5]}@344)`,
  "fin",
];

describe("records", () => {
  it("in one piece, in pieces, and byte by byte", () => {
    expect(read([all])).toEqual(three(["1", "1", "1", "1", "1", "1"]));
    expect(read([a, b, c])).toEqual(three(["1", "1", "2", "2", "3", "3"]));
    expect(read([all.subarray(0, 3), all.subarray(3, 16), all.subarray(16, 43), all.subarray(43)])).toEqual(
      three(["1", "2", "2", "3", "3", "4"]),
    );
    expect(read([...all].map((octet) => Buffer.of(octet)))).toEqual(three(["1", "15", "16", "40", "41", "345"]));
  });

  it("may be empty where they are application data", () => {
    expect(read([Buffer.concat([record(23, 0), a])]).slice(0, 2)).toEqual([
      "23 of 0: undefined (1@0 to 1@4)",
      "22 of 10: 1 (1@5 to 1@19)",
    ]);
    expect(read([record(22, 0)])[0]).toBe("lost 0, unknown, at 0");
  });

  it("of the greatest length", () => {
    const most = record(23, (1 << 14) + 2048);
    expect(read([most.subarray(0, 9000), most.subarray(9000)])).toHaveLength(2);
    expect(read([record(23, (1 << 14) + 2049)])[0]).toBe("lost 0, unknown, at 0");
  });

  it("that do not end", () => {
    expect(read([all.subarray(0, 100)]).at(-1)).toBe("fin in a record");
    expect(read([all.subarray(0, 43)]).at(-1)).toBe("fin in a record");
  });
});

describe("a gap", () => {
  it("in a record costs that one only", () => {
    expect(read([a, b.subarray(0, 9), 4, b.subarray(13), c])).toEqual([
      "22 of 10: 1 (1@0 to 1@14)",
      "23 of 20 damaged, acknowledged, at 24",
      "23 of 300: 3 (5@40 to 5@344)",
      "fin",
    ]);
    expect(read([a, b.subarray(0, 5), 20, c]).slice(1, 3)).toEqual([
      "23 of 20 damaged, acknowledged, at 20",
      "23 of 300: 3 (4@40 to 4@344)",
    ]);
    expect(read([a, b.subarray(0, 9), 4, b.subarray(13, 15), 3, b.subarray(18), c])).toHaveLength(4);
  });

  it("beyond a record: what follows is searched", () => {
    const told = read([a, b.subarray(0, 9), 26, c.subarray(10), b, c, a, a]);
    expect(told).toEqual([
      "22 of 10: 1 (1@0 to 1@14)",
      "23 of 20 damaged, acknowledged, at 24",
      "lost 10, acknowledged, at 24",
      "found after 295, at 345",
      "23 of 20: 2 (5@345 to 5@369)",
      "23 of 300: 3 (6@370 to 6@674)",
      "22 of 10: 1 (7@675 to 7@689)",
      "22 of 10: 1 (8@690 to 8@704)",
      "fin",
    ]);
  });

  it("in a header", () => {
    expect(read([a, b.subarray(0, 2), 10, b.subarray(12), c, a]).slice(1, 4)).toEqual([
      "lost 10, acknowledged, at 17",
      "found after 13, at 40",
      "23 of 300: 3 (5@40 to 5@344)",
    ]);
  });

  it("of whole records: the next is found at once, if it authenticates or another follows", () => {
    expect(read([a, 25, c, a]).slice(1, 3)).toEqual(["lost 25, acknowledged, at 15", "found after 0, at 40"]);
    expect(read([a, 25, c])).toEqual([
      "22 of 10: 1 (1@0 to 1@14)",
      "lost 25, acknowledged, at 15",
      "found after 305, at 345",
      "fin",
    ]);
    const authentic = (body: Buffer): boolean => body.length === 300 && body.every((octet) => octet === 3);
    expect(read([a, 25, c], authentic).slice(2)).toEqual(["found after 0, at 40", "23 of 300: 3 (3@40 to 3@344)", "fin"]);
  });

  it("twice", () => {
    const told = read([a, 25, c.subarray(0, 100), 100, c.subarray(200), a, b, c]);
    expect(told.slice(1)).toEqual([
      "lost 25, acknowledged, at 15",
      "lost 100, acknowledged, at 140",
      "found after 205, at 345",
      "22 of 10: 1 (6@345 to 6@359)",
      "23 of 20: 2 (7@360 to 7@384)",
      "23 of 300: 3 (8@385 to 8@689)",
      "fin",
    ]);
  });

  it("then nothing for long: what is kept has a bound", () => {
    const noise = Buffer.alloc(100_000, 0x55);
    const told = read([a, 25, ...Array.from({ length: 50 }, () => noise), a, b, c]);
    expect(told.slice(1, 4)).toEqual([
      "lost 25, acknowledged, at 15",
      "found after 5000000, at 5000040",
      "22 of 10: 1 (53@5000040 to 53@5000054)",
    ]);
  });
});

describe("what is no record", () => {
  it("is passed over", () => {
    expect(read([a, Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), b, c])).toEqual([
      "22 of 10: 1 (1@0 to 1@14)",
      "lost 0, unknown, at 15",
      "found after 28, at 43",
      "23 of 20: 2 (3@43 to 3@67)",
      "23 of 300: 3 (4@68 to 4@372)",
      "fin",
    ]);
  });
});
