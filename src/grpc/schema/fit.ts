// In: the octets of a message and its type. Out: whether they fit. The library that decodes them trusts wire types, so they are held against
// the schema before it sees them.
import { textOf } from "../schemaless.ts";
import { type WireFault, WireReader, WireType } from "../wire.ts";
import { type DescField, type DescMessage, Scalar } from "./protobuf.ts";

/** Where a message departs from its schema: the field, by names from the outermost message on, and how. */
export interface Misfit {
  readonly field: string;
  readonly reason: string;
}

/** Holds octets against a type: wire types, lengths, UTF-8. Fields that the type does not have are fine. */
export class Fit {
  readonly #bytes: Uint8Array;
  #fields = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  check(type: DescMessage): "fits" | "unsure" | Misfit {
    return this.#message(type, 0, this.#bytes.length, 0, "") ?? "fits";
  }

  #message(type: DescMessage, start: number, end: number, depth: number, path: string): "unsure" | Misfit | undefined {
    if (depth >= DEPTH) return "unsure";
    const fields = fieldsOf(type);
    const reader = new WireReader(this.#bytes, start, end);
    while (reader.next()) {
      if (++this.#fields > FIELDS) return "unsure";
      const field = fields.get(reader.number);
      if (field === undefined) continue;
      const wrong = this.#field(field, reader, depth, path === "" ? field.name : `${path}.${field.name}`);
      if (wrong !== undefined) return wrong;
    }
    if (reader.fault === undefined) return undefined;
    if (reader.fault === "depth") return "unsure";
    return { field: path === "" ? type.typeName : path, reason: FAULTS[reader.fault] };
  }

  #field(field: DescField, reader: WireReader, depth: number, path: string): "unsure" | Misfit | undefined {
    const { type, start, end } = reader;
    const list = field.fieldKind === "list" && field.listKind !== "message";
    const scalar = field.fieldKind === "enum" || (list && field.listKind === "enum") ? Scalar.int32 : field.scalar;
    if (field.fieldKind === "map") {
      if (type !== WireType.length) return wireMisfit(path, WireType.length, type);
      return this.#entry(field, start, end, depth, path);
    }
    if (field.message !== undefined) {
      const wanted = field.delimitedEncoding ? WireType.groupStart : WireType.length;
      return type === wanted ? this.#message(field.message, start, end, depth + 1, path) : wireMisfit(path, wanted, type);
    }
    const wanted = wireTypeOf(scalar ?? Scalar.bytes);
    if (type !== wanted) {
      if (list && type === WireType.length) return this.#packed(wanted, start, end, path);
      return wireMisfit(path, wanted, type);
    }
    return scalar === Scalar.string && field.utf8Validation ? this.#text(start, end, path) : undefined;
  }

  // A map's entry is a message of a key, 1, and a value, 2.
  #entry(field: DescField & { fieldKind: "map" }, start: number, end: number, depth: number, path: string) {
    const reader = new WireReader(this.#bytes, start, end);
    while (reader.next()) {
      if (++this.#fields > FIELDS) return "unsure";
      const { number, type } = reader;
      if (number > 2) continue;
      const where = `${path}.${number === 1 ? "key" : "value"}`;
      const scalar = number === 1 ? field.mapKey : field.mapKind === "enum" ? Scalar.int32 : field.scalar;
      const wanted = scalar === undefined ? WireType.length : wireTypeOf(scalar);
      if (type !== wanted) return wireMisfit(where, wanted, type);
      const wrong =
        scalar === undefined && field.message !== undefined
          ? this.#message(field.message, reader.start, reader.end, depth + 1, where)
          : scalar === Scalar.string && field.utf8Validation
            ? this.#text(reader.start, reader.end, where)
            : undefined;
      if (wrong !== undefined) return wrong;
    }
    if (reader.fault === undefined) return undefined;
    return reader.fault === "depth" ? "unsure" : { field: path, reason: FAULTS[reader.fault] };
  }

  #packed(wireType: number, start: number, end: number, path: string): Misfit | undefined {
    if (wireType === WireType.length || wireType === WireType.groupStart) return wireMisfit(path, wireType, WireType.length);
    const size = wireType === WireType.fixed32 ? 4 : wireType === WireType.fixed64 ? 8 : 0;
    if (size > 0) return (end - start) % size === 0 ? undefined : { field: path, reason: `is packed in ${end - start} bytes` };
    let octets = 0;
    for (let at = start; at < end; at++) {
      octets = this.#bytes[at]! < 0x80 ? 0 : octets + 1;
      if (octets === 10) break;
    }
    return octets === 0 ? undefined : { field: path, reason: FAULTS.varint };
  }

  #text(start: number, end: number, path: string): Misfit | undefined {
    return textOf(this.#bytes, start, end) === undefined ? { field: path, reason: "is a string that is not UTF-8" } : undefined;
  }
}

/** Octets fit a type, and have no field that it lacks. */
export function covers(type: DescMessage, bytes: Uint8Array): boolean {
  const fields = fieldsOf(type);
  const reader = new WireReader(bytes, 0, bytes.length);
  while (reader.next()) if (!fields.has(reader.number)) return false;
  return reader.fault === undefined && new Fit(bytes).check(type) === "fits";
}

const fieldMaps = new WeakMap<DescMessage, Map<number, DescField>>();

function fieldsOf(type: DescMessage): Map<number, DescField> {
  let fields = fieldMaps.get(type);
  if (fields === undefined) {
    fields = new Map(type.fields.map((field) => [field.number, field]));
    fieldMaps.set(type, fields);
  }
  return fields;
}

const wireMisfit = (field: string, wanted: number, type: number): Misfit => ({
  field,
  reason: `has wire type ${type} (${WIRE_NAMES[type]}) instead of ${wanted} (${WIRE_NAMES[wanted]})`,
});

function wireTypeOf(scalar: number): number {
  switch (scalar) {
    case Scalar.string:
    case Scalar.bytes:
      return WireType.length;
    case Scalar.fixed32:
    case Scalar.sfixed32:
    case Scalar.float:
      return WireType.fixed32;
    case Scalar.fixed64:
    case Scalar.sfixed64:
    case Scalar.double:
      return WireType.fixed64;
    default:
      return WireType.varint;
  }
}

const FAULTS: Readonly<Record<WireFault, string>> = {
  tag: "goes on with bytes that are no field",
  varint: "ends inside a number, or has one of more than ten bytes",
  length: "has a field that is longer than what is left",
  group: "has a group without an end, or an end without a group",
  depth: "is nested too deeply",
};

const WIRE_NAMES = ["varint", "64 bit", "length-delimited", "group", "end of a group", "32 bit"];

/** Levels that parsers take by default. */
export const DEPTH = 100;
const FIELDS = 100_000;
