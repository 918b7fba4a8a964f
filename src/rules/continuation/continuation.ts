import { Observation } from "../../http2/observation.ts";
import { isError } from "../../model/endpoint.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { other } from "../../place.ts";
import { defineRule } from "../rule.ts";
import { connectionError } from "../shapes/frame.ts";
import { must, says } from "../shapes/spec.ts";

// 4.3: "Field blocks MUST be transmitted as a contiguous sequence of frames, with no interleaved frames of any other type or from any other
// stream."
export const interleavedFrame = connectionError({
  id: "continuation/interleaved-frame",
  title: "Nothing may come between the frames of a field block",
  spec: [must("4.3"), must("5.5"), must("6.2"), must("6.10")],
  messages: { interleaved: "{kind} on stream {streamId} inside a field block that has no END_HEADERS yet" },
  when: { observed: Observation.continuationExpected },
  why: "A field block is one unit for HPACK; a receiver that accepted other frames inside it would lose its state.",
  fix: "Write HEADERS and all its CONTINUATION frames under one lock.",
});

// 6.10: "A CONTINUATION frame MUST be preceded by a HEADERS, PUSH_PROMISE or CONTINUATION frame" on the same stream.
export const wrongStream = connectionError({
  id: "continuation/wrong-stream",
  title: "A field block must go on with CONTINUATION on the same stream",
  spec: [must("4.3"), must("6.2"), must("6.10")],
  messages: { wrong: "{kind} on stream {streamId} while the field block of another stream is open" },
  when: { observed: Observation.continuationWrongStream },
  why: "A receiver cannot tell which fields belong to which stream, and its HPACK state is lost.",
  fix: "Write HEADERS and all its CONTINUATION frames under one lock, with one stream id.",
});

// 6.10: "A CONTINUATION frame MUST be preceded by a HEADERS, PUSH_PROMISE or CONTINUATION frame without the END_HEADERS flag set."
export const unexpected = connectionError({
  id: "continuation/unexpected",
  title: "CONTINUATION must follow HEADERS, PUSH_PROMISE or CONTINUATION without END_HEADERS",
  spec: [must("6.10")],
  messages: { unexpected: "CONTINUATION on stream {streamId} with no field block open" },
  when: { observed: Observation.continuationUnexpected },
  why: "There is no field block that it could continue.",
  fix: "Set END_HEADERS on the last frame of a field block only.",
});

export const neverEnded = defineRule({
  id: "continuation/never-ended",
  meta: {
    title: "A field block that was begun should be finished",
    severity: "warning",
    by: "either",
    spec: [says("4.3")],
    expect: { scope: "connection", codes: ["ENHANCE_YOUR_CALM"], optional: true },
    // A GOAWAY of the other side that the capture lacks would excuse it.
    needs: ["no-gap2", "end"],
    decidable: "block",
    messages: {
      closed: "the {side} closed with the field block of stream {streamId} open",
      silent: "the {side} left the field block of stream {streamId} open and sent nothing for {seconds} s",
    },
    docs: {
      why: "While a field block is open nothing else can be sent: one slow stream holds up the whole connection.",
      fix: "Prepare the whole field block before writing its first frame.",
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
  withState: ["end"],
  end(from, how, at, { connection, state, report }) {
    const begun = state[from];
    const peer = connection.endpoint(other(from));
    // The other side gave up first: then nobody has to finish anything.
    if (peer.end?.how === "fin" || peer.end?.how === "rst" || peer.goaways.some(isError)) return;
    if (begun === undefined) return;
    const silence = at.time - connection.endpoint(from).lastAt.time;
    if (how === "fin" || how === "rst") report(begun, "closed", { side: from, streamId: begun.streamId });
    else if (silence >= SILENCE) {
      report(begun, "silent", { side: from, streamId: begun.streamId, seconds: Math.round(silence / 1e9) });
    }
  },
});

export const emptyNonfinal = connectionError({
  id: "continuation/empty-nonfinal",
  title: "CONTINUATION should carry something or end the field block",
  severity: "info",
  spec: [says("6.10"), says("10.5")],
  expect: { codes: [], ignore: true },
  messages: { empty: "an empty CONTINUATION on stream {streamId} that does not end the field block" },
  when: { observed: Observation.continuationEmpty },
  why: "It is legal, but attacks send many of them.",
  fix: "Do not send empty CONTINUATION frames.",
});

// Nanoseconds.
const SILENCE = 10e9;
