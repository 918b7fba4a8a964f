// WebSocket over HTTP/2 (RFC 8441 section 5).
import { FieldBit } from "../../fields/field.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import type { Stream } from "../../model/stream.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const websocketForbiddenFields = defineRule({
  id: "ext/websocket-forbidden-fields",
  meta: {
    title: "A WebSocket request must not have connection, upgrade, or host in place of :authority",
    severity: "error",
    by: "client",
    spec: [{ rfc: 8441, section: "5", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { field: "the WebSocket request on stream {streamId} has {name}" },
    docs: {
      why: "What they ask for in HTTP/1.1, :protocol and :authority ask for here.",
      fix: "Drop them when a handshake is translated from HTTP/1.1.",
    },
  },
  when: { observed: Observation.extendedConnect, from: "client" },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // the observation is a block's
    const { decoded, streamId } = block;
    if (!asksForWebSocket(block)) return;
    const host = decoded?.authority === undefined ? decoded?.first(FieldBit.host) : undefined;
    const name = fieldOf(block, HANDSHAKE) ?? host?.name.text;
    if (name !== undefined) report(block, "field", { name, streamId }, { related: opened(stream) });
  },
});

export const websocketKeyFields = defineRule({
  id: "ext/websocket-key-fields",
  meta: {
    title: "A WebSocket over HTTP/2 has no use for sec-websocket-key and sec-websocket-accept",
    severity: "info",
    by: "either",
    spec: [{ rfc: 8441, section: "5" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { field: "the {side} sent {name} on stream {streamId}, which means nothing over HTTP/2" },
    docs: {
      why: "They prove in HTTP/1.1 that the other side knows the protocol; here :protocol does.",
      fix: "Leave them out.",
    },
  },
  when: { observed: Observation.extendedConnect },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // the observation is a block's
    if (!asksForWebSocket(block) && !isWebSocket(stream)) return;
    const name = fieldOf(block, KEYS);
    if (name === undefined) return;
    const more = { related: opened(stream), fold: name };
    report(block, "field", { side: block.from, name, streamId: block.streamId }, more);
  },
});

export const websocketBadScheme = defineRule({
  id: "ext/websocket-bad-scheme",
  meta: {
    title: "The :scheme of a WebSocket request must be http or https",
    severity: "warning",
    by: "client",
    spec: [{ rfc: 8441, section: "5", level: "MUST" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { scheme: "the WebSocket request on stream {streamId} has the :scheme {scheme}" },
    docs: { why: "The request is an HTTP one: wss becomes https, ws becomes http.", fix: "Send https, or http without TLS." },
  },
  when: { observed: Observation.extendedConnect, from: "client" },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // the observation is a block's
    const scheme = block.decoded?.scheme?.value;
    if (!asksForWebSocket(block) || scheme === undefined || !/^wss?$/i.test(scheme)) return;
    report(block, "scheme", { scheme, streamId: block.streamId }, { related: opened(stream) });
  },
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

function asksForWebSocket({ role, decoded }: FieldBlock): boolean {
  return role === "request" && decoded?.method?.value === "CONNECT" && isName(decoded.protocol?.value);
}

const isWebSocket = (stream: Stream | undefined): boolean =>
  stream?.request.method === "CONNECT" && isName(stream.request.protocol);

const isName = (protocol: string | undefined): boolean => protocol?.toLowerCase() === "websocket";

function fieldOf({ decoded }: FieldBlock, names: ReadonlySet<string>): string | undefined {
  if (decoded === undefined) return undefined;
  for (let i = 0; i < decoded.count; i++) {
    const { text } = decoded.fields[i]!.name;
    if (names.has(text)) return text;
  }
  return undefined;
}

const HANDSHAKE: ReadonlySet<string> = new Set(["connection", "upgrade"]);
const KEYS: ReadonlySet<string> = new Set(["sec-websocket-key", "sec-websocket-accept"]);
