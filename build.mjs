// `node build.mjs`: dist/, with bundles in which the command and the library share what both need, so that a start opens few files. What most
// starts do not need (other commands than check, the page, logs) stands apart. What differs between Node and browsers is imported as
// `#platform`. cli-table3, which every table needs, and string-width that it brings, are put in, with their licenses; the other
// `dependencies` are loaded when they are needed.
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { rollUpDeclarations } from "./declarations.mjs";
import { trimmedSdk } from "./src/cli/mcp/trim.mjs";
import { packedCatalogue } from "./src/lang/pack.mjs";
import { buildPlatforms, eitherPlatform } from "./src/platform/web/bundle.mjs";
import { bundle as bundlePage } from "./src/report/html/bundle.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const BUNDLED = ["cli-table3", "string-width"];

const WORKER = "src/cli/workers/worker.ts";

/** @param {string} folder Stands for `dist`. */
export async function bundle(folder) {
  /** @type {import("esbuild").BuildOptions} */
  const shared = {
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    // The package is a third smaller by it. Which line a stack means, a build of the same version without it says.
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    define: eitherPlatform.define,
  };
  const { metafile } = await build({
    ...shared,
    entryPoints: {
      "cli/program": "src/cli/program.ts",
      "cli/mcp-child": "src/cli/mcp/child.ts",
      "cli/worker": WORKER,
      index: "src/index.ts",
      core: "src/core.ts",
      testing: "src/testing.ts",
    },
    // As deep below the root as src/package-file.ts.
    chunkNames: "[name]-[hash]",
    splitting: true,
    // cli-table3 asks for colours inside a function that is not called.
    external: [...Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)), "@colors/colors"],
    metafile: true,
    plugins: [afterItsImporters, trimmedSdk, packedCatalogue(folder), ...eitherPlatform.plugins],
  });
  // Apart: it shares nothing that it would have to open a file for.
  await build({ ...shared, entryPoints: { "cli/main": "src/cli/main.ts" }, plugins: [builtProgram, ...eitherPlatform.plugins] });
  chmodSync(join(folder, "cli/main.js"), 0o755);
  await buildPlatforms(join(folder, "platform"));
  writeFileSync(
    join(folder, "LICENSES.txt"),
    licenses(Object.keys(metafile.inputs).filter((file) => !/^(?:after:|src\/)/.test(file))),
  );
  await bundlePage(join(folder, "report/html"));
}

/** @type {import("esbuild").Plugin} */
const builtProgram = {
  name: "built program",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\/program\.ts$/ }, () => ({ path: "./program.js", external: true })),
};

/** esbuild makes a file of what the same entries reach, and all that is imported when it is needed is an entry. Its importers are loaded by
 *  then: as if it imported all of the core, or of the command, itself, both stay whole. The worker does without little of the core.
 *  @type {import("esbuild").Plugin} */
const afterItsImporters = {
  name: "after its importers",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir, importer }) => {
      if (kind !== "dynamic-import" && !(kind === "entry-point" && path.endsWith(WORKER))) return undefined;
      const first = /[\\/]src[\\/]cli[\\/]/.test(importer) ? "src/cli/program.ts" : "src/core.ts";
      return { path: resolve(resolveDir, path), namespace: "after", pluginData: join(root, first) };
    });
    onResolve({ filter: /./, namespace: "after" }, ({ path }) => ({ path, sideEffects: true }));
    onLoad({ filter: /./, namespace: "after" }, ({ path, pluginData }) => ({
      contents: `import * as before from ${JSON.stringify(pluginData)}; export * from ${JSON.stringify(path)};`,
      resolveDir: root,
    }));
  },
};

/** Of the packages that the files belong to. @param {string[]} files */
function licenses(files) {
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  const texts = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const file = readdirSync(join(root, folder)).find((one) => /^licen[cs]e/i.test(one));
    const text = file === undefined ? "" : `\n\n${readFileSync(join(root, folder, file), "utf8").trim()}`;
    texts.set(`${name} ${version}`, `${name} ${version} (${license})${text}\n`);
  }
  const all = [...texts.keys()].sort().map((key) => texts.get(key));
  return `These packages are part of the files beside this one.\n\n${all.join(`\n${"-".repeat(80)}\n\n`)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, "dist");
  rmSync(folder, { recursive: true, force: true });
  await bundle(folder);
  const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
  execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
  rollUpDeclarations(folder);
}
