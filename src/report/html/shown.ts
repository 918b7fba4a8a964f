// What the page says of a frame and of a field block: safe to show, without credentials, and not without end.
import type { DecodedBlock } from "../../fields/decoded-block.ts";
import { FieldBit } from "../../fields/field.ts";
import { valueOctets } from "../../grpc/status.ts";
import { Flag, type Frame } from "../../http2/frame.ts";
import type { Endpoint } from "../../model/endpoint.ts";
import { certaintyOf, inferredHeaders, isSecret, masked, mayBeSecret, payloadOf } from "../frame-object.ts";
import { printable } from "../text.ts";
import type { BlockData, FrameDetail } from "./page-data.ts";

/** A field block before its strings are interned. */
export interface ShownBlock {
  readonly certainty: BlockData["certainty"];
  /** Names and values by turns. */
  readonly fields: readonly (string | undefined)[];
  /** Which of the fields are inferred, from 0, and why. */
  readonly inferred?: readonly number[];
  readonly because?: string;
  readonly fault?: string;
  readonly more?: number;
}

/** Of a block that could not be read. */
export const LOST: ShownBlock = { certainty: "unknown", fields: [] };

/** What a frame says besides its text. */
export function detailOf(frame: Frame): FrameDetail {
  const { kind, flags } = frame;
  const padded = (flags & Flag.padded) !== 0 && (kind === "data" || kind === "headers" || kind === "push-promise");
  const detail: Record<string, unknown> = {
    ...(kind === "unknown" ? { type: frame.type } : {}),
    ...(frame.reserved ? { reserved: true } : {}),
    ...(padded ? { padLength: frame.padLength } : {}),
    ...(frame.hasPriority && kind === "headers" && frame.whole
      ? { dependency: frame.dependency, weight: frame.weight, exclusive: frame.exclusive }
      : {}),
    ...(frame.fault === undefined ? {} : { fault: frame.fault }),
    ...(frame.whole ? payloadOf(frame) : {}),
  };
  if (typeof detail["debug"] === "string") detail["debug"] = shown(detail["debug"]);
  return detail;
}

/** Credentials are masked unless asked for. */
export function blockOf(decoded: DecodedBlock, sender: Endpoint, showSecrets: boolean): ShownBlock {
  const { fault, count } = decoded;
  const fields: (string | undefined)[] = [];
  const kept = Math.min(count, FIELDS);
  for (let i = 0; i < kept; i++) {
    const field = decoded.fields[i]!;
    const { name, value, bits } = field;
    fields.push(
      (bits & FieldBit.nameUnknown) === 0 ? shown(name.text) : undefined,
      (bits & FieldBit.valueUnknown) !== 0
        ? undefined
        : !showSecrets && mayBeSecret(field)
          ? masked(value)
          : shown(valueOctets(name.text, value)),
    );
  }
  const inferred = inferredHeaders(decoded, showSecrets);
  for (const [i, name, value] of inferred?.fields ?? []) if (i < kept) fields.splice(2 * i, 2, shown(name), shown(value));
  return {
    certainty: certaintyOf(decoded, sender),
    fields,
    ...(inferred === undefined ? {} : { inferred: inferred.fields.map(([i]) => i), because: inferred.because }),
    ...(fault === undefined ? {} : { fault }),
    ...(count > kept ? { more: count - kept } : {}),
  };
}

/** Safe to show, and not without end. */
export function shown(octets: string): string {
  const text = printable(octets.length > VALUE ? octets.slice(0, VALUE) : octets);
  return octets.length > VALUE ? `${text}... (${octets.length - VALUE} more bytes)` : text;
}

/** A credential is in it, or might be: what could not be decoded may be anything. */
export function mayHoldSecret(block: DecodedBlock): boolean {
  if (block.fault !== undefined || block.certainty !== "exact") return true;
  for (let i = 0; i < block.count; i++) if (isSecret(block.fields[i]!.name.text)) return true;
  return false;
}

// Characters of a value, and fields of a block.
const VALUE = 2048;
const FIELDS = 200;
