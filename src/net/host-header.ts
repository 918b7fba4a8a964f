// Headers that a host's packet filter or capture facility puts before a packet: netfilter's log, BSD's pflog and enc, macOS's PKTAP.

import { u16, u16le, u32le } from "../bytes.ts";
import { ip } from "./ip.ts";
import type { Fault, Layer } from "./layer.ts";

const faults = {
  nflog: { layer: "NFLOG", reason: "the packet ends inside it" },
  noPayload: { layer: "NFLOG", reason: "it has no payload" },
  pflog: { layer: "pflog", reason: "the packet ends inside it" },
  enc: { layer: "enc", reason: "shorter than 12 bytes" },
  pktap: { layer: "PKTAP", reason: "the packet ends inside it" },
} as const satisfies Record<string, Fault>;

/** Family, version, resource; then attributes of length, type and value, padded to four octets, in the host's byte order. */
export const netfilterLog: Layer = (walk, bytes, at, end) => {
  if (end - at < 4) return walk.damaged(faults.nflog);
  const family = bytes[at];
  for (let attribute = at + 4; attribute < end; ) {
    if (end - attribute < 4) return walk.damaged(faults.nflog);
    // Types are from 1 to some twenty: the octet that is not 0 shows the order.
    const isLittle = bytes[attribute + 3] === 0;
    const length = isLittle ? u16le(bytes, attribute) : u16(bytes, attribute);
    const type = isLittle ? u16le(bytes, attribute + 2) : u16(bytes, attribute + 2);
    if (length < 4) return walk.damaged(faults.nflog);
    if (type === 9) {
      if (family !== 2 && family !== 10) return walk.notIp("another address family in NFLOG");
      walk.wireEnd = Math.min(walk.wireEnd, attribute + length);
      return ip(walk, bytes, attribute + 4, Math.min(end, attribute + length));
    }
    attribute += (length + 3) & ~3;
  }
  walk.damaged(faults.noPayload);
};

/** Its length, then the address family; the packet stands at the next multiple of four. */
export const packetFilterLog: Layer = (walk, bytes, at, end) => {
  const length = at < end ? (bytes[at]! + 3) & ~3 : 0;
  if (length < 4 || length > end - at) return walk.damaged(faults.pflog);
  ip(walk, bytes, at + length, end);
};

/** Address family, security parameters index and flags of four octets each. */
export const encLog: Layer = (walk, bytes, at, end) => {
  if (end - at < 12) return walk.damaged(faults.enc);
  ip(walk, bytes, at + 12, end);
};

/** Its length, what follows (1: a packet) and the packet's link type, four octets each, little-endian as on all of Apple's hosts. */
export const pktap: Layer = (walk, bytes, at, end) => {
  if (end - at < 12) return walk.damaged(faults.pktap);
  const length = u32le(bytes, at);
  if (length < 12 || length > end - at) return walk.damaged(faults.pktap);
  if (u32le(bytes, at + 4) !== 1) return walk.notIp("PKTAP without a packet");
  walk.link(u32le(bytes, at + 8), bytes, at + length, end);
};
