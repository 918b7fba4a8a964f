import { Name } from "./name.ts";

/** Facts of one field's name and value together that rules ask for, worked out once as `FieldBit` is. Most say that a value is not the
 *  everyday one: whether it is at fault is for a rule to say. */
export const ValueBit = {
  /** A content-type of gRPC: `application/grpc`, alone or with `+format` or `;parameter`. gRPC-Web is another protocol. */
  grpcType: 1 << 0,
  grpcWebType: 1 << 1,
  /** It begins like that, and is neither. */
  grpcLikeType: 1 << 2,
  /** Dubbo's own: gRPC's framing and fields, but another protocol (Triple Specification 3.2). */
  tripleType: 1 << 19,
  /** A name that begins with `grpc-`, other than `grpc-metadata-`, which is a gateway's name for what came in by HTTP. */
  grpcField: 1 << 3,
  /** ... and none that gRPC defines. */
  grpcReserved: 1 << 4,
  grpcEncoding: 1 << 5,
  grpcStatus: 1 << 6,
  /** Not 0. */
  grpcStatusNotOk: 1 << 7,
  grpcMessageField: 1 << 18,
  /** With an octet in it. */
  grpcMessage: 1 << 8,
  /** With an octet that is percent-encoded, or should be. */
  grpcMessageEncoded: 1 << 9,
  grpcDetails: 1 << 10,
  /** Not plainly a positive number and a unit. */
  grpcTimeoutOdd: 1 << 11,
  authority: 1 << 12,
  /** Not POST. */
  methodOther: 1 << 13,
  /** Not plainly `/service/method`. */
  pathOther: 1 << 14,
  /** Not 200. */
  statusOther: 1 << 15,
  /** A TE that names trailers, and one that is not just that. */
  teTrailers: 1 << 16,
  teOther: 1 << 17,
  /** The block has this field, whatever it says. */
  method: 1 << 20,
  path: 1 << 21,
  status: 1 << 22,
  protocol: 1 << 23,
  /** :scheme http or https, case apart. */
  schemeHttp: 1 << 24,
  schemeHttps: 1 << 25,
  /** :method is no token (RFC 9110 9.1). */
  methodOdd: 1 << 26,
  methodConnect: 1 << 27,
  /** :path does not begin with a slash. */
  pathOdd: 1 << 28,
  /** :authority is not plainly a name and a port. */
  authorityOdd: 1 << 29,
  /** :status is not three digits from 100 to 599. */
  statusOdd: 1 << 30,
  /** content-length is not just digits. */
  contentLengthOdd: 1 << 31,
} as const;

/** Whatever has fields of gRPC by its type, or looks like it. */
export const anyGrpcType = ValueBit.grpcType | ValueBit.grpcWebType | ValueBit.grpcLikeType | ValueBit.tripleType;

/** The name's part. @param id One of `Name`. */
export function nameValueBits(id: number, name: string): number {
  if (id !== Name.other && id <= Name.protocol) return PSEUDO[id]!;
  if (!name.startsWith("grpc-")) return 0;
  let bits: number = name.startsWith("grpc-metadata-") ? 0 : ValueBit.grpcField;
  if (id === Name.other) bits |= ValueBit.grpcReserved;
  else if (id === Name.grpcEncoding || id === Name.grpcAcceptEncoding) bits |= ValueBit.grpcEncoding;
  else if (id === Name.grpcStatus) bits |= ValueBit.grpcStatus;
  else if (id === Name.grpcMessage) bits |= ValueBit.grpcMessageField;
  else if (id === Name.grpcStatusDetailsBin) bits |= ValueBit.grpcDetails;
  return bits;
}

/** The value's part. @param id One of `Name`. */
export function valueValueBits(id: number, value: string): number {
  switch (id) {
    case Name.method:
      return methodBits(value);
    case Name.scheme:
      if (value === "https") return ValueBit.schemeHttps;
      if (value === "http" || /^http$/i.test(value)) return ValueBit.schemeHttp;
      return /^https$/i.test(value) ? ValueBit.schemeHttps : 0;
    case Name.authority:
      return /^[\w.-]+(?::\d+)?$/.test(value) ? 0 : ValueBit.authorityOdd;
    case Name.path:
      if (/^\/[^/?]+\/[^/?]+$/.test(value)) return 0;
      return ValueBit.pathOther | (value.startsWith("/") ? 0 : ValueBit.pathOdd);
    case Name.status:
      if (value === "200") return 0;
      return ValueBit.statusOther | (/^[1-5]\d\d$/.test(value) ? 0 : ValueBit.statusOdd);
    case Name.contentLength:
      return /^\d+$/.test(value) ? 0 : ValueBit.contentLengthOdd;
    case Name.te:
      if (value === "trailers") return ValueBit.teTrailers;
      return ValueBit.teOther | (/(?:^|[,\s])trailers(?:$|[,;\s])/i.test(value) ? ValueBit.teTrailers : 0);
    case Name.contentType:
      return contentTypeBits(value);
    case Name.grpcStatus:
      return value === "0" ? 0 : ValueBit.grpcStatusNotOk;
    case Name.grpcMessage:
      return (value === "" ? 0 : ValueBit.grpcMessage) | (/[^ -$&-~]/.test(value) ? ValueBit.grpcMessageEncoded : 0);
    case Name.grpcTimeout:
      return /^[1-9]\d{0,7}[HMSmun]$/.test(value) ? 0 : ValueBit.grpcTimeoutOdd;
    default:
      return 0;
  }
}

function methodBits(value: string): number {
  if (value === "POST") return 0;
  if (value === "CONNECT") return ValueBit.methodOther | ValueBit.methodConnect;
  return ValueBit.methodOther | (TOKEN.test(value) ? 0 : ValueBit.methodOdd);
}

function contentTypeBits(value: string): number {
  if (value === "application/grpc") return ValueBit.grpcType;
  if (value === "") return 0;
  if (!/^application\/grpc/i.test(value))
    return /^application\/triple\+wrapper(?:$|[ \t]*;)/i.test(value) ? ValueBit.tripleType : 0;
  if (/^application\/grpc(?:$|\+|[ \t]*;)/i.test(value)) return ValueBit.grpcType;
  return /^application\/grpc-web/i.test(value) ? ValueBit.grpcWebType : ValueBit.grpcLikeType;
}

// By id: of the names that come first.
const PSEUDO = [0, ValueBit.method, 0, ValueBit.authority, ValueBit.path, ValueBit.status, ValueBit.protocol];

// RFC 9110 5.6.2.
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
