// WebSocket over HTTP/2 (RFC 8441 section 5).
import { FieldBit } from "../../fields/field.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import type { Stream } from "../../model/stream.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { malformedMessage, malformedRequest } from "../shapes/malformed.ts";
import type { Fields } from "../shapes/message.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// RFC 8441 5: :protocol and :authority take the place of Upgrade, Connection and Host.
export const websocketForbiddenFields = malformedRequest({
  id: "ext/websocket-forbidden-fields",
  title: "A WebSocket request must not have connection, upgrade, or host in place of :authority",
  spec: [mustNot("5", 8441)],
  messages: { field: "the WebSocket request on stream {streamId} has {name}" },
  when: { values: ValueBit.protocol },
  check(request, found) {
    if (!asksForWebSocket(request)) return;
    const { decoded, authority } = request;
    const host = authority === undefined ? decoded.first(FieldBit.host) : undefined;
    const name = firstOf(request, HANDSHAKE) ?? host?.name.text;
    if (name !== undefined) found("field", { name });
  },
  why: "In HTTP/2, :protocol and :authority replace these fields of HTTP/1.1.",
  fix: "Drop them when a handshake is translated from HTTP/1.1.",
});

// 5: "Implementations using this extended CONNECT to bootstrap WebSockets do not do the processing of the Sec-WebSocket-Key and
// Sec-WebSocket-Accept header fields".
export const websocketKeyFields = malformedMessage({
  id: "ext/websocket-key-fields",
  title: "A WebSocket over HTTP/2 has no use for sec-websocket-key and sec-websocket-accept",
  severity: "info",
  spec: [says("5", 8441)],
  expect: { scope: "stream", codes: [], ignore: true },
  messages: { field: "the {side} sent {name} on stream {streamId}, which means nothing over HTTP/2" },
  when: { bits: FieldBit.webSocketKey },
  check(fields, found) {
    const { block, decoded, stream } = fields;
    const answers = (block.role === "interim" || block.role === "response") && isWebSocket(stream);
    if (!answers && !(decoded.protocol !== undefined && (asksForWebSocket(fields) || isWebSocket(stream)))) return;
    const { text } = decoded.first(FieldBit.webSocketKey)!.name; // bits are of its fields
    found("field", { name: text }, { fold: text });
  },
  why: "They prove in HTTP/1.1 that the other side knows the protocol; here :protocol does.",
  fix: "Leave them out.",
});

// 5: the scheme "MUST be "https" for "wss"-schemed WebSockets and "http" for "ws"-schemed WebSockets."
export const websocketBadScheme = malformedRequest({
  id: "ext/websocket-bad-scheme",
  title: "The :scheme of a WebSocket request must be http or https",
  severity: "warning",
  spec: [must("5", 8441)],
  expect: { scope: "stream", codes: [] },
  messages: { scheme: "the WebSocket request on stream {streamId} has the :scheme {scheme}" },
  when: { values: ValueBit.protocol },
  check(request, found) {
    const { scheme } = request;
    if (asksForWebSocket(request) && scheme !== undefined && /^wss?$/i.test(scheme)) found("scheme", { scheme });
  },
  why: "The request is an HTTP one: wss becomes https, ws becomes http.",
  fix: "Send https, or http without TLS.",
});

export const websocketAbnormalClose = defineRule({
  id: "ext/websocket-abnormal-close",
  meta: {
    title: "A WebSocket should not end with RST_STREAM other than CANCEL",
    severity: "info",
    by: "either",
    spec: [{ rfc: 8441, section: "5" }],
    expect: { scope: "stream", codes: [] },
    needs: ["seen"],
    decidable: "payload",
    messages: { reset: "the {side} reset the WebSocket on stream {streamId} with {code}" },
    docs: {
      why: "CANCEL stands for the reset of a TCP connection; another code says that something went wrong below the WebSocket.",
      fix: "Close with a Close frame and END_STREAM; look what the code stands for.",
    },
  },
  kinds: ["rst-stream"],
  frame(frame, stream, { report }) {
    if (!frame.whole || stream === undefined || !isWebSocket(stream) || frame.errorCode === ErrorCode.cancel) return;
    const { client, server, response } = stream;
    if (response.status < 200 || response.status > 299) return;
    // Only what ends it: no second reset, none after its end or in a race with it, as NO_ERROR after END_STREAM is.
    if (client.over || server.over) return;
    const { from: side, streamId } = frame;
    report(frame, "reset", { side, streamId, code: errorCodeName(frame.errorCode) }, { related: opened(stream) });
  },
});

const asksForWebSocket = ({ block, decoded }: Fields): boolean =>
  block.role === "request" && decoded.method?.value === "CONNECT" && isName(decoded.protocol?.value);

const isWebSocket = (stream: Stream | undefined): boolean =>
  stream?.request.method === "CONNECT" && isName(stream.request.protocol);

const isName = (protocol: string | undefined): boolean => protocol?.toLowerCase() === "websocket";

function firstOf({ decoded }: Fields, names: ReadonlySet<string>): string | undefined {
  for (let i = 0; i < decoded.count; i++) {
    const { text } = decoded.fields[i]!.name;
    if (names.has(text)) return text;
  }
  return undefined;
}

const HANDSHAKE: ReadonlySet<string> = new Set(["connection", "upgrade"]);
