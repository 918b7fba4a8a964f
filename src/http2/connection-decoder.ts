// In: both directions of one TCP connection. Out: HTTP/2 frames of both, if that is what they are, found by content on any port: the
// client's preface (RFC 9113 3.4), a server's SETTINGS that comes first, `Upgrade: h2c` (RFC 7540 3.2), or, where the start was not
// captured, a chain of frames; also behind a PROXY protocol header, SOCKS or CONNECT. What else it may be is named, not read.
import { copyOf, latin1, u24, u31 } from "../bytes.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import { copyOrigin, type Origin, origin, type Side } from "../place.ts";
import type { ByteSink, EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { Flow } from "../tcp/flow.ts";
import { HelloReader, type TlsHello } from "../tls/hello.ts";
import type { About } from "./about.ts";
import { FrameDecoder, type FrameSink } from "./frame-decoder.ts";
import { frameEvidence } from "./frame-search.ts";
import type { Http1Head } from "./http1.ts";
import { Http1Exchange, type Http1Observer, type Switch } from "./http1-exchange.ts";
import { proxyHeader } from "./proxy-header.ts";
import { isYamux, recognise } from "./recognise.ts";
import { SOCKS_HEAD, socks } from "./socks.ts";
import type { UpgradeOffer } from "./upgrade.ts";

export type Protocol = "h2c-prior-knowledge" | "h2c-upgrade" | "h2c" | "http/1.1" | "tls-unknown" | "unknown";

/** What stands where HTTP/2 should begin. */
export type Foreign = "http1" | "other" | "truncated";

/** How it is known who is the client: `syn` or `preface` (or an HTTP/1 request) are proof, `guess` is none. */
export type Roles = "syn" | "preface" | "guess";

/** Whether the first octets of HTTP/2 of each side are there. */
export type Started = Readonly<Record<Side, boolean>>;

export interface Http2Sink extends FrameSink {
  /** The octets are HTTP/2. `clientIndex` says which direction of the flow is the client's. */
  begin(protocol: Protocol, clientIndex: 0 | 1, roles: Roles, started: Started): void;
  /** The client's preface string stands where its HTTP/2 begins. */
  preface(at: Origin): void;
  /** This side does not speak HTTP/2, though the other does; nothing more comes from it but its end. */
  foreign(from: Side, what: Foreign, text: string, at: Origin): void;
  octetsLost(from: Side, length: number, proof: GapProof, at: Origin): void;
  /** @param inFrame The direction ended inside a frame. */
  end(from: Side, how: EndReason, inFrame: boolean, at: Origin): void;
  /** The octets are something else, so far: `begin` may follow HTTP/1.1. */
  other(protocol: Protocol): void;
  /** An HTTP/1.1 request offered HTTP/2. Where the server took it `begin` comes next. */
  offered(offer: UpgradeOffer, clientIndex: 0 | 1): void;
  /** A request in HTTP/1.1, from 1 on. @returns Who reads it and its answer. */
  http1?(head: Http1Head, number: number, clientIndex: 0 | 1): Http1Observer | undefined;
  /** More is known of the connection. */
  note(about: About): void;
}

/** What all connections keep while nothing shows what they speak. */
export class Undecided {
  octets = 0;
}

export class ConnectionDecoder {
  readonly sinks: readonly [ByteSink, ByteSink];
  readonly #flow: Flow;
  readonly #sink: Http2Sink;
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  #state: "undecided" | "http1" | "tls" | "http2" | "other" = "undecided";
  /** What came and is not given on: while nothing shows what it is, or an answer must tell. */
  #waiting: Waiting[] = [];
  #waitingOctets = 0;
  /** With what keeping them costs: its part of what all keep. */
  #waitingCost = 0;
  readonly #undecided: Undecided;
  #heads: readonly [Head, Head] = [new Head(), new Head()];
  readonly #directions: [Http2Direction | undefined, Http2Direction | undefined] = [undefined, undefined];
  #exchange: Http1Exchange | undefined;
  #hellos: readonly [HelloReader, HelloReader] | undefined;
  /** The client's direction, where HTTP/1, SOCKS or a SYN tell. */
  #client: 0 | 1 = 0;
  /** Tunnels inside each other. After one the start of what follows is known. */
  #tunnels = 0;
  /** HTTP/1 was spoken and cannot be followed: whatever shows frames is looked for. */
  #searching = false;
  #evidence = 0;
  #ends: Waiting[] = [];

  constructor(flow: Flow, sink: Http2Sink, limits: Limits, diagnostics: DiagnosticSink, undecided: Undecided = new Undecided()) {
    this.#undecided = undecided;
    this.#flow = flow;
    this.#sink = sink;
    this.#limits = limits;
    this.#diagnostics = diagnostics;
    this.sinks = [this.#side(0), this.#side(1)];
  }

  #side(index: 0 | 1): ByteSink {
    return {
      bytes: (b, start, end, at) => {
        if (this.#state === "http2") this.#directions[index]!.bytes(b, start, end, at);
        else if (this.#state === "undecided") this.#look(index, b, start, end, at);
        else if (this.#state === "http1") this.#http1(index, b, start, end, at);
        else if (this.#state === "tls") this.#hellos![index].bytes(b, start, end);
      },
      gap: (length, proof, at) => {
        if (this.#state === "http2") this.#directions[index]!.gap(length, proof, at);
        else if (this.#state === "undecided") this.#lookPast(index, length, proof, at);
        else if (this.#state === "tls") this.#hellos![index].stop();
        else if (this.#state === "http1") {
          const waits = this.#waiting.some((event) => event.index === index);
          if (waits || this.#exchange!.holds || !this.#exchange!.gap(index === this.#client ? "client" : "server", length))
            this.#search();
        }
      },
      end: (how, at) => {
        if (this.#state === "undecided") {
          this.#heads[index].ended = true;
          this.#wait({ index, kind: "end", how, at });
          this.#decide(index);
          if (this.#state === "undecided" && this.#heads[1 - index]!.ended) this.#giveUp();
        } else if (this.#state === "http2") this.#directions[index]!.end(how, at);
        else if (this.#state === "http1") {
          this.#ends.push({ index, kind: "end", how, at: keep(at) });
          this.#exchange!.ended(index === this.#client ? "client" : "server", how, at);
          if (this.#ends.length === 2) {
            this.#exchange!.end(how);
            this.#letGo();
          }
        }
      },
    };
  }

  #look(index: 0 | 1, b: Uint8Array, start: number, end: number, at: Origin): void {
    const head = this.#heads[index];
    const skip = Math.min(head.skip, end - start);
    head.skip -= skip;
    start += skip;
    if (start === end) return;
    if (this.#searching && frameEvidence(b, start, end) === 0) {
      this.#letGo();
      this.#evidence = 0;
      return;
    }
    if (!head.broken) head.take(b, start, end);
    this.#waitBytes(index, b, start, end, at, skip);
    this.#decide(index, b, start, end);
    if (this.#state !== "undecided") return;
    if (this.#waitingOctets > UNDECIDED) this.#giveUp();
    else if (this.#undecided.octets > this.#limits.undecidedTotal) {
      const limit = this.#limits.undecidedTotal;
      this.#diagnostics({
        code: "limit/undecided",
        place: { in: "packet", file: at.file, packet: at.packet },
        data: { limit },
      });
      this.#giveUp();
    }
  }

  #lookPast(index: 0 | 1, length: number, proof: GapProof, at: Origin): void {
    const head = this.#heads[index];
    const skip = Math.min(head.skip, length);
    head.skip -= skip;
    if (skip === length) return;
    head.broken = true;
    const moved = keep(at);
    moved.offset += skip;
    this.#wait({ index, kind: "gap", length: length - skip, proof, at: moved });
  }

  #wait(event: Waiting): void {
    this.#waiting.push({ ...event, at: keep(event.at) });
  }

  #waitBytes(index: 0 | 1, b: Uint8Array, start: number, end: number, at: Origin, ahead: number): void {
    if (start === end) return;
    const moved = keep(at);
    moved.offset += ahead;
    this.#waiting.push({ index, kind: "bytes", bytes: copyOf(b, start, end), at: moved });
    this.#waitingOctets += end - start;
    this.#waitingCost += end - start + WAITING_COST;
    this.#undecided.octets += end - start + WAITING_COST;
  }

  #letGo(): void {
    this.#waiting = [];
    this.#waitingOctets = 0;
    this.#undecided.octets -= this.#waitingCost;
    this.#waitingCost = 0;
  }

  // What waited goes the way of what the connection is now known to be.
  #replay(): void {
    const waiting = this.#waiting;
    this.#letGo();
    for (const event of waiting) {
      const to = this.sinks[event.index];
      if (event.kind === "bytes") to.bytes(event.bytes, 0, event.bytes.length, event.at);
      else if (event.kind === "gap") to.gap(event.length, event.proof, event.at);
      else to.end(event.how, event.at);
    }
  }

  /** The first octet of this direction, or of what is inside a tunnel, is there. */
  #startKnown(index: 0 | 1): boolean {
    return !this.#searching && (this.#tunnels > 0 || this.#flow.directions[index].syn);
  }

  #decide(index: 0 | 1, b?: Uint8Array, start = 0, end = 0): void {
    const head = this.#heads[index];
    const peer = this.#heads[1 - index]!;
    const started = this.#startKnown(0) || this.#startKnown(1);
    if (!head.broken && head.count > 0) {
      if (this.#takeProxyHeader(index)) return;
      const matched = prefaceMatch(head);
      // RFC 9113 3.4: the string, or its beginning and no more. "PRI" is no other protocol's beginning.
      if (matched === PREFACE.length || (matched === head.count && head.ended && matched >= 3)) {
        this.#begin("h2c-prior-knowledge", index, "preface");
        return;
      }
      if (matched === head.count) return;
      if (this.#isOther(index)) return;
      // The answer to an HTTP/1 request may be HTTP/2 all the same: the client has reached another port than it thinks.
      if (isRequest(head)) return;
      // A server may speak first. Without a SYN, or from the SYN's sender, nothing says whose SETTINGS these are.
      if (isSettings(head) && index !== this.#client && this.#startKnown(index)) {
        this.#begin("h2c-prior-knowledge", this.#client, "syn");
        return;
      }
      // The other side's preface may follow, and will tell.
      if (isSettings(head) && !started && peer.mayBePreface) return;
    }
    if ((started && !head.broken) || b === undefined) return;
    this.#evidence += frameEvidence(b, start, end);
    if (this.#evidence < CONVINCING) return;
    this.#begin("h2c", this.#client, this.#searching ? "preface" : started ? "syn" : "guess");
  }

  // A load balancer may say first on whose behalf it connects: that is no part of HTTP/2. True where nothing more can be said now.
  #takeProxyHeader(index: 0 | 1): boolean {
    const head = this.#heads[index];
    if (head.proxied) return false;
    const header = proxyHeader(head.bytes, head.count);
    if (header === "more") return !head.ended;
    if (header === undefined) return false;
    head.proxied = true;
    const { version, client, server } = header;
    if (client !== undefined && server !== undefined) this.#sink.note({ proxied: { version, client, server } });
    this.#strip(index, header.octets);
    if (this.#heads[index].count > 0) this.#decide(index);
    return true;
  }

  /** The first octets of a direction belong to what carries the rest. */
  #strip(index: 0 | 1, octets: number): void {
    let left = octets;
    const rest: Waiting[] = [];
    for (const event of this.#waiting) {
      if (event.index !== index || event.kind !== "bytes" || left === 0) {
        rest.push(event);
        continue;
      }
      const take = Math.min(left, event.bytes.length);
      left -= take;
      this.#waitingOctets -= take;
      event.at.offset += take;
      if (take < event.bytes.length) rest.push({ ...event, bytes: event.bytes.subarray(take) });
    }
    this.#waiting = rest;
    const head = this.#heads[index];
    head.count = 0;
    head.skip = left;
    for (const event of rest) if (event.index === index && event.kind === "bytes") head.take(event.bytes, 0, event.bytes.length);
  }

  // Another protocol, or one that carries HTTP/2: true where that is certain.
  #isOther(index: 0 | 1): boolean {
    const head = this.#heads[index];
    const peer = this.#heads[1 - index]!;
    // RFC 8446 5.1: a record of version 3.x, of any type, since the handshake may not have been captured.
    if (head.count >= 3 && head.bytes[0]! >= 0x14 && head.bytes[0]! <= 0x17 && head.bytes[1] === 3 && head.bytes[2]! <= 4) {
      this.#readTls();
      return true;
    }
    if (isResponse(head)) {
      if (!peer.broken && isRequest(peer)) this.#readHttp1((1 - index) as 0 | 1);
      else {
        this.#client = (1 - index) as 0 | 1;
        this.#sink.other("http/1.1");
        this.#search();
      }
      return true;
    }
    if (isRequest(head) && isResponse(peer)) {
      this.#readHttp1(index);
      return true;
    }
    const name = recognise(head.bytes, head.count);
    if (name !== undefined) {
      this.#other("unknown", name);
      return true;
    }
    if (peer.broken) return false;
    const client =
      this.#startKnown(0) || this.#startKnown(1) ? this.#client : head.bytes[0] === 4 || head.bytes[0] === 5 ? index : undefined;
    if (client !== undefined && this.#takeSocks(client)) return true;
    if (client !== undefined && this.#isYamux(client)) {
      this.#other("unknown", "yamux");
      return true;
    }
    return false;
  }

  #isYamux(client: 0 | 1): boolean {
    const [c, s] = [this.#heads[client], this.#heads[1 - client]!];
    return isYamux(c.bytes, c.count, s.bytes, s.count);
  }

  #takeSocks(client: 0 | 1): boolean {
    const [c, s] = [this.#heads[client], this.#heads[1 - client]!];
    const found = socks(c.bytes, c.count, s.bytes, s.count);
    if (found === undefined || found === "more") return false;
    if (found === "refused") this.#other("unknown", c.bytes[0] === 5 ? "socks5" : "socks4");
    else {
      const { via, target, clientOctets, serverOctets } = found;
      this.#strip(client, clientOctets);
      this.#strip((1 - client) as 0 | 1, serverOctets);
      this.#enterTunnel(client, via, target);
    }
    return true;
  }

  // What follows is a connection of its own, with a start that is known.
  #enterTunnel(client: 0 | 1, via: NonNullable<About["tunnel"]>["via"], target: string): void {
    this.#client = client;
    this.#state = "undecided";
    this.#exchange = undefined;
    if (++this.#tunnels > TUNNELS) {
      this.#other("unknown");
      return;
    }
    this.#sink.note({ tunnel: { via, target } });
    // What of the head is beyond the negotiation comes back with what waited.
    const skip = this.#heads.map((head) => head.skip);
    this.#heads = [new Head(), new Head()];
    this.#heads[0].skip = skip[0]!;
    this.#heads[1].skip = skip[1]!;
    this.#replay();
  }

  #readTls(): void {
    const hello: TlsHello = {};
    this.#hellos = [new HelloReader(hello), new HelloReader(hello)];
    this.#state = "tls";
    this.#sink.other("tls-unknown");
    this.#sink.note({ tls: hello });
    this.#replay();
  }

  #readHttp1(client: 0 | 1): void {
    this.#client = client;
    this.#state = "http1";
    this.#ends = [];
    this.#exchange = new Http1Exchange({
      offered: (offer) => this.#sink.offered(offer, client),
      recognised: (name) => this.#sink.note({ recognised: name }),
      request: (head, number) => this.#sink.http1?.(head, number, client),
    });
    this.#sink.other("http/1.1");
    this.#replay();
  }

  #http1(index: 0 | 1, b: Uint8Array, start: number, end: number, at: Origin): void {
    const exchange = this.#exchange!;
    let p = start;
    // Behind what waits already nothing may be read.
    const waits = index === this.#client && this.#waiting.length > 0;
    while (p < end && !waits) {
      const { offset } = at;
      at.offset += p - start;
      const read = index === this.#client ? exchange.client(b, p, end, at) : exchange.server(b, p, end, at);
      at.offset = offset;
      p += read;
      if (exchange.lost) {
        this.#search();
        return;
      }
      if (exchange.switched !== undefined) {
        this.#waitBytes(index, b, p, end, at, p - start);
        this.#switch(exchange.switched);
        return;
      }
      if (index === this.#client && exchange.holds) break;
      if (index !== this.#client && !exchange.holds && this.#waiting.length > 0) {
        this.#waitBytes(index, b, p, end, at, p - start);
        this.#replay();
        return;
      }
    }
    this.#waitBytes(index, b, p, end, at, p - start);
    if (this.#waitingOctets > UNDECIDED) this.#search();
  }

  #switch(to: Switch): void {
    this.#waiting.push(...this.#ends);
    this.#ends = [];
    if (to.to === "other") this.#other("http/1.1", to.name === "" ? undefined : to.name);
    else if (to.to === "tunnel") {
      this.#heads[0].skip = this.#heads[1].skip = 0;
      this.#enterTunnel(this.#client, "connect", to.target);
    } else {
      this.#tunnels++;
      this.#begin("h2c-upgrade", this.#client, "preface");
    }
  }

  // HTTP/1 cannot be followed any more. What comes may be HTTP/2 of which the start was missed.
  #search(): void {
    this.#exchange?.end(undefined);
    this.#exchange = undefined;
    this.#state = "undecided";
    this.#searching = true;
    this.#letGo();
    this.#evidence = 0;
    this.#heads = [new Head(), new Head()];
    for (const head of this.#heads) head.broken = true;
    for (const { index } of this.#ends) this.#heads[index].ended = true;
  }

  #begin(protocol: Protocol, clientIndex: 0 | 1, roles: Roles): void {
    this.#state = "http2";
    const server = (1 - clientIndex) as 0 | 1;
    // Found by its looks: what is missing may have been an Upgrade or a tunnel, whose octets are no fault.
    const found = protocol === "h2c";
    const first = this.#heads[server];
    const started = {
      client: found
        ? this.#startKnown(clientIndex) && beginsPreface(this.#heads[clientIndex])
        : roles === "preface" || this.#startKnown(clientIndex),
      server: this.#startKnown(server) && (!found || (!first.broken && (first.count === 0 || isSettings(first)))),
    };
    this.#sink.begin(protocol, clientIndex, roles, started);
    for (const index of [0, 1] as const) {
      const side = index === clientIndex ? "client" : "server";
      const decoder = new FrameDecoder(side, this.#flow.id, this.#sink, this.#limits, this.#diagnostics);
      // The request that was upgraded may not be finished (RFC 7540 3.2: its content goes before).
      const before = side === "client" && this.#exchange?.inRequest ? this.#exchange : undefined;
      this.#directions[index] = new Http2Direction(side, decoder, this.#sink, started[side], before);
    }
    this.#exchange = undefined;
    this.#heads = [new Head(), new Head()];
    this.#replay();
  }

  #other(protocol: Protocol, recognised?: string): void {
    this.#state = "other";
    this.#letGo();
    this.#heads = [new Head(), new Head()];
    this.#sink.other(protocol);
    if (recognised !== undefined) this.#sink.note({ recognised });
  }

  #giveUp(): void {
    if (this.#searching) {
      this.#state = "other";
      this.#letGo();
      return;
    }
    const started = this.#startKnown(0) || this.#startKnown(1);
    const request = this.#heads.findIndex((head) => !head.broken && isRequest(head));
    if (!started && this.#heads.some(isSettings)) this.#begin("h2c", 0, "guess");
    else if (request >= 0) this.#readHttp1(request as 0 | 1);
    else this.#other("unknown");
  }
}

