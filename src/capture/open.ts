import { hex, latin1, u16, u16le, u32, u32le } from "../bytes.ts";
import { H2lintError } from "../error.ts";
import { type Compression, compressionOf, Unpacked } from "./compression.ts";
import { knownMagic, PcapReader, pcapHeaderOctets } from "./pcap.ts";
import { isSection, PcapngReader, sectionHeader } from "./pcapng.ts";
import type { CaptureReader } from "./reader.ts";
import type { CaptureContext } from "./record-reader.ts";
import { ReferenceReader, supports } from "./reference.ts";
import { isSnoop, linkTypeOfSnoop, SnoopReader, snoopHeaderOctets } from "./snoop.ts";
import type { Source } from "./source.ts";
import type { Fault } from "./unpacking.ts";
import { Window } from "./window.ts";

type Context = CaptureContext & { readonly engine: "fast" | "reference" };

/** Recognise a capture by its content, never by its name, behind one layer of compression too. Closes the source where it throws.
 *  @throws H2lintError for what is no capture, cannot be read, or is more than the engine can do. */
export async function openCapture(source: Source, context: Context): Promise<CaptureReader> {
  let opened = source;
  try {
    const file = new Window(source);
    await file.need(headOctets);
    const compression = compressionOf(file.bytes, file.end);
    if (compression === undefined) return recognise(file, context);
    let fault: Fault | undefined;
    opened = new Unpacked(file, compression, ({ reason, offset }) => {
      fault = { reason, offset };
      const place = { in: "file", file: context.file, offset } as const;
      context.diagnostics({ code: "capture/damaged-compression", place, data: { compression, reason, offset } });
    });
    const window = new Window(opened);
    const isWhole = await window.need(headOctets);
    const { name } = source;
    if (!isWhole && fault !== undefined)
      throw new H2lintError("unrecognised", `${name}: damaged ${compression} file (${fault.reason}, at offset ${fault.offset})`);
    const inner = compressionOf(window.bytes, window.end);
    if (inner !== undefined)
      throw new H2lintError("unsupported", `${name}: ${inner} inside ${compression}: only one layer of compression is unpacked`);
    return recognise(window, context, compression);
  } catch (error) {
    // The first failure is the one to show.
    await opened.close().catch(() => {});
    throw error;
  }
}

/** Enough for a pcap file header, a pcapng section header, and every magic below. */
const headOctets = 28;

function recognise(window: Window, context: Context, compression?: Compression): CaptureReader {
  const { bytes, end } = window;
  const { name } = window.source;
  const isFast = context.engine === "fast";
  if (end === 0)
    throw new H2lintError("unrecognised", `${name}: empty file${compression === undefined ? "" : ` in ${compression}`}`);
  const magic = end < 4 ? 0 : u32(bytes, 0);
  const swapped = end < 4 ? 0 : u32le(bytes, 0);
  if (knownMagic(magic) || knownMagic(swapped)) {
    if (end < pcapHeaderOctets) throw shorter(name, "pcap", end, pcapHeaderOctets);
    const big = knownMagic(magic);
    const major = big ? u16(bytes, 4) : u16le(bytes, 4);
    const minor = big ? u16(bytes, 6) : u16le(bytes, 6);
    if (major !== 2) throw new H2lintError("unsupported", `${name}: pcap version ${major}.${minor}: only 2.x is read`);
    return isFast ? new PcapReader(window, context) : reference(window, context);
  }
  if (magic === sectionHeader) {
    if (end < headOctets) throw shorter(name, "pcapng", end, headOctets);
    if (isSection(bytes, 0)) return isFast ? new PcapngReader(window, context) : reference(window, context);
  }
  if (isSnoop(bytes, end)) {
    if (end < snoopHeaderOctets) throw shorter(name, "snoop", end, snoopHeaderOctets);
    const version = u32(bytes, 8);
    if (version !== 2) throw new H2lintError("unsupported", `${name}: snoop version ${version}: only 2 is read`);
    const type = u32(bytes, 12);
    if (linkTypeOfSnoop(type) === undefined)
      throw new H2lintError("unsupported", `${name}: snoop capture of datalink type ${type}: only Ethernet is read`);
    return isFast ? new SnoopReader(window, context) : reference(window, context);
  }
  throw new H2lintError("unrecognised", `${name}: not a capture file (${describe(bytes, end, compression)})`);
}

