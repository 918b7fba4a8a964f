// RFC 9218 section 7.1. A receiver that does not implement it does not know the frame and ignores it: then nothing is at fault.
import { latin1 } from "../../bytes.ts";
import type { Frame } from "../../http2/frame.ts";
import { Setting } from "../../http2/setting.ts";
import { parseDictionary } from "../../http2/structured-dictionary.ts";
import { delivered } from "../../model/causality.ts";
import type { Connection } from "../../model/connection.ts";
import { other } from "../../place.ts";
import { defineRule, type ReportOptions } from "../rule.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

export const onStream = defineRule({
  id: "priority-update/on-stream",
  meta: {
    title: "PRIORITY_UPDATE must be sent on stream 0",
    severity: "error",
    by: "client",
    spec: [must("7.1", 9218)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { stream: "PRIORITY_UPDATE on stream {streamId}" },
    docs: { why: "The stream it is about stands in its payload.", fix: "Set the stream id of the frame to 0." },
  },
  kinds: ["priority-update"],
  frame(frame, _stream, { connection, report }) {
    if (frame.streamId !== 0) report(frame, "stream", { streamId: frame.streamId }, weight(connection, frame));
  },
});

export const targetZero = defineRule({
  id: "priority-update/target-zero",
  meta: {
    title: "PRIORITY_UPDATE must name a stream",
    severity: "error",
    by: "client",
    spec: [must("7.1", 9218)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "payload",
    messages: { zero: "PRIORITY_UPDATE prioritises stream 0" },
    docs: { why: "Stream 0 is the connection, which has no priority.", fix: "Name the stream of the request." },
  },
  kinds: ["priority-update"],
  frame(frame, _stream, { connection, report }) {
    if (frame.whole && frame.promisedStreamId === 0) report(frame, "zero", {}, weight(connection, frame));
  },
});

export const fromServer = defineRule({
  id: "priority-update/from-server",
  meta: {
    title: "A server must not send PRIORITY_UPDATE",
    severity: "error",
    by: "server",
    spec: [mustNot("7.1", 9218)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { server: "the server sends PRIORITY_UPDATE" },
    docs: { why: "Only the client knows what it needs first.", fix: "Send the priority field in the response instead." },
  },
  kinds: ["priority-update"],
  frame(frame, _stream, { connection, report }) {
    if (frame.from === "server") report(frame, "server", {}, weight(connection, frame));
  },
});

export const idlePush = defineRule({
  id: "priority-update/idle-push",
  meta: {
    title: "PRIORITY_UPDATE must not name a push that was not promised",
    severity: "error",
    by: "client",
    spec: [must("7.1", 9218)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start2", "no-gap2", "acks"],
    decidable: "payload",
    messages: { idle: "PRIORITY_UPDATE prioritises stream {target}, which the server had not promised" },
    docs: { why: "An even stream is the server's to open.", fix: "Prioritise a push when its PUSH_PROMISE was read." },
  },
  kinds: ["priority-update"],
  frame(frame, _stream, { connection, report }) {
    const { promisedStreamId: target } = frame;
    if (frame.from !== "client" || !frame.whole || target === 0 || (target & 1) === 1) return;
    const promised = connection.streams.get(target);
    const idle =
      promised === undefined ? target > connection.server.highestOpened : !delivered(promised.openedAt, frame.first.acked);
    if (idle) report(frame, "idle", { target }, weight(connection, frame));
  },
});

export const idleCount = defineRule({
  id: "priority-update/idle-count",
  meta: {
    title: "Idle streams with a priority count for MAX_CONCURRENT_STREAMS",
    severity: "error",
    by: "client",
    spec: [mustNot("7.1", 9218)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["settings", "acks"],
    decidable: "payload",
    messages: {
      exceeded: "PRIORITY_UPDATE for {idle} idle streams with {active} active ones; the server allows {limit} streams",
    },
    docs: {
      why: "The server keeps the priority of streams that are not there yet.",
      fix: "Prioritise a stream when it is about to be opened.",
    },
  },
  // Streams with a priority that were idle.
  state: () => new Set<number>(),
  kinds: ["priority-update"],
  frame(frame, _stream, { connection, state: idle, report }) {
    const { promisedStreamId: target } = frame;
    const { client, server } = connection;
    if (frame.from !== "client" || !frame.whole || (target & 1) === 0) return;
    if (target <= client.highestOpened || client.hasRefused(target)) return;
    for (const id of idle) if (id <= client.highestOpened) idle.delete(id);
    if (idle.size < STREAMS) idle.add(target);
    const limit = server.settings.largest(Setting.maxConcurrentStreams, frame.first.acked);
    let active = 0;
    for (const id of client.active) if (isActive(connection, id, frame.first.acked)) active++;
    if (idle.size + active <= limit) return;
    report(frame, "exceeded", { idle: idle.size, active, limit }, { ...weight(connection, frame), fold: "connection" });
  },
});

export const badValue = defineRule({
  id: "priority-update/bad-value",
  meta: {
    title: "A Priority Field Value is a dictionary of urgency and incremental",
    severity: "info",
    by: "client",
    spec: [says("4", 9218), says("7", 9218)],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"], optional: true },
    needs: [],
    decidable: "payload",
    messages: {
      syntax: 'the priority of stream {target} is "{value}", which is not a Structured Fields dictionary',
      urgency: 'the priority of stream {target} is "{value}": u is an integer from 0 to 7',
    },
    docs: {
      why: "A server ignores what it cannot use, or closes the connection over a value that it cannot parse.",
      fix: "Write it as in `u=3, i`.",
    },
  },
  kinds: ["priority-update"],
  frame(frame, _stream, { report }) {
    if (frame.from !== "client" || !frame.whole) return;
    const { bytes, start, end, promisedStreamId: target } = frame;
    const text = latin1(bytes, start, end);
    const members = parseDictionary(text);
    const value = text.slice(0, SHOWN);
    if (members === undefined) {
      report(frame, "syntax", { target, value });
      return;
    }
    const urgency = members.get("u");
    if (urgency === undefined || (urgency.type === "integer" && urgency.value >= 0 && urgency.value <= 7)) return;
    report(frame, "urgency", { target, value });
  },
});

export const tooShort = defineRule({
  id: "priority-update/too-short",
  meta: {
    title: "PRIORITY_UPDATE must have room for a stream id",
    severity: "error",
    by: "client",
    spec: [must("4.2")],
    expect: { scope: "connection", codes: ["FRAME_SIZE_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { short: "PRIORITY_UPDATE of {length} bytes; it takes 4 or more" },
    docs: { why: "The stream that it is about is missing.", fix: "Write the prioritised stream id first, in four bytes." },
  },
  kinds: ["priority-update"],
  frame(frame, _stream, { connection, report }) {
    if (frame.length < 4) report(frame, "short", { length: frame.length }, weight(connection, frame));
  },
});

// An error only for a receiver that is known to implement RFC 9218: it said so.
function weight(connection: Connection, frame: Frame): ReportOptions {
  const { settings } = connection.endpoint(other(frame.from));
  return settings.announced(Setting.noRfc7540Priorities) === undefined ? { severity: "info" } : {};
}

function isActive({ streams }: Connection, id: number, horizon: number): boolean {
  const stream = streams.get(id);
  if (stream === undefined || stream.client.resetAt >= 0) return false;
  const { client, server } = stream;
  if (server.resetAt >= 0 && delivered(server.resetAt, horizon)) return false;
  return client.endAt < 0 || server.endAt < 0 || !delivered(server.endAt, horizon);
}

const STREAMS = 4096;
const SHOWN = 100;
