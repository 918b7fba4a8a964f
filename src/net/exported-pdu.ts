// Link type 252: what Wireshark exports of a dissector, or `text2pcap -P` writes (wsutil/exported_pdu_tlvs.h). In: tags, and octets of TCP,
// of TLS or of what is inside. Out: a TCP segment with these octets, or the layer that the tags name. Where the tags hold no sequence
// number the PDUs of a direction follow each other: what was not exported in between does not show.

import { i32, latin1, u16, u32 } from "../bytes.ts";
import { ip } from "./ip.ts";
import type { Fault, Layer, Walk } from "./layer.ts";
import { TcpFlag, type TcpSegment } from "./segment.ts";

const faults = {
  tags: { layer: "Wireshark exported PDU", reason: "the packet ends inside its tags" },
  address: { layer: "Wireshark exported PDU", reason: "an address or port has a wrong length" },
} as const satisfies Record<string, Fault>;

export const exportedPdu: Layer = (walk, bytes, at, end) => {
  const tags = readTags(walk, bytes, at, end);
  if (tags !== undefined) carry(walk, tags, bytes, end);
};

/** What the tags of one packet say. */
interface Tags {
  /** Of the dissector; one character per octet. */
  name: string;
  /** The table that the dissector was found in, and the number in it; -1: none. */
  table: string;
  number: number;
  /** EXP_PDU_PT_; -1: not said. */
  portType: number;
  /** Where TCP's own numbers are; -1: they are not known. */
  tcp: number;
  /** Bits: both addresses, both ports. */
  seen: number;
  /** Of the payload. */
  start: number;
}

function readTags(walk: Walk, bytes: Uint8Array, at: number, end: number): Tags | undefined {
  const { segment } = walk;
  const tags: Tags = { name: "", table: "", number: -1, portType: -1, tcp: -1, seen: 0, start: end };
  segment.source0 = segment.source1 = segment.source2 = segment.source3 = 0;
  segment.target0 = segment.target1 = segment.target2 = segment.target3 = 0;
  for (;;) {
    if (end - at < 4) return fail(walk, faults.tags);
    const type = u16(bytes, at);
    const length = u16(bytes, at + 2);
    at += 4;
    if (type === Tag.end) break;
    if (end - at < length) return fail(walk, faults.tags);
    const wanted = LENGTHS[type];
    if (wanted !== undefined && wanted !== length) return fail(walk, faults.address);
    if (type === Tag.name || type === Tag.heuristic) tags.name = text(bytes, at, length);
    else if (type === Tag.table) tags.table = text(bytes, at, length);
    else if (type === Tag.number) tags.number = u32(bytes, at);
    else if (type === Tag.portType) tags.portType = u32(bytes, at);
    else if (type === Tag.tcp && u16(bytes, at) === TCP_VERSION) tags.tcp = at;
    else readEndpoint(walk, tags, type, bytes, at);
    at += length;
  }
  tags.start = at;
  return tags;
}

function readEndpoint(walk: Walk, tags: Tags, type: number, bytes: Uint8Array, at: number): void {
  const { segment } = walk;
  if (type === Tag.source4 || type === Tag.target4) {
    segment.family = 4;
    tags.seen |= type === Tag.source4 ? Seen.source : Seen.target;
    if (type === Tag.source4) segment.source3 = i32(bytes, at);
    else segment.target3 = i32(bytes, at);
  } else if (type === Tag.source6) {
    segment.family = 6;
    tags.seen |= Seen.source;
    segment.source0 = i32(bytes, at);
    segment.source1 = i32(bytes, at + 4);
    segment.source2 = i32(bytes, at + 8);
    segment.source3 = i32(bytes, at + 12);
  } else if (type === Tag.target6) {
    segment.family = 6;
    tags.seen |= Seen.target;
    segment.target0 = i32(bytes, at);
    segment.target1 = i32(bytes, at + 4);
    segment.target2 = i32(bytes, at + 8);
    segment.target3 = i32(bytes, at + 12);
  } else if (type === Tag.sourcePort) {
    segment.sourcePort = u32(bytes, at) & 0xffff;
    tags.seen |= Seen.sourcePort;
  } else if (type === Tag.targetPort) {
    segment.targetPort = u32(bytes, at) & 0xffff;
    tags.seen |= Seen.targetPort;
  }
}

