import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compressionOf, Unpacked } from "../../src/capture/compression.ts";
import type { Fault } from "../../src/capture/unpacking.ts";
import { Window } from "../../src/capture/window.ts";
import { runs, seedOr } from "../fuzzing.ts";
import { pcap } from "./building.ts";
import { packed, plain } from "./packed.ts";
import { memorySource, readAll } from "./reading.ts";

const fixed = { seed: seedOr(1952), numRuns: runs(30) } as const;
const whole = plain();
const files = packed.map(([how, compression, base64]) => [how, compression, Buffer.from(base64, "base64")] as const);

interface Unpacking {
  readonly octets: Buffer;
  readonly faults: readonly Fault[];
}

async function unpack(bytes: Uint8Array, step = bytes.length, room = 1 << 16): Promise<Unpacking> {
  const window = new Window(memorySource(bytes, step));
  await window.need(6);
  const faults: Fault[] = [];
  const source = new Unpacked(window, compressionOf(window.bytes, window.end)!, (fault) => faults.push(fault));
  const parts: Buffer[] = [];
  const into = Buffer.alloc(room);
  for (let length = await source.read(into); length > 0; length = await source.read(into))
    parts.push(Buffer.from(into.subarray(0, length)));
  expect(await source.read(into), "after the end").toBe(0);
  await source.close();
  return { octets: Buffer.concat(parts), faults };
}

describe.each(files)("%s", (how, compression, bytes) => {
  test("is known by its first bytes", () => {
    expect(compressionOf(bytes, bytes.length)).toBe(compression);
  });

  test("gives what was packed, however it is read", async () => {
    for (const [step, room] of [
      [bytes.length, 1 << 16],
      [1, 1 << 16],
      [7, 100],
    ] as const)
      expect(await unpack(bytes, step, room)).toEqual({ octets: whole, faults: [] });
  });

  test("cut anywhere gives a part of it from its start, and says where it was cut", async () => {
    for (let length = 6; length < bytes.length; length += length < 60 || length > bytes.length - 60 ? 1 : 17) {
      const { octets, faults } = await unpack(bytes.subarray(0, length));
      expect(whole.subarray(0, octets.length).equals(octets), `cut at ${length}`).toBe(true);
      // Between two members, frames or streams nothing is missing that anybody could know of.
      const mayEnd = octets.length === 0 && how.includes("skippable");
      if (octets.length < whole.length / 2 - 1 && !mayEnd) expect(faults, `cut at ${length}`).toHaveLength(1);
      for (const { offset, reason } of faults) {
        expect(offset).toBeLessThanOrEqual(length);
        expect(reason).toMatch(/^(it ends|bytes follow)/);
      }
    }
  });

  test("with a byte changed ends all the same", async () => {
    for (let at = 4; at < bytes.length; at += at < 60 || at > bytes.length - 40 ? 1 : 7) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= at % 2 === 0 ? 0xff : 0x04;
      const { octets, faults } = await unpack(changed);
      expect(faults.length).toBeLessThanOrEqual(1);
      // A block's checksum is checked before any of it is given; of a gzip member, once all is given.
      if (compression === "bzip2") expect(whole.subarray(0, octets.length).equals(octets), `byte ${at}`).toBe(true);
      if (compression === "gzip") expect(faults.length === 1 || octets.equals(whole), `byte ${at}`).toBe(true);
    }
  });

  test("followed by anything else gives what was packed, and says where the rest starts", async () => {
    const trailer = Buffer.from("no member");
    const { octets, faults } = await unpack(Buffer.concat([bytes, trailer]));
    expect(octets).toEqual(whole);
    expect(faults).toEqual([{ reason: expect.stringMatching(/^bytes follow/) as string, offset: expect.any(Number) as number }]);
    expect(faults[0]!.offset).toBeGreaterThanOrEqual(bytes.length - 9);
    expect(faults[0]!.offset).toBeLessThanOrEqual(bytes.length);
  });

  test("is read as what it holds, by both engines", async () => {
    const expected = await readAll(whole);
    expect(expected.packets).toHaveLength(40);
    for (const engine of ["fast", "reference"] as const) expect(await readAll(bytes, { step: 100, engine })).toEqual(expected);
  });

  test("damaged anyhow gives the same packets however it is split", async () => {
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(damage, fc.integer({ min: 1, max: 300 }), fc.nat(bytes.length), async (changes, step, length) => {
        const changed = Buffer.from(bytes.subarray(0, Math.max(length, 40)));
        // What is no such file any more is refused: that is tested elsewhere.
        for (const [at, octet] of changes) if (at >= 40 && at < changed.length) changed[at] = octet;
        const reading = (step: number) => readAll(changed, { step }).catch((error: Error) => error.message);
        expect(await reading(step)).toEqual(await reading(changed.length));
      }),
      fixed,
    );
  });
});

