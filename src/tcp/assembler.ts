// In: TCP segments in capture order. Out: per connection and direction the octets in order, gaps and the end (RFC 9293).
//
// Delivery is causal: a segment is held until the octets that it acknowledges were delivered, so a later stage never sees an answer
// before its cause, whatever the order in the file. Not done: checksums (offload makes them wrong), SACK, window scaling.
import { copyOf } from "../bytes.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import { type SegmentSink, TcpFlag, type TcpSegment } from "../net/segment.ts";
import { copyOrigin, type Origin, origin } from "../place.ts";
import type { ByteSink, EndReason, GapProof } from "./byte-stream.ts";
import { type Direction, Flow, type Held } from "./flow.ts";
import { FlowTable } from "./flow-table.ts";
import { distance } from "./sequence.ts";

/** Told of every connection; gives the sinks of its two directions, the likely client's first. */
export interface FlowListener {
  /** A new connection's first segment, before anything else is told of it. */
  begin?(flow: Flow): void;
  open(flow: Flow): readonly [ByteSink, ByteSink];
  /** The window that the endpoint of direction `side` advertises has become zero, or opens again; not told of each segment. */
  window?(flow: Flow, side: 0 | 1, zero: boolean, at: Origin): void;
  /** Nothing comes any more: both directions got their `end`. */
  close(flow: Flow): void;
}

export class Assembler implements SegmentSink {
  readonly #listener: FlowListener;
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  readonly #table = new FlowTable();
  readonly #at = origin();
  #flows = 0;
  #heldOctets = 0;
  #segments = 0;

  constructor(listener: FlowListener, limits: Limits, diagnostics: DiagnosticSink) {
    this.#listener = listener;
    this.#limits = limits;
    this.#diagnostics = diagnostics;
  }

  /** Octets that wait, with what holding them costs. */
  get heldOctets(): number {
    return this.#heldOctets;
  }

