// In: Packet. Out: TcpSegment, with its innermost IP addresses, without anything around it. The layers are in separate files, in
// tables by link type, EtherType (IEEE 802) and IP protocol number (IANA); tunnels lead back to the first two tables.
//
// Not done: TCP quoted by ICMP is none; two tunnels with the same addresses and ports inside are one connection, for no identifier of a
// tunnel is the same in both directions of all kinds, nor on both interfaces of a host that is the tunnel's end.

import { Packet, type PacketSink } from "../capture/packet.ts";
import type { DiagnosticCode, DiagnosticSink } from "../diagnostic.ts";
import { defaultLimits, type Limits } from "../limits.ts";
import { RecentSegments } from "./duplicates.ts";
import { ExportedStreams } from "./exported-streams.ts";
import { type Datagram, type FragmentPart, FragmentStore, type FragmentWatcher } from "./fragments.ts";
import { etherip, gre } from "./gre.ts";
import { authentication, extension, fragmentHeader, ipv4, ipv6 } from "./ip.ts";
import type { Fault, Layer, Walk } from "./layer.ts";
import { backboneBridge, ethernet, linkLayers, vlan } from "./link.ts";
import { mpls } from "./mpls.ts";
import { ppp, pppoe } from "./ppp.ts";
import { etherTypes, ipProtocols, linkTypeName, type ProtocolName } from "./protocols.ts";
import { type SegmentSink, TcpSegment } from "./segment.ts";
import { tcp } from "./tcp.ts";
import { mayTunnel, plainUdp, udp } from "./udp.ts";

/** What became of the packets: each is counted once besides `packets`. */
export interface PacketCounts {
  packets: number;
  tcp: number;
  /** TCP that was captured before. */
  duplicates: number;
  /** Below IP: another protocol, or a link type that is not read. */
  notIp: number;
  /** IP that carries something else. */
  notTcp: number;
  /** Fragments but for those that completed their datagram. */
  fragments: number;
  encrypted: number;
  damaged: number;
}

const noPackets = (): PacketCounts => ({
  packets: 0,
  tcp: 0,
  duplicates: 0,
  notIp: 0,
  notTcp: 0,
  fragments: 0,
  encrypted: 0,
  damaged: 0,
});

interface Tally {
  readonly code: DiagnosticCode;
  readonly data: Readonly<Record<string, string | number>>;
  /** Of the first one. */
  readonly file: number;
  readonly packet: number;
  packets: number;
}

export class PacketDecoder implements PacketSink {
  readonly counts: PacketCounts;
  readonly #walk: PacketWalk;
  readonly #diagnostics: DiagnosticSink;

  /** @param counts To go on counting. */
  constructor(segments: SegmentSink, diagnostics: DiagnosticSink, limits: Limits = defaultLimits, counts = noPackets()) {
    this.counts = counts;
    this.#walk = new PacketWalk(segments, this.counts, limits);
    this.#diagnostics = diagnostics;
  }

  packet(packet: Packet): void {
    this.#walk.start(packet);
  }

  /** While a segment is handed on: the packets of the fragments that it came in; empty where it came in one. */
  get parts(): readonly FragmentPart[] {
    return this.#walk.parts;
  }

  /** After the last packet: one diagnostic per kind of packet that is no segment, with how many there were and where the first was. */
  end(): void {
    this.#walk.finish();
    for (const { code, data, file, packet, packets } of this.#walk.tallies.values()) {
      this.#diagnostics({ code, place: { in: "packet", file, packet }, data: { ...data, packets } });
    }
    this.#walk.tallies.clear();
  }
}

class PacketWalk implements Walk, FragmentWatcher {
  current: Packet;
  wireEnd = 0;
  tunnel = 0;
  identification = 0;
  readonly segment = new TcpSegment();
  readonly exported = new ExportedStreams();
  /** By what makes two of them equal: a link type, a name, or the fault itself. */
  readonly tallies = new Map<number | string | Fault, Tally>();
  readonly #segments: SegmentSink;
  readonly #counts: PacketCounts;
  readonly #limits: Limits;
  readonly #mostLayers: number;
  readonly #fragments: FragmentStore;
  readonly #recent: RecentSegments;
  /** What its last fragment completed: that packet, with the datagram's octets. */
  readonly #whole = new Packet();
  parts: readonly FragmentPart[] = [];
  #layers = 0;
  #kinds = 0;

