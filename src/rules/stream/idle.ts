import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import { other } from "../../place.ts";
import { defineRule } from "../rule.ts";

const why = "An idle stream has no request: the receiver has nothing to apply the frame to, and takes it for a broken peer.";

export const dataOnIdle = defineRule({
  id: "stream/data-on-idle",
  meta: {
    title: "DATA must not be sent on an idle stream",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "5.1", level: "MUST" }],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["seen"],
    decidable: "head",
    messages: { idle: "DATA on stream {streamId}, which nobody had opened" },
    docs: { why, fix: "Send HEADERS first; look for DATA that is written before the HEADERS of its stream." },
  },
  when: { observed: Observation.onIdle, kinds: ["data"] },
  judge: (frame, _stream, { report }) => report(frame, "idle", { streamId: frame.streamId }),
});

export const rstOnIdle = defineRule({
  id: "stream/rst-on-idle",
  meta: {
    title: "RST_STREAM must not be sent on an idle stream",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "5.1", level: "MUST" },
      { rfc: 9113, section: "6.4", level: "MUST NOT" },
    ],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["seen"],
    decidable: "head",
    messages: {
      idle: "RST_STREAM on stream {streamId}, which nobody had opened",
      priority: "RST_STREAM on stream {streamId}, which is idle, in answer to a PRIORITY that makes it depend on itself",
    },
    docs: { why, fix: "Reset only streams that were opened; a stream cancelled before its HEADERS were written needs no frame." },
  },
  when: { observed: Observation.onIdle, kinds: ["rst-stream"] },
  judge(frame, _stream, { connection, report }) {
    const { streamId } = frame;
    // RFC 7540 5.3.1 asked for exactly this.
    if (connection.endpoint(other(frame.from)).hasSelfDependent(streamId))
      report(frame, "priority", { streamId }, { severity: "info" });
    else report(frame, "idle", { streamId });
  },
});

export const windowUpdateOnIdle = defineRule({
  id: "stream/window-update-on-idle",
  meta: {
    title: "WINDOW_UPDATE must not be sent on an idle stream",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "5.1", level: "MUST" }],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["seen"],
    decidable: "head",
    messages: { idle: "WINDOW_UPDATE on stream {streamId}, which nobody had opened" },
    docs: { why, fix: "Grant window to streams that are open; to give all new ones more announce INITIAL_WINDOW_SIZE." },
  },
  when: { observed: Observation.onIdle, kinds: ["window-update"] },
  judge: (frame, _stream, { report }) => report(frame, "idle", { streamId: frame.streamId }),
});

export const frameOnReservedServer = defineRule({
  id: "stream/frame-on-reserved-server",
  meta: {
    title: "On a stream that it promised a server must send HEADERS first",
    severity: "error",
    by: "server",
    spec: [{ rfc: 9113, section: "5.1", level: "MUST NOT" }],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["seen"],
    decidable: "head",
    messages: { reserved: "{kind} on stream {streamId}, which was promised and has no response HEADERS yet" },
    docs: {
      why: "A reserved stream opens with the response's HEADERS; before them only RST_STREAM and PRIORITY may come.",
      fix: "Send the response HEADERS first.",
    },
  },
  when: { observed: Observation.onReserved, from: "server" },
  judge: (frame, _stream, { report }) => report(frame, "reserved", { kind: kindName(frame.kind), streamId: frame.streamId }),
});

export const frameOnReservedClient = defineRule({
  id: "stream/frame-on-reserved-client",
  meta: {
    title: "A client must not send a message on a stream that the server promised",
    severity: "error",
    by: "client",
    spec: [{ rfc: 9113, section: "5.1", level: "MUST NOT" }],
    expect: { scope: "connection", codes: ["PROTOCOL_ERROR"] },
    needs: ["seen", "acks"],
    decidable: "head",
    messages: { reserved: "{kind} of the client on stream {streamId}, which the server promised" },
    docs: {
      why: "A pushed stream carries a response only; its request came in the promise.",
      fix: "Open a stream of your own, or reset this one.",
    },
  },
  when: { observed: Observation.onReserved, from: "client" },
  judge: (frame, _stream, { report }) => report(frame, "reserved", { kind: kindName(frame.kind), streamId: frame.streamId }),
});

export const clientDataOnPushed = defineRule({
  id: "stream/client-data-on-pushed",
  meta: {
    title: "A client must not send DATA or HEADERS on a pushed stream",
    severity: "error",
    by: "client",
    spec: [
      { rfc: 9113, section: "5.1", level: "MUST NOT" },
      { rfc: 9113, section: "8.4.2" },
    ],
    expect: { scope: "stream", codes: ["STREAM_CLOSED"] },
    needs: ["seen"],
    decidable: "head",
    messages: { pushed: "{kind} of the client on pushed stream {streamId}" },
    docs: { why: "A pushed stream is half-closed for the client from the start.", fix: "Open a stream of your own." },
  },
  when: { observed: Observation.clientOnPushed },
  judge: (frame, _stream, { report }) => report(frame, "pushed", { kind: kindName(frame.kind), streamId: frame.streamId }),
});
