// CONNECT (RFC 9113 section 8.5), without :protocol.
import { ValueBit } from "../../fields/value-bit.ts";
import { kindName } from "../../http2/frame.ts";
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { malformedRequest } from "../shapes/malformed.ts";
import { shown } from "../shapes/message.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// "The ":scheme" and ":path" pseudo-header fields MUST be omitted."
export const connectSchemePath = malformedRequest({
  id: "headers/connect-scheme-path",
  title: "A CONNECT request must have neither :scheme nor :path",
  spec: [must("8.5")],
  messages: { field: "the CONNECT request on stream {streamId} has {name}" },
  when: { values: ValueBit.methodConnect },
  check({ asksForTunnel, scheme, path }, found) {
    if (!asksForTunnel || (scheme === undefined && path === undefined)) return;
    found("field", { name: scheme === undefined ? ":path" : path === undefined ? ":scheme" : ":scheme and :path" });
  },
  why: "CONNECT asks for a connection to a host and port; there is nothing to request there.",
  fix: "Send :method and :authority only; for WebSocket add :protocol (RFC 8441).",
});

// "The ":authority" pseudo-header field contains the host and port to connect to".
export const connectAuthority = malformedRequest({
  id: "headers/connect-authority",
  title: "A CONNECT request must name host and port in :authority",
  spec: [says("8.5")],
  messages: {
    missing: "the CONNECT request on stream {streamId} has no :authority",
    port: 'the CONNECT request on stream {streamId} has :authority "{authority}", without host and port',
  },
  when: { values: ValueBit.methodConnect },
  check({ asksForTunnel, authority }, found) {
    if (!asksForTunnel) return;
    if (authority === undefined) found("missing");
    else if (!HOST_AND_PORT.test(authority)) found("port", { authority: shown(authority) });
  },
  why: "The proxy has to know what to connect to; no port is the default.",
  fix: "Send host:port.",
});

// "Frame types other than DATA or stream management frames (RST_STREAM, WINDOW_UPDATE, and PRIORITY) MUST NOT be sent on a connected stream
// and MUST be treated as a stream error (Section 5.4.2) if received."
export const connectFrameAfterOpen = defineRule({
  id: "headers/connect-frame-after-open",
  meta: {
    title: "A tunnel carries DATA, RST_STREAM, WINDOW_UPDATE and PRIORITY only",
    severity: "error",
    by: "either",
    spec: [mustNot("8.5")],
    // The text names no code.
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack", "seen", "acks"],
    decidable: "head",
    messages: { frame: "the {side} sent {kind} on stream {streamId}, a tunnel since its CONNECT was answered with {status}" },
    docs: {
      why: "The stream stands for a TCP connection: that has bytes and an end, but no trailers.",
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

// RFC 9110 9.3.6: "A server MUST NOT send any Transfer-Encoding or Content-Length header fields in a 2xx (Successful) response to CONNECT."
export const connectResponseLength = defineRule({
  id: "headers/connect-response-length",
  meta: {
    title: "A 2xx response to CONNECT must not have a content-length",
    severity: "warning",
    by: "server",
    spec: [mustNot("9.3.6", 9110)],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack", "seen"],
    decidable: "block",
    messages: { length: "the {status} response to CONNECT on stream {streamId} has content-length {length}" },
    docs: { why: "What follows is the tunnel, which has no length; clients must ignore the field.", fix: "Leave it out." },
  },
  when: { observed: Observation.connectLength },
  judge(subject, stream, { report }) {
    const { decoded, streamId } = subject as FieldBlock; // the observation is a block's
    const { statusCode: status, contentLength } = decoded!;
    const length = (contentLength?.value ?? "").slice(0, 40);
    report(subject, "length", { status, length, streamId }, { related: opened(stream) });
  },
});

const HOST_AND_PORT = /^[^:].*:[0-9]+$/;
