// A catalogue is data, and nothing but text: it is packed as such, in two thirds of the room that a script of it takes.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { build } from "esbuild";

const FILE = "lang/zh.json.br";

/** @param {string} dist Where it goes. @returns {import("esbuild").Plugin} */
export const packedCatalogue = (dist) => ({
  name: "packed catalogue",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]lang[\\/]zh[\\/]catalogue\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({ entryPoints: [path], bundle: true, format: "esm", write: false });
      const script = outputFiles[0]?.text ?? "";
      const { zh } = await import(`data:text/javascript;base64,${Buffer.from(script).toString("base64")}`);
      const text = JSON.stringify(zh);
      const file = join(dist, FILE);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text) } }));
      return { contents: READER, loader: "ts", resolveDir: dirname(dirname(path)) };
    });
  },
});

const READER = `
import { packageFile } from "../package-file.ts";
import { readFileSync } from "../platform/fs.ts";
import { zlib } from "../platform/zlib.ts";
export const zh = JSON.parse(zlib().brotliDecompressSync(readFileSync(packageFile("dist/${FILE}"))).toString());
`;
