// In: Packet. Out: TcpSegment, with IP addresses, without anything around it. The layers are in link.ts, ip.ts and tcp.ts, in tables
// by link type, EtherType (IEEE 802) and IP protocol number (IANA). Not done: fragments, tunnels, PPP.

import type { Packet, PacketSink } from "../capture/packet.ts";
import type { DiagnosticCode, DiagnosticSink } from "../diagnostic.ts";
import { authentication, extension, fragmentHeader, ipv4, ipv6 } from "./ip.ts";
import type { Fault, Layer, Walk } from "./layer.ts";
import { linkLayers, linkTypeNames, vlan } from "./link.ts";
import { type SegmentSink, TcpSegment } from "./segment.ts";
import { tcp } from "./tcp.ts";

/** What became of the packets: each is counted once besides `packets`. */
export interface PacketCounts {
  packets: number;
  tcp: number;
  /** Below IP: another protocol, or a link type that is not read. */
  notIp: number;
  /** IP that carries something else. */
  notTcp: number;
  fragments: number;
  damaged: number;
}

interface Tally {
  readonly code: DiagnosticCode;
  readonly data: Readonly<Record<string, string | number>>;
  /** Of the first one. */
  readonly file: number;
  readonly packet: number;
  packets: number;
}

export class PacketDecoder implements PacketSink {
  readonly counts: PacketCounts = { packets: 0, tcp: 0, notIp: 0, notTcp: 0, fragments: 0, damaged: 0 };
  readonly #walk: PacketWalk;
  readonly #diagnostics: DiagnosticSink;

  constructor(segments: SegmentSink, diagnostics: DiagnosticSink) {
    this.#walk = new PacketWalk(segments, this.counts);
    this.#diagnostics = diagnostics;
  }

  packet(packet: Packet): void {
    this.#walk.start(packet);
  }

  /** After the last packet: one diagnostic per kind of packet that is no segment, with how many there were and where the first was. */
  end(): void {
    for (const { code, data, file, packet, packets } of this.#walk.tallies.values()) {
      this.#diagnostics({ code, place: { in: "packet", file, packet }, data: { ...data, packets } });
    }
    this.#walk.tallies.clear();
  }
}

class PacketWalk implements Walk {
  current: Packet;
  wireEnd = 0;
  readonly segment = new TcpSegment();
  readonly segments: SegmentSink;
  /** By what makes two of them equal: a link type, a name, or the fault itself. */
  readonly tallies = new Map<number | string | Fault, Tally>();
  readonly #counts: PacketCounts;
  #layers = 0;

  constructor(segments: SegmentSink, counts: PacketCounts) {
    this.segments = segments;
    this.#counts = counts;
    this.current = this.segment.packet;
  }

  start(packet: Packet): void {
    this.#counts.packets++;
    this.current = packet;
    this.#layers = 0;
    const { start, end } = packet;
    this.wireEnd = start + packet.wireLength;
    this.link(packet.linkType, packet.bytes, start, end);
  }

  link(linkType: number, bytes: Uint8Array, at: number, end: number): void {
    const layer = linkLayers.get(linkType);
    if (layer === undefined) {
      this.#counts.notIp++;
      const name = linkTypeNames.get(linkType) ?? "unknown to h2lint";
      this.#tally(linkType, "capture/unknown-link-type", { linkType, name });
    } else this.#enter(layer, bytes, at, end);
  }

  network(etherType: number, bytes: Uint8Array, at: number, end: number): void {
    const layer = networkLayers.get(etherType);
    if (layer === undefined) {
      this.notIp(etherTypeNames.get(etherType) ?? `EtherType 0x${etherType.toString(16).padStart(4, "0")}`);
    } else this.#enter(layer, bytes, at, end);
  }

  transport(protocol: number, bytes: Uint8Array, at: number, end: number): void {
    const layer = transportLayers[protocol];
    if (layer === undefined) {
      this.#counts.notTcp++;
      const name = protocolNames[protocol]!;
      this.#tally(name, "capture/not-tcp", { protocol: name });
    } else this.#enter(layer, bytes, at, end);
  }

