// Link layers, by LINKTYPE_ number (https://www.tcpdump.org/linktypes.html). In: a packet from its first octet. Out: IP.

import { u16, u16le, u32 } from "../bytes.ts";
import { ipv4, ipv6 } from "./ip.ts";
import type { Fault, Layer, Walk } from "./layer.ts";

const faults = {
  ethernet: { layer: "Ethernet", reason: "shorter than 14 octets" },
  vlan: { layer: "VLAN", reason: "shorter than 4 octets" },
  sll: { layer: "Linux cooked", reason: "shorter than 16 octets" },
  sll2: { layer: "Linux cooked v2", reason: "shorter than 20 octets" },
  loopback: { layer: "BSD loopback", reason: "shorter than 4 octets" },
  raw: { layer: "IP", reason: "no octets" },
} as const satisfies Record<string, Fault>;

const ethernet: Layer = (walk, bytes, at, end) => {
  if (end - at < 14) return walk.damaged(faults.ethernet);
  typeOrLength(walk, u16(bytes, at + 12), bytes, at + 14, end);
};

/** IEEE 802.1Q and 802.1ad: stacked tags call this again; the walk bounds how deep. */
export const vlan: Layer = (walk, bytes, at, end) => {
  if (end - at < 4) return walk.damaged(faults.vlan);
  typeOrLength(walk, u16(bytes, at + 2), bytes, at + 4, end);
};

/** IEEE 802.3 clause 3.2.6: up to 1500 it is a length, and 802.2 LLC follows. */
function typeOrLength(walk: Walk, value: number, bytes: Uint8Array, at: number, end: number): void {
  if (value > 1500) walk.network(value, bytes, at, end);
  else llc(walk, bytes, at, end);
}

/** IEEE 802.2 LLC; RFC 1042: SNAP with the organisation code 0 carries an EtherType. */
const llc: Layer = (walk, bytes, at, end) => {
  if (end - at >= 8 && u32(bytes, at) === 0xaaaa0300 && u16(bytes, at + 4) === 0) {
    return walk.network(u16(bytes, at + 6), bytes, at + 8, end);
  }
  walk.notIp("IEEE 802.2 LLC");
};

/** In cooked captures the protocol 4 stands for 802.2; other numbers that small are Linux's own. */
function cooked(walk: Walk, protocol: number, bytes: Uint8Array, at: number, end: number): void {
  if (protocol === 4) llc(walk, bytes, at, end);
  else walk.network(protocol, bytes, at, end);
}

const linuxCooked: Layer = (walk, bytes, at, end) => {
  if (end - at < 16) return walk.damaged(faults.sll);
  cooked(walk, u16(bytes, at + 14), bytes, at + 16, end);
};

const linuxCooked2: Layer = (walk, bytes, at, end) => {
  if (end - at < 20) return walk.damaged(faults.sll2);
  cooked(walk, u16(bytes, at), bytes, at + 20, end);
};

/** The address family in the byte order of the capturing host (NULL) or of the network (LOOP). AF_INET6 differs by system. */
const loopback: Layer = (walk, bytes, at, end) => {
  if (end - at < 4) return walk.damaged(faults.loopback);
  // Families are small: the octets that are not 0 show the order.
  const family = u16(bytes, at) === 0 ? u16(bytes, at + 2) : u16le(bytes, at);
  if (family === 2) return ipv4(walk, bytes, at + 4, end);
  if (family === 10 || family === 24 || family === 28 || family === 30) return ipv6(walk, bytes, at + 4, end);
  walk.notIp("another address family on a BSD loopback");
};

const raw: Layer = (walk, bytes, at, end) => {
  if (at >= end) return walk.damaged(faults.raw);
  if (bytes[at]! >> 4 === 6) ipv6(walk, bytes, at, end);
  else ipv4(walk, bytes, at, end);
};

export const linkLayers: ReadonlyMap<number, Layer> = new Map([
  [0, loopback],
  [1, ethernet],
  [12, raw], // DLT_RAW, which some writers put into files; OpenBSD's is 14
  [14, raw],
  [101, raw],
  [108, loopback],
  [113, linuxCooked],
  [228, ipv4],
  [229, ipv6],
  [276, linuxCooked2],
]);

/** Names of link types that are not read. */
export const linkTypeNames: ReadonlyMap<number, string> = new Map([
  [6, "IEEE 802.5 Token Ring"],
  [9, "PPP"],
  [10, "FDDI"],
  [50, "PPP in HDLC-like framing"],
  [51, "PPPoE"],
  [100, "LLC-encapsulated ATM"],
  [104, "Cisco HDLC"],
  [105, "IEEE 802.11"],
  [107, "Frame Relay"],
  [117, "OpenBSD pflog"],
  [119, "Prism and IEEE 802.11"],
  [127, "radiotap and IEEE 802.11"],
  [147, "user 0"],
  [149, "user 2, often DPDK"],
  [163, "AVS and IEEE 802.11"],
  [166, "PPP with direction"],
  [187, "Bluetooth HCI H4"],
  [189, "USB"],
  [195, "IEEE 802.15.4"],
  [201, "Bluetooth HCI H4 with direction"],
  [204, "PPP with direction"],
  [220, "Linux USB"],
  [227, "CAN"],
  [239, "netfilter log"],
  [240, "netANALYZER Ethernet"],
  [242, "IP over InfiniBand"],
  [247, "InfiniBand"],
  [249, "USBPcap"],
  [252, "Wireshark exported PDU"],
  [253, "Linux netlink"],
  [272, "IEEE 802.11 from a Linux nl80211 monitor"],
]);
