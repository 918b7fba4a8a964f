// `h2lint repro`: one request of the capture as a command that sends it again: grpcurl where the schema of a call is known, else curl.
// What was captured is hostile: whatever of it stands in the command is quoted for a POSIX shell, and what could mean something else to
// the program is left out by name.
import { latin1 } from "../bytes.ts";
import { decompress } from "../grpc/decompress.ts";
import type { MethodSchema } from "../grpc/schema/method.ts";
import { isSecret, masked as maskedText } from "./frame-object.ts";
import type { KeptMessage } from "./messages.ts";
import { printable } from "./text.ts";

/** One request, as captured. Strings hold one character per octet. */
export interface CapturedRequest {
  /** Address of the server. */
  readonly peer: string;
  readonly tls: boolean;
  readonly grpc: boolean;
  /** All fields in order; what is not known is left out. */
  readonly fields: readonly (readonly [string, string])[];
  /** Every field is known. */
  readonly known: boolean;
  /** Nanoseconds. */
  readonly timeout: number | undefined;
  /** Of gRPC. */
  readonly messages: readonly KeptMessage[];
  /** Content of plain HTTP. */
  readonly body: Uint8Array;
  /** Octets of the content are missing, or were too many to keep. */
  readonly cut: boolean;
  readonly method: MethodSchema | undefined;
}

export interface ReproOptions {
  readonly showSecrets: boolean;
  /** How grpcurl gets the user's schemas. */
  readonly schemaArguments: (file: string) => readonly string[];
}

/** The command, with comments above it; ends with a line feed. */
export function reproCommand(request: CapturedRequest, options: ReproOptions): string {
  const notes: string[] = [];
  if (!request.known) notes.push("not all fields of the request are known");
  if (request.cut) notes.push("the content is cut: bytes are missing, or too many to print");
  const json = request.grpc ? messagesAsJson(request) : undefined;
  const words = json === undefined ? curl(request, options, notes) : grpcurl(request, json, options, notes);
  return `${notes.map((note) => `# ${ascii(note)}\n`).join("")}${words.join(" \\\n  ")}\n`;
}

function messagesAsJson({ messages, method }: CapturedRequest): string[] | undefined {
  if (method === undefined) return undefined;
  const texts: string[] = [];
  for (const { bytes, encoding } of messages) {
    const octets = decompress(bytes ?? NONE, encoding, LONGEST_BODY);
    const json = typeof octets === "string" ? undefined : method.json("client", octets);
    if (json === undefined) return undefined;
    texts.push(ascii(JSON.stringify(json)));
  }
  return texts;
}

function grpcurl(request: CapturedRequest, messages: readonly string[], options: ReproOptions, notes: string[]): string[] {
  const { peer, tls, fields, timeout, method } = request;
  const words = ["grpcurl"];
  if (!tls) words.push("-plaintext");
  const path = fieldOf(fields, ":path") ?? "";
  const authority = fieldOf(fields, ":authority");
  if (authority !== undefined && authority !== peer) words.push(`-authority ${quote(authority)}`);
  if (timeout !== undefined) words.push(`-max-time ${seconds(timeout)}`);
  const agent = fieldOf(fields, "user-agent");
  if (agent !== undefined) words.push(`-user-agent ${quote(agent)}`);
  if (method?.given === true) words.push(...options.schemaArguments(method.file));
  else notes.push("the schema comes from server reflection");
  for (const [name, value] of sendable(fields, options, notes))
    if (!GRPCURL_OWN.has(name)) words.push(`-H ${quote(`${name}: ${value}`)}`);
  if (messages.length > 0) words.push(`-d ${quote(messages.join(" "))}`);
  words.push(`${quote(peer)} ${quote(path.replace(/^\//, ""))}`);
  return words;
}

