// `h2lint calls --format har`: HTTP Archive 1.2 (http://www.softwareishard.com/blog/har-12-spec/), which browsers and API tools open. In:
// exchanges as `calls` lists them, and what the model reports of their fields and content. Out: one entry each, as they come. What HAR has no
// place for has a name that begins with `_`: streams, trailers, gRPC statuses; and `_encoding` says that posted text is base64.
import { copyOf } from "../bytes.ts";
import type { Clock } from "../capture/clock.ts";
import { type Call, isGrpc } from "../grpc/call.ts";
import { decompress } from "../grpc/decompress.ts";
import type { GrpcSink } from "../grpc/grpc-sink.ts";
import type { GrpcMessage } from "../grpc/message-decoder.ts";
import { textOf } from "../grpc/schemaless.ts";
import type { Frame } from "../http2/frame.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import type { Side } from "../place.ts";
import { version } from "../version.ts";
import type { CallsView } from "./calls.ts";
import { beganAt, type ExchangeChooser, type ExchangeObject } from "./exchange.ts";
import { headersOf } from "./frame-object.ts";
import type { Output } from "./report.ts";
import { jsonText } from "./text.ts";

export interface HarOptions {
  readonly chooser: ExchangeChooser;
  readonly clock: () => Clock;
  readonly limits: Limits;
  readonly showSecrets: boolean;
}

/** What is written; a test holds it against the types and the schema of HAR 1.2. */
export type HarEntry = ReturnType<typeof entryOf>;

export function callsHar(output: Output, options: HarOptions): CallsView {
  const keeper = new ContentKeeper(options);
  let before = "";
  output(`{\n  "log": {\n    "version": "1.2",\n    "creator": ${jsonText({ name: "h2lint", version })},\n    "entries": [`);
  return {
    listener: keeper,
    exchange(exchange) {
      const kept = keeper.take(exchange);
      // Of HTTP/1.1, whose content nobody kept.
      if (kept === undefined) return;
      output(`${before}\n      ${jsonText(entryOf(exchange, kept, options))}`);
      before = ",";
    },
    end: () => output(`${before === "" ? "" : "\n    "}]\n  }\n}\n`),
  };
}

/** One side of an exchange. */
class Part {
  fields: Headers | undefined;
  trailers: Headers | undefined;
  /** Content: pieces of what is no gRPC, else messages with their prefixes. */
  pieces: Uint8Array[] = [];
  octets = 0;
  /** Some of it is not there: lost, or too much to keep. */
  cut = false;
  /** Of the first octet of its fields, and of the last octet of what there was. */
  began = -1;
  ended = -1;
}

type Headers = readonly (readonly [string | null, string | null])[];

class Exchange {
  readonly stream: Stream;
  readonly tls: boolean;
  readonly began: number;
  readonly request = new Part();
  readonly response = new Part();

  constructor(stream: Stream, connection: Connection) {
    this.stream = stream;
    this.tls = !connection.protocol.startsWith("h2c");
    this.began = beganAt(stream);
  }
}

class ContentKeeper implements ModelSink, GrpcSink {
  readonly #options: HarOptions;
  /** By connection and stream, from their start until they are listed. */
  readonly #kept = new Map<string, Exchange>();
  /** Fields that come before the stream that they open, by connection. */
  readonly #heads = new Map<number, { readonly stream: number; readonly fields: Headers; readonly began: number }>();
  /** Octets of content, of all. */
  #octets = 0;

