// In: a classic pcap file (draft-ietf-opsawg-pcap), microseconds or nanoseconds, either byte order, or as Kuznetzov's patch of libpcap
// wrote it. Out: Packet. Not read: versions other than 2.x.

import { u16, u16le, u32, u32le } from "../bytes.ts";
import type { PacketSink } from "./packet.ts";
import { type CaptureContext, type Damage, RecordReader, usualRecordOctets } from "./record-reader.ts";
import type { Window } from "./window.ts";

export const pcapHeaderOctets = 24;
export const microsecondMagic = 0xa1b2c3d4;
export const nanosecondMagic = 0xa1b23c4d;
export const modifiedMagic = 0xa1b2cd34;

/** @param magic The first four octets, in one byte order or the other. */
export const knownMagic = (magic: number): boolean =>
  magic === microsecondMagic || magic === nanosecondMagic || magic === modifiedMagic;

const recordHeader = 16;
/** With the interface, protocol and packet type that Linux gives. */
const modifiedRecordHeader = 24;
const day = 86_400;

export class PcapReader extends RecordReader {
  readonly format = "pcap";
  readonly #big: boolean;
  readonly #nanosPerUnit: number;
  readonly #unitsPerSecond: number;
  /** More is damage: libpcap and Wireshark refuse it as well. */
  readonly #longest: number;
  /** Octets of frame check sequence at the end of each packet. */
  readonly #fcs: number;
  /** Octets of a record before its packet. */
  readonly #header: number;
  /** Where in it the captured length and that on the wire are: before version 2.3 they stood the other way round. */
  readonly #lengthAt: number;
  readonly #originalAt: number;
  /** In version 2.3 both were written. */
  readonly #maybeSwapped: boolean;
  /** Seconds of the last packet, or -1. */
  #seconds = -1;

  /** @param window Holds the file header at its start. */
  constructor(window: Window, context: CaptureContext) {
    super(window, context);
    const { bytes, start } = window;
    const magic = u32(bytes, start);
    this.#big = knownMagic(magic);
    const nanoseconds = this.#u32(start) === nanosecondMagic;
    this.#header = this.#u32(start) === modifiedMagic ? modifiedRecordHeader : recordHeader;
    const minor = this.#big ? u16(bytes, start + 6) : u16le(bytes, start + 6);
    this.#lengthAt = minor < 3 ? 12 : 8;
    this.#originalAt = minor < 3 ? 8 : 12;
    this.#maybeSwapped = minor === 3;
    this.#nanosPerUnit = nanoseconds ? 1 : 1000;
    this.#unitsPerSecond = nanoseconds ? 1e9 : 1e6;
    const snapLength = this.#u32(start + 16);
    this.#longest = Math.min(context.limits.recordOctets, Math.max(snapLength, usualRecordOctets));
    const network = this.#u32(start + 20);
    this.packet.linkType = network & 0xffff;
    this.#fcs = fcsOctets(network);
    window.start += pcapHeaderOctets;
  }