function curl(request: CapturedRequest, options: ReproOptions, notes: string[]): string[] {
  const { peer, tls, fields, timeout, grpc, body } = request;
  const content = grpc ? framed(request.messages) : body;
  const words: string[] = [];
  if (grpc) notes.push("no schema is known: name one with --proto, or use grpcurl -protoset FILE");
  const long = content.length > LONGEST_BODY;
  if (long) notes.push(`the content has ${content.length} bytes, which are not printed`);
  const sends = content.length > 0 && !long;
  if (sends) words.push(`printf '${octal(content)}' |`);
  words.push(`curl ${tls ? "--http2" : "--http2-prior-knowledge"} --globoff --path-as-is`);
  if (grpc) words.push("--output -");
  if (timeout !== undefined) words.push(`--max-time ${seconds(timeout)}`);
  if (sends) words.push("--data-binary @-");
  const method = fieldOf(fields, ":method") ?? "GET";
  if (!TOKEN.test(method)) notes.push(`left out: the method ${printable(method.slice(0, 80))}`);
  else if (method === "HEAD") words.push("--head");
  else if (method !== (sends ? "POST" : "GET")) words.push(`--request ${quote(method)}`);
  const authority = fieldOf(fields, ":authority");
  if (authority !== undefined && fieldOf(fields, "host") === undefined && authority !== peer)
    words.push(...headers("host", authority, notes));
  // Those that curl adds itself.
  for (const name of ["accept", "user-agent", ...(sends ? ["content-type"] : [])])
    if (fieldOf(fields, name) === undefined) words.push(`--header ${quote(`${name}:`)}`);
  for (const [name, value] of sendable(fields, options, notes)) {
    if (name === "content-length") continue;
    words.push(`--header ${quote(value === "" ? `${name};` : `${name}: ${value}`)}`);
  }
  const path = fieldOf(fields, ":path") ?? "/";
  const rooted = path.startsWith("/");
  if (!rooted) words.push(`--request-target ${quote(path)}`);
  words.push(quote(`${tls ? "https" : "http"}://${peer}${rooted ? path.replace(/[^!-~]|#/g, percent) : "/"}`));
  // The pipe ends its line.
  return sends ? [`${words[0]} ${words[1]}`, ...words.slice(2)] : words;
}

const headers = (name: string, value: string, notes: string[]): string[] => {
  if (/[\0\r\n]/.test(value)) {
    notes.push(`left out: ${name}, whose value has NUL, CR or LF`);
    return [];
  }
  return [`--header ${quote(`${name}: ${value}`)}`];
};

/** Regular fields that can be sent again. */
function* sendable(
  fields: CapturedRequest["fields"],
  { showSecrets }: ReproOptions,
  notes: string[],
): Generator<readonly [string, string]> {
  const masked: string[] = [];
  for (const [name, sent] of fields) {
    if (name.startsWith(":")) continue;
    // A value that was agreed to go as it is, after a NUL (gRPC over HTTP2, Custom-Metadata).
    const raw = name.endsWith("-bin") && sent.startsWith("\0");
    const value = raw ? Buffer.from(sent.slice(1), "latin1").toString("base64") : sent;
    // A name that is none could be an option or a file to curl (`@file`).
    if (!TOKEN.test(name)) notes.push(`left out: the field ${printable(name.slice(0, 80))}, which is no field name`);
    else if (/[\0\r\n]/.test(value)) notes.push(`left out: ${name}, whose value has NUL, CR or LF`);
    else if (!showSecrets && isSecret(name)) {
      masked.push(name);
      yield [name, maskedText(value)];
    } else yield [name, value];
  }
  if (masked.length > 0) notes.push(`masked: ${[...new Set(masked)].join(", ")}; --show-secrets prints them`);
}

const fieldOf = (fields: CapturedRequest["fields"], name: string): string | undefined =>
  fields.find(([one]) => one === name)?.[1];

// With their prefixes (gRPC over HTTP2, Length-Prefixed-Message), compressed as they were.
function framed(messages: readonly KeptMessage[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { flag, bytes } of messages) {
    const prefix = Buffer.alloc(5);
    prefix[0] = flag;
    prefix.writeUInt32BE(bytes?.length ?? 0, 1);
    parts.push(prefix, bytes ?? NONE);
  }
  return Buffer.concat(parts);
}

/** One word of a POSIX shell, from octets. What a terminal would act on is written as octal to printf. */
export function quote(octets: string): string {
  if (/^[A-Za-z0-9_@+=:,./-]+$/.test(octets) && !octets.startsWith("-")) return octets;
  if (/^[ -~]*$/.test(octets)) return `'${octets.replaceAll("'", "'\\''")}'`;
  // A substitution drops line feeds at its end, so there is none at the end.
  const bare = octets.replaceAll("\0", "").replace(/\n+$/, "");
  return `"$(printf '${octal(Buffer.from(bare, "latin1"))}')"`;
}

// For printf: three octal digits for all that is not plain.
const octal = (octets: Uint8Array): string =>
  latin1(octets, 0, octets.length).replace(
    /[^A-Za-z0-9_@+=:,./ {}"[\]()-]|^-/g,
    (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );

// JSON may be written in ASCII alone.
const ascii = (json: string): string =>
  json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

const percent = (c: string): string => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

const seconds = (nanoseconds: number): string => String(Number((nanoseconds / 1e9).toFixed(3)) || 0.001);

const NONE = new Uint8Array(0);
/** Octets: a command line has its limits too. */
const LONGEST_BODY = 64 << 10;
/** RFC 9110 5.6.2 */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Fields that grpcurl adds itself. */
const GRPCURL_OWN: ReadonlySet<string> = new Set([
  ...["te", "content-type", "content-length", "user-agent", "host"],
  ...["grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "grpc-internal-encoding-request"],
]);
