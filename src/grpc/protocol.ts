// What carries calls, as data: gRPC (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md), gRPC-Web (PROTOCOL-WEB beside it),
// Connect (https://connectrpc.com/docs/protocol) and Dubbo's Triple (Triple Specification, section 3). A request of gRPC is recognised by
// call.ts, from what the model knows of the stream; those of the others here.
import { timeoutOf } from "./timeout.ts";

export type ProtocolName = "grpc" | "grpc-web" | "grpc-web-text" | "connect" | "triple";

/** What differs between them. */
export interface Protocol {
  readonly name: ProtocolName;
  /** The bit of a message's first octet, beside the Compressed-Flag, that marks what stands in for trailers; 0: there is none. */
  readonly endFlag: number;
  /** What such a message is: lines of fields, or JSON with the error. */
  readonly end: "fields" | "json";
  /** The field that names how messages are compressed. */
  readonly encodingField: string;
  /** The field with the timeout in milliseconds; where there is none, and none in it, `grpc-timeout` counts. */
  readonly timeoutField: string | undefined;
  /** An answer with another HTTP status than 200 holds the error as JSON. */
  readonly errorsAreJson: boolean;
}

const fields = {
  endFlag: 0,
  end: "fields",
  encodingField: "grpc-encoding",
  timeoutField: undefined,
  errorsAreJson: false,
} as const;

export const grpc: Protocol = { ...fields, name: "grpc" };
const grpcWeb: Protocol = { ...fields, name: "grpc-web", endFlag: 0x80 };
const grpcWebText: Protocol = { ...grpcWeb, name: "grpc-web-text" };
const connect: Protocol = {
  name: "connect",
  ...{ endFlag: 2, end: "json", encodingField: "connect-content-encoding" },
  ...{ timeoutField: "connect-timeout-ms", errorsAreJson: true },
};
const triple: Protocol = { ...fields, name: "triple", timeoutField: "tri-service-timeout", errorsAreJson: true };

/** How a request of a protocol other than gRPC looks: a POST of this type. */
interface RequestForm {
  readonly protocol: Protocol;
  /** Its group is the format of the messages; none is protobuf. */
  readonly type: RegExp;
  /** The content is one message without a prefix, and the path is that of a method: the type alone says little. */
  readonly whole?: true;
  /** One of these is there. */
  readonly fields?: readonly string[];
}

/** The first that matches is it. */
const FORMS: readonly RequestForm[] = [
  { protocol: grpcWeb, type: /^application\/grpc-web(?:\+(\S+))?$/ },
  { protocol: grpcWebText, type: /^application\/grpc-web-text(?:\+(\S+))?$/ },
  { protocol: connect, type: /^application\/connect\+(\S+)$/ },
  { protocol: triple, type: /^application\/triple\+wrapper$/ },
  {
    protocol: triple,
    type: /^application\/(proto|json)$/,
    whole: true,
    fields: ["tri-protocol-version", "tri-service-version", "tri-service-group", "tri-service-timeout"],
  },
  { protocol: connect, type: /^application\/(proto)$/, whole: true },
  // JSON alone may be anything.
  { protocol: connect, type: /^application\/(json)$/, whole: true, fields: ["connect-protocol-version"] },
];

/** The value of a field by its name in lower case; the first line where there are several. */
export type FieldLookup = (name: string) => string | undefined;

/** `whole`: one message without a prefix; `text`: messages in base64; `error`: the JSON that stands in place of a message; `none`:
 *  nothing that is read. */
export type ContentShape = "envelope" | "text" | "whole" | "error" | "none";

export type CallFormat = "protobuf" | "json" | "other";

/** What a request says of a call of another protocol than gRPC. */
export interface OtherRequest {
  readonly protocol: Protocol;
  /** Content is one message without a prefix, in both directions. */
  readonly whole: boolean;
  readonly shape: ContentShape;
  /** How its messages are compressed where they are; empty where nothing is said. */
  readonly encoding: string;
  /** Nanoseconds. */
  readonly timeout: number | undefined;
  readonly format: CallFormat;
  /** The message, where it stands in the target (Connect, Unary-Get-Request). */
  readonly message: Uint8Array | undefined;
}

/** @returns undefined where the request is nothing of the kind; gRPC itself is none of them. */
export function otherRequest(method: string, path: string, field: FieldLookup): OtherRequest | undefined {
  if (method === "GET") return connectGet(path, field);
  if (method !== "POST") return undefined;
  const type = typeOf(field);
  if (!type.startsWith("application/")) return undefined;
  for (const form of FORMS) {
    const match = form.type.exec(type);
    if (match === null || (form.whole && !METHOD_PATH.test(path))) continue;
    if (form.fields?.every((name) => field(name) === undefined) === true) continue;
    const { protocol, whole = false } = form;
    const shape = shapeOf(whole, field);
    const encoding = encodingOf(protocol, whole, field);
    const timeout = timeoutIn(protocol, field);
    return { protocol, whole, shape, encoding, timeout, format: formatOf(match[1]), message: undefined };
  }
  return undefined;
}

export const shapeOf = (whole: boolean, field: FieldLookup): ContentShape =>
  whole ? "whole" : typeOf(field).startsWith("application/grpc-web-text") ? "text" : "envelope";

/** What a message without a prefix is compressed with is what HTTP content is. */
export const encodingOf = (protocol: Protocol, whole: boolean, field: FieldLookup): string =>
  whole ? (field("content-encoding") ?? "identity") : (field(protocol.encodingField) ?? "");

// Media types are not case-sensitive (RFC 9110 8.3.1).
const typeOf = (field: FieldLookup): string =>
  (field("content-type") ?? "")
    .replace(/[ \t]*;.*/s, "")
    .trim()
    .toLowerCase();

const formatOf = (name: string | undefined): CallFormat =>
  name === undefined || name === "proto" || name === "protobuf" ? "protobuf" : name === "json" ? "json" : "other";

// Unary-Get-Request: `?connect=v1&encoding=json&base64=1&compression=gzip&message=...`
function connectGet(path: string, field: FieldLookup): OtherRequest | undefined {
  const query = /^\/?(?:[^?]*\/)?[^/?]+\/[^/?]+\?(.*)$/s.exec(path)?.[1];
  if (query === undefined || !/(?:^|&)(?:connect|encoding)=/.test(query)) return undefined;
  const parameters = new URLSearchParams(query);
  const format = parameters.get("encoding");
  const text = parameters.get("message");
  if (format === null || text === null) return undefined;
  const message = parameters.get("base64") === "1" ? Buffer.from(text, "base64") : Buffer.from(text, "utf8");
  const encoding = parameters.get("compression") ?? "identity";
  const timeout = grpcTimeout(field);
  return { protocol: connect, whole: true, shape: "none", encoding, timeout, format: formatOf(format), message };
}

function timeoutIn({ timeoutField }: Protocol, field: FieldLookup): number | undefined {
  const text = timeoutField === undefined ? undefined : field(timeoutField);
  // At most ten digits of milliseconds (Connect, Timeout-Milliseconds).
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) * 1e6 : grpcTimeout(field);
}

const grpcTimeout = (field: FieldLookup): number | undefined => timeoutOf(field("grpc-timeout"));

const METHOD_PATH = /\/[^/]+\/[^/]+$/;
