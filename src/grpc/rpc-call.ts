// In: the heads and the content of one exchange that carries a call, over HTTP/2 or HTTP/1.1. Out: its messages and its status.
import { latin1 } from "../bytes.ts";
import type { Http1Head } from "../detect/http1.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { Side } from "../place.ts";
import { decompress } from "./decompress.ts";
import { type GrpcMessage, MessageDecoder, type MessageListener } from "./message-decoder.ts";
import { connectCode, type FieldLookup, isWebText, type RpcProtocol, type RpcRequest } from "./rpc.ts";
import { base64Octets, readDetails, type StatusDetail, statusCode } from "./status.ts";
import { timeoutOf } from "./timeout.ts";

/** One message, kept as it was on the wire. */
export interface RpcMessage {
  readonly from: Side;
  /** Among those of its side, from 0. */
  readonly index: number;
  readonly length: number;
  readonly compressed: boolean;
  /** Its algorithm; `identity` where it is not compressed, empty where none is named. */
  readonly encoding: string;
  /** Undefined where it is not kept. */
  readonly bytes: Uint8Array | undefined;
}

export interface RpcListener {
  /** Whether the octets of messages are wanted. */
  wants(call: RpcCall): boolean;
  /** @param time Nanoseconds. */
  message(message: RpcMessage, time: number, call: RpcCall): void;
}

/** Octets of messages that are not whole, over all calls. */
export class RpcBudget {
  kept = 0;
  readonly limits: Limits;

  constructor(limits: Limits) {
    this.limits = limits;
  }
}

/** The HTTP/1.1 request that a call is. */
export interface Http1Call {
  /** Among the requests of its connection, from 1. */
  readonly number: number;
  readonly method: string;
  readonly target: string;
  readonly authority: string | undefined;
  readonly fields: Http1Head["fields"];
  /** Of the final answer. */
  answered: Http1Head["fields"] | undefined;
  /** Nanoseconds. */
  readonly began: number;
}

export class RpcCall {
  readonly connection: Connection;
  readonly protocol: RpcProtocol;
  readonly format: RpcRequest["format"];
  readonly timeout: number | undefined;
  /** Undefined where it is a stream of HTTP/2. */
  readonly http1: Http1Call | undefined;
  readonly request: RpcContent;
  readonly response: RpcContent;
  httpStatus = 0;
  /** Of gRPC's numbers; undefined where none was said. */
  code: number | undefined;
  /** One character per octet, percent-encoded where `encoded`. */
  message: string | undefined;
  encoded = true;
  details: readonly StatusDetail[] | undefined;
  readonly #whole: boolean;

