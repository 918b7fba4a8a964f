// In: both directions of an HTTP/1.1 connection. Out: where it stops being one: after `101 Switching Protocols`, or a CONNECT that was
// granted (RFC 9110 7.8, 9.3.6).
import { copyOrigin, type Origin, origin, type Side } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import { type Content, contentOf, fieldOf, type Http1ContentReader, type Http1Head, Http1Reader } from "./http1.ts";
import { UpgradeOffer, upgradeTokens } from "./upgrade.ts";

export interface Http1Listener {
  /** An offer of HTTP/2 that was answered, or will not be. */
  offered(offer: UpgradeOffer): void;
  /** A finer name for what is spoken: `http/1.0`, `grpc-web`. */
  recognised(name: string): void;
  /** A request, from 1 on. @returns Who reads it and its answer; undefined where nobody does. */
  request?(head: Http1Head, number: number): Http1Observer | undefined;
}

/** Reads one exchange. */
export interface Http1Observer {
  readonly client: Http1ContentReader;
  readonly server: Http1ContentReader;
  /** The final answer. */
  response(head: Http1Head): void;
  /** A side closed its direction before the answer was whole; the other may follow. */
  closed?(by: Side, how: EndReason, at: Origin): void;
  /** The connection is over, and the answer is not; undefined: it cannot be followed any more. */
  end(how: EndReason | undefined): void;
}

/** What follows the last octet of the answer. */
export type Switch =
  | { readonly to: "h2c"; readonly offer: UpgradeOffer }
  | { readonly to: "tunnel"; readonly target: string }
  | { readonly to: "other"; readonly name: string };

export class Http1Exchange {
  /** Set with the answer that ends HTTP/1.1. */
  switched: Switch | undefined;
  readonly #listener: Http1Listener;
  readonly #client = new Http1Reader();
  readonly #server = new Http1Reader();
  /** Requests without a final answer, oldest first. */
  readonly #pending: Request[] = [];
  readonly #here = origin();
  readonly #onRequest = (head: Http1Head): Content => this.#request(head);
  readonly #onResponse = (head: Http1Head): Content => this.#response(head);

  constructor(listener: Http1Listener) {
    this.#listener = listener;
  }

  /** What the client sends next depends on an answer that is not there yet. */
  get holds(): boolean {
    return this.#client.between && this.#pending.at(-1)?.switches === true;
  }

  /** The request that was answered by a switch is not finished. */
  get inRequest(): boolean {
    return !this.#client.between && this.#client.state !== "lost";
  }

  get lost(): boolean {
    return this.#client.state === "lost" || this.#server.state === "lost";
  }

