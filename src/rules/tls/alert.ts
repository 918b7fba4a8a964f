// What the alerts of TLS say (RFC 8446 section 6): why a handshake or a connection failed.
import { FrameRef } from "../../model/frame-ref.ts";
import type { TlsAlert } from "../../tls/alert.ts";
import { defineRule } from "../rule.ts";
import { says } from "../shapes/spec.ts";

export const alpnNoOverlap = defineRule({
  id: "tls/alpn-no-overlap",
  meta: {
    title: "Client and server have no protocol in common",
    severity: "info",
    by: "either",
    spec: [says("3.2", 7301)],
    expect: { scope: "connection", codes: [], none: true },
    needs: [],
    decidable: "head",
    messages: { refused: "the {side} refused the handshake with no_application_protocol: {offered} offered" },
    docs: {
      why: "Often a gRPC client, which offers h2 alone, at a server or proxy that has HTTP/1.1 only.",
      fix: "Enable HTTP/2 on the server or on the proxy before it.",
    },
  },
  tls({ alerts, alpnOffered = [] }, over, { report }) {
    const alert = over ? alerts.find(({ description }) => description === NO_APPLICATION_PROTOCOL) : undefined;
    if (alert !== undefined) report(refOf(alert), "refused", { side: alert.from, offered: alpnOffered.join(", ") || "nothing" });
  },
});

export const alert = defineRule({
  id: "tls/alert",
  meta: {
    title: "A fatal alert ends a TLS connection",
    severity: "info",
    by: "either",
    spec: [says("6.2", 8446)],
    expect: { scope: "connection", codes: [], none: true },
    needs: [],
    decidable: "head",
    messages: { fatal: "the {side} ended TLS with the alert {name} ({number})" },
    docs: {
      why: "Its name says what the side that sent it did not accept: a certificate, a version, a name.",
      fix: "Change what the alert names, on the other side most often.",
    },
  },
  tls({ alerts }, over, { report }) {
    if (!over) return;
    const fatal = alerts.find(({ level, description }) => level === "fatal" && description !== NO_APPLICATION_PROTOCOL);
    if (fatal !== undefined) report(refOf(fatal), "fatal", { side: fatal.from, name: fatal.name, number: fatal.description });
  },
});

const refOf = (of: TlsAlert): FrameRef => FrameRef.ofTls("tls-alert", of.from, of, of.name);

const NO_APPLICATION_PROTOCOL = 120;
