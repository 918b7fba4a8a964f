// Which connections there are, and for how long. Nothing here walks over all of them: who is idle stands first in a queue.
import { TcpFlag, type TcpSegment } from "../net/segment.ts";
import { Flow } from "./flow.ts";
import { FlowQueue } from "./flow-queue.ts";
import { FlowTable } from "./flow-table.ts";
import { distance, FAR } from "./sequence.ts";

export class FlowLifetime {
  readonly table = new FlowTable();
  readonly #idleTime: number;
  /** In which both sides may go on. */
  readonly #open = new FlowQueue<Flow>();
  /** One side was reset: nothing follows but what was in flight. */
  readonly #reset = new FlowQueue<Flow>();
  /** Both directions have ended. */
  readonly #over = new FlowQueue<Flow>();
  #flows = 0;

  /** @param idleTime Capture time without a packet after which a connection is over, nanoseconds.
   *  @param before Connections that were counted before. */
  constructor(idleTime: number, before = 0) {
    this.#idleTime = idleTime;
    this.#flows = before;
  }

  /** How many there were, those before included. */
  get flows(): number {
    return this.#flows;
  }

  get size(): number {
    return this.table.size;
  }

  /** A new connection, of the segment that the table looked up last. One of the same addresses and ports is forgotten.
   *  @param second The segment's sender stands second in the key. */
  open(s: TcpSegment, second: boolean): Flow {
    const syn = (s.flags & TcpFlag.syn) !== 0;
    const clientIsSource = syn ? (s.flags & TcpFlag.ack) === 0 : s.sourcePort >= s.targetPort;
    const flow = new Flow(++this.#flows, s, clientIsSource, clientIsSource === second);
    flow.lastTime = s.packet.time;
    this.table.add(flow);
    this.#open.put(flow);
    return flow;
  }

  /** A packet of it came. */
  touch(flow: Flow): void {
    flow.queue?.put(flow);
  }

  wasReset(flow: Flow): void {
    this.#reset.put(flow);
  }

  /** It hears nothing any more, and stays to take what still arrives. */
  wasFinished(flow: Flow): void {
    this.#over.put(flow);
  }

  forget(flow: Flow): void {
    this.table.remove(flow);
    flow.queue?.remove(flow);
  }

  /** The next connection that has been without a packet for too long at this time, if there is one; it is to be finished. */
  idleAt(now: number): Flow | undefined {
    const { oldest: reset } = this.#reset;
    if (reset !== undefined && reset.lastTime < now - LINGER) return reset;
    const { oldest } = this.#open;
    return oldest !== undefined && oldest.lastTime < now - this.#idleTime ? oldest : undefined;
  }

  /** Forget those that were over for a while at this time. */
  forgetOver(now: number): void {
    for (let flow = this.#over.oldest; flow !== undefined && flow.lastTime < now - LINGER; flow = this.#over.oldest) {
      this.forget(flow);
    }
  }

  /** Which one goes where there is no place for another: over, or the longest idle. */
  get dispensable(): Flow | undefined {
    if (this.#over.oldest !== undefined) return this.#over.oldest;
    const { oldest: reset } = this.#reset;
    const { oldest } = this.#open;
    return reset !== undefined && (oldest === undefined || reset.lastTime < oldest.lastTime) ? reset : oldest;
  }
}

/** Whether the segment belongs to another connection on the ports of this one: a SYN with another initial sequence number, or octets from
 *  somewhere else after the end.
 *  @param side The direction of the segment. */
export function isAnotherConnection(flow: Flow, side: 0 | 1, s: TcpSegment): boolean {
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
  // Of a copy the octets are counted where the first one is.
  const ahead = distance(s.seq, (flow.same?.directions[side] ?? d).next);
  // After a FIN its sender has no more octets, however near their numbers are.
  return Math.abs(ahead) > FAR || (flow.over && d.fin >= 0 && ahead > 0);
}

// Capture time after its end, or a reset, in which packets of a connection may still come; nanoseconds.
const LINGER = 60e9;
