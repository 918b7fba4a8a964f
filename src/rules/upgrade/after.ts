// What follows `101 Switching Protocols` (RFC 7540 sections 3.2 and 3.5).

import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import type { Connection } from "../../model/connection.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { beginning } from "../beginning.ts";
import type { RelatedFrame } from "../finding.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { streamError } from "../shapes/frame.ts";
import { must, says } from "../shapes/spec.ts";

export const serverFirstFrame = defineRule({
  id: "upgrade/server-first-frame",
  meta: {
    title: "The server's first frame after 101 must be SETTINGS",
    severity: "error",
    by: "server",
    spec: [must("3.2", 7540), must("3.5", 7540)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start2", "no-gap"],
    decidable: "head",
    messages: {
      other: "the server's first frame after 101 is {kind}, not SETTINGS",
      ack: "the server's first frame after 101 is a SETTINGS acknowledgment",
    },
    docs: {
      why: "SETTINGS is the server's connection preface. 101 acknowledges HTTP2-Settings, so no ACK is needed before it.",
      fix: "Send a SETTINGS frame without the ACK flag directly after the answer 101.",
    },
  },
  when: { observed: Observation.notSettingsFirst, from: "server" },
  judge(frame, _stream, { connection, report }) {
    if (connection.upgrade === undefined) return;
    const related = switched(connection);
    if (frame.kind === "settings") report(frame, "ack", {}, { related });
    else report(frame, "other", { kind: kindName(frame.kind) }, { related });
  },
});

export const clientPrefaceAfter101 = defineRule({
  id: "upgrade/client-preface-after-101",
  meta: {
    title: "After 101 the client must send its connection preface",
    severity: "error",
    by: "client",
    spec: [must("3.2", 7540), must("3.5", 7540)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start2", "acks"],
    decidable: "payload",
    messages: {
      other: 'after 101 the client sent "{text}" instead of the connection preface',
      frame: "after 101 the client's first frame is {kind}, not SETTINGS",
      ack: "after 101 the client's first frame is a SETTINGS acknowledgment",
    },
    docs: {
      why: "The server has switched to HTTP/2 and reads the preface string and a SETTINGS frame; HTTP2-Settings stands for neither.",
      fix: 'Send "PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" and a SETTINGS frame as soon as the answer 101 arrives.',
    },
  },
  when: { observed: Observation.notSettingsFirst, from: "client" },
  judge(frame, _stream, { connection, report }) {
    if (!knewOfSwitch(connection, "first" in frame ? frame.first.acked : -1)) return;
    const related = switched(connection);
    if (frame.kind === "settings") report(frame, "ack", {}, { related });
    else report(frame, "frame", { kind: kindName(frame.kind) }, { related });
  },
  connections: ConnectionBit.foreign,
  connectionEnd({ connection, report }) {
    const { foreign } = connection.client;
    if (foreign === undefined || foreign.what === "truncated") return;
    if (!knewOfSwitch(connection, foreign.at.acked)) return;
    report(beginning(connection, "client"), "other", { text: foreign.text }, { related: switched(connection) });
  },
});

export const streamOneReused = streamError({
  id: "upgrade/stream-one-reused",
  title: "After an upgrade the client must not send HEADERS or DATA on stream 1",
  by: "client",
  spec: [says("3.2", 7540), must("5.1", 7540)],
  expect: { codes: ["STREAM_CLOSED"] },
  needs: ["start2"],
  messages: { sent: "the client sent {kind} on stream 1, which is the upgraded request and ended with it" },
  when: { observed: Observation.onUpgraded },
  related: opened,
  why: "Stream 1 is the upgraded request, already half-closed by the client: only its answer may follow.",
  fix: "Begin with stream 3.",
});

// What the client sent before it had the answer was meant for HTTP/1.1, or for either.
function knewOfSwitch({ upgrade }: Connection, acked: number): boolean {
  return upgrade?.response !== undefined && acked > upgrade.response.last.offset;
}

function switched({ upgrade }: Connection): RelatedFrame[] {
  if (upgrade?.response === undefined) return [];
  return [{ frame: FrameRef.ofHttp1(upgrade.response, "server"), role: "switched to HTTP/2", text: upgrade.response.line }];
}
