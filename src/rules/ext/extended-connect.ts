// CONNECT with :protocol (RFC 8441).
import { ValueBit } from "../../fields/value-bit.ts";
import { Setting } from "../../http2/setting.ts";
import { malformedMessage, malformedRequest } from "../shapes/malformed.ts";
import { shown } from "../shapes/message.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// 3: "Upon receipt of SETTINGS_ENABLE_CONNECT_PROTOCOL with a value of 1, a client MAY use the Extended CONNECT".
export const connectProtocolNotEnabled = malformedRequest({
  id: "ext/connect-protocol-not-enabled",
  title: "A client must not send :protocol before the server has announced ENABLE_CONNECT_PROTOCOL 1",
  spec: [mustNot("3", 8441)],
  needs: ["hpack", "settings", "acks"],
  messages: { early: "the request on stream {streamId} has :protocol {protocol}, which the server had not enabled" },
  when: { values: ValueBit.protocol },
  check({ protocol, block, connection: { server } }, found, { uncheck }) {
    if (server.settings.largest(Setting.enableConnectProtocol, block.first.acked) > 0) return;
    // It may be among what was not captured.
    if (!server.whole) uncheck("start2");
    else found("early", { protocol: shown(protocol) });
  },
  why: "A server that does not know :protocol takes the request for malformed, or for a plain CONNECT.",
  fix: "Wait for the server's SETTINGS, and fall back to HTTP/1.1 where it does not announce the setting.",
});

// 4: "A new pseudo-header field :protocol MAY be included on request HEADERS indicating the desired protocol to be spoken on the tunnel
// created by CONNECT."
export const protocolWithoutConnect = malformedMessage({
  id: "ext/protocol-without-connect",
  title: "Only a CONNECT request has :protocol",
  spec: [says("4", 8441), mustNot("8.3")],
  messages: {
    method: "the {method} request on stream {streamId} has :protocol",
    other: "the {side} sent :protocol on stream {streamId}, and not in a request",
  },
  when: { values: ValueBit.protocol },
  check({ block: { role }, decoded }, found) {
    if (role === "unknown") return;
    if (role !== "request" && role !== "promise") {
      found("other");
      return;
    }
    const method = decoded.method?.value;
    // Without one it is headers/missing-method.
    if (method !== undefined && method !== "CONNECT") found("method", { method: shown(method) });
  },
  why: "The field says what a CONNECT is for; it has no other use.",
  fix: "Send it with :method CONNECT only.",
});

// 4: "On requests that contain the :protocol pseudo-header field, the :scheme and :path pseudo-header fields of the target URI (see Section
// 5) MUST also be included."
export const connectProtocolMissingPseudo = malformedRequest({
  id: "ext/connect-protocol-missing-pseudo",
  title: "A CONNECT request with :protocol must have :scheme, :path and :authority",
  spec: [must("4", 8441)],
  messages: { missing: "the CONNECT request for {protocol} on stream {streamId} has no {name}" },
  when: { values: ValueBit.protocol },
  check({ method, protocol, scheme, path, authority }, found) {
    if (method !== "CONNECT" || (scheme !== undefined && path !== undefined && authority !== undefined)) return;
    const name = scheme === undefined ? ":scheme" : path === undefined ? ":path" : ":authority";
    found("missing", { protocol: shown(protocol), name });
  },
  why: "It asks for a resource on a server, unlike a plain CONNECT, so it has to say which.",
  fix: "Send all of :method, :scheme, :path, :authority and :protocol.",
});
