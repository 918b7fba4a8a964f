import type { Origin } from "../place.ts";

/** One direction of one connection: its octets in order. What it gets is borrowed until it returns. */
export interface ByteSink {
  bytes(buffer: Uint8Array, start: number, end: number, at: Origin): void;
  /** Octets that the capture does not hold. `at` is of the first one lost, with the packet that showed the loss.
   *  @param exact False: `length` is only the most that may be missing. */
  gap(length: number, proof: GapProof, at: Origin, exact?: boolean): void;
  /** After this nothing comes. `at.offset` is the number of octets of the direction. */
  end(how: EndReason, at: Origin): void;
}

/** Gives octets in two directions: a TCP connection, or what is carried inside one. Who reads a direction may be changed at any time,
 *  also while it is given something: the next octets go to the new sink. */
export interface ByteSource {
  attach(direction: 0 | 1, sink: ByteSink): void;
  /** Who reads this direction now. */
  attached(direction: 0 | 1): ByteSink;
}

/** Reads nothing: for a direction in which nobody is interested. */
export const unread: ByteSink = { bytes() {}, gap() {}, end() {} };

/** `acknowledged`: the peer had the octets, so the capture lost them; `cut`: the snap length did; `unknown`: neither is shown. */
export type GapProof = "acknowledged" | "cut" | "unknown";

/** `idle`: no packet for long, or another connection took the ports over; `limit`: given up while it was open, since there were too
 *  many connections; `capture-end`: nobody closed. */
export type EndReason = "fin" | "rst" | "idle" | "limit" | "capture-end";
