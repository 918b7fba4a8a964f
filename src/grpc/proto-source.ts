// In: the text of .proto files, parsed by protobufjs. Out: file descriptors, with every name resolved. What only matters to code generators
// (defaults, options but those of the encoding) is left out. A group inside a oneof is not read.
// Ours is the step to descriptors: that of protobufjs 8.8 (ext/descriptor) names the type of a map's entries as the field, which may be the
// name of another type, lists an extension among the fields of the message that it extends, and does not know types of missing imports.

import type protobufjs from "protobufjs";
import { loadPackage } from "../load-package.ts";
import type { ProtoEnum, ProtoField, ProtoFile, ProtoMessage } from "./schema/proto-file.ts";
import { wellKnownTypes } from "./schema/registry.ts";

let loaded: typeof protobufjs | undefined;

/** Loaded with the first schema: most runs have none. */
const protobuf = (): typeof protobufjs => (loaded ??= loadPackage("protobufjs") as typeof protobufjs);

/** One .proto file, its names not resolved yet. */
export interface ProtoSource {
  /** As others import it. */
  readonly name: string;
  readonly imports: readonly string[];
  readonly file: ProtoFile;
}

/** @throws Error with one line that says where the text is wrong. */
export function parseProto(name: string, text: string): ProtoSource {
  const { Root, parse } = protobuf();
  const root = new Root();
  const { package: packageName = "", imports = [] } = parse(text, root, { keepCase: true });
  const syntax = syntaxOf(text);
  const at = packageName === "" ? root : root.lookup(packageName);
  const inside = at instanceof protobuf().Namespace ? at.nestedArray : [];
  // Options of a file stand at its root.
  const features = featuresOf(root.parsedOptions);
  return {
    name,
    imports,
    file: {
      name,
      package: packageName,
      dependency: imports,
      ...(syntax.startsWith("proto") ? { syntax } : { syntax: "editions", edition: EDITIONS[syntax] ?? EDITIONS["2023"]! }),
      ...(features === undefined ? {} : { options: { features } }),
      messageType: inside.filter((one) => one instanceof protobuf().Type).map((type) => messageOf(type, syntax)),
      enumType: inside.filter((one) => one instanceof protobuf().Enum).map(enumOf),
      extension: inside.filter(isExtension).map((field) => fieldOf(field, syntax)),
      service: inside.filter((one) => one instanceof protobuf().Service).map(serviceOf),
    },
  };
}

/** Resolves the names of types across files that were parsed together.
 *  @throws Error with one line that names the type that is nowhere. */
export function linkProtos(sources: readonly ProtoSource[]): ProtoFile[] {
  const types = new Map<string, "message" | "enum">();
  for (const name of new Set(sources.flatMap(({ imports }) => imports)))
    for (const [type, kind] of wellKnownTypes(name) ?? []) types.set(type, kind);
  for (const { file } of sources) collect(file, types);
  return sources.map(({ name, file, imports }) => {
    const missing = imports.filter((one) => wellKnownTypes(one) === undefined && !sources.some((source) => source.name === one));
    const resolve = (type: string, scope: string): { typeName: string; type: number } => {
      const found = lookUp(type, scope, types);
      if (found !== undefined) return { typeName: `.${found}`, type: types.get(found) === "enum" ? Type.enum : Type.message };
      const why = missing.length === 0 ? "" : ` (not found: import ${missing.map((one) => JSON.stringify(one)).join(", ")})`;
      throw new Error(`${name}: the type ${JSON.stringify(type)} is not known${why}`);
    };
    const scope = file.package;
    return {
      ...file,
      messageType: file.messageType.map((type) => linkMessage(type, scope, resolve)),
      extension: file.extension.map((field) => linkField(field, scope, resolve)),
      service: file.service.map((service) => ({
        ...service,
        method: service.method.map((method) => ({
          ...method,
          inputType: resolve(method.inputType, scope).typeName,
          outputType: resolve(method.outputType, scope).typeName,
        })),
      })),
    };
  });
}

type Resolve = (type: string, scope: string) => { typeName: string; type: number };

