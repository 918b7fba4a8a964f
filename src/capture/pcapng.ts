// In: a pcapng file (draft-ietf-opsawg-pcapng), any number of sections and interfaces. Out: Packet.
// Not used: section length (blocks are followed one by one), name resolution, flags, hashes, verdicts, custom blocks.
// Comments of packets are given, those of sections and interfaces are not. Of Apple's own blocks the process of a packet is read.

import { copyOf, u16, u16le, u32, u32le } from "../bytes.ts";
import type { PacketSink } from "./packet.ts";
import type { CaptureInterface } from "./reader.ts";
import { type CaptureContext, type Damage, RecordReader } from "./record-reader.ts";
import type { Window } from "./window.ts";

export const sectionHeader = 0x0a0d0d0a;
export const byteOrderMagic = 0x1a2b3c4d;

const Block = {
  interface: 1,
  packet: 2,
  simplePacket: 3,
  statistics: 5,
  enhancedPacket: 6,
  secrets: 10,
  process: 0x80000001,
} as const;

const Option = { end: 0, comment: 1 } as const;
const InterfaceOption = { name: 2, description: 3, timeResolution: 9, filter: 11, os: 12, timeOffset: 14 } as const;
const PacketOption = { dropCount: 4, process: 0x8001 } as const;
const StatisticsOption = { interfaceDrop: 5, osDrop: 7 } as const;
const ProcessOption = { name: 2 } as const;

/** Octets of an Enhanced Packet Block before its packet; the obsolete Packet Block has as many. */
const packetHeader = 28;
const simplePacketHeader = 12;
const packetBlocks: ReadonlySet<number> = new Set([Block.packet, Block.simplePacket, Block.enhancedPacket]);
/** Interfaces kept of a section; packets of later ones are not read. */
const mostInterfaces = 65_536;
/** Interfaces of a file that are named in reports, and processes of a section that are. */
const mostNames = 1024;
/** Octets of a name or comment that are kept. */
const textOctets = 1024;

/** An Interface Description Block, and how its timestamps become nanoseconds. */
class Interface implements CaptureInterface {
  name?: string;
  description?: string;
  filter?: string;
  os?: string;
  linkType = 0;
  packets = 0;
  /** Its place among those of the file. */
  index = 0;
  /** Packets that the capture program says it missed: given by statistics in all, by packets one after the other. */
  droppedInAll = 0;
  dropped = 0;
  snapLength = 0;
  /** Nanoseconds per unit where that is a whole number; 0 otherwise: then each time is worked out with BigInt. */
  scale = 1000;
  unitsPerSecond = 1_000_000n;
  /** Seconds to add. */
  offset = 0n;
  /** The first timestamp and its time: differences from it are exact in a double for 104 days, a 64-bit count is not. */
  started = false;
  high = 0;
  low = 0;
  time = 0;
}

export class PcapngReader extends RecordReader {
  readonly format = "pcapng";
  override readonly interfaces: Interface[] = [];
  #interfaceCount = 0;
  #big = false;
  #interfaces: Interface[] = [];
  /** Of the section, in the order of their blocks (Apple). */
  #processes: string[] = [];
  /** An unknown interface is reported once per section. */
  #unknownReported = false;

  constructor(window: Window, context: CaptureContext) {
    super(window, context);
    this.#big = isBigSection(window.bytes, window.start);
  }

  protected records(sink: PacketSink): Damage | undefined {
    const window = this.window;
    const { bytes, end } = window;
    while (end - window.start >= 12) {
      const at = window.start;
      const type = this.#u32(at);
      if (type === sectionHeader) {
        if (!isSection(bytes, at)) return this.#damage("no byte-order magic");
        this.#big = isBigSection(bytes, at);
      }
      const length = this.#u32(at + 4);
      // Some writers leave the padding out of the length; the next block is aligned all the same.
      const padded = Math.ceil(length / 4) * 4;
      if (length < 12) return this.#damage(`its length is ${length}`);
      if (padded > this.context.limits.recordOctets) return this.#damage(`its length of ${length} bytes is not believed`);
      if (end - at < padded) return undefined;
      const trailing = this.#u32(at + padded - 4);
      if (trailing !== length) return this.#damage(`its length is ${length} at its start and ${trailing} at its end`);
      if (padded !== length) this.#report(at, `its length of ${length} is no multiple of 4`);
      window.start = at + padded;
      const fault = this.#block(type, at, at + padded - 4, sink);
      if (fault !== undefined) this.#report(at, fault);
    }
    return undefined;
  }

