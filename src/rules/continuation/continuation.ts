import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other } from "../../place.ts";
import { defineRule } from "../rule.ts";

export const interleavedFrame = defineRule({
  id: "continuation/interleaved-frame",
  meta: {
    title: "Nothing may come between the frames of a field block",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "4.3", level: "MUST" },
      { rfc: 9113, section: "5.5", level: "MUST" },
      { rfc: 9113, section: "6.2", level: "MUST" },
      { rfc: 9113, section: "6.10", level: "MUST" },
    ],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { interleaved: "{kind} on stream {streamId} inside a field block that has no END_HEADERS yet" },
    docs: {
      why: "A field block is one unit for HPACK; a receiver that let other frames in would lose its state.",
      fix: "Write HEADERS and all its CONTINUATION frames under one lock.",
    },
  },
  when: { observed: Observation.continuationExpected },
  judge: (frame, _stream, { report }) => report(frame, "interleaved", { kind: kindName(frame.kind), streamId: frame.streamId }),
});

export const wrongStream = defineRule({
  id: "continuation/wrong-stream",
  meta: {
    title: "A field block must go on with CONTINUATION on the same stream",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "4.3", level: "MUST" },
      { rfc: 9113, section: "6.2", level: "MUST" },
      { rfc: 9113, section: "6.10", level: "MUST" },
    ],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { wrong: "{kind} on stream {streamId} while the field block of another stream is open" },
    docs: {
      why: "A receiver cannot tell which fields belong to which stream, and its HPACK state is lost.",
      fix: "Write HEADERS and all its CONTINUATION frames under one lock, with one stream id.",
    },
  },
  when: { observed: Observation.continuationWrongStream },
  judge: (frame, _stream, { report }) => report(frame, "wrong", { kind: kindName(frame.kind), streamId: frame.streamId }),
});

export const unexpected = defineRule({
  id: "continuation/unexpected",
  meta: {
    title: "CONTINUATION must follow HEADERS, PUSH_PROMISE or CONTINUATION without END_HEADERS",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "6.10", level: "MUST" }],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { unexpected: "CONTINUATION on stream {streamId} with no field block open" },
    docs: {
      why: "There is nothing that it could continue.",
      fix: "Set END_HEADERS on the last frame of a field block only.",
    },
  },
  when: { observed: Observation.continuationUnexpected },
  judge: (frame, _stream, { report }) => report(frame, "unexpected", { streamId: frame.streamId }),
});

export const neverEnded = defineRule({
  id: "continuation/never-ended",
  meta: {
    title: "A field block that was begun should be finished",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "4.3" }],
    expect: { scope: "connection", codes: ["ENHANCE_YOUR_CALM"], optional: true },
    needs: ["no-gap", "end"],
    decidable: "block",
    messages: {
      closed: "the {side} closed with the field block of stream {streamId} open",
      silent: "the {side} left the field block of stream {streamId} open and sent nothing for {seconds} s",
    },
    docs: {
      why: "While a field block is open nothing else can be sent: one slow stream holds up the whole connection.",
      fix: "Have the whole field block ready before the first frame of it is written.",
    },
  },
  state: (): Record<"client" | "server", FrameRef | undefined> => ({ client: undefined, server: undefined }),
  kinds: ["headers", "push-promise", "continuation"],
  inParts: true,
  frame(frame, _stream, { state }) {
    if (frame.kind === "headers" || frame.kind === "push-promise") {
      state[frame.from] = frame.endHeaders || frame.fault !== undefined ? undefined : FrameRef.of(frame);
    } else if (frame.endHeaders) state[frame.from] = undefined;
  },
  end(from, how, at, { connection, state, report }) {
    const begun = state[from];
    const peer = connection.endpoint(other(from));
    // The other side gave up first: then nobody has to finish anything.
    if (peer.end?.how === "fin" || peer.end?.how === "rst" || peer.goaways.some(({ errorCode }) => errorCode !== 0)) return;
    if (begun === undefined) return;
    const silence = at.time - connection.endpoint(from).lastAt.time;
    if (how === "fin" || how === "rst") report(begun, "closed", { side: from, streamId: begun.streamId });
    else if (silence >= SILENCE) {
      report(begun, "silent", { side: from, streamId: begun.streamId, seconds: Math.round(silence / 1e9) });
    }
  },
});

export const emptyNonfinal = defineRule({
  id: "continuation/empty-nonfinal",
  meta: {
    title: "CONTINUATION should carry something or end the field block",
    severity: "info",
    by: "either",
    spec: [
      { rfc: 9113, section: "6.10" },
      { rfc: 9113, section: "10.5" },
    ],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "head",
    messages: { empty: "an empty CONTINUATION on stream {streamId} that does not end the field block" },
    docs: { why: "Legal, but a pattern of attacks in number.", fix: "Leave empty CONTINUATION frames out." },
  },
  when: { observed: Observation.continuationEmpty },
  judge: (frame, _stream, { report }) => report(frame, "empty", { streamId: frame.streamId }),
});

// Nanoseconds.
const SILENCE = 10e9;
