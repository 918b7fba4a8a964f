// The library as it is packed: `h2lint`, `h2lint/core` and the command share bundles, which take Node's modules or those of the web.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../../build.mjs";
import type * as Core from "../../src/core.ts";
import { rules } from "../../src/rules/index.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sample = readFileSync(`${root}samples/volo-0.9.1-grpc-go-1.85.pcap`);
const folder = mkdtempSync(join(tmpdir(), "h2lint-package-"));

beforeAll(async () => {
  await bundle(join(folder, "dist"));
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function findings({ analyze, bytesSource }: typeof Core): Promise<string[]> {
  const found = [];
  for await (const event of analyze([bytesSource("x", sample)])) if (event.kind === "finding") found.push(event.rule);
  return found;
}

/** As a bundler of web pages does, by the conditions of browsers. */
const forWeb = () =>
  build({
    entryPoints: [join(folder, "dist/core.js")],
    ...{
      bundle: true,
      platform: "browser",
      format: "iife",
      globalName: "core",
      write: false,
      metafile: true,
      logLevel: "silent",
    },
  });

it("a bundler for browsers finds nothing of Node in h2lint/core, which then finds what it finds in Node", async () => {
  const { metafile, outputFiles } = await forWeb();
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  expect(Object.keys(metafile.inputs).filter((file) => /platform\/node/.test(file))).toEqual([]);
  // Without Buffer, process, setImmediate and the rest.
  const context = vm.createContext({ TextDecoder, TextEncoder, URL, MessageChannel, performance, btoa, AbortController, Blob });
  vm.runInContext(outputFiles[0]!.text, context);
  const inBrowser = await findings((context as { core: typeof Core }).core); // what the bundle leaves there
  const inNode = await findings((await import(pathToFileURL(join(folder, "dist/core.js")).href)) as typeof Core);
  expect(inNode).toContain("grpc/request-trailers");
  expect(inBrowser).toEqual(inNode);
});

it("what stands for Node's modules is there for each platform, under the same names", async () => {
  const names = async (platform: string) => {
    const { metafile } = await build({
      entryPoints: [join(folder, `dist/platform/${platform}.js`)],
      ...{ bundle: true, packages: "external", platform: "node", format: "esm", write: false, metafile: true },
    });
    return Object.values(metafile.outputs).flatMap((output) => output.exports);
  };
  const ofNode = await names("node");
  expect(ofNode).toContain("crypto");
  expect(await names("web")).toEqual(ofNode);
});

it("what entries share stands once", () => {
  const title = JSON.stringify(rules.find(({ id }) => id === "grpc/request-trailers")!.meta.title);
  const bundles = readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  expect(bundles.filter((file) => readFileSync(join(folder, "dist", file), "utf8").includes(title))).toHaveLength(1);
});

it("the command opens few files before it runs: what it shares with other entries stands together", async () => {
  const { metafile } = await build({
    entryPoints: [join(folder, "dist/cli/program.js")],
    ...{ bundle: true, packages: "external", platform: "node", format: "esm", write: false, metafile: true, logLevel: "silent" },
    plugins: [
      {
        name: "nothing that is loaded later",
        setup({ onResolve }) {
          onResolve({ filter: /./ }, ({ path, kind }) => (kind === "dynamic-import" ? { path, external: true } : undefined));
        },
      },
    ],
  });
  const opened = Object.keys(metafile.inputs);
  expect(opened.filter((file) => file.endsWith("dist/platform/node.js"))).toHaveLength(1);
  expect(opened.length).toBeLessThan(10);
});