  protected lyingRecord(): Damage {
    return this.#damage("it is longer than the rest of the file, in which other blocks follow");
  }

  protected cutRecord(sink: PacketSink): void {
    const { base, start, end } = this.window;
    const offset = base + start;
    const there = end - start;
    const length = there < 8 ? 12 : Math.ceil(this.#u32(start + 4) / 4) * 4;
    const { file, diagnostics } = this.context;
    diagnostics({
      code: "capture/cut-record",
      place: { in: "file", file, offset },
      data: { offset, missing: Math.max(12, length) - there },
    });
    const type = there < 8 ? -1 : this.#u32(start);
    const head = type === Block.simplePacket ? simplePacketHeader : packetHeader;
    // That a packet does not fit is no news here.
    if (packetBlocks.has(type) && there >= head) this.#block(type, start, end, sink);
  }

  /** A type that is known, a length that fits it, and the same length at its end. */
  protected plausible(at: number): boolean {
    const { bytes, end } = this.window;
    if (end - at < 12) return false;
    const shortest = shortestBlock.get(this.#u32(at));
    if (shortest === undefined) return false;
    const isSectionHeader = this.#u32(at) === sectionHeader;
    if (isSectionHeader && !isSection(bytes, at)) return false;
    const big = isSectionHeader ? isBigSection(bytes, at) : this.#big;
    const length = big ? u32(bytes, at + 4) : u32le(bytes, at + 4);
    if (length % 4 !== 0 || length < shortest || length > this.anchorOctets || length > end - at) return false;
    return (big ? u32(bytes, at + length - 4) : u32le(bytes, at + length - 4)) === length;
  }

  /** @returns What is wrong with the block, or undefined. */
  #block(type: number, at: number, bodyEnd: number, sink: PacketSink): string | undefined {
    if (type === Block.enhancedPacket) return this.#packet(this.#u32(at + 8), at, bodyEnd, sink);
    if (type === Block.packet) {
      const dropped = this.#u16(at + 10);
      const from = this.#interfaces[this.#u16(at + 8)];
      if (from !== undefined && dropped !== 0xffff) from.dropped += dropped;
      return this.#packet(this.#u16(at + 8), at, bodyEnd, sink);
    }
    if (type === Block.simplePacket) return this.#simplePacket(at, bodyEnd, sink);
    if (type === Block.interface) return this.#interface(at, bodyEnd);
    if (type === Block.statistics) return this.#statistics(at, bodyEnd);
    if (type === Block.secrets) return this.#secrets(at, bodyEnd);
    if (type === Block.process) return this.#process(at, bodyEnd);
    if (type === sectionHeader) {
      this.#reportDropped();
      this.#interfaces = [];
      this.#processes = [];
      this.#unknownReported = false;
      const major = this.#u16(at + 12);
      if (major !== 1) return `its section is of version ${major}.${this.#u16(at + 14)}, which is not known`;
    }
    return undefined;
  }

  #packet(id: number, at: number, bodyEnd: number, sink: PacketSink): string | undefined {
    const packet = this.packet;
    packet.number++;
    const from = this.#interfaces[id];
    if (from === undefined) return this.#unknown(id);
    const start = at + packetHeader;
    if (bodyEnd < start) return "it is too short for a packet";
    const length = this.#u32(at + 20);
    packet.time = this.#time(from, this.#u32(at + 12), this.#u32(at + 16));
    packet.linkType = from.linkType;
    packet.fileOffset = this.window.base + at;
    packet.bytes = this.window.bytes;
    packet.start = start;
    packet.end = Math.min(start + length, bodyEnd);
    packet.wireLength = Math.max(length, this.#u32(at + 24));
    packet.interface = from.index;
    from.packets++;
    const options = start + Math.ceil(length / 4) * 4;
    packet.comment = bodyEnd - options >= 4 ? this.#packetOptions(from, options, bodyEnd) : undefined;
    sink.packet(packet);
    return start + length > bodyEnd ? `its packet of ${length} bytes does not fit` : undefined;
  }

  /** Section 4.4: of interface 0, without a time (that of the packet before it is kept), as long as the snap length allows. */
  #simplePacket(at: number, bodyEnd: number, sink: PacketSink): string | undefined {
    const packet = this.packet;
    packet.number++;
    const from = this.#interfaces[0];
    if (from === undefined) return this.#unknown(0);
    const start = at + simplePacketHeader;
    if (bodyEnd < start) return "it is too short for a packet";
    const original = this.#u32(at + 8);
    const length = from.snapLength === 0 ? original : Math.min(original, from.snapLength);
    packet.linkType = from.linkType;
    packet.fileOffset = this.window.base + at;
    packet.bytes = this.window.bytes;
    packet.start = start;
    packet.end = Math.min(start + length, bodyEnd);
    packet.wireLength = original;
    packet.interface = from.index;
    packet.comment = undefined;
    from.packets++;
    sink.packet(packet);
    return start + length > bodyEnd ? `its packet of ${length} bytes does not fit` : undefined;
  }