  segment(s: TcpSegment): void {
    if ((++this.#segments & 0x3fff) === 0) this.#sweep(s.packet.time);
    let flow = this.#table.find(s);
    const second = this.#table.fromSecond;
    if (flow === undefined || this.#isNewConnection(flow, s, second)) {
      if (flow !== undefined && !flow.over) this.#finish(flow, "idle");
      flow = this.#open(s, second);
    }
    flow.packets++;
    flow.lastFile = s.packet.file;
    flow.lastPacket = s.packet.number;
    if (s.packet.time > flow.lastTime) flow.lastTime = s.packet.time;
    if (flow.over) return;
    const side = second === flow.clientSecond ? 0 : 1;
    this.#take(flow, side, s);
    if (flow.waitingSince >= 0) this.#hurry(flow);
    if (flow.directions[0].ended && flow.directions[1].ended) this.#finish(flow, "fin");
  }

  /** The capture is over: give out what waits, and end every connection. */
  end(): void {
    for (const _ of this.ending());
  }

  /** The same in steps of some connections each, so that what they bring can be handed on in between. */
  *ending(): Generator<void> {
    let count = 0;
    for (const flow of [...this.#table].sort((a, b) => a.id - b.id)) {
      if (flow.over) continue;
      this.#finish(flow, "capture-end");
      if (++count % STEP === 0) yield;
    }
    this.#table.sweep(() => false);
  }

  // A SYN with another initial sequence number, or octets from somewhere else after the end, is another connection on the same ports.
  #isNewConnection(flow: Flow, s: TcpSegment, second: boolean): boolean {
    const side = second === flow.clientSecond ? 0 : 1;
    const d = flow.directions[side];
    if ((s.flags & TcpFlag.syn) !== 0) {
      if (flow.over) return true;
      if (!d.known) {
        // The SYN-ACK of this connection's SYN: what is held is left over from an older one.
        const peer = flow.directions[1 - side]!;
        if (peer.syn && (s.flags & TcpFlag.ack) !== 0 && distance(s.ack, peer.next) === -peer.offset) return false;
        // The first SYN-ACK, or a SYN that came late in the file: held segments must fit behind it.
        const first = d.held[0];
        return first !== undefined && Math.abs(distance(first.offset, (s.seq + 1) | 0)) > FAR;
      }
      return distance((s.seq + 1) | 0, d.next) !== -d.offset;
    }
    if (!d.known || s.end === s.start) return false;
    const ahead = distance(s.seq, d.next);
    // After a FIN its sender has no more octets, however near their numbers are.
    return Math.abs(ahead) > FAR || (flow.over && d.fin >= 0 && ahead > 0);
  }

  #open(s: TcpSegment, second: boolean): Flow {
    if (this.#table.size >= this.#limits.flows) this.#makeRoom();
    const syn = (s.flags & TcpFlag.syn) !== 0;
    const clientIsSource = syn ? (s.flags & TcpFlag.ack) === 0 : s.sourcePort >= s.targetPort;
    const flow = new Flow(++this.#flows, s, clientIsSource, clientIsSource === second);
    flow.lastTime = s.packet.time;
    this.#table.put(s, flow);
    this.#listener.begin?.(flow);
    return flow;
  }

  // Only now does it cost what a connection costs: a scan of ports, or a flood of SYN, opens millions that never say anything.
  #listen(flow: Flow): void {
    const [client, server] = this.#listener.open(flow);
    flow.directions[0].sink = client;
    flow.directions[1].sink = server;
  }

  #take(flow: Flow, side: 0 | 1, s: TcpSegment): void {
    const d = flow.directions[side];
    const peer = flow.directions[1 - side]!;
    d.seen = true;
    let seq = s.seq;
    if ((s.flags & TcpFlag.syn) !== 0) {
      seq = (seq + 1) | 0;
      if (!d.known) this.#settle(d, peer, seq);
      // Sent again, nobody knows which one was answered (RFC 6298 section 3).
      d.synTime = d.syn ? -1 : s.packet.time;
      d.syn = true;
    } else if (flow.roundTrip < 0 && d.synTime >= 0 && d === flow.directions[0] && peer.synTime >= d.synTime) {
      flow.roundTrip = s.packet.time - d.synTime;
      d.synTime = -1;
    }
    const acked = (s.flags & TcpFlag.ack) === 0 ? -1 : peer.known ? ackedOf(peer, s.ack) : UNPLACED;
    if (acked > peer.acknowledged) peer.acknowledged = acked;
    this.#window(flow, d, side, acked, s);
    let fin = (s.flags & TcpFlag.fin) !== 0;
    const rst = (s.flags & TcpFlag.rst) !== 0;
    const length = s.end - s.start + s.cut;
    if (d.ended || (length === 0 && !fin && !rst)) {
      if (flow.waitingSince >= 0) this.#drain(flow);
      return;
    }
    if (d.sink === undefined) this.#listen(flow);
    const at = this.#at;
    at.file = s.packet.file;
    at.packet = s.packet.number;
    at.time = s.packet.time;
    at.acked = acked;
    if (!d.known) {
      // No SYN in this direction: which segment is the first is known only after a few of them.
      this.#hold(flow, d, seq, s, fin, rst, s.start, s.cut);
      return;
    }
    if (rst && length === 0 && Math.abs(distance(seq, d.next)) > FAR) seq = d.next;
    let offset = d.offset + distance(seq, d.next);
    let { start, cut } = s;
    if (offset < d.offset) {
      // A retransmission, a keep-alive or a duplicate: only what is new counts.
      if (fin && offset + length < d.offset) fin = false;
      start += d.offset - offset;
      offset = d.offset;
      if (start > s.end) {
        cut = Math.max(0, cut - (start - s.end));
        start = s.end;
      }
      if (start === s.end && cut === 0 && !fin && !rst) return;
    }
    at.offset = offset;
    if (d.held.length === 0 && offset === d.offset && !this.#early(flow, acked, peer)) {
      this.#deliver(d, s.packet.bytes, start, s.end, cut, fin, rst, at);
      if (peer.held.length !== 0) this.#drain(flow);
      return;
    }
    this.#hold(flow, d, offset, s, fin, rst, start, cut);
    this.#drain(flow);
  }

  // A window counts if its segment is no older than the last one that counted (RFC 9293 3.10.7.4). A zero is a zero at any scale; that of
  // an RST says nothing, and where no window was ever open the capture may have been made without them.
  #window(flow: Flow, d: Direction, side: 0 | 1, acked: number, s: TcpSegment): void {
    const { window } = d;
    if (d.ended || (s.flags & TcpFlag.rst) !== 0) return;
    const zero = s.window === 0;
    if ((s.flags & TcpFlag.syn) === 0 && window !== "unknown") {
      const later = distance(s.seq, d.windowSeq);
      if (later < 0 || (later === 0 && distance(s.ack, d.windowAck) < 0)) return;
    }
    d.windowSeq = s.seq;
    d.windowAck = s.ack;
    if (window === "unknown") {
      if (!zero) d.window = "open";
      return;
    }
    if (zero === (window === "zero")) return;
    d.window = zero ? "zero" : "open";
    const at = this.#at;
    at.file = s.packet.file;
    at.packet = s.packet.number;
    at.time = s.packet.time;
    at.offset = d.offset;
    at.acked = Math.max(acked, -1);
    this.#listener.window?.(flow, side, zero, at);
  }

