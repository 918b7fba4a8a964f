import { Observation } from "../../http2/observation.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

const fix = "Do not send a WINDOW_UPDATE that grants nothing.";

export const windowUpdateZeroStream = defineRule({
  id: "flow/window-update-zero-stream",
  meta: {
    title: "WINDOW_UPDATE on a stream must grant at least one byte",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "6.9", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "payload",
    messages: { zero: "WINDOW_UPDATE on stream {streamId} grants 0 bytes" },
    docs: { why: "The receiver resets the stream, and its request is lost.", fix },
  },
  when: { observed: Observation.windowIncrementZero },
  judge(frame, stream, { report }) {
    if (frame.streamId !== 0) report(frame, "zero", { streamId: frame.streamId }, { related: opened(stream) });
  },
});

export const windowUpdateZeroConnection = defineRule({
  id: "flow/window-update-zero-connection",
  meta: {
    title: "WINDOW_UPDATE of the connection must grant at least one byte",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "6.9", level: "MUST" }],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "payload",
    messages: { zero: "WINDOW_UPDATE of the connection grants 0 bytes" },
    docs: { why: "The receiver closes the connection with all its streams.", fix },
  },
  when: { observed: Observation.windowIncrementZero },
  judge(frame, _stream, { report }) {
    if (frame.streamId === 0) report(frame, "zero", {});
  },
});

export const windowUpdateReservedBit = defineRule({
  id: "flow/window-update-reserved-bit",
  meta: {
    title: "The reserved bit of a window increment must be unset",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "6.9" }],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: { set: "WINDOW_UPDATE on stream {streamId} has the reserved bit set before its increment of {increment}" },
    docs: {
      why: "Receivers ignore the bit; an increment above 2147483647 was meant, or a negative one.",
      fix: "Check the increment before it is written: it is an integer of 31 bits, and not 0.",
    },
  },
  when: { observed: Observation.incrementReserved },
  judge(frame, _stream, { report }) {
    const increment = "increment" in frame ? frame.increment : 0;
    report(frame, "set", { streamId: frame.streamId, increment });
  },
});
