// In: a classic pcap file (draft-ietf-opsawg-pcap), microseconds or nanoseconds, either byte order. Out: Packet.
// Not read: the "modified" header of Kuznetzov's patch, versions other than 2.x.

import { u32, u32le } from "../bytes.ts";
import type { PacketSink } from "./packet.ts";
import { type CaptureContext, type Damage, RecordReader, usualRecordOctets } from "./record-reader.ts";
import type { Window } from "./window.ts";

export const pcapHeaderOctets = 24;
export const microsecondMagic = 0xa1b2c3d4;
export const nanosecondMagic = 0xa1b23c4d;

const recordHeader = 16;
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
  /** Seconds of the last packet, or -1. */
  #seconds = -1;

  /** @param window Holds the file header at its start. */
  constructor(window: Window, context: CaptureContext) {
    super(window, context);
    const { bytes, start } = window;
    const magic = u32(bytes, start);
    this.#big = magic === microsecondMagic || magic === nanosecondMagic;
    const nanoseconds = this.#u32(start) === nanosecondMagic;
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
    while (end - window.start >= recordHeader) {
      const at = window.start;
      const seconds = big ? u32(bytes, at) : u32le(bytes, at);
      const fraction = big ? u32(bytes, at + 4) : u32le(bytes, at + 4);
      const length = big ? u32(bytes, at + 8) : u32le(bytes, at + 8);
      const original = big ? u32(bytes, at + 12) : u32le(bytes, at + 12);
      if (length > this.#longest || (length === 0 && original === 0 && seconds === 0)) return this.lyingRecord();
      const start = at + recordHeader;
      if (end - start < length) return undefined;
      if (fraction >= this.#unitsPerSecond || length > original || this.#isFarFrom(seconds, this.#seconds)) {
        // Odd, but seen in good files: believe it if a record follows, or nothing. That must be in the window to be judged.
        const left = end - start - length;
        if (left < recordHeader && !window.ended) return undefined;
        const follows = left === 0 || (left >= recordHeader && this.#believable(start + length) >= 0);
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
    const length = end - start < recordHeader ? 0 : this.#u32(start + 8);
    const { file, diagnostics } = this.context;
    return (next) =>
      diagnostics({ code: "capture/record-length", place: { in: "file", file, offset }, data: { offset, length, next } });
  }

  protected cutRecord(sink: PacketSink): void {
    const { bytes, base, start, end } = this.window;
    const { file, diagnostics, clock } = this.context;
    const offset = base + start;
    const there = end - start - recordHeader;
    const length = there < 0 ? 0 : this.#u32(start + 8);
    const missing = length - there;
    diagnostics({ code: "capture/cut-record", place: { in: "file", file, offset }, data: { offset, missing } });
    if (there < 0) return;
    const packet = this.packet;
    packet.number++;
    packet.time = clock.at(this.#u32(start), this.#u32(start + 4) * this.#nanosPerUnit);
    packet.fileOffset = offset;
    packet.bytes = bytes;
    packet.start = start + recordHeader;
    packet.end = end;
    packet.wireLength = Math.max(length, this.#u32(start + 12));
    if (this.#fcs !== 0) this.#cutFcs();
    sink.packet(packet);
  }

  /** Two records in a row, or one that ends with the file. */
  protected plausible(at: number): boolean {
    const { end, ended } = this.window;
    const length = end - at < recordHeader ? -1 : this.#believable(at);
    if (length < 1) return false;
    const seconds = this.#u32(at);
    if (this.#isFarFrom(seconds, this.#seconds)) return false;
    const next = at + recordHeader + length;
    if (next === end && ended) return true;
    return next + recordHeader <= end && this.#believable(next) >= 0 && !this.#isFarFrom(this.#u32(next), seconds);
  }

  /** The captured length of the record header at `at`, or -1 where it is none, going by all of it but the date. */
  #believable(at: number): number {
    const fraction = this.#u32(at + 4);
    const length = this.#u32(at + 8);
    const original = this.#u32(at + 12);
    // The bound of the original length tells a header from one that is looked for a few octets too late, which else takes the
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

  #u32(at: number): number {
    return this.#big ? u32(this.window.bytes, at) : u32le(this.window.bytes, at);
  }
}

/** Octets of frame check sequence that a file header's network field announces (draft-ietf-opsawg-pcap section 4: bit P, then FCS length
 *  in units of two octets). */
export const fcsOctets = (network: number): number => ((network & 0x04000000) !== 0 ? (network >>> 28) * 2 : 0);