  // Does the segment acknowledge octets that were not delivered yet, or, of a peer whose first octet is not known yet, may it?
  #early(flow: Flow, acked: number, peer: Direction): boolean {
    if (acked === UNPLACED) return peer.held.length > 0 || !flow.settled;
    return acked > peer.offset && !peer.ended;
  }

  // The sequence number of offset 0 is known: what was held gets its offset, and the acknowledgments of the peer theirs.
  #settle(d: Direction, peer: Direction, seq: number): void {
    d.known = true;
    d.next = seq;
    d.offset = 0;
    const waiting = d.held.splice(0);
    for (const held of waiting) {
      this.#release(d, held);
      // Held without an offset: `offset` was the sequence number. Far from it is left over from an older connection.
      held.offset = distance(held.offset, seq);
      if (Math.abs(held.offset) <= FAR) this.#place(d, held);
    }
    for (const held of peer.held) {
      if (held.origin.acked !== UNPLACED) continue;
      held.origin.acked = ackedOf(d, held.ack);
      if (held.origin.acked > d.acknowledged) d.acknowledged = held.origin.acked;
    }
    for (let i = peer.held.length - 2; i >= 0; i--) atMost(peer.held[i]!, peer.held[i + 1]!.origin.acked);
  }

  // Keep a copy, at `offset` (the sequence number while none is known).
  #hold(flow: Flow, d: Direction, offset: number, s: TcpSegment, fin: boolean, rst: boolean, start: number, cut: number): void {
    const at = origin();
    copyOrigin(at, this.#at);
    const held: Held = { offset, bytes: copyOf(s.packet.bytes, start, s.end), cut, fin, rst, ack: s.ack, origin: at };
    if (d.known) this.#place(d, held);
    else this.#insert(d, d.held.length, held);
    if (flow.waitingSince < 0) {
      flow.waitingSince = flow.packets;
      flow.waitingTime = s.packet.time;
    }
    const { outOfOrderOctets, outOfOrderTotal } = this.#limits;
    if (d.heldOctets > outOfOrderOctets || this.#heldOctets > outOfOrderTotal) {
      const limit = Math.min(outOfOrderOctets, outOfOrderTotal);
      this.#diagnostics({
        code: "limit/out-of-order",
        place: { in: "packet", file: at.file, packet: at.packet },
        data: { limit },
      });
      this.#give(flow, () => d.heldOctets > limit / 2 || this.#heldOctets > outOfOrderTotal);
    }
  }

  // Hold what no held segment covers: the octets captured first win. The list is sorted by offset and no octet is in it twice.
  // What comes later in the sequence was first sent later, so its acknowledgment bounds those of all before it: what was captured
  // out of that order was sent again, or overtaken.
  #place(d: Direction, s: Held): void {
    const { held } = d;
    const end = endOf(s);
    let i = behind(held, Math.max(end, s.offset + 1));
    if (i < held.length) atMost(s, held[i]!.origin.acked);
    if (s.origin.acked >= 0) {
      const last = held[i - 1];
      // Sent again with more behind it, which may have been sent later: that keeps its own acknowledgment.
      if (last !== undefined && last.offset < end && endOf(last) > end && last.origin.acked > s.origin.acked) {
        held.splice(i - 1, 1);
        this.#release(d, last);
        this.#insert(d, i - 1, part(last, last.offset, end));
        this.#insert(d, i, part(last, end, endOf(last)));
      }
      for (let k = i - 1; k >= 0 && held[k]!.origin.acked > s.origin.acked; k--) atMost(held[k]!, s.origin.acked);
    }
    if (end === s.offset) {
      // FIN or RST alone, once.
      const before = held[i - 1];
      const told = before !== undefined && endOf(before) === end && (before.fin || !s.fin) && (before.rst || !s.rst);
      if (!told) this.#insert(d, i, s);
      return;
    }
    let to = end;
    while (i > 0 && endOf(held[i - 1]!) > s.offset) {
      const before = held[--i]!;
      if (!d.conflict && differs(before, s)) this.#conflict(d, s);
      if (endOf(before) < to) this.#insert(d, i + 1, part(s, endOf(before), to));
      else if (to === end && (s.rst || (s.fin && endOf(before) === end))) this.#place(d, part(s, end, end));
      to = Math.min(to, before.offset);
    }
    if (s.offset < to) this.#insert(d, i, to === end ? s : part(s, s.offset, to));
  }

  // Told once a direction: which octets the receiver took is not known.
  #conflict(d: Direction, { origin: at, offset }: Held): void {
    d.conflict = true;
    const { flow, from } = d;
    const place = { in: "stream", file: at.file, packet: at.packet, connection: flow, from, offset } as const;
    this.#diagnostics({ code: "capture/conflicting-overlap", place, data: { connection: flow, from } });
  }

  #insert(d: Direction, index: number, held: Held): void {
    d.held.splice(index, 0, held);
    d.heldOctets += costOf(held);
    this.#heldOctets += costOf(held);
  }

  #release(d: Direction, held: Held): void {
    d.heldOctets -= costOf(held);
    this.#heldOctets -= costOf(held);
  }

  // Deliver what no longer has to wait.
  #drain(flow: Flow): void {
    let progress = false;
    for (let again = true; again; ) {
      again = this.#drainOne(flow, 0) || this.#drainOne(flow, 1) || this.#untie(flow);
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
    if (this.#early(flow, held.origin.acked, flow.directions[1 - side]!)) return false;
    d.held.shift();
    this.#release(d, held);
    const skip = d.offset - held.offset;
    const length = held.bytes.length + held.cut;
    if (skip >= length && !held.rst && (!held.fin || skip > length)) return true;
    const start = Math.min(skip, held.bytes.length);
    const cut = Math.max(0, Math.min(held.cut, length - skip));
    this.#deliver(d, held.bytes, start, held.bytes.length, cut, held.fin && skip <= length, held.rst, held.origin);
    return true;
  }

  // Two segments that acknowledge each other: one was sent again, with an acknowledgment it did not have the first time, which the
  // capture lacks. That is the one captured later, and the first time it came before the other.
  #untie(flow: Flow): boolean {
    const [a, b] = flow.directions;
    const [one, two] = [a.held[0], b.held[0]];
    if (one === undefined || two === undefined || !a.known || !b.known) return false;
    if (one.offset > a.offset || two.offset > b.offset) return false;
    if (earlier(one.origin, two.origin)) two.origin.acked = a.offset;
    else one.origin.acked = b.offset;
    return true;
  }

  #deliver(
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
    const sink = d.sink!;
    at.offset = d.offset;
    if (at.acked === UNPLACED) at.acked = -1;
    if (end > start) {
      d.next = (d.next + end - start) | 0;
      d.offset += end - start;
      sink.bytes(buffer, start, end, at);
    }
    if (cut > 0) {
      at.offset = d.offset;
      this.#gap(d, cut, "cut", at);
    }
    if (fin || rst) {
      at.offset = d.offset;
      if (fin) d.fin = d.offset;
      d.ended = true;
      this.#drop(d);
      sink.end(rst ? "rst" : "fin", at);
    }
  }

  #gap(d: Direction, length: number, proof: GapProof, at: Origin): void {
    if (d.ended) return;
    d.next = (d.next + length) | 0;
    d.offset += length;
    d.sink!.gap(length, proof, at);
  }

  // Something waits: has it waited long enough to call octets lost, or the beginning known?
  #hurry(flow: Flow): void {
    const waited = flow.packets - flow.waitingSince;
    if (waited >= START_PACKETS) {
      this.#start(flow);
      this.#drain(flow);
      if (flow.waitingSince < 0) return;
    }
    const late = waited >= this.#limits.lostAfterPackets || flow.lastTime - flow.waitingTime >= LOST_AFTER;
    if ((late && this.#proven(flow)) || flow.lastTime - flow.waitingTime >= GIVE_UP_AFTER) this.#give(flow, () => false);
  }

  // Without a SYN the lowest sequence number of the first few segments is where a direction begins; what has not come by now is not
  // waited for.
  #start(flow: Flow): void {
    const [a, b] = flow.directions;
    flow.settled = true;
    for (const d of [a, b]) {
      const first = d.held[0];
      if (d.known || first === undefined) continue;
      const base = d.held.reduce((lowest, h) => (distance(h.offset, lowest) < 0 ? h.offset : lowest), first.offset);
      this.#settle(d, d === a ? b : a, base);
    }
  }

  // The peer acknowledged what is missing, so it will not be sent again.
  #proven(flow: Flow): boolean {
    if (flow.directions.some((d) => d.ended)) return true;
    return flow.directions.some((d) => {
      const first = d.held[0];
      return first === undefined ? d.acknowledged > d.offset : first.offset > d.offset && d.acknowledged >= first.offset;
    });
  }

  // Go on without what is missing, until nothing is held, or one step if `more` says that is enough.
  #give(flow: Flow, more: () => boolean): void {
    const [a, b] = flow.directions;
    this.#start(flow);
    this.#drain(flow);
    while (a.held.length > 0 || b.held.length > 0) {
      // The segment captured first decides which direction lacks something.
      const first = !a.held[0] ? b : !b.held[0] ? a : earlier(a.held[0].origin, b.held[0].origin) ? a : b;
      this.#unblock(first, first === a ? b : a);
      this.#drain(flow);
      if (!more()) return;
    }
  }

  #unblock(d: Direction, peer: Direction): void {
    const held = d.held[0]!;
    const next = peer.held[0];
    if (held.offset > d.offset) {
      this.#lose(d, held.offset, held.origin);
    } else if (next !== undefined && next.offset > peer.offset) {
      // It waits for octets of the peer, which are missing, or held behind what is missing.
      this.#lose(peer, Math.min(next.offset, held.origin.acked), held.origin);
    } else {
      // A FIN or RST that acknowledges a FIN: no octet.
      const { acked } = held.origin;
      const octets = held.bytes.length + held.cut > 0 ? acked : acked - 1;
      if (octets > peer.offset) this.#lose(peer, octets, held.origin);
      held.origin.acked = peer.offset;
    }
  }

  #lose(d: Direction, to: number, shownBy: Origin): void {
    const at = origin();
    copyOrigin(at, shownBy);
    at.offset = d.offset;
    at.acked = -1;
    this.#gap(d, to - d.offset, d.acknowledged >= to ? "acknowledged" : "unknown", at);
  }

  #finish(flow: Flow, how: EndReason): void {
    if (flow.directions[0].sink === undefined) this.#listen(flow);
    this.#give(flow, () => true);
    flow.over = true;
    flow.waitingSince = -1;
    const at = origin();
    at.file = flow.lastFile;
    at.packet = flow.lastPacket;
    at.time = flow.lastTime;
    for (const d of flow.directions) {
      if (d.ended) continue;
      // Acknowledged beyond what was captured. The last octet may have been a FIN.
      if (d.known && d.acknowledged > d.offset + 1) this.#lose(d, d.acknowledged - 1, at);
      at.offset = d.offset;
      d.ended = true;
      d.sink!.end(how === "fin" ? "idle" : how, at);
    }
    for (const d of flow.directions) {
      d.sink = undefined;
      this.#drop(d);
    }
    this.#listener.close(flow);
  }

  #drop(d: Direction): void {
    this.#heldOctets -= d.heldOctets;
    d.heldOctets = 0;
    d.held.length = 0;
  }

  #sweep(now: number): void {
    const before = now - this.#limits.idleTime;
    let gone = 0;
    for (const flow of this.#table) {
      if (flow.over) {
        if (flow.lastTime < now - LINGER) gone++;
        continue;
      }
      // After an RST nothing follows but what was in flight; after a FIN the other side may go on.
      const reset = flow.directions.some((d) => d.ended && d.fin < 0) && flow.lastTime < now - LINGER;
      if (flow.lastTime < before || reset) this.#finish(flow, "idle");
    }
    // All of the table is written anew: not for a few.
    if (gone > this.#table.size >> 4) this.#table.sweep((flow) => !flow.over || flow.lastTime >= now - LINGER);
  }

  #makeRoom(): void {
    const flows = [...this.#table].sort((a, b) => a.lastTime - b.lastTime);
    const drop = new Set(flows.slice(0, Math.max(1, flows.length >> 4)));
    const { flows: limit } = this.#limits;
    for (const flow of drop) {
      if (flow.over) continue;
      this.#diagnostics({
        code: "limit/flows",
        place: { in: "packet", file: flow.lastFile, packet: flow.lastPacket },
        data: { limit },
      });
      this.#finish(flow, "idle");
    }
    this.#table.sweep((flow) => !drop.has(flow));
  }
}

