import { hex } from "../../src/bytes.ts";
import { Packet } from "../../src/capture/packet.ts";
import { type Diagnostic, diagnosticText } from "../../src/diagnostic.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { PacketDecoder } from "../../src/net/decoder.ts";
import type { TcpSegment } from "../../src/net/segment.ts";

export interface Segment {
  readonly from: string;
  readonly to: string;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly payload: string;
  readonly cut: number;
}

const text = (family: number, words: readonly number[], port: number): string => {
  const octets = words.map((word) => (word >>> 0).toString(16).padStart(8, "0"));
  return family === 4 ? `${octets.join("").replace(/^0{24}/, "")}:${port}` : `[${octets.join("")}]:${port}`;
};

export const copy = (s: TcpSegment): Segment => ({
  from: text(s.family, [s.source0, s.source1, s.source2, s.source3], s.sourcePort),
  to: text(s.family, [s.target0, s.target1, s.target2, s.target3], s.targetPort),
  seq: s.seq,
  ack: s.ack,
  flags: s.flags,
  window: s.window,
  payload: hex(s.packet.bytes, s.start, s.end),
  cut: s.cut,
});

export interface Sent {
  readonly octets: string;
  /** Of them; all unless given. */
  readonly captured?: number;
  /** Nanoseconds; 1,000 after the packet before unless given. */
  readonly time?: number;
  readonly linkType?: number;
}

/** Octets around a packet, to see that none of them is read. */
const margin = 5;

/** Packets through one decoder, each in memory that is overwritten when it returns. */
export function decodeAll(packets: readonly (Sent | string)[], linkType = 1, limits: Partial<Limits> = {}) {
  const segments: (Segment & { packet: number })[] = [];
  const diagnostics: Diagnostic[] = [];
  const sink = { segment: (s: TcpSegment) => void segments.push({ ...copy(s), packet: s.packet.number }) };
  const decoder = new PacketDecoder(sink, (diagnostic) => diagnostics.push(diagnostic), { ...defaultLimits, ...limits });
  const packet = new Packet();
  for (const sent of packets) {
    const {
      octets,
      captured = octets.length / 2,
      time = packet.time + 1000,
      ...rest
    } = typeof sent === "string" ? { octets: sent } : sent;
    packet.number++;
    packet.time = time;
    packet.linkType = (rest as Sent).linkType ?? linkType;
    packet.bytes = Buffer.alloc(captured + 2 * margin, 0x45);
    packet.bytes.set(Buffer.from(octets, "hex").subarray(0, captured), margin);
    packet.start = margin;
    packet.end = margin + captured;
    packet.wireLength = octets.length / 2;
    decoder.packet(packet);
    packet.bytes.fill(0xee);
  }
  const early = diagnostics.length;
  decoder.end();
  return {
    segments,
    counts: decoder.counts,
    /** Emitted before the end: none should be. */
    early,
    diagnostics,
    codes: diagnostics.map(({ code }) => code),
    texts: diagnostics.map(diagnosticText),
  };
}
