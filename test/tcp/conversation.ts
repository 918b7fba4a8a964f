import { TcpFlag } from "../../src/net/segment.ts";
import { other, type Side } from "../../src/place.ts";

/** One captured segment. */
export interface Sent {
  readonly from: Side;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  /** One character per octet. */
  readonly payload: string;
  /** Octets of the payload that the snap length cut, at its end. */
  readonly cut: number;
  readonly window: number;
  /** Ports: which pair of them. */
  readonly pair: number;
  /** Nanoseconds; undefined: a microsecond after the one before. */
  readonly time: number | undefined;
  /** Its octets were sent before. */
  readonly again: boolean;
  /** Where the connection's sequence numbers begin, for the checks. */
  readonly first: { readonly client: number; readonly server: number };
}

type Change = Partial<Pick<Sent, "seq" | "ack" | "flags" | "cut" | "window" | "time" | "pair">>;

/** The packets of one connection as they were sent. */
export class Conversation {
  readonly packets: Sent[] = [];
  readonly client: Peer;
  readonly server: Peer;

  /** @param clientFirst The sequence number of the client's SYN. */
  constructor(clientFirst = 1000, serverFirst = 500_000, pair = 0) {
    this.client = new Peer("client", clientFirst, this, pair);
    this.server = new Peer("server", serverFirst, this, pair);
  }

  peer(side: Side): Peer {
    return side === "client" ? this.client : this.server;
  }

  /** The three segments of the handshake. */
  open(): this {
    this.client.syn();
    this.server.syn();
    this.client.ack();
    return this;
  }

  /** Both sides finish, the client first. */
  close(): this {
    this.client.fin();
    this.server.fin();
    this.client.ack();
    return this;
  }
}

export class Peer {
  readonly #side: Side;
  readonly #conversation: Conversation;
  readonly #pair: number;
  readonly first: number;
  /** The next sequence number to send. */
  next: number;

  constructor(side: Side, first: number, conversation: Conversation, pair: number) {
    this.#side = side;
    this.first = first;
    this.next = first + 1;
    this.#conversation = conversation;
    this.#pair = pair;
  }

  /** @param data What follows the SYN in its segment. */
  syn(data = ""): this {
    const answer = this.#side === "server" ? TcpFlag.ack : 0;
    this.#push(this.first, TcpFlag.syn | answer, data, {});
    this.next += data.length;
    return this;
  }

  send(payload: string, change: Change = {}): this {
    this.#push(this.next, TcpFlag.ack | TcpFlag.psh, payload, change);
    this.next += payload.length + (change.cut ?? 0);
    return this;
  }

  /** Octets that were sent before: `back` octets before the next one. */
  again(back: number, payload: string, change: Change = {}): this {
    this.#push(this.next - back, TcpFlag.ack | TcpFlag.psh, payload, change, true);
    return this;
  }

  /** Octets that the capture lacks. */
  lost(octets: number): this {
    this.next += octets;
    return this;
  }

  ack(change: Change = {}): this {
    this.#push(this.next, TcpFlag.ack, "", change);
    return this;
  }

  fin(payload = "", change: Change = {}): this {
    this.#push(this.next, TcpFlag.fin | TcpFlag.ack, payload, change);
    this.next += payload.length + 1;
    return this;
  }

  rst(change: Change = {}): this {
    this.#push(this.next, TcpFlag.rst | TcpFlag.ack, "", change);
    return this;
  }

  #push(seq: number, flags: number, payload: string, change: Change, again = false): void {
    const { packets, client, server } = this.#conversation;
    packets.push({
      from: this.#side,
      seq,
      ack: this.#conversation.peer(other(this.#side)).next,
      flags,
      payload,
      cut: 0,
      window: 1000,
      pair: this.#pair,
      time: undefined,
      again,
      first: { client: client.first, server: server.first },
      ...change,
    });
  }
}

/** The list with the item at `from` moved to `to`. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const copy = [...list];
  copy.splice(to, 0, ...copy.splice(from, 1));
  return copy;
}

export const without = <T>(list: readonly T[], ...indexes: number[]): T[] => list.filter((_, i) => !indexes.includes(i));

/** Every packet twice, the second copy `behind` packets later. */
export function doubled<T>(list: readonly T[], behind = 0): T[] {
  return [...list.map((item, i) => [i, item] as const), ...list.map((item, i) => [i + behind + 0.5, item] as const)]
    .sort((a, b) => a[0] - b[0])
    .map(([, item]) => item);
}
