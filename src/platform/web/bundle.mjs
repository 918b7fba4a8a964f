// Source files -> bundles without Node's modules: what src/platform names is taken from src/platform/web.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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