  constructor(segments: SegmentSink, counts: PacketCounts, limits: Limits) {
    this.#segments = segments;
    this.#counts = counts;
    this.#limits = limits;
    this.#mostLayers = limits.packetLayers;
    this.#fragments = new FragmentStore(limits, this);
    this.#recent = new RecentSegments(limits);
    this.current = this.segment.packet;
  }

  start(packet: Packet): void {
    this.#counts.packets++;
    this.current = packet;
    this.parts = NO_PARTS;
    this.#layers = 0;
    this.tunnel = 0;
    const { start, end } = packet;
    this.wireEnd = start + packet.wireLength;
    this.link(packet.linkType, packet.bytes, start, end);
  }

  finish(): void {
    this.#fragments.finish();
  }

  link(linkType: number, bytes: Uint8Array, at: number, end: number): void {
    const layer = linkLayers.get(linkType);
    if (layer === undefined) {
      this.#counts.notIp++;
      this.#tally(linkType, "capture/unknown-link-type", { linkType, name: linkTypeName(linkType) });
    } else this.#enter(layer, bytes, at, end);
  }

  network(etherType: number, bytes: Uint8Array, at: number, end: number): void {
    const layer = networkLayers.get(etherType);
    if (layer !== undefined) this.#enter(layer, bytes, at, end);
    else if (etherType === 0x88e5) this.encrypted("MACsec (EtherType 0x88e5)");
    else {
      this.#counts.notIp++;
      this.#passOver(etherTypes.get(etherType), `EtherType 0x${etherType.toString(16).padStart(4, "0")}`);
    }
  }

  transport(protocol: number, bytes: Uint8Array, at: number, end: number): void {
    const layer = transportLayers[protocol];
    if (layer !== undefined) this.#enter(layer, bytes, at, end);
    else if (protocol === 50) this.encrypted("ESP (IP protocol 50)");
    else {
      this.#counts.notTcp++;
      this.#passOver(ipProtocols.get(protocol), `IP protocol ${protocol}`);
    }
  }

  deliver(options: number): void {
    const { segment } = this;
    if (this.#recent.repeats(segment, this.identification, options)) {
      this.#counts.duplicates++;
      this.#tally("duplicate", "capture/duplicate-packets", {});
    } else {
      this.#counts.tcp++;
      this.#segments.segment(segment);
    }
  }

  fragment(
    protocol: number,
    id: number,
    offset: number,
    more: boolean,
    bytes: Uint8Array,
    at: number,
    end: number,
    fault: Fault,
  ): void {
    const { segment, current, tunnel } = this;
    const length = this.wireEnd - at;
    // Of what is not read one fragment says as much as all of them.
    if (transportLayers[protocol] === undefined) this.transport(protocol, bytes, at, end);
    else if (length <= 0 || (more && (length & 7) !== 0) || offset + length > 65_535) this.damaged(fault);
    else {
      const fate = this.#fragments.add(segment, current, tunnel, protocol, id, offset, more, bytes, at, end, length);
      if (fate === "whole") this.#readWhole(this.#fragments);
      else if (fate === "unwanted") this.notTcp(plainUdp);
      else this.#counts.fragments++;
      if (fate === "repeated") this.#tally("duplicate", "capture/duplicate-packets", {});
    }
  }