/** The first of those that begin at `offset` or behind it. */
function behind(held: readonly Held[], offset: number): number {
  let low = 0;
  let high = held.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (held[middle]!.offset >= offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

const earlier = (a: Origin, b: Origin): boolean => a.file < b.file || (a.file === b.file && a.packet < b.packet);

const endOf = (held: Held): number => held.offset + held.bytes.length + held.cut;

// A held segment is an object too: a flood of single octets must not cost more than the limit says.
const costOf = (held: Held): number => held.bytes.length + SEGMENT_COST;

// Two segments carry other octets at the same place. Those that were cut are not compared.
function differs(a: Held, b: Held): boolean {
  const start = Math.max(a.offset, b.offset);
  const end = Math.min(a.offset + a.bytes.length, b.offset + b.bytes.length);
  for (let at = start; at < end; at++) if (a.bytes[at - a.offset] !== b.bytes[at - b.offset]) return true;
  return false;
}

function atMost(held: Held, acked: number): void {
  if (acked >= 0 && acked < held.origin.acked) held.origin.acked = acked;
}

// The octets of a held segment between two offsets; FIN and RST go with its end.
function part(held: Held, from: number, to: number): Held {
  const { bytes, offset, ack } = held;
  const start = Math.min(from - offset, bytes.length);
  const end = Math.min(to - offset, bytes.length);
  const at = origin();
  copyOrigin(at, held.origin);
  const last = to === endOf(held);
  const cut = to - from - (end - start);
  return { offset: from, bytes: copyOf(bytes, start, end), cut, fin: last && held.fin, rst: last && held.rst, ack, origin: at };
}

// How many octets of a direction an acknowledgment number covers. One that is far from them is damaged.
function ackedOf(d: Direction, ack: number): number {
  const ahead = distance(ack, d.next);
  return Math.abs(ahead) > FAR ? -1 : Math.max(0, d.offset + ahead);
}

// There is an acknowledgment, of a direction whose sequence numbers are not known yet.
const UNPLACED = -2;

// Farther away than any window: not the same connection (RFC 7323 2.3 allows windows below 2^30).
const FAR = 1 << 28;
// Packets of a connection after which its beginning is taken as known.
const START_PACKETS = 4;
// Connections that are ended at a time.
const STEP = 256;
// What holding a segment costs besides its octets.
const SEGMENT_COST = 256;
// Nanoseconds of capture time.
const LOST_AFTER = 1e9;
const GIVE_UP_AFTER = 60e9;
const LINGER = 60e9;
