import { pingPayload } from "../../model/causality.ts";
import type { Connection } from "../../model/connection.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other, type Side } from "../../place.ts";
import { defineRule } from "../rule.ts";

// RFC 9113 6.7, 6.5.3 name no time: an answer that came is lawful.
const LATE = { severity: "info", fold: "" } as const;

const options = { ms: { default: 10_000, unit: "ms", about: "time to answer" } } as const;

export const unansweredPing = defineRule({
  id: "health/unanswered-ping",
  meta: {
    title: "A PING should be answered soon",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "6.7", level: "MUST" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["acks", "no-gap2"],
    decidable: "payload",
    messages: {
      late: "the {side} answered a PING ({owner}) after {ms} ms",
      never: "the {side} did not answer {count} PINGs; the first ({owner}) had waited {ms} ms at the end",
    },
    options,
    docs: {
      why: "Nothing but a busy or stuck endpoint delays the answer to a PING that its TCP has acknowledged; keepalive closes such connections.",
      fix: "Look at what blocks the endpoint's event loop, or its thread that writes.",
    },
  },
  kinds: ["ping"],
  frame(frame, _stream, { connection, options, report }) {
    if (!frame.ack || !frame.whole) return;
    const payload = pingPayload(frame);
    const ping = connection.endpoint(other(frame.from)).pings.find((open) => open.payload === payload);
    if (ping === undefined || frame.last.time - ping.time < options.ms * 1e6) return;
    const ms = Math.round((frame.last.time - ping.time) / 1e6);
    report(frame, "late", { side: frame.from, owner: ownerOf(payload), ms }, LATE);
  },
  connections: ConnectionBit.pinged,
  connectionEnd({ connection, options, report }) {
    for (const side of SIDES) {
      const { pings } = connection.endpoint(other(side));
      const [first] = pings;
      const waited = first === undefined ? -1 : waitedFor(connection, side, first);
      if (first === undefined || waited < options.ms * 1e6) continue;
      const count = pings.filter((ping) => waitedFor(connection, side, ping) >= options.ms * 1e6).length;
      const data = { side, count, owner: ownerOf(first.payload), ms: Math.round(waited / 1e6) };
      report(FrameRef.stop(connection.endpoint(side)), "never", data);
    }
  },
});

export const unansweredSettings = defineRule({
  id: "health/unanswered-settings",
  meta: {
    title: "SETTINGS should be acknowledged soon",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "6.5.3", level: "MUST" }],
    expect: { scope: "connection", codes: [], ignore: true, none: true },
    needs: ["acks", "no-gap2"],
    decidable: "payload",
    messages: {
      late: "the {side} acknowledged SETTINGS after {ms} ms",
      never: "the {side} did not acknowledge {count} SETTINGS frames; the first had waited {ms} ms at the end",
    },
    options,
    docs: {
      why: "Until then the sender of the SETTINGS cannot rely on them, and may close the connection with SETTINGS_TIMEOUT.",
      fix: "Acknowledge SETTINGS as soon as they are read; look at what blocks the endpoint.",
    },
  },
  kinds: ["settings"],
  settings: { ack: true },
  frame(frame, _stream, { connection, options, report }) {
    if (!frame.ack) return;
    const [oldest] = connection.endpoint(other(frame.from)).settings.pending;
    if (oldest === undefined || frame.last.time - oldest.time < options.ms * 1e6) return;
    report(frame, "late", { side: frame.from, ms: Math.round((frame.last.time - oldest.time) / 1e6) }, LATE);
  },
  connections: ConnectionBit.unacknowledged,
  connectionEnd({ connection, options, report }) {
    for (const side of SIDES) {
      const { pending } = connection.endpoint(other(side)).settings;
      const [first] = pending;
      const waited = first === undefined ? -1 : waitedFor(connection, side, first);
      if (waited < options.ms * 1e6) continue;
      const count = pending.filter((settings) => waitedFor(connection, side, settings) >= options.ms * 1e6).length;
      report(FrameRef.stop(connection.endpoint(side)), "never", { side, count, ms: Math.round(waited / 1e6) });
    }
  },
});

// How long `side` had the octets, by its acknowledgment, without an answer, while both sides could send; -1 where it may not have had them.
function waitedFor(connection: Connection, side: Side, asked: { readonly endOffset: number; readonly time: number }): number {
  if (connection.directionOf(other(side)).acknowledged < asked.endOffset) return -1;
  let until = connection.flow.lastTime;
  const { client, server } = connection;
  if (client.end !== undefined) until = Math.min(until, client.end.at.time);
  if (server.end !== undefined) until = Math.min(until, server.end.at.time);
  return until - asked.time;
}

// What sends PINGs with these octets: implementations have their own constants.
const ownerOf = (payload: string): string => OWNERS[Buffer.from(payload, "latin1").toString("hex")] ?? "keepalive or measurement";

const OWNERS: Readonly<Record<string, string>> = {
  "02041010090e0707": "grpc-go's bandwidth probe",
  "0106010800030309": "grpc-go's graceful stop",
  "0b7ba2f08b9bfe54": "h2's graceful shutdown",
  "3b7cdb7a0b8716b4": "h2's keepalive or bandwidth probe",
  "00000000000004d2": "grpc-java's bandwidth probe",
  "000000000000dead": "grpc-java's keepalive",
  "000000097acef001": "grpc-java's graceful shutdown",
};

const SIDES = ["client", "server"] as const;