function reference(window: Window, context: CaptureContext): CaptureReader {
  const reason = supports(window.bytes.subarray(0, headOctets));
  if (reason !== undefined) throw new H2lintError("unsupported", `${window.source.name}: ${reason}`);
  return new ReferenceReader(window, context);
}

const shorter = (name: string, format: string, octets: number, wanted: number) =>
  new H2lintError("unrecognised", `${name}: ends inside its ${format} file header (${octets} of ${wanted} bytes)`);

function describe(bytes: Uint8Array, end: number, compression: Compression | undefined): string {
  const head = hex(bytes, 0, Math.min(end, 4)).replace(/..(?=.)/g, "$& ");
  const start = latin1(bytes, 0, Math.min(end, 28));
  const known = knownStarts.find(([prefix]) => start.startsWith(prefix))?.[1];
  const text = latin1(bytes, 0, Math.min(end, 512));
  const isText = /^[\t\n\r\x20-\x7e]+$/.test(text);
  const what = known ?? (isText ? (knownTexts.find(([pattern]) => pattern.test(text))?.[1] ?? "text") : undefined);
  const packed = compression === undefined ? "" : `${compression} of what `;
  return `${packed}starts with ${head}${what === undefined ? "" : `: ${what}`}`;
}

const convert = "convert it with editcap -F pcapng";

const knownStarts: readonly (readonly [prefix: string, what: string])[] = [
  // Modified pcap of which only the magic is known for certain (libpcap, sf-pcap.c).
  ["\x1c\0\x01\xac", `Ixia lcap capture: ${convert}`],
  ["\x1c\0\x01\xab", `Ixia lcap capture: ${convert}`],
  ["\xac\x01\0\x1c", `Ixia lcap capture: ${convert}`],
  ["\xab\x01\0\x1c", `Ixia lcap capture: ${convert}`],
  ["\xa1\xb2\x34\xcd", "pcap as Fernando Mesquita modified it"],
  ["\xcd\x34\xb2\xa1", "pcap as Fernando Mesquita modified it"],
  ["\xa1\x2b\x3c\x4d", "pcap as Navtel modified it"],
  ["\x4d\x3c\x2b\xa1", "pcap as Navtel modified it"],
  ["\x0a\x0d\x0d\x0a", "pcapng without a byte-order magic"],
  ["btsnoop\0", "Bluetooth snoop log"],
  ["GMBU", `Microsoft Network Monitor capture: ${convert}`],
  ["RTSS", `Microsoft Network Monitor capture: ${convert}`],
  ["TRSNIFF data", `Network General Sniffer capture: ${convert}`],
  ["XCP\0", `NetXray or Sniffer capture: ${convert}`],
  ["\x05VNF", `Visual Networks capture: ${convert}`],
  ["\x7fver", `EtherPeek or OmniPeek capture: ${convert}`],
  ["iptrace ", `AIX iptrace capture: ${convert}`],
  ["\x02\x21\x4c\x18", "lz4-compressed in the legacy format: decompress it first"],
  ["\x1f\x9d", "compress (.Z) file: decompress it first"],
  ["LZIP", "lzip-compressed: decompress it first"],
  ["\x5d\0\0", "lzma-compressed: decompress it first"],
  ["PK\x03\x04", "zip archive: unpack it first"],
  ["PK\x05\x06", "empty zip archive"],
  ["7z\xbc\xaf\x27\x1c", "7-Zip archive: unpack it first"],
  ["Rar!\x1a\x07", "RAR archive: unpack it first"],
  ["Salted__", "encrypted by openssl: decrypt it first"],
  ["age-encryption.org/", "encrypted by age: decrypt it first"],
  ["-----BEGIN PGP MESSAGE", "encrypted by PGP: decrypt it first"],
  ["\x89PNG", "PNG image"],
  ["\xff\xd8\xff", "JPEG image"],
  ["GIF8", "GIF image"],
  ["%PDF", "PDF document"],
  ["\x7fELF", "ELF program"],
  ["MZ", "Windows program"],
  ["SQLite format 3\0", "SQLite database"],
];

const knownTexts: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\s*\{\s*"log"\s*:/, "HAR: it has no packets, only what a browser made of them"],
  [/^\s*[[{]/, "JSON or other text"],
  [/^\s*(<\?xml|<!DOCTYPE|<html|<pdml)/i, "XML or HTML"],
  [/^(#.*\n)*(CLIENT_RANDOM|CLIENT_HANDSHAKE_TRAFFIC_SECRET|SERVER_HANDSHAKE_TRAFFIC_SECRET) /, "TLS key log"],
];
