// The names in a handshake: ALPN (RFC 9113 sections 3.2 and 3.3, RFC 7301), the server's name (9.2) and those in its certificate (9.1.1).
import type { FieldBlock } from "../../model/field-block.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { net } from "../../platform/net.ts";
import type { TlsFacts } from "../../tls/facts.ts";
import { defineRule } from "../rule.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

export const alpnMissing = defineRule({
  id: "tls/alpn-missing",
  meta: {
    title: "A client must offer h2 by ALPN to speak HTTP/2 over TLS",
    severity: "error",
    by: "client",
    spec: [must("3.2"), says("3.3")],
    expect: { scope: "connection", codes: [] },
    needs: [],
    decidable: "head",
    messages: { none: "the client speaks HTTP/2 inside TLS, but its ClientHello has no ALPN" },
    docs: {
      why: "HTTP/2 by prior knowledge is for connections without TLS; servers may speak HTTP/1.1 where nothing was chosen.",
      fix: "Offer h2 in the ALPN extension.",
    },
  },
  tls(facts, over, { connection, report }) {
    if (!over || !connection.isHttp2 || facts.hellos.client === undefined || facts.alpnOffered !== undefined) return;
    report(clientHello(facts), "none", {});
  },
});

export const alpnH2c = defineRule({
  id: "tls/alpn-h2c",
  meta: {
    title: "ALPN must not name h2c",
    severity: "error",
    by: "either",
    spec: [mustNot("3.2")],
    expect: { scope: "connection", codes: [] },
    needs: [],
    decidable: "head",
    messages: { offered: "the client offers h2c by ALPN", chosen: "the server chose h2c by ALPN" },
    docs: {
      why: "The name stands for HTTP/2 without TLS. A server does not choose it, so the connection falls back to HTTP/1.1.",
      fix: "Offer h2.",
    },
  },
  tls(facts, over, { report }) {
    if (over) return;
    if (facts.alpn === "h2c") report(serverHello(facts), "chosen", {});
    else if (facts.alpnOffered?.includes("h2c") === true) report(clientHello(facts), "offered", {});
  },
});

export const alpnMismatch = defineRule({
  id: "tls/alpn-mismatch",
  meta: {
    title: "HTTP/2 must be spoken where ALPN chose h2, and nowhere else",
    severity: "error",
    by: "server",
    spec: [must("3.2"), says("3.2", 7301)],
    expect: { scope: "connection", codes: [] },
    needs: [],
    decidable: "head",
    messages: {
      other: "HTTP/2 is spoken, but the server chose {alpn} by ALPN",
      nothing: "HTTP/2 is spoken, but the server chose nothing by ALPN though h2 was offered",
    },
    docs: {
      why: "Anyone who relies on the handshake, such as a proxy, takes the connection for another protocol.",
      fix: "Choose h2 by ALPN where HTTP/2 follows.",
    },
  },
  tls(facts, over, { connection, report }) {
    const { alpn, alpnOffered, version, encryptedExtensions, hellos } = facts;
    if (!over || !connection.isHttp2 || alpn === "h2" || hellos.server === undefined) return;
    // What older gRPC C-core offers before h2, and means HTTP/2 by.
    if (alpn === "grpc-exp") return;
    if (alpn !== undefined) report(serverHello(facts), "other", { alpn });
    // TLS 1.3 says it where only keys show it.
    else if (alpnOffered?.includes("h2") === true && (version === "TLS 1.2" || encryptedExtensions === true))
      report(serverHello(facts), "nothing", {});
  },
});

export const sniMissing = defineRule({
  id: "tls/sni-missing",
  meta: {
    title: "A client must name the server in its ClientHello",
    severity: "warning",
    by: "client",
    spec: [must("9.2"), says("3", 6066)],
    expect: { scope: "connection", codes: [] },
    needs: ["hpack"],
    decidable: "head",
    messages: { absent: "the client asks for {host}, but its ClientHello has no server_name" },
    docs: {
      why: "A server with several names may send the certificate of another name, or refuse the handshake.",
      fix: "Set the server name of TLS to the host of the URI.",
    },
  },
  overTls: true,
  when: { roles: ["request"] },
  judge(subject, _stream, { connection, report }) {
    const block = subject as FieldBlock; // a condition on roles
    const { tls } = connection;
    if (tls?.hellos.client === undefined || tls.serverName !== undefined) return;
    const host = hostOf(block.decoded?.authority?.value);
    if (host === undefined || isAddress(host)) return;
    report(clientHello(tls), "absent", { host }, { fold: "sni" });
  },
});

export const authorityNotInCert = defineRule({
  id: "tls/authority-not-in-cert",
  meta: {
    title: "A request should be for a name that the server's certificate has",
    severity: "warning",
    by: "client",
    spec: [must("9.1.1"), says("9.1.2")],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { other: "the request on stream {streamId} is for {host}, the server's certificate for {names}" },
    docs: {
      why: "The server has not shown that it may answer for this name; it may say 421 (Misdirected Request).",
      fix: "Open a connection to the host that is asked, or add its name to the certificate.",
    },
  },
  overTls: true,
  when: { roles: ["request"] },
  judge(subject, _stream, { connection, report }) {
    const block = subject as FieldBlock; // a condition on roles
    const names = connection.tls?.certificates.server?.names;
    if (names === undefined) return;
    const host = hostOf(block.decoded?.authority?.value);
    if (host === undefined || covers(names, host)) return;
    report(block, "other", { streamId: block.streamId, host, names: names.slice(0, 200) }, { fold: host });
  },
});

const clientHello = (facts: TlsFacts): FrameRef =>
  FrameRef.ofTls("tls-hello", "client", facts.hellos.client, (facts.alpnOffered ?? []).join(", "));

const serverHello = (facts: TlsFacts): FrameRef =>
  FrameRef.ofTls("tls-hello", "server", facts.hellos.server, facts.version ?? "");

// RFC 3986 3.2: without userinfo and port.
function hostOf(authority: string | undefined): string | undefined {
  const host = /^(?:[^@]*@)?(\[[^\]]+\]|[^:[\]]+)(?::\d*)?$/.exec(authority ?? "")?.[1];
  return host?.replace(/^\[|\]$/g, "").toLowerCase();
}

const isAddress = (host: string): boolean => net().isIPv4(host) || net().isIPv6(host);

/** @param names `DNS:*.example.com, IP Address:192.0.2.1`, as OpenSSL prints them. */
function covers(names: string, host: string): boolean {
  const address = isAddress(host);
  return names.split(", ").some((name) => {
    const [, kind, value = ""] = /^(DNS|IP Address):(.*)$/.exec(name) ?? [];
    if (kind === "IP Address") return address && plain(value) === plain(host);
    if (kind !== "DNS" || address) return false;
    const pattern = value.toLowerCase();
    if (pattern === host) return true;
    // RFC 9525 6.3: it stands for one label.
    return pattern.startsWith("*.") && host.includes(".") && host.slice(host.indexOf(".")) === pattern.slice(1);
  });
}

// `0:0:0:0:0:0:0:1` and `::1` are the same.
const plain = (address: string): string => {
  try {
    return address.includes(":") ? new URL(`http://[${address}]/`).hostname : address;
  } catch {
    return address;
  }
};
