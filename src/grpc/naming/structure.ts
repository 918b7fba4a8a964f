// In: the octets of a message of unknown type. Out: which fields it has, and with which wire types: what is the same for all messages of a
// type, whatever they say.
import { textOf } from "../schemaless.ts";
import { WireReader, WireType } from "../wire.ts";

/** `1`, or `1.2` of a field in a message in it, and its wire type. */
export type Structure = Map<string, number>;

/** @returns undefined where the octets are no message, or have fields of one number with different wire types. */
export function structureOf(bytes: Uint8Array): Structure | undefined {
  const fields: Structure = new Map();
  return collect(bytes, 0, bytes.length, "", 0, fields) ? fields : undefined;
}

function collect(bytes: Uint8Array, start: number, end: number, prefix: string, depth: number, fields: Structure): boolean {
  const reader = new WireReader(bytes, start, end);
  while (reader.next()) {
    const { number, type } = reader;
    const path = `${prefix}${number}`;
    const before = fields.get(path);
    if (before !== undefined && before !== type) return false;
    if (before === undefined && fields.size >= FIELDS) return true;
    fields.set(path, type);
    if (type === WireType.length && depth < DEPTH) nested(bytes, reader.start, reader.end, `${path}.`, depth + 1, fields);
  }
  return reader.fault === undefined;
}

// A text may look like a message by chance.
function nested(bytes: Uint8Array, start: number, end: number, prefix: string, depth: number, fields: Structure): void {
  if (start === end || isPlain(textOf(bytes, start, end))) return;
  const inner: Structure = new Map();
  if (!collect(bytes, start, end, prefix, depth, inner)) return;
  for (const [path, type] of inner) if (fields.size < FIELDS && !fields.has(path)) fields.set(path, type);
}

const isPlain = (text: string | undefined): boolean => text !== undefined && !CONTROL.test(text);

const CONTROL = /\p{Cc}/u;
const FIELDS = 64;
const DEPTH = 2;
