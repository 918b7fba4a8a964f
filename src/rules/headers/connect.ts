// CONNECT (RFC 9113 section 8.5), without :protocol.

import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const connectSchemePath = defineRule({
  id: "headers/connect-scheme-path",
  meta: {
    title: "A CONNECT request must have neither :scheme nor :path",
    severity: "error",
    by: "client",
    spec: [{ rfc: 9113, section: "8.5", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { field: "the CONNECT request on stream {streamId} has {name}" },
    docs: {
      why: "CONNECT asks for a connection to a host and port; there is nothing to request there.",
      fix: "Send :method and :authority only; for WebSocket add :protocol (RFC 8441).",
    },
  },
  when: { observed: Observation.connectSchemePath },
  judge(subject, stream, { report }) {
    const { decoded, streamId } = subject as FieldBlock; // the observation is a block's
    const name = decoded?.scheme === undefined ? ":path" : decoded.path === undefined ? ":scheme" : ":scheme and :path";
    report(subject, "field", { name, streamId }, { related: opened(stream) });
  },
});

export const connectAuthority = defineRule({
  id: "headers/connect-authority",
  meta: {
    title: "A CONNECT request must name host and port in :authority",
    severity: "error",
    by: "client",
    spec: [{ rfc: 9113, section: "8.5" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      missing: "the CONNECT request on stream {streamId} has no :authority",
      port: 'the CONNECT request on stream {streamId} has :authority "{authority}", without host and port',
    },
    docs: { why: "The proxy has to know what to connect to; no port is the default.", fix: "Send host:port." },
  },
  when: { observed: Observation.connectAuthority },
  judge(subject, stream, { report }) {
    const { decoded, streamId } = subject as FieldBlock; // the observation is a block's
    const authority = decoded?.authority?.value.slice(0, 80);
    if (authority === undefined) report(subject, "missing", { streamId }, { related: opened(stream) });
    else report(subject, "port", { authority, streamId }, { related: opened(stream) });
  },
});

export const connectFrameAfterOpen = defineRule({
  id: "headers/connect-frame-after-open",
  meta: {
    title: "A tunnel carries DATA, RST_STREAM, WINDOW_UPDATE and PRIORITY only",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.5", level: "MUST NOT" }],
    // The text names no code.
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack", "seen", "acks"],
    decidable: "head",
    messages: { frame: "the {side} sent {kind} on stream {streamId}, a tunnel since its CONNECT was answered with {status}" },
    docs: {
      why: "The stream stands for a TCP connection: that has octets and an end, but no trailers.",
      fix: "End a tunnel with END_STREAM on DATA.",
    },
  },
  when: { observed: Observation.onTunnel },
  judge(subject, stream, { report }) {
    const { from: side, streamId } = subject;
    const { status } = stream!.response; // the observation is a stream's
    report(subject, "frame", { side, kind: kindName(subject.kind), streamId, status }, { related: opened(stream) });
  },
});

export const connectResponseLength = defineRule({
  id: "headers/connect-response-length",
  meta: {
    title: "A 2xx response to CONNECT must not have a content-length",
    severity: "warning",
    by: "server",
    spec: [{ rfc: 9110, section: "9.3.6", level: "MUST NOT" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack", "seen"],
    decidable: "block",
    messages: { length: "the {status} response to CONNECT on stream {streamId} has content-length {length}" },
    docs: { why: "What follows is the tunnel, which has no length; clients must ignore it.", fix: "Leave it out." },
  },
  when: { observed: Observation.connectLength },
  judge(subject, stream, { report }) {
    const { decoded, streamId } = subject as FieldBlock; // the observation is a block's
    const { statusCode: status, contentLength } = decoded!;
    const length = (contentLength?.value ?? "").slice(0, 40);
    report(subject, "length", { status, length, streamId }, { related: opened(stream) });
  },
});
