// What a call of gRPC-Web, Connect or Triple has that one of gRPC has not: its status stands in fields, in the content or in place of it.
import { latin1 } from "../bytes.ts";
import type { Http1Head } from "../detect/http1.ts";
import type { OtherContent } from "./other-content.ts";
import { type CallFormat, encodingOf, type FieldLookup, type OtherRequest, type Protocol, shapeOf } from "./protocol.ts";
import { base64Octets, readDetails, type StatusDetail, statusCode } from "./status.ts";

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

export class OtherCall {
  readonly protocol: Protocol;
  readonly format: CallFormat;
  /** Nanoseconds. */
  readonly timeout: number | undefined;
  /** Undefined where it is a stream of HTTP/2. */
  readonly http1: Http1Call | undefined;
  httpStatus = 0;
  /** Of gRPC's numbers; undefined where none was said. */
  code: number | undefined = undefined;
  /** One character per octet, percent-encoded where `encoded`. */
  message: string | undefined = undefined;
  encoded = true;
  details: readonly StatusDetail[] | undefined = undefined;
  readonly #whole: boolean;

  constructor({ protocol, format, timeout, whole }: OtherRequest, http1: Http1Call | undefined) {
    this.protocol = protocol;
    this.format = format;
    this.timeout = timeout;
    this.http1 = http1;
    this.#whole = whole;
  }

  /** The head of the final answer. @param content Of the response. */
  answer(status: number, field: FieldLookup, content: OtherContent | undefined): void {
    this.httpStatus = status;
    this.takeStatus(field);
    const { errorsAreJson } = this.protocol;
    // An answer in place of the one that was asked for: a proxy's page, or the error of a streaming call.
    const type = field("content-type")?.toLowerCase() ?? "";
    if (errorsAreJson && status !== 200 && type.startsWith("application/json"))
      content?.begin("error", field("content-encoding") ?? "identity");
    else if (status === 200) content?.begin(shapeOf(this.#whole, field), encodingOf(this.protocol, this.#whole, field));
    else content?.begin("none", "identity");
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

  /** The response is over. */
  answered(): void {
    if (this.#whole && this.httpStatus === 200) this.code ??= 0;
  }

  /** What stands in for trailers in the content of the response. */
  takeEnd(octets: Uint8Array): void {
    if (this.protocol.end === "json") this.takeError(octets, true);
    else this.takeStatus(lookIn(octets));
  }

  /** The JSON of a Connect error, or of an EndStreamResponse, which has one or none. */
  takeError(octets: Uint8Array, atEnd: boolean): void {
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

function connectCode(name: unknown): number | undefined {
  const code = typeof name === "string" ? CODES.indexOf(name) + 1 : 0;
  return code === 0 ? undefined : code;
}

// The codes of Connect in the order of gRPC's (Error Codes).
const CODES = [
  ...["canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists", "permission_denied"],
  ...["resource_exhausted", "failed_precondition", "aborted", "out_of_range", "unimplemented", "internal", "unavailable"],
  ...["data_loss", "unauthenticated"],
];
const DETAILS = 8;