test("a damaged file is read up to the damage, with the place in the compressed file", async () => {
  const bytes = gzipSync(whole);
  const { packets, diagnostics } = await readAll(bytes.subarray(0, bytes.length - 200));
  expect(packets.length).toBeGreaterThan(20);
  expect(diagnostics.map(({ code, place }) => ({ code, place }))).toEqual([
    { code: "capture/damaged-compression", place: { in: "file", file: 3, offset: bytes.length - 200 } },
    { code: "capture/cut-record", place: expect.objectContaining({ in: "file" }) as object },
  ]);
});

test("a wrong checksum of a gzip member is reported behind all of its packets", async () => {
  const bytes = gzipSync(whole);
  bytes[bytes.length - 8]! ^= 1;
  const { packets, diagnostics } = await readAll(bytes);
  expect(packets).toHaveLength(40);
  expect(diagnostics.map(({ code, data }) => [code, data["reason"]])).toEqual([
    ["capture/damaged-compression", "the checksum of the member before does not fit what it holds"],
  ]);
});

describe("lz4 blocks", () => {
  const block = (octets: string, isPacked: boolean) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE((octets.length / 2 + (isPacked ? 0 : 0x80000000)) >>> 0);
    return Buffer.concat([size, Buffer.from(octets, "hex")]);
  };
  const frame = (flags: string, ...blocks: Buffer[]) =>
    Buffer.concat([Buffer.from(`04224d18${flags}4000`, "hex"), ...blocks, Buffer.alloc(4)]);
  const letters = block(Buffer.from("abcdefgh").toString("hex"), false);
  // No literals, eight octets from eight before; one literal.
  const copy = block("040800107a", true);

  test("refer to those before them, over more than one", async () => {
    const { octets, faults } = await unpack(frame("40", letters, copy, copy));
    expect(faults).toEqual([]);
    // The second copy starts one octet later in the pattern, behind the literal.
    expect(octets.toString()).toBe("abcdefgh" + "abcdefghz" + "bcdefghzz");
  });

  test.each([
    ["where they are independent", frame("60", letters, copy)],
    ["further back than there is anything", frame("40", letters, block("040900107a", true))],
    ["at distance 0", frame("40", letters, block("040000107a", true))],
  ])("do not refer to those before them %s", async (_, bytes) => {
    const { octets, faults } = await unpack(bytes);
    expect(octets.toString()).toBe("abcdefgh");
    expect(faults).toEqual([{ reason: "the compressed data is damaged", offset: 19 }]);
  });

  test("reach back 64 KiB and no more", async () => {
    const many = Array.from({ length: 4 }, (_, index) => block((0x61 + index).toString(16).repeat(40_000), false));
    const reach = await unpack(frame("40", ...many, block("04ffff107a", true)));
    expect(reach.faults).toEqual([]);
    expect(reach.octets.subarray(160_000).toString()).toBe("ccccccccz");
  });
});

