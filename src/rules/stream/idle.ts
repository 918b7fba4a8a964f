import { Observation } from "../../http2/observation.ts";
import { other } from "../../place.ts";
import { defineRule } from "../rule.ts";
import { connectionError, streamError } from "../shapes/frame.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

const why = "An idle stream has no request: the receiver cannot apply the frame to anything, and takes the peer for broken.";

// 5.1: "Receiving any frame other than HEADERS or PRIORITY on a stream in this state MUST be treated as a connection error (Section 5.4.1)
// of type PROTOCOL_ERROR."
export const dataOnIdle = connectionError({
  id: "stream/data-on-idle",
  title: "DATA must not be sent on an idle stream",
  spec: [must("5.1")],
  needs: ["seen"],
  messages: { idle: "DATA on stream {streamId}, which nobody had opened" },
  when: { observed: Observation.onIdle, kinds: ["data"] },
  why,
  fix: "Send HEADERS first; look for DATA that is written before the HEADERS of its stream.",
});

export const rstOnIdle = defineRule({
  id: "stream/rst-on-idle",
  meta: {
    title: "RST_STREAM must not be sent on an idle stream",
    severity: "error",
    by: "either",
    spec: [must("5.1"), mustNot("6.4")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["seen"],
    decidable: "head",
    messages: {
      idle: "RST_STREAM on stream {streamId}, which nobody had opened",
      priority: "RST_STREAM on stream {streamId}, which is idle, in answer to a PRIORITY that makes it depend on itself",
    },
    docs: { why, fix: "Reset only streams that were opened; a stream cancelled before its HEADERS were written needs no frame." },
  },
  when: { observed: Observation.onIdle, kinds: ["rst-stream"] },
  judge(frame, _stream, { connection, report }) {
    const { streamId } = frame;
    // RFC 7540 5.3.1 asked for exactly this.
    if (connection.endpoint(other(frame.from)).hasSelfDependent(streamId))
      report(frame, "priority", { streamId }, { severity: "info" });
    else report(frame, "idle", { streamId });
  },
});

export const windowUpdateOnIdle = connectionError({
  id: "stream/window-update-on-idle",
  title: "WINDOW_UPDATE must not be sent on an idle stream",
  spec: [must("5.1")],
  needs: ["seen"],
  messages: { idle: "WINDOW_UPDATE on stream {streamId}, which nobody had opened" },
  when: { observed: Observation.onIdle, kinds: ["window-update"] },
  why,
  fix: "Grant window to streams that are open; to give every new stream more, announce a larger INITIAL_WINDOW_SIZE.",
});

// 5.1: "An endpoint MUST NOT send any type of frame other than HEADERS, RST_STREAM, or PRIORITY in this state."
export const frameOnReservedServer = connectionError({
  id: "stream/frame-on-reserved-server",
  title: "A server must send HEADERS first on a stream that it promised",
  by: "server",
  spec: [mustNot("5.1")],
  needs: ["seen"],
  messages: { reserved: "{kind} on stream {streamId}, which was promised and has no response HEADERS yet" },
  when: { observed: Observation.onReserved, from: "server" },
  why: "A reserved stream opens with the response's HEADERS; before them only RST_STREAM and PRIORITY may come.",
  fix: "Send the response HEADERS first.",
});

// 5.1: "An endpoint MUST NOT send any type of frame other than RST_STREAM, WINDOW_UPDATE, or PRIORITY in this state."
export const frameOnReservedClient = connectionError({
  id: "stream/frame-on-reserved-client",
  title: "A client must not send a message on a stream that the server promised",
  by: "client",
  spec: [mustNot("5.1")],
  needs: ["seen", "acks"],
  messages: { reserved: "{kind} of the client on stream {streamId}, which the server promised" },
  when: { observed: Observation.onReserved, from: "client" },
  why: "A pushed stream carries a response only; its request came in the promise.",
  fix: "Open a new stream, or reset this one.",
});

export const clientDataOnPushed = streamError({
  id: "stream/client-data-on-pushed",
  title: "A client must not send DATA or HEADERS on a pushed stream",
  by: "client",
  spec: [mustNot("5.1"), says("8.4.2")],
  expect: { codes: ["STREAM_CLOSED"] },
  needs: ["seen"],
  messages: { pushed: "{kind} of the client on pushed stream {streamId}" },
  when: { observed: Observation.clientOnPushed },
  why: "A pushed stream is half-closed for the client from the start.",
  fix: "Open a new stream.",
});
