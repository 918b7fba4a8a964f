// Delivery of what waits. It is causal: a segment is held until the octets that it acknowledges were delivered, so a later stage never
// sees an answer before its cause, whatever the order in the file.
import type { Limits } from "../limits.ts";
import { copyOrigin, type Origin, origin } from "../place.ts";
import type { GapProof } from "./byte-stream.ts";
import type { Direction, Held } from "./direction.ts";
import type { Flow } from "./flow.ts";
import { atMost, earlier, type Reassembly } from "./reassembly.ts";
import { distance, FAR } from "./sequence.ts";

export class CausalOrder {
  readonly #store: Reassembly;
  readonly #lostAfterPackets: number;
  readonly #conflict: (flow: Flow, side: 0 | 1, held: Held) => void;

  /** @param conflict Called where a held segment carries other octets than one that was held before. */
  constructor(store: Reassembly, limits: Limits, conflict: (flow: Flow, side: 0 | 1, held: Held) => void) {
    this.#store = store;
    this.#lostAfterPackets = limits.lostAfterPackets;
    this.#conflict = conflict;
  }

  /** Does the segment acknowledge octets that were not delivered yet, or, of a peer whose first octet is not known yet, may it? */
  isEarly(flow: Flow, acked: number, peer: Direction): boolean {
    if (acked === UNPLACED) return peer.held.length > 0 || !flow.settled;
    return acked > peer.offset && !peer.ended;
  }

  /** Let a segment wait: at its offset, or its sequence number while none is known. */
  hold(flow: Flow, side: 0 | 1, held: Held): void {
    const d = flow.directions[side];
    if (d.known) this.#place(flow, side, held);
    else this.#store.insert(d, d.held.length, held);
    if (flow.waitingSince >= 0) return;
    flow.waitingSince = flow.packets;
    flow.waitingTime = held.origin.time;
  }

  #place(flow: Flow, side: 0 | 1, held: Held): void {
    if (this.#store.place(flow.directions[side], held)) this.#conflict(flow, side, held);
  }

  /** Deliver what no longer has to wait. */
  drain(flow: Flow): void {
    let progress = false;
    for (let again = true; again; ) {
      again = this.#drainOne(flow, 0) || this.#drainOne(flow, 1) || breakAckCycle(flow);
      progress ||= again;
    }
    if (flow.directions[0].held.length === 0 && flow.directions[1].held.length === 0) flow.waitingSince = -1;
    else if (progress) {
      flow.waitingSince = flow.packets;
      flow.waitingTime = flow.lastTime;
    }
  }

  #drainOne(flow: Flow, side: 0 | 1): boolean {
    const d = flow.directions[side];
    const held = d.held[0];
    if (held === undefined || !d.known || held.offset > d.offset) return false;
    if (this.isEarly(flow, held.origin.acked, flow.directions[1 - side]!)) return false;
    this.#store.takeFirst(d);
    const skip = d.offset - held.offset;
    const length = held.bytes.length + held.cut;
    if (skip >= length && !held.rst && (!held.fin || skip > length)) return true;
    const start = Math.min(skip, held.bytes.length);
    const cut = Math.max(0, Math.min(held.cut, length - skip));
    this.deliver(d, held.bytes, start, held.bytes.length, cut, held.fin && skip <= length, held.rst, held.origin);
    return true;
  }

  /** Give the next octets of a direction to its sink. */
  deliver(
    d: Direction,
    buffer: Uint8Array,
    start: number,
    end: number,
    cut: number,
    fin: boolean,
    rst: boolean,
    at: Origin,
  ): void {
    if (d.ended) return;
    at.offset = d.offset;
    if (at.acked === UNPLACED) at.acked = -1;
    if (end > start) {
      d.next = (d.next + end - start) | 0;
      d.offset += end - start;
      d.sink!.bytes(buffer, start, end, at);
    }
    if (cut > 0) {
      at.offset = d.offset;
      tellGap(d, cut, "cut", at);
    }
    if (fin || rst) {
      at.offset = d.offset;
      if (fin) d.fin = d.offset;
      d.ended = true;
      this.#store.takeAll(d);
      d.sink!.end(rst ? "rst" : "fin", at);
    }
  }

  /** The sequence number of offset 0 is known: what was held gets its offset, and the acknowledgments of the peer theirs. */
  fixInitialSequence(flow: Flow, side: 0 | 1, seq: number): void {
    const d = flow.directions[side];
    const peer = flow.directions[1 - side]!;
    d.known = true;
    d.next = seq;
    d.offset = 0;
    for (const held of this.#store.takeAll(d)) {
      // Held without an offset: `offset` was the sequence number. Far from it is left over from an older connection.
      held.offset = distance(held.offset, seq);
      if (Math.abs(held.offset) <= FAR) this.#place(flow, side, held);
    }
    for (const held of peer.held) {
      if (held.origin.acked !== UNPLACED) continue;
      held.origin.acked = ackedOf(d, held.ack);
      if (held.origin.acked > d.acknowledged) d.acknowledged = held.origin.acked;
    }
    for (let i = peer.held.length - 2; i >= 0; i--) atMost(peer.held[i]!, peer.held[i + 1]!.origin.acked);
  }

  /** Something waits: has it waited long enough to call octets lost, or the beginning known? */
  checkForLoss(flow: Flow): void {
    const waited = flow.packets - flow.waitingSince;
    if (waited >= START_PACKETS) {
      this.#fixStarts(flow);
      this.drain(flow);
      if (flow.waitingSince < 0) return;
    }
    const late = waited >= this.#lostAfterPackets || flow.lastTime - flow.waitingTime >= LOST_AFTER;
    if ((late && lossIsProven(flow)) || flow.lastTime - flow.waitingTime >= GIVE_UP_AFTER) this.releaseHeld(flow, () => false);
  }

  // Without a SYN the lowest sequence number of the first few segments is where a direction begins; what has not come by now is not
  // waited for.
  #fixStarts(flow: Flow): void {
    flow.settled = true;
    for (const side of [0, 1] as const) {
      const d = flow.directions[side];
      const first = d.held[0];
      if (d.known || first === undefined) continue;
      const base = d.held.reduce((lowest, h) => (distance(h.offset, lowest) < 0 ? h.offset : lowest), first.offset);
      this.fixInitialSequence(flow, side, base);
    }
  }

  /** Go on without what is missing, until nothing is held, or one step if `more` says that is enough. */
  releaseHeld(flow: Flow, more: () => boolean): void {
    const [a, b] = flow.directions;
    this.#fixStarts(flow);
    this.drain(flow);
    while (a.held.length > 0 || b.held.length > 0) {
      // The segment captured first decides which direction lacks something.
      const first = !a.held[0] ? b : !b.held[0] ? a : earlier(a.held[0].origin, b.held[0].origin) ? a : b;
      unblock(first, first === a ? b : a);
      this.drain(flow);
      if (!more()) return;
    }
  }
}

