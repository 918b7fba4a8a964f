// Messages as JSON by the protobuf JSON mapping (https://protobuf.dev/programming-guides/json).
import { DEPTH, Fit } from "./message-fit.ts";
import {
  type Any,
  type DescMessage,
  type FileRegistry,
  type Message,
  protobuf,
  type Registry,
  wellKnownProtobuf,
} from "./protobuf.ts";
import type { Json } from "./schemaless.ts";

/** @returns undefined where the octets do not fit, are too many, or have no JSON. */
export function messageJson(type: DescMessage, bytes: Uint8Array, registry: FileRegistry): Json | undefined {
  if (new Fit(bytes).check(type) !== "fits") return undefined;
  try {
    const { fromBinary, toJson } = protobuf();
    const message = fromBinary(type, bytes, { readUnknownFields: false });
    openAnys(message, registry);
    return toJson(type, message, { registry: anyRegistry(registry) });
  } catch {
    return undefined;
  }
}

/** Without what fields hold that have the option `debug_redact` (descriptor.proto, FieldOptions). */
export function redacted(json: Json, type: DescMessage, depth = 0): Json {
  if (typeof json !== "object" || json === null || Array.isArray(json) || depth >= DEPTH) return json;
  const result: { [name: string]: Json } = { ...json };
  for (const { jsonName, message, proto, fieldKind } of type.fields) {
    const value = result[jsonName];
    if (value === undefined) continue;
    if (proto.options?.debugRedact === true) result[jsonName] = "<masked>";
    else if (message === undefined) continue;
    else if (fieldKind === "map")
      result[jsonName] = Object.fromEntries(
        Object.entries(value ?? {}).map(([key, one]) => [key, redacted(one, message, depth + 1)]),
      );
    else if (Array.isArray(value)) result[jsonName] = value.map((one) => redacted(one, message, depth + 1));
    else result[jsonName] = redacted(value, message, depth + 1);
  }
  return result;
}

// The JSON mapping has no form for an Any whose type is not known: its octets are made a BytesValue, so that they stand in `value`.
function openAnys(message: Message, registry: Registry): boolean {
  let changed = false;
  if (message.$typeName === "google.protobuf.Any") {
    const any = message as Any; // by its name
    if (any.typeUrl === "") return false;
    const type = registry.getMessage(any.typeUrl.slice(any.typeUrl.lastIndexOf("/") + 1));
    const { create, fromBinary, toBinary } = protobuf();
    const { BytesValueSchema } = wellKnownProtobuf();
    if (type !== undefined && new Fit(any.value).check(type) === "fits") {
      const inner = fromBinary(type, any.value);
      if (!openAnys(inner, registry)) return false;
      any.value = toBinary(type, inner);
      return true;
    }
    if (type !== undefined) any.typeUrl = `${any.typeUrl} (does not fit)`;
    any.value = toBinary(BytesValueSchema, create(BytesValueSchema, { value: any.value }));
    return true;
  }
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
    if ("$typeName" in value)
      changed = openAnys(value as Message, registry) || changed; // every message has its name
    else for (const one of Object.values(value)) visit(one);
  };
  for (const [name, value] of Object.entries(message)) if (!name.startsWith("$")) visit(value);
  return changed;
}

// A type that is not known stands for itself with the one field of BytesValue.
function anyRegistry(registry: FileRegistry): Registry {
  const unknown = new Map<string, DescMessage>();
  return Object.assign(Object.create(registry) as FileRegistry, {
    getMessage(name: string): DescMessage {
      const known = registry.getMessage(name) ?? unknown.get(name);
      if (known !== undefined) return known;
      const made: DescMessage = { ...wellKnownProtobuf().BytesValueSchema, typeName: name };
      unknown.set(name, made);
      return made;
    },
  });
}