/** One direction of an HTTP/2 connection: the preface string, then frames. */
class Http2Direction {
  readonly #from: Side;
  readonly #decoder: FrameDecoder;
  readonly #sink: Http2Sink;
  /** The first octets decide: the preface string of a client, HTTP/1 of a server that knows no better. */
  #head: Head | undefined;
  readonly #firstAt = origin();
  #foreign = false;
  /** Reads what is left of the upgraded request. */
  #before: Http1Exchange | undefined;

  constructor(from: Side, decoder: FrameDecoder, sink: Http2Sink, startKnown: boolean, before: Http1Exchange | undefined) {
    this.#before = before;
    this.#from = from;
    this.#decoder = decoder;
    this.#sink = sink;
    if (startKnown) this.#head = new Head();
    else this.#unknownStart = true;
  }

  #unknownStart = false;

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    if (this.#before === undefined) {
      this.#bytes(b, start, end, at);
      return;
    }
    const read = this.#before.client(b, start, end, at);
    if (!this.#before.inRequest) this.#before = undefined;
    if (read === end - start) return;
    at.offset += read;
    this.#bytes(b, start + read, end, at);
    at.offset -= read;
  }

  #bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    if (this.#foreign) return;
    if (this.#unknownStart) {
      this.#unknownStart = false;
      this.#decoder.lose(at);
    }
    if (this.#head !== undefined) {
      const taken = this.#first(this.#head, b, start, end, at);
      if (this.#head !== undefined || this.#foreign) return;
      start += taken;
      if (start === end) return;
      const offset = at.offset;
      at.offset += taken;
      this.#decoder.bytes(b, start, end, at);
      at.offset = offset;
      return;
    }
    this.#decoder.bytes(b, start, end, at);
  }

