import { u16 } from "../bytes.ts";
import type { TcpSegment } from "../net/segment.ts";
import type { Origin, Side } from "../place.ts";
import type { ByteSink } from "./byte-stream.ts";

/** One TCP connection as far as the capture shows it. Direction 0 is of who sent the SYN, else of the higher port: most likely the
 *  client, which the octets may show to be wrong. */
export class Flow {
  /** From 1, by first packet, over the session. */
  readonly id: number;
  readonly family: number;
  client: Endpoint;
  server: Endpoint;
  /** Whether the client stands second in the flow table's key. */
  readonly clientSecond: boolean;
  readonly directions: readonly [Direction, Direction];
  readonly file: number;
  readonly firstPacket: number;
  readonly firstTime: number;
  lastFile = 0;
  lastPacket = 0;
  lastTime = 0;
  packets = 0;
  /** Both directions were told to end; kept in the table to take what still arrives. */
  over = false;
  /** Enough packets were seen: a direction that has none is not waited for any more. */
  settled = false;
  /** Packets and time at which something first had to wait; -1: nothing waits. */
  waitingSince = -1;
  waitingTime = 0;
  /** Nanoseconds from the SYN to the client's acknowledgment of the SYN-ACK: one round trip, wherever the capture was taken; -1 unknown. */
  roundTrip = -1;

  constructor(id: number, segment: TcpSegment, clientIsSource: boolean, clientSecond: boolean) {
    const { packet } = segment;
    const source = {
      words: [segment.source0, segment.source1, segment.source2, segment.source3],
      port: segment.sourcePort,
    } as const;
    const target = {
      words: [segment.target0, segment.target1, segment.target2, segment.target3],
      port: segment.targetPort,
    } as const;
    this.id = id;
    this.directions = [new Direction(id, "client"), new Direction(id, "server")];
    this.family = segment.family;
    this.client = clientIsSource ? source : target;
    this.server = clientIsSource ? target : source;
    this.clientSecond = clientSecond;
    this.file = packet.file;
    this.firstPacket = packet.number;
    this.firstTime = packet.time;
  }
}

export interface Endpoint {
  /** The address in network order, signed; an IPv4 address is the last word. */
  readonly words: readonly [number, number, number, number];
  readonly port: number;
}

/** One direction's place in its sequence space. */
export class Direction {
  /** The flow's id, and whose octets these most likely are. */
  readonly flow: number;
  readonly from: Side;
  sink: ByteSink | undefined;
  /** The next sequence number, and its offset; `known` once there is one. */
  next = 0;
  offset = 0;
  known = false;
  /** The SYN was captured: offset 0 is the first octet sent. */
  syn = false;
  /** Segments were captured in this direction. */
  seen = false;
  /** The time of its SYN; -1: none, or more than one. */
  synTime = -1;
  /** Octets of this direction that the other side acknowledged, at most; -1 before the first acknowledgment. */
  acknowledged = -1;
  /** The offset of the FIN, or -1. */
  fin = -1;
  ended = false;
  /** The window that its sender advertises for the other direction; `unknown` until one was open. */
  window: "unknown" | "open" | "zero" = "unknown";
  /** Sequence and acknowledgment number of the segment that said so. */
  windowSeq = 0;
  windowAck = 0;
  /** A retransmission carried other octets. */
  conflict = false;
  /** Segments that wait, by offset; their octets are copies. */
  readonly held: Held[] = [];
  /** With what holding them costs. */
  heldOctets = 0;

  constructor(flow: number, from: Side) {
    this.flow = flow;
    this.from = from;
  }
}

export interface Held {
  offset: number;
  bytes: Uint8Array;
  cut: number;
  fin: boolean;
  rst: boolean;
  /** The acknowledgment number, for when the other direction's are not known yet. */
  readonly ack: number;
  readonly origin: Origin;
}

/** For people and reports: `192.0.2.1:443`, `[2001:db8::1]:443`. */
export function endpointText(endpoint: Endpoint, family: number): string {
  const [a, b, c, d] = endpoint.words;
  if (family === 4) return `${d >>> 24}.${(d >>> 16) & 255}.${(d >>> 8) & 255}.${d & 255}:${endpoint.port}`;
  const groups = [a, b, c, d].flatMap((word) => [(word >>> 16) & 0xffff, word & 0xffff]);
  return `[${ipv6Text(groups)}]:${endpoint.port}`;
}

/** An address as octets, 4 or 16 of them, as text; IPv6 in brackets, as before a port. */
export function addressText(b: Uint8Array, at: number, size: number): string {
  if (size === 4) return `${b[at]}.${b[at + 1]}.${b[at + 2]}.${b[at + 3]}`;
  return `[${ipv6Text(Array.from({ length: 8 }, (_, i) => u16(b, at + 2 * i)))}]`;
}

// RFC 5952: the longest run of two or more zero groups is left out, the first one of equals.
function ipv6Text(groups: readonly number[]): string {
  let best = 0;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0) length++;
    if (length > bestLength) {
      best = i;
      bestLength = length;
    }
  }
  const text = groups.map((group) => group.toString(16));
  if (bestLength < 2) return text.join(":");
  return `${text.slice(0, best).join(":")}::${text.slice(best + bestLength).join(":")}`;
}
