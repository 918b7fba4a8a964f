// UDP (RFC 768), for the tunnels in it. They are recognised by port and checked by content: any program may use the port.

import { u16 } from "../bytes.ts";
import { gtpu } from "./gtp.ts";
import type { Fault, Layer } from "./layer.ts";
import type { Tunnel } from "./tunnel.ts";
import { geneve, vxlan, vxlanByLooks, vxlanGpe } from "./vxlan.ts";

const faults = {
  short: { layer: "UDP", reason: "the packet ends inside it" },
  length: { layer: "UDP", reason: "its length is below 8 bytes" },
  long: { layer: "UDP", reason: "its length goes beyond the packet" },
} as const satisfies Record<string, Fault>;

export const plainUdp = "UDP (IP protocol 17)";

export const udp: Layer = (walk, bytes, at, end) => {
  if (end - at < 8) return walk.damaged(faults.short);
  const length = u16(bytes, at + 4);
  // RFC 2675 section 4: 0 in jumbograms; segmentation offload leaves it too.
  if (length !== 0) {
    if (length < 8) return walk.damaged(faults.length);
    if (at + length > walk.wireEnd) walk.odd(faults.long);
    else walk.wireEnd = at + length;
    end = Math.min(end, at + length);
  }
  const tunnel = tunnelIn(u16(bytes, at + 2), bytes, at + 8, end, walk.wireEnd);
  if (tunnel === undefined) walk.notTcp(plainUdp);
  else tunnel.layer(walk, bytes, at + 8, end);
};

/** Whether a datagram that begins so, of which more is to come, carries a tunnel, or may for all that is there. */
export function mayTunnel(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at < 8 + 16 || tunnelIn(u16(bytes, at + 2), bytes, at + 8, end, Number.POSITIVE_INFINITY) !== undefined;
}

function tunnelIn(port: number, bytes: Uint8Array, at: number, end: number, wireEnd: number): Tunnel | undefined {
  if (end - at < 8) return undefined;
  const tunnel = tunnels.get(port);
  if (tunnel !== undefined) return tunnel.isIn(bytes, at, end, wireEnd) ? tunnel : undefined;
  return vxlanByLooks.isIn(bytes, at, end, wireEnd) ? vxlanByLooks : undefined;
}

/** By the port that it is sent to: a tunnel's ends choose their own. */
const tunnels: ReadonlyMap<number, Tunnel> = new Map([
  [2152, gtpu], // 3GPP TS 29.281 4.4.2
  [4789, vxlan], // RFC 7348 section 5
  [4790, vxlanGpe],
  [6081, geneve], // RFC 8926 section 3.3
  [8472, vxlan], // Linux's default
]);
