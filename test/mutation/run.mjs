// `npm run mutate -- [FAMILY[/TOPIC]...]`: how many changes of a rule its own tests notice. Each mutant of src/rules/<family>/<topic>.ts runs the cases
// that test/rules/<family>/<topic>.test.ts has of the rules it may change, in a process that keeps everything else warm; one that hangs is
// killed and counts as noticed.
// Exit 1 below 91 %. What survives is listed; what may survive, and why, stands in accepted.json.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { mutantsOf } from "./mutants.mjs";
import { removeAll, root, TestWorker, transpile, transpileAll } from "./test-worker.mjs";

const wanted = process.argv.slice(2);
// By reason.
/** @type {Readonly<Record<string, readonly string[]>>} */
const explanations = JSON.parse(readFileSync(new URL("./accepted.json", import.meta.url), "utf8"));
const accepted = new Set(Object.values(explanations).flat());
/** @type {Set<string>} */
const used = new Set();

async function run() {
  const worker = new TestWorker();
  let killed = 0;
  let total = 0;
  let explained = 0;
  /** @type {string[]} */
  const survivors = [];
  for (const path of rulePaths()) {
    const test = path.replace(/\.ts$/, ".test.js");
    const text = readFileSync(join(root, "src/rules", path), "utf8");
    const plain = transpile(text, path);
    const began = performance.now();
    const baseline = await worker.run(path, plain, test, [], 600_000);
    // On a busy machine slow is not hanging.
    const limit = Math.max(20_000, 10 * (performance.now() - began));
    if (baseline !== "passed") throw new Error(`${path}: its tests fail without a mutant: ${baseline}`);
    // Taken from the JavaScript, which is the same but for types, and shown as of the source.
    const mutants = mutantsOf(plain);
    const shownAs = mutantsOf(text);
    if (mutants.length !== shownAs.length) throw new Error(`${path}: the mutants of its JavaScript are others`);
    let here = 0;
    for (const [i, { line, kind, before, after, within }] of shownAs.entries()) {
      const { code, rules } = /** @type {import("./mutants.mjs").Mutant} */ (mutants[i]);
      total++;
      if ((await worker.run(path, code, test, rules, limit)) !== "passed") {
        here++;
        continue;
      }
      const shown = `${kind} ${short(before)} -> ${short(after)}${within === "" ? "" : ` in ${short(within)}`}`;
      const key = `${rules.length === 1 ? rules[0] : path} ${shown}`;
      if (accepted.has(key)) {
        explained++;
        used.add(key);
      } else survivors.push(`${path}:${line}  ${shown}`);
    }
    killed += here;
    console.log(`${path.padEnd(44)} ${String(here).padStart(4)} of ${String(mutants.length).padStart(4)}`);
  }
  worker.stop();
  for (const survivor of survivors) console.log(`survived  ${survivor}`);
  if (wanted.length === 0) {
    for (const key of accepted) if (!used.has(key)) console.log(`stale in accepted.json: ${key}`);
  }
  // What no test can notice is no test's fault.
  const score = (100 * killed) / Math.max(total - explained, 1);
  console.log(
    `\nmutation score ${score.toFixed(1)} %: ${killed} of ${total - explained} noticed, ${explained} more explained, ${survivors.length} survived`,
  );
  return score >= 91;
}

function rulePaths() {
  return readdirSync(join(root, "src/rules"), { recursive: true })
    .map(String)
    .filter((path) => /^[\w-]+\/[\w-]+\.ts$/.test(path) && !/^(?:engine|shapes)\//.test(path))
    .filter((path) => wanted.length === 0 || wanted.includes(dirname(path)) || wanted.includes(path.slice(0, -3)))
    .sort();
}

/** @param {string} text */
function short(text) {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}

try {
  transpileAll();
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  removeAll();
}