  constructor(options: HarOptions) {
    this.#options = options;
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    const { role, from, streamId, promisedStreamId, decoded, first } = block;
    if (decoded === undefined || role === "interim" || role === "unknown") return;
    if (role === "request" || role === "promise") {
      const id = role === "promise" ? promisedStreamId : streamId;
      if (!this.#options.chooser.exchange(id, first.time) || !this.#options.chooser.connection(connection)) return;
      this.#heads.set(connection.id, { stream: id, fields: headersOf(decoded, this.#options.showSecrets), began: first.time });
      return;
    }
    const part = this.#part(stream, connection, from);
    if (part === undefined) return;
    const headers = headersOf(decoded, this.#options.showSecrets);
    if (role === "response") part.fields = headers;
    else part.trailers = headers;
    if (part.began < 0) part.began = first.time;
  }

  streamStart(stream: Stream, connection: Connection): void {
    const { chooser } = this.#options;
    if (!chooser.connection(connection) || !chooser.exchange(stream.id, beganAt(stream))) return;
    const exchange = new Exchange(stream, connection);
    const head = this.#heads.get(connection.id);
    if (head?.stream === stream.id) exchange.request.fields = head.fields;
    this.#heads.delete(connection.id);
    this.#kept.set(keyOf(connection.id, stream.id), exchange);
    // Frames that come in pieces; of gRPC its messages are reported.
    if (stream.call !== undefined) return;
    for (const side of ["client", "server"] as const) {
      const part = side === "client" ? exchange.request : exchange.response;
      stream.listen(side, { read: (bytes, start, end) => this.#keep(part, bytes, start, end) });
    }
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    if (frame.kind !== "data" || stream === undefined) return;
    const part = this.#part(stream, connection, frame.from);
    if (part === undefined) return;
    part.ended = frame.last.time;
    if (frame.fault !== undefined) part.cut = true;
    if (!isGrpc(stream)) this.#keep(part, frame.bytes, frame.start, frame.end);
  }

  gap(from: Side, _length: number, _proof: unknown, _at: unknown, connection: Connection): void {
    for (const stream of connection.streams.values()) {
      const part = stream.half(from).over ? undefined : this.#part(stream, connection, from);
      if (part !== undefined) part.cut = true;
    }
  }

  connectionEnd(connection: Connection): void {
    this.#heads.delete(connection.id);
  }

  wants({ stream, connection }: Call): boolean {
    return this.#kept.has(keyOf(connection.id, stream.id));
  }

  message({ from, flag, length, bytes }: GrpcMessage, _frame: Frame, { stream, connection }: Call): void {
    const part = this.#part(stream, connection, from);
    if (part === undefined) return;
    if (bytes === undefined && length > 0) {
      part.cut = true;
      return;
    }
    const whole = Buffer.alloc(PREFIX + length);
    whole.writeUInt8(flag, 0);
    whole.writeUInt32BE(length, 1);
    whole.set(bytes ?? [], PREFIX);
    this.#keep(part, whole, 0, whole.length);
  }

  /** What was kept of an exchange, which is forgotten then. */
  take({ connection, stream, requestOctets, responseOctets }: ExchangeObject): Exchange | undefined {
    const key = keyOf(connection, stream);
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    this.#kept.delete(key);
    this.#octets -= kept.request.octets + kept.response.octets;
    // What came in pieces, of calls that are no gRPC, was for another reader.
    if (kept.request.octets < requestOctets) kept.request.cut = true;
    if (kept.response.octets < responseOctets) kept.response.cut = true;
    return kept;
  }

  #part(stream: Stream | undefined, connection: Connection, from: Side): Part | undefined {
    const kept = stream === undefined ? undefined : this.#kept.get(keyOf(connection.id, stream.id));
    return from === "client" ? kept?.request : kept?.response;
  }

  #keep(part: Part, bytes: Uint8Array, start: number, end: number): void {
    const { messageOctets, keptOctets } = this.#options.limits;
    const length = end - start;
    if (length === 0) return;
    if (part.cut || part.octets + length > messageOctets || this.#octets + length > keptOctets) {
      part.cut = true;
      return;
    }
    part.octets += length;
    this.#octets += length;
    part.pieces.push(copyOf(bytes, start, end));
  }
}

const keyOf = (connection: number, stream: number): string => `${connection} ${stream}`;

function entryOf(exchange: ExchangeObject, kept: Exchange, { clock, limits }: HarOptions) {
  const { connection, stream, protocol, peer, end, grpcStatus, grpcMessage, deadline, pushed, messages } = exchange;
  const { request, response, began } = kept;
  const timings = timingsOf(exchange, kept);
  return {
    startedDateTime: isoTime(clock().text(began)),
    time: timings.send + timings.wait + timings.receive,
    request: requestOf(exchange, kept),
    response: responseOf(exchange, response, limits),
    cache: {},
    timings,
    serverIPAddress: peer.slice(0, peer.lastIndexOf(":")).replace(/^\[|\]$/g, ""),
    connection: String(connection),
    ...(request.fields === undefined ? { comment: "the fields of the request are not known" } : {}),
    _stream: stream,
    _protocol: protocol,
    _end: end,
    ...(pushed ? { _pushed: true } : {}),
    ...(grpcStatus === undefined ? {} : { _grpcStatus: grpcStatus }),
    ...(grpcMessage === undefined ? {} : { _grpcMessage: grpcMessage }),
    ...(deadline === undefined ? {} : { _deadline: deadline / 1e6 }),
    ...(messages === undefined ? {} : { _messages: messages }),
  };
}

function requestOf({ method, path, authority, peer, requestOctets }: ExchangeObject, { request, tls }: Exchange) {
  const fields = request.fields ?? [];
  const scheme = fieldOf(fields, ":scheme") ?? (tls ? "https" : "http");
  const target = path === undefined || path === "*" ? "" : path;
  const type = fieldOf(fields, "content-type") ?? "application/octet-stream";
  const content = request.pieces.length === 0 && requestOctets === 0 ? undefined : encoded(joined(request), type);
  return {
    method: method ?? "",
    url: `${scheme}://${authority ?? fieldOf(fields, "host") ?? peer}${target}`,
    httpVersion: VERSION,
    cookies: cookiesOf(fields),
    headers: listed(fields),
    queryString: queryOf(target),
    headersSize: -1,
    bodySize: requestOctets,
    ...(content === undefined
      ? {}
      : {
          postData: {
            mimeType: type,
            text: content.text,
            ...("encoding" in content ? { _encoding: content.encoding } : {}),
            ...(request.cut ? { comment: CUT } : {}),
          },
        }),
    ...(request.trailers === undefined ? {} : { _trailers: listed(request.trailers) }),
  };
}

function responseOf({ status, responseOctets, end }: ExchangeObject, response: Part, limits: Limits) {
  const fields = response.fields ?? [];
  const whole = joined(response);
  const coding = fieldOf(fields, "content-encoding")?.toLowerCase() ?? "identity";
  const unpacked = response.cut ? "damaged" : decompress(whole, coding.replace(/^x-/, ""), limits.messageOctets);
  const octets = typeof unpacked === "string" ? whole : unpacked;
  const packed = octets === whole && coding !== "identity" && whole.length > 0;
  const comments = [...(response.cut ? [CUT] : []), ...(packed ? [`content-encoding: ${coding}`] : [])];
  const size = response.cut ? Math.max(responseOctets, whole.length) : octets.length;
  const type = fieldOf(fields, "content-type") ?? "x-unknown";
  return {
    // As browsers say it of what had no answer.
    status: status ?? 0,
    statusText: "",
    httpVersion: VERSION,
    cookies: cookiesOf(fields),
    headers: listed(fields),
    content: {
      size,
      ...(octets === whole ? {} : { compression: octets.length - whole.length }),
      mimeType: type,
      ...(octets.length === 0 ? {} : encoded(octets, packed ? "" : type)),
      ...(comments.length === 0 ? {} : { comment: comments.join("; ") }),
    },
    redirectURL: fieldOf(fields, "location") ?? "",
    headersSize: -1,
    bodySize: responseOctets,
    ...(response.trailers === undefined ? {} : { _trailers: listed(response.trailers) }),
    ...(end === "complete" || end === "open" || end === "unknown" ? {} : { _error: end }),
  };
}

/** Milliseconds; together they make up the time. Of a stream of messages in both directions the answer may begin before the request ends. */
function timingsOf({ duration }: ExchangeObject, { stream, began, request, response }: Exchange) {
  const { client } = stream;
  const ended = Math.max(
    began,
    duration === undefined ? Math.max(request.ended, response.ended, response.began) : began + duration,
  );
  const answered = response.began < 0 ? ended : clamp(response.began, began, ended);
  const sent = clamp(client.endAt >= 0 ? client.endTime : answered, began, answered);
  return {
    blocked: -1,
    dns: -1,
    connect: -1,
    send: ms(sent - began),
    wait: ms(answered - sent),
    receive: ms(ended - answered),
    ssl: -1,
  };
}

const ms = (nanoseconds: number): number => nanoseconds / 1e6;

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** @param seconds Since the epoch, with nine decimals. */
function isoTime(seconds: string): string {
  const [whole = "0", fraction = ""] = seconds.split(".");
  const date = new Date(Number(whole) * 1000);
  // A damaged capture may have any time.
  const text = Number.isNaN(date.getTime()) ? "1970-01-01T00:00:00" : date.toISOString().slice(0, -".000Z".length);
  return `${text.replace(/^[+-]\d+/, "9999")}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}

const fieldOf = (fields: Headers, wanted: string): string | undefined =>
  fields.find(([name, value]) => name === wanted && value !== null)?.[1] ?? undefined;

const listed = (fields: Headers) =>
  fields.flatMap(([name, value]) =>
    name === null ? [] : [{ name, value: value ?? "", ...(value === null ? { comment: "not known" } : {}) }],
  );

// What is masked is no cookie.
const cookiesOf = (fields: Headers) =>
  fields
    .filter(([name, value]) => (name === "cookie" || name === "set-cookie") && value !== null && !value.startsWith("<masked"))
    .flatMap(([name, value]) => (name === "cookie" ? value!.split("; ") : [value!.replace(/;.*$/s, "")]))
    .map((pair) => ({ name: pair.replace(/=.*$/s, ""), value: pair.replace(/^[^=]*=?/s, "") }));

const queryOf = (target: string) =>
  target.includes("?")
    ? [...new URLSearchParams(target.slice(target.indexOf("?") + 1).replace(/#.*$/s, ""))].map(([name, value]) => ({
        name,
        value,
      }))
    : [];

const joined = ({ pieces }: Part): Uint8Array => (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces));

/** Text where it says so and is, else base64. */
function encoded(octets: Uint8Array, type: string): { text: string; encoding?: "base64" } {
  const text = TEXT.test(type) ? textOf(octets, 0, octets.length) : undefined;
  return text === undefined ? { text: Buffer.from(octets).toString("base64"), encoding: "base64" } : { text };
}

const TEXT = /^text\/|[/+](?:json|xml|javascript|x-www-form-urlencoded)\b/i;
const VERSION = "HTTP/2";
const CUT = "bytes of the content are missing, or too many to keep";

/** Octets before a gRPC message. */
const PREFIX = 5;
