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
      const { outputFiles } = await build({
        stdin: {
          contents: `export { zh } from "./zh/catalogue.ts"; export { rules } from "../rules/index.ts";`,
          resolveDir: dirname(dirname(path)),
        },
        ...{ bundle: true, platform: "node", format: "esm", write: false },
      });
      const script = outputFiles[0]?.text ?? "";
      const { zh, rules } = await import(`data:text/javascript;base64,${Buffer.from(script).toString("base64")}`);
      const text = JSON.stringify({ ...zh, rules: listed(zh.rules, rules) });
      const file = join(dist, FILE);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: Buffer.byteLength(text) } }));
      return { contents: READER, loader: "ts", resolveDir: dirname(dirname(path)) };
    });
  },
});

/** What names the texts of rules stands in the rules: these are in their order. What has no translation stays English. */
const listed = (texts, rules) =>
  rules.map(({ id, meta }) => {
    const { title, why, fix, messages } = texts[id] ?? { ...meta, ...meta.docs };
    return [title, why, fix, ...Object.entries(meta.messages).map(([name, english]) => messages[name] ?? english)];
  });

const READER = `
import { rules } from "../rules/index.ts";
import { packageFile } from "../package-file.ts";
import { readFileSync } from "../platform/fs.ts";
import { zlib } from "../platform/zlib.ts";
const { rules: texts, ...rest } = JSON.parse(zlib().brotliDecompressSync(readFileSync(packageFile("dist/${FILE}"))).toString());
const named = ({ id, meta }, i) => {
  const [title, why, fix, ...messages] = texts[i];
  return [id, { title, why, fix, messages: Object.fromEntries(Object.keys(meta.messages).map((name, k) => [name, messages[k]])) }];
};
export const zh = { ...rest, rules: Object.fromEntries(rules.map(named)) };
`;
