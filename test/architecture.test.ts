// The layout: folders are stages in data-flow order, and imports go one way.
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { basename, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../src/", import.meta.url));

/** In data-flow order. */
const stages = [
  "platform",
  "capture",
  "recording",
  "net",
  "tcp",
  "tls",
  "fields",
  "hpack",
  "http2",
  "detect",
  "model",
  "grpc",
  "rules",
  "pairing",
  "log",
  "lang",
  "report",
  "cli",
];
const foundation = [
  "bytes.ts",
  "place.ts",
  "diagnostic.ts",
  "limits.ts",
  "error.ts",
  "load-package.ts",
  "package-file.ts",
  "time.ts",
  "version.ts",
  "hearsay.ts",
  "usage.ts",
];
/** They wire the stages, so they see all of them. */
const seesAll = [
  ...["index.ts", "core.ts", "testing.ts", "analyze.ts", "analyze-options.ts", "analyze-logs.ts", "log-joiner.ts"],
  ...["pipeline.ts", "capture-pipeline.ts", "capture-sessions.ts", "traffic-filter.ts", "result-events.ts", "tally.ts"],
  "conclusion.ts",
];
const seesAllFolders = ["testing", "shares", "cli"];

/** Each third-party package, and the one file or folder that imports it. */
const packages: Readonly<Record<string, string>> = {
  "@bufbuild/protobuf": "grpc/schema/protobuf.ts",
  "@noble/ciphers": "platform/web/crypto.ts",
  "@noble/hashes": "platform/web/crypto.ts",
  buffer: "platform/web/buffer.ts",
  "cli-table3": "report/table.ts",
  "hpack.js": "hpack/reference.ts",
  pako: "platform/web/zlib.ts",
  "pcap-parser": "capture/reference.ts",
  protobufjs: "grpc/proto-source.ts",
  "string-width": "report/width.ts",
  tinyglobby: "cli/captures.ts",
  yaml: "cli/config.ts",
  yargs: "cli/options.ts",
};

/** Those that are put into the bundle, and are no dependencies: to install them all for one command would cost more than the rest. */
const bundled: Readonly<Record<string, string>> = {
  "@modelcontextprotocol/sdk": "cli/mcp/serve.ts",
};

interface Import {
  readonly file: string;
  /** A path below src for a file of ours, else the name of a package. */
  readonly target: string;
  readonly own: boolean;
}

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => path.replaceAll("\\", "/"))
  .sort();
const sources = files.filter((file) => !file.endsWith(".d.ts"));
const imports = sources.flatMap(importsOf);

/** All of them, as the compiler's own scanner sees them: type imports, re-exports and `import()` included. */
function importsOf(file: string): Import[] {
  return ts.preProcessFile(readFileSync(root + file, "utf8"), true, true).importedFiles.map(({ fileName }) => {
    const own = fileName.startsWith(".");
    return { file, own, target: own ? posix.join(posix.dirname(file), fileName) : fileName };
  });
}

const folderOf = (path: string): string | undefined => (path.includes("/") ? path.slice(0, path.indexOf("/")) : undefined);

/** Of `@scope/name/part` and `name/part`. */
const packageOf = (target: string): string => target.split("/", target.startsWith("@") ? 2 : 1).join("/");

/** Files that import each other, by whatever way round: each group once, in the order of their names. */
function cyclesOf(edges: readonly Pick<Import, "file" | "target">[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { file, target } of edges) targets.set(file, [...(targets.get(file) ?? []), target]);
  const reached = new Map<string, ReadonlySet<string>>();
  for (const file of targets.keys()) {
    const seen = new Set<string>();
    const open = [...targets.get(file)!];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      open.push(...(targets.get(at) ?? []));
    }
    reached.set(file, seen);
  }
  const groups = new Set<string>();
  for (const [file, seen] of reached) {
    if (seen.has(file))
      groups.add(
        [...seen]
          .filter((other) => reached.get(other)?.has(file) === true)
          .sort()
          .join(" "),
      );
  }
  return [...groups].sort().map((group) => group.split(" "));
}

/** May `file` import `target`, both below src? */
function allowed(file: string, target: string): boolean {
  const from = folderOf(file);
  const to = folderOf(target);
  if (seesAll.includes(file) || (from !== undefined && seesAllFolders.includes(from))) return true;
  if (to === undefined) return foundation.includes(target);
  // Without stages of its own, the foundation stands on what Node or a browser has.
  if (from === undefined) return to === "platform";
  return from === to || (stages.includes(to) && stages.indexOf(to) < stages.indexOf(from));
}

