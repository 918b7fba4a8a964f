// In: file descriptors of protobuf schemas, of the user or from server reflection. Out: what the methods of a path take and answer.
import type { Side } from "../place.ts";
import { Fit, type Misfit } from "./message-fit.ts";
import { messageJson, redacted } from "./message-json.ts";
import type { ProtoFile } from "./proto-file.ts";
import {
  type DescMessage,
  type DescMethod,
  type FileDescriptorProto,
  type FileRegistry,
  protobuf,
  wellKnownProtobuf,
} from "./protobuf.ts";
import type { Json } from "./schemaless.ts";
import { wellKnown } from "./well-known.ts";
import { WireReader, WireType } from "./wire.ts";

export type MethodKind = "unary" | "client-streaming" | "server-streaming" | "bidi-streaming";

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
    return json === undefined || !redact ? json : redacted(json, type);
  }

  #type(from: Side): DescMessage {
    return from === "client" ? this.#input : this.#output;
  }
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
    const read = files instanceof Uint8Array ? descriptorsOf(files) : files.map(fileOf);
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
      file = protobuf().fromBinary(wellKnownProtobuf().FileDescriptorProtoSchema, octets, { readUnknownFields: false });
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

const fileOf = (file: ProtoFile): FileDescriptorProto => protobuf().fromJson(wellKnownProtobuf().FileDescriptorProtoSchema, file);

const descriptorsOf = (set: Uint8Array): FileDescriptorProto[] =>
  protobuf().fromBinary(wellKnownProtobuf().FileDescriptorSetSchema, set).file;

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
    const { create, createFileRegistry } = protobuf();
    const { FileDescriptorProtoSchema, FileDescriptorSetSchema } = wellKnownProtobuf();
    const known = wellKnown();
    const ordered = new Set<FileDescriptorProto>();
    const seen = new Set<string>();
    const find = (name: string) => this.#files.get(name) ?? known.get(name);
    // An Any may hold a well-known type that nothing imports.
    const any = [...files, ...this.#files.values()].some(({ dependency }) => dependency.includes("google/protobuf/any.proto"));
    const own = any ? [...known.values()].filter(({ name }) => !this.#files.has(name)) : [];
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

const METHODS = 10_000;
/** What a file costs beside its octets. */
const FILE = 1024;
