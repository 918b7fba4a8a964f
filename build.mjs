// `node build.mjs`: dist/, with bundles in which the command and the library share what both need, so that a start opens few files. What most
// starts do not need (other commands than check, the page, logs) stands apart. cli-table3, which every table needs, and string-width
// that it brings, are put in, with their licenses; the other `dependencies` are loaded when they are needed.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { trimmedSdk } from "./src/cli/mcp/trim.mjs";
import { bundleForWeb } from "./src/platform/web/bundle.mjs";
import { bundle as bundlePage } from "./src/report/html/bundle.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const BUNDLED = ["cli-table3", "string-width"];

/** @param {string} folder Stands for `dist`. */
export async function bundle(folder) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      "cli/main": "src/cli/main.ts",
      "cli/program": "src/cli/program.ts",
      "cli/mcp-child": "src/cli/mcp/child.ts",
      "cli/worker": "src/cli/workers/worker.ts",
      index: "src/index.ts",
      testing: "src/testing.ts",
    },
    outdir: folder,
    // As deep below the root as src/package-file.ts.
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    // cli-table3 asks for colours inside a function that is not called.
    external: [...Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)), "@colors/colors"],
    // The package is a third smaller by it. Which line a stack means, a build of the same version without it says.
    minify: true,
    lineLimit: 160,
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    plugins: [trimmedSdk],
  });
  chmodSync(join(folder, "cli/main.js"), 0o755);
  const core = await bundleForWeb({
    absWorkingDir: root,
    entryPoints: ["src/core.ts"],
    outfile: join(folder, "core.js"),
    minify: true,
    lineLimit: 160,
  });
  writeFileSync(
    join(folder, "LICENSES.txt"),
    licenses(Object.keys({ ...metafile.inputs, ...core.metafile.inputs }).filter((file) => !file.startsWith("src/"))),
  );
  await bundlePage(join(folder, "report/html"));
}

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

/** Leaves only the declarations that the public ones lead to. @param {string} folder */
function pruneDeclarations(folder) {
  const needed = new Set();
  const open = ["index.d.ts", "core.d.ts", "testing.d.ts"].map((name) => join(folder, name));
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (needed.has(file) || !existsSync(file)) continue;
    needed.add(file);
    const imports = readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)\.[jt]s"/g);
    for (const [, path] of imports) open.push(join(dirname(file), `${path}.d.ts`));
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    if (name.endsWith(".d.ts") && !needed.has(join(folder, name))) rmSync(join(folder, name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, "dist");
  rmSync(folder, { recursive: true, force: true });
  await bundle(folder);
  const tsc = fileURLToPath(import.meta.resolve("typescript/bin/tsc"));
  execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { stdio: "inherit" });
  pruneDeclarations(folder);
}
