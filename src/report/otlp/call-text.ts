// What the two spans of calls say, but for their ids, times and streams: the same for calls of one method that end alike, so it is made once.
import { type Call, callOf } from "../../grpc/call.ts";
import { percentDecode, statusCode } from "../../grpc/status.ts";
import type { Stream } from "../../model/stream.ts";
import type { Ending } from "../exchange-end.ts";
import { utf8 } from "../text.ts";
import { attribute, attributes, nameText, SpanKind, statusText } from "./span.ts";

/** Octets, in the order in which they stand. */
export interface CallText {
  readonly clientName: Buffer;
  readonly serverName: Buffer;
  /** Attributes, up to the number of the stream. */
  readonly what: Buffer;
  /** What follows it. */
  readonly clientMore: Buffer;
  readonly serverMore: Buffer;
  readonly clientStatus: Buffer;
  readonly serverStatus: Buffer;
}

/** What decides it. */
interface Facts {
  readonly protocol: string | undefined;
  readonly code: number | undefined;
  readonly message: string | undefined;
  readonly end: string;
  readonly how: string | undefined;
  readonly errorCode: string | undefined;
  readonly method: string | undefined;
  readonly scheme: string | undefined;
  readonly status: number;
  readonly userAgent: string | undefined;
  readonly attempts: number | undefined;
  readonly seen: boolean;
}

export class CallTexts {
  /** The latest of each path. */
  readonly #known = new Map<string | undefined, Facts & { readonly text: CallText }>();

  of(stream: Stream, ending: Ending, attempts: number | undefined): CallText {
    const { request, response } = stream;
    const asked = callOf(stream);
    const call = asked !== undefined && (asked.other !== undefined || asked.asked) ? asked : undefined;
    const code = asked?.other === undefined ? statusCode(response.grpcStatus) : asked.other.code;
    const { by } = ending;
    const message = call === undefined || code === undefined || code === 0 ? undefined : messageOf(call);
    const known = this.#known.get(request.path);
    if (
      known !== undefined &&
      known.protocol === call?.protocol.name &&
      known.code === code &&
      known.message === message &&
      known.end === ending.end &&
      known.how === by?.how &&
      known.errorCode === by?.errorCode &&
      known.method === request.method &&
      known.scheme === request.scheme &&
      known.status === response.status &&
      known.userAgent === request.userAgent &&
      known.attempts === attempts &&
      known.seen === stream.seen
    )
      return known.text;
    const facts = {
      protocol: call?.protocol.name,
      ...{ code, message, end: ending.end, how: by?.how, errorCode: by?.errorCode },
      ...{ method: request.method, scheme: request.scheme, status: response.status, userAgent: request.userAgent },
      ...{ attempts, seen: stream.seen },
    };
    const text = textOf(request.path === undefined ? undefined : utf8(request.path), facts);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(request.path, { ...facts, text });
    return text;
  }
}

function textOf(path: string | undefined, facts: Facts): CallText {
  const { protocol, how, errorCode, userAgent, attempts, seen, method } = facts;
  const isCall = protocol !== undefined;
  const name = (isCall ? (path ?? "").replace(/^\//, "") : utf8(method ?? "")) || "unknown";
  const what = isCall ? rpcAttributes(protocol, path, facts.code) : httpAttributes(facts, path);
  const error = how === undefined ? "" : `,${attribute("error.type", errorCode ?? how)}`;
  const more = attributes({
    "user_agent.original": userAgent === undefined ? undefined : utf8(userAgent),
    "h2lint.previous_attempts": attempts,
    "h2lint.start_captured": seen ? undefined : false,
  });
  const failed = errorOf(facts);
  return {
    clientName: Buffer.from(`",${nameText(name, SpanKind.client)}`),
    serverName: Buffer.from(`",${nameText(name, SpanKind.server)}`),
    what: Buffer.from(`${what}${what === "" ? "" : ","}{"key":"h2lint.stream","value":{"intValue":"`),
    clientMore: Buffer.from(`"}}${error}${more === "" ? "" : `,${more}`}]`),
    serverMore: Buffer.from(`"}}${error}]`),
    clientStatus: Buffer.from(statusText(failed.client)),
    serverStatus: Buffer.from(statusText(failed.server)),
  };
}

function rpcAttributes(protocol: string, path: string | undefined, code: number | undefined): string {
  const slash = path?.lastIndexOf("/") ?? -1;
  const isGrpc = protocol === "grpc" || protocol === "grpc-web";
  let text = attribute("rpc.system", isGrpc ? "grpc" : protocol === "connect" ? "connect_rpc" : protocol);
  if (path !== undefined && slash > 0)
    text += `,${attribute("rpc.service", path.slice(1, slash))},${attribute("rpc.method", path.slice(slash + 1))}`;
  return code === undefined ? text : `${text},${attribute("rpc.grpc.status_code", code)}`;
}

function httpAttributes({ method, scheme, status }: Facts, path: string | undefined): string {
  return attributes({
    "http.request.method": method === undefined ? undefined : utf8(method),
    "url.scheme": scheme === undefined ? undefined : utf8(scheme),
    // What stands behind the question mark may be a secret.
    "url.path": path?.replace(/\?.*$/s, ""),
    "http.response.status_code": status === 0 ? undefined : status,
  });
}

/** Whether each side's span is an error, and what is said of it. */
function errorOf({ end, errorCode, code, message, status }: Facts): {
  readonly client: string | undefined;
  readonly server: string | undefined;
} {
  if (end !== "complete" && end !== "open" && end !== "unknown") {
    const text = errorCode === undefined ? end : `${end}: ${errorCode}`;
    return { client: text, server: end === "reset-by-client" ? undefined : text };
  }
  if (code !== undefined && code !== 0)
    return { client: message ?? "", server: SERVER_FAULTS.has(code) ? (message ?? "") : undefined };
  return { client: status >= 400 ? "" : undefined, server: status >= 500 ? "" : undefined };
}

function messageOf({ other, stream }: Call): string | undefined {
  const text = other === undefined ? stream.response.grpcMessage : other.message;
  if (text === undefined) return undefined;
  return utf8(other === undefined || other.encoded ? percentDecode(text).octets : text);
}

/** Codes that are the server's fault (OpenTelemetry, semantic conventions for gRPC): UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL,
 *  UNAVAILABLE, DATA_LOSS. */
const SERVER_FAULTS: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);
/** Paths. */
const MOST_KNOWN = 256;
