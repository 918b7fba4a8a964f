// `npm run mutate [FAMILY...]`: how many changes of a rule its own tests notice. Each mutant of src/rules/<family>/<topic>.ts runs the cases of
// test/rules/<family>/<topic>.test.ts, in a process that keeps everything else warm; one that hangs is killed and counts as noticed.
// Exit 1 below 85 %. What survives is listed; what may survive, and why, stands in accepted.json.
import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { mutantsOf } from "./mutants.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const families = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "h2lint-mutation-"));
/** @type {Readonly<Record<string, string>>} */
const accepted = JSON.parse(readFileSync(new URL("./accepted.json", import.meta.url), "utf8"));
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
    const baseline = await worker.run(path, text, test);
    if (baseline !== "passed") throw new Error(`${path}: its tests fail without a mutant: ${baseline}`);
    const mutants = mutantsOf(text);
    let here = 0;
    for (const { line, kind, before, after, code } of mutants) {
      total++;
      if ((await worker.run(path, code, test)) !== "passed") {
        here++;
        continue;
      }
      const shown = `${kind} ${short(before)} -> ${short(after)}`;
      const key = `${path} ${shown}`;
      if (accepted[key] !== undefined) {
        explained++;
        used.add(key);
      } else survivors.push(`${path}:${line}  ${shown}`);
    }
    killed += here;
    console.log(`${path.padEnd(44)} ${String(here).padStart(4)} of ${String(mutants.length).padStart(4)}`);
  }
  worker.stop();
  for (const survivor of survivors) console.log(`survived  ${survivor}`);
  if (families.length === 0) {
    for (const key of Object.keys(accepted)) if (!used.has(key)) console.log(`stale in accepted.json: ${key}`);
  }
  const score = (100 * killed) / Math.max(total, 1);
  console.log(
    `\nmutation score ${score.toFixed(1)} %: ${killed} of ${total} noticed, ${explained} explained, ${survivors.length} survived`,
  );
  return score >= 85;
}

/** A process that runs the tests of one file against a changed source, over and over. */
class TestWorker {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #process;
  #count = 0;

  /** @param {string} path @param {string} code @param {string} test @returns {Promise<string>} */
  run(path, code, test) {
    const number = ++this.#count;
    // Everything that was imported stays: after many mutants a new process is cheaper than the memory.
    if (number % 400 === 0) this.stop();
    const child = (this.#process ??= fork(join(folder, "test/mutation/worker.mjs"), {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    }));
    const module = join(folder, "src/rules", path.replace(/\.ts$/, `.m${number}.js`));
    writeFileSync(module, transpile(code, path));
    return new Promise((resolve) => {
      /** @param {string} outcome */
      const done = (outcome) => {
        clearTimeout(timer);
        child.removeAllListeners();
        rmSync(module, { force: true });
        resolve(outcome);
      };
      const timer = setTimeout(() => {
        this.stop();
        done("too long");
      }, 20_000);
      child.once("message", (/** @type {string} */ outcome) => done(outcome));
      child.once("exit", () => {
        this.#process = undefined;
        done("died");
      });
      child.send({ number, path: path.replace(/\.ts$/, ".js"), test: join("test/rules", test) });
    });
  }

  stop() {
    this.#process?.removeAllListeners();
    this.#process?.kill("SIGKILL");
    this.#process = undefined;
  }
}

// The sources and the rules' tests as JavaScript, once.
function transpileAll() {
  for (const top of ["src", "test/rules"]) {
    for (const path of readdirSync(join(root, top), { recursive: true }).map(String)) {
      if (!path.endsWith(".ts") || path.endsWith(".d.ts")) continue;
      write(join(top, path.replace(/\.ts$/, ".js")), transpile(readFileSync(join(root, top, path), "utf8"), path));
    }
  }
  for (const name of ["worker.mjs", "vitest.mjs"])
    write(join("test/mutation", name), readFileSync(new URL(name, import.meta.url), "utf8"));
  write("package.json", '{ "type": "module" }');
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}

/** @param {string} path @param {string} text */
function write(path, text) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** @param {string} text @param {string} fileName */
function transpile(text, fileName) {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  return ts.transpileModule(text, { compilerOptions, fileName }).outputText;
}

function rulePaths() {
  return readdirSync(join(root, "src/rules"), { recursive: true })
    .map(String)
    .filter((path) => /^[\w-]+\/[\w-]+\.ts$/.test(path))
    .filter((path) => families.length === 0 || families.includes(dirname(path)))
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
  rmSync(folder, { recursive: true, force: true });
}