  #interface(at: number, bodyEnd: number): string | undefined {
    if (bodyEnd < at + 16) return "it is too short for an interface";
    if (this.#interfaces.length === mostInterfaces) return undefined;
    const made = new Interface();
    made.linkType = this.#u16(at + 8);
    made.snapLength = this.#u32(at + 12);
    made.index = this.#interfaceCount++;
    this.#interfaces.push(made);
    if (this.interfaces.length < mostNames) this.interfaces.push(made);
    return this.#options(at + 16, bodyEnd, (code, value, length) => {
      if (code === InterfaceOption.name) made.name = this.#text(value, length);
      if (code === InterfaceOption.description) made.description = this.#text(value, length);
      // The first octet says what kind of filter it is: 0 a text.
      if (code === InterfaceOption.filter && length >= 1 && this.window.bytes[value] === 0)
        made.filter = this.#text(value + 1, length - 1);
      if (code === InterfaceOption.os) made.os = this.#text(value, length);
      if (code === InterfaceOption.timeResolution && length >= 1) setResolution(made, this.window.bytes[value]!);
      if (code === InterfaceOption.timeOffset && length >= 8) made.offset = BigInt.asIntN(64, this.#u64(value));
    });
  }

  /** Section 4.6. The counts are since the capture began; the last block of an interface has the final ones. */
  #statistics(at: number, bodyEnd: number): string | undefined {
    if (bodyEnd < at + 20) return "it is too short for statistics";
    const of = this.#interfaces[this.#u32(at + 8)];
    if (of === undefined) return undefined;
    let dropped = 0;
    const fault = this.#options(at + 20, bodyEnd, (code, value, length) => {
      const isDrop = code === StatisticsOption.interfaceDrop || code === StatisticsOption.osDrop;
      if (isDrop && length >= 8) dropped += Number(this.#u64(value));
    });
    of.droppedInAll = Math.max(of.droppedInAll, dropped);
    return fault;
  }

  #secrets(at: number, bodyEnd: number): string | undefined {
    const start = at + 16;
    if (bodyEnd < start) return "it is too short for secrets";
    const length = this.#u32(at + 12);
    if (length > bodyEnd - start) return `its secrets of ${length} bytes do not fit`;
    this.context.secrets?.secrets(this.#u32(at + 8), this.window.bytes, start, start + length);
    return undefined;
  }

  /** Process Event Block, as Apple's tcpdump writes it: a process id, and its name among the options. */
  #process(at: number, bodyEnd: number): string | undefined {
    if (bodyEnd < at + 12 || this.#processes.length === mostNames) return undefined;
    const id = this.#u32(at + 8);
    let name = "";
    const fault = this.#options(at + 12, bodyEnd, (code, value, length) => {
      if (code === ProcessOption.name) name = this.#text(value, length);
    });
    this.#processes.push(`process ${name === "" ? "" : `${name} `}(PID ${id})`);
    return fault;
  }

  /** @returns Comments, and the process where Apple gives it; undefined where there are none. */
  #packetOptions(from: Interface, start: number, end: number): string | undefined {
    let comment: string | undefined;
    for (let option = start; end - option >= 4; ) {
      const code = this.#u16(option);
      const length = this.#u16(option + 2);
      const value = option + 4;
      if (code === Option.end || length > end - value) break;
      let text: string | undefined;
      if (code === Option.comment) text = this.#text(value, length);
      else if (code === PacketOption.process && length === 4) text = this.#processes[this.#u32(value)];
      else if (code === PacketOption.dropCount && length === 8) from.dropped += Number(this.#u64(value));
      if (text !== undefined && (comment === undefined || comment.length < textOctets))
        comment = comment === undefined ? text : `${comment}\n${text}`;
      option = value + Math.ceil(length / 4) * 4;
    }
    return comment;
  }

  /** @returns What is wrong with them, or undefined. */
  #options(start: number, end: number, each: (code: number, value: number, length: number) => void): string | undefined {
    for (let option = start; end - option >= 4; ) {
      const code = this.#u16(option);
      const length = this.#u16(option + 2);
      const value = option + 4;
      if (code === Option.end) break;
      if (length > end - value) return `its option ${code} does not fit`;
      each(code, value, length);
      option = value + Math.ceil(length / 4) * 4;
    }
    return undefined;
  }

  protected override finish(): void {
    this.#reportDropped();
  }

  #reportDropped(): void {
    for (const [id, { dropped, droppedInAll, name }] of this.#interfaces.entries()) {
      const packets = Math.max(dropped, droppedInAll);
      if (packets === 0) continue;
      const { file, diagnostics } = this.context;
      const place = { in: "file", file, offset: this.window.offset } as const;
      diagnostics({ code: "capture/dropped-packets", place, data: { packets, interface: name ?? id } });
    }
  }

  /** UTF-8, of which no more than is shown. */
  #text(start: number, length: number): string {
    const octets = copyOf(this.window.bytes, start, start + Math.min(length, textOctets));
    return utf8.decode(octets).replace(/\0+$/, "");
  }

  #u64(at: number): bigint {
    const [high, low] = this.#big ? [at, at + 4] : [at + 4, at];
    return (BigInt(this.#u32(high)) << 32n) | BigInt(this.#u32(low));
  }

  #time(from: Interface, high: number, low: number): number {
    if (!from.started || from.scale === 0) {
      from.started = true;
      from.high = high;
      from.low = low;
      from.time = this.#exactTime(from, high, low);
      return from.time;
    }
    return from.time + ((high - from.high) * 0x1_0000_0000 + (low - from.low)) * from.scale;
  }

  #exactTime(from: Interface, high: number, low: number): number {
    const units = (BigInt(high) << 32n) | BigInt(low);
    const seconds = units / from.unitsPerSecond;
    const nanos = ((units % from.unitsPerSecond) * 1_000_000_000n) / from.unitsPerSecond;
    return this.context.clock.at(Number(seconds + from.offset), Number(nanos));
  }

  #unknown(id: number): string | undefined {
    if (this.#unknownReported) return undefined;
    this.#unknownReported = true;
    return `its interface ${id} was not described: it and packets like it are not read`;
  }

  #damage(reason: string): Damage {
    const offset = this.window.base + this.window.start;
    return (next) => this.#emit(offset, `${reason}; reading went on at ${next}`);
  }

  #report(at: number, reason: string): void {
    this.#emit(this.window.base + at, reason);
  }

  #emit(offset: number, reason: string): void {
    const { file, diagnostics } = this.context;
    diagnostics({ code: "capture/bad-block", place: { in: "file", file, offset }, data: { offset, reason } });
  }

  #u16(at: number): number {
    return this.#big ? u16(this.window.bytes, at) : u16le(this.window.bytes, at);
  }

  #u32(at: number): number {
    return this.#big ? u32(this.window.bytes, at) : u32le(this.window.bytes, at);
  }
}

