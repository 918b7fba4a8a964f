import type { About } from "../detect/about.ts";
import { isProof, type Protocol, type Roles } from "../detect/protocol.ts";
import type { UpgradeOffer } from "../detect/upgrade.ts";
import type { Side } from "../place.ts";
import type { Direction } from "../tcp/direction.ts";
import { endpointText } from "../tcp/endpoint-text.ts";
import type { Flow } from "../tcp/flow.ts";
import type { TlsFacts } from "../tls/facts.ts";
import type { ClosedOfConnection } from "./closed-streams.ts";
import type { Endpoint } from "./endpoint.ts";
import { PathGroups } from "./path-groups.ts";
import type { Stream } from "./stream.ts";
import { Streams } from "./streams.ts";

/** One TCP connection and, where it speaks HTTP/2, what is known of it. Lives until its `connectionEnd`. */
export class Connection {
  readonly flow: Flow;
  protocol: Protocol = "unknown";
  /** How it is known who is the client. */
  roles: Roles = "guess";
  clientIndex: 0 | 1 = 0;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly streams = new Streams();
  frames = 0;
  /** Streams that were opened, also those forgotten since. */
  streamCount = 0;
  /** Those of them that both sides are done with. */
  closedCount = 0;
  /** Requests with a method: exchanges, whatever became of them. */
  calls = 0;
  /** Streams of the client that are not over, and when the last one was. */
  openByClient = 0;
  endedAt = -Infinity;
  /** Directions of streams that ended, by END_STREAM or RST_STREAM. */
  halvesEnded = 0;
  /** Octets or acknowledgments are missing: what windows are left is not known. */
  windowsUnknown = false;
  /** 101 acknowledges HTTP2-Settings; RFC 7540 3.2.1 calls a frame that does so too "not necessary", so one is no fault. */
  spareAck: "none" | "allowed" | "under way" = "none";
  lastTime = 0;
  /** Closed streams that are remembered; undefined before the first. */
  closed: ClosedOfConnection<Stream> | undefined = undefined;
  /** The HTTP/1.1 request that became stream 1 (RFC 7540 3.2). */
  upgrade: UpgradeOffer | undefined = undefined;
  /** What the handshake of TLS said so far; undefined: there is no TLS. */
  tls: TlsFacts | undefined = undefined;
  about: About = NOTHING_MORE;
  #pathGroups: PathGroups | undefined = undefined;
  #unchecked: Map<string, number> | undefined = undefined;
  /** Addresses of the flow's client and server, as texts, once they were asked for. */
  #first: string | undefined = undefined;
  #second: string | undefined = undefined;

  constructor(flow: Flow, client: Endpoint, server: Endpoint) {
    this.flow = flow;
    this.client = client;
    this.server = server;
  }

  get id(): number {
    return this.flow.id;
  }

  /** Of TCP's handshake, nanoseconds; undefined where that was not captured whole. */
  get roundTrip(): number | undefined {
    const { roundTrip } = this.flow;
    return roundTrip < 0 ? undefined : roundTrip;
  }

  /** Who is the client is certain: else nothing can be proven that depends on it. */
  get rolesProven(): boolean {
    return isProof(this.roles);
  }

  get isHttp2(): boolean {
    return this.protocol.startsWith("h2");
  }

  /** One of its two ends. */
  endpoint(side: Side): Endpoint {
    return side === "client" ? this.client : this.server;
  }

  /** `192.0.2.1:50000`. */
  address(side: Side): string {
    const { flow } = this;
    if ((side === "client") === (this.clientIndex === 0)) return (this.#first ??= endpointText(flow.client, flow.family));
    return (this.#second ??= endpointText(flow.server, flow.family));
  }

  /** At most a round trip, wherever the capture was taken: each side's shortest answer. Nanoseconds; Infinity: unknown. */
  get roundTripBound(): number {
    return this.client.answerTime + this.server.answerTime;
  }

  /** The capture lacks this side's FIN, but the other side acknowledged it: one octet more than was seen (RFC 9293 3.10.4). */
  closedUnseen(side: Side): boolean {
    return this.endpoint(side).end === undefined && this.directionOf(side).acknowledged > this.#seen(side);
  }

  /** Octets that this side may have sent so far, below TLS: what was captured, and what lies before that or was acknowledged. */
  sentAtMost(side: Side): number {
    return Math.max(this.directionOf(side).acknowledged, this.#seen(side));
  }

  // Acknowledgments are noted as captured: what waits may be what one is of.
  #seen(side: Side): number {
    const { offset, held } = this.directionOf(side);
    let seen = offset;
    for (const { offset: from, bytes, cut, fin } of held) seen = Math.max(seen, from + bytes.length + cut + (fin ? 1 : 0));
    return seen;
  }

  /** What TCP knows of the octets of this side. */
  directionOf(side: Side): Direction {
    return this.flow.directions[side === "client" ? this.clientIndex : 1 - this.clientIndex]!;
  }

  /** Which requests have the same :path, where it is not known. Made when first asked for. */
  get pathGroups(): PathGroups {
    return (this.#pathGroups ??= new PathGroups());
  }

  /** What could not be judged: family or rule and need, by count. */
  get unchecked(): ReadonlyMap<string, number> {
    return this.#unchecked ?? ALL_CHECKED;
  }

  /** Something could not be judged, because `need` is not met. */
  uncheck(rule: string, need: string): void {
    const unchecked = (this.#unchecked ??= new Map());
    const key = `${rule} ${need}`;
    unchecked.set(key, (unchecked.get(key) ?? 0) + 1);
  }
}

const NOTHING_MORE: About = Object.freeze({});
const ALL_CHECKED: ReadonlyMap<string, number> = new Map();