  // Returns how many octets of the buffer were the preface's; the head is gone once the beginning is known.
  #first(head: Head, b: Uint8Array, start: number, end: number, at: Origin): number {
    if (head.count === 0) copyOrigin(this.#firstAt, at);
    const before = head.count;
    const take = Math.min(PREFACE.length - head.count, end - start);
    head.take(b, start, start + take);
    if (this.#from === "client") {
      const matched = prefaceMatch(head);
      if (matched < head.count) this.#reject(latin1(head.bytes, 0, 7) === "HTTP/1." ? "http1" : "other", head);
      else if (matched === PREFACE.length) {
        this.#head = undefined;
        this.#sink.preface(this.#firstAt);
      }
      return take;
    }
    // A server: frames, unless it speaks HTTP/1. Seven octets tell, or the first that differs.
    const text = latin1(head.bytes, 0, Math.min(head.count, 7));
    if (text === "HTTP/1.") this.#reject("http1", head);
    else if (!"HTTP/1.".startsWith(text)) {
      this.#head = undefined;
      if (before > 0) this.#decoder.bytes(head.bytes, 0, before, this.#firstAt);
      return 0;
    }
    return take;
  }

  #reject(what: Foreign, head: Head): void {
    this.#foreign = true;
    this.#head = undefined;
    this.#sink.foreign(this.#from, what, latin1(head.bytes, 0, head.count), this.#firstAt);
  }

  gap(length: number, proof: GapProof, at: Origin): void {
    this.#sink.octetsLost(this.#from, length, proof, at);
    if (this.#before !== undefined) {
      if (this.#before.gap("client", length)) return;
      this.#before = undefined;
    }
    if (this.#foreign) return;
    if (this.#head !== undefined || this.#unknownStart) {
      this.#head = undefined;
      this.#unknownStart = false;
      this.#decoder.lose(at);
    }
    this.#decoder.gap(length, at);
  }

  end(how: EndReason, at: Origin): void {
    const { inFrame } = this.#decoder;
    if (this.#head !== undefined && this.#head.count > 0 && !this.#foreign && this.#from === "client") {
      this.#sink.foreign(this.#from, "truncated", latin1(this.#head.bytes, 0, this.#head.count), this.#firstAt);
    }
    if (!this.#foreign) this.#decoder.end();
    this.#sink.end(this.#from, how, inFrame && !this.#foreign, at);
  }
}

class Head {
  bytes: Uint8Array = new Uint8Array(0);
  count = 0;
  /** Octets were lost before or among them. */
  broken = false;
  ended = false;
  /** A PROXY protocol header came before. */
  proxied = false;
  /** Octets still to come that are not looked at. */
  skip = 0;

  take(b: Uint8Array, start: number, end: number): void {
    const first = this.count > 0 ? this.bytes[0] : b[start];
    // SOCKS takes several turns.
    const limit = first === 4 || first === 5 ? SOCKS_HEAD : HEAD;
    if (this.bytes.length < limit) {
      const grown = new Uint8Array(limit);
      grown.set(this.bytes.subarray(0, this.count));
      this.bytes = grown;
    }
    const count = Math.min(limit - this.count, end - start);
    if (count <= 0) return;
    this.bytes.set(b.subarray(start, start + count), this.count);
    this.count += count;
  }

  /** What is there is the beginning of the preface string, if anything. */
  get mayBePreface(): boolean {
    return !this.broken && !this.ended && prefaceMatch(this) === this.count && this.count < PREFACE.length;
  }
}

type Waiting = { readonly index: 0 | 1; readonly at: Origin } & (
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "gap"; readonly length: number; readonly proof: GapProof }
  | { readonly kind: "end"; readonly how: EndReason }
);

function prefaceMatch(head: Head): number {
  const limit = Math.min(head.count, PREFACE.length);
  for (let i = 0; i < limit; i++) if (head.bytes[i] !== PREFACE[i]) return i;
  return limit;
}

// "PRI" is no other protocol's beginning.
const beginsPreface = (head: Head): boolean => head.count >= 3 && prefaceMatch(head) === head.count;

// RFC 9113 6.5: not an ACK, on stream 0, whole settings.
function isSettings(head: Head): boolean {
  const { bytes: b } = head;
  return (
    head.count >= 9 &&
    b[3] === 4 &&
    (b[4]! & 1) === 0 &&
    u31(b, 5) === 0 &&
    b[5]! < 0x80 &&
    u24(b, 0) % 6 === 0 &&
    u24(b, 0) <= 6144
  );
}

const isResponse = (head: Head): boolean =>
  !head.broken && /^HTTP\/1\.[01] /.test(latin1(head.bytes, 0, Math.min(head.count, 9)));

const isRequest = (head: Head): boolean =>
  head.count > 3 &&
  /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH) /.test(latin1(head.bytes, 0, Math.min(head.count, 8)));

function keep(at: Origin): Origin {
  const copy = origin();
  copyOrigin(copy, at);
  return copy;
}

// RFC 9113 3.4.
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const HEAD = 256;
// Octets of both directions that are kept while nothing shows what they are.
const UNDECIDED = 64 << 10;
// What keeping a piece costs besides its octets.
const WAITING_COST = 256;
// Tunnels inside each other that are followed.
const TUNNELS = 8;
// Of frameEvidence, over the segments of both directions.
const CONVINCING = 2;
