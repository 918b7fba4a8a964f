// The page's script and style, packed in one file beside the compiled report: `node src/report/html/bundle.mjs FOLDER`.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

/** @param {string} folder Where page.json.br goes. */
export async function bundle(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "page.json.br"), brotliCompressSync(JSON.stringify(await pageAssets())));
}

/** @returns What src/report/html/assets.ts reads. */
export async function pageAssets() {
  const { outputFiles } = await build({
    entryPoints: ["main.ts", "page.css"].map((name) => ({
      in: fileURLToPath(new URL(`page/${name}`, import.meta.url)),
      out: "page",
    })),
    outdir: "page",
    write: false,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
    // The script and style elements that they are put into must not end early.
    supported: { "inline-script": false, "inline-style": false },
  });
  const textOf = (/** @type {string} */ end) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
  return { script: textOf(".js"), style: textOf(".css") };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(process.argv[2] ?? "dist/report/html");
