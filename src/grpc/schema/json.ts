// In: the octets of a message, and its type. Out: its JSON, by the protobuf JSON mapping (https://protobuf.dev/programming-guides/json).
import type { Json } from "../schemaless.ts";
import { Fit } from "./fit.ts";
import {
  type Any,
  type DescMessage,
  type FileRegistry,
  type Message,
  protobuf,
  type Registry,
  wellKnownProtobuf,
} from "./protobuf.ts";

/** @returns undefined where the octets do not fit, are too many, or have no JSON. */
export function messageJson(type: DescMessage, bytes: Uint8Array, registry: FileRegistry): Json | undefined {
  if (new Fit(bytes).check(type) !== "fits") return undefined;
  try {
    const message = protobuf().fromBinary(type, bytes, { readUnknownFields: false });
    openAnys(message, registry);
    return protobuf().toJson(type, message, { registry: anyRegistry(registry) });
  } catch {
    return undefined;
  }
}

// The JSON mapping has no form for an Any whose type is not known: its octets are made a BytesValue, so that they stand in `value`.
function openAnys(message: Message, registry: Registry): boolean {
  let changed = false;
  if (message.$typeName === "google.protobuf.Any") {
    const any = message as Any; // by its name
    if (any.typeUrl === "") return false;
    const type = registry.getMessage(any.typeUrl.slice(any.typeUrl.lastIndexOf("/") + 1));
    if (type !== undefined && new Fit(any.value).check(type) === "fits") {
      const inner = protobuf().fromBinary(type, any.value);
      if (!openAnys(inner, registry)) return false;
      any.value = protobuf().toBinary(type, inner);
      return true;
    }
    if (type !== undefined) any.typeUrl = `${any.typeUrl} (does not fit)`;
    any.value = protobuf().toBinary(
      wellKnownProtobuf().BytesValueSchema,
      protobuf().create(wellKnownProtobuf().BytesValueSchema, { value: any.value }),
    );
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
