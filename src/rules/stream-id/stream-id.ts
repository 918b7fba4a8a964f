import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { connectionError } from "../shapes/frame.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// 5.1.1: "Streams initiated by a client MUST use odd-numbered stream identifiers; those initiated by the server MUST use even-numbered
// stream identifiers."
export const evenClient = connectionError({
  id: "stream-id/even-client",
  title: "Streams that a client opens must have odd identifiers",
  by: "client",
  spec: [must("5.1.1")],
  // To rule out a promise.
  needs: ["start2", "no-gap2"],
  messages: { even: "the client sent HEADERS on stream {streamId}, an even id that the server did not promise" },
  when: { observed: Observation.streamIdParity },
  why: "Even ids are the server's, for pushed streams. If both sides used one id, two streams would have the same name.",
  fix: "Count client streams 1, 3, 5 and so on.",
});

export const oddServer = connectionError({
  id: "stream-id/odd-server",
  title: "Streams that a server promises must have even identifiers",
  by: "server",
  spec: [must("5.1.1"), must("6.6")],
  decidable: "payload",
  messages: { odd: "PUSH_PROMISE promises stream {promisedStreamId}, an odd id" },
  when: { observed: Observation.streamIdPromisedOdd },
  why: "Odd ids are the client's.",
  fix: "Promise streams 2, 4, 6 and so on.",
});

export const unpromised = connectionError({
  id: "stream-id/unpromised",
  title: "A server must not use an even stream identifier that it did not promise",
  by: "server",
  spec: [must("5.1"), must("5.1.1")],
  needs: ["start"],
  messages: { unpromised: "{kind} on stream {streamId}, which no PUSH_PROMISE announced" },
  when: { observed: Observation.streamIdUnpromised },
  why: "A server opens streams by PUSH_PROMISE only; to the client this one is idle.",
  fix: "Answer on the id of the request, or promise the stream first.",
});

export const unopened = defineRule({
  id: "stream-id/unopened",
  meta: {
    title: "A server must not answer on a stream that the client did not open",
    severity: "error",
    by: "server",
    spec: [must("5.1")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["start2", "no-gap2", "acks"],
    decidable: "head",
    messages: { unopened: "{kind} on stream {streamId}, which the client had not opened (its highest is {highest})" },
    docs: {
      why: "To the client the stream is idle: it has no request that this could answer.",
      fix: "Answer on the id of the request; look for ids that are mixed up between connections.",
    },
  },
  when: { observed: Observation.streamIdUnopened },
  judge(frame, _stream, { connection, report }) {
    const highest = connection.client.highestOpened;
    report(frame, "unopened", { kind: kindName(frame.kind), streamId: frame.streamId, highest });
  },
});

// 5.1.1: "The identifier of a newly established stream MUST be numerically greater than all streams that the initiating endpoint has opened
// or reserved."
export const notIncreasing = defineRule({
  id: "stream-id/not-increasing",
  meta: {
    title: "A new stream identifier must be greater than those its sender used before",
    severity: "error",
    by: "either",
    spec: [must("5.1.1")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["seen"],
    decidable: "head",
    messages: {
      lower: "HEADERS open stream {streamId} after stream {highest}: the lower id was closed when the higher one was opened",
      promised: "PUSH_PROMISE promises stream {streamId} after stream {highest}",
    },
    docs: {
      why: "Opening a stream closes all lower idle ones of the same side, so the receiver sees HEADERS on a closed stream.",
      fix: "Give out ids and write the HEADERS under one lock, so that they reach the wire in the same order.",
    },
  },
  when: { observed: Observation.streamIdNotIncreasing },
  judge(frame, _stream, { connection, report }) {
    const highest = connection.endpoint(frame.from).highestOpened;
    if (frame.kind === "push-promise") report(frame, "promised", { streamId: frame.promisedStreamId, highest });
    else report(frame, "lower", { streamId: frame.streamId, highest });
  },
});

// 5.1.1: "Stream identifiers cannot be reused."
export const reuse = defineRule({
  id: "stream-id/reuse",
  meta: {
    title: "A stream identifier must not be used for a second request",
    severity: "error",
    by: "either",
    spec: [must("5.1"), mustNot("5.1.1")],
    // Half-closed: stream error STREAM_CLOSED; closed: connection error, at the receiver's choice (5.1).
    expect: { scope: "stream", codes: ["STREAM_CLOSED", "PROTOCOL_ERROR"] },
    needs: ["seen"],
    decidable: "block",
    messages: {
      ended: "the {side} sent a new request on stream {streamId}, which it had ended with END_STREAM",
      reset: "the {side} sent a new request on stream {streamId}, which it had reset",
      closed: "the {side} sent HEADERS on stream {streamId}, which was closed",
    },
    docs: {
      why: "Identifiers cannot be used again; the receiver treats the request as garbage on an old stream.",
      fix: "Take a new, higher id for every request, retries too.",
    },
  },
  when: { observed: Observation.streamIdReuse },
  judge(frame, stream, { report }) {
    const own = stream?.half(frame.from);
    const shaped = "decoded" in frame && frame.decoded?.method !== undefined;
    const message = !shaped ? "closed" : (own?.resetAt ?? -1) >= 0 ? "reset" : "ended";
    report(frame, message, { side: frame.from, streamId: frame.streamId }, { related: opened(stream) });
  },
});

export const nearExhaustion = defineRule({
  id: "stream-id/near-exhaustion",
  meta: {
    title: "A connection that runs out of stream identifiers should be replaced",
    severity: "info",
    by: "client",
    spec: [says("5.1.1")],
    expect: { scope: "connection", codes: [] },
    needs: [],
    decidable: "head",
    messages: { high: "the client opened stream {streamId}; the highest possible id is 2147483647" },
    docs: {
      why: "Identifiers cannot be used again. When they are used up no new stream can be opened.",
      fix: "Open a new connection in time and let this one finish.",
    },
  },
  connectionEnd({ connection, report }) {
    if (Math.max(connection.client.highestOpened, connection.server.highestOpened) <= HIGH) return;
    for (const { id, opening } of connection.streams.values()) {
      if (id <= HIGH || opening === undefined) continue;
      report(opening, "high", { streamId: id }, { fold: "" });
    }
  },
});

// A few hundred below the last id, 2^31 - 1.
const HIGH = 2_147_483_000;
