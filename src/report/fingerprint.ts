// The same fault of the same call has the same name, whatever the ports, times, packets, stream numbers and identifiers of a run: what a
// baseline, a difference and a code scanning service know a finding again by.

import type { Side } from "../place.ts";
import { crypto } from "../platform/crypto.ts";
import type { UnexplainedEvent } from "./event.ts";

/** 16 hexadecimal digits over the rule, the method or path, and the shape of the evidence. */
export function fingerprint({ rule, message, offender, path = "", kind, related, data }: Fault): string {
  // How many frames of a kind led there differs from run to run.
  const before = new Set(related.map((one) => `${one.from} ${one.kind} ${one.role}`));
  const values = Object.entries(data).map(([key, value]) => (typeof value === "string" ? `${key}=${shapeOf(value)}` : key));
  const shape = [rule, message, offender, pathShape(path), kind, ...before, ...values];
  return crypto().createHash("sha256").update(shape.join("\n")).digest("hex").slice(0, 16);
}

/** What a finding is known again by. */
export interface Fault {
  readonly rule: string;
  /** Its id. */
  readonly message: string;
  readonly offender: Side;
  /** One character per octet. */
  readonly path: string | undefined;
  /** Of its frame. */
  readonly kind: string;
  readonly related: readonly { readonly from: Side; readonly kind: string; readonly role?: string }[];
  readonly data: Readonly<Record<string, string | number>>;
}

/** Of an answer that no finding explains: who gave it, which it is, and what it said. */
export function fingerprintOfAnswer({ reaction: r }: UnexplainedEvent): string {
  const shape = ["unexplained", r.frame?.from ?? r.from ?? "", r.kind, r.errorCode ?? r.status ?? "", shapeOf(r.debug ?? "")];
  return crypto().createHash("sha256").update(shape.join("\n")).digest("hex").slice(0, 16);
}

/** Without identifiers and numbers, lists of numbers as one. */
export const shapeOf = (text: string): string =>
  text
    .replace(IDENTIFIER, "0")
    .replace(/\d+(?:\.\d+)?(?: (?:ns|\u00b5s|\u00c2\u00b5s|ms|s|min)\b)?/g, "0")
    .replace(/0(?:, 0)*(?: and 0 more)?/g, "0");

/** A path without its query, and without the identifiers among its segments: `/users/17?all` is `/users/0`. */
export const pathShape = (path: string): string =>
  path
    .replace(/\?.*$/s, "")
    .split("/")
    .map((segment) => (/^\d+$/.test(segment) ? "0" : segment.replace(IDENTIFIER, "0")))
    .join("/");

// UUIDs, and runs of hexadecimal digits as long as those of a trace.
const IDENTIFIER = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{16,}\b/gi;