  knows(protocol: number): boolean {
    return transportLayers[protocol] !== undefined;
  }

  passed(): void {
    this.#counts.tcp++;
  }

  notIp(what: string): void {
    this.#counts.notIp++;
    this.#tally(what, "capture/not-tcp", { protocol: what });
  }

  fragment(): void {
    this.#counts.fragments++;
    this.#tally("fragment", "capture/ip-fragment", {});
  }

  damaged(fault: Fault): void {
    this.#counts.damaged++;
    this.odd(fault);
  }

  odd(fault: Fault): void {
    this.#tally(fault, "capture/bad-packet", fault);
  }

  #enter(layer: Layer, bytes: Uint8Array, at: number, end: number): void {
    if (++this.#layers > mostLayers) this.damaged(tooDeep);
    else layer(this, bytes, at, end);
  }

  #tally(key: number | string | Fault, code: DiagnosticCode, data: Fault | Readonly<Record<string, string | number>>): void {
    const tally = this.tallies.get(key);
    if (tally !== undefined) tally.packets++;
    else if (this.tallies.size < mostKinds || key === others) {
      const { file, number } = this.current;
      this.tallies.set(key, { code, data: { ...data }, file, packet: number, packets: 1 });
    } else this.#tally(others, "capture/not-tcp", { protocol: others });
  }
}

/** Headers in one packet; more is an attack or damage. */
const mostLayers = 24;
const tooDeep: Fault = { layer: "innermost", reason: `it is the ${mostLayers + 1}th in the packet` };

/** Kinds of diagnostics that are counted apart: a damaged capture can name any EtherType. */
const mostKinds = 256;
const others = "others";

const networkLayers: ReadonlyMap<number, Layer> = new Map([
  [0x0800, ipv4],
  [0x86dd, ipv6],
  [0x8100, vlan], // IEEE 802.1Q
  [0x88a8, vlan], // IEEE 802.1ad
  [0x9100, vlan], // QinQ before 802.1ad
]);

const transportLayers: readonly (Layer | undefined)[] = tableOf<Layer | undefined>(() => undefined, {
  0: extension, // hop-by-hop options
  6: tcp,
  43: extension, // routing
  44: fragmentHeader,
  51: authentication,
  60: extension, // destination options
  135: extension, // mobility
  139: extension, // host identity
  140: extension, // shim6
});

const etherTypeNames: ReadonlyMap<number, string> = new Map([
  [0x0003, "IEEE 802.2 LLC"],
  [0x0806, "ARP"],
  [0x0842, "Wake-on-LAN"],
  [0x8035, "RARP"],
  [0x8809, "LACP"],
  [0x8847, "MPLS"],
  [0x8848, "MPLS"],
  [0x8863, "PPPoE"],
  [0x8864, "PPPoE"],
  [0x888e, "EAPOL"],
  [0x88cc, "LLDP"],
  [0x88e5, "MACsec"],
  [0x88f7, "PTP"],
]);

const protocolNames: readonly string[] = tableOf<string>((protocol) => `IP protocol ${protocol}`, {
  1: "ICMP",
  2: "IGMP",
  4: "IPv4 in IP",
  17: "UDP",
  33: "DCCP",
  41: "IPv6 in IP",
  47: "GRE",
  50: "ESP",
  58: "ICMPv6",
  59: "IPv6 without a next header",
  88: "EIGRP",
  89: "OSPF",
  103: "PIM",
  112: "VRRP",
  132: "SCTP",
});

/** A row for each of the 256 protocol numbers. */
function tableOf<Row>(otherwise: (protocol: number) => Row, rows: Readonly<Record<number, Row>>): readonly Row[] {
  return Array.from({ length: 256 }, (_, protocol) => rows[protocol] ?? otherwise(protocol));
}
