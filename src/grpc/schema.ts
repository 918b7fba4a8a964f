// In: file descriptors of protobuf schemas, of the user or from server reflection. Out: what the methods of a path take and answer. Only the
// files of schema/ know @bufbuild/protobuf.

import type { Hearsay, Missed } from "../hearsay.ts";
import type { MethodSchema } from "./schema/method.ts";
import type { ProtoFile } from "./schema/proto-file.ts";
import { FileSet, fileIn, fileOf, filesIn } from "./schema/registry.ts";
import type { Json } from "./schemaless.ts";
import { WireReader, WireType } from "./wire.ts";

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
  /** Where only a share of the connections is read. Whoever asks may be answered by what another connection shows. */
  hearsay: Hearsay | undefined = undefined;
  /** By path, its note that no schema was known; undefined where the user's schema has it. Calls are many, paths few. */
  readonly #missed = new Map<string, { readonly of: Hearsay; readonly missed: Missed | undefined }>();
  /** By server and path; anew when something is added. */
  readonly #methods = new Map<string, MethodSchema | undefined>();

  get empty(): boolean {
    return this.#given.size === 0 && this.#harvested.size === 0 && this.#known.size === 0;
  }

  /** @param files Descriptors as JSON, or the octets of a FileDescriptorSet or a buf image.
   *  @throws Error with one line that says what is wrong with them. */
  add(files: readonly ProtoFile[] | Uint8Array): void {
    this.#methods.clear();
    this.#missed.clear();
    const read = files instanceof Uint8Array ? filesIn(files) : files.map(fileOf);
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
    const file = fileIn(octets);
    if (file === undefined) return;
    let own = this.#harvested.get(server);
    if (own === undefined) {
      own = new FileSet();
      this.#harvested.set(server, own);
    }
    if (!own.add(file)) return;
    this.#octets += octets.length + FILE;
    this.#methods.clear();
    if (this.hearsay !== undefined) for (const path of own.paths()) this.hearsay.hear(`schema ${path}`);
  }

  /** The method of a call; undefined where no schema has it. @param path The call's `:path`. */
  method(path: string, server: string): MethodSchema | undefined {
    if (this.hearsay !== undefined) this.#miss(path, this.hearsay);
    if (this.empty) return undefined;
    const key = `${server} ${path}`;
    if (this.#methods.has(key)) return this.#methods.get(key);
    if (this.#methods.size >= METHODS) this.#methods.clear();
    const found = this.#find(path, server);
    this.#methods.set(key, found);
    return found;
  }

  /** Of the methods that a server may have by the user's schema, and by what it said of itself: at most so many as are remembered. */
  paths(server: string): string[] {
    const paths = new Set<string>();
    for (const set of [this.#given, this.#harvested.get(server)])
      for (const path of set?.paths() ?? []) if (paths.size < METHODS) paths.add(path);
    return [...paths];
  }

  /** A message of a type that some schema has. @returns undefined where none has it, or the octets do not fit. */
  json(type: string, bytes: Uint8Array): Json | undefined {
    for (const set of [this.#given, ...this.#harvested.values()]) {
      const json = set.size === 0 ? undefined : set.json(type, bytes);
      if (json !== undefined) return json;
    }
    return undefined;
  }

  // Whatever another server reports: the user's schema goes before.
  #miss(path: string, hearsay: Hearsay): void {
    const before = this.#missed.get(path);
    if (before?.of === hearsay) {
      if (before.missed !== undefined) hearsay.missAgain(before.missed);
      return;
    }
    const [method = "", service = ""] = path.split("/").reverse();
    const isGiven = this.#given.method(service, method, "given") !== undefined;
    if (this.#missed.size >= METHODS) this.#missed.clear();
    this.#missed.set(path, { of: hearsay, missed: isGiven ? undefined : hearsay.miss(`schema /${service}/${method}`) });
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

const METHODS = 10_000;
/** What a file costs beside its octets. */
const FILE = 1024;
