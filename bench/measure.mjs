// A program run once: seconds of the processor, octets at its peak.
import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const gnuTime = "/usr/bin/time";
const usageHook = new URL("./usage.mjs", import.meta.url).href;

/**
 * @typedef {object} Measured
 * @property {number} seconds Of user and system time, over all threads.
 * @property {number} wall
 * @property {number} memory Octets that it held at most; NaN where nothing shows it.
 */

/** @param {string} name */
export const isThere = (name, version = "--version") => spawnSync(name, [version], { stdio: "ignore" }).error === undefined;

/**
 * What it writes goes to a file in the folder, or nowhere.
 * @param {string} folder For files of this run.
 * @param {readonly string[]} command
 * @param {{ feed?: (stdin: import("node:stream").Writable) => Promise<void>, output?: string }} [more]
 * @returns {Promise<Measured>}
 */
export async function measure(folder, [program, ...args], { feed, output } = {}) {
  const usage = join(folder, "usage");
  rmSync(usage, { force: true });
  // Without it only a program of Node can tell.
  const [file, words] = existsSync(gnuTime)
    ? [gnuTime, ["-f", "%U %S %M", "-o", usage, program, ...args]]
    : [program, program === process.execPath ? ["--import", usageHook, ...args] : args];
  const out = openSync(output ?? "/dev/null", "w");
  const from = performance.now();
  const child = spawn(file, words, {
    stdio: [feed === undefined ? "ignore" : "pipe", out, "pipe"],
    env: { ...process.env, BENCH_USAGE: usage },
  });
  let said = "";
  child.stderr.on("data", (piece) => {
    said += piece;
  });
  const ended = new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  await feed?.(child.stdin);
  const status = await ended;
  closeSync(out);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${said}`);
  const wall = (performance.now() - from) / 1000;
  const told = existsSync(usage) ? readFileSync(usage, "utf8").trim().split(/\s+/).map(Number) : [];
  const [user = Number.NaN, system = Number.NaN, kilobytes = Number.NaN] = told;
  return { seconds: user + system, wall, memory: kilobytes * 1024 };
}
