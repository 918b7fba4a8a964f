// The status of a call, as a server's last field block says it (gRPC over HTTP2, Responses).
import { latin1 } from "../bytes.ts";
import type { DecodedBlock } from "../fields/decoded-block.ts";
import { Name } from "../fields/name.ts";
import type { FieldBlock } from "../model/field-block.ts";
import { WireReader, WireType } from "./wire.ts";

/** What one field block says. Borrowed: it is refilled, and `block` is. */
export class GrpcStatus {
  /** The block that says it; its role is `response` in Trailers-Only and where the status stands in the wrong place. */
  block: FieldBlock;
  /** `grpc-status` as sent; undefined where the block has none. */
  text: string | undefined;
  /** The same as a number; undefined where it is none. */
  code: number | undefined;
  /** `grpc-message` as sent, one character per octet. */
  message: string | undefined;
  /** `grpc-status-details-bin` as sent. */
  details: string | undefined;

  constructor(block: FieldBlock, decoded: DecodedBlock) {
    this.block = block;
    this.text = this.code = this.message = this.details = undefined;
    this.read(block, decoded);
  }

  /** Refills it. */
  read(block: FieldBlock, decoded: DecodedBlock): this {
    this.block = block;
    this.text = decoded.grpcStatus?.value;
    this.code = statusCode(this.text);
    this.message = decoded.slots[Name.grpcMessage]?.value;
    this.details = decoded.slots[Name.grpcStatusDetailsBin]?.value;
    return this;
  }
}

/** A decimal number without leading zeros; undefined for anything else. */
export function statusCode(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  // What nearly all calls end with.
  if (text === "0") return 0;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

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

/** Octets of a field's value as they are shown: those of `grpc-message` decoded, all others as they came. */
export const valueOctets = (name: string, value: string): string =>
  name === "grpc-message" ? percentDecode(value).octets : value;

/** At most so many of them, and no half of a character of UTF-8. */
export function valueStart(name: string, value: string, octets: number): string {
  const shown = valueOctets(name, value);
  return shown.length <= octets ? shown : shown.slice(0, octets).replace(/[\xc0-\xff][\x80-\xbf]*$/, "");
}

/** google.rpc.Status: code 1, message 2, details 3, each a google.protobuf.Any with type_url 1 and value 2. */
export interface StatusDetails {
  readonly code: number;
  /** One character per octet. */
  readonly message: string;
  /** The first few. */
  readonly details: readonly StatusDetail[];
}

export interface StatusDetail {
  readonly typeUrl: string;
  /** A message of that type. */
  readonly value: Uint8Array;
}

/** @returns undefined where the value is no base64 or no such message. */
export function readDetails(value: string): StatusDetails | undefined {
  const bytes = base64Octets(value);
  return bytes === undefined ? undefined : statusOf(bytes);
}

/** @returns undefined where the octets are no google.rpc.Status. */
export function statusOf(bytes: Uint8Array): StatusDetails | undefined {
  let code = 0;
  let message = "";
  const details: StatusDetail[] = [];
  const status = new WireReader(bytes, 0, bytes.length);
  while (status.next()) {
    const { number, type, start, end, low } = status;
    // Its low 32 bits are all of an int32, whose sign makes ten octets.
    if (number === 1 && type === WireType.varint) code = low | 0;
    else if (number === 2 && type === WireType.length) message = latin1(bytes, start, end);
    else if (number === 3 && type === WireType.length && details.length < MAX_DETAILS) details.push(detailOf(bytes, start, end));
  }
  return status.fault === undefined ? { code, message, details } : undefined;
}

function detailOf(bytes: Uint8Array, start: number, end: number): StatusDetail {
  const any = new WireReader(bytes, start, end);
  let typeUrl = "";
  let value = bytes.subarray(end, end);
  while (any.next()) {
    if (any.type !== WireType.length) continue;
    if (any.number === 1) typeUrl = latin1(bytes, any.start, any.end);
    else if (any.number === 2) value = bytes.subarray(any.start, any.end);
  }
  return { typeUrl, value };
}

/** Base64 (RFC 4648 section 4), padded or not: gRPC asks receivers to take both. @returns undefined for anything else. */
export function base64Octets(value: string): Uint8Array | undefined {
  return isBase64(value) ? Buffer.from(value, "base64") : undefined;
}

export function isBase64(value: string): boolean {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return false;
  return value.endsWith("=") ? value.length % 4 === 0 : value.length % 4 !== 1;
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
