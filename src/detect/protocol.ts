import type { Http2Sink } from "../http2/opening.ts";
import type { Side } from "../place.ts";
import type { TlsAlert } from "../tls/alert.ts";
import type { TlsFacts } from "../tls/facts.ts";
import type { About } from "./about.ts";
import type { Http1Head } from "./http1.ts";
import type { Http1Observer } from "./http1-exchange.ts";
import type { UpgradeOffer } from "./upgrade.ts";

export type Protocol = "h2c-prior-knowledge" | "h2c-upgrade" | "h2c" | "h2" | "http/1.1" | "tls-unknown" | "unknown";

/** How it is known who is the client. Proof: `syn`, `preface` (or an HTTP/1 request), `fields`: pseudo-header fields of requests or
 *  responses. Likely: `siblings`: other connections to the same address and port; `frames`: what servers or clients alone are to send;
 *  `ports`. `guess`: nothing shows it, or proofs contradict each other. */
export type Roles = "syn" | "preface" | "fields" | "siblings" | "frames" | "ports" | "guess";

/** Nothing that depends on the roles can be proven without. */
export const isProof = (roles: Roles): boolean => roles === "syn" || roles === "preface" || roles === "fields";

/** Whether the first octets of HTTP/2 of each side are there. */
export type Started = Readonly<Record<Side, boolean>>;

/** Hears what a connection turns out to be, and what is in it. */
export interface ConnectionSink extends Http2Sink {
  /** The octets are HTTP/2. `clientIndex` says which direction of the flow is the client's. */
  begin(protocol: Protocol, clientIndex: 0 | 1, roles: Roles, started: Started): void;
  /** More, or less, is known of who is the client than when it began; which direction is the client's stays. */
  roles?(roles: Roles): void;
  /** The octets are something else, so far: `begin` may follow HTTP/1.1. */
  other(protocol: Protocol): void;
  /** An HTTP/1.1 request offered HTTP/2. Where the server took it `begin` comes next. */
  offered(offer: UpgradeOffer, clientIndex: 0 | 1): void;
  /** A request in HTTP/1.1, from 1 on. @returns Who reads it and its answer. */
  http1?(head: Http1Head, number: number, clientIndex: 0 | 1): Http1Observer | undefined;
  /** What the handshake of TLS says: before the first decrypted octet, and at the end once more, then with all that came later.
   *  @param over Nothing follows. */
  secured?(facts: TlsFacts, clientIndex: 0 | 1, over: boolean): void;
  /** An alert of TLS, after the first decrypted octet. */
  alerted?(alert: TlsAlert): void;
  /** It is over, but not all of it is reported before \`proceed\`: keys may still come. */
  postpone?(): void;
  proceed?(): void;
  /** More is known of the connection. */
  note(about: About): void;
}
