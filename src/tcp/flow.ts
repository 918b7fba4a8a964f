import { linkTypes } from "../net/link.ts";
import type { TcpSegment } from "../net/segment.ts";
import type { Origin } from "../place.ts";
import { type ByteSink, type ByteSource, unread } from "./byte-stream.ts";
import { Direction } from "./direction.ts";
import type { Endpoint } from "./endpoint-text.ts";
import type { FlowQueue, Queued } from "./flow-queue.ts";

/** Hears what happens to one connection besides its octets. */
export interface FlowReader {
  /** The window that the endpoint of direction `side` advertises has become zero, or opens again; not reported for each segment. */
  window?(side: 0 | 1, zero: boolean, at: Origin): void;
  /** Nothing comes any more: both directions got their `end`. */
  close(): void;
}

/** One TCP connection as far as the capture shows it. Direction 0 is of who sent the SYN, else of the higher port: most likely the
 *  client, which the octets may show to be wrong. */
export class Flow implements ByteSource, Queued<Flow> {
  /** From 1, by first packet, over the session. */
  readonly id: number;
  readonly family: number;
  /** The last words of both addresses and both ports, the lower endpoint's first. */
  readonly low: number;
  readonly high: number;
  readonly ports: number;
  /** The other words of two IPv6 addresses, the lower endpoint's first; undefined for IPv4. */
  readonly prefixes: readonly number[] | undefined;
  /** Whether the client stands second in the key. */
  readonly clientSecond: boolean;
  readonly directions: readonly [Direction, Direction] = [new Direction(), new Direction()];
  /** Its octets were exported by Wireshark: what was around them, such as TLS, does not show. */
  readonly exported: boolean;
  readonly file: number;
  readonly firstPacket: number;
  readonly firstTime: number;
  lastFile = 0;
  lastPacket = 0;
  lastTime = 0;
  packets = 0;
  /** Both directions were ended; kept in the table to take what still arrives. */
  over = false;
  /** Enough packets were seen: a direction that has none is not waited for any more. */
  settled = false;
  /** Packets and time at which something first had to wait; -1: nothing waits. */
  waitingSince = -1;
  waitingTime = 0;
  /** The time of the SYN, and of its answer, while they may measure a round trip; -1: none, or more than one. */
  synTime = -1;
  synAckTime = -1;
  /** Nanoseconds from the SYN to the client's acknowledgment of the SYN-ACK: one round trip, wherever the capture was taken; -1 unknown. */
  roundTrip = -1;
  /** SYNs of direction 0, and what came of them: RST where a SYN-ACK was due. */
  syns = 0;
  refused = false;
  reader: FlowReader | undefined = undefined;
  /** It is that connection, captured at another point: all of its segments are taken there. */
  same: Flow | undefined = undefined;
  /** Of the table: the hash of the key, and what shares its place. */
  hash = 0;
  sameBucket: Flow | undefined = undefined;
  /** Of the queue it stands in. */
  queue: FlowQueue<Flow> | undefined = undefined;
  older: Flow | undefined = undefined;
  newer: Flow | undefined = undefined;

  constructor(id: number, s: TcpSegment, clientIsSource: boolean, clientSecond: boolean) {
    const { packet } = s;
    const sourceFirst = clientIsSource !== clientSecond;
    this.id = id;
    this.family = s.family;
    this.low = sourceFirst ? s.source3 : s.target3;
    this.high = sourceFirst ? s.target3 : s.source3;
    this.ports = sourceFirst ? (s.sourcePort << 16) | s.targetPort : (s.targetPort << 16) | s.sourcePort;
    if (s.family !== 6) this.prefixes = undefined;
    else if (sourceFirst) this.prefixes = [s.source0, s.source1, s.source2, s.target0, s.target1, s.target2];
    else this.prefixes = [s.target0, s.target1, s.target2, s.source0, s.source1, s.source2];
    this.clientSecond = clientSecond;
    this.exported = packet.linkType === linkTypes.exported;
    this.file = packet.file;
    this.firstPacket = packet.number;
    this.firstTime = packet.time;
  }

  /** The client asked for a connection, and got RST, or nothing though it asked three times. */
  get unanswered(): boolean {
    return this.refused || (this.syns >= 3 && !this.directions[1].seen);
  }

  get client(): Endpoint {
    return this.#endpoint(this.clientSecond);
  }

  get server(): Endpoint {
    return this.#endpoint(!this.clientSecond);
  }

  #endpoint(second: boolean): Endpoint {
    const last = second ? this.high : this.low;
    const port = second ? this.ports & 0xffff : this.ports >>> 16;
    if (this.prefixes === undefined) return { words: [0, 0, 0, last], port };
    const [a = 0, b = 0, c = 0] = this.prefixes.slice(second ? 3 : 0);
    return { words: [a, b, c, last], port };
  }

  attach(direction: 0 | 1, sink: ByteSink): void {
    this.directions[direction].sink = sink;
  }

  attached(direction: 0 | 1): ByteSink {
    return this.directions[direction].sink ?? unread;
  }
}
