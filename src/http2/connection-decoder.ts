// In: both directions of one TCP connection. Out: HTTP/2 frames of both, if that is what they are, found by content on any port: the
// client's preface (RFC 9113 3.4), a server's SETTINGS that comes first, or, where the start was not captured, a chain of frames.
// What else it may be is named, not read.
import { copyOf, latin1, u16, u24, u31 } from "../bytes.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import { copyOrigin, type Origin, origin, type Side } from "../place.ts";
import type { ByteSink, EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { Flow } from "../tcp/flow.ts";
import { FrameDecoder, type FrameSink } from "./frame-decoder.ts";
import { findFrames } from "./frame-search.ts";

export type Protocol = "h2c-prior-knowledge" | "h2c" | "http/1.1" | "tls-unknown" | "unknown";

/** What stands where HTTP/2 should begin. */
export type Foreign = "http1" | "other" | "truncated";

export interface Http2Sink extends FrameSink {
  /** The octets are HTTP/2. Comes first; `clientIndex` says which direction of the flow is the client's.
   *  @param roles How the sides are known: `syn` or `preface` are proof, `guess` is none. */
  begin(protocol: Protocol, clientIndex: 0 | 1, roles: "syn" | "preface" | "guess"): void;
  /** The client's preface string stands at offset 0 of its direction. */
  preface(at: Origin): void;
  /** This side does not speak HTTP/2, though the other does; nothing more comes from it but its end. */
  foreign(from: Side, what: Foreign, text: string, at: Origin): void;
  octetsLost(from: Side, length: number, proof: GapProof, at: Origin): void;
  /** @param inFrame The direction ended inside a frame. */
  end(from: Side, how: EndReason, inFrame: boolean, at: Origin): void;
  /** The octets are something else. Comes at most once, instead of `begin`. */
  other(protocol: Protocol): void;
}

export class ConnectionDecoder {
  readonly sinks: readonly [ByteSink, ByteSink];
  readonly #flow: Flow;
  readonly #sink: Http2Sink;
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  #state: "undecided" | "http2" | "other" = "undecided";
  #waiting: Waiting[] = [];
  #waitingOctets = 0;
  readonly #heads = [new Head(), new Head()] as const;
  readonly #directions: [Http2Direction | undefined, Http2Direction | undefined] = [undefined, undefined];

  constructor(flow: Flow, sink: Http2Sink, limits: Limits, diagnostics: DiagnosticSink) {
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
      },
      gap: (length, proof, at) => {
        if (this.#state === "http2") this.#directions[index]!.gap(length, proof, at);
        else if (this.#state === "undecided") {
          this.#heads[index].broken = true;
          this.#wait({ index, kind: "gap", length, proof, at });
        }
      },
      end: (how, at) => {
        if (this.#state === "undecided") {
          this.#heads[index].ended = true;
          this.#wait({ index, kind: "end", how, at });
          this.#decide(index);
          if (this.#state === "undecided" && this.#heads[1 - index]!.ended) this.#giveUp();
        } else if (this.#state === "http2") this.#directions[index]!.end(how, at);
      },
    };
  }

  #look(index: 0 | 1, b: Uint8Array, start: number, end: number, at: Origin): void {
    const head = this.#heads[index];
    const skip = Math.min(head.skip, end - start);
    head.skip -= skip;
    if (!head.broken && head.count < HEAD) {
      const take = Math.min(HEAD - head.count, end - start - skip);
      head.bytes.set(b.subarray(start + skip, start + skip + take), head.count);
      head.count += take;
    }
    if (!head.broken) head.takeProxyHeader();
    this.#wait({ index, kind: "bytes", bytes: copyOf(b, start, end), at });
    this.#waitingOctets += end - start;
    this.#decide(index, b, start, end);
    if (this.#state === "undecided" && this.#waitingOctets > UNDECIDED) this.#giveUp();
  }

  #wait(event: Waiting): void {
    const at = origin();
    copyOrigin(at, event.at);
    this.#waiting.push({ ...event, at });
  }

  #decide(index: 0 | 1, b?: Uint8Array, start = 0, end = 0): void {
    const head = this.#heads[index];
    const { directions } = this.#flow;
    const started = directions[0].syn || directions[1].syn;
    if (!head.broken && head.count > 0) {
      const matched = prefaceMatch(head);
      // RFC 9113 3.4: the string, or its beginning and no more. "PRI" is no other protocol's beginning.
      if (matched === PREFACE.length || (matched === head.count && head.ended && matched >= 3)) {
        this.#begin("h2c-prior-knowledge", index, "preface");
        return;
      }
      if (matched === head.count) return;
      const other = recognise(head);
      // The answer to an HTTP/1 request may be HTTP/2 all the same: the client has reached another port than it thinks.
      if (other === "http/1.1 request") return;
      if (other !== undefined) {
        this.#other(other);
        return;
      }
      // A server may speak first. Without a SYN, or from the SYN's sender, nothing says whose SETTINGS these are.
      if (isSettings(head) && index === 1 && directions[1].syn) {
        this.#begin("h2c-prior-knowledge", 0, "syn");
        return;
      }
      // The other side's preface may follow, and will tell.
      if (isSettings(head) && !started && this.#heads[1 - index]!.mayBePreface) return;
    }
    if (started && !head.broken) return;
    if (b !== undefined && findFrames(b, start, end) === start) this.#begin("h2c", 0, started ? "syn" : "guess");
  }

  #begin(protocol: Protocol, clientIndex: 0 | 1, roles: "syn" | "preface" | "guess"): void {
    this.#state = "http2";
    this.#sink.begin(protocol, clientIndex, roles);
    for (const index of [0, 1] as const) {
      const side = index === clientIndex ? "client" : "server";
      const known = this.#flow.directions[index].syn || (side === "client" && roles === "preface");
      const decoder = new FrameDecoder(side, this.#flow.id, this.#sink, this.#limits, this.#diagnostics);
      this.#directions[index] = new Http2Direction(side, decoder, this.#sink, known, this.#heads[index].proxyOctets);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const event of waiting) {
      const direction = this.#directions[event.index]!;
      if (event.kind === "bytes") direction.bytes(event.bytes, 0, event.bytes.length, event.at);
      else if (event.kind === "gap") direction.gap(event.length, event.proof, event.at);
      else direction.end(event.how, event.at);
    }
  }

  #other(protocol: Protocol): void {
    this.#state = "other";
    this.#waiting = [];
    this.#sink.other(protocol);
  }

  #giveUp(): void {
    const started = this.#flow.directions.some((d) => d.syn);
    if (!started && this.#heads.some(isSettings)) this.#begin("h2c", 0, "guess");
    else this.#other(this.#heads.some((head) => recognise(head) !== undefined) ? "http/1.1" : "unknown");
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

  /** Octets of a PROXY protocol header that come first. */
  #skip: number;

  constructor(from: Side, decoder: FrameDecoder, sink: Http2Sink, startKnown: boolean, skip: number) {
    this.#skip = skip;
    this.#from = from;
    this.#decoder = decoder;
    this.#sink = sink;
    if (startKnown) this.#head = new Head();
    else this.#unknownStart = true;
  }

  #unknownStart = false;

  bytes(b: Uint8Array, start: number, end: number, at: Origin): void {
    const skip = Math.min(this.#skip, end - start);
    this.#skip -= skip;
    if (skip === 0) this.#bytes(b, start, end, at);
    else if (skip < end - start) {
      at.offset += skip;
      this.#bytes(b, start + skip, end, at);
      at.offset -= skip;
    }
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
    head.bytes.set(b.subarray(start, start + take), head.count);
    head.count += take;
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
  readonly bytes = new Uint8Array(HEAD);
  count = 0;
  /** Octets were lost before or among them. */
  broken = false;
  ended = false;
  /** The length of a PROXY protocol header, and how much of it is still to come. */
  proxyOctets = 0;
  skip = 0;

  /** What is there is the beginning of the preface string, if anything. */
  get mayBePreface(): boolean {
    return !this.broken && !this.ended && prefaceMatch(this) === this.count && this.count < PREFACE.length;
  }

  /** A load balancer may say first on whose behalf it connects (PROXY protocol, versions 1 and 2): that is no part of HTTP/2. */
  takeProxyHeader(): void {
    if (this.proxyOctets > 0) return;
    const length = proxyHeaderLength(this.bytes, this.count);
    if (length === 0) return;
    this.proxyOctets = length;
    this.skip = Math.max(length - this.count, 0);
    this.bytes.copyWithin(0, length, this.count);
    this.count = Math.max(this.count - length, 0);
  }
}

// Version 1: a line of at most 107 octets. Version 2: a signature, then 4 octets that end with the length of the rest.
function proxyHeaderLength(b: Uint8Array, count: number): number {
  if (latin1(b, 0, Math.min(count, 6)) === "PROXY ") {
    const end = latin1(b, 0, Math.min(count, 107)).indexOf("\r\n");
    return end < 0 ? 0 : end + 2;
  }
  return count >= 16 && latin1(b, 0, 12) === "\r\n\r\n\0\r\nQUIT\n" ? 16 + u16(b, 14) : 0;
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

function recognise(head: Head): "tls-unknown" | "http/1.1" | "http/1.1 request" | undefined {
  const { bytes: b } = head;
  // RFC 8446 5.1: a record of version 3.x, of any type, since the handshake may not have been captured.
  if (head.count >= 3 && b[0]! >= 0x14 && b[0]! <= 0x17 && b[1] === 3 && b[2]! <= 4) return "tls-unknown";
  const text = latin1(b, 0, head.count);
  if (/^HTTP\/1\.[01] /.test(text)) return "http/1.1";
  return /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH) /.test(text) ? "http/1.1 request" : undefined;
}

// RFC 9113 3.4.
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
const HEAD = 256;
// Octets of both directions that are kept while nothing shows what they are.
const UNDECIDED = 64 << 10;
