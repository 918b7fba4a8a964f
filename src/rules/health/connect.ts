// What becomes of CONNECT with :protocol (RFC 8441).
import type { DecodedBlock } from "../../fields/decoded-block.ts";
import { Name } from "../../fields/name.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import { Setting } from "../../http2/setting.ts";
import type { Connection } from "../../model/connection.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import type { Stream } from "../../model/stream.ts";
import { opened } from "../related.ts";
import { type Context, defineRule, type RuleMeta } from "../rule.ts";

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
        "the server answered the CONNECT request for a WebSocket on stream {streamId} with :status {status}, though its SETTINGS announce ENABLE_CONNECT_PROTOCOL",
      reset:
        "the server reset the CONNECT request for a WebSocket on stream {streamId} with {code}, though its SETTINGS announce ENABLE_CONNECT_PROTOCOL",
    },
    docs: {
      why: "Browsers open a WebSocket so as soon as a server announces the setting, and do not fall back to HTTP/1.1. Often the server's library announces it, and its handler, or the server behind a proxy, knows the upgrade of HTTP/1.1 alone.",
      fix: "Do not announce the setting (Go: GODEBUG=http2xconnect=0), or handle CONNECT with :protocol down to the application.",
    },
  },
  when: { values: ValueBit.protocol | ValueBit.statusOther, roles: ["request", "response"] },
  // Requests for a WebSocket that were sent when the setting was announced. Of other protocols it announces nothing (RFC 9220 3: 501).
  state: () => new Set<number>(),
  judge(subject, stream, context) {
    if (!("decoded" in subject) || subject.decoded === undefined) return;
    const { streamId, decoded, role } = subject;
    if (role === "request") {
      if (isForWebSocket(decoded) && isAnnounced(subject, context.connection) && context.state.size < MOST)
        context.state.add(streamId);
    } else if (isRefused(stream, context)) {
      const status = decoded.statusCode;
      if (!NOT_TAKEN.has(status) && !MAY_BE_ANYTHING.has(status)) return;
      const severity = MAY_BE_ANYTHING.has(status) ? ({ severity: "info" } as const) : {};
      context.report(subject, "status", { streamId, status }, { related: opened(stream), fold: String(status), ...severity });
    }
  },
  kinds: ["rst-stream"],
  from: "server",
  frame(frame, stream, context) {
    const { whole, errorCode, streamId } = frame;
    if (!whole || errorCode === ErrorCode.refusedStream || !isRefused(stream, context) || stream?.server.message !== "no") return;
    const code = errorCodeName(errorCode);
    context.report(frame, "reset", { streamId, code }, { related: opened(stream), fold: String(errorCode) });
  },
});

const isForWebSocket = ({ slots, method }: DecodedBlock): boolean =>
  slots[Name.protocol]?.value === "websocket" && method?.value === "CONNECT";

const isAnnounced = ({ first }: FieldBlock, { server }: Connection): boolean =>
  server.settings.largest(Setting.enableConnectProtocol, first.acked) > 0;

// A request for a WebSocket, and this server takes none on the connection.
function isRefused(
  stream: Stream | undefined,
  context: Pick<Context<RuleMeta, Set<number>>, "connection" | "hasState" | "state">,
): boolean {
  if (stream === undefined || !context.hasState || !context.state.delete(stream.id)) return false;
  for (const { request, response } of context.connection.streams.values())
    if (request.protocol !== undefined && response.status >= 200 && response.status < 300) return false;
  return true;
}

// By which a server says that it does not know what this is; those that may be about the resource, or anything in the request.
const NOT_TAKEN: ReadonlySet<number> = new Set([426, 501, 505]);
const MAY_BE_ANYTHING: ReadonlySet<number> = new Set([400, 405]);
// Requests that wait for their answer.
const MOST = 1000;
