import { Observation } from "../../http2/observation.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import { defineRule } from "../rule.ts";
import { connectionError } from "../shapes/frame.ts";
import { must, says } from "../shapes/spec.ts";

// 4.1: "The semantics of this bit are undefined, and the bit MUST remain unset (0x00) when sending and MUST be ignored when receiving."
export const reservedBit = connectionError({
  id: "frame/reserved-bit",
  title: "The reserved bit of a frame header must be zero",
  severity: "warning",
  spec: [must("4.1")],
  expect: { codes: [], ignore: true },
  messages: { set: "{kind} has the reserved bit of its stream id set" },
  when: { observed: Observation.reservedBit },
  fold: ({ kind }) => kind,
  why: "Receivers must ignore the bit, so nothing breaks today; a stack that reads 32 bits would see another stream.",
  fix: "Write the stream id as 31 bits with a zero above them.",
});

// 4.1: "Unused flags MUST be ignored on receipt and MUST be left unset (0x00) when sending."
export const unusedFlag = connectionError({
  id: "frame/unused-flag",
  title: "Flags that a frame type does not define should be zero",
  severity: "info",
  spec: [must("4.1")],
  expect: { codes: [], ignore: true },
  messages: { set: "{kind} has flags 0x{flags}, some of them undefined" },
  when: { observed: Observation.unusedFlag },
  fold: ({ kind }) => kind,
  why: "Receivers must ignore undefined flags; some do not (gRPC C-core refuses one on SETTINGS).",
  fix: "Leave undefined flags unset. Flags sent on purpose to test peers (GREASE) are harmless.",
});

export const truncatedAtClose = defineRule({
  id: "frame/truncated-at-close",
  meta: {
    title: "A side should not close inside a frame",
    severity: "warning",
    by: "either",
    spec: [says("4.1")],
    expect: { scope: "connection", codes: [] },
    needs: ["no-gap"],
    decidable: "payload",
    messages: { closed: "the {side} closed inside a frame" },
    docs: {
      why: "The process died, or gave up the socket, while it was writing; the other side reports an unexpected end of file.",
      fix: "Find out what stopped the process: a crash, a timeout, a proxy that cut the connection.",
    },
  },
  onClose: true,
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

export const garbage = connectionError({
  id: "frame/garbage",
  title: "Nothing but frames may follow the preface",
  spec: [must("4.1"), must("4.2")],
  expect: { codes: ["FRAME_SIZE_ERROR", "PROTOCOL_ERROR"] },
  // The length alone is measured by what the other side takes, so its SETTINGS count.
  needs: ["settings", "acks"],
  messages: {
    garbage: "something other than a frame stands where a frame should begin (read as a frame: unknown type, {length} bytes)",
  },
  when: { observed: Observation.oversizedUnknownFrame },
  why: "The sender has lost the frame borders, or something else writes into the connection (HTTP/1 text, TLS records).",
  fix: "Look for a wrong length in the frame before, or for two writers that share the socket without a lock.",
});
