// IPv4 (RFC 791), IPv6 (RFC 8200) and its extension headers. In: an IP header. Out: what it carries, without link-layer padding.
// Not done: checksums are ignored (offload leaves them empty), a routing header's last address is not looked up.

import { i32, u16, u32 } from "../bytes.ts";
import type { Fault, Layer, Walk } from "./layer.ts";

const faults = {
  version4: { layer: "IPv4", reason: "its version is not 4" },
  short4: { layer: "IPv4", reason: "the packet ends inside it" },
  header4: { layer: "IPv4", reason: "its header length is below 20 bytes" },
  total4: { layer: "IPv4", reason: "its total length is below its header length" },
  long4: { layer: "IPv4", reason: "its total length goes beyond the packet" },
  version6: { layer: "IPv6", reason: "its version is not 6" },
  short6: { layer: "IPv6", reason: "the packet ends inside it" },
  long6: { layer: "IPv6", reason: "its payload length goes beyond the packet" },
  extension: { layer: "IPv6 extension", reason: "the packet ends inside it" },
  none: { layer: "IP", reason: "no bytes" },
  fragment4: { layer: "IPv4 fragment", reason: "its bytes are none, not a multiple of 8, or beyond 65,535" },
  fragment6: { layer: "IPv6 fragment", reason: "its bytes are none, not a multiple of 8, or beyond 65,535" },
} as const satisfies Record<string, Fault>;

const hopByHop = 0;

/** Either, by the version in the first octet. */
export const ip: Layer = (walk, bytes, at, end) => {
  if (at >= end) return walk.damaged(faults.none);
  if (bytes[at]! >> 4 === 6) ipv6(walk, bytes, at, end);
  else ipv4(walk, bytes, at, end);
};

export const ipv4: Layer = (walk, bytes, at, end) => {
  if (end - at < 20) return walk.damaged(faults.short4);
  const first = bytes[at]!;
  if (first >> 4 !== 4) return walk.damaged(faults.version4);
  const header = (first & 15) * 4;
  if (header < 20) return walk.damaged(faults.header4);
  if (header > end - at) return walk.damaged(faults.short4);
  const total = u16(bytes, at + 2);
  // Segmentation offload leaves 0 in packets of over 64 KiB: then, and only then, the packet's end is the datagram's.
  if (total !== 0) {
    if (total < header) return walk.damaged(faults.total4);
    end = datagramEnd(walk, at + total, end, faults.long4);
  }
  const protocol = bytes[at + 9]!;
  const segment = walk.segment;
  segment.family = 4;
  segment.source0 = segment.source1 = segment.source2 = segment.target0 = segment.target1 = segment.target2 = 0;
  segment.source3 = i32(bytes, at + 12);
  segment.target3 = i32(bytes, at + 16);
  walk.identification = u16(bytes, at + 4);
  const fragment = u16(bytes, at + 6) & 0x3fff;
  if (fragment === 0) walk.transport(protocol, bytes, at + header, end);
  else fragment4(walk, protocol, fragment, bytes, at + header, end);
};

// Apart: what every packet runs stays short enough to be inlined.
function fragment4(walk: Walk, protocol: number, fragment: number, bytes: Uint8Array, at: number, end: number): void {
  const offset = (fragment & 0x1fff) * 8;
  const more = (fragment & 0x2000) !== 0;
  walk.fragment(protocol, walk.identification, offset, more, bytes, at, end, faults.fragment4);
}

export const ipv6: Layer = (walk, bytes, at, end) => {
  if (end - at < 40) return walk.damaged(faults.short6);
  if (bytes[at]! >> 4 !== 6) return walk.damaged(faults.version6);
  const next = bytes[at + 6]!;
  // Zero again stands for "to the end", unless a jumbo payload option says more (RFC 2675; Linux's BIG TCP writes it).
  const length = u16(bytes, at + 4) || (next === hopByHop ? jumboLength(bytes, at + 40, end) : 0);
  if (length !== 0) end = datagramEnd(walk, at + 40 + length, end, faults.long6);
  const segment = walk.segment;
  segment.family = 6;
  segment.source0 = i32(bytes, at + 8);
  segment.source1 = i32(bytes, at + 12);
  segment.source2 = i32(bytes, at + 16);
  segment.source3 = i32(bytes, at + 20);
  segment.target0 = i32(bytes, at + 24);
  segment.target1 = i32(bytes, at + 28);
  segment.target2 = i32(bytes, at + 32);
  segment.target3 = i32(bytes, at + 36);
  walk.identification = 0;
  walk.transport(next, bytes, at + 40, end);
};

/** Cut what follows the datagram (padding, frame check sequence), or see how much of it the snap length cut. */
function datagramEnd(walk: Walk, claimed: number, end: number, fault: Fault): number {
  if (claimed > walk.wireEnd) walk.odd(fault);
  else walk.wireEnd = claimed;
  return Math.min(end, claimed);
}

/** RFC 2675 section 2: option C2 with four octets; 0 where there is none. */
function jumboLength(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 8) return 0;
  const optionsEnd = Math.min(end, at + (bytes[at + 1]! + 1) * 8);
  for (let option = at + 2; option < optionsEnd; ) {
    const type = bytes[option]!;
    if (type === 0xc2 && option + 6 <= optionsEnd && bytes[option + 1] === 4) return u32(bytes, option + 2);
    // RFC 8200 4.2: Pad1 is the only option without a length.
    option += type === 0 || option + 1 >= optionsEnd ? 1 : bytes[option + 1]! + 2;
  }
  return 0;
}

/** RFC 8200 section 4: next header, then length in units of eight octets, the first ones not counted. */
export const extension: Layer = (walk, bytes, at, end) => {
  if (end - at < 8) return walk.damaged(faults.extension);
  const length = (bytes[at + 1]! + 1) * 8;
  if (length > end - at) return walk.damaged(faults.extension);
  walk.transport(bytes[at]!, bytes, at + length, end);
};

/** RFC 4302 section 2.2: here the unit is four octets, and two units are not counted. */
export const authentication: Layer = (walk, bytes, at, end) => {
  if (end - at < 12) return walk.damaged(faults.extension);
  const length = (bytes[at + 1]! + 2) * 4;
  if (length > end - at) return walk.damaged(faults.extension);
  walk.transport(bytes[at]!, bytes, at + length, end);
};

/** RFC 8200 4.5. With offset 0 and no more to come it is an "atomic fragment" (RFC 6946): a whole packet. */
export const fragmentHeader: Layer = (walk, bytes, at, end) => {
  if (end - at < 8) return walk.damaged(faults.extension);
  const next = bytes[at]!;
  const fragment = u16(bytes, at + 2);
  if ((fragment & 0xfff9) === 0) return walk.transport(next, bytes, at + 8, end);
  walk.fragment(next, i32(bytes, at + 4), fragment & 0xfff8, (fragment & 1) !== 0, bytes, at + 8, end, faults.fragment6);
};

/** Whether octets look like an IP header with all it claims behind it, or up to where the snap length cut: to tell IP from what may
 *  stand in its place. */
export function looksLikeIp(bytes: Uint8Array, at: number, end: number, wireEnd: number): boolean {
  if (end - at < 20) return false;
  const first = bytes[at]!;
  if (first >> 4 === 4) {
    const total = u16(bytes, at + 2);
    return (first & 15) >= 5 && (total === 0 || (total >= (first & 15) * 4 && at + total <= wireEnd));
  }
  return first >> 4 === 6 && wireEnd - at >= 40 && at + 40 + u16(bytes, at + 4) <= wireEnd;
}
