// What a connection speaks, in words.
import { english } from "../lang/language.ts";
import { tlsText } from "../tls/hello.ts";
import type { ConnectionEvent } from "./event.ts";
import { printable } from "./text.ts";

/** `h2c`, `TLS 1.2 to example.com (h2 offered and chosen), no keys`, `ssh`. */
export function protocolText({ protocol, recognised, tls }: ConnectionEvent, say = english): string {
  if (protocol === "tls-unknown")
    return `${say.phrase(printable(tlsText(tls ?? {})))}${say.text(", ")}${say.text(SEALED[tls?.reason ?? "no-keys"] ?? "not decrypted")}`;
  const known =
    tls === undefined || protocol === "unknown"
      ? say.text(PROTOCOLS[protocol] ?? protocol)
      : `${protocol}${say.text(", ")}${tls.version ?? "TLS"}`;
  if (recognised === undefined) return known;
  if (protocol === "unknown") return `${printable(recognised)}${say.text(", ")}${known}`;
  return recognised === "http/1.0" ? recognised : `${known}${say.text(", ")}${printable(recognised)}`;
}

const SEALED: Readonly<Record<string, string>> = {
  "no-keys": "no keys",
  "no-key-for-connection": "keys of others only",
  "keys-not-in-time": "keys came too late",
  "starts-after-handshake": "handshake not captured",
  "no-application-data": "no application data",
};

/** For whom, and through what: a line for each proxy. */
export function behindText({ proxied, tunnel }: ConnectionEvent, say = english): string[] {
  const lines: string[] = [];
  if (proxied !== undefined)
    lines.push(
      say.text("on behalf of {client}, who connected to {server} (PROXY protocol {version})", {
        ...{ client: proxied.client, server: proxied.server, version: proxied.version },
      }),
    );
  if (tunnel !== undefined)
    lines.push(
      say.text("through a proxy to {target} ({via})", {
        ...{ target: printable(tunnel.target), via: TUNNELS[tunnel.via] ?? tunnel.via },
      }),
    );
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
