// The paths of --proto -> schemas. Folders are roots that imports are found below; a .proto file brings its own folder and those above it.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { H2lintError } from "../error.ts";
import { linkProtos, type ProtoSource, parseProto } from "../grpc/proto-source.ts";
import { isDescriptorSet, Schemas } from "../grpc/schema.ts";
import { quote } from "../report/repro.ts";

/** @param paths `.proto` files, folders of them, and descriptor sets, which are known by their content.
 *  @throws H2lintError for what is not there, and for what is no schema: one line. */
export function loadSchemas(paths: readonly string[]): Schemas {
  const schemas = new Schemas();
  const roots: string[] = [];
  const wanted: { readonly path: string; readonly root: string }[] = [];
  for (const path of paths) {
    if (kindOf(path) === "folder") {
      const files = protosBelow(path);
      if (files.length === 0) throw new H2lintError("unrecognised", `${path}: there is no .proto file in this folder`);
      roots.push(path);
      wanted.push(...files.map((file) => ({ path: file, root: path })));
      continue;
    }
    const octets = read(path);
    if (isDescriptorSet(octets)) attempt(path, () => schemas.add(octets));
    else wanted.push({ path, root: dirname(path) });
  }
  if (wanted.length > 0) attempt(undefined, () => schemas.add(linkProtos(sourcesOf(wanted, roots))));
  return schemas;
}

/** The options by which grpcurl takes the same schemas.
 *  @param file The one that defines the method, as others import it. */
export function grpcurlSchema(paths: readonly string[], file: string): string[] {
  const words: string[] = [];
  let source = false;
  for (const path of paths) {
    if (kindOf(path) === "folder") words.push(`-import-path ${quote(path)}`);
    else if (isDescriptorSet(read(path))) {
      words.push(`-protoset ${quote(path)}`);
      continue;
    } else words.push(`-import-path ${quote(dirname(path))}`);
    source = true;
  }
  if (source) words.push(`-proto ${quote(file)}`);
  return words;
}

function sourcesOf(wanted: readonly { readonly path: string; readonly root: string }[], roots: readonly string[]): ProtoSource[] {
  // By file, so that one that is named and imported is read once; with the files that its imports are.
  const sources = new Map<string, { readonly source: ProtoSource; readonly found: Map<string, string> }>();
  const names = new Set<string>();
  const parse = (path: string, name: string, around: readonly string[]): string => {
    const key = resolve(path);
    if (sources.has(key)) return key;
    const text = read(path).toString("utf8");
    const unique = names.has(name) ? key : name;
    names.add(unique);
    const source = attempt(path, () => parseProto(unique, text));
    const found = new Map<string, string>();
    sources.set(key, { source, found });
    for (const one of source.imports) {
      const from = around.map((root) => join(root, one)).find((candidate) => kindOf(candidate, true) === "file");
      if (from !== undefined) found.set(one, parse(from, one, around));
    }
    return key;
  };
  for (const { path, root } of wanted) parse(path, relative(root, path).replaceAll("\\", "/"), [...roots, ...foldersUp(root)]);
  // One file may be imported by several names.
  return [...sources.values()].map(({ source: { name, imports, file }, found }) => {
    const known = imports.map((one) => sources.get(found.get(one) ?? "")?.source.name ?? one);
    return { name, imports: known, file: { ...file, dependency: known } };
  });
}

function foldersUp(folder: string): string[] {
  const folders = [folder];
  for (let at = resolve(folder); folders.length < LEVELS && dirname(at) !== at; at = dirname(at)) folders.push(dirname(at));
  return folders;
}

function protosBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".proto"))
    .sort()
    .map((name) => join(folder, name));
}

function kindOf(path: string, quiet = false): "file" | "folder" | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    if (quiet) return undefined;
    throw new H2lintError("not-found", `${path}: no such file or folder`);
  }
  return stats.isDirectory() ? "folder" : "file";
}

function read(path: string): Buffer {
  try {
    if (statSync(path).size > LARGEST) throw new H2lintError("unrecognised", `${path}: too large for a schema`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof H2lintError) throw error;
    throw new H2lintError("unreadable", `${path}: cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"})`);
  }
}

// Whatever a parser says of a file is about the file.
function attempt<T>(path: string | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof H2lintError) throw error;
    const text = (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\n\s*/g, " ");
    throw new H2lintError("unrecognised", path === undefined ? text : `${path}: ${text}`);
  }
}

const LEVELS = 8;
const LARGEST = 256 << 20;