function carry(walk: Walk, tags: Tags, bytes: Uint8Array, end: number): void {
  const { name, table, number, portType, tcp, seen, start } = tags;
  const what = `Wireshark exported PDU (${(name || table || "no name").slice(0, NAME)})`;
  if (name === "ip" || name === "ipv6") ip(walk, bytes, start, end);
  else if (table === "ip.proto" && number >= 0 && number <= 0xff) walk.transport(number, bytes, start, end);
  else if (table === "ethertype" && number >= 0) walk.network(number, bytes, start, end);
  else if (portType >= 0 && portType !== TCP_PORTS) walk.notTcp(what);
  // Without both ends nobody knows what belongs together.
  else if (seen !== Seen.all) walk.unread(what);
  else segmentOf(walk, tcp, bytes, start, end);
}

function segmentOf(walk: Walk, tcp: number, bytes: Uint8Array, start: number, end: number): void {
  const { segment } = walk;
  const length = walk.wireEnd - start;
  segment.packet = walk.current;
  segment.start = start;
  segment.end = end;
  segment.cut = walk.wireEnd - end;
  segment.window = 0xffff;
  walk.identification = 0;
  // Of what Wireshark had put together the numbers are those of the last segment.
  if (tcp >= 0 && (u32(bytes, tcp + 6) - u32(bytes, tcp + 2)) >>> 0 === length) {
    segment.seq = i32(bytes, tcp + 2);
    walk.exported.reached(directionOf(segment, false), i32(bytes, tcp + 6));
    segment.ack = walk.exported.acknowledged(directionOf(segment, true), i32(bytes, tcp + 10));
    segment.flags = u16(bytes, tcp + 15) & 0xff & ~TcpFlag.syn;
  } else {
    segment.seq = walk.exported.sequence(directionOf(segment, false), bytes, start, end, length);
    segment.ack = 0;
    segment.flags = TcpFlag.psh;
  }
  walk.deliver(start);
}

function directionOf(s: TcpSegment, reverse: boolean): string {
  const source = `${s.source0}.${s.source1}.${s.source2}.${s.source3}:${s.sourcePort}`;
  const target = `${s.target0}.${s.target1}.${s.target2}.${s.target3}:${s.targetPort}`;
  return reverse ? `${target}>${source}` : `${source}>${target}`;
}

function fail(walk: Walk, fault: Fault): undefined {
  walk.damaged(fault);
  return undefined;
}

/** Names are padded with zeros. */
function text(bytes: Uint8Array, at: number, length: number): string {
  let end = at;
  while (end < at + length && bytes[end] !== 0) end++;
  return latin1(bytes, at, end);
}

const Tag = {
  end: 0,
  name: 12,
  heuristic: 13,
  table: 14,
  source4: 20,
  target4: 21,
  source6: 22,
  target6: 23,
  portType: 24,
  sourcePort: 25,
  targetPort: 26,
  number: 32,
  tcp: 34,
} as const;

const LENGTHS: Readonly<Partial<Record<number, number>>> = {
  [Tag.source4]: 4,
  [Tag.target4]: 4,
  [Tag.source6]: 16,
  [Tag.target6]: 16,
  [Tag.portType]: 4,
  [Tag.sourcePort]: 4,
  [Tag.targetPort]: 4,
  [Tag.number]: 4,
  [Tag.tcp]: 19,
};

const Seen = { source: 1, target: 2, sourcePort: 4, targetPort: 8, all: 15 } as const;
const TCP_PORTS = 2;
const TCP_VERSION = 1;
/** Characters of a dissector's name that are shown. */
const NAME = 40;
