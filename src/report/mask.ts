// Credentials in what messages hold: masked by the name of their field, and where a text reads as one.
import type { Json } from "../grpc/schemaless.ts";

/** The same with every text masked that a credential's field holds, or that is one by its looks. */
export function masked(json: Json): Json {
  if (typeof json === "string") return CREDENTIAL.test(json) ? mask(json) : json;
  if (Array.isArray(json)) return json.map(masked);
  if (typeof json !== "object" || json === null) return json;
  const result: { [name: string]: Json } = {};
  // `{"key": "authorization", "value": "..."}`, as lists of fields are often written.
  const named = ["key", "name", "header"].some((name) => typeof json[name] === "string" && isSecretName(json[name]));
  for (const [name, value] of Object.entries(json))
    result[name] = isSecretName(name) || (named && VALUES.has(name)) ? allMasked(value) : masked(value);
  return result;
}

/** `<masked, 7 characters>` */
const mask = (text: string): string => `<masked, ${text.length} characters>`;

function allMasked(json: Json): Json {
  if (typeof json === "string") return json === "" ? json : mask(json);
  if (Array.isArray(json)) return json.map(allMasked);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, allMasked(value)]));
}

// `api_key`, `apiKey`, `X-Api-Key` alike; what only says where a list goes on is none.
function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return SECRET.test(plain) && !PLACE.test(plain);
}

const SECRET =
  /password|passwd|passphrase|secret(?!ary)|credential|apikey|privatekey|accesskey|authorization|cookie|sessionid|token$|bearer|^jwt$|^pwd$/;
const PLACE = /(?:page|continuation|continue|next|resume|sync|watch)token$/;
// RFC 7235 2.1; RFC 7519 3.
const CREDENTIAL = /^(?:(?:Bearer|Basic|Digest|Negotiate) \S|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*$)/i;
const VALUES: ReadonlySet<string> = new Set(["value", "values", "rawValue", "raw_value"]);
