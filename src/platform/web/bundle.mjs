// Source files -> bundles without Node's modules: what src/platform names is taken from src/platform/web, at once (`bundleForWeb`) or when
// the bundles are loaded (`eitherPlatform`).
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(folder, "../../../package.json"), "utf8"));

/** @type {import("esbuild").Plugin} */
const webPlatform = {
  name: "web platform",
  setup({ onLoad, onResolve }) {
    // cli-table3 asks for colours inside a function that is not called.
    onResolve({ filter: /^@colors\/colors/ }, ({ path }) => ({ path, namespace: "nothing" }));
    onLoad({ filter: /./, namespace: "nothing" }, () => ({ contents: "" }));
    onResolve({ filter: /(?:^|\/)(?:platform\/\w+|version)\.ts$/ }, ({ path }) => ({
      path: join(folder, path.slice(path.lastIndexOf("/") + 1)),
    }));
  },
};

const PLATFORM = /(?:^|\/)platform\/(\w+)\.ts$/;

const NODE_ALONE = /[\\/](?:cli|platform|recording)[\\/]/;

/** Leaves `#platform/NAME` to be imported, which `imports` in package.json resolves: to dist/platform/node in Node, else to dist/platform/web.
 *  @type {import("esbuild").Plugin} */
const namedPlatform = {
  name: "platform by its name",
  setup({ onLoad, onResolve }) {
    // Where Buffer is taken for what Node has everywhere.
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const taken = /\bBuffer\./.test(text) && !/^import .*\bBuffer\b/m.test(text) && !NODE_ALONE.test(path);
      return { contents: taken ? `import { Buffer } from "#platform/buffer"; ${text}` : text, loader: "ts" };
    });
    onResolve({ filter: PLATFORM }, ({ path, kind }) =>
      kind === "entry-point" ? undefined : { path: `#platform/${PLATFORM.exec(path)?.[1]}`, external: true },
    );
    onResolve({ filter: /^#platform\// }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /^\.{1,2}\/version\.ts$/ }, () => ({ path: join(folder, "version.ts") }));
  },
};

/** @param {string} of A folder of platform modules. */
const modules = (of) => readdirSync(of).filter((file) => file.endsWith(".ts") && file !== "version.ts");

/** What bundles of both platforms are made with. Modules of the web are entries too, which share the rest with them.
 *  @type {Required<Pick<import("esbuild").BuildOptions, "define" | "plugins">> & { entryPoints: Record<string, string> }} */
export const eitherPlatform = {
  entryPoints: Object.fromEntries(modules(folder).map((file) => [`platform/web/${basename(file, ".ts")}`, join(folder, file)])),
  define: { H2LINT_VERSION: JSON.stringify(version) },
  plugins: [namedPlatform],
};

/** The modules that only Node takes. @param {string} outdir */
export const buildNodePlatform = (outdir) =>
  build({
    entryPoints: modules(dirname(folder)).map((file) => join(dirname(folder), file)),
    ...{ outdir, format: "esm", platform: "node", minify: true, logLevel: "warning" },
  });

/** @param {import("esbuild").BuildOptions} options Entries, and where they go. */
export const bundleForWeb = (options) =>
  build({
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
    // Of the names of files that are not read here.
    logOverride: { "empty-import-meta": "silent" },
    plugins: [webPlatform],
    // Where Buffer is taken for what Node has everywhere.
    inject: [join(folder, "buffer.ts")],
    define: { H2LINT_VERSION: JSON.stringify(version) },
    metafile: true,
    ...options,
  });