function messageOf(type: protobufjs.Type, syntax: string): ProtoMessage {
  const { nestedArray } = type;
  // Beside its own there may be fields that extend it.
  const fields = type.fieldsArray.filter((field) => field.declaringField === null || field.declaringField === undefined);
  const oneofs = type.oneofsArray.map(({ name }) => name);
  const maps = fields.filter((field) => field instanceof protobuf().MapField);
  return {
    name: type.name,
    field: fields.map((field) => ({
      ...fieldOf(field, syntax),
      ...(field.partOf === null || field.partOf === undefined ? {} : { oneofIndex: oneofs.indexOf(field.partOf.name) }),
    })),
    oneofDecl: oneofs.map((name) => ({ name })),
    nestedType: [
      ...nestedArray.filter((one) => one instanceof protobuf().Type).map((one) => messageOf(one, syntax)),
      ...maps.map((field) => entryOf(field, syntax)),
    ],
    enumType: nestedArray.filter((one) => one instanceof protobuf().Enum).map(enumOf),
    extension: nestedArray.filter(isExtension).map((field) => fieldOf(field, syntax)),
    ...featured(type.parsedOptions),
  };
}

function isExtension(one: protobufjs.ReflectionObject): one is protobufjs.Field {
  return one instanceof protobuf().Field && one.extend !== undefined;
}

function fieldOf(field: protobufjs.Field, syntax: string): ProtoField {
  const options: Record<string, unknown> = field.options ?? {};
  const map = field instanceof protobuf().MapField;
  const scalar = SCALARS[field.type];
  const type = scalar === undefined ? field.parent?.get(field.type) : undefined;
  // The type of a group is made beside its field, and marked; that is not among its declared properties.
  const group = type instanceof protobuf().Type && (type as { group?: boolean }).group === true;
  const optional = options["proto3_optional"] === true;
  const features = featuresOf(field.parsedOptions);
  const redact = options["debug_redact"] === true;
  const packed = typeof options["packed"] === "boolean" ? options["packed"] : undefined;
  return {
    name: field.name,
    number: field.id,
    label: field.repeated || map ? Label.repeated : field.required && syntax === "proto2" ? Label.required : Label.optional,
    jsonName: typeof options["json_name"] === "string" ? options["json_name"] : camelCase(field.name),
    ...(map
      ? { type: Type.message, typeName: entryName(field.name) }
      : scalar === undefined
        ? { type: group ? Type.group : Type.message, typeName: field.type }
        : { type: scalar }),
    ...(field.extend === undefined ? {} : { extendee: field.extend }),
    ...(optional ? { proto3Optional: true } : {}),
    ...(packed === undefined && features === undefined && !redact
      ? {}
      : {
          options: {
            ...(packed === undefined ? {} : { packed }),
            ...(features === undefined ? {} : { features }),
            ...(redact ? { debugRedact: true } : {}),
          },
        }),
  };
}

function entryOf(field: protobufjs.MapField, syntax: string): ProtoMessage {
  const { Field } = protobuf();
  const value = new Field("value", 2, field.type);
  return {
    name: entryName(field.name),
    field: [
      { name: "key", number: 1, label: Label.optional, type: SCALARS[field.keyType] ?? Type.string, jsonName: "key" },
      fieldOf(value, syntax),
    ],
    ...{ oneofDecl: [], nestedType: [], enumType: [], extension: [] },
    options: { mapEntry: true },
  };
}

function enumOf(one: protobufjs.Enum): ProtoEnum {
  return {
    name: one.name,
    value: Object.entries(one.values).map(([name, number]) => ({ name, number })),
    ...featured(one.parsedOptions),
  };
}

function serviceOf(service: protobufjs.Service): ProtoFile["service"][number] {
  return {
    name: service.name,
    method: service.methodsArray.map((method) => ({
      name: method.name,
      inputType: method.requestType,
      outputType: method.responseType,
      clientStreaming: method.requestStream === true,
      serverStreaming: method.responseStream === true,
    })),
  };
}

function collect(file: ProtoFile, types: Map<string, "message" | "enum">): void {
  const join = (scope: string, name: string) => (scope === "" ? name : `${scope}.${name}`);
  const message = (type: ProtoMessage, scope: string): void => {
    const name = join(scope, type.name);
    types.set(name, "message");
    for (const one of type.nestedType) message(one, name);
    for (const one of type.enumType) types.set(join(name, one.name), "enum");
  };
  for (const type of file.messageType) message(type, file.package);
  for (const one of file.enumType) types.set(join(file.package, one.name), "enum");
}

