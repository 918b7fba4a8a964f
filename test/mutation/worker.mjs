// Runs a rule file's tests against its mutants. The test file is imported once; each mutant's rules then take the places of the file's
// own, which the test holds.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { tests } from "./vitest.mjs";

// The cases as they stand: of 834 mutants noticed none was so octet by octet or cut alone, which takes fifty times as long.
process.env.H2LINT_WHOLE_ONLY = "1";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shim = new URL("./vitest.mjs", import.meta.url).href;
/** @type {string | undefined} */
let loaded;
/** The tests of the file at hand, those first that noticed a mutant last. @type {import("./vitest.mjs").Test[]} */
let order = [];

process.on("message", async (/** @type {{ number: number, path: string, test: string, rules: string[] }} */ message) => {
  process.send?.((await attempt(message)) ?? "passed");
});

/** @param {{ number: number, path: string, test: string, rules: string[] }} message @returns {Promise<string | undefined>} */
async function attempt({ number, path, test, rules }) {
  try {
    const own = await import(pathToFileURL(join(root, "src/rules", path)).href);
    if (loaded !== test) await load(test);
    replace(own, await import(pathToFileURL(join(root, "src/rules", path.replace(/\.js$/, `.m${number}.js`))).href));
  } catch (error) {
    return String(error);
  }
  // What is not said of one rule alone may be about any.
  const of = order.filter(({ suite }) => rules.length === 0 || rules.includes(suite) || !suite.includes("/"));
  for (const one of of) {
    try {
      await one.body();
    } catch (error) {
      order = [one, ...order.filter((other) => other !== one)];
      return String(error);
    }
  }
}

/** @param {string} test */
async function load(test) {
  loaded = test;
  tests.length = 0;
  const file = join(root, "test/rules", test.replace(/\.test\.js$/, ".noted.test.js"));
  writeFileSync(file, readFileSync(join(root, "test/rules", test), "utf8").replaceAll('"vitest"', JSON.stringify(shim)));
  await import(pathToFileURL(file).href);
  rmSync(file, { force: true });
  // That there are enough cases, and no two the same, is no matter of what the rule does.
  order = tests.filter(({ name }) => !name.startsWith("has a case for each message"));
}

/** @param {Record<string, object>} own @param {Record<string, object>} mutants */
function replace(own, mutants) {
  for (const [name, rule] of Object.entries(own)) {
    for (const key of Object.keys(rule)) Reflect.deleteProperty(rule, key);
    Object.assign(rule, mutants[name]);
  }
}
