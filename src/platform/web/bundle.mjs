// Source files -> bundles without Node's modules: what src/platform names is taken from src/platform/web, at once (`bundleForWeb`) or when
// the bundles are loaded (`eitherPlatform`).
import { readdirSync, readFileSync } from "node:fs";
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

const NODE_ALONE = /[\\/](?:cli|platform|recording)[\\/]/;

/** Leaves `#platform` to be imported, which `imports` in package.json resolves: to dist/platform/node.js in Node, else to dist/platform/web.js.
 *  @type {import("esbuild").Plugin} */
const namedPlatform = {
  name: "platform by name",
  setup({ onLoad, onResolve }) {
    // Where Buffer is taken for what Node has everywhere.
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const taken = /\bBuffer\./.test(text) && !/^import .*\bBuffer\b/m.test(text) && !NODE_ALONE.test(path);
      return { contents: taken ? `import { Buffer } from "#platform"; ${text}` : text, loader: "ts" };
    });
    onResolve({ filter: /^#platform$|\/platform\/\w+\.ts$/ }, () => ({ path: "#platform", external: true }));
    onResolve({ filter: /^(?:\.{1,2}\/)+version\.ts$/ }, () => ({ path: join(folder, "version.ts") }));
  },
};

/** Node's modules without the wrapping that an import makes of each, which a start would wait for. @type {import("esbuild").Plugin} */
const builtinModules = {
  name: "builtin modules",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "builtin", sideEffects: false }));
    onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => {
      const names = Object.keys(process.getBuiltinModule(path)).filter((name) => /^[A-Za-z]\w*$/.test(name));
      return {
        contents: [
          `const all = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)});`,
          "const of = (name) => all[name];",
          ...names.map((name) => `export const ${name} = /* @__PURE__ */ of("${name}");`),
          "export default all;",
        ].join("\n"),
      };
    });
  },
};

/** What bundles of both platforms are made with. @type {Required<Pick<import("esbuild").BuildOptions, "define" | "plugins">>} */
export const eitherPlatform = {
  define: { H2LINT_VERSION: JSON.stringify(version) },
  plugins: [namedPlatform, builtinModules],
};

/** What bundles of both platforms import, for each of them: one file, so that a start opens no more. @param {string} outdir */
export async function buildPlatforms(outdir) {
  for (const [name, of] of Object.entries({ node: dirname(folder), web: folder })) {
    const modules = readdirSync(of).filter((file) => file.endsWith(".ts") && file !== "version.ts");
    await build({
      stdin: { contents: modules.map((file) => `export * from "./${file}";`).join("\n"), resolveDir: of },
      ...{ outfile: join(outdir, `${name}.js`), bundle: true, packages: "external", format: "esm", target: "es2022" },
      ...{ minify: true, logLevel: "warning", plugins: [builtinModules] },
    });
  }
}

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
