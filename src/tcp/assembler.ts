// In: TCP segments in capture order. Out: per connection and direction the octets in order, gaps and the end (RFC 9293), an answer never
// before its cause. Not done: checksums (offload makes them wrong), SACK, window scaling.
import { copyOf } from "../bytes.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import { type SegmentSink, TcpFlag, type TcpSegment } from "../net/segment.ts";
import { copyOrigin, origin } from "../place.ts";
import type { EndReason } from "./byte-stream.ts";
import { ackedOf, CausalOrder, lose, UNPLACED } from "./causal-order.ts";
import type { Direction, Held } from "./direction.ts";
import type { Flow, FlowReader } from "./flow.ts";
import { FlowLifetime, isAnotherConnection } from "./flow-lifetime.ts";
import { Reassembly } from "./reassembly.ts";
import { distance, FAR } from "./sequence.ts";
import { isUntold, Sightings } from "./sightings.ts";
import { windowChanges } from "./tcp-window.ts";

/** Hears of every connection. */
export interface FlowListener {
  /** A new connection's first segment, before anything else about it. */
  begin?(flow: Flow): void;
  /** Its first octets, or its end, are about to come: attach the sinks of both directions.
   *  @returns Who hears of the rest. */
  open(flow: Flow): FlowReader;
  /** All have ended. */
  end?(): void;
}

export class Assembler implements SegmentSink {
  readonly #listener: FlowListener;
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  readonly #lifetime: FlowLifetime;
  readonly #store = new Reassembly();
  readonly #order: CausalOrder;
  readonly #sightings: Sightings;
  readonly #at = origin();
  #segments = 0;

  /** @param before Connections that were counted before. */
  constructor(listener: FlowListener, limits: Limits, diagnostics: DiagnosticSink, before = 0) {
    this.#listener = listener;
    this.#limits = limits;
    this.#diagnostics = diagnostics;
    this.#lifetime = new FlowLifetime(limits.idleTime, before);
    this.#sightings = new Sightings(limits.sightings, diagnostics);
    this.#order = new CausalOrder(this.#store, limits, (flow, side, held) => this.#conflict(flow, side, held));
  }

  /** Octets that wait, with what holding them costs. */
  get heldOctets(): number {
    return this.#store.octets;
  }

  /** How many connections there were, those before included. */
  get connections(): number {
    return this.#lifetime.flows;
  }

  segment(s: TcpSegment): void {
    if ((++this.#segments & 0x3fff) === 0) this.#endIdle(s.packet.time);
    const { table } = this.#lifetime;
    let flow = table.find(s);
    const second = table.fromSecond;
    if (flow !== undefined && isAnotherConnection(flow, second === flow.clientSecond ? 0 : 1, s)) {
      if (!flow.over) this.#finish(flow, "idle");
      this.#lifetime.forget(flow);
      flow = undefined;
    }
    if (flow === undefined) flow = this.#open(s, second);
    else this.#lifetime.touch(flow);
    this.#count(flow, s);
    const side = second === flow.clientSecond ? 0 : 1;
    if (flow.same !== undefined) this.#takeCopy(flow.same, side, s);
    else if (!flow.over) this.#takeNext(flow, side, s);
  }

  #count(flow: Flow, s: TcpSegment): void {
    flow.packets++;
    flow.lastFile = s.packet.file;
    flow.lastPacket = s.packet.number;
    if (s.packet.time > flow.lastTime) flow.lastTime = s.packet.time;
  }

  #takeNext(flow: Flow, side: 0 | 1, s: TcpSegment): void {
    this.#take(flow, side, s);
    if (flow.waitingSince >= 0) this.#order.checkForLoss(flow);
    const [client, server] = flow.directions;
    if (client.ended && server.ended) this.#finish(flow, "fin");
    else if (client.wasReset || server.wasReset) this.#lifetime.wasReset(flow);
  }

