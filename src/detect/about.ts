import type { TlsSummary } from "../tls/summary.ts";

/** What is known of a connection besides HTTP/2: what proxies say of it, what else it speaks. */
export interface About {
  /** A finer name than the protocol's: `http/1.0`, `grpc-web`, `websocket`, `ssh`. */
  recognised?: string;
  tls?: TlsSummary;
  /** The client speaks TLS, and the server answers in this, without it. */
  cleartext?: string;
  /** On whose behalf a load balancer connected, as its PROXY protocol header says. */
  proxied?: { readonly version: 1 | 2; readonly client: string; readonly server: string };
  /** Where a proxy was asked to connect to. */
  tunnel?: { readonly via: "connect" | "socks4" | "socks4a" | "socks5"; readonly target: string };
}