  constructor(
    given: RpcRequest,
    field: FieldLookup,
    connection: Connection,
    http1: Http1Call | undefined,
    listener: RpcListener,
    budget: RpcBudget,
  ) {
    const { protocol, whole, format } = given;
    this.connection = connection;
    this.protocol = protocol;
    this.format = format;
    this.http1 = http1;
    this.#whole = whole;
    this.timeout = given.timeout ?? timeoutOf(field("grpc-timeout") ?? "");
    this.request = new RpcContent("client", this, listener, budget);
    this.response = new RpcContent("server", this, listener, budget);
    this.request.begin(this.#shape(field, whole), this.#encoding(field));
    if (given.message !== undefined) this.request.given(given.message.octets, given.message.encoding);
  }

  /** The head of the final answer. */
  answer(status: number, field: FieldLookup): void {
    this.httpStatus = status;
    this.takeStatus(field);
    // An answer in place of the one that was asked for: a proxy's page, or the error of a streaming call.
    const error = this.protocol === "connect" || this.protocol === "triple" ? status !== 200 : false;
    const type = field("content-type")?.toLowerCase() ?? "";
    if (error && type.startsWith("application/json")) this.response.begin("error", field("content-encoding") ?? "identity");
    else if (status === 200) this.response.begin(this.#shape(field, this.#whole), this.#encoding(field));
    else this.response.begin("none", "identity");
  }

  /** `grpc-status` and what goes with it, wherever it stands. */
  takeStatus(field: FieldLookup): void {
    const code = statusCode(field("grpc-status"));
    if (code === undefined) return;
    this.code = code;
    this.message = field("grpc-message");
    const details = field("grpc-status-details-bin");
    this.details = details === undefined ? undefined : readDetails(details)?.details;
  }

  /** The end of a side, by END_STREAM or the end of its content. */
  over(from: Side, time: number): void {
    (from === "client" ? this.request : this.response).over(time);
    if (from === "server" && this.#whole && this.httpStatus === 200) this.code ??= 0;
  }

  /** A part of the content that is no message: what stands in for trailers. */
  special(from: Side, octets: Uint8Array): void {
    if (from !== "server") return;
    if (this.protocol === "connect") this.error(octets, true);
    else if (this.protocol !== "triple") this.takeStatus(lookIn(octets));
  }

  /** The JSON of a Connect error, or of an EndStreamResponse, which has one or none. */
  error(octets: Uint8Array, atEnd: boolean): void {
    let json: unknown;
    try {
      json = JSON.parse(Buffer.from(octets).toString("utf8"));
    } catch {
      return;
    }
    const error = atEnd ? memberOf(json, "error") : json;
    if (atEnd && error === undefined) this.code ??= 0;
    const code = connectCode(memberOf(error, "code"));
    if (code === undefined) return;
    this.code = code;
    const message = memberOf(error, "message");
    this.encoded = false;
    this.message = typeof message === "string" ? Buffer.from(message, "utf8").toString("latin1") : undefined;
    const details = memberOf(error, "details");
    if (Array.isArray(details)) this.details = details.slice(0, DETAILS).flatMap(detailOf);
  }

  #shape(field: FieldLookup, whole: boolean): Shape {
    if (whole) return "whole";
    return isWebText(field) ? "text" : "envelope";
  }

  #encoding(field: FieldLookup): string {
    if (this.#whole) return field("content-encoding") ?? "identity";
    return field(this.protocol === "connect" ? "connect-content-encoding" : "grpc-encoding") ?? "";
  }
}

/** `error`: the JSON that stands in place of a message. */
type Shape = "envelope" | "text" | "whole" | "error" | "none";

/** The content of one side. */
export class RpcContent implements MessageListener {
  readonly from: Side;
  readonly call: RpcCall;
  messages = 0;
  octets = 0;
  /** Octets are missing, or it is not what its type says: `messages` is a lower bound. */
  lost = false;
  /** When the first message was whole, nanoseconds; -1: not so far. */
  firstTime = -1;
  readonly #listener: RpcListener;
  readonly #budget: RpcBudget;
  readonly #decoder: MessageDecoder;
  #shape: Shape = "none";
  #encoding = "";
  #over = false;
  /** Base64: digits and padding of a group so far, and its bits. */
  #digits = 0;
  #padding = 0;
  #group = 0;
  #kept: Uint8Array[] = [];
  #keptOctets = 0;
  /** Whole messages whose time is not known yet. */
  #waiting: RpcMessage[] = [];
  #time = -1;

  constructor(from: Side, call: RpcCall, listener: RpcListener, budget: RpcBudget) {
    this.from = from;
    this.call = call;
    this.#listener = listener;
    this.#budget = budget;
    this.#decoder = new MessageDecoder(from, this, call.protocol === "connect" ? 3 : call.protocol === "triple" ? 1 : 0x81);
  }

  begin(shape: Shape, encoding: string): void {
    this.#shape = shape;
    this.#encoding = encoding;
    if (shape === "envelope" || shape === "text") this.#decoder.start();
  }

  /** A message that is not in the content. */
  given(octets: Uint8Array, encoding: string): void {
    const { limits } = this.#budget;
    const bytes = octets.length <= limits.messageOctets && this.#listener.wants(this.call) ? octets : undefined;
    this.#encoding = encoding;
    this.#shape = "none";
    this.#tell(octets.length, encoding !== "identity" && encoding !== "", bytes);
  }

  /** @param time Of the last octet, nanoseconds; undefined where it is not known yet: `at` will tell. */
  read(bytes: Uint8Array, start: number, end: number, time?: number): void {
    this.octets += end - start;
    this.#time = time ?? -1;
    if (this.lost || this.#over) return;
    if (this.#shape === "envelope") this.#decoder.read(bytes, start, end);
    else if (this.#shape === "text") this.#readText(bytes, start, end);
    else if (this.#shape !== "none") this.#keep(bytes, start, end);
    if (this.#decoder.state === "foreign") this.lose();
  }

  /** What was read so far ended at this time. */
  at(time: number): void {
    this.#time = time;
    for (const message of this.#waiting.splice(0)) this.#give(message, time);
  }

  over(time: number): void {
    if (this.#over) return;
    this.at(time);
    if (this.#digits > 0) this.lose();
    this.#over = true;
    const octets = this.#kept.length === 1 ? this.#kept[0]! : Buffer.concat(this.#kept);
    const all = octets.length === this.octets;
    if (this.#shape === "error" && all) {
      const json = decompress(octets, this.#encoding, SPECIAL);
      if (typeof json !== "string") this.call.error(json, false);
    }
    // A unary message has no prefix; one without octets is a message too.
    if (this.#shape === "whole" && !this.lost)
      this.#tell(this.octets, this.#encoding !== "identity", all && this.#listener.wants(this.call) ? octets : undefined);
    this.close();
  }

  /** Nothing follows. */
  close(): void {
    this.#over = true;
    this.#release();
    this.#decoder.close();
  }

  /** Octets are missing. */
  lose(): void {
    if (this.#over) return;
    this.lost = true;
    this.#decoder.lose();
    this.#release();
  }

  messageStart({ flag, length }: GrpcMessage): boolean {
    const { messageOctets, messageOctetsTotal } = this.#budget.limits;
    const wanted = flag > 1 ? length <= SPECIAL : length <= messageOctets && this.#listener.wants(this.call);
    if (!wanted || this.#budget.kept + length > messageOctetsTotal) return false;
    this.#budget.kept += length;
    return true;
  }

  message({ flag, length, bytes }: GrpcMessage): void {
    if (flag <= 1) {
      this.#tell(length, flag === 1, bytes);
      return;
    }
    if (bytes === undefined && length > 0) return;
    const octets = bytes ?? new Uint8Array(0);
    const said = (flag & 1) === 0 || length === 0 ? octets : decompress(octets, this.#encoding, SPECIAL);
    if (typeof said !== "string") this.call.special(this.from, said);
  }

  release(octets: number): void {
    this.#budget.kept -= octets;
  }

  #tell(length: number, compressed: boolean, bytes: Uint8Array | undefined): void {
    const encoding = compressed ? this.#encoding : "identity";
    const message: RpcMessage = { from: this.from, index: this.messages++, length, compressed, encoding, bytes };
    if (this.#time >= 0) this.#give(message, this.#time);
    else if (this.#waiting.length < WAITING) this.#waiting.push(message);
  }

  #give(message: RpcMessage, time: number): void {
    if (this.firstTime < 0) this.firstTime = time;
    this.#listener.message(message, time, this.call);
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const { limits } = this.#budget;
    const most = this.#shape === "error" ? SPECIAL : this.#listener.wants(this.call) ? limits.messageOctets : 0;
    const length = end - start;
    if (length === 0 || this.#keptOctets + length > most || this.#budget.kept + length > limits.messageOctetsTotal) return;
    this.#keptOctets += length;
    this.#budget.kept += length;
    this.#kept.push(Uint8Array.prototype.slice.call(bytes, start, end));
  }

  #release(): void {
    this.#budget.kept -= this.#keptOctets;
    this.#keptOctets = 0;
    this.#kept = [];
  }

  // Groups of four digits; a padded one ends a piece that was encoded on its own, and another may follow (PROTOCOL-WEB, Protocol
  // differences vs gRPC over HTTP2).
  #readText(bytes: Uint8Array, start: number, end: number): void {
    const decoded = new Uint8Array(Math.ceil(((end - start + 3) * 3) / 4));
    let made = 0;
    let at = start;
    for (; at < end; at++) {
      const octet = bytes[at]!;
      const digits = this.#digits;
      if (octet === EQUALS) {
        // Two digits at least come first, and padding fills the group.
        this.#padding++;
        if (digits < 2 || digits + this.#padding > 4) break;
        if (digits + this.#padding < 4) continue;
        decoded[made++] = (this.#group << (6 * (4 - digits))) >>> 16;
        if (digits === 3) decoded[made++] = (this.#group << 6) >>> 8;
        this.#digits = this.#padding = this.#group = 0;
        continue;
      }
      const value = DIGIT[octet]!;
      if (value === NONE || this.#padding > 0) break;
      this.#group = (this.#group << 6) | value;
      this.#digits++;
      if (digits < 3) continue;
      decoded[made++] = this.#group >>> 16;
      decoded[made++] = this.#group >>> 8;
      decoded[made++] = this.#group;
      this.#digits = this.#group = 0;
    }
    this.#decoder.read(decoded, 0, made);
    if (at < end) this.lose();
  }
}

// `grpc-status: 0\r\ngrpc-message: ok\r\n`, as HTTP/1.1 writes fields.
function lookIn(octets: Uint8Array): FieldLookup {
  const fields = new Map<string, string>();
  for (const line of latin1(octets, 0, octets.length).split(/\r?\n/)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return (name) => fields.get(name);
}

const memberOf = (json: unknown, name: string): unknown =>
  typeof json === "object" && json !== null ? (json as Record<string, unknown>)[name] : undefined;

// `{"type": "google.rpc.ErrorInfo", "value": "CgY..."}`: base64 without padding.
function detailOf(detail: unknown): StatusDetail[] {
  const type = memberOf(detail, "type");
  const value = memberOf(detail, "value");
  const octets = typeof value === "string" ? base64Octets(value) : undefined;
  if (typeof type !== "string" || octets === undefined) return [];
  return [{ typeUrl: `type.googleapis.com/${Buffer.from(type, "utf8").toString("latin1")}`, value: octets }];
}

const EQUALS = 0x3d;
const NONE = 64;
const DIGIT = new Uint8Array(256).fill(NONE);
for (const [i, digit] of [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].entries())
  DIGIT[digit.charCodeAt(0)] = i;

/** Octets of trailers or an error that are kept. */
const SPECIAL = 64 << 10;
const WAITING = 4096;
const DETAILS = 8;
