import { hex, latin1, u16, u16le, u32, u32le } from "../bytes.ts";
import { H2lintError } from "../error.ts";
import { microsecondMagic, nanosecondMagic, PcapReader, pcapHeaderOctets } from "./pcap.ts";
import { isSection, PcapngReader, sectionHeader } from "./pcapng.ts";
import type { CaptureReader } from "./reader.ts";
import type { CaptureContext } from "./record-reader.ts";
import { ReferenceReader, supports } from "./reference.ts";
import type { Source } from "./source.ts";
import { Window } from "./window.ts";

/** Recognise a capture by its content, never by its name. Closes the source where it throws.
 *  @throws H2lintError for what is no capture, cannot be read, or is more than the engine can do. */
export async function openCapture(
  source: Source,
  context: CaptureContext & { readonly engine: "fast" | "reference" },
): Promise<CaptureReader> {
  try {
    const window = new Window(source);
    while (window.end < headOctets && (await window.fill()));
    return recognise(window, context);
  } catch (error) {
    // The first failure is the one to show.
    await source.close().catch(() => {});
    throw error;
  }
}

/** Enough for a pcap file header, a pcapng section header, and every magic below. */
const headOctets = 28;
const modifiedMagic = 0xa1b2cd34;

function recognise(window: Window, context: CaptureContext & { readonly engine: "fast" | "reference" }): CaptureReader {
  const { bytes, end } = window;
  const { name } = window.source;
  if (end === 0) throw new H2lintError("unrecognised", `${name}: empty file`);
  const magic = end < 4 ? 0 : u32(bytes, 0);
  const swapped = end < 4 ? 0 : u32le(bytes, 0);
  const isPcap = (wanted: number) => magic === wanted || swapped === wanted;
  if (isPcap(modifiedMagic)) {
    throw new H2lintError("unsupported", `${name}: "modified" pcap (Kuznetzov's patch): convert it with editcap -F pcap`);
  }
  if (isPcap(microsecondMagic) || isPcap(nanosecondMagic)) {
    if (end < pcapHeaderOctets) throw shorter(name, "pcap", end, pcapHeaderOctets);
    const big = magic === microsecondMagic || magic === nanosecondMagic;
    const major = big ? u16(bytes, 4) : u16le(bytes, 4);
    const minor = big ? u16(bytes, 6) : u16le(bytes, 6);
    if (major !== 2) throw new H2lintError("unsupported", `${name}: pcap version ${major}.${minor}: only 2.x is read`);
    return context.engine === "fast" ? new PcapReader(window, context) : reference(window, context);
  }
  if (magic === sectionHeader) {
    if (end < headOctets) throw shorter(name, "pcapng", end, headOctets);
    if (isSection(bytes, 0)) return context.engine === "fast" ? new PcapngReader(window, context) : reference(window, context);
  }
  throw new H2lintError("unrecognised", `${name}: not a capture file (${describe(bytes, end)})`);
}

function reference(window: Window, context: CaptureContext): CaptureReader {
  const reason = supports(window.bytes.subarray(0, headOctets));
  if (reason !== undefined) throw new H2lintError("unsupported", `${window.source.name}: ${reason}`);
  return new ReferenceReader(window, context);
}

const shorter = (name: string, format: string, octets: number, wanted: number) =>
  new H2lintError("unrecognised", `${name}: ends inside its ${format} file header (${octets} of ${wanted} octets)`);

function describe(bytes: Uint8Array, end: number): string {
  const head = hex(bytes, 0, Math.min(end, 4)).replace(/..(?=.)/g, "$& ");
  const start = latin1(bytes, 0, Math.min(end, 16));
  const known = knownStarts.find(([prefix]) => start.startsWith(prefix))?.[1];
  const isText = /^[\t\n\r\x20-\x7e]+$/.test(latin1(bytes, 0, Math.min(end, 512)));
  const what = known ?? (isText ? (/^\s*[[{]/.test(start) ? "JSON or other text" : "text") : undefined);
  return `starts with ${head}${what === undefined ? "" : `: ${what}`}`;
}

const knownStarts: readonly (readonly [prefix: string, what: string])[] = [
  ["\x1f\x8b", "gzip-compressed: decompress it first"],
  ["\x28\xb5\x2f\xfd", "zstd-compressed: decompress it first"],
  ["\xfd7zXZ\0", "xz-compressed: decompress it first"],
  ["BZh", "bzip2-compressed: decompress it first"],
  ["\x04\x22\x4d\x18", "lz4-compressed: decompress it first"],
  ["PK\x03\x04", "zip archive: unpack it first"],
  ["7z\xbc\xaf\x27\x1c", "7-Zip archive: unpack it first"],
  ["snoop\0\0\0", "snoop capture: convert it with editcap -F pcapng"],
  ["btsnoop\0", "Bluetooth snoop log"],
  ["GMBU", "Microsoft Network Monitor capture: convert it with editcap -F pcapng"],
  ["RTSS", "Microsoft Network Monitor capture: convert it with editcap -F pcapng"],
  ["\x0a\x0d\x0d\x0a", "pcapng without a byte-order magic"],
  ["\x89PNG", "PNG image"],
  ["\xff\xd8\xff", "JPEG image"],
  ["%PDF", "PDF document"],
  ["\x7fELF", "ELF program"],
];
