// What carries calls beside gRPC, told by content types: gRPC-Web (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md), Connect
// (https://connectrpc.com/docs/protocol) and Dubbo's Triple (Triple Specification, section 3).

export type RpcProtocol = "grpc-web" | "grpc-web-text" | "connect" | "triple";

/** The value of a field by its name in lower case; the first line where there are several. */
export type FieldLookup = (name: string) => string | undefined;

export interface RpcRequest {
  readonly protocol: RpcProtocol;
  /** The content is one message without a prefix, compressed as HTTP content is. */
  readonly whole: boolean;
  /** Nanoseconds. */
  readonly timeout: number | undefined;
  /** The message, where it stands in the target (Connect, Unary-Get-Request), compressed as `encoding` says. */
  readonly message?: { readonly octets: Uint8Array; readonly encoding: string };
  readonly format: RpcFormat;
}

export type RpcFormat = "protobuf" | "json" | "other";

/** @returns undefined where the request is nothing of the kind; gRPC itself is none of them. */
export function rpcOf(method: string, path: string, field: FieldLookup): RpcRequest | undefined {
  const type = typeOf(field);
  if (method === "GET") return connectGet(path);
  if (method !== "POST") return undefined;
  const web = /^application\/(grpc-web(?:-text)?)(?:\+(\S+))?$/.exec(type);
  if (web !== null) {
    const timeout = undefined;
    return { protocol: web[1] === "grpc-web" ? "grpc-web" : "grpc-web-text", whole: false, timeout, format: formatOf(web[2]) };
  }
  const stream = /^application\/connect\+(\S+)$/.exec(type);
  if (stream !== null) return { protocol: "connect", whole: false, timeout: connectTimeout(field), format: formatOf(stream[1]) };
  if (type === "application/triple+wrapper")
    return { protocol: "triple", whole: false, timeout: tripleTimeout(field), format: "protobuf" };
  const whole = /^application\/(proto|json)$/.exec(type);
  if (whole === null || !/\/[^/]+\/[^/]+$/.test(path)) return undefined;
  const format = formatOf(whole[1]);
  // JSON alone may be anything.
  if (TRIPLE_FIELDS.some((name) => field(name) !== undefined))
    return { protocol: "triple", whole: true, timeout: tripleTimeout(field), format };
  if (whole[1] === "proto" || field("connect-protocol-version") !== undefined)
    return { protocol: "connect", whole: true, timeout: connectTimeout(field), format };
  return undefined;
}

/** Of the answer: whether its content is text in base64. */
export const isWebText = (field: FieldLookup): boolean => typeOf(field).startsWith("application/grpc-web-text");

/** The codes of Connect in the order of gRPC's (Error Codes). */
export const connectCode = (name: unknown): number | undefined => {
  const code = typeof name === "string" ? CODES.indexOf(name) + 1 : 0;
  return code === 0 ? undefined : code;
};

// Media types are not case-sensitive (RFC 9110 8.3.1).
const typeOf = (field: FieldLookup): string =>
  (field("content-type") ?? "")
    .replace(/[ \t]*;.*/s, "")
    .trim()
    .toLowerCase();

const formatOf = (name: string | undefined): RpcFormat =>
  name === undefined || name === "proto" || name === "protobuf" ? "protobuf" : name === "json" ? "json" : "other";

// Unary-Get-Request: `?connect=v1&encoding=json&base64=1&compression=gzip&message=...`
function connectGet(path: string): RpcRequest | undefined {
  const query = /^\/?(?:[^?]*\/)?[^/?]+\/[^/?]+\?(.*)$/s.exec(path)?.[1];
  if (query === undefined || !/(?:^|&)(?:connect|encoding)=/.test(query)) return undefined;
  const parameters = new URLSearchParams(query);
  const encoding = parameters.get("encoding");
  const message = parameters.get("message");
  if (encoding === null || message === null) return undefined;
  const octets = parameters.get("base64") === "1" ? Buffer.from(message, "base64url") : Buffer.from(message, "utf8");
  return {
    ...{ protocol: "connect", whole: true, timeout: undefined, format: formatOf(encoding) },
    message: { octets, encoding: parameters.get("compression") ?? "identity" },
  };
}

// At most ten digits of milliseconds (Timeout-Milliseconds).
const milliseconds = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) * 1e6 : undefined;

const connectTimeout = (field: FieldLookup): number | undefined => milliseconds(field("connect-timeout-ms"));

const tripleTimeout = (field: FieldLookup): number | undefined => milliseconds(field("tri-service-timeout"));

const TRIPLE_FIELDS = ["tri-protocol-version", "tri-service-version", "tri-service-group", "tri-service-timeout"];

const CODES = [
  ...["canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists", "permission_denied"],
  ...["resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented", "internal", "unavailable"],
  ...["data_loss", "unauthenticated"],
];