  /** Read on from `start`.
   *  @param base Where in `b` the octet stands whose place is `at`.
   *  @returns The octets that were read; the rest must wait for the answer, or belongs to what follows. */
  client(b: Uint8Array, base: number, start: number, end: number, at: Origin): number {
    let p = start;
    while (p < end && !this.holds && (this.switched === undefined || this.inRequest)) {
      const here = this.#place(at, p - base);
      const read = this.#client.bytes(b, p, end, here, this.#onRequest);
      const request = this.#pending.at(-1) ?? this.#answered;
      if (request?.offer !== undefined && request.offer.end < 0) {
        request.offer.contentOctets = this.#client.contentOctets;
        if (this.#client.between) request.offer.end = here.offset + read;
      }
      p += read;
    }
    return p - start;
  }

  /** The same; it stops at the end of an answer after which the client's waiting octets count. */
  server(b: Uint8Array, base: number, start: number, end: number, at: Origin): number {
    let p = start;
    while (p < end && this.switched === undefined) {
      const held = this.holds;
      p += this.#server.bytes(b, p, end, this.#place(at, p - base), this.#onResponse);
      if (held && !this.holds) break;
    }
    return p - start;
  }

  #place(at: Origin, ahead: number): Origin {
    copyOrigin(this.#here, at);
    this.#here.offset += ahead;
    return this.#here;
  }

  /** So many octets are missing. False where nothing more can be read. */
  gap(from: "client" | "server", length: number): boolean {
    return (from === "client" ? this.#client : this.#server).gap(length);
  }

  /** This side has nothing more to say. */
  ended(from: "client" | "server", how: EndReason, at: Origin): void {
    const offer = from === "server" && !this.#clientEnded && this.#server.between ? this.#pending[0]?.offer : undefined;
    if (offer !== undefined && (how === "fin" || how === "rst")) offer.closed = { how, at: { ...at } };
    if (from === "client") this.#clientEnded = true;
    (from === "client" ? this.#client : this.#server).end(how, at);
    if (this.#server.reader !== undefined) this.#answering?.closed?.(from, how, at);
    for (const { observer } of this.#pending) observer?.closed?.(from, how, at);
  }

  /** Nothing follows: tell of the offers that have no answer. */
  end(how: EndReason | undefined): void {
    if (this.#server.reader !== undefined) this.#answering?.end(how);
    for (const { offer, observer } of this.#pending.splice(0)) {
      if (offer !== undefined) this.#listener.offered(offer);
      observer?.end(how);
    }
  }

  /** Who reads the answer that is read. */
  #answering: Http1Observer | undefined;

  /** The request that the switch answered. */
  #answered: Request | undefined;

  #requests = 0;
  #clientEnded = false;

  #request(head: Http1Head): Content {
    const [method = "", target = "", version = ""] = head.line.split(" ");
    if (!/^HTTP\/1\.[01]$/.test(version)) {
      this.#client.state = "lost";
      return 0;
    }
    const tokens = upgradeTokens(head);
    const offer = tokens.includes("h2c") || tokens.includes("h2") ? new UpgradeOffer(head, method, target) : undefined;
    const number = ++this.#requests;
    // One that is upgraded goes on as HTTP/2.
    const observer = offer === undefined ? this.#listener.request?.(head, number) : undefined;
    this.#client.reader = observer?.client;
    const switches = tokens.length > 0 || method === "CONNECT";
    this.#pending.push({ method, target: target.slice(0, TARGET), switches, offer, observer });
    if (this.#pending.length > PENDING) this.#client.state = "lost";
    if (version === "HTTP/1.0") this.#listener.recognised("http/1.0");
    this.#contentType(head);
    return method === "CONNECT" ? 0 : contentOf(head, 0);
  }

  #response(head: Http1Head): Content {
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(head.line)?.[1] ?? 0);
    const request = this.#pending[0];
    if (status === 0 || request === undefined) {
      this.#server.state = "lost";
      return 0;
    }
    this.#contentType(head);
    if (status >= 100 && status < 200 && status !== 101) return 0;
    this.#pending.shift();
    const { offer, method, observer } = request;
    observer?.response(head);
    this.#server.reader = observer?.server;
    this.#answering = observer;
    if (offer !== undefined) {
      offer.response = head;
      offer.status = status;
    }
    if (status === 101) {
      this.#answered = request;
      this.switched = switchOf(head, offer);
      if (offer !== undefined) offer.accepted = this.switched.to === "h2c";
    } else if (method === "CONNECT" && status >= 200 && status < 300) this.switched = { to: "tunnel", target: request.target };
    if (offer !== undefined) this.#listener.offered(offer);
    if (method === "HEAD" || status < 200 || status === 204 || status === 304 || this.switched !== undefined) return 0;
    return contentOf(head, "close");
  }

  #contentType(head: Http1Head): void {
    if (/^application\/grpc-web/i.test(fieldOf(head, "content-type") ?? "")) this.#listener.recognised("grpc-web");
  }
}

// RFC 9110 7.8: the answer names what it switches to; where it does not, the only offer counts.
function switchOf(head: Http1Head, offer: UpgradeOffer | undefined): Switch {
  const [named] = upgradeTokens(head);
  const to = named ?? (offer?.tokens.length === 1 ? offer.tokens[0] : undefined);
  if ((to === "h2c" || to === "h2") && offer !== undefined) return { to: "h2c", offer };
  return { to: "other", name: (to ?? "").slice(0, TARGET) };
}

interface Request {
  readonly method: string;
  readonly target: string;
  /** Its answer may end HTTP/1.1. */
  readonly switches: boolean;
  readonly offer: UpgradeOffer | undefined;
  readonly observer: Http1Observer | undefined;
}

// Pipelined requests that are remembered, and octets of the target of each.
const PENDING = 256;
const TARGET = 300;
