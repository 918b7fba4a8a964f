// Link layers, by LINKTYPE_ number (https://www.tcpdump.org/linktypes.html). In: a packet from its first octet. Out: IP, or what is
// between. PPP, IEEE 802.11 and the headers that hosts put before packets are in separate files.

import { u16, u16le, u32 } from "../bytes.ts";
import { exportedPdu } from "./exported-pdu.ts";
import { encLog, netfilterLog, packetFilterLog, pktap } from "./host-header.ts";
import { avs, ieee80211, prism, radiotap } from "./ieee80211.ts";
import { ip, ipv4, ipv6 } from "./ip.ts";
import type { Fault, Layer, Walk } from "./layer.ts";
import { mpls } from "./mpls.ts";
import { ciscoHdlc, ciscoHdlcWithDirection, ppp, pppoe, pppWithDirection } from "./ppp.ts";

const faults = {
  ethernet: { layer: "Ethernet", reason: "shorter than 14 bytes" },
  vlan: { layer: "VLAN", reason: "shorter than 4 bytes" },
  backbone: { layer: "IEEE 802.1ah", reason: "shorter than 4 bytes" },
  sll: { layer: "Linux cooked", reason: "shorter than 16 bytes" },
  sll2: { layer: "Linux cooked v2", reason: "shorter than 20 bytes" },
  loopback: { layer: "BSD loopback", reason: "shorter than 4 bytes" },
} as const satisfies Record<string, Fault>;

export const ethernet: Layer = (walk, bytes, at, end) => {
  if (end - at < 14) return walk.damaged(faults.ethernet);
  typeOrLength(walk, u16(bytes, at + 12), bytes, at + 14, end);
};

/** IEEE 802.1Q and 802.1ad: stacked tags call this again; the walk bounds how deep. */
export const vlan: Layer = (walk, bytes, at, end) => {
  if (end - at < 4) return walk.damaged(faults.vlan);
  typeOrLength(walk, u16(bytes, at + 2), bytes, at + 4, end);
};

/** IEEE 802.1ah: a service tag, and the customer's frame. */
export const backboneBridge: Layer = (walk, bytes, at, end) => {
  if (end - at < 4) return walk.damaged(faults.backbone);
  walk.link(linkTypes.ethernet, bytes, at + 4, end);
};

/** IEEE 802.3 clause 3.2.6: up to 1500 it is a length, and 802.2 LLC follows. */
function typeOrLength(walk: Walk, value: number, bytes: Uint8Array, at: number, end: number): void {
  if (value > 1500) walk.network(value, bytes, at, end);
  else llc(walk, bytes, at, end);
}

/** IEEE 802.2 LLC; RFC 1042: SNAP with the organisation code 0 carries an EtherType. */
export const llc: Layer = (walk, bytes, at, end) => {
  if (end - at >= 8 && u32(bytes, at) === 0xaaaa0300 && u16(bytes, at + 4) === 0) {
    return walk.network(u16(bytes, at + 6), bytes, at + 8, end);
  }
  walk.notIp("IEEE 802.2 LLC");
};

/** In cooked captures the protocol 4 stands for 802.2; other numbers that small are Linux's own. `hardware` is an ARPHRD_ number. */
function cooked(walk: Walk, hardware: number, protocol: number, bytes: Uint8Array, at: number, end: number): void {
  if (hardware === 801) walk.link(linkTypes.ieee80211, bytes, at, end);
  else if (hardware === 802) walk.link(linkTypes.prism, bytes, at, end);
  else if (hardware === 803) walk.link(linkTypes.radiotap, bytes, at, end);
  else if (hardware === 824) walk.notIp("Linux netlink");
  else if (protocol === 4) llc(walk, bytes, at, end);
  else walk.network(protocol, bytes, at, end);
}

const linuxCooked: Layer = (walk, bytes, at, end) => {
  if (end - at < 16) return walk.damaged(faults.sll);
  cooked(walk, u16(bytes, at + 2), u16(bytes, at + 14), bytes, at + 16, end);
};

const linuxCooked2: Layer = (walk, bytes, at, end) => {
  if (end - at < 20) return walk.damaged(faults.sll2);
  cooked(walk, u16(bytes, at + 8), u16(bytes, at), bytes, at + 20, end);
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

/** Those that are named elsewhere. */
export const linkTypes = { ethernet: 1, ieee80211: 105, prism: 119, radiotap: 127, exported: 252 } as const;

export const linkLayers: ReadonlyMap<number, Layer> = new Map([
  [0, loopback],
  [linkTypes.ethernet, ethernet],
  [9, ppp],
  [12, ip], // DLT_RAW, which some writers put into files; OpenBSD's is 14
  [14, ip],
  [50, ppp],
  [51, pppoe],
  [100, llc],
  [101, ip],
  [104, ciscoHdlc],
  [linkTypes.ieee80211, ieee80211],
  [108, loopback],
  [109, encLog],
  [113, linuxCooked],
  [117, packetFilterLog],
  [linkTypes.prism, prism],
  [linkTypes.radiotap, radiotap],
  [149, pktap], // DLT_USER2, where macOS has it
  [163, avs],
  [166, pppWithDirection],
  [204, pppWithDirection],
  [205, ciscoHdlcWithDirection],
  [219, mpls],
  [228, ipv4],
  [229, ipv6],
  [239, netfilterLog],
  [linkTypes.exported, exportedPdu],
  [258, pktap],
  [276, linuxCooked2],
]);
