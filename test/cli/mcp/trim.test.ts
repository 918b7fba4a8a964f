// What the SDK brings along and the server never runs is not packed.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { trimmedSdk } from "../../../src/cli/mcp/trim.mjs";

it("the server is bundled without locales, JSON Schemas of zod, Ajv and zod 3", async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL("../../../src/cli/mcp/serve.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    packages: "bundle",
    external: ["@bufbuild/protobuf", "yargs", "yaml", "protobufjs", "tinyglobby", "hpack.js", "pcap-parser", "@colors/colors"],
    minify: true,
    metafile: true,
    logLevel: "error",
    plugins: [trimmedSdk],
  });
  const [output] = Object.values(metafile.outputs);
  const packed = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const named = (part: string) => packed.filter(([file]) => file.includes(part)).map(([file]) => file);
  expect(named("@modelcontextprotocol/sdk").length).toBeGreaterThan(0);
  expect(
    named("zod/v4/locales/")
      .map((file) => file.slice(file.lastIndexOf("/") + 1))
      .sort(),
  ).toEqual(["en.js"]);
  expect(named("sdk/dist/esm/server/mcp.js")).toEqual([]);
  // One short throw for each function that schemas name.
  for (const [file, { bytesInOutput }] of packed)
    if (/json-schema|tasks\/server/.test(file)) expect(bytesInOutput, file).toBeLessThan(3000);
  expect([...named("node_modules/ajv"), ...named("zod/v3/types"), ...named("zod-to-json-schema/dist/esm/parsers")]).toEqual([]);
});
