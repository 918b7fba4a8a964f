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
  const url = pathToFileURL(file).href;
  // Most are noticed by the cases as they stand; the others may be so octet by octet, or when cut.
  const outcome = (await attempt(`${url}?whole`, "1")) ?? (await attempt(url, "")) ?? "passed";
  rmSync(file, { force: true });
  process.send?.(outcome);
});

/** @param {string} url @param {string} whole @returns {Promise<string | undefined>} */
async function attempt(url, whole) {
  process.env.H2LINT_WHOLE_ONLY = whole;
  failures.length = 0;
  try {
    await import(url);
  } catch (error) {
    failures.push(error);
  }
  return failures.length === 0 ? undefined : String(failures[0]);
}
