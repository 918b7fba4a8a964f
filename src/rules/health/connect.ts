// What becomes of CONNECT with :protocol (RFC 8441).
import { ValueBit } from "../../fields/value-bit.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import type { Stream } from "../../model/stream.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { shown } from "../shapes/message.ts";

export const connectRefused = defineRule({
  id: "health/connect-refused",
  meta: {
    title: "A server that announces ENABLE_CONNECT_PROTOCOL should take such requests",
    severity: "warning",
    by: "server",
    spec: [{ rfc: 8441, section: "3" }],
    expect: { scope: "stream", codes: [], ignore: true, none: true },
    needs: ["hpack", "settings", "acks"],
    decidable: "block",
    messages: {
      status:
        "the server answered the CONNECT request for {protocol} on stream {streamId} with :status {status}, though its SETTINGS announce ENABLE_CONNECT_PROTOCOL",
      reset:
        "the server reset the CONNECT request for {protocol} on stream {streamId} with {code}, though its SETTINGS announce ENABLE_CONNECT_PROTOCOL",
    },
    docs: {
      why: "Browsers open a WebSocket so as soon as a server announces the setting, and do not fall back to HTTP/1.1. Often the server's library announces it, and its handler, or the server behind a proxy, knows the upgrade of HTTP/1.1 alone.",
      fix: "Do not announce the setting (Go: GODEBUG=http2xconnect=0), or handle CONNECT with :protocol down to the application.",
    },
  },
  when: { values: ValueBit.statusOther, roles: ["response"], from: "server" },
  judge(subject, stream, { connection, report }) {
    const status = "decoded" in subject ? (subject.decoded?.statusCode ?? 0) : 0;
    if (stream === undefined || !NOT_TAKEN.has(status) || !isAnnounced(stream, connection)) return;
    const data = { protocol: shown(stream.request.protocol), streamId: stream.id, status };
    // What is bad in a request may be anything.
    const severity = status === 400 ? ({ severity: "info" } as const) : {};
    report(subject, "status", data, { related: opened(stream), fold: String(status), ...severity });
  },
  kinds: ["rst-stream"],
  from: "server",
  frame(frame, stream, { connection, report }) {
    if (!frame.whole || stream === undefined || stream.server.message !== "no" || stream.closed) return;
    if (frame.errorCode === ErrorCode.refusedStream || !isAnnounced(stream, connection)) return;
    const data = { protocol: shown(stream.request.protocol), streamId: stream.id, code: errorCodeName(frame.errorCode) };
    report(frame, "reset", data, { related: opened(stream), fold: String(frame.errorCode) });
  },
});

// When the request was sent.
function isAnnounced({ request, opening, seen }: Stream, { server }: Connection): boolean {
  if (request.protocol === undefined || request.method !== "CONNECT" || opening === undefined || !seen) return false;
  return server.settings.largest(Setting.enableConnectProtocol, opening.acked) > 0;
}

// By which a server says that it does not know what this is; others are about the resource.
const NOT_TAKEN: ReadonlySet<number> = new Set([400, 405, 426, 501, 502, 505]);
