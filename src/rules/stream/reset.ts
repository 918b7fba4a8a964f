import { errorCodeName } from "../../http2/error-code.ts";
import { Observation } from "../../http2/observation.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const rstRepeated = defineRule({
  id: "stream/rst-repeated",
  meta: {
    title: "A stream should be reset once",
    severity: "info",
    by: "either",
    spec: [{ rfc: 9113, section: "5.4.2", level: "SHOULD NOT" }],
    expect: { scope: "stream", codes: [] },
    needs: ["acks"],
    decidable: "head",
    messages: { again: "a second RST_STREAM on stream {streamId}, with no frame of the other side between" },
    docs: { why: "It is harmless, but counts against limits on resets.", fix: "Remember that a stream was reset." },
  },
  when: { observed: Observation.resetRepeated },
  judge: (frame, stream, { report }) => report(frame, "again", { streamId: frame.streamId }, { related: opened(stream) }),
});

export const rstInResponseToRst = defineRule({
  id: "stream/rst-in-response-to-rst",
  meta: {
    title: "RST_STREAM must not be answered with RST_STREAM",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "5.4.2", level: "MUST NOT" }],
    expect: { scope: "stream", codes: [] },
    needs: ["acks", "no-gap2"],
    decidable: "head",
    messages: { answer: "RST_STREAM on stream {streamId}, though the {side} had processed the other side's RST_STREAM" },
    docs: { why: "Two sides that do this can loop.", fix: "Close the stream silently when its RST_STREAM is read." },
  },
  when: { observed: Observation.resetInResponse },
  judge: (frame, stream, { report }) =>
    report(frame, "answer", { streamId: frame.streamId, side: frame.from }, { related: opened(stream) }),
});

export const rstNoErrorEarly = defineRule({
  id: "stream/rst-no-error-early",
  meta: {
    title: "RST_STREAM(NO_ERROR) must follow a complete response",
    severity: "warning",
    by: "server",
    spec: [{ rfc: 9113, section: "8.1" }],
    expect: { scope: "stream", codes: [] },
    needs: ["seen"],
    decidable: "payload",
    messages: { early: "the server reset stream {streamId} with NO_ERROR before it had ended its response" },
    docs: {
      why: "NO_ERROR asks the client to stop sending the request, and to use the response: which is not all there.",
      fix: "Send END_STREAM first, or reset with a code that says what went wrong.",
    },
  },
  when: { observed: Observation.resetNoErrorEarly },
  judge: (frame, stream, { report }) => report(frame, "early", { streamId: frame.streamId }, { related: opened(stream) }),
});

export const refusedAfterProcessing = defineRule({
  id: "stream/refused-after-processing",
  meta: {
    title: "REFUSED_STREAM must not be sent after a response was begun",
    severity: "error",
    by: "server",
    spec: [{ rfc: 9113, section: "8.7", level: "MUST NOT" }],
    expect: { scope: "stream", codes: [] },
    needs: ["seen"],
    decidable: "payload",
    messages: { begun: "the server reset stream {streamId} with {code} after it had begun its response" },
    docs: {
      why: "REFUSED_STREAM promises that nothing was processed, so the client may send the request again; here it was.",
      fix: "Use CANCEL or INTERNAL_ERROR once a handler has run.",
    },
  },
  when: { observed: Observation.refusedAfterProcessing },
  judge(frame, stream, { report }) {
    const code = errorCodeName("errorCode" in frame ? frame.errorCode : 0);
    report(frame, "begun", { streamId: frame.streamId, code }, { related: opened(stream) });
  },
});
