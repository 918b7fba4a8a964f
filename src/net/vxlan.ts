// Ethernet (and more) in UDP: VXLAN (RFC 7348), its group policy and generic protocol extensions, Geneve (RFC 8926).

import { u16, u24 } from "../bytes.ts";
import type { Fault } from "./layer.ts";
import { looksLikeEthernet } from "./mpls.ts";
import type { Tunnel } from "./tunnel.ts";

const faults = {
  geneve: { layer: "Geneve", reason: "the packet ends inside its options" },
} as const satisfies Record<string, Fault>;

/** RFC 7348 section 5: flags, 24 bits, the network identifier, 8 bits. The I flag is set, the others are 0 but for the two of the group
 *  policy extension, which puts a group into the first reserved bits. */
export const vxlan: Tunnel = {
  isIn: (bytes, at) => (bytes[at]! & 0x7f) === 0x08 && bytes[at + 7] === 0,
  layer(walk, bytes, at, end) {
    walk.tunnel = u24(bytes, at + 4);
    walk.link(1, bytes, at + 8, end);
  },
};

/** On another port all reserved bits must be 0, and the frame inside must fit. */
export const vxlanByLooks: Tunnel = {
  isIn: (bytes, at, end, wireEnd) =>
    bytes[at] === 0x08 && u24(bytes, at + 1) === 0 && bytes[at + 7] === 0 && looksLikeEthernet(bytes, at + 8, end, wireEnd),
  layer: vxlan.layer,
};

/** draft-ietf-nvo3-vxlan-gpe section 3: version in two bits, the P flag, and the next protocol in the fourth octet. */
export const vxlanGpe: Tunnel = {
  isIn: (bytes, at) => (bytes[at]! & 0xf8) === 0x08 && bytes[at + 7] === 0,
  layer(walk, bytes, at, end) {
    walk.tunnel = u24(bytes, at + 4);
    const flags = bytes[at]!;
    if ((flags & 1) !== 0) return walk.notTcp("VXLAN-GPE management");
    const next = (flags & 4) === 0 ? 3 : bytes[at + 3]!;
    at += 8;
    if (next === 1) walk.network(0x0800, bytes, at, end);
    else if (next === 2) walk.network(0x86dd, bytes, at, end);
    else if (next === 3) walk.link(1, bytes, at, end);
    else if (next === 5) walk.network(0x8847, bytes, at, end);
    else walk.unread(`VXLAN-GPE protocol ${next}`);
  },
};

/** RFC 8926 section 3.4: version 0 and the options' length in units of four octets, flags, EtherType, network identifier. */
export const geneve: Tunnel = {
  isIn: (bytes, at) => bytes[at]! >> 6 === 0 && (bytes[at + 1]! & 0x3f) === 0 && bytes[at + 7] === 0,
  layer(walk, bytes, at, end) {
    const header = 8 + (bytes[at]! & 0x3f) * 4;
    // The O bit: what follows is for the tunnel's ends.
    if ((bytes[at + 1]! & 0x80) !== 0) return walk.notTcp("Geneve control");
    if (header > end - at) return walk.damaged(faults.geneve);
    walk.tunnel = u24(bytes, at + 4);
    walk.network(u16(bytes, at + 2), bytes, at + header, end);
  },
};
