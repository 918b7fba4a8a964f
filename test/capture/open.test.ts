import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Clock } from "../../src/capture/clock.ts";
import { openCapture } from "../../src/capture/open.ts";
import { H2lintError } from "../../src/error.ts";
import { defaultLimits } from "../../src/limits.ts";
import { pcap, pcapng, snoop } from "./building.ts";
import { memorySource } from "./reading.ts";

const context = { file: 0, clock: new Clock(), limits: defaultLimits, diagnostics: () => {} };
const section = pcapng().section();

test.each([
  ["pcap", "pcap, microseconds", pcap({}, [])],
  ["pcap", "pcap, big-endian", pcap({ big: true }, [])],
  ["pcap", "pcap, nanoseconds", pcap({ nanoseconds: true }, [])],
  ["pcap", "pcap, nanoseconds, big-endian", pcap({ nanoseconds: true, big: true }, [])],
  ["pcap", "modified pcap", pcap({ modified: true }, [])],
  ["pcap", "modified pcap, big-endian", pcap({ modified: true, big: true }, [])],
  ["snoop", "snoop", snoop([])],
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
  ["1f8b080000000000", "unrecognised", "damaged gzip file (it ends inside a gzip header, at offset 0)"],
  ["1f9d904d", "unrecognised", "not a capture file (starts with 1f 9d 90 4d: compress (.Z) file: decompress it first)"],
  ["28b52ffd04", "unrecognised", "damaged zstd file (it ends inside a frame, at offset 0)"],
  ["fd377a585a00", "unrecognised", "damaged xz file (it ends inside the header, at offset 0)"],
  [text("BZh91AY"), "unrecognised", "damaged bzip2 file (it ends inside a block, at offset 4)"],
  ["04224d18", "unrecognised", "damaged lz4 file (it ends inside a frame, at offset 0)"],
  [
    "02214c18",
    "unrecognised",
    "not a capture file (starts with 02 21 4c 18: lz4-compressed in the legacy format: decompress it first)",
  ],
  ["504b0304", "unrecognised", "not a capture file (starts with 50 4b 03 04: zip archive: unpack it first)"],
  [text("7z\xbc\xaf\x27\x1c"), "unrecognised", /7-Zip archive/],
  [text("Salted__12345678"), "unrecognised", /encrypted by openssl/],
  [text("snoop\0\0\0"), "unrecognised", "ends inside its snoop file header (8 of 16 bytes)"],
  [`${text("snoop\0\0\0")}0000000100000004`, "unsupported", "snoop version 1: only 2 is read"],
  [`${text("snoop\0\0\0")}0000000200000008`, "unsupported", "snoop capture of datalink type 8: only Ethernet is read"],
  ["1c0001ac", "unrecognised", /Ixia lcap capture: convert it with editcap/],
  [text("GMBU"), "unrecognised", /Microsoft Network Monitor capture/],
  ["7f454c46", "unrecognised", "not a capture file (starts with 7f 45 4c 46: ELF program)"],
  [
    text('{"log": {"version": "1.2"}}'),
    "unrecognised",
    "not a capture file (starts with 7b 22 6c 6f: HAR: it has no packets, only what a browser made of them)",
  ],
  [text("CLIENT_RANDOM 00 11\n"), "unrecognised", /TLS key log/],
  [text('{"a": 1}'), "unrecognised", "not a capture file (starts with 7b 22 61 22: JSON or other text)"],
  [text("hello\n"), "unrecognised", "not a capture file (starts with 68 65 6c 6c: text)"],
  ["000102030405", "unrecognised", "not a capture file (starts with 00 01 02 03)"],
  ["d4", "unrecognised", "not a capture file (starts with d4)"],
  ["d4c3b2a1020004", "unrecognised", "ends inside its pcap file header (7 of 24 bytes)"],
  ["0a0d0d0a1c0000004d3c2b1a", "unrecognised", "ends inside its pcapng file header (12 of 28 bytes)"],
  [
    `0a0d0d0a1c000000${"00".repeat(20)}`,
    "unrecognised",
    "not a capture file (starts with 0a 0d 0d 0a: pcapng without a byte-order magic)",
  ],
  ["34cdb2a1020004", "unrecognised", "ends inside its pcap file header (7 of 24 bytes)"],
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

test.each([
  [
    "a picture in it",
    gzipSync(Buffer.from("89504e470d0a1a0a", "hex")),
    "unrecognised",
    /gzip of what starts with 89 50 4e 47: PNG/,
  ],
  ["nothing in it", gzipSync(""), "unrecognised", /: empty file in gzip$/],
  ["gzip in it", gzipSync(gzipSync(pcap({}, []))), "unsupported", /: gzip inside gzip: only one layer/],
  [
    "half a file header in it",
    gzipSync(pcap({}, []).subarray(0, 9)),
    "unrecognised",
    /ends inside its pcap file header \(9 of 24/,
  ],
])("gzip with %s is refused", async (_, bytes, code, message) => {
  const opened = openCapture(memorySource(bytes, 5, "FILE"), { ...context, engine: "fast" });
  await expect(opened).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test("a source that is refused is closed", async () => {
  let closed = 0;
  const source = { ...memorySource(Buffer.from("no")), close: async () => void closed++ };
  await expect(openCapture(source, { ...context, engine: "fast" })).rejects.toThrow(H2lintError);
  expect(closed).toBe(1);
});

test.each([
  ["nanoseconds", pcap({ nanoseconds: true }, []), "the reference engine reads microsecond pcap only"],
  ["modified pcap", pcap({ modified: true }, []), "the reference engine reads microsecond pcap only"],
  ["version 2.3", pcap({ minor: 3 }, []), "the reference engine reads pcap of version 2.4 only"],
  ["pcapng", section, "the reference engine reads microsecond pcap only"],
  ["frame check sequences", pcap({ network: 0x24000001 }, []), "the reference engine does not cut frame check sequences"],
])("the reference engine refuses %s", async (_, bytes, reason) => {
  const opened = openCapture(memorySource(bytes, 5, "FILE"), { ...context, engine: "reference" });
  await expect(opened).rejects.toMatchObject({ code: "unsupported", message: `FILE: ${reason}` });
});
