// The page's script and style, each one file beside the compiled report: `node src/report/html/bundle.mjs FOLDER`.
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** @param {string} folder Where page.js and page.css go. */
export async function bundle(folder) {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: ["main.ts", "page.css"].map((name) => ({
      in: fileURLToPath(new URL(`page/${name}`, import.meta.url)),
      out: "page",
    })),
    outdir: folder,
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
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle(process.argv[2] ?? "dist/report/html");
