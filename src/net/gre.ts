// GRE (RFC 2784 with RFC 2890; NVGRE, RFC 7637), its version 1 for PPTP (RFC 2637), ERSPAN types I to III in it, and EtherIP (RFC 3378).

import { i32, u16 } from "../bytes.ts";
import type { Fault, Layer } from "./layer.ts";

const faults = {
  short: { layer: "GRE", reason: "the packet ends inside it" },
  length: { layer: "GRE", reason: "its payload length goes beyond the packet" },
  erspan: { layer: "ERSPAN", reason: "the packet ends inside it" },
  version: { layer: "ERSPAN", reason: "its version is not that of its type" },
  etherip: { layer: "EtherIP", reason: "its version is not 3, or the packet ends inside it" },
} as const satisfies Record<string, Fault>;

const Flag = { checksum: 0x8000, routing: 0x4000, key: 0x2000, sequence: 0x1000, ack: 0x0080 } as const;
const erspan2 = 0x88be;
const erspan3 = 0x22eb;

export const gre: Layer = (walk, bytes, at, end) => {
  if (end - at < 4) return walk.damaged(faults.short);
  const flags = u16(bytes, at);
  const type = u16(bytes, at + 2);
  const version = flags & 7;
  if (version === 1) return pptp(walk, bytes, at, end);
  if (version !== 0) return walk.unread(`GRE version ${version}`);
  // RFC 1701's list of addresses, which RFC 2784 section 2.2 has receivers discard.
  if ((flags & Flag.routing) !== 0) return walk.unread("GRE with source routing");
  let header = 4;
  if ((flags & Flag.checksum) !== 0) header += 4;
  if ((flags & Flag.key) !== 0) header += 4;
  if ((flags & Flag.sequence) !== 0) header += 4;
  if (end - at < header) return walk.damaged(faults.short);
  if ((flags & Flag.key) !== 0) walk.tunnel = i32(bytes, at + ((flags & Flag.checksum) === 0 ? 4 : 8));
  at += header;
  // Type I has no sequence number and no header.
  if (type === erspan2 && (flags & Flag.sequence) === 0) walk.link(1, bytes, at, end);
  else if (type === erspan2) erspan(walk, bytes, at, end, 1, 8);
  else if (type === erspan3) erspan(walk, bytes, at, end, 2, 12);
  else if (type === 0) walk.notTcp("GRE keepalive");
  else walk.network(type, bytes, at, end);
};

/** draft-foschiano-erspan section 4: version and VLAN, class with the T bit and session; then an index, or a time stamp and flags. */
const erspan: (...parameters: [...Parameters<Layer>, version: number, header: number]) => void = (
  walk,
  bytes,
  at,
  end,
  version,
  header,
) => {
  if (end - at < header) return walk.damaged(faults.erspan);
  if (bytes[at]! >> 4 !== version) return walk.damaged(faults.version);
  walk.tunnel = u16(bytes, at + 2) & 0x3ff;
  const isTruncated = (bytes[at + 2]! & 4) !== 0;
  let isIp = false;
  if (version === 2) {
    // Frame type 2 is IP without Ethernet; the O bit announces eight octets more.
    isIp = ((bytes[at + 10]! >> 2) & 0x1f) === 2;
    if ((bytes[at + 11]! & 1) !== 0) header += 8;
    if (end - at < header) return walk.damaged(faults.erspan);
  }
  at += header;
  // The mirror cut the frame, as a snap length does: what its IP header claims was on the wire.
  if (isTruncated) walk.wireEnd = at + 0x10000 + 64;
  if (isIp && at < end && bytes[at]! >> 4 === 6) walk.network(0x86dd, bytes, at, end);
  else if (isIp) walk.network(0x0800, bytes, at, end);
  else walk.link(1, bytes, at, end);
};

/** RFC 2637 section 4.1: payload length and call in place of the key; without a sequence number there is no payload. */
const pptp: Layer = (walk, bytes, at, end) => {
  if (end - at < 8) return walk.damaged(faults.short);
  const flags = u16(bytes, at);
  const header = 8 + ((flags & Flag.sequence) !== 0 ? 4 : 0) + ((flags & Flag.ack) !== 0 ? 4 : 0);
  if (end - at < header) return walk.damaged(faults.short);
  if ((flags & Flag.sequence) === 0) return walk.notTcp("GRE acknowledgment");
  const claimed = at + header + u16(bytes, at + 4);
  if (claimed > walk.wireEnd) walk.odd(faults.length);
  else walk.wireEnd = claimed;
  walk.tunnel = u16(bytes, at + 6);
  walk.network(u16(bytes, at + 2), bytes, at + header, Math.min(end, claimed));
};

/** RFC 3378 section 3: version 3 and twelve 0 bits, then an Ethernet frame. */
export const etherip: Layer = (walk, bytes, at, end) => {
  if (end - at < 2 || bytes[at]! >> 4 !== 3) return walk.damaged(faults.etherip);
  walk.link(1, bytes, at + 2, end);
};
