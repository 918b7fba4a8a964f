// The status of a call, as a server's last field block says it (gRPC over HTTP2, Responses).
import { latin1 } from "../bytes.ts";
import type { DecodedBlock } from "../hpack/block.ts";
import { Name } from "../hpack/field.ts";
import type { FieldBlock } from "../model/field-block.ts";

/** Borrowed: `block` is refilled. */
export interface GrpcStatus {
  /** The block that says it; its role is `response` in Trailers-Only and where the status stands in the wrong place. */
  readonly block: FieldBlock;
  /** `grpc-status` as sent; undefined where the block has none. */
  readonly text: string | undefined;
  /** The same as a number; undefined where it is none. */
  readonly code: number | undefined;
  /** `grpc-message` as sent, one character per octet. */
  readonly message: string | undefined;
  /** `grpc-status-details-bin` as sent. */
  readonly details: string | undefined;
}

export function readStatus(block: FieldBlock, decoded: DecodedBlock): GrpcStatus {
  const text = decoded.grpcStatus?.value;
  const message = decoded.slots[Name.grpcMessage]?.value;
  return { block, text, code: statusCode(text), message, details: decoded.slots[Name.grpcStatusDetailsBin]?.value };
}

/** A decimal number without leading zeros; undefined for anything else. */
export const statusCode = (text: string | undefined): number | undefined =>
  text !== undefined && /^(?:0|[1-9]\d{0,8})$/.test(text) ? Number(text) : undefined;

/** `NOT_FOUND`; of a number without a name the number. */
export const statusName = (code: number): string => NAMES[code] ?? String(code);

/** Percent-decoded octets of a `grpc-message`, one character each, and what is wrong with it. Receivers must not fail on a message:
 *  what is broken stays as it came (gRPC over HTTP2, Percent-Encoded). */
export function percentDecode(text: string): { readonly octets: string; readonly fault?: "octet" | "percent" | "utf-8" } {
  if (!/[^ -$&-~]/.test(text)) return { octets: text };
  let fault: "octet" | "percent" | "utf-8" | undefined = /[^ -~]/.test(text) ? "octet" : undefined;
  const octets = text.replace(/%([0-9a-fA-F]{2})?/g, (all, hex: string | undefined) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    fault ??= "percent";
    return all;
  });
  if (fault === undefined && !isUtf8(octets)) fault = "utf-8";
  return fault === undefined ? { octets } : { octets, fault };
}

/** google.rpc.Status: code 1, message 2, details 3, each a google.protobuf.Any with type_url 1. */
export interface StatusDetails {
  readonly code: number;
  readonly message: string;
  /** The first few. */
  readonly typeUrls: readonly string[];
}

/** @returns undefined where the value is no base64 or no such message. */
export function readDetails(value: string): StatusDetails | undefined {
  const bytes = base64Octets(value);
  if (bytes === undefined) return undefined;
  let code = 0;
  let message = "";
  const typeUrls: string[] = [];
  const whole = eachField(bytes, 0, bytes.length, (number, type, start, end, varint) => {
    if (number === 1 && type === 0) code = varint | 0;
    else if (number === 2 && type === 2) message = latin1(bytes, start, end);
    else if (number === 3 && type === 2 && typeUrls.length < MAX_DETAILS) {
      eachField(bytes, start, end, (inner, innerType, from, to) => {
        if (inner === 1 && innerType === 2) typeUrls.push(latin1(bytes, from, to));
      });
    }
  });
  return whole ? { code, message, typeUrls } : undefined;
}

/** Base64 (RFC 4648 section 4), padded or not: gRPC asks receivers to take both. @returns undefined for anything else. */
export function base64Octets(value: string): Uint8Array | undefined {
  return isBase64(value) ? Buffer.from(value, "base64") : undefined;
}

export function isBase64(value: string): boolean {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return false;
  return value.endsWith("=") ? value.length % 4 === 0 : value.length % 4 !== 1;
}

type FieldVisitor = (number: number, wireType: number, start: number, end: number, varint: number) => void;

// Protocol Buffers encoding: each field is a tag (number and wire type) and a value. False where the octets are no such thing.
function eachField(b: Uint8Array, start: number, end: number, visit: FieldVisitor): boolean {
  let at = start;
  while (at < end) {
    const tag = varintAt(b, at, end);
    if (tag === undefined) return false;
    at = tag.end;
    const number = Math.floor(tag.value / 8);
    const type = tag.value % 8;
    if (number === 0) return false;
    if (type === 0) {
      const value = varintAt(b, at, end);
      if (value === undefined) return false;
      visit(number, type, at, value.end, value.low);
      at = value.end;
      continue;
    }
    let length: number;
    if (type === 2) {
      const prefix = varintAt(b, at, end);
      if (prefix === undefined) return false;
      at = prefix.end;
      length = prefix.value;
    } else if (type === 5) length = 4;
    else if (type === 1) length = 8;
    else return false;
    if (length > end - at) return false;
    visit(number, type, at, at + length, 0);
    at += length;
  }
  return true;
}

// `low`: its low 32 bits, which are all of an int32, whose sign makes ten octets.
function varintAt(b: Uint8Array, start: number, end: number): { value: number; low: number; end: number } | undefined {
  let value = 0;
  let low = 0;
  for (let i = 0; i < 10 && start + i < end; i++) {
    const octet = b[start + i]!;
    value += (octet & 0x7f) * 2 ** (7 * i);
    if (i < 5) low |= (octet & 0x7f) << (7 * i);
    if (octet < 0x80) return { value, low: low >>> 0, end: start + i + 1 };
  }
  return undefined;
}

function isUtf8(octets: string): boolean {
  if (!/[\x80-\xff]/.test(octets)) return true;
  try {
    decoder.decode(Buffer.from(octets, "latin1"));
    return true;
  } catch {
    return false;
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

const MAX_DETAILS = 8;

const NAMES: readonly string[] = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];
