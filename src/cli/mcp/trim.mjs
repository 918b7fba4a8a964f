// What the SDK of the Model Context Protocol brings along and this server never runs is left out of the bundle: it is three quarters of it.
import { readFileSync } from "node:fs";

/** The modules, and what stands for each. @type {{ filter: RegExp, contents: (module: string) => string }[]} */
const UNUSED = [
  // Messages of schemas in fifty languages; ours are in English.
  { filter: /zod\/v4\/locales\/index\.js$/, contents: () => 'export { default as en } from "./en.js";' },
  // JSON Schemas of zod's: fields.ts makes those of the tools.
  { filter: /zod\/v4\/core\/(?:json-schema-processors|to-json-schema)\.js$/, contents: (module) => absent(functionsOf(module)) },
  // Checks what a client answers when it is asked for input. This server asks for none.
  {
    filter: /sdk\/dist\/esm\/validation\/ajv-provider\.js$/,
    contents: () => "export class AjvJsonSchemaValidator { getValidator() { throw new Error(); } }",
  },
  // Long-running tasks, an experiment of the SDK.
  { filter: /sdk\/dist\/esm\/experimental\/tasks\/server\.js$/, contents: () => "export class ExperimentalServerTasks {}" },
  // Schemas of zod 3: there are none.
  { filter: /zod-to-json-schema\/dist\/esm\/index\.js$/, contents: () => absent(["zodToJsonSchema"]) },
  { filter: /zod\/v3\/index\.js$/, contents: () => absent(["object"]) },
];

/** @param {string} module Source text. */
const functionsOf = (module) => [...module.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, name]) => name);

/** @param {(string | undefined)[]} names */
const absent = (names) => names.map((name) => `export const ${name} = () => { throw new Error("${name}"); };`).join("\n");

/** @type {import("esbuild").Plugin} */
export const trimmedSdk = {
  name: "trimmed SDK",
  setup({ onLoad }) {
    for (const { filter, contents } of UNUSED)
      onLoad({ filter }, ({ path }) => ({ contents: contents(readFileSync(path, "utf8")), loader: "js" }));
  },
};
