// Runs a test file against a mutant: the test's import of the rule file is turned to it, all else is imported once.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { failures } from "./vitest.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shim = new URL("./vitest.mjs", import.meta.url).href;

process.on("message", async (/** @type {{ number: number, path: string, test: string }} */ { number, path, test }) => {
  const name = basename(path, ".js");
  const text = readFileSync(join(root, test), "utf8")
    .replaceAll(`/${name}.js"`, `/${name}.m${number}.js"`)
    .replaceAll('"vitest"', JSON.stringify(shim));
  const file = join(root, dirname(test), `${name}.m${number}.test.js`);
  writeFileSync(file, text);
  failures.length = 0;
  let outcome = "passed";
  try {
    await import(pathToFileURL(file).href);
    if (failures.length > 0) outcome = String(failures[0]);
  } catch (error) {
    outcome = String(error);
  }
  rmSync(file, { force: true });
  process.send?.(outcome);
});