describe("zstd blocks", () => {
  const block = (type: number, content: Buffer, last = false): Buffer => {
    const header = Buffer.alloc(3);
    header.writeUIntLE((content.length << 3) | (type << 1) | (last ? 1 : 0), 0, 3);
    return Buffer.concat([header, content]);
  };
  /** A window of 1 KiB. */
  const small = Buffer.from("28b52ffd0000", "hex");

  test("reach back as far as the window, however much came before", async () => {
    // RFC 8878 section 3.1.1.3.2: one literal Z, then three octets from 1,024 octets back, by tables of one symbol each.
    const reaching = Buffer.from("085a0154010a000304", "hex");
    const parts: Buffer[] = [small];
    const expected: Buffer[] = [];
    let round = 0;
    for (let i = 0; i < 3; i++) {
      // So many that what is no longer needed is forgotten just before the octets are copied.
      for (let k = 0; k < (i === 0 ? 1026 : 1024); k++, round++) {
        const kib = Buffer.alloc(1024, `${round} `);
        parts.push(block(0, kib));
        expected.push(kib);
      }
      parts.push(block(2, reaching, i === 2));
      const before = Buffer.concat([expected.at(-1)!, Buffer.from("Z")]);
      expected.push(Buffer.from("Z"), before.subarray(before.length - 1024, before.length - 1021));
    }
    const { octets, faults } = await unpack(Buffer.concat(parts));
    expect(faults).toEqual([]);
    expect(octets.equals(Buffer.concat(expected))).toBe(true);
  });

  test("no further than what came before", async () => {
    const { faults } = await unpack(Buffer.concat([small, block(2, Buffer.from("085a0154010a000304", "hex"), true)]));
    expect(faults).toMatchObject([{ reason: "the compressed data is damaged" }]);
  });

  test("hold no more than a block can, whatever their matches say", async () => {
    // 0x7f00 + 0x7f00 sequences, each a match of more than 64 KiB: copying them all would take minutes.
    const claims = Buffer.concat([Buffer.from("0861ff007f54000034", "hex"), Buffer.alloc(130_000, 0xff)]);
    const { octets, faults } = await unpack(Buffer.concat([Buffer.from("28b52ffd0058", "hex"), block(2, claims, true)]));
    expect(octets).toHaveLength(0);
    expect(faults).toEqual([{ reason: "the compressed data is damaged", offset: 6 }]);
  });
});

describe("a header that claims much takes nothing", () => {
  const zstd = (descriptor: number, ...rest: number[]) => Buffer.of(0x28, 0xb5, 0x2f, 0xfd, descriptor, ...rest);
  test.each([
    ["zstd, a window of 3.75 TiB", zstd(0, 0xff, 1, 0, 0), "it needs a window of 4123168604160 bytes"],
    ["zstd, a single segment of 2 GiB", zstd(0xa0, 0, 0, 0, 0x80, 1, 0, 0), "it needs a window of 2147483648 bytes"],
    ["zstd, a dictionary", zstd(0x21, 5, 1, 1, 0, 0), "it needs a dictionary"],
    ["zstd, a block of 2 MiB", zstd(0, 0x58, 0xfd, 0xff, 0xff), "a block of 2097151 bytes"],
    ["lz4, a block of 2 GiB", Buffer.from("04224d18604073ffffff7f", "hex"), "a block of 2147483647 bytes"],
    ["lz4, a dictionary", Buffer.from("04224d1861407300000000", "hex"), "it needs a dictionary"],
  ])("%s", async (_, bytes, reason) => {
    const before = process.memoryUsage().arrayBuffers;
    const { octets, faults } = await unpack(bytes);
    expect(octets).toHaveLength(0);
    expect(faults.map((fault) => fault.reason)).toEqual([reason]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20);
  });
});

