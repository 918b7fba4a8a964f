// Field blocks as the rules of HTTP messages look at them.
import type { DecodedBlock } from "../../fields/decoded-block.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { Observation } from "../../http2/observation.ts";
import type { Connection } from "../../model/connection.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import type { Stream } from "../../model/stream.ts";

/** A field block, as far as it could be decoded. */
export interface Fields {
  readonly block: FieldBlock;
  readonly decoded: DecodedBlock;
  /** Undefined where the block opens it. */
  readonly stream: Stream | undefined;
  readonly connection: Connection;
}

/** The fields of a request, all of them known. */
export interface Request extends Fields {
  readonly method: string | undefined;
  readonly scheme: string | undefined;
  readonly path: string | undefined;
  readonly authority: string | undefined;
  /** RFC 8441. */
  readonly protocol: string | undefined;
  /** CONNECT as RFC 9113 8.5 has it; with :protocol it is a request like any other (RFC 8441 4). */
  readonly asksForTunnel: boolean;
  /** It asks for an http or https resource. */
  readonly isWeb: boolean;
}

/** The fields of an interim or final response, all of them known. */
export interface Response extends Fields {
  readonly isInterim: boolean;
  /** As sent. */
  readonly status: string | undefined;
  /** 0 where there is none, or it is not three digits. */
  readonly code: number;
}

/** Trailers, all fields known. */
export interface Trailers extends Fields {
  /** They are some: the stream was captured from its beginning on, and this is no late interim response. */
  readonly certain: boolean;
}

/** How a block is looked at; undefined where it cannot be. */
export type View<What extends Fields> = (fields: Fields) => What | undefined;

const isExact = ({ decoded }: Fields): boolean => decoded.certainty === "exact";

export const fieldsOf: View<Fields> = (fields) => fields;

export const exactFieldsOf: View<Fields> = (fields) => (isExact(fields) ? fields : undefined);

export const requestOf: View<Request> = (fields) => {
  if (!isExact(fields)) return undefined;
  const { decoded } = fields;
  const method = decoded.method?.value;
  const protocol = decoded.protocol?.value;
  const asksForTunnel = method === "CONNECT" && protocol === undefined;
  return {
    ...fields,
    method,
    scheme: decoded.scheme?.value,
    path: decoded.path?.value,
    authority: decoded.authority?.value,
    protocol,
    asksForTunnel,
    isWeb: !asksForTunnel && ((decoded.scheme?.valueBits ?? 0) & WEB) !== 0,
  };
};

export const responseOf: View<Response> = (fields) => {
  if (!isExact(fields)) return undefined;
  const { decoded, block } = fields;
  return { ...fields, isInterim: block.role === "interim", status: decoded.status?.value, code: decoded.statusCode };
};

export const trailersOf: View<Trailers> = (fields) => {
  if (!isExact(fields)) return undefined;
  const { block, stream } = fields;
  return { ...fields, certain: stream?.seen === true && !block.observations.has(Observation.interimAfterFinal) };
};

/** The text of the first name that has these bits, as much as is shown. */
export const nameWith = ({ decoded }: Fields, bits: number): string => shown(decoded.first(bits)?.name.text);

/** As much of a name or value as is shown. */
export const shown = (text: string | undefined): string => (text ?? "").slice(0, SHOWN);

const WEB = ValueBit.schemeHttp | ValueBit.schemeHttps;
const SHOWN = 80;
