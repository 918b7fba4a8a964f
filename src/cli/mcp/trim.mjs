// What the SDK of the Model Context Protocol brings along and this server never runs is left out of the bundle: it is three quarters of it.
/** The modules, and what stands for each. */
const UNUSED = [
  // Messages of schemas in fifty languages; ours are in English.
  { filter: /zod\/v4\/locales\/index\.js$/, contents: 'export { default as en } from "./en.js";' },
  // Checks what a client answers when it is asked for input. This server asks for none.
  {
    filter: /sdk\/dist\/esm\/validation\/ajv-provider\.js$/,
    contents:
      'export class AjvJsonSchemaValidator { getValidator() { throw new Error("this server asks its client for nothing"); } }',
  },
  // For schemas of zod 3; those of tools.ts are of zod 4.
  {
    filter: /zod-to-json-schema\/dist\/esm\/index\.js$/,
    contents: 'export const zodToJsonSchema = () => { throw new Error("no schema is of zod 3"); };',
  },
  { filter: /zod\/v3\/index\.js$/, contents: 'export const object = () => { throw new Error("no schema is of zod 3"); };' },
];

/** @type {import("esbuild").Plugin} */
export const trimmedSdk = {
  name: "trimmed SDK",
  setup({ onLoad }) {
    for (const { filter, contents } of UNUSED) onLoad({ filter }, () => ({ contents, loader: "js" }));
  },
};
