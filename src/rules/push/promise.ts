import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { connectionError } from "../shapes/frame.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// 8.4: "A client cannot push. Thus, servers MUST treat the receipt of a PUSH_PROMISE frame as a connection error (Section 5.4.1) of type
// PROTOCOL_ERROR."
export const fromClient = connectionError({
  id: "push/from-client",
  title: "A client must not send PUSH_PROMISE",
  by: "client",
  spec: [mustNot("8.4")],
  messages: { client: "the client sends PUSH_PROMISE on stream {streamId}" },
  when: { observed: Observation.pushFromClient },
  why: "Only a server can promise a response; the server closes the connection.",
  fix: "Send a request.",
});

export const disabled = defineRule({
  id: "push/disabled",
  meta: {
    title: "A server must not promise anything to a client that disabled push",
    severity: "error",
    by: "server",
    spec: [mustNot("6.5.2"), mustNot("6.6")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["settings"],
    decidable: "head",
    messages: { disabled: "PUSH_PROMISE on stream {streamId}, though the server had acknowledged ENABLE_PUSH = 0" },
    docs: {
      why: "The client cannot accept a pushed response; it closes the connection.",
      fix: "Check the client's ENABLE_PUSH before a promise.",
    },
  },
  kinds: ["push-promise"],
  frame(frame, stream, { connection, report }) {
    const { settings } = connection.client;
    if (frame.from !== "server" || settings.largest(Setting.enablePush, frame.first.acked) !== 0) return;
    report(frame, "disabled", { streamId: frame.streamId }, { related: opened(stream) });
  },
});

export const badParentState = defineRule({
  id: "push/bad-parent-state",
  meta: {
    title: "PUSH_PROMISE must be sent on a stream whose response is not finished",
    severity: "error",
    by: "server",
    spec: [must("6.6"), says("8.4.1")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["seen"],
    decidable: "head",
    messages: {
      idle: "PUSH_PROMISE on stream {streamId}, which the client had not opened",
      ended: "PUSH_PROMISE on stream {streamId} after the server had ended it",
      reset: "PUSH_PROMISE on stream {streamId} after the server had reset it",
    },
    docs: {
      why: "A promise belongs to a request that is being answered; the client closes the connection.",
      fix: "Promise before the response refers to what is pushed, and before its last frame.",
    },
  },
  kinds: ["push-promise"],
  frame(frame, stream, { connection, report }) {
    const { streamId } = frame;
    const { client } = connection;
    if (frame.from !== "server" || (streamId & 1) === 0) return;
    if (stream === undefined) {
      if (streamId > client.highestOpened && client.whole && !client.hasRefused(streamId)) report(frame, "idle", { streamId });
    } else if (stream.seen) {
      const related = opened(stream);
      if (stream.server.resetAt >= 0) report(frame, "reset", { streamId }, { related });
      else if (stream.server.endAt >= 0) report(frame, "ended", { streamId }, { related });
      else if (frame.first.acked >= 0 && stream.openedAt > frame.first.acked) report(frame, "idle", { streamId }, { related });
    }
  },
});

export const onServerStream = defineRule({
  id: "push/on-server-stream",
  meta: {
    title: "PUSH_PROMISE must be sent on a stream that the client opened",
    severity: "error",
    by: "server",
    spec: [must("6.6")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { pushed: "PUSH_PROMISE on stream {streamId}, which the client did not open" },
    docs: {
      why: "A promise belongs to a request of the client; the client closes the connection.",
      fix: "Send all promises on the stream of the client's request, also those that a pushed response refers to.",
    },
  },
  kinds: ["push-promise"],
  frame(frame, stream, { report }) {
    const { streamId } = frame;
    if (frame.from !== "server" || streamId === 0 || (streamId & 1) === 1) return;
    report(frame, "pushed", { streamId }, { related: opened(stream) });
  },
});

export const promisedIdInvalid = defineRule({
  id: "push/promised-id-invalid",
  meta: {
    title: "A promised stream must be even and above all that were promised before",
    severity: "error",
    by: "server",
    spec: [must("5.1.1"), must("6.6")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start"],
    decidable: "payload",
    messages: {
      zero: "PUSH_PROMISE on stream {streamId} promises stream 0",
      odd: "PUSH_PROMISE on stream {streamId} promises stream {promised}, whose id is a client's",
      used: "PUSH_PROMISE on stream {streamId} promises stream {promised} after stream {highest}",
    },
    docs: { why: "The promise names a stream that cannot be idle; the client closes the connection.", fix: "Count up by two." },
  },
  kinds: ["push-promise"],
  frame(frame, stream, { connection, report }) {
    if (frame.from !== "server" || !frame.whole) return;
    const { streamId, promisedStreamId: promised } = frame;
    const highest = connection.server.highestOpened;
    const related = opened(stream);
    if (promised === 0) report(frame, "zero", { streamId }, { related });
    else if ((promised & 1) === 1) report(frame, "odd", { streamId, promised }, { related });
    else if (promised <= highest) report(frame, "used", { streamId, promised, highest }, { related });
  },
});
