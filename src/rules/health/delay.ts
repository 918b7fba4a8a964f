import { FieldBit } from "../../fields/field.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { grpcKind } from "../../grpc/call.ts";
import { isAtDeadline, timeoutOf } from "../../grpc/timeout.ts";
import { ErrorCode } from "../../http2/error-code.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import { INITIAL_WINDOW } from "../../model/flow-window.ts";
import type { Stream } from "../../model/stream.ts";
import { connectionWindow, streamWindow } from "../../model/window-stall.ts";
import { other, type Side } from "../../place.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { statusText } from "../status-text.ts";

export const slowFirstByte = defineRule({
  id: "health/slow-first-byte",
  meta: {
    title: "A response should begin soon after the request",
    severity: "info",
    by: "server",
    spec: [{ rfc: 9113, section: "8.1" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "block",
    messages: { slow: "the response on stream {streamId} began {ms} ms after {what}" },
    options: { ms: { default: 1000, unit: "ms", about: "time to the response HEADERS" } },
    docs: {
      why: "The client waits for the server's work, or for what the server itself calls.",
      fix: "Look at what the handler did in that time. A response may begin before its content is known.",
    },
  },
  when: { bits: FieldBit.responsePseudo, roles: ["response"], from: "server" },
  judge(subject, stream, { options, report }) {
    if (stream === undefined || !stream.seen || stream.promised) return;
    const { client } = stream;
    // While the request goes on the server may be waiting for more of it: only what came after its last octets counts.
    const since = client.endAt >= 0 ? client.endTime : (client.lastData?.time ?? stream.openedTime);
    const waited = subject.first.time - since;
    if (waited < options.ms * 1e6) return;
    const what = client.endAt >= 0 ? "the end of the request" : "the last of the request so far";
    const data = { streamId: stream.id, ms: Math.round(waited / 1e6), what };
    report(subject, "slow", data, { related: opened(stream), fold: "" });
  },
});

export const slowFinish = defineRule({
  id: "health/slow-finish",
  meta: {
    title: "A response should end soon after it has begun",
    severity: "info",
    by: "server",
    spec: [{ rfc: 9113, section: "8.1" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "block",
    messages: { slow: "the response on stream {streamId} took {ms} ms from its HEADERS to its end, for {octets} bytes" },
    options: { ms: { default: 5000, unit: "ms", about: "from HEADERS to END_STREAM" } },
    docs: {
      why: "The server, or the network, gave the content out slowly; the client's windows were open.",
      fix: "Look at what the handler waited for while it wrote.",
    },
  },
  kinds: ["window-update"],
  // Times of the HEADERS of responses that go on; a stall for lack of the reader's credit takes the stream out.
  ended: { withState: true },
  state: () => new Map<number, number>(),
  when: { bits: FieldBit.responsePseudo, without: ValueBit.grpcType, roles: ["response"], from: "server" },
  judge(subject, stream, context) {
    if (stream === undefined || !stream.seen || !("decoded" in subject) || subject.endStream) return;
    // Streams of events and calls that stream may last as they like.
    const { request } = stream;
    const type = subject.decoded?.contentType?.value ?? "";
    const streams = request.method === "CONNECT" || type.startsWith("text/event-stream") || type.startsWith("application/grpc");
    if (streams || grpcKind(stream) === "yes") return;
    const since = context.state;
    if (since.size < STREAMS) since.set(stream.id, subject.last.time);
  },
  from: "client",
  withState: ["frame"],
  frame(frame, stream, { connection, state: since }) {
    if (since.size === 0) return;
    if (frame.streamId === 0 && connectionWindow(connection, "server") <= 0) since.clear();
    else if (stream !== undefined && streamWindow(connection, stream, "server") <= 0) since.delete(stream.id);
  },
  streamEnd(stream, { state, options, report }) {
    const since = state.get(stream.id);
    if (since === undefined) return;
    state.delete(stream.id);
    const { endAt, endTime, dataOctets, lastData } = stream.server;
    const took = endTime - since;
    if (endAt < 0 || lastData === undefined || took < options.ms * 1e6) return;
    const data = { streamId: stream.id, ms: Math.round(took / 1e6), octets: dataOctets };
    report(lastData.copy(), "slow", data, { related: opened(stream), fold: "" });
  },
});

export const requestCancelled = defineRule({
  id: "health/request-cancelled",
  meta: {
    title: "A request should be answered before its client gives up",
    severity: "info",
    by: "client",
    spec: [{ rfc: 9113, section: "7" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: [],
    decidable: "payload",
    messages: {
      waited: "the client cancelled stream {streamId} after {ms} ms, having got {octets} bytes",
      stopped:
        "the client cancelled stream {streamId} after {ms} ms: for the last {quiet} ms the server had sent nothing on it, after {octets} of {length} bytes, though the windows had room for {room} more",
      unsent:
        "the client cancelled stream {streamId} after {ms} ms: for the last {quiet} ms it had itself sent nothing on it, after {octets} of {length} bytes, though the windows had room for {room} more",
      deadline:
        "the client cancelled stream {streamId} after {ms} ms, at its grpc-timeout of {timeout} ms, having got {octets} bytes",
      answered:
        "the client cancelled stream {streamId} {ms} ms after the whole response ({answer}) had been there: it had not ended its request, and the server waited for no more of it",
    },
    options: { ms: { default: 1000, unit: "ms", about: "time from the request" } },
    docs: {
      why: "Usually this is a timeout of the client, or a user who did not wait.",
      fix: "Find out what the server did in that time. A client that has the whole response should end its request or reset it at once.",
    },
  },
  kinds: ["rst-stream"],
  from: "client",
  // Where TCP takes nothing, HTTP/2 may allow what it will.
  state: () => ({ client: false, server: false }),
  tcpWindow(from, zero, _at, { state }) {
    state[from] = zero;
  },
  frame(frame, stream, { options, report, connection, state }) {
    if (!frame.whole || frame.errorCode !== ErrorCode.cancel) return;
    if (stream === undefined || !stream.seen || stream.promised || stream.closed) return;
    const waited = frame.last.time - stream.openedTime;
    const timeout = timeoutOf(stream.request.grpcTimeout);
    const ms = Math.round(waited / 1e6);
    const more = { related: opened(stream), fold: "" };
    const { server, response } = stream;
    if (server.endAt >= 0) {
      const since = frame.last.time - server.endTime;
      const { acked } = frame.first;
      // It may not have had the end of it; and a tunnel ends when its client has done with it.
      if (since < options.ms * 1e6 || (acked >= 0 && acked < server.endAt) || stream.request.method === "CONNECT") return;
      const late = { streamId: stream.id, ms: Math.round(since / 1e6), answer: statusText(response) };
      const because = acked < 0 ? ({ because: "acks" } as const) : {};
      report(frame, "answered", late, { ...more, fold: "answered", severity: "warning", ...because });
      return;
    }
    const data = { streamId: stream.id, ms, octets: stream.server.dataOctets };
    if (timeout !== undefined && isAtDeadline(waited, timeout)) {
      report(frame, "deadline", { ...data, timeout: timeout / 1e6 }, more);
      return;
    }
    if (waited < options.ms * 1e6) return;
    const now = frame.last.time;
    const idle = SIDES.find((side) => !state[other(side)] && hasStopped(side, stream, connection, now, options.ms));
    if (idle === undefined) report(frame, "waited", data, more);
    else {
      const { dataOctets, declaredLength: length, lastTime } = stream.half(idle);
      const quiet = Math.round((now - lastTime) / 1e6);
      const stop = { streamId: stream.id, ms, quiet, octets: dataOctets, length, room: roomOf(idle, stream, connection) };
      report(frame, idle === "server" ? "stopped" : "unsent", stop, more);
    }
  },
});
// In the middle of what it had announced, though it could have gone on.
function hasStopped(side: Side, stream: Stream, connection: Connection, now: number, ms: number): boolean {
  const { over, dataFrames, dataOctets, declaredLength, lastTime } = stream.half(side);
  if (over || dataFrames === 0 || dataOctets >= declaredLength || now - lastTime < ms * 1e6) return false;
  return connection.client.whole && connection.server.whole && roomOf(side, stream, connection) > 0;
}

// What both windows allowed it, by what had arrived for certain.
function roomOf(side: Side, stream: Stream, connection: Connection): number {
  const { horizon, window } = connection.endpoint(side);
  const initial = connection.endpoint(other(side)).settings.inForce(Setting.initialWindowSize) ?? 0;
  return Math.min(stream.half(side).window.available(initial, horizon), window.available(INITIAL_WINDOW, horizon));
}

const SIDES = ["server", "client"] as const;
// Responses that are timed at once.
const STREAMS = 10_000;
