// In: the source of a rule file. Out: whether its tests notice that it was changed.
import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "h2lint-mutation-"));

/** A process that runs the tests of one file against a changed source, over and over. */
export class TestWorker {
  /** @type {import("node:child_process").ChildProcess | undefined} */
  #process;
  #count = 0;

  /**
   * @param {string} path
   * @param {string} code JavaScript.
   * @param {string} test
   * @param {readonly string[]} rules Whose cases; none: of all.
   * @param {number} limit Milliseconds.
   * @returns {Promise<string>} `passed`, or what went wrong.
   */
  run(path, code, test, rules, limit) {
    const number = ++this.#count;
    // Everything that was imported stays: after many mutants a new process is cheaper than the memory.
    if (number % 400 === 0) this.stop();
    const child = (this.#process ??= fork(join(folder, "test/mutation/worker.mjs"), {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    }));
    const module = join(folder, "src/rules", path.replace(/\.ts$/, `.m${number}.js`));
    writeFileSync(module, code);
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
      }, limit);
      child.once("message", (/** @type {string} */ outcome) => done(outcome));
      child.once("exit", () => {
        this.#process = undefined;
        done("died");
      });
      child.send({ number, path: path.replace(/\.ts$/, ".js"), test, rules });
    });
  }

  stop() {
    this.#process?.removeAllListeners();
    this.#process?.kill("SIGKILL");
    this.#process = undefined;
  }
}

// The sources and the rules' tests as JavaScript, once.
export function transpileAll() {
  for (const top of ["src", "test/rules", "test/grpc"]) {
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

/** TypeScript to JavaScript. @param {string} text @param {string} fileName */
export function transpile(text, fileName) {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  return ts.transpileModule(text, { compilerOptions, fileName }).outputText;
}

export const removeAll = () => rmSync(folder, { recursive: true, force: true });
