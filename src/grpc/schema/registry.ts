// In: file descriptors. Out: the methods and types that they define, linked with what they import.
import type { Json } from "../schemaless.ts";
import { messageJson } from "./json.ts";
import { MethodSchema, type SchemaSource } from "./method.ts";
import type { ProtoFile } from "./proto-file.ts";
import {
  type DescFile,
  type DescMessage,
  type FileDescriptorProto,
  type FileRegistry,
  protobuf,
  wellKnownProtobuf,
} from "./protobuf.ts";

/** The files of a FileDescriptorSet or a buf image.
 *  @throws Error where the octets are none. */
export const filesIn = (octets: Uint8Array): FileDescriptorProto[] =>
  protobuf().fromBinary(wellKnownProtobuf().FileDescriptorSetSchema, octets).file;

/** A file by its descriptor's octets. @returns undefined where they are none. */
export function fileIn(octets: Uint8Array): FileDescriptorProto | undefined {
  try {
    return protobuf().fromBinary(wellKnownProtobuf().FileDescriptorProtoSchema, octets, { readUnknownFields: false });
  } catch {
    return undefined;
  }
}

/** A file by its descriptor as JSON. */
export const fileOf = (file: ProtoFile): FileDescriptorProto =>
  protobuf().fromJson(wellKnownProtobuf().FileDescriptorProtoSchema, file);

/** Files that import each other. */
export class FileSet {
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

  /** Of all methods, as calls have them: `/a.B/C`. */
  *paths(): Generator<string> {
    for (const [service, { service: services }] of this.#services)
      for (const { name, method } of services)
        if (service === name || service.endsWith(`.${name}`)) for (const one of method) yield `/${service}/${one.name}`;
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

  // Reflection may have given only a part: then what the file itself needs may still be there.
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
    const wellKnown = new Map(wellKnownFiles().map(({ proto }) => [proto.name, proto]));
    const find = (name: string) => this.#files.get(name) ?? wellKnown.get(name);
    // An Any may hold a well-known type that nothing imports.
    const any = [...files, ...this.#files.values()].some(({ dependency }) => dependency.includes("google/protobuf/any.proto"));
    const own = any ? [...wellKnown.values()].filter(({ name }) => !this.#files.has(name)) : [];
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
        : protobuf().create(wellKnownProtobuf().FileDescriptorProtoSchema, {
            ...file,
            dependency: file.dependency.filter((name) => find(name) !== undefined),
            publicDependency: [],
            weakDependency: [],
          }),
    );
    return protobuf().createFileRegistry(protobuf().create(wellKnownProtobuf().FileDescriptorSetSchema, { file: linked }));
  }
}

/** The types of a file that every compiler brings along, by full name; undefined where it is none. */
export function wellKnownTypes(file: string): ReadonlyMap<string, "message" | "enum"> | undefined {
  const wellKnown = wellKnownFiles().find(({ proto }) => proto.name === file);
  if (wellKnown === undefined) return undefined;
  const types = new Map<string, "message" | "enum">();
  const collect = (message: DescMessage): void => {
    types.set(message.typeName, "message");
    for (const { typeName } of message.nestedEnums) types.set(typeName, "enum");
    message.nestedMessages.forEach(collect);
  };
  wellKnown.messages.forEach(collect);
  for (const { typeName } of wellKnown.enums) types.set(typeName, "enum");
  return types;
}

// What protoc brings along; made with the first schema.
function wellKnownFiles() {
  const w = wellKnownProtobuf();
  return (known ??= [
    w.file_google_protobuf_any,
    w.file_google_protobuf_descriptor,
    w.file_google_protobuf_duration,
    w.file_google_protobuf_empty,
    w.file_google_protobuf_field_mask,
    w.file_google_protobuf_source_context,
    w.file_google_protobuf_struct,
    w.file_google_protobuf_timestamp,
    w.file_google_protobuf_wrappers,
    w.file_google_protobuf_type,
    w.file_google_protobuf_api,
  ]);
}

let known: readonly DescFile[] | undefined;