describe("the check itself", () => {
  it.each([
    ["tcp/flow.ts", "tcp/assembler.ts", true],
    ["tcp/flow.ts", "net/segment.ts", true],
    ["tcp/flow.ts", "bytes.ts", true],
    ["tcp/flow.ts", "fields/field.ts", false],
    ["detect/detector.ts", "tls/hello.ts", true],
    ["http2/frame-decoder.ts", "detect/detector.ts", false],
    ["tcp/flow.ts", "analyze.ts", false],
    ["tcp/flow.ts", "testing/play.ts", false],
    ["rules/engine/engine.ts", "cli/options.ts", false],
    ["place.ts", "limits.ts", true],
    ["place.ts", "net/segment.ts", false],
    ["bytes.ts", "platform/buffer.ts", true],
    ["platform/fs.ts", "capture/source.ts", false],
    ["cli/run.ts", "analyze.ts", true],
    ["analyze.ts", "report/event.ts", true],
  ])("%s imports %s: %s", (file, target, expected) => expect(allowed(file, target)).toBe(expected));

  it("sees type imports", () => {
    expect(imports).toContainEqual({ file: "pairing/reaction.ts", target: "model/frame-ref.ts", own: true });
  });
});

describe("the search for cycles", () => {
  const edges = (text: string) => text.split(" ").map((edge) => ({ file: edge[0]!, target: edge[1]! }));

  it("finds a file that imports itself by way of others, and those others", () => {
    expect(cyclesOf(edges("ab bc ca cd de ed fa"))).toEqual([
      ["a", "b", "c"],
      ["d", "e"],
    ]);
  });

  it("finds none where all go one way", () => expect(cyclesOf(edges("ab ac bd cd"))).toEqual([]));
});

describe("layout", () => {
  it("has no folder or file at the top that is not listed", () => {
    const known = new Set([...stages, ...foundation, ...seesAll, ...seesAllFolders]);
    expect(files.map((file) => folderOf(file) ?? file).filter((name) => !known.has(name))).toEqual([]);
  });

  it("has no file named for nothing", () => {
    const vague = /^(utils?|helpers?|common|types?|misc|shared)\.(d\.)?ts$/;
    expect(files.filter((file) => vague.test(basename(file)))).toEqual([]);
  });

  it("has no index file in a folder but of the rules", () => {
    expect(files.filter((file) => file.includes("/") && basename(file) === "index.ts")).toEqual(["rules/index.ts"]);
  });
});

describe("imports", () => {
  it("go to the own folder, an earlier folder or the foundation", () => {
    const wrong = imports.filter(({ file, target, own }) => own && !allowed(file, target));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it("never lead back to the file that they began in, types included", () => {
    expect(cyclesOf(imports.filter(({ own }) => own))).toEqual([]);
  });

  it("name files that are there", () => {
    const known = new Set(files);
    const wrong = imports.filter(({ target, own }) => own && !known.has(target));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it("of a third-party package are in one file or folder, and only of those listed", () => {
    const known = { ...packages, ...bundled };
    const placeOf = (name: string, file: string) => (file.startsWith(known[name] ?? file) ? known[name] : file);
    const found = imports
      // What a browser cannot load later is in its bundle.
      .filter(({ file, target, own }) => !own && !isBuiltin(target) && file !== "platform/web/module.ts")
      .map(({ file, target }) => `${packageOf(target)} in ${placeOf(packageOf(target), file)}`);
    const listed = Object.entries(known).map(([name, file]) => `${name} in ${file}`);
    expect([...new Set(found)].sort()).toEqual(listed.sort());
  });

  it("of Node's modules are those of the platform, of commands and of recorders", () => {
    const may = /^(?:platform\/\w+\.ts|cli\/.*|recording\/.*|testing\.ts|testing\/.*)$/;
    expect(imports.filter(({ file, target }) => target.startsWith("node:") && !may.test(file))).toEqual([]);
  });

  it("of Node's modules have one of the same name for the web", () => {
    const named = (folder: string) => files.filter((file) => posix.dirname(file) === folder).map((file) => basename(file));
    expect(named("platform/web").filter((name) => name !== "version.ts")).toEqual(named("platform"));
  });

  it("of Node's modules say so", () => {
    const wrong = imports.filter(({ target, own }) => !own && isBuiltin(target) && !target.startsWith("node:"));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });
});

describe("package.json", () => {
  it("depends on what is imported, and on nothing else", () => {
    const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { dependencies: object };
    expect(Object.keys(manifest.dependencies).sort()).toEqual(Object.keys(packages).sort());
  });
});
