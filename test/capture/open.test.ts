import { expect, test } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { openCapture } from "../../src/capture/open.ts";
import { H2lintError } from "../../src/error.ts";
import { defaultLimits } from "../../src/limits.ts";
import { pcap, pcapng } from "./building.ts";
import { memorySource } from "./reading.ts";

const context = { file: 0, clock: new Clock(), limits: defaultLimits, diagnostics: () => {} };
const section = pcapng().section();

test.each([
  ["pcap", "pcap, microseconds", pcap({}, [])],
  ["pcap", "pcap, big-endian", pcap({ big: true }, [])],
  ["pcap", "pcap, nanoseconds", pcap({ nanoseconds: true }, [])],
  ["pcap", "pcap, nanoseconds, big-endian", pcap({ nanoseconds: true, big: true }, [])],
  ["pcapng", "pcapng", section],
  ["pcapng", "pcapng, big-endian", pcapng(true).section()],
])("%s: %s, whatever its name", async (format, _, bytes) => {
  for (const step of [1, 7, bytes.length]) {
    const reader = await openCapture(memorySource(bytes, step, "x.png"), { ...context, engine: "fast" });
    expect(reader.format).toBe(format);
  }
});

const text = (value: string) => Buffer.from(value, "latin1").toString("hex");

test.each([
  ["", "unrecognised", "empty file"],
  ["89504e470d0a1a0a", "unrecognised", "not a capture file (starts with 89 50 4e 47: PNG image)"],
  ["1f8b080000000000", "unrecognised", "not a capture file (starts with 1f 8b 08 00: gzip-compressed: decompress it first)"],
  ["28b52ffd04", "unrecognised", "not a capture file (starts with 28 b5 2f fd: zstd-compressed: decompress it first)"],
  ["fd377a585a00", "unrecognised", "not a capture file (starts with fd 37 7a 58: xz-compressed: decompress it first)"],
  [text("BZh91AY"), "unrecognised", "not a capture file (starts with 42 5a 68 39: bzip2-compressed: decompress it first)"],
  ["04224d18", "unrecognised", "not a capture file (starts with 04 22 4d 18: lz4-compressed: decompress it first)"],
  ["504b0304", "unrecognised", "not a capture file (starts with 50 4b 03 04: zip archive: unpack it first)"],
  [
    text("snoop\0\0\0"),
    "unrecognised",
    "not a capture file (starts with 73 6e 6f 6f: snoop capture: convert it with editcap -F pcapng)",
  ],
  [text("GMBU"), "unrecognised", /Microsoft Network Monitor capture/],
  ["7f454c46", "unrecognised", "not a capture file (starts with 7f 45 4c 46: ELF program)"],
  [text('{"a": 1}'), "unrecognised", "not a capture file (starts with 7b 22 61 22: JSON or other text)"],
  [text("hello\n"), "unrecognised", "not a capture file (starts with 68 65 6c 6c: text)"],
  ["000102030405", "unrecognised", "not a capture file (starts with 00 01 02 03)"],
  ["d4", "unrecognised", "not a capture file (starts with d4)"],
  ["d4c3b2a1020004", "unrecognised", "ends inside its pcap file header (7 of 24 octets)"],
  ["0a0d0d0a1c0000004d3c2b1a", "unrecognised", "ends inside its pcapng file header (12 of 28 octets)"],
  [
    `0a0d0d0a1c000000${"00".repeat(20)}`,
    "unrecognised",
    "not a capture file (starts with 0a 0d 0d 0a: pcapng without a byte-order magic)",
  ],
  ["34cdb2a1020004", "unsupported", `"modified" pcap (Kuznetzov's patch): convert it with editcap -F pcap`],
  ["a1b2cd3400020004", "unsupported", /modified/],
  [`d4c3b2a101000000${"00".repeat(16)}`, "unsupported", "pcap version 1.0: only 2.x is read"],
])("%s is refused", async (octets, code, message) => {
  for (const step of [1, 7, 1000]) {
    const opened = openCapture(memorySource(Buffer.from(octets, "hex"), step, "FILE"), { ...context, engine: "fast" });
    const error = await opened.then(
      () => undefined,
      (error) => error,
    );
    expect(error).toBeInstanceOf(H2lintError);
    expect(error.code).toBe(code);
    if (typeof message === "string") expect(error.message).toBe(`FILE: ${message}`);
    else expect(error.message).toMatch(message);
  }
});

test("a source that is refused is closed", async () => {
  let closed = 0;
  const source = { ...memorySource(Buffer.from("no")), close: async () => void closed++ };
  await expect(openCapture(source, { ...context, engine: "fast" })).rejects.toThrow(H2lintError);
  expect(closed).toBe(1);
});

test.each([
  ["nanoseconds", pcap({ nanoseconds: true }, []), "the reference engine reads microsecond pcap only"],
  ["pcapng", section, "the reference engine reads microsecond pcap only"],
  ["frame check sequences", pcap({ network: 0x24000001 }, []), "the reference engine does not cut frame check sequences"],
])("the reference engine refuses %s", async (_, bytes, reason) => {
  const opened = openCapture(memorySource(bytes, 5, "FILE"), { ...context, engine: "reference" });
  await expect(opened).rejects.toMatchObject({ code: "unsupported", message: `FILE: ${reason}` });
});