  protected records(sink: PacketSink): Damage | undefined {
    const window = this.window;
    const packet = this.packet;
    const { bytes, base, end } = window;
    const big = this.#big;
    const header = this.#header;
    const lengthAt = this.#lengthAt;
    const originalAt = this.#originalAt;
    while (end - window.start >= header) {
      const at = window.start;
      const seconds = big ? u32(bytes, at) : u32le(bytes, at);
      const fraction = big ? u32(bytes, at + 4) : u32le(bytes, at + 4);
      let length = big ? u32(bytes, at + lengthAt) : u32le(bytes, at + lengthAt);
      let original = big ? u32(bytes, at + originalAt) : u32le(bytes, at + originalAt);
      if (this.#maybeSwapped && length > original) [length, original] = [original, length];
      if (length > this.#longest || (length === 0 && original === 0 && seconds === 0)) return this.lyingRecord();
      const start = at + header;
      if (end - start < length) return undefined;
      if (fraction >= this.#unitsPerSecond || length > original || this.#isFarFrom(seconds, this.#seconds)) {
        // Odd, but seen in good files: believe it if a record follows, or nothing. That must be in the window to be judged.
        const left = end - start - length;
        if (left < header && !window.ended) return undefined;
        const follows = left === 0 || (left >= header && this.#believable(start + length) >= 0);
        if (!follows) return this.lyingRecord();
      }
      this.#seconds = seconds;
      window.start = start + length;
      packet.number++;
      packet.time = this.context.clock.at(seconds, fraction * this.#nanosPerUnit);
      packet.fileOffset = base + at;
      packet.bytes = bytes;
      packet.start = start;
      packet.end = start + length;
      packet.wireLength = Math.max(original, length);
      if (this.#fcs !== 0) this.#cutFcs();
      sink.packet(packet);
    }
    return undefined;
  }

  protected lyingRecord(): Damage {
    const { base, start, end } = this.window;
    const offset = base + start;
    // Fewer octets than a header claim nothing.
    const length = end - start < this.#header ? 0 : this.#length(start);
    const { file, diagnostics } = this.context;
    return (next) =>
      diagnostics({ code: "capture/record-length", place: { in: "file", file, offset }, data: { offset, length, next } });
  }

  protected cutRecord(sink: PacketSink): void {
    const { bytes, base, start, end } = this.window;
    const { file, diagnostics, clock } = this.context;
    const offset = base + start;
    const there = end - start - this.#header;
    const length = there < 0 ? 0 : this.#length(start);
    const missing = length - there;
    diagnostics({ code: "capture/cut-record", place: { in: "file", file, offset }, data: { offset, missing } });
    if (there < 0) return;
    const packet = this.packet;
    packet.number++;
    packet.time = clock.at(this.#u32(start), this.#u32(start + 4) * this.#nanosPerUnit);
    packet.fileOffset = offset;
    packet.bytes = bytes;
    packet.start = start + this.#header;
    packet.end = end;
    packet.wireLength = Math.max(length, this.#original(start));
    if (this.#fcs !== 0) this.#cutFcs();
    sink.packet(packet);
  }

  /** Two records in a row, or one that ends with the file. */
  protected plausible(at: number): boolean {
    const { end, ended } = this.window;
    const length = end - at < this.#header ? -1 : this.#believable(at);
    if (length < 1) return false;
    const seconds = this.#u32(at);
    if (this.#isFarFrom(seconds, this.#seconds)) return false;
    const next = at + this.#header + length;
    if (next === end && ended) return true;
    return next + this.#header <= end && this.#believable(next) >= 0 && !this.#isFarFrom(this.#u32(next), seconds);
  }

  /** The captured length of the record header at `at`, or -1 where it is none, going by all of it but the date. */
  #believable(at: number): number {
    const fraction = this.#u32(at + 4);
    const length = this.#length(at);
    const original = this.#original(at);
    // The bound of the original length distinguishes a header from one that is looked for a few octets too late, which else takes the
    // packet's first octets for it and chains as well as the true one.
    const fits = length <= this.anchorOctets && length <= original && original > 0 && original <= usualRecordOctets;
    return fits && fraction < this.#unitsPerSecond ? length : -1;
  }

  #isFarFrom(seconds: number, before: number): boolean {
    const difference = seconds - before;
    return before >= 0 && (difference > day || difference < -day);
  }

  #cutFcs(): void {
    const packet = this.packet;
    packet.wireLength = Math.max(0, packet.wireLength - this.#fcs);
    packet.end = Math.min(packet.end, packet.start + packet.wireLength);
  }

  #length(at: number): number {
    const length = this.#u32(at + this.#lengthAt);
    return this.#maybeSwapped ? Math.min(length, this.#u32(at + this.#originalAt)) : length;
  }

  #original(at: number): number {
    const original = this.#u32(at + this.#originalAt);
    return this.#maybeSwapped ? Math.max(original, this.#u32(at + this.#lengthAt)) : original;
  }

  #u32(at: number): number {
    return this.#big ? u32(this.window.bytes, at) : u32le(this.window.bytes, at);
  }
}

/** Octets of frame check sequence that a file header's network field announces (draft-ietf-opsawg-pcap section 4: bit P, then FCS length
 *  in units of two octets). */
export const fcsOctets = (network: number): number => ((network & 0x04000000) !== 0 ? (network >>> 28) * 2 : 0);