// From the innermost scope outwards, as C++ looks names up (Protocol Buffers language, Packages and Name Resolution).
function lookUp(type: string, scope: string, types: ReadonlyMap<string, unknown>): string | undefined {
  if (type.startsWith(".")) return types.has(type.slice(1)) ? type.slice(1) : undefined;
  for (let at = scope; ; at = at.slice(0, Math.max(at.lastIndexOf("."), 0))) {
    const name = at === "" ? type : `${at}.${type}`;
    if (types.has(name)) return name;
    if (at === "") return undefined;
  }
}

function linkMessage(type: ProtoMessage, outer: string, resolve: Resolve): ProtoMessage {
  const scope = outer === "" ? type.name : `${outer}.${type.name}`;
  return {
    ...type,
    field: type.field.map((field) => linkField(field, scope, resolve)),
    extension: type.extension.map((field) => linkField(field, scope, resolve)),
    nestedType: type.nestedType.map((one) => linkMessage(one, scope, resolve)),
  };
}

function linkField(field: ProtoField, scope: string, resolve: Resolve): ProtoField {
  const { typeName, extendee } = field;
  const found = typeName === undefined || typeName === "" ? undefined : resolve(typeName, scope);
  return {
    ...field,
    ...(found === undefined ? {} : { typeName: found.typeName, type: field.type === Type.group ? Type.group : found.type }),
    ...(extendee === undefined || extendee === "" ? {} : { extendee: resolve(extendee, scope).typeName }),
  };
}

// The parser keeps it to itself.
function syntaxOf(text: string): string {
  const bare = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, " ");
  return /^\ufeff?\s*(?:syntax|edition)\s*=\s*["']([^"']+)["']/.exec(bare)?.[1] ?? "proto2";
}

type Options = readonly Record<string, unknown>[] | null | undefined;

/** The features of an edition that change the encoding or its JSON. */
type Features = Record<string, number>;

function featuresOf(options: Options): Features | undefined {
  const features: Features = {};
  for (const option of options ?? []) {
    const given = option["features"];
    if (typeof given !== "object" || given === null) continue;
    for (const [name, value] of Object.entries(given)) {
      const feature = FEATURES[name];
      const number = feature?.values.indexOf(String(value)) ?? -1;
      if (feature !== undefined && number >= 0) features[feature.name] = number + 1;
    }
  }
  return Object.keys(features).length === 0 ? undefined : features;
}

function featured(options: Options): { options?: { features: Features } } {
  const features = featuresOf(options);
  return features === undefined ? {} : { options: { features } };
}

/** As protoc makes the JSON name of a field. */
const camelCase = (name: string): string => name.replace(/_+(.?)/g, (_, letter: string) => letter.toUpperCase());

/** As protoc names the type of a map's entries. */
const entryName = (field: string): string => {
  const camel = camelCase(field);
  return `${camel.slice(0, 1).toUpperCase()}${camel.slice(1)}Entry`;
};

const Label = { optional: 1, required: 2, repeated: 3 } as const;
const Type = { string: 9, group: 10, message: 11, enum: 14 } as const;

const SCALARS: Readonly<Record<string, number>> = {
  ...{ double: 1, float: 2, int64: 3, uint64: 4, int32: 5, fixed64: 6, fixed32: 7, bool: 8, string: 9, bytes: 12 },
  ...{ uint32: 13, sfixed32: 15, sfixed64: 16, sint32: 17, sint64: 18 },
};

const EDITIONS: Readonly<Record<string, number>> = { "2023": 1000, "2024": 1001 };

const FEATURES: Readonly<Record<string, { name: string; values: readonly string[] }>> = {
  field_presence: { name: "fieldPresence", values: ["EXPLICIT", "IMPLICIT", "LEGACY_REQUIRED"] },
  enum_type: { name: "enumType", values: ["OPEN", "CLOSED"] },
  repeated_field_encoding: { name: "repeatedFieldEncoding", values: ["PACKED", "EXPANDED"] },
  utf8_validation: { name: "utf8Validation", values: ["", "VERIFY", "NONE"] },
  message_encoding: { name: "messageEncoding", values: ["LENGTH_PREFIXED", "DELIMITED"] },
};
