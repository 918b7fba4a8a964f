import { Observation } from "../../http2/observation.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { connectionError, streamError } from "../shapes/frame.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// 5.1: "A stream that is in the "half-closed (local)" state cannot be used for sending frames other than WINDOW_UPDATE, PRIORITY, and
// RST_STREAM."
export const dataAfterEndStream = streamError({
  id: "stream/data-after-end-stream",
  title: "No DATA may follow END_STREAM",
  spec: [mustNot("5.1"), must("6.1")],
  expect: { codes: ["STREAM_CLOSED"] },
  // Where octets of the other side are missing its END_STREAM may be among them: then it was closed.
  needs: ["seen", "no-gap2"],
  messages: { ended: "DATA of {length} bytes on stream {streamId} after the {side} had ended it" },
  when: { observed: Observation.afterEndStream, kinds: ["data"] },
  related: opened,
  why: "The receiver has already given the message to the application; what comes later belongs to no message.",
  fix: "Set END_STREAM on the last frame only; look for two writers of one body.",
});

export const headersAfterEndStream = streamError({
  id: "stream/headers-after-end-stream",
  title: "No HEADERS may follow END_STREAM",
  spec: [mustNot("5.1")],
  expect: { codes: ["STREAM_CLOSED"] },
  // Where octets of the other side are missing its END_STREAM may be among them: then it was closed.
  needs: ["seen", "no-gap2"],
  messages: { ended: "HEADERS on stream {streamId} after the {side} had ended it" },
  when: { observed: Observation.afterEndStream, kinds: ["headers"] },
  related: opened,
  why: "The message is over. Trailers must carry END_STREAM themselves, not follow it.",
  fix: "Leave END_STREAM off the last DATA when trailers follow.",
});

// 6.1: "If a DATA frame is received whose stream is not in the "open" or "half-closed (local)" state, the recipient MUST respond with a
// stream error (Section 5.4.2) of type STREAM_CLOSED."
export const dataOnClosed = defineRule({
  id: "stream/data-on-closed",
  meta: {
    title: "No DATA may be sent on a closed stream",
    severity: "error",
    by: "either",
    spec: [mustNot("5.1"), must("6.1")],
    expect: { scope: "stream", codes: ["STREAM_CLOSED"] },
    needs: ["seen", "acks"],
    decidable: "head",
    messages: {
      closed: "DATA of {length} bytes on stream {streamId}, which both sides had ended",
      skipped: "DATA of {length} bytes on stream {streamId}, which was closed when the {side} opened a higher one",
    },
    docs: {
      why: "The stream is over for both sides; its state may be gone, and the bytes still use up the connection's window.",
      fix: "Stop writing after END_STREAM, and give every request a new id.",
    },
  },
  when: { observed: Observation.onClosed, kinds: ["data"] },
  judge(frame, stream, { report }) {
    const { length, streamId } = frame;
    if (stream === undefined) report(frame, "skipped", { length, streamId, side: frame.from });
    else report(frame, "closed", { length, streamId }, { related: opened(stream) });
  },
});

export const headersOnClosed = connectionError({
  id: "stream/headers-on-closed",
  title: "No HEADERS may be sent on a closed stream",
  spec: [mustNot("5.1")],
  expect: { codes: ["STREAM_CLOSED"], optional: true },
  needs: ["seen", "acks"],
  messages: { closed: "HEADERS on stream {streamId}, which both sides had ended" },
  when: { observed: Observation.onClosed, kinds: ["headers"] },
  related: opened,
  why: "The stream is over for both sides.",
  fix: "Use a new stream; send trailers before or with END_STREAM.",
});

// 5.1: "An endpoint MUST NOT send frames other than PRIORITY on a closed stream."
export const frameAfterOwnRst = connectionError({
  id: "stream/frame-after-own-rst",
  title: "After RST_STREAM its sender must send nothing but PRIORITY on the stream",
  spec: [mustNot("5.1"), says("5.4.2")],
  expect: { codes: ["STREAM_CLOSED"], optional: true },
  messages: { reset: "{kind} on stream {streamId} after the {side} had reset it" },
  when: { observed: Observation.afterOwnReset },
  related: opened,
  why: "The receiver forgets a stream that was reset; what follows looks like a frame on a closed stream.",
  fix: "Drop what is queued for a stream when it is reset.",
});

// 6.4: "After receiving a RST_STREAM on a stream, the receiver MUST NOT send additional frames for that stream, except for PRIORITY."
export const frameAfterPeerRst = connectionError({
  id: "stream/frame-after-peer-rst",
  title: "A side that has processed RST_STREAM must send nothing but PRIORITY on the stream",
  spec: [mustNot("5.1"), mustNot("6.4")],
  expect: { codes: ["STREAM_CLOSED", "PROTOCOL_ERROR"], optional: true },
  needs: ["acks", "no-gap2"],
  messages: { reset: "{kind} on stream {streamId}, though the {side} had processed the RST_STREAM of the other side" },
  when: { observed: Observation.afterPeerReset },
  related: opened,
  why: "Frames in flight are normal. These were sent after an answer to a later frame, so their sender knew of the reset.",
  fix: "Drop what is queued for a stream when its RST_STREAM is read.",
});
