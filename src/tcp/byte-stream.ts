import type { Origin } from "../place.ts";

/** One direction of one connection: its octets in order. What it gets is borrowed until it returns. */
export interface ByteSink {
  bytes(buffer: Uint8Array, start: number, end: number, at: Origin): void;
  /** Octets that the capture does not hold. `at` is of the first one lost, with the packet that showed the loss. */
  gap(length: number, proof: GapProof, at: Origin): void;
  /** After this nothing comes. `at.offset` is the number of octets of the direction. */
  end(how: EndReason, at: Origin): void;
}

/** `acknowledged`: the peer had the octets, so the capture lost them; `cut`: the snap length did; `unknown`: neither is shown. */
export type GapProof = "acknowledged" | "cut" | "unknown";

/** `idle`: no packet for long, or another connection took the ports over; `capture-end`: nobody closed. */
export type EndReason = "fin" | "rst" | "idle" | "capture-end";
