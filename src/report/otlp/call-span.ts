// What the spans of one call say.
import type { Clock } from "../../capture/clock.ts";
import { type Call, callOf } from "../../grpc/call.ts";
import { percentDecode, statusCode } from "../../grpc/status.ts";
import type { Connection } from "../../model/connection.ts";
import type { Stream } from "../../model/stream.ts";
import { type Ending, endOf } from "../exchange-end.ts";
import type { RequestNotes } from "../seen-calls.ts";
import { utf8 } from "../text.ts";
import { attribute, attributes, eventText, SpanKind, type SpanText, spanText } from "./span.ts";
import { parentOfBinary, parentOfHeader } from "./trace-context.ts";

/** What the spans of a connection share. */
export class ConnectionSpans {
  readonly client: string;
  readonly server: string;
  readonly #peer: string;
  readonly #hash: string;

  /** @param hash 32 hexadecimal digits that are this connection's own. */
  constructor(connection: Connection, hash: string) {
    this.client = connection.address("client");
    this.server = connection.address("server");
    this.#hash = hash;
    const colon = this.server.lastIndexOf(":");
    const peer = { "server.address": bare(this.server), "server.port": Number(this.server.slice(colon + 1)) || undefined };
    this.#peer = attributes({
      ...peer,
      "client.address": bare(this.client),
      "network.protocol.name": "http",
      "network.protocol.version": "2",
      "h2lint.connection": connection.id,
    });
  }

  get traceId(): string {
    return this.#hash;
  }

  /** @param stream 0: of the connection itself. */
  spanId(stream: number, side: "client" | "server"): string {
    return `${this.#hash.slice(8, 16)}${((side === "client" ? stream : stream | 0x8000_0000) >>> 0).toString(16).padStart(8, "0")}`;
  }

  /** A separate trace, where the call names none. */
  traceOf(stream: number): string {
    return `${this.#hash.slice(0, 24)}${stream.toString(16).padStart(8, "0")}`;
  }

  get peer(): string {
    return this.#peer;
  }
}

/** Both spans of a call, the events of findings still to come. */
export interface CallSpans {
  readonly client: SpanText;
  readonly server: SpanText;
}

