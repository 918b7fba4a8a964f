import type { Origin } from "../place.ts";
import type { ByteSink } from "./byte-stream.ts";

/** One direction's place in its sequence space. */
export class Direction {
  sink: ByteSink | undefined = undefined;
  /** The next sequence number, and its offset; `known` once there is one. */
  next = 0;
  offset = 0;
  known = false;
  /** The SYN was captured: offset 0 is the first octet sent. */
  syn = false;
  /** Segments were captured in this direction. */
  seen = false;
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
  /** Since the other side was last heard of: times that octets it has not acknowledged were sent again, and the first such segment. */
  resent = 0;
  unheardPacket = -1;
  unheardFile = 0;
  unheardTime = 0;
  unheardOffset = 0;
  /** Nanoseconds without a segment before that. */
  unheardIdle = 0;
  lastTime = -1;
  /** A retransmission carried other octets. */
  conflict = false;
  /** Segments that wait, by offset; their octets are copies. A separate list only while there are some. */
  held: Held[] = NONE_HELD;
  /** With what holding them costs. */
  heldOctets = 0;

  /** It was reset: nothing follows but what was in flight. */
  get wasReset(): boolean {
    return this.ended && this.fin < 0;
  }
}

/** A segment that waits. */
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

/** Of every direction in which nothing waits; never changed. */
export const NONE_HELD: Held[] = [];
