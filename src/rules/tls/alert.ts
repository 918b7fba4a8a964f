// What the alerts of TLS say (RFC 8446 section 6): why a handshake or a connection failed.
import type { Connection } from "../../model/connection.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other, type Side } from "../../place.ts";
import type { TlsAlert } from "../../tls/alert.ts";
import { defineRule } from "../rule.ts";
import { must, says } from "../shapes/spec.ts";

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
      why: "Often this is a gRPC client, which offers only h2, at a server or proxy that speaks only HTTP/1.1.",
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
    title: "A TLS connection should end with close_notify, not with a fatal alert",
    severity: "info",
    by: "either",
    spec: [says("6.2", 8446), must("6.1", 8446)],
    expect: { scope: "connection", codes: [], none: true },
    needs: [],
    decidable: "head",
    messages: {
      fatal: "the {side} ended TLS with the alert {name} ({number})",
      cut: "the {side} closed TCP without close_notify while {count} of its messages had not ended",
    },
    docs: {
      why: "The alert's name says what its sender did not accept: a certificate, a version, a name. Without close_notify, a peer that has finished looks the same as an attacker who cuts the rest off; this is reported only where something was cut.",
      fix: "Change what the alert names, usually on the other side; close TLS before TCP.",
    },
  },
  tls({ alerts, unnotified }, over, { connection, report }) {
    if (!over) return;
    for (const side of sides) {
      const at = unnotified[side];
      const theirs = connection.endpoint(other(side)).end;
      // Who closed first waits for nothing.
      const moot = at === undefined || (theirs !== undefined && theirs.how !== "capture-end" && theirs.at.time <= at.time);
      const count = moot ? 0 : unfinished(connection, side);
      if (at !== undefined && count > 0) report(FrameRef.ofTls("tls-alert", side, at, "no close_notify"), "cut", { side, count });
    }
    const fatal = alerts.find(({ level, description }) => level === "fatal" && description !== NO_APPLICATION_PROTOCOL);
    if (fatal !== undefined) report(refOf(fatal), "fatal", { side: fatal.from, name: fatal.name, number: fatal.description });
  },
});

const sides: readonly Side[] = ["client", "server"];

function unfinished({ streams }: Connection, side: Side): number {
  let count = 0;
  for (const stream of streams.values()) {
    const half = stream.half(side);
    if (stream.seen && !stream.closed && !stream.reserved && !half.over && stream.half(other(side)).resetAt < 0) count++;
  }
  return count;
}

const refOf = (of: TlsAlert): FrameRef => FrameRef.ofTls("tls-alert", of.from, of, of.name);

const NO_APPLICATION_PROTOCOL = 120;