export function callSpans(
  stream: Stream,
  connection: Connection,
  began: number,
  { traceparent, traceBin, attempts }: RequestNotes,
  spans: ConnectionSpans,
  clock: Clock,
  events: { readonly text: string; readonly dropped: number },
): CallSpans {
  const { request, response } = stream;
  const call = callOf(stream);
  const isCall = call !== undefined && (call.other !== undefined || call.asked);
  const ending = endOf(stream, connection);
  const { at, by } = ending;
  const path = request.path === undefined ? undefined : utf8(request.path);
  const parent =
    traceparent !== undefined ? parentOfHeader(traceparent) : traceBin !== undefined ? parentOfBinary(traceBin) : undefined;
  const traceId = parent?.traceId ?? spans.traceOf(stream.id);
  const start = String(clock.epoch(began));
  const over = at ?? Math.max(stream.client.lastTime, stream.server.lastTime, began);
  const end = String(clock.epoch(over));
  const code = call?.other === undefined ? statusCode(response.grpcStatus) : call.other.code;
  const what = isCall ? rpcAttributes(call, path, code) : httpAttributes(stream, path);
  const how = by === undefined ? "" : `,${attribute("error.type", by.errorCode ?? by.how)}`;
  const common = `${what}${what === "" ? "" : ","}${attribute("h2lint.stream", stream.id)}${how}`;
  const name = isCall ? (path ?? "").replace(/^\//, "") : utf8(request.method ?? "");
  const said = isCall && code !== undefined && code !== 0 ? messageOf(call) : undefined;
  const failed = errorOf(stream, ending, code, said);
  const reset = by?.how === "rst-stream" || by?.how === "goaway" ? resetEvent(by, end) : "";
  const more = attributes({
    "user_agent.original": request.userAgent === undefined ? undefined : utf8(request.userAgent),
    "h2lint.previous_attempts": attempts,
    "h2lint.start_captured": stream.seen ? undefined : false,
  });
  const clientSpan = spans.spanId(stream.id, "client");
  const title = name === "" ? "unknown" : name;
  return {
    client: {
      traceId,
      spanId: clientSpan,
      parentSpanId: parent?.spanId,
      name: title,
      kind: SpanKind.client,
      start,
      end,
      attributes: `${spans.peer},${common}${more === "" ? "" : `,${more}`}`,
      events: joined(events.text, reset),
      droppedEvents: events.dropped,
      error: failed.client,
    },
    server: {
      traceId,
      spanId: spans.spanId(stream.id, "server"),
      parentSpanId: clientSpan,
      name: title,
      kind: SpanKind.server,
      start,
      end,
      attributes: common,
      events: "",
      error: failed.server,
    },
  };
}

/** @param findings Events of findings, joined. */
export const clientText = (span: SpanText, findings: string): string =>
  spanText(findings === "" ? span : { ...span, events: joined(span.events, findings) });

export const joined = (a: string, b: string): string => (a === "" ? b : b === "" ? a : `${a},${b}`);

function rpcAttributes(call: Call, path: string | undefined, code: number | undefined): string {
  const { name } = call.protocol;
  const slash = path?.lastIndexOf("/") ?? -1;
  if (name === known.protocol && path === known.path && code === known.code) return known.text;
  let text = attribute("rpc.system", name === "grpc" || name === "grpc-web" ? "grpc" : name === "connect" ? "connect_rpc" : name);
  if (path !== undefined && slash > 0) {
    text += `,${attribute("rpc.service", path.slice(1, slash))},${attribute("rpc.method", path.slice(slash + 1))}`;
  }
  if (code !== undefined) text += `,${attribute("rpc.grpc.status_code", code)}`;
  known = { protocol: name, path, code, text };
  return text;
}

function httpAttributes({ request, response }: Stream, path: string | undefined): string {
  return attributes({
    "http.request.method": request.method === undefined ? undefined : utf8(request.method),
    "url.scheme": request.scheme === undefined ? undefined : utf8(request.scheme),
    // What stands behind the question mark may be a secret.
    "url.path": path?.replace(/\?.*$/s, ""),
    "http.response.status_code": response.status === 0 ? undefined : response.status,
  });
}

const resetEvent = ({ side, how, errorCode }: NonNullable<Ending["by"]>, time: string): string =>
  eventText(
    how === "goaway" ? "GOAWAY" : "RST_STREAM",
    time,
    attributes({ "h2lint.from": side, "h2lint.error_code": errorCode }),
  );

/** Whether each side's span is an error, and what is said of it. */
function errorOf(
  { response }: Stream,
  { end, by }: Ending,
  code: number | undefined,
  message: string | undefined,
): { readonly client: string | undefined; readonly server: string | undefined } {
  if (end !== "complete" && end !== "open" && end !== "unknown") {
    const text = by?.errorCode === undefined ? end : `${end}: ${by.errorCode}`;
    return { client: text, server: end === "reset-by-client" ? undefined : text };
  }
  if (code !== undefined && code !== 0)
    return { client: message ?? "", server: SERVER_FAULTS.has(code) ? (message ?? "") : undefined };
  const { status } = response;
  return { client: status >= 400 ? "" : undefined, server: status >= 500 ? "" : undefined };
}

function messageOf({ other, stream }: Call): string | undefined {
  const text = other === undefined ? stream.response.grpcMessage : other.message;
  if (text === undefined) return undefined;
  return utf8(other === undefined || other.encoded ? percentDecode(text).octets : text);
}

// Calls of one method follow each other.
let known: {
  readonly protocol: string;
  readonly path: string | undefined;
  readonly code: number | undefined;
  readonly text: string;
} = {
  protocol: "",
  path: undefined,
  code: undefined,
  text: "",
};

const bare = (address: string): string => address.slice(0, address.lastIndexOf(":")).replace(/^\[|\]$/g, "");

/** Codes that are the server's fault (OpenTelemetry, semantic conventions for gRPC): UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL,
 *  UNAVAILABLE, DATA_LOSS. */
const SERVER_FAULTS: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);