  // What one point lacks the other may have.
  #takeCopy(flow: Flow, side: 0 | 1, s: TcpSegment): void {
    if (flow.same !== undefined) {
      this.#takeCopy(flow.same, side, s);
      return;
    }
    const d = flow.directions[side];
    if (flow.over || !d.known) return;
    const length = s.end - s.start + s.cut;
    const isOld = distance(s.seq, d.next) + length <= 0;
    // The same octets again are no retransmission.
    if (isOld && length > 0 && (s.flags & (TcpFlag.fin | TcpFlag.rst)) === 0) return;
    this.#count(flow, s);
    this.#takeNext(flow, side, s);
  }

  /** The capture is over: give out what waits, and end every connection. */
  end(): void {
    for (const _ of this.ending());
  }

  /** The same in steps of some connections each, so that what they bring can be handed on in between. */
  *ending(): Generator<void> {
    let count = 0;
    for (const flow of [...this.#lifetime.table].sort((a, b) => a.id - b.id)) {
      if (!flow.over) {
        this.#finish(flow, "capture-end");
        if (++count % STEP === 0) yield;
      }
      this.#lifetime.forget(flow);
    }
    this.#listener.end?.();
  }

  #open(s: TcpSegment, second: boolean): Flow {
    if (this.#lifetime.size >= this.#limits.flows) this.#makeRoom();
    const flow = this.#lifetime.open(s, second);
    this.#listener.begin?.(flow);
    return flow;
  }

  // Only now does it cost what a connection costs: a scan of ports, or a flood of SYN, opens millions that never say anything.
  #listen(flow: Flow): void {
    flow.reader = this.#listener.open(flow);
  }

  #take(flow: Flow, side: 0 | 1, s: TcpSegment): void {
    const d = flow.directions[side];
    const peer = flow.directions[1 - side]!;
    d.seen = true;
    const last = Math.max(d.lastTime, peer.lastTime);
    d.lastTime = s.packet.time;
    // It is there: what it has not acknowledged it may yet.
    peer.resent = 0;
    peer.unheardPacket = -1;
    let seq = s.seq;
    if ((s.flags & TcpFlag.syn) !== 0) {
      seq = (seq + 1) | 0;
      if (!d.known) this.#order.fixInitialSequence(flow, side, seq);
      // Sent again, nobody knows which one was answered (RFC 6298 section 3).
      const time = d.syn ? -1 : s.packet.time;
      if (side === 0 && flow.syns < 255) flow.syns++;
      if (side === 0) flow.synTime = time;
      else flow.synAckTime = time;
      if (side === 1 && !d.syn && isUntold(flow)) this.#sightings.match(flow, s);
      d.syn = true;
    } else if (side === 0 && flow.roundTrip < 0 && flow.synTime >= 0 && flow.synAckTime >= flow.synTime) {
      flow.roundTrip = s.packet.time - flow.synTime;
      flow.synTime = -1;
    }
    const acked = (s.flags & TcpFlag.ack) === 0 ? -1 : peer.known ? ackedOf(peer, s.ack) : UNPLACED;
    if (acked > peer.acknowledged) peer.acknowledged = acked;
    if (windowChanges(d, s)) this.#tellWindow(flow, side, acked, s);
    let fin = (s.flags & TcpFlag.fin) !== 0;
    const rst = (s.flags & TcpFlag.rst) !== 0;
    if (rst && side === 1 && !d.syn && flow.syns > 0 && peer.offset === 0 && !d.known) flow.refused = true;
    const length = s.end - s.start + s.cut;
    if (d.ended || (length === 0 && !fin && !rst)) {
      if (flow.waitingSince >= 0) this.#order.drain(flow);
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
      this.#hold(flow, side, seq, s, fin, rst, s.start, s.cut);
      return;
    }
    if (rst && length === 0 && Math.abs(distance(seq, d.next)) > FAR) seq = d.next;
    let offset = d.offset + distance(seq, d.next);
    if (length > 0 && offset + length > d.acknowledged) {
      if (d.unheardPacket < 0) {
        d.unheardPacket = s.packet.number;
        d.unheardFile = s.packet.file;
        d.unheardTime = s.packet.time;
        d.unheardOffset = offset;
        d.unheardIdle = last < 0 ? 0 : s.packet.time - last;
      } else if (offset + length <= d.offset) d.resent++;
    }
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
    if (d.held.length === 0 && offset === d.offset && !this.#order.isEarly(flow, acked, peer)) {
      this.#order.deliver(d, s.packet.bytes, start, s.end, cut, fin, rst, at);
      if (peer.held.length !== 0) this.#order.drain(flow);
      return;
    }
    this.#hold(flow, side, offset, s, fin, rst, start, cut);
    this.#order.drain(flow);
  }

  #tellWindow(flow: Flow, side: 0 | 1, acked: number, s: TcpSegment): void {
    const at = this.#at;
    at.file = s.packet.file;
    at.packet = s.packet.number;
    at.time = s.packet.time;
    at.offset = flow.directions[side].offset;
    at.acked = Math.max(acked, -1);
    flow.reader?.window?.(side, flow.directions[side].window === "zero", at);
  }

  // Keep a copy, at `offset` (the sequence number while none is known).
  #hold(flow: Flow, side: 0 | 1, offset: number, s: TcpSegment, fin: boolean, rst: boolean, start: number, cut: number): void {
    const at = origin();
    copyOrigin(at, this.#at);
    this.#order.hold(flow, side, {
      offset,
      bytes: copyOf(s.packet.bytes, start, s.end),
      cut,
      fin,
      rst,
      ack: s.ack,
      origin: at,
    });
    const d = flow.directions[side];
    const { outOfOrderOctets, outOfOrderTotal } = this.#limits;
    if (d.heldOctets > outOfOrderOctets || this.#store.octets > outOfOrderTotal) {
      const limit = Math.min(outOfOrderOctets, outOfOrderTotal);
      this.#diagnostics({
        code: "limit/out-of-order",
        place: { in: "packet", file: at.file, packet: at.packet },
        data: { limit },
      });
      this.#order.releaseHeld(flow, () => d.heldOctets > limit / 2 || this.#store.octets > outOfOrderTotal);
    }
  }

  // Reported once a direction: which octets the receiver took is not known.
  #conflict(flow: Flow, side: 0 | 1, { origin: at, offset }: Held): void {
    flow.directions[side].conflict = true;
    const from = side === 0 ? "client" : "server";
    const place = { in: "stream", file: at.file, packet: at.packet, connection: flow.id, from, offset } as const;
    this.#diagnostics({ code: "capture/conflicting-overlap", place, data: { connection: flow.id, from } });
  }

  #finish(flow: Flow, how: EndReason): void {
    const { directions } = flow;
    if (flow.same !== undefined) {
      flow.over = true;
      this.#lifetime.wasFinished(flow);
      return;
    }
    if (directions[0].sink === undefined) this.#listen(flow);
    if (flow.waitingSince >= 0) this.#order.releaseHeld(flow, ALL);
    flow.over = true;
    flow.waitingSince = -1;
    const [client, server] = directions;
    if (!client.ended) this.#endDirection(flow, client, how);
    if (!server.ended) this.#endDirection(flow, server, how);
    client.sink = server.sink = undefined;
    this.#store.takeAll(client);
    this.#store.takeAll(server);
    this.#lifetime.wasFinished(flow);
    flow.reader!.close();
    flow.reader = undefined;
  }

  #endDirection(flow: Flow, d: Direction, how: EndReason): void {
    const at = this.#at;
    at.acked = -1;
    at.file = flow.lastFile;
    at.packet = flow.lastPacket;
    at.time = flow.lastTime;
    // Acknowledged beyond what was captured. The last octet may have been a FIN.
    if (d.known && d.acknowledged > d.offset + 1) lose(d, d.acknowledged - 1, at);
    at.offset = d.offset;
    d.ended = true;
    d.sink!.end(how === "fin" ? "idle" : how, at);
  }

  #endIdle(now: number): void {
    for (let flow = this.#lifetime.idleAt(now); flow !== undefined; flow = this.#lifetime.idleAt(now)) this.#finish(flow, "idle");
    this.#lifetime.forgetOver(now);
  }

  #makeRoom(): void {
    const flow = this.#lifetime.dispensable;
    if (flow === undefined) return;
    if (!flow.over) {
      const { id, lastFile: file, lastPacket: packet } = flow;
      const { flows: limit } = this.#limits;
      this.#diagnostics({
        code: "limit/flows",
        place: { in: "stream", file, packet, connection: id },
        data: { limit },
      });
      this.#finish(flow, "limit");
    }
    // What still comes of it is a connection whose beginning was not captured.
    this.#lifetime.forget(flow);
  }
}

const ALL = (): boolean => true;
// Connections that are ended at a time.
const STEP = 256;
