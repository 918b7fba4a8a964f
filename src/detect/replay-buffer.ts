import { copyOf } from "../bytes.ts";
import { copyOrigin, type Origin, origin } from "../place.ts";
import type { ByteSink, ByteSource, EndReason, GapProof } from "../tcp/byte-stream.ts";

/** What all connections keep while nothing shows what they speak. */
export class UndecidedBudget {
  octets = 0;
  /** The most that there was at once. */
  most = 0;

  add(octets: number): void {
    this.octets += octets;
    if (this.octets > this.most) this.most = this.octets;
  }
}

/** What came in both directions and was not given on, in order: while nothing shows what it is, or an answer must tell. */
export class ReplayBuffer {
  /** Octets of both directions. */
  octets = 0;
  readonly #budget: UndecidedBudget;
  /** With what keeping them costs: its part of what all keep. */
  #cost = 0;
  #events: Waiting[] = [];

  constructor(budget: UndecidedBudget) {
    this.#budget = budget;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** Something of this direction waits. */
  holds(index: 0 | 1): boolean {
    return this.#events.some((event) => event.index === index);
  }

  /** @param base Where in `b` the octet stands whose place is `at`. */
  bytes(index: 0 | 1, b: Uint8Array, base: number, start: number, end: number, at: Origin): void {
    if (start === end) return;
    const place = placeOf(at);
    place.offset += start - base;
    this.#events.push({ index, kind: "bytes", bytes: copyOf(b, start, end), at: place });
    this.octets += end - start;
    this.#cost += end - start + WAITING_COST;
    this.#budget.add(end - start + WAITING_COST);
  }

  gap(index: 0 | 1, length: number, proof: GapProof, at: Origin, skipped: number, exact = true): void {
    const place = placeOf(at);
    place.offset += skipped;
    this.#events.push({ index, kind: "gap", length, proof, exact, at: place });
  }

  end(index: 0 | 1, how: EndReason, at: Origin): void {
    this.#events.push({ index, kind: "end", how, at: placeOf(at) });
  }

  /** Behind what waits comes what another one holds. */
  append(other: ReplayBuffer): void {
    this.#events.push(...other.#events);
    this.octets += other.octets;
    this.#cost += other.#cost;
    other.#events = [];
    other.octets = 0;
    other.#cost = 0;
  }

  /** The first octets of a direction belong to what carries the rest.
   *  @returns How many of them have not come yet. */
  strip(index: 0 | 1, octets: number): number {
    let left = octets;
    const rest: Waiting[] = [];
    for (const event of this.#events) {
      if (event.index !== index || event.kind !== "bytes" || left === 0) {
        rest.push(event);
        continue;
      }
      const take = Math.min(left, event.bytes.length);
      left -= take;
      this.octets -= take;
      event.at.offset += take;
      if (take < event.bytes.length) rest.push({ ...event, bytes: event.bytes.subarray(take) });
    }
    this.#events = rest;
    return left;
  }

  /** The octets of one direction, piece by piece. */
  *piecesOf(index: 0 | 1): Generator<Uint8Array> {
    for (const event of this.#events) if (event.index === index && event.kind === "bytes") yield event.bytes;
  }

  clear(): void {
    this.#events = [];
    this.octets = 0;
    this.#budget.octets -= this.#cost;
    this.#cost = 0;
  }

  /** Give everything to who reads the directions now, or from some event on. */
  replay(to: ByteSource): void {
    const events = this.#events;
    this.clear();
    for (const event of events) give(event, to.attached(event.index));
  }

  /** Give everything to these, and keep it. */
  show(to: readonly [ByteSink, ByteSink]): void {
    for (const event of this.#events) give(event, to[event.index]);
  }
}

function give(event: Waiting, sink: ByteSink): void {
  if (event.kind === "bytes") sink.bytes(event.bytes, 0, event.bytes.length, event.at);
  else if (event.kind === "gap") sink.gap(event.length, event.proof, event.at, event.exact);
  else sink.end(event.how, event.at);
}

type Waiting = { readonly index: 0 | 1; readonly at: Origin } & (
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "gap"; readonly length: number; readonly proof: GapProof; readonly exact: boolean }
  | { readonly kind: "end"; readonly how: EndReason }
);

function placeOf(at: Origin): Origin {
  const place = origin();
  copyOrigin(place, at);
  return place;
}

/** Octets of both directions that one connection keeps while nothing shows what they are. */
export const UNDECIDED = 64 << 10;
// What keeping a piece costs besides its octets.
const WAITING_COST = 256;
