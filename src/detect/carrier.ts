import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import type { Origin } from "../place.ts";
import type { ByteSource } from "../tcp/byte-stream.ts";
import type { Flow } from "../tcp/flow.ts";
import type { Tunnel } from "./decision.ts";
import type { Http1Exchange } from "./http1-exchange.ts";
import type { ConnectionSink, Protocol, Roles, Started } from "./protocol.ts";
import type { ReplayBuffer, UndecidedBudget } from "./replay-buffer.ts";

/** What carries octets of both directions: a TCP connection, or what is inside one, in a tunnel or a cipher. Whoever finds out what these
 *  octets are hands it to the next reader, with what waits. */
export class Carrier {
  readonly flow: Flow;
  /** Gives the octets: who is attached to it reads. */
  readonly source: ByteSource;
  readonly sink: ConnectionSink;
  /** Who reads what comes next. */
  readonly readers: Readers;
  /** Tunnels inside each other. After one the start of what follows is known. */
  readonly tunnels: number;
  /** The octets were decrypted: it is proven who is the client. */
  readonly secured: boolean;
  /** Knows better than TCP whether their start is there. */
  readonly #starts: Starts | undefined;

  constructor(
    flow: Flow,
    source: ByteSource,
    sink: ConnectionSink,
    readers: Readers,
    tunnels: number,
    secured = false,
    starts?: Starts,
  ) {
    this.flow = flow;
    this.source = source;
    this.sink = sink;
    this.readers = readers;
    this.tunnels = tunnels;
    this.secured = secured;
    this.#starts = starts;
  }

  /** The first octet of this direction is there. */
  startKnown(index: 0 | 1): boolean {
    if (this.#starts !== undefined) return this.#starts.startKnown(index);
    return this.secured || this.tunnels > 0 || this.flow.directions[index].syn;
  }
}

export interface Starts {
  /** The first octet of this direction is there, or the gap before it is reported. */
  startKnown(index: 0 | 1): boolean;
}

/** What reads the octets of a carrier: each attaches itself to it, then what waits is given to it. */
export interface Readers {
  readonly limits: Limits;
  readonly diagnostics: DiagnosticSink;
  readonly undecided: UndecidedBudget;
  /** HTTP/2. `rest`: the upgraded request, where it is not over. */
  http2(carrier: Carrier, start: Http2Start, waiting: ReplayBuffer, rest: Http1Exchange | undefined): void;
  /** HTTP/2, and nothing shows so far who is the client. @param ended Which directions are over. */
  unknownRoles(carrier: Carrier, waiting: ReplayBuffer, ended: readonly [boolean, boolean]): void;
  http1(carrier: Carrier, client: 0 | 1, waiting: ReplayBuffer): void;
  tls(carrier: Carrier, waiting: ReplayBuffer): void;
  /** A separate connection, with a known start. `skip`: octets still to come that are the tunnel's. */
  tunnel(carrier: Carrier, client: 0 | 1, tunnel: Tunnel, skip: readonly [number, number], waiting: ReplayBuffer): void;
  /** HTTP/1 was spoken and cannot be followed: whatever shows frames is looked for. What waits is dropped. */
  search(carrier: Carrier, client: 0 | 1, ended: readonly [boolean, boolean], waiting: ReplayBuffer): void;
  /** Something that is named, not read. */
  other(carrier: Carrier, protocol: Protocol, name: string | undefined, waiting: ReplayBuffer): void;
  /** More waits than may, at this place: what it is will not be found out. @param limit Of one connection, octets. */
  isFull(waiting: ReplayBuffer, at: Origin, limit?: number): boolean;
}

export interface Http2Start {
  readonly protocol: Protocol;
  readonly client: 0 | 1;
  readonly roles: Roles;
  readonly started: Started;
}
