import { errorCodeName } from "../../http2/error-code.ts";
import { Observation } from "../../http2/observation.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { connectionError, streamError } from "../shapes/frame.ts";
import { mustNot, says, shouldNot } from "../shapes/spec.ts";

// 5.1: a frame on a closed stream may be treated as a connection error.
export const rstRepeated = connectionError({
  id: "stream/rst-repeated",
  title: "A stream should be reset once",
  severity: "info",
  spec: [shouldNot("5.4.2"), says("5.1")],
  expect: { codes: ["STREAM_CLOSED"], optional: true },
  needs: ["acks"],
  messages: { again: "a second RST_STREAM on stream {streamId}, with no frame of the other side between" },
  when: { observed: Observation.resetRepeated },
  related: opened,
  why: "It counts against limits on resets, and a receiver that has forgotten the stream may end the connection for it.",
  fix: "Remember that a stream was reset.",
});

// 5.4.2: "To avoid looping, an endpoint MUST NOT send a RST_STREAM in response to a RST_STREAM frame."
export const rstInResponseToRst = streamError({
  id: "stream/rst-in-response-to-rst",
  title: "RST_STREAM must not be answered with RST_STREAM",
  severity: "warning",
  spec: [mustNot("5.4.2")],
  expect: { codes: [] },
  needs: ["acks", "no-gap2"],
  messages: { answer: "RST_STREAM on stream {streamId}, though the {side} had processed the other side's RST_STREAM" },
  when: { observed: Observation.resetInResponse },
  related: opened,
  why: "Two sides that do this can loop.",
  fix: "Close the stream silently when its RST_STREAM is read.",
});

export const rstNoErrorEarly = defineRule({
  id: "stream/rst-no-error-early",
  meta: {
    title: "RST_STREAM(NO_ERROR) must follow a complete response",
    severity: "warning",
    by: "server",
    spec: [says("8.1")],
    expect: { scope: "stream", codes: [] },
    needs: ["seen"],
    decidable: "payload",
    messages: {
      early: "the server reset stream {streamId} with NO_ERROR before it had ended its response",
      cut: "the server reset stream {streamId} with NO_ERROR when it had sent {sent} of the {declared} bytes that its content-length declares",
    },
    docs: {
      why: "NO_ERROR asks the client to stop sending the request, and to use the response; but the response is incomplete.",
      fix: "Send END_STREAM first, or reset with a code that says what went wrong.",
    },
  },
  when: { observed: Observation.resetNoErrorEarly },
  judge(frame, stream, { connection, report }) {
    const { streamId } = frame;
    const more = { related: opened(stream) };
    const { declaredLength: declared = -1, dataOctets: sent = 0 } = stream?.server ?? {};
    if (sent < declared && connection.server.unbroken) report(frame, "cut", { streamId, sent, declared }, more);
    else report(frame, "early", { streamId }, more);
  },
});

// 8.7: REFUSED_STREAM says "that the stream is being closed prior to any processing having occurred", so the request may be sent again.
export const refusedAfterProcessing = defineRule({
  id: "stream/refused-after-processing",
  meta: {
    title: "REFUSED_STREAM must not be sent after a response was begun",
    severity: "error",
    by: "server",
    spec: [mustNot("8.7")],
    expect: { scope: "stream", codes: [] },
    needs: ["seen"],
    decidable: "payload",
    messages: { begun: "the server reset stream {streamId} with {code} after it had begun its response" },
    docs: {
      why: "REFUSED_STREAM promises that nothing was processed, so the client may send the request again; but here it was processed.",
      fix: "Use CANCEL or INTERNAL_ERROR once a handler has run.",
    },
  },
  when: { observed: Observation.refusedAfterProcessing },
  judge(frame, stream, { report }) {
    const code = errorCodeName("errorCode" in frame ? frame.errorCode : 0);
    report(frame, "begun", { streamId: frame.streamId, code }, { related: opened(stream) });
  },
});