describe("what expands without end does so in little memory", () => {
  const repeated = (part: Buffer, times: number) => Buffer.concat(Array.from({ length: times }, () => part));
  const u24 = (value: number) => Buffer.of(value & 0xff, (value >>> 8) & 0xff, value >>> 16);
  const MiB = 1 << 20;
  // RFC 8878: a frame with a window of 1 MiB, of blocks of 128 KiB that repeat one octet.
  const rle = (last: number) => Buffer.concat([u24((128 << 13) | 2 | last), Buffer.of(0)]);
  const zstd = Buffer.concat([Buffer.from("28b52ffd0050", "hex"), repeated(rle(0), 1599), rle(1)]);
  // lz4_Block_format: one literal, and a match at distance 1 as long as a block can be; five literals at the end.
  const matched = 4 * MiB - 6;
  const extension = Buffer.concat([Buffer.alloc(Math.floor((matched - 19) / 255), 255), Buffer.of((matched - 19) % 255)]);
  const block = Buffer.concat([Buffer.from("1f000100", "hex"), extension, Buffer.from("500000000000", "hex")]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  const lz4 = Buffer.concat([Buffer.from("04224d18607000", "hex"), repeated(Buffer.concat([size, block]), 50), Buffer.alloc(4)]);

  test.each([
    ["gzip", repeated(gzipSync(Buffer.alloc(4 * MiB)), 50)],
    ["zstd", zstd],
    ["lz4", lz4],
    [
      "bzip2",
      Buffer.from(
        "QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kOCeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZ8TGEcADIDEBAwAAAQAAIIAAwzAUpphQCLYigEXi7kinChIIup43Q",
        "base64",
      ),
    ],
    [
      "xz",
      repeated(
        Buffer.from(
          "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj//8RAWxdAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvS5fqg8+S2ZCkBMO/xCT+HF4WfgLzf+VKEYPqfx83vuaMC5WwI+F84OBwGXEJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1IrdM0eWyBC+d1TPfgpZAk7gMsqbN+1O/DEvEgn5lif/xABKwDsc1On/b6ufDEan7eNMW5wnqcjX+woy4XRlZiKfiqR8id19xnABphNmP3Yr9WQD8QlU/j1kTYxBaWw7m/BcE1HDNGREaqtYB26zrEnGFxZhulmUli+6XasWeTlWwUI+cfarfz7Uit0zR5bIEL53VM9+ClkCTuAyyps37U78MS9Ll+qDz5LZkKQEw7/EJP4cXhZ+AvN/5UoRg+p/Hze+5owLlbAj4Xzg4HAZcQlU/j1kTYxBaWw7m/BcE1HDNGREaqtYB26zrEnGFxZhulmUli+6XasWeTlWwUI+cfarfz7Uit0zR5bIEL53VM9+ClkCTuAyyps37U78MS9Ll+qDz5LZkKQEw7/EJP4cXhZ+AvN/5UoRg+p/Hze+5owLlbAj4Xzg4HAZcQlUQ8/soAB3AAFAEHqpi0AAGtsRXzSCWHbAAHEBYCAgALTUy1YscRn+wIAAAAABFla",
          "base64",
        ),
        50,
      ),
    ],
  ])("%s", { timeout: 30_000 }, async (compression, bytes) => {
    const window = new Window(memorySource(bytes, 1 << 16));
    await window.need(6);
    expect(compressionOf(window.bytes, window.end)).toBe(compression);
    const faults: Fault[] = [];
    const source = new Unpacked(window, compression as "gzip", (fault) => faults.push(fault));
    const into = Buffer.alloc(MiB);
    const before = process.memoryUsage().arrayBuffers;
    let total = 0;
    let most = 0;
    for (let length = await source.read(into); length > 0; length = await source.read(into)) {
      total += length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect({ faults, total }).toEqual({ faults: [], total: 200 * MiB });
    expect(most).toBeLessThan(64 * MiB);
  });

  test("to packets too", { timeout: 30_000 }, async () => {
    const head = pcap({}, [{ octets: "01" }]);
    const bytes = Buffer.concat([gzipSync(head), repeated(gzipSync(Buffer.alloc(4 * MiB)), 8)]);
    const { packets, diagnostics } = await readAll(bytes, { step: 1 << 16 });
    expect(packets).toHaveLength(1);
    expect(diagnostics.map(({ code, data }) => ({ code, ...data }))).toEqual([
      { code: "capture/record-length", offset: 41, length: 0, next: head.length + 32 * MiB },
    ]);
  });
});