const utf8 = new TextDecoder();

/** Whether a section header's byte-order magic is there; its type reads the same in both orders. */
export const isSection = (bytes: Uint8Array, at: number): boolean =>
  u32(bytes, at + 8) === byteOrderMagic || u32le(bytes, at + 8) === byteOrderMagic;

const isBigSection = (bytes: Uint8Array, at: number): boolean => u32(bytes, at + 8) === byteOrderMagic;

/** if_tsresol: a negative power of 10, or of 2 where the top bit is set. */
function setResolution(of: Interface, value: number): void {
  const exponent = value & 0x7f;
  const decimal = (value & 0x80) === 0;
  of.unitsPerSecond = (decimal ? 10n : 2n) ** BigInt(exponent);
  of.scale = decimal && exponent <= 9 ? 10 ** (9 - exponent) : 0;
}

/** Block types that are trusted to find the way on after damage, with the least length of each. */
const shortestBlock: ReadonlyMap<number, number> = new Map([
  [sectionHeader, 28],
  [Block.interface, 20],
  [Block.packet, 32],
  [Block.simplePacket, 16],
  [4, 12], // name resolution
  [5, 24], // interface statistics
  [Block.enhancedPacket, 32],
  [10, 20], // decryption secrets
  [0x0bad, 16], // custom
  [0x40000bad, 16],
]);
