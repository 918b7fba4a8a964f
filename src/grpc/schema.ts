// In: file descriptors of protobuf schemas, of the user or from server reflection. Out: what the methods of a path take and answer, and
// messages as JSON by the protobuf JSON mapping (https://protobuf.dev/programming-guides/json). The only file that knows
// @bufbuild/protobuf, whose decoder trusts wire types: octets are held against the schema before it sees them.
import {
  create,
  createFileRegistry,
  type DescField,
  type DescMessage,
  type DescMethod,
  type FileRegistry,
  fromBinary,
  fromJson,
  type Message,
  type Registry,
  ScalarType,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import {
  type Any,
  BytesValueSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_api,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";
import type { Side } from "../place.ts";
import { type Json, textOf } from "./schemaless.ts";
import { type WireFault, WireReader, WireType } from "./wire.ts";

/** A FileDescriptorProto as its JSON, enumerations as numbers. */
export type ProtoFile = {
  name: string;
  package: string;
  dependency: string[];
  syntax: string;
  edition?: number;
  options?: ProtoOptions;
  messageType: ProtoMessage[];
  enumType: ProtoEnum[];
  extension: ProtoField[];
  service: { name: string; method: ProtoMethod[] }[];
};

export type ProtoMessage = {
  name: string;
  field: ProtoField[];
  oneofDecl: { name: string }[];
  nestedType: ProtoMessage[];
  enumType: ProtoEnum[];
  extension: ProtoField[];
  options?: ProtoOptions;
};

export type ProtoField = {
  name: string;
  number: number;
  label: number;
  type: number;
  typeName?: string;
  extendee?: string;
  jsonName?: string;
  oneofIndex?: number;
  proto3Optional?: boolean;
  options?: ProtoOptions;
};

export type ProtoEnum = { name: string; value: { name: string; number: number }[]; options?: ProtoOptions };

export type ProtoMethod = {
  name: string;
  inputType: string;
  outputType: string;
  clientStreaming: boolean;
  serverStreaming: boolean;
};

export type ProtoOptions = { mapEntry?: boolean; packed?: boolean; debugRedact?: boolean; features?: Record<string, number> };

export type MethodKind = "unary" | "client-streaming" | "server-streaming" | "bidi-streaming";

/** Where a message departs from its schema: the field, by names from the outermost message on, and how. */
export interface Misfit {
  readonly field: string;
  readonly reason: string;
}

/** The user, the server of the call, or another server. */
type SchemaSource = "given" | "own" | "other";

/** What one method takes and answers. */
export class MethodSchema {
  readonly kind: MethodKind;
  /** The file that defines it, as others import it. */
  readonly file: string;
  /** The user's: not from reflection. */
  readonly given: boolean;
  /** The user's, or the server's own: it may be held against what is sent. Else that of another server. */
  readonly binding: boolean;
  readonly #input: DescMessage;
  readonly #output: DescMessage;
  readonly #registry: FileRegistry;

  constructor({ methodKind, input, output, parent }: DescMethod, source: SchemaSource, registry: FileRegistry) {
    this.kind = methodKind.replace("_", "-") as MethodKind; // the same four names
    this.file = parent.file.proto.name;
    this.given = source === "given";
    this.binding = source !== "other";
    this.#input = input;
    this.#output = output;
    this.#registry = registry;
  }

  /** `a.b.Message` */
  typeName(from: Side): string {
    return this.#type(from).typeName;
  }

  /** @returns undefined where the octets fit, and where they are too many fields or levels to say. */
  misfit(from: Side, bytes: Uint8Array): Misfit | undefined {
    const result = new Fit(bytes).check(this.#type(from));
    return typeof result === "object" ? result : undefined;
  }

  /** @returns undefined where they do not fit, are too many, or have no JSON: an Any or a time beyond what the mapping allows. */
  json(from: Side, bytes: Uint8Array, { redact = false }: { readonly redact?: boolean } = {}): Json | undefined {
    const type = this.#type(from);
    const json = messageJson(type, bytes, this.#registry);
    return json === undefined || !redact ? json : redacted(json, type, 0);
  }

  #type(from: Side): DescMessage {
    return from === "client" ? this.#input : this.#output;
  }
}

// @returns undefined where the octets do not fit, are too many, or have no JSON.
function messageJson(type: DescMessage, bytes: Uint8Array, registry: FileRegistry): Json | undefined {
  if (new Fit(bytes).check(type) !== "fits") return undefined;
  try {
    const message = fromBinary(type, bytes, { readUnknownFields: false });
    openAnys(message, registry);
    return toJson(type, message, { registry: anyRegistry(registry) });
  } catch {
    return undefined;
  }
}

// Without what fields hold that have the option `debug_redact` (descriptor.proto, FieldOptions).
function redacted(json: Json, type: DescMessage, depth: number): Json {
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

export interface SchemaLimits {
  /** Octets of file descriptors taken from captures. */
  readonly schemaOctets: number;
}

/** All schemas of a run: the user's, and what servers said of themselves. */
export class Schemas {
  readonly #given = new FileSet();
  readonly #harvested = new Map<string, FileSet>();
  /** Of services that everybody knows; not held against what is sent. */
  readonly #known = new FileSet();
  #octets = 0;
  /** By server and path; anew when something is added. */
  readonly #methods = new Map<string, MethodSchema | undefined>();

  get empty(): boolean {
    return this.#given.size === 0 && this.#harvested.size === 0 && this.#known.size === 0;
  }

  /** @param files Descriptors as JSON, or the octets of a FileDescriptorSet or a buf image.
   *  @throws Error with one line that says what is wrong with them. */
  add(files: readonly ProtoFile[] | Uint8Array): void {
    this.#methods.clear();
    const read = files instanceof Uint8Array ? fromBinary(FileDescriptorSetSchema, files).file : files.map(fileOf);
    for (const file of read) this.#given.add(file);
    this.#given.verify();
  }

  /** Schemas that count where nobody says otherwise, and are not held against what is sent. */
  addKnown(files: readonly ProtoFile[]): void {
    this.#methods.clear();
    for (const file of files) this.#known.add(fileOf(file));
  }

  /** Add what a server said of itself.
   *  @param octets A FileDescriptorProto, as a server sends it. What is no such thing is left out.
   *  @param server Its address. */
  harvest(server: string, octets: Uint8Array, { schemaOctets }: SchemaLimits): void {
    if (this.#octets + octets.length + FILE > schemaOctets) return;
    let file: FileDescriptorProto;
    try {
      file = fromBinary(FileDescriptorProtoSchema, octets, { readUnknownFields: false });
    } catch {
      return;
    }
    let own = this.#harvested.get(server);
    if (own === undefined) {
      own = new FileSet();
      this.#harvested.set(server, own);
    }
    if (!own.add(file)) return;
    this.#octets += octets.length + FILE;
    this.#methods.clear();
  }

  /** The method of a call; undefined where no schema has it. @param path The call's `:path`. */
  method(path: string, server: string): MethodSchema | undefined {
    if (this.empty) return undefined;
    const key = `${server} ${path}`;
    if (this.#methods.has(key)) return this.#methods.get(key);
    if (this.#methods.size >= METHODS) this.#methods.clear();
    const found = this.#find(path, server);
    this.#methods.set(key, found);
    return found;
  }

  /** A message of a type that some schema has. @returns undefined where none has it, or the octets do not fit. */
  json(type: string, bytes: Uint8Array): Json | undefined {
    for (const set of [this.#given, ...this.#harvested.values()]) {
      const json = set.size === 0 ? undefined : set.json(type, bytes);
      if (json !== undefined) return json;
    }
    return undefined;
  }

  #find(path: string, server: string): MethodSchema | undefined {
    const parts = path.split("/");
    const method = parts.pop() ?? "";
    const service = parts.pop() ?? "";
    if (service === "" || method === "") return undefined;
    const own = this.#harvested.get(server);
    const found = this.#given.method(service, method, "given") ?? own?.method(service, method, "own");
    if (found !== undefined) return found;
    for (const [, set] of this.#harvested) {
      const other = set.method(service, method, "other");
      if (other !== undefined) return other;
    }
    return this.#known.method(service, method, "other");
  }
}

/** Whether octets are a FileDescriptorSet, or a buf image: field 1, again and again. */
export function isDescriptorSet(octets: Uint8Array): boolean {
  const reader = new WireReader(octets, 0, octets.length);
  let files = 0;
  while (reader.next()) if (reader.number === 1 && reader.type === WireType.length) files++;
  return reader.fault === undefined && files > 0;
}

/** The types of a file that every compiler brings along, by full name; undefined where it is none. */
export function wellKnownTypes(file: string): ReadonlyMap<string, "message" | "enum"> | undefined {
  const known = WELL_KNOWN_FILES.find(({ proto }) => proto.name === file);
  if (known === undefined) return undefined;
  const types = new Map<string, "message" | "enum">();
  const collect = (message: DescMessage): void => {
    types.set(message.typeName, "message");
    for (const { typeName } of message.nestedEnums) types.set(typeName, "enum");
    message.nestedMessages.forEach(collect);
  };
  known.messages.forEach(collect);
  for (const { typeName } of known.enums) types.set(typeName, "enum");
  return types;
}

const fileOf = (file: ProtoFile): FileDescriptorProto => fromJson(FileDescriptorProtoSchema, file);

/** Files that import each other. */
class FileSet {
  readonly #files = new Map<string, FileDescriptorProto>();
  /** By full name of a service, the file that has it. */
  readonly #services = new Map<string, FileDescriptorProto>();
  /** Of all files; `undefined`: not made yet, or they do not go together. */
  #registry: FileRegistry | "broken" | undefined;

  get size(): number {
    return this.#files.size;
  }

  /** @returns False where there is a file of that name. */
  add(file: FileDescriptorProto): boolean {
    if (this.#files.has(file.name)) return false;
    this.#files.set(file.name, file);
    for (const { name } of file.service) this.#services.set(file.package === "" ? name : `${file.package}.${name}`, file);
    this.#registry = undefined;
    return true;
  }

  verify(): void {
    this.#registry = this.#link([...this.#files.values()]);
  }

  method(serviceName: string, name: string, source: SchemaSource): MethodSchema | undefined {
    const file = this.#services.get(serviceName);
    const registry = file === undefined ? undefined : this.#registryFor(file);
    const method = registry?.getService(serviceName)?.methods.find((one) => one.name === name);
    if (registry === undefined || method === undefined) return undefined;
    return new MethodSchema(method, source, registry);
  }

  json(type: string, bytes: Uint8Array): Json | undefined {
    const registry = this.#all();
    const message = registry?.getMessage(type);
    return registry === undefined || message === undefined ? undefined : messageJson(message, bytes, registry);
  }

  #all(): FileRegistry | undefined {
    if (this.#registry === undefined) this.#registry = this.#tryLink([...this.#files.values()]) ?? "broken";
    return this.#registry === "broken" ? undefined : this.#registry;
  }

  // Reflection may have told only a part: then what the file itself needs may still be there.
  #registryFor(file: FileDescriptorProto): FileRegistry | undefined {
    return this.#all() ?? this.#tryLink([file]);
  }

  #tryLink(files: readonly FileDescriptorProto[]): FileRegistry | undefined {
    try {
      return this.#link(files);
    } catch {
      return undefined;
    }
  }

  // Imports first. What is not there is left out: often it is only needed for options.
  #link(files: readonly FileDescriptorProto[]): FileRegistry {
    const ordered = new Set<FileDescriptorProto>();
    const seen = new Set<string>();
    const find = (name: string) => this.#files.get(name) ?? WELL_KNOWN.get(name);
    // An Any may hold a well-known type that nothing imports.
    const any = [...files, ...this.#files.values()].some(({ dependency }) => dependency.includes("google/protobuf/any.proto"));
    const own = any ? [...WELL_KNOWN.values()].filter(({ name }) => !this.#files.has(name)) : [];
    const stack = [...own, ...files].map((file) => ({ file, left: [...file.dependency] })).reverse();
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      seen.add(top.file.name);
      const name = top.left.pop();
      if (name === undefined) {
        stack.pop();
        ordered.add(top.file);
        continue;
      }
      const file = find(name);
      if (file !== undefined && !seen.has(name)) stack.push({ file, left: [...file.dependency] });
    }
    const linked = [...ordered].map((file) =>
      file.dependency.every((name) => find(name) !== undefined)
        ? file
        : create(FileDescriptorProtoSchema, {
            ...file,
            dependency: file.dependency.filter((name) => find(name) !== undefined),
            publicDependency: [],
            weakDependency: [],
          }),
    );
    return createFileRegistry(create(FileDescriptorSetSchema, { file: linked }));
  }
}

/** Holds octets against a type: wire types, lengths, UTF-8. Fields that the type does not have are fine. */
class Fit {
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
    const scalar = field.fieldKind === "enum" || (list && field.listKind === "enum") ? ScalarType.INT32 : field.scalar;
    if (field.fieldKind === "map") {
      if (type !== WireType.length) return wireMisfit(path, WireType.length, type);
      return this.#entry(field, start, end, depth, path);
    }
    if (field.message !== undefined) {
      const wanted = field.delimitedEncoding ? WireType.groupStart : WireType.length;
      return type === wanted ? this.#message(field.message, start, end, depth + 1, path) : wireMisfit(path, wanted, type);
    }
    const wanted = wireTypeOf(scalar ?? ScalarType.BYTES);
    if (type !== wanted) {
      if (list && type === WireType.length) return this.#packed(wanted, start, end, path);
      return wireMisfit(path, wanted, type);
    }
    return scalar === ScalarType.STRING && field.utf8Validation ? this.#text(start, end, path) : undefined;
  }

  // A map's entry is a message of a key, 1, and a value, 2.
  #entry(field: DescField & { fieldKind: "map" }, start: number, end: number, depth: number, path: string) {
    const reader = new WireReader(this.#bytes, start, end);
    while (reader.next()) {
      if (++this.#fields > FIELDS) return "unsure";
      const { number, type } = reader;
      if (number > 2) continue;
      const where = `${path}.${number === 1 ? "key" : "value"}`;
      const scalar = number === 1 ? field.mapKey : field.mapKind === "enum" ? ScalarType.INT32 : field.scalar;
      const wanted = scalar === undefined ? WireType.length : wireTypeOf(scalar);
      if (type !== wanted) return wireMisfit(where, wanted, type);
      const wrong =
        scalar === undefined && field.message !== undefined
          ? this.#message(field.message, reader.start, reader.end, depth + 1, where)
          : scalar === ScalarType.STRING && field.utf8Validation
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
    if (size > 0) return (end - start) % size === 0 ? undefined : { field: path, reason: `is packed in ${end - start} octets` };
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

function wireTypeOf(scalar: ScalarType): number {
  switch (scalar) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.length;
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
    case ScalarType.FLOAT:
      return WireType.fixed32;
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
    case ScalarType.DOUBLE:
      return WireType.fixed64;
    default:
      return WireType.varint;
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
      const made: DescMessage = { ...BytesValueSchema, typeName: name };
      unknown.set(name, made);
      return made;
    },
  });
}

const FAULTS: Readonly<Record<WireFault, string>> = {
  tag: "goes on with octets that are no field",
  varint: "ends inside a number, or has one of more than ten octets",
  length: "has a field that is longer than what is left",
  group: "has a group without an end, or an end without a group",
  depth: "is nested too deeply",
};

const WIRE_NAMES = ["varint", "64 bit", "length-delimited", "group", "end of a group", "32 bit"];

const WELL_KNOWN_FILES = [
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  file_google_protobuf_type,
  file_google_protobuf_api,
];

const WELL_KNOWN: ReadonlyMap<string, FileDescriptorProto> = new Map(WELL_KNOWN_FILES.map(({ proto }) => [proto.name, proto]));

/** Levels that parsers take by default. */
const DEPTH = 100;
const FIELDS = 100_000;
const METHODS = 10_000;
/** What a file costs beside its octets. */
const FILE = 1024;
