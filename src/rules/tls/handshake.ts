// What HTTP/2 demands of TLS (RFC 9113 section 9.2): version, suite, compression, key sizes, and what may not follow the handshake.
import { ErrorCode } from "../../http2/error-code.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { TlsFacts } from "../../tls/facts.ts";
import { defineRule } from "../rule.ts";
import { must, mustNot, says, should } from "../shapes/spec.ts";

// "An endpoint MAY terminate the connection with an error of INADEQUATE_SECURITY": it need not.
const inadequate = { scope: "connection", codes: ["INADEQUATE_SECURITY"], optional: true } as const;

export const version = defineRule({
  id: "tls/version",
  meta: {
    title: "HTTP/2 must use TLS 1.2 or higher",
    severity: "error",
    by: "server",
    spec: [must("9.2")],
    expect: inadequate,
    needs: [],
    decidable: "head",
    messages: { old: "the server chose h2 with {version}" },
    docs: {
      why: "Older versions are broken, and clients of HTTP/2 may refuse the connection.",
      fix: "Switch off versions below TLS 1.2, or offer h2 with 1.2 and higher only.",
    },
  },
  tls(facts, over, { report }) {
    const { version: chosen, alpn } = facts;
    if (over || alpn !== "h2" || chosen === undefined || isModern(chosen)) return;
    report(serverHello(facts), "old", { version: chosen });
  },
});

export const cipherProhibited = defineRule({
  id: "tls/cipher-prohibited",
  meta: {
    title: "A suite of RFC 9113 Appendix A should not be used for HTTP/2 with TLS 1.2",
    severity: "warning",
    by: "server",
    spec: [should("9.2.2")],
    expect: inadequate,
    needs: [],
    decidable: "head",
    messages: { suite: "the server chose {suite} for h2" },
    docs: {
      why: "Clients may refuse the connection with INADEQUATE_SECURITY: the suite has no forward secrecy, or no AEAD.",
      fix: "Put ECDHE suites with AES-GCM or ChaCha20-Poly1305 first, or use TLS 1.3.",
    },
  },
  tls(facts, over, { report }) {
    const { suite, alpn } = facts;
    if (over || alpn !== "h2" || facts.version !== "TLS 1.2" || suite?.prohibited !== true) return;
    report(serverHello(facts), "suite", { suite: suite.name });
  },
});

export const compression = defineRule({
  id: "tls/compression",
  meta: {
    title: "TLS compression must be off for HTTP/2",
    severity: "error",
    by: "server",
    spec: [must("9.2.1")],
    expect: inadequate,
    needs: [],
    decidable: "head",
    messages: { method: "the server chose TLS compression (method {method})" },
    docs: {
      why: "With compression, the length of a message can reveal the secrets in it.",
      fix: "Choose the null method.",
    },
  },
  tls(facts, over, { report }) {
    if (!over && facts.compression !== undefined) report(serverHello(facts), "method", { method: facts.compression });
  },
});

export const renegotiation = defineRule({
  id: "tls/renegotiation",
  meta: {
    title: "TLS 1.2 must not be renegotiated in HTTP/2",
    severity: "error",
    by: "either",
    spec: [mustNot("9.2.1")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { begun: "the {side} began to renegotiate TLS" },
    docs: {
      why: "Streams have no order relative to the new handshake, so nobody knows which of them it protects.",
      fix: "Authenticate clients in the first handshake, or on a separate connection.",
    },
  },
  tls({ renegotiations: [first] }, over, { report }) {
    if (over && first !== undefined) report(FrameRef.ofTls("tls-handshake", first.from, first), "begun", { side: first.from });
  },
});

export const postHandshakeAuth = defineRule({
  id: "tls/post-handshake-auth",
  meta: {
    title: "A server must not ask for a certificate after the handshake of TLS 1.3",
    severity: "error",
    by: "server",
    spec: [mustNot("9.2.3")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { asked: "the server sent CertificateRequest after the handshake" },
    docs: {
      why: "Nobody knows which stream asked for it.",
      fix: "Ask in the first handshake, or on a separate connection.",
    },
  },
  tls({ postHandshakeAuth: at }, over, { report }) {
    if (over && at !== undefined) report(FrameRef.ofTls("tls-handshake", "server", at), "asked", {});
  },
});

export const dhTooSmall = defineRule({
  id: "tls/dh-too-small",
  meta: {
    title: "Ephemeral keys of TLS 1.2 must have at least 2048 bits (DHE) or 224 bits (ECDHE)",
    severity: "warning",
    by: "server",
    spec: [must("9.2.1")],
    expect: inadequate,
    needs: [],
    decidable: "head",
    messages: { bits: "the server's {kind} key has {bits} bits, below {least}" },
    docs: {
      why: "Clients may refuse the connection with INADEQUATE_SECURITY.",
      fix: "Configure a group of 2048 bits or more, or X25519 or P-256.",
    },
  },
  tls(facts, over, { report }) {
    const { keyExchange, alpn } = facts;
    if (over || alpn !== "h2" || keyExchange?.bits === undefined) return;
    const { kind, bits } = keyExchange;
    const least = LEAST[kind];
    if (bits < least) report(serverHello(facts), "bits", { kind: kind.toUpperCase(), bits, least });
  },
});

export const inadequateSecurityWrong = defineRule({
  id: "tls/inadequate-security-wrong",
  meta: {
    title: "INADEQUATE_SECURITY is for TLS that lacks what HTTP/2 demands",
    severity: "error",
    by: "either",
    spec: [says("9.2.2"), says("7")],
    expect: { scope: "connection", codes: [], none: true },
    needs: [],
    decidable: "payload",
    messages: { fine: "the {side} closed with INADEQUATE_SECURITY, though {version} with {suite} meets the demands of HTTP/2" },
    docs: {
      why: "What the connection uses is neither below TLS 1.2 nor listed in RFC 9113 Appendix A, so the other side cannot know what to change.",
      fix: "Use the RFC's list of suites, not another one.",
    },
  },
  kinds: ["goaway"],
  frame(frame, _stream, { connection, report }) {
    const { tls } = connection;
    if (frame.errorCode !== ErrorCode.inadequateSecurity || tls === undefined || tls.suite === undefined) return;
    const { version: chosen, suite, compression: method, keyExchange } = tls;
    if (chosen === undefined || !isModern(chosen) || method !== undefined) return;
    if (chosen === "TLS 1.2" && (suite.prohibited || (keyExchange?.bits ?? 0) < LEAST[keyExchange?.kind ?? "dhe"])) return;
    report(frame, "fine", { side: frame.from, version: chosen, suite: suite.name });
  },
});

const isModern = (name: string): boolean => name === "TLS 1.2" || name === "TLS 1.3";

const serverHello = (facts: TlsFacts): FrameRef =>
  FrameRef.ofTls("tls-hello", "server", facts.hellos.server, `${facts.version ?? "TLS"}  ${facts.suite?.name ?? ""}`.trimEnd());

const LEAST = { dhe: 2048, ecdhe: 224 } as const;