// Two segments that acknowledge each other: one was sent again, with an acknowledgment it did not have the first time, which the
// capture lacks. That is the one captured later, and the first time it came before the other.
function breakAckCycle(flow: Flow): boolean {
  const [a, b] = flow.directions;
  const [one, two] = [a.held[0], b.held[0]];
  if (one === undefined || two === undefined || !a.known || !b.known) return false;
  if (one.offset > a.offset || two.offset > b.offset) return false;
  if (earlier(one.origin, two.origin)) two.origin.acked = a.offset;
  else one.origin.acked = b.offset;
  return true;
}

// The peer acknowledged what is missing, so it will not be sent again.
function lossIsProven(flow: Flow): boolean {
  if (flow.directions.some((d) => d.ended)) return true;
  return flow.directions.some((d) => {
    const first = d.held[0];
    return first === undefined ? d.acknowledged > d.offset : first.offset > d.offset && d.acknowledged >= first.offset;
  });
}

function unblock(d: Direction, peer: Direction): void {
  const held = d.held[0]!;
  const next = peer.held[0];
  if (held.offset > d.offset) {
    lose(d, held.offset, held.origin);
  } else if (next !== undefined && next.offset > peer.offset) {
    // It waits for octets of the peer, which are missing, or held behind what is missing.
    lose(peer, Math.min(next.offset, held.origin.acked), held.origin);
  } else {
    // A FIN or RST that acknowledges a FIN: no octet.
    const { acked } = held.origin;
    const octets = held.bytes.length + held.cut > 0 ? acked : acked - 1;
    if (octets > peer.offset) lose(peer, octets, held.origin);
    held.origin.acked = peer.offset;
  }
}

/** The octets up to this offset will not come. */
export function lose(d: Direction, to: number, shownBy: Origin): void {
  const at = origin();
  copyOrigin(at, shownBy);
  at.offset = d.offset;
  at.acked = -1;
  tellGap(d, to - d.offset, d.acknowledged >= to ? "acknowledged" : "unknown", at);
}

function tellGap(d: Direction, length: number, proof: GapProof, at: Origin): void {
  if (d.ended) return;
  d.next = (d.next + length) | 0;
  d.offset += length;
  d.sink!.gap(length, proof, at);
}

/** How many octets of a direction an acknowledgment number covers. One that is far from them is damaged. */
export function ackedOf(d: Direction, ack: number): number {
  const ahead = distance(ack, d.next);
  return Math.abs(ahead) > FAR ? -1 : Math.max(0, d.offset + ahead);
}

/** There is an acknowledgment, of a direction whose sequence numbers are not known yet. */
export const UNPLACED = -2;

// Packets of a connection after which its beginning is taken as known.
const START_PACKETS = 4;
// Nanoseconds of capture time.
const LOST_AFTER = 1e9;
const GIVE_UP_AFTER = 60e9;
