// CONNECT with :protocol (RFC 8441).
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const connectProtocolNotEnabled = defineRule({
  id: "ext/connect-protocol-not-enabled",
  meta: {
    title: "A client must not send :protocol before the server has announced ENABLE_CONNECT_PROTOCOL 1",
    severity: "error",
    by: "client",
    spec: [{ rfc: 8441, section: "3", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack", "settings", "acks"],
    decidable: "block",
    messages: { early: "the request on stream {streamId} has :protocol {protocol}, which the server had not enabled" },
    docs: {
      why: "A server that does not know :protocol takes the request for malformed, or for a plain CONNECT.",
      fix: "Wait for the server's SETTINGS, and fall back to HTTP/1.1 where it does not announce the setting.",
    },
  },
  when: { observed: Observation.extendedConnect, from: "client" },
  judge(subject, stream, { connection, report, uncheck }) {
    const { decoded, role, streamId, first } = subject as FieldBlock; // the observation is a block's
    if (role !== "request" || decoded?.protocol === undefined) return;
    const { server } = connection;
    if (server.settings.largest(Setting.enableConnectProtocol, first.acked) > 0) return;
    // It may be among what was not captured.
    if (!server.whole) uncheck("start2");
    else {
      const protocol = decoded.protocol.value.slice(0, 80);
      report(subject, "early", { protocol, streamId }, { related: opened(stream) });
    }
  },
});

export const protocolWithoutConnect = defineRule({
  id: "ext/protocol-without-connect",
  meta: {
    title: "Only a CONNECT request has :protocol",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 8441, section: "4" },
      { rfc: 9113, section: "8.3", level: "MUST NOT" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      method: "the {method} request on stream {streamId} has :protocol",
      other: "the {side} sent :protocol on stream {streamId}, and not in a request",
    },
    docs: { why: "It says what a CONNECT is for, and nothing else.", fix: "Send it with :method CONNECT only." },
  },
  when: { observed: Observation.extendedConnect },
  judge(subject, stream, { report }) {
    const { decoded, role, from: side, streamId } = subject as FieldBlock; // the observation is a block's
    if (decoded?.protocol === undefined) return;
    const related = opened(stream);
    if (role === "response" || role === "interim" || role === "request-trailers" || role === "response-trailers") {
      report(subject, "other", { side, streamId }, { related });
      return;
    }
    const method = decoded.method?.value;
    // Without one it is headers/missing-method.
    if ((role !== "request" && role !== "promise") || method === undefined || method === "CONNECT") return;
    report(subject, "method", { method: method.slice(0, 80), streamId }, { related });
  },
});

export const connectProtocolMissingPseudo = defineRule({
  id: "ext/connect-protocol-missing-pseudo",
  meta: {
    title: "A CONNECT request with :protocol must have :scheme, :path and :authority",
    severity: "error",
    by: "client",
    spec: [{ rfc: 8441, section: "4", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { missing: "the CONNECT request for {protocol} on stream {streamId} has no {name}" },
    docs: {
      why: "It asks for a resource on a server, unlike a plain CONNECT, so it has to say which.",
      fix: "Send all of :method, :scheme, :path, :authority and :protocol.",
    },
  },
  when: { observed: Observation.extendedConnect, from: "client" },
  judge(subject, stream, { report }) {
    const { decoded, role, streamId } = subject as FieldBlock; // the observation is a block's
    if (role !== "request" || decoded?.protocol === undefined || decoded.method?.value !== "CONNECT") return;
    const { scheme, path, authority } = decoded;
    const name = scheme === undefined ? ":scheme" : path === undefined ? ":path" : ":authority";
    if (scheme !== undefined && path !== undefined && authority !== undefined) return;
    const protocol = decoded.protocol.value.slice(0, 80);
    report(subject, "missing", { protocol, name, streamId }, { related: opened(stream) });
  },
});
