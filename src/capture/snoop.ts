// In: a snoop file of version 2 (RFC 1761). Out: Packet. Its reader is strict: a record that does not add up is damage.

import { latin1, u32 } from "../bytes.ts";
import type { PacketSink } from "./packet.ts";
import { type CaptureContext, type Damage, RecordReader } from "./record-reader.ts";
import type { Window } from "./window.ts";

export const snoopHeaderOctets = 16;
const recordHeader = 24;

export const isSnoop = (bytes: Uint8Array, end: number): boolean => end >= 8 && latin1(bytes, 0, 8) === "snoop\0\0\0";

/** LINKTYPE_ number of a datalink type: 0 is IEEE 802.3, 4 Ethernet, which differ in no octet of a header. */
export const linkTypeOfSnoop = (type: number): number | undefined => (type === 0 || type === 4 ? 1 : undefined);

export class SnoopReader extends RecordReader {
  readonly format = "snoop";
  /** Packets that the capture program says it missed, since it began. */
  #dropped = 0;

  /** @param window Holds the file header at its start. */
  constructor(window: Window, context: CaptureContext) {
    super(window, context);
    this.packet.linkType = linkTypeOfSnoop(u32(window.bytes, window.start + 12)) ?? 0;
    window.start += snoopHeaderOctets;
  }

  protected records(sink: PacketSink): Damage | undefined {
    const window = this.window;
    const { bytes, end } = window;
    while (end - window.start >= recordHeader) {
      const at = window.start;
      const included = u32(bytes, at + 4);
      const octets = u32(bytes, at + 8);
      const fits = octets >= recordHeader + included && included <= u32(bytes, at);
      if (!fits || octets > this.context.limits.recordOctets) return this.lyingRecord();
      if (end - at < octets) return undefined;
      window.start = at + octets;
      this.#packet(at, included, sink);
    }
    return undefined;
  }

  protected lyingRecord(): Damage {
    const { bytes, start, end, offset } = this.window;
    const length = end - start < recordHeader ? 0 : u32(bytes, start + 8);
    const { file, diagnostics } = this.context;
    return (next) =>
      diagnostics({ code: "capture/record-length", place: { in: "file", file, offset }, data: { offset, length, next } });
  }

  protected cutRecord(sink: PacketSink): void {
    const { bytes, start, end, offset } = this.window;
    const { file, diagnostics } = this.context;
    const there = end - start;
    const missing = (there < recordHeader ? recordHeader : u32(bytes, start + 8)) - there;
    diagnostics({ code: "capture/cut-record", place: { in: "file", file, offset }, data: { offset, missing } });
    if (there >= recordHeader) this.#packet(start, Math.min(u32(bytes, start + 4), there - recordHeader), sink);
  }

  /** A record that adds up, and another one or the end of the file behind it. */
  protected plausible(at: number): boolean {
    const { end, ended } = this.window;
    const octets = this.#believable(at);
    if (octets < 0) return false;
    return at + octets === end ? ended : this.#believable(at + octets) >= 0;
  }

  protected override finish(): void {
    if (this.#dropped === 0) return;
    const { file, diagnostics } = this.context;
    const place = { in: "file", file, offset: this.window.offset } as const;
    diagnostics({ code: "capture/dropped-packets", place, data: { packets: this.#dropped, interface: 0 } });
  }

  #packet(at: number, included: number, sink: PacketSink): void {
    const { bytes, base } = this.window;
    const packet = this.packet;
    packet.number++;
    packet.time = this.context.clock.at(u32(bytes, at + 16), u32(bytes, at + 20) * 1000);
    packet.fileOffset = base + at;
    packet.bytes = bytes;
    packet.start = at + recordHeader;
    packet.end = packet.start + included;
    packet.wireLength = u32(bytes, at);
    this.#dropped = u32(bytes, at + 12);
    sink.packet(packet);
  }

  /** The octets of the record at `at`, or -1 where it is none. */
  #believable(at: number): number {
    const { bytes, end } = this.window;
    if (end - at < recordHeader) return -1;
    const original = u32(bytes, at);
    const included = u32(bytes, at + 4);
    const octets = u32(bytes, at + 8);
    // Padding is to a multiple of four; nobody pads more than eight.
    const fits =
      original > 0 && included <= original && octets >= recordHeader + included && octets <= recordHeader + included + 8;
    return fits && octets <= this.anchorOctets && u32(bytes, at + 20) < 1_000_000 ? octets : -1;
  }
}