  // The segment belongs to the packet that completed it. Nothing reads on in what `bytes` held before.
  #readWhole({ bytes, end, length, protocol, parts }: FragmentStore): void {
    // A tunnel's datagram may be one fragment of another.
    this.parts = this.parts === NO_PARTS ? parts : [...this.parts, ...parts];
    const { current } = this;
    const whole = this.#whole;
    whole.file = current.file;
    whole.number = current.number;
    whole.time = current.time;
    whole.linkType = current.linkType;
    whole.fileOffset = current.fileOffset;
    whole.bytes = bytes;
    whole.end = end;
    whole.wireLength = length;
    this.current = whole;
    this.wireEnd = length;
    this.transport(protocol, bytes, 0, end);
  }

  wanted(protocol: number, bytes: Uint8Array, at: number, end: number): boolean {
    return protocol !== 17 || mayTunnel(bytes, at, end);
  }

  givenUp({ file, packet, packets }: Readonly<Datagram>, why: "incomplete" | "limit"): void {
    const { fragmentOctets: octets, fragmentDatagrams: datagrams } = this.#limits;
    if (why === "limit") this.#count("fragments", "limit/ip-fragments", { octets, datagrams }, file, packet, packets);
    else this.#count("incomplete", "capture/ip-fragment", {}, file, packet, packets);
  }

  conflict(what: "kept" | "refused"): void {
    const outcome = what === "kept" ? "the first bytes were kept" : "their datagrams were dropped";
    this.#tally(outcome, "capture/ip-fragment-overlap", { outcome });
  }

  notIp(what: string): void {
    this.#counts.notIp++;
    this.#without(what);
  }

  notTcp(what: string): void {
    this.#counts.notTcp++;
    this.#without(what);
  }

  unread(what: string): void {
    this.#counts.notIp++;
    this.#notRead(what);
  }

  encrypted(what: string): void {
    this.#counts.encrypted++;
    this.#tally(what, "capture/encrypted-packets", { protocol: what });
  }

  damaged(fault: Fault): void {
    this.#counts.damaged++;
    this.odd(fault);
  }

  odd(fault: Fault): void {
    this.#tally(fault, "capture/bad-packet", fault);
  }

  #passOver(known: ProtocolName | undefined, number: string): void {
    if (known === undefined) this.#notRead(number);
    else if (known.hasNoTcp) this.#without(`${known.name} (${number})`);
    else this.#notRead(`${number} (${known.name})`);
  }

  #without(protocol: string): void {
    this.#tally(protocol, "capture/not-tcp", { protocol });
  }

  #notRead(protocol: string): void {
    this.#tally(protocol, "capture/unread-protocol", { protocol });
  }

  #enter(layer: Layer, bytes: Uint8Array, at: number, end: number): void {
    if (++this.#layers <= this.#mostLayers) layer(this, bytes, at, end);
    else {
      this.#counts.damaged++;
      this.#tally("layers", "limit/packet-layers", { limit: this.#mostLayers });
    }
  }

  #tally(key: number | string | Fault, code: DiagnosticCode, data: Fault | Readonly<Record<string, string | number>>): void {
    this.#count(key, code, data, this.current.file, this.current.number, 1);
  }

  #count(
    key: number | string | Fault,
    code: DiagnosticCode,
    data: Fault | Readonly<Record<string, string | number>>,
    file: number,
    packet: number,
    packets: number,
  ): void {
    const tally = this.tallies.get(key);
    if (tally !== undefined) tally.packets += packets;
    else if (!named.has(code) || ++this.#kinds <= mostKinds || key === others) {
      this.tallies.set(key, { code, data: { ...data }, file, packet, packets });
    } else this.#count(others, "capture/unread-protocol", { protocol: others }, file, packet, packets);
  }
}

/** Kinds of what is not read that are counted apart: a damaged capture can name any EtherType. */
const mostKinds = 256;
/** The codes whose kinds the packets name; those of the others are known. */
const named: ReadonlySet<DiagnosticCode> = new Set(["capture/unknown-link-type", "capture/unread-protocol"]);
const others = "others";

const networkLayers: ReadonlyMap<number, Layer> = new Map([
  [0x0800, ipv4],
  [0x6558, ethernet], // transparent Ethernet bridging, of GRE and Geneve
  [0x86dd, ipv6],
  [0x8100, vlan], // IEEE 802.1Q
  [0x8847, mpls],
  [0x8848, mpls], // RFC 5332: with an upstream-assigned label, multicast
  [0x8864, pppoe],
  [0x880b, ppp], // of GRE
  [0x88a8, vlan], // IEEE 802.1ad
  [0x88e7, backboneBridge], // IEEE 802.1ah
  [0x9100, vlan], // QinQ before 802.1ad
  [0x9200, vlan],
]);

const transportLayers: readonly (Layer | undefined)[] = tableOf({
  0: extension, // hop-by-hop options
  4: ipv4,
  6: tcp,
  17: udp,
  41: ipv6,
  43: extension, // routing
  44: fragmentHeader,
  47: gre,
  51: authentication,
  60: extension, // destination options
  97: etherip,
  135: extension, // mobility
  137: mpls, // RFC 4023
  139: extension, // host identity
  140: extension, // shim6
  143: ethernet, // RFC 8986 section 9.1
});

/** A row for each of the 256 protocol numbers. */
function tableOf(rows: Readonly<Record<number, Layer>>): readonly (Layer | undefined)[] {
  return Array.from({ length: 256 }, (_, protocol) => rows[protocol]);
}

const NO_PARTS: readonly FragmentPart[] = [];
