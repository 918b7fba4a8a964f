// What the first octets of both directions show a connection to be. Nothing here changes anything.

import { PREFACE } from "../http2/opening.ts";
import type { About } from "./about.ts";
import type { OpeningOctets } from "./opening-octets.ts";
import type { Protocol, Roles } from "./protocol.ts";
import { type ProxyHeader, proxyHeader } from "./proxy-header.ts";
import { isYamux, recognise } from "./recognise.ts";
import { type SocksTunnel, socks } from "./socks.ts";

/** Which kind of reader gets the octets. `proxied`: behind the header everything is open again; `answer`: HTTP/1 of which the request is
 *  not there; `wait`: more octets will tell; `unclear`: only the looks of frames can tell. */
export type Decision =
  | { readonly is: "http2"; readonly protocol: Protocol; readonly client: 0 | 1; readonly roles: Roles }
  | { readonly is: "http1"; readonly client: 0 | 1 }
  | { readonly is: "answer"; readonly client: 0 | 1 }
  | { readonly is: "tls" }
  | { readonly is: "proxied"; readonly header: ProxyHeader }
  | { readonly is: "tunnel"; readonly client: 0 | 1; readonly tunnel: SocksTunnel }
  | { readonly is: "other"; readonly name: string }
  /** A client that speaks TLS, and a server that does not, but this. */
  | { readonly is: "cleartext"; readonly speaks: string }
  | { readonly is: "wait" }
  | { readonly is: "unclear" };

/** Where a proxy was asked to connect to, and how. */
export type Tunnel = NonNullable<About["tunnel"]>;

/** What is known of a connection when its octets are looked at. */
export interface Openings {
  readonly octets: readonly [OpeningOctets, OpeningOctets];
  /** The first octet of this direction, or of what is inside a tunnel, is there. */
  readonly startKnown: readonly [boolean, boolean];
  /** The client's direction, as far as a SYN, HTTP/1 or SOCKS tell. */
  readonly client: 0 | 1;
}

/** @param index The direction of which there are new octets, or the end. */
export function decide(openings: Openings, index: 0 | 1): Decision {
  const { octets, startKnown, client } = openings;
  const own = octets[index];
  const peer = octets[1 - index]!;
  const started = startKnown[0] || startKnown[1];
  if (peer.isClientHello && peer.count > 0 && own.broken) return { is: "tls" };
  if (own.broken || own.count === 0) return started && !own.broken ? WAIT : UNCLEAR;
  // A load balancer may say first on whose behalf it connects: that is no part of HTTP/2.
  const header = own.proxied ? undefined : proxyHeader(own.bytes, own.count);
  if (header === "more" && !own.ended) return WAIT;
  if (typeof header === "object") return { is: "proxied", header };
  const matched = own.prefaceOctets;
  // RFC 9113 3.4: the string, or its beginning and no more. "PRI" is no other protocol's beginning.
  if (matched === PREFACE.length || (own.ended && own.beginsPreface))
    return { is: "http2", protocol: "h2c-prior-knowledge", client: index, roles: "preface" };
  if (matched === own.count) return WAIT;
  const other = otherProtocol(openings, index);
  if (other !== undefined) return other;
  // The answer to an HTTP/1 request may be HTTP/2 all the same: the client has reached another port than it thinks.
  if (own.isRequest) return WAIT;
  // A server may speak first. Without a SYN, or from the SYN's sender, nothing says whose SETTINGS these are.
  if (own.isSettings && index !== client && startKnown[index])
    return { is: "http2", protocol: "h2c-prior-knowledge", client, roles: "syn" };
  // The other side's preface may follow, and will tell.
  if (own.isSettings && !started && peer.mayBePreface) return WAIT;
  return started ? WAIT : UNCLEAR;
}

// Another protocol, or one that carries HTTP/2, where that is certain.
function otherProtocol({ octets, startKnown, client }: Openings, index: 0 | 1): Decision | undefined {
  const own = octets[index];
  const peerIndex = (1 - index) as 0 | 1;
  const peer = octets[peerIndex];
  if (own.isTlsRecord) {
    // A server may know nothing of TLS: its answer shows it.
    const waits = own.isClientHello && index === client && startKnown[index] && peer.count === 0 && !peer.ended && !peer.broken;
    return waits ? WAIT : { is: "tls" };
  }
  if (peer.isClientHello && index !== client) {
    const speaks = cleartextOf(own);
    return speaks === undefined ? { is: "tls" } : { is: "cleartext", speaks };
  }
  if (own.isResponse) return { is: !peer.broken && peer.isRequest ? "http1" : "answer", client: peerIndex };
  if (own.isRequest && peer.isResponse) return { is: "http1", client: index };
  const name = recognise(own.bytes, own.count);
  if (name !== undefined) {
    // The client may have come for HTTP/2 all the same.
    const waits = index !== client && startKnown[index] && peer.count === 0 && !peer.ended && !peer.broken;
    return waits ? WAIT : { is: "other", name };
  }
  if (peer.broken) return undefined;
  const greeted = recognise(peer.bytes, peer.count);
  if (greeted !== undefined && index === client) return { is: "other", name: greeted };
  const started = startKnown[0] || startKnown[1];
  // Both versions of SOCKS begin with their number.
  const asking = started ? client : own.bytes[0] === 4 || own.bytes[0] === 5 ? index : undefined;
  if (asking === undefined) return undefined;
  const [c, s] = [octets[asking], octets[1 - asking]!];
  const tunnel = socks(c.bytes, c.count, s.bytes, s.count);
  if (tunnel === "refused") return { is: "other", name: c.bytes[0] === 5 ? "socks5" : "socks4" };
  if (typeof tunnel === "object") return { is: "tunnel", client: asking, tunnel };
  return isYamux(c.bytes, c.count, s.bytes, s.count) ? { is: "other", name: "yamux" } : undefined;
}

// What a server that was sent a ClientHello says without TLS.
function cleartextOf(own: OpeningOctets): string | undefined {
  if (own.isResponse) return "HTTP/1.1";
  return own.isSettings || own.isGoaway ? "HTTP/2" : undefined;
}

const WAIT: Decision = { is: "wait" };
const UNCLEAR: Decision = { is: "unclear" };
