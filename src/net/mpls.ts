// MPLS (RFC 3032). Nothing in a label stack says what it carries: that is seen by its looks (RFC 4928 section 2).

import { u16 } from "../bytes.ts";
import { looksLikeIp } from "./ip.ts";
import type { Fault, Layer } from "./layer.ts";

const faults = {
  stack: { layer: "MPLS", reason: "the packet ends inside the label stack" },
} as const satisfies Record<string, Fault>;

/** Labels of four octets until one has the bottom-of-stack bit. Then IP, or Ethernet with or without a control word (RFC 4448). */
export const mpls: Layer = (walk, bytes, at, end) => {
  let isBottom = false;
  while (!isBottom) {
    if (end - at < 4) return walk.damaged(faults.stack);
    isBottom = (bytes[at + 2]! & 1) === 1;
    at += 4;
  }
  if (looksLikeIp(bytes, at, end, walk.wireEnd)) {
    if (bytes[at]! >> 4 === 4) walk.network(0x0800, bytes, at, end);
    else walk.network(0x86dd, bytes, at, end);
    return;
  }
  // A control word begins with four 0 bits (RFC 4385 section 3).
  if (end - at >= 4 && bytes[at]! >> 4 === 0 && looksLikeEthernet(bytes, at + 4, end, walk.wireEnd)) {
    return walk.link(1, bytes, at + 4, end);
  }
  if (looksLikeEthernet(bytes, at, end, walk.wireEnd)) return walk.link(1, bytes, at, end);
  walk.unread("MPLS with another payload");
};

/** A frame of a type that may lead to TCP. */
export function looksLikeEthernet(bytes: Uint8Array, at: number, end: number, wireEnd: number): boolean {
  if (end - at < 18) return false;
  const type = u16(bytes, at + 12);
  if (type === 0x0800 || type === 0x86dd) return looksLikeIp(bytes, at + 14, end, wireEnd);
  return type === 0x8100 || type === 0x88a8 || type === 0x8847 || type === 0x8864;
}
