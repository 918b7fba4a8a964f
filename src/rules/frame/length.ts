import { altersConnection } from "../../http2/connection-error.ts";
import { type FrameKind, kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import { other } from "../../place.ts";
import { defineRule, type Rule } from "../rule.ts";
import { connectionError, streamError } from "../shapes/frame.ts";
import { must } from "../shapes/spec.ts";

const tooLargeDocs = {
  why: "A receiver sizes its buffers by the MAX_FRAME_SIZE it announced (16,384 bytes unless it said more).",
  fix: "Split the payload into frames of at most the other side's MAX_FRAME_SIZE, field blocks into HEADERS and CONTINUATION.",
};

export const tooLarge = defineRule({
  id: "frame/too-large",
  meta: {
    title: "A frame must not be longer than the other side's MAX_FRAME_SIZE",
    severity: "error",
    by: "either",
    spec: [must("4.2")],
    expect: { scope: "connection", codes: ["FRAME_SIZE_ERROR"] },
    needs: ["settings", "acks"],
    decidable: "head",
    messages: { long: "{kind} of {length} bytes; the other side takes at most {limit}" },
    docs: tooLargeDocs,
  },
  when: { observed: Observation.tooLarge },
  judge(frame, _stream, { connection, report }) {
    const limit = connection.endpoint(other(frame.from)).settings.largest(Setting.maxFrameSize, frame.first.acked);
    // Section 4.2: of the stream, unless the frame alters the state of the connection.
    const scope = frame.streamId !== 0 && !altersConnection.has(frame.kind) ? "stream" : "connection";
    report(frame, "long", { kind: kindName(frame.kind), length: frame.length, limit }, { scope });
  },
});

export const tooShort = defineRule({
  id: "frame/too-short",
  meta: {
    title: "A frame must be long enough for the fields its type and flags demand",
    severity: "error",
    by: "either",
    spec: [must("4.2")],
    expect: { scope: "connection", codes: ["FRAME_SIZE_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { short: "{kind} of {length} bytes is too short for its fields (flags 0x{flags})" },
    docs: {
      why: "The flags promise a Pad Length byte or priority fields that do not fit, so the rest cannot be read.",
      fix: "Clear the PADDED or PRIORITY flag, or send the fields it promises.",
    },
  },
  when: { observed: Observation.tooShort },
  judge(frame, _stream, { report }) {
    const flags = frame.flags.toString(16).padStart(2, "0");
    const scope = frame.kind === "data" ? "stream" : "connection";
    report(frame, "short", { kind: kindName(frame.kind), length: frame.length, flags }, { scope });
  },
});

export const paddingTooLong = defineRule({
  id: "frame/padding-too-long",
  meta: {
    title: "Padding must leave room for the rest of the frame",
    severity: "error",
    by: "either",
    spec: [must("6.1"), must("6.2"), must("6.6")],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: [],
    decidable: "payload",
    messages: { long: "{kind} of {length} bytes claims {padLength} bytes of padding" },
    docs: {
      why: "If the padding is as long as the payload, nobody knows what the frame holds.",
      fix: "Pad Length counts the padding bytes only, and must be less than what remains after the fixed fields.",
    },
  },
  when: { observed: Observation.paddingTooLong },
  judge(frame, _stream, { report }) {
    const padLength = "padLength" in frame ? frame.padLength : 0;
    report(frame, "long", { kind: kindName(frame.kind), length: frame.length, padLength });
  },
});

export const paddingNonzero = connectionError({
  id: "frame/padding-nonzero",
  title: "Padding bytes must be zero",
  severity: "warning",
  spec: [must("6.1"), must("6.2"), must("6.6")],
  expect: { optional: true },
  decidable: "payload",
  messages: { nonzero: "{kind} has padding that is not all zeros" },
  when: { observed: Observation.paddingNonzero },
  fold: ({ kind }) => kind,
  why: "A receiver may treat it as a connection error; bytes of another buffer in the padding may also leak data.",
  fix: "Fill the padding with zeros.",
});

export const priorityLength = fixedLength("frame/priority-length", "priority", "6.3", streamError, "5 bytes");
export const rstStreamLength = fixedLength("frame/rst-stream-length", "rst-stream", "6.4", connectionError, "4 bytes");
export const pingLength = fixedLength("frame/ping-length", "ping", "6.7", connectionError, "8 bytes");
export const goawayLength = fixedLength("frame/goaway-length", "goaway", "6.8", connectionError, "at least 8 bytes");
export const windowUpdateLength = fixedLength("frame/window-update-length", "window-update", "6.9", connectionError, "4 bytes");

export const settingsLength = defineRule({
  id: "frame/settings-length",
  meta: {
    title: "The length of SETTINGS must be a multiple of 6",
    severity: "error",
    by: "either",
    spec: [must("6.5")],
    expect: { scope: "connection", codes: ["FRAME_SIZE_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { length: "SETTINGS of {length} bytes, which is not a multiple of 6" },
    docs: {
      why: "A setting has 6 bytes; a remainder cannot be read.",
      fix: "Send whole settings only: a 16-bit id and a 32-bit value each.",
    },
  },
  when: { observed: Observation.badLength, kinds: ["settings"] },
  judge(frame, _stream, { report }) {
    if ((frame.flags & ACK) === 0) report(frame, "length", { length: frame.length });
  },
});

export const settingsAckLength = defineRule({
  id: "frame/settings-ack-length",
  meta: {
    title: "A SETTINGS acknowledgment must be empty",
    severity: "error",
    by: "either",
    spec: [must("6.5")],
    expect: { scope: "connection", codes: ["FRAME_SIZE_ERROR"] },
    needs: [],
    decidable: "head",
    messages: { length: "SETTINGS with ACK has a payload of {length} bytes" },
    docs: { why: "An acknowledgment says that settings were applied; it carries none.", fix: "Send the ACK with length 0." },
  },
  when: { observed: Observation.badLength, kinds: ["settings"] },
  judge(frame, _stream, { report }) {
    if ((frame.flags & ACK) !== 0) report(frame, "length", { length: frame.length });
  },
});

// 4.2: "An endpoint MUST send an error code of FRAME_SIZE_ERROR if a frame exceeds the size defined in SETTINGS_MAX_FRAME_SIZE, exceeds any
// limit defined for the frame type, or is too small to contain mandatory frame data."
function fixedLength(id: string, kind: FrameKind, section: string, make: typeof connectionError, wants: string): Rule {
  const name = kindName(kind);
  return make({
    id,
    title: `The payload of ${name} must be ${wants} long`,
    spec: [must(section)],
    expect: { codes: ["FRAME_SIZE_ERROR"] },
    messages: { length: `${name} of {length} bytes instead of ${wants}` },
    when: { observed: Observation.badLength, kinds: [kind] },
    why: `The fields of ${name} have a fixed size; with another length, the sender writes something other than what the receiver reads.`,
    fix: `Write exactly the fields of section ${section}.`,
  });
}

const ACK = 0x1;
