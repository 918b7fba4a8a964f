import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { defineRule } from "../rule.ts";

export const reservedBit = defineRule({
  id: "frame/reserved-bit",
  meta: {
    title: "The reserved bit of a frame header must be zero",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "4.1", level: "MUST" }],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "head",
    messages: { set: "{kind} has the reserved bit of its stream id set" },
    docs: {
      why: "Receivers must ignore the bit, so nothing breaks today; a stack that reads 32 bits would see another stream.",
      fix: "Write the stream id as 31 bits with a zero above them.",
    },
  },
  when: { observed: Observation.reservedBit },
  judge: (frame, _stream, { report }) => report(frame, "set", { kind: kindName(frame.kind) }, { fold: frame.kind }),
});

export const unusedFlag = defineRule({
  id: "frame/unused-flag",
  meta: {
    title: "Flags that a frame type does not define should be zero",
    severity: "info",
    by: "either",
    spec: [{ rfc: 9113, section: "4.1", level: "MUST" }],
    expect: { scope: "connection", codes: [], ignore: true },
    needs: [],
    decidable: "head",
    messages: { set: "{kind} has flags 0x{flags}, some of them undefined" },
    docs: {
      why: "Receivers must ignore undefined flags; some do not (gRPC C-core refuses one on SETTINGS).",
      fix: "Leave undefined flags unset. Flags sent on purpose to test peers (GREASE) are harmless.",
    },
  },
  when: { observed: Observation.unusedFlag },
  judge: (frame, _stream, { report }) =>
    report(frame, "set", { kind: kindName(frame.kind), flags: frame.flags.toString(16).padStart(2, "0") }, { fold: frame.kind }),
});

export const truncatedAtClose = defineRule({
  id: "frame/truncated-at-close",
  meta: {
    title: "A side should not close inside a frame",
    severity: "warning",
    by: "either",
    spec: [{ rfc: 9113, section: "4.1" }],
    expect: { scope: "connection", codes: [] },
    needs: ["no-gap"],
    decidable: "payload",
    messages: { closed: "the {side} closed inside a frame" },
    docs: {
      why: "The process died, or gave the socket up, while it wrote; the other side reports an unexpected end of file.",
      fix: "Look at what made the process stop: a crash, a timeout, a proxy that cut the connection.",
    },
  },
  end(from, how, at, { connection, report }) {
    if (how !== "fin" || connection.endpoint(from).end?.inFrame !== true) return;
    const ref = new FrameRef();
    ref.kind = "close";
    ref.from = from;
    ref.file = at.file;
    ref.packet = at.packet;
    ref.time = at.time;
    ref.offset = ref.end = at.offset;
    ref.acked = at.acked;
    report(ref, "closed", { side: from });
  },
});

export const garbage = defineRule({
  id: "frame/garbage",
  meta: {
    title: "Nothing but frames may follow the preface",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "4.1", level: "MUST" },
      { rfc: 9113, section: "4.2", level: "MUST" },
    ],
    expect: { scope: "connection", codes: ["FRAME_SIZE_ERROR", "PROTOCOL_ERROR"] },
    // The length alone is measured by what the other side takes, so its SETTINGS count.
    needs: ["settings", "acks"],
    decidable: "head",
    messages: { garbage: "where a frame should begin stands something else (as a frame: unknown type, {length} octets)" },
    docs: {
      why: "The sender's idea of frame borders is lost, or something else writes into the connection (HTTP/1 text, TLS records).",
      fix: "Look for a wrong length in the frame before, or for two writers that share the socket without a lock.",
    },
  },
  when: { observed: Observation.oversizedUnknownFrame },
  judge: (frame, _stream, { report }) => report(frame, "garbage", { length: frame.length }),
});
