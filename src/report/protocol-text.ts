// What a connection speaks, in words.
import { tlsText } from "../tls/hello.ts";
import type { ConnectionEvent } from "./event.ts";
import { printable } from "./text.ts";

/** `h2c`, `TLS 1.2 to example.com (h2 offered and chosen), no keys`, `ssh`. */
export function protocolText({ protocol, recognised, tls }: ConnectionEvent): string {
  if (protocol === "tls-unknown")
    return `${printable(tlsText(tls ?? {}))}, ${SEALED[tls?.reason ?? "no-keys"] ?? "not decrypted"}`;
  const known =
    tls === undefined || protocol === "unknown" ? (PROTOCOLS[protocol] ?? protocol) : `${protocol}, ${tls.version ?? "TLS"}`;
  if (recognised === undefined) return known;
  if (protocol === "unknown") return `${printable(recognised)}, ${known}`;
  return recognised === "http/1.0" ? recognised : `${known}, ${printable(recognised)}`;
}

const SEALED: Readonly<Record<string, string>> = {
  "no-keys": "no keys",
  "no-key-for-connection": "keys of others only",
  "keys-not-in-time": "keys came too late",
  "starts-after-handshake": "handshake not captured",
  "no-application-data": "no application data",
};

/** For whom, and through what: a line for each proxy. */
export function behindText({ proxied, tunnel }: ConnectionEvent): string[] {
  const lines: string[] = [];
  if (proxied !== undefined)
    lines.push(`on behalf of ${proxied.client}, who connected to ${proxied.server} (PROXY protocol ${proxied.version})`);
  if (tunnel !== undefined) lines.push(`through a proxy to ${printable(tunnel.target)} (${TUNNELS[tunnel.via] ?? tunnel.via})`);
  return lines;
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  "h2c-prior-knowledge": "h2c",
  "h2c-upgrade": "h2c by Upgrade",
  h2c: "h2c, start not captured",
  unknown: "not HTTP/2",
};

const TUNNELS: Readonly<Record<string, string>> = {
  connect: "HTTP CONNECT",
  socks4: "SOCKS4",
  socks4a: "SOCKS4a",
  socks5: "SOCKS5",
};
