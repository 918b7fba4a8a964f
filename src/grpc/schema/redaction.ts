import type { Json } from "../schemaless.ts";
import { DEPTH } from "./fit.ts";
import type { DescMessage } from "./protobuf.ts";

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
