// In: both directions of every TCP connection. Out: who reads them. What is HTTP/2, by content on any port, also behind a PROXY protocol
// header, SOCKS, CONNECT or `Upgrade: h2c` (RFC 7540 3.2), or inside TLS that there are keys for, goes to the HTTP/2 stage; what else it may
// be is named, not read.
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Hearsay } from "../hearsay.ts";
import { FrameReading } from "../http2/frame-decoder.ts";
import { Http2Opening } from "../http2/opening.ts";
import type { Limits } from "../limits.ts";
import type { Origin } from "../place.ts";
import { unread } from "../tcp/byte-stream.ts";
import type { Flow } from "../tcp/flow.ts";
import type { DecryptorContext } from "../tls/decryptor.ts";
import { SearchBudget } from "../tls/key-search.ts";
import { KeyStore } from "../tls/key-store.ts";
import { Parking } from "../tls/parking.ts";
import { RecordBuffers } from "../tls/record.ts";
import type { Usage } from "../usage.ts";
import { Carrier, type Http2Start, type Readers } from "./carrier.ts";
import type { Tunnel } from "./decision.ts";
import { Detection } from "./detection.ts";
import { FrameHunt } from "./frame-hunt.ts";
import { Http1Connection } from "./http1-connection.ts";
import type { Http1Exchange } from "./http1-exchange.ts";
import { KnownServers } from "./known-servers.ts";
import { type ConnectionSink, isProof, type Protocol } from "./protocol.ts";
import { type ReplayBuffer, UNDECIDED, UndecidedBudget } from "./replay-buffer.ts";
import { RoleSearch } from "./role-search.ts";
import { TlsConnection } from "./tls-connection.ts";
import { UpgradedRequest } from "./upgraded-request.ts";

/** One for all connections of a session. */
export class Detector implements Readers {
  readonly limits: Limits;
  readonly diagnostics: DiagnosticSink;
  readonly undecided = new UndecidedBudget();
  readonly #frames: FrameReading;
  /** For frames that are looked at to find out who is the client. */
  readonly #scouted: FrameReading;
  readonly #servers = new KnownServers();
  readonly #keys: DecryptorContext;

  /** @param keys Of TLS. */
  constructor(limits: Limits, diagnostics: DiagnosticSink, keys: KeyStore = new KeyStore()) {
    this.limits = limits;
    this.diagnostics = diagnostics;
    this.#keys = {
      store: keys,
      buffers: new RecordBuffers(),
      parking: new Parking(limits.tlsParkedOctets),
      search: new SearchBudget(),
    };
    this.#frames = new FrameReading(limits, diagnostics);
    this.#scouted = new FrameReading(limits, () => {});
  }

  /** Find out what a new connection is, and have it read.
   *  @param sink Hears of it. */
  read(flow: Flow, sink: ConnectionSink): void {
    if (flow.directions[0].syn || flow.directions[1].syn) this.#servers.add(flow, 1);
    new Detection(new Carrier(flow, flow, sink, this, 0), 0, NOTHING_SKIPPED);
  }

  /** A connection that somebody else reads: others may be known by it. */
  pass(flow: Flow): void {
    if (flow.directions[0].syn || flow.directions[1].syn) this.#servers.add(flow, 1);
  }

  set hearsay(hearsay: Hearsay) {
    this.#servers.hearsay = hearsay;
    this.#keys.store.hearsay = hearsay;
  }

  /** The most that was held of what is bounded over all connections. */
  noteUsage(usage: Usage): void {
    usage.undecided = this.undecided.most;
    usage.frames = this.#frames.most + this.#scouted.most;
    usage.parked = this.#keys.parking.most;
    usage.trials = this.#keys.search.spent;
  }

  /** Keys may have come for connections that are over. */
  readOn(): void {
    this.#keys.parking.keysChanged(this.#keys.store.generation);
  }

  /** No connection and no key follows. */
  end(): void {
    this.#keys.parking.finish();
  }

  http2(carrier: Carrier, start: Http2Start, waiting: ReplayBuffer, rest: Http1Exchange | undefined): void {
    const { source, sink, flow } = carrier;
    const { client, roles, started } = start;
    // RFC 9113 3.2.
    const protocol = carrier.secured && start.protocol !== "h2c-upgrade" ? "h2" : start.protocol;
    if (!flow.directions[0].syn && !flow.directions[1].syn && isProof(roles))
      this.#servers.addProven(flow, (1 - client) as 0 | 1);
    sink.begin(protocol, client, roles, started);
    for (const index of [0, 1] as const) {
      const side = index === client ? "client" : "server";
      const opening = new Http2Opening(source, index, side, flow.id, sink, this.#frames, started[side]);
      if (side === "client" && rest !== undefined) new UpgradedRequest(rest, source, index, sink, opening);
      else source.attach(index, opening);
    }
    waiting.replay(source);
  }

  unknownRoles(carrier: Carrier, waiting: ReplayBuffer, ended: readonly [boolean, boolean]): void {
    new RoleSearch(carrier, waiting, ended, this.#servers, this.#scouted);
  }

  http1(carrier: Carrier, client: 0 | 1, waiting: ReplayBuffer): void {
    new Http1Connection(carrier, client);
    carrier.sink.other("http/1.1");
    waiting.replay(carrier.source);
  }

  tls(carrier: Carrier, waiting: ReplayBuffer): void {
    const { source, sink } = carrier;
    sink.other("tls-unknown");
    sink.note({ tls: {} });
    new TlsConnection(carrier, this.#keys);
    waiting.replay(source);
  }

  tunnel(carrier: Carrier, client: 0 | 1, tunnel: Tunnel, skip: readonly [number, number], waiting: ReplayBuffer): void {
    const { flow, source, sink, tunnels } = carrier;
    if (tunnels === TUNNELS) {
      this.other(carrier, "unknown", undefined, waiting);
      return;
    }
    sink.note({ tunnel });
    new Detection(new Carrier(flow, source, sink, this, tunnels + 1, carrier.secured), client, skip);
    waiting.replay(source);
  }

  search(carrier: Carrier, client: 0 | 1, ended: readonly [boolean, boolean], waiting: ReplayBuffer): void {
    waiting.clear();
    new FrameHunt(carrier, client, ended);
  }

  other({ source, sink }: Carrier, protocol: Protocol, name: string | undefined, waiting: ReplayBuffer): void {
    waiting.clear();
    source.attach(0, unread);
    source.attach(1, unread);
    sink.other(protocol);
    if (name !== undefined) sink.note({ recognised: name });
  }

  isFull(waiting: ReplayBuffer, at: Origin, most = UNDECIDED): boolean {
    if (waiting.octets > most) return true;
    const limit = this.limits.undecidedTotal;
    if (this.undecided.octets <= limit) return false;
    this.diagnostics({ code: "limit/undecided", place: { in: "packet", file: at.file, packet: at.packet }, data: { limit } });
    return true;
  }
}

const NOTHING_SKIPPED = [0, 0] as const;
// Tunnels inside each other that are followed.
const TUNNELS = 8;
