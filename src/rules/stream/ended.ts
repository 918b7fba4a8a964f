import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const dataAfterEndStream = defineRule({
  id: "stream/data-after-end-stream",
  meta: {
    title: "No DATA may follow END_STREAM",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.1", level: "MUST NOT" },
      { rfc: 9113, section: "6.1", level: "MUST" },
    ],
    expect: { scope: "stream", codes: ["STREAM_CLOSED"] },
    // Where octets of the other side are missing its END_STREAM may be among them: then it was closed.
    needs: ["seen", "no-gap2"],
    decidable: "head",
    messages: { ended: "DATA of {length} octets on stream {streamId} after the {side} had ended it" },
    docs: {
      why: "The receiver has already given the message to the application; what comes after belongs to nothing.",
      fix: "Set END_STREAM on the last frame only; look for two writers of one body.",
    },
  },
  when: { observed: Observation.afterEndStream, kinds: ["data"] },
  judge: (frame, stream, { report }) =>
    report(frame, "ended", { length: frame.length, streamId: frame.streamId, side: frame.from }, { related: opened(stream) }),
});

export const headersAfterEndStream = defineRule({
  id: "stream/headers-after-end-stream",
  meta: {
    title: "No HEADERS may follow END_STREAM",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "5.1", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["STREAM_CLOSED"] },
    // Where octets of the other side are missing its END_STREAM may be among them: then it was closed.
    needs: ["seen", "no-gap2"],
    decidable: "head",
    messages: { ended: "HEADERS on stream {streamId} after the {side} had ended it" },
    docs: {
      why: "The message is over. Trailers must carry END_STREAM themselves, not follow it.",
      fix: "Leave END_STREAM off the last DATA when trailers follow.",
    },
  },
  when: { observed: Observation.afterEndStream, kinds: ["headers"] },
  judge: (frame, stream, { report }) =>
    report(frame, "ended", { streamId: frame.streamId, side: frame.from }, { related: opened(stream) }),
});

export const dataOnClosed = defineRule({
  id: "stream/data-on-closed",
  meta: {
    title: "No DATA may be sent on a closed stream",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.1", level: "MUST NOT" },
      { rfc: 9113, section: "6.1", level: "MUST" },
    ],
    expect: { scope: "stream", codes: ["STREAM_CLOSED"] },
    needs: ["seen", "acks"],
    decidable: "head",
    messages: {
      closed: "DATA of {length} octets on stream {streamId}, which both sides had ended",
      skipped: "DATA of {length} octets on stream {streamId}, which was closed when the {side} opened a higher one",
    },
    docs: {
      why: "The stream is over for both sides; its state may be gone, and the octets still use up the connection's window.",
      fix: "Stop writing when END_STREAM was sent, and give every request an id of its own.",
    },
  },
  when: { observed: Observation.onClosed, kinds: ["data"] },
  judge(frame, stream, { report }) {
    const { length, streamId } = frame;
    if (stream === undefined) report(frame, "skipped", { length, streamId, side: frame.from });
    else report(frame, "closed", { length, streamId }, { related: opened(stream) });
  },
});

export const headersOnClosed = defineRule({
  id: "stream/headers-on-closed",
  meta: {
    title: "No HEADERS may be sent on a closed stream",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "5.1", level: "MUST NOT" }],
    expect: { scope: "connection", codes: ["STREAM_CLOSED"], optional: true },
    needs: ["seen", "acks"],
    decidable: "head",
    messages: { closed: "HEADERS on stream {streamId}, which both sides had ended" },
    docs: { why: "The stream is over for both sides.", fix: "Use a new stream; send trailers before or with END_STREAM." },
  },
  when: { observed: Observation.onClosed, kinds: ["headers"] },
  judge: (frame, stream, { report }) => report(frame, "closed", { streamId: frame.streamId }, { related: opened(stream) }),
});

export const frameAfterOwnRst = defineRule({
  id: "stream/frame-after-own-rst",
  meta: {
    title: "After RST_STREAM its sender must send nothing but PRIORITY on the stream",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.1", level: "MUST NOT" },
      { rfc: 9113, section: "5.4.2" },
    ],
    expect: { scope: "connection", codes: ["STREAM_CLOSED"], optional: true },
    needs: [],
    decidable: "head",
    messages: { reset: "{kind} on stream {streamId} after the {side} had reset it" },
    docs: {
      why: "The receiver forgets a stream that was reset; what follows looks like a frame on a closed stream.",
      fix: "Drop what is queued for a stream when it is reset.",
    },
  },
  when: { observed: Observation.afterOwnReset },
  judge: (frame, stream, { report }) =>
    report(
      frame,
      "reset",
      { kind: kindName(frame.kind), streamId: frame.streamId, side: frame.from },
      { related: opened(stream) },
    ),
});

export const frameAfterPeerRst = defineRule({
  id: "stream/frame-after-peer-rst",
  meta: {
    title: "A side that has processed RST_STREAM must send nothing but PRIORITY on the stream",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.1", level: "MUST NOT" },
      { rfc: 9113, section: "6.4", level: "MUST NOT" },
    ],
    expect: { scope: "connection", codes: ["STREAM_CLOSED", "PROTOCOL_ERROR"], optional: true },
    needs: ["acks", "no-gap2"],
    decidable: "head",
    messages: { reset: "{kind} on stream {streamId}, though the {side} had processed the RST_STREAM of the other side" },
    docs: {
      why: "Frames in flight are the normal case; these were sent after an answer to a later frame, so the reset was known.",
      fix: "Drop what is queued for a stream when its RST_STREAM is read.",
    },
  },
  when: { observed: Observation.afterPeerReset },
  judge: (frame, stream, { report }) =>
    report(
      frame,
      "reset",
      { kind: kindName(frame.kind), streamId: frame.streamId, side: frame.from },
      { related: opened(stream) },
    ),
});
