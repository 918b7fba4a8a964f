// `npm run bench [ROW ...]`: what h2lint costs, beside tshark and Go's bare decode of the same captures, with the floors that it must keep.
// Seconds are user and system time of whole processes, start-up included. Trust the ratios of one run, not the times: machines differ.
//   small x10 bulk short halfopen   captures of ../shared/perf
//   stages                          x10, stage after stage added
//   start                           `--version`, and a small capture, against a Node that does nothing
//   rpcs                            2 GB of small RPCs (bench/generate.mjs)
//   tls                             small RPCs over TLS 1.3, with their key log, beside tshark and `openssl speed`
//   pipe                            10^6 connections that go silent, through standard input
//   hpack                           HPACK alone
//   outputs                         x10 with each file for other tools, beside a run without
//   decoders                        decoders of our own beside packages, on crafted files
//   workers                         one thread and two, on 20 MB, 165 MB and 2 GB; the machine must be idle
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { captureOf, goProgram, PORTS, sharedIsThere } from "./captures.mjs";
import { writeGrpc } from "./generate.mjs";
import { isThere, measure } from "./measure.mjs";
import { throughPipe } from "./pipe.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const main = path("../dist/cli/main.js");
const sample = path("../samples/volo-0.9.1-grpc-go-1.85.pcap");

/** At least so many times less than tshark, at most so many times Go's, at most so many MB. */
const FLOORS = {
  small: { tshark: 5 },
  x10: { tshark: 15, go: 7, memory: 150 },
  bulk: { tshark: 5 },
  short: { tshark: 8 },
  halfopen: { tshark: 6, memory: 150 },
  rpcs: { memory: 160 },
  tls: { tshark: 3, memory: 150 },
  pipe: { memory: 200 },
  version: { node: 1.6 },
  sample: { node: 3 },
};
const ROWS = [...Object.keys(PORTS), "stages", "start", "rpcs", "tls", "pipe", "hpack", "outputs", "decoders", "workers"];
const missed = [];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((row) => !ROWS.includes(row));
if (unknown.length > 0) throw new Error(`${unknown.join(" ")}: rows are ${ROWS.join(", ")}`);
if (!existsSync(main)) throw new Error("dist/ is not built: npm run build");
const folder = mkdtempSync(join(tmpdir(), "h2lint-bench-"));
try {
  console.log(`Node ${process.versions.node}`);
  const rows = wanted.length === 0 ? ROWS : wanted;
  const captures = rows.filter((row) => row in PORTS);
  if (captures.length > 0) await measureCaptures(captures);
  for (const row of rows) {
    if (row === "start") await measureStart();
    else if (row === "rpcs") await measureRpcs();
    else if (row === "tls") await measureTls();
    else if (row === "hpack" || row === "decoders") await measureInside(row, []);
    else if (row === "workers") await measureWorkers();
    else if (row === "stages" || row === "pipe" || row === "outputs") {
      if (!sharedIsThere) console.log(`\n${row}: skipped, ../shared/perf is not there`);
      else if (row === "pipe") await measurePipe(1_000_000);
      else if (row === "outputs") await measureOutputs(captureOf(folder, "x10"));
      else await measureStages(captureOf(folder, "x10"));
    }
  }
  console.log(missed.length === 0 ? "\nall floors are kept" : `\nmissed: ${missed.join("; ")}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string[]} names */
async function measureCaptures(names) {
  if (!sharedIsThere) return console.log(`\n${names.join(", ")}: skipped, ../shared/perf is not there`);
  const shark = isThere("tshark");
  if (!shark) console.log("tshark is not there: no comparison");
  const go = goProgram(folder);
  if (go === undefined) console.log("Go, or the source of its bare decode, is not there: no comparison");
  console.log("\n                  seconds     peak MB");
  for (const name of names) {
    const file = captureOf(folder, name);
    const floor = FLOORS[name];
    const ours = await measure(folder, check(file));
    line(name, ours, floor.memory === undefined ? "" : verdict(name, "MB", ours.memory / 1e6, { most: floor.memory }));
    if (shark) {
      // A field of every frame is asked for, or tshark would not dissect them.
      const output = join(folder, "types");
      const decode = ["-d", `tcp.port==${PORTS[name]},http2`, "-T", "fields", "-e", "http2.type"];
      const theirs = await measure(folder, ["tshark", "-n", "-r", file, ...decode], { output });
      const types = readFileSync(output, "latin1").match(/\d+/g)?.length ?? 0;
      rmSync(output);
      const ratio = verdict(name, "times less than tshark", theirs.seconds / ours.seconds, { least: floor.tshark });
      line("  tshark", theirs, `${ratio}, ${types.toLocaleString("en-US")} frame types`);
    }
    if (go !== undefined) {
      const theirs = await measure(folder, [go, file]);
      line("  Go", theirs, verdict(name, "times Go's", ours.seconds / theirs.seconds, { most: floor.go }));
    }
  }
}

/** @param {string} file */
async function measureStages(file) {
  console.log("\nx10 by stage, without start-up: the stages up to this one, and what it adds");
  let before = 0;
  for (const stage of ["read", "net", "tcp", "http2", "model", "rules"]) {
    const seconds = Number(await measureInside("stages", [stage, file]));
    console.log(`  ${stage.padEnd(8)}${seconds.toFixed(2).padStart(8)} s${`+ ${(seconds - before).toFixed(2)} s`.padStart(12)}`);
    before = seconds;
  }
}

/** @param {string} file */
async function measureOutputs(file) {
  const alone = await measure(folder, check(file));
  console.log("\noutputs           seconds     peak MB");
  line("none", alone);
  for (const name of ["annotated.pcapng", "spans.otlp.json", "trace.perfetto-trace", "tables.parquet"]) {
    const output = join(folder, name);
    const now = await measure(folder, [...check(file), "-o", output]);
    const sizes = statSync(output).isDirectory()
      ? readdirSync(output).map((part) => [part, statSync(join(output, part)).size])
      : [[name, statSync(output).size]];
    const more = `+ ${((now.seconds / alone.seconds - 1) * 100).toFixed(0)} %, + ${((now.memory - alone.memory) / 1e6).toFixed(0)} MB`;
    line(name, now, `${more}; ${sizes.map(([part, size]) => `${part} ${(size / 1e6).toFixed(0)} MB`).join(", ")}`);
    rmSync(output, { recursive: true });
  }
}

/** Runs a program of this folder that uses parts of h2lint which the package does not show. @returns What it wrote.
 *  @param {string} name @param {string[]} args */
async function measureInside(name, args) {
  const outfile = path(`../dist/bench-${name}.mjs`);
  await build({
    entryPoints: [path(`./${name}.mjs`)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
  });
  const output = join(folder, "written");
  await measure(folder, [process.execPath, outfile, ...args], { output });
  rmSync(outfile);
  const text = readFileSync(output, "utf8");
  if (args.length === 0) console.log(`\n${text.trim()}`);
  return text;
}

async function measureTls() {
  const CALLS = 200_000;
  if (!isThere("openssl", "version")) return console.log("\ntls: skipped, openssl is not there");
  const { writeTls } = await import("./tls.mjs");
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const names = ["-subj", "/CN=localhost", "-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...names], { stdio: "ignore" });
  const identity = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  const { file, keys, octets } = await writeTls(folder, identity, CALLS);
  console.log(`\ntls: ${CALLS.toLocaleString("en-US")} small RPCs over TLS 1.3, ${(octets / 1e6).toFixed(0)} MB`);
  const ours = await measure(folder, [...check(file), "--keys", keys]);
  line("h2lint", ours, verdict("tls", "MB", ours.memory / 1e6, { most: FLOORS.tls.memory }));
  if (isThere("tshark")) {
    const words = ["-n", "-r", file, "-o", `tls.keylog_file:${keys}`, "-T", "fields", "-e", "http2.type"];
    const theirs = await measure(folder, ["tshark", ...words]);
    line(
      "  tshark",
      theirs,
      verdict("tls", "times less than tshark", theirs.seconds / ours.seconds, { least: FLOORS.tls.tshark }),
    );
  }
  const said = execFileSync("openssl", ["speed", "-seconds", "1", "-bytes", "256", "-evp", "aes-128-gcm"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const speed = Number(/AES-128-GCM\s+([\d.]+)k/i.exec(said)?.[1] ?? Number.NaN) / 1000;
  const rate = octets / 1e6 / ours.seconds;
  console.log(
    `  ${rate.toFixed(0)} MB of TCP payload a second, all stages; openssl speed, records of 256 octets: ${speed.toFixed(0)} MB`,
  );
}

async function measureStart() {
  console.log("\nstart: seconds of a run, the least of 5 means of 10 runs, alternating");
  const commands = { node: ["-e", "0"], version: [main, "--version"], sample: [main, "check", sample, "--fail-on", "never"] };
  const times = { node: [], version: [], sample: [] };
  // Many at once: time(1) counts in hundredths.
  const often = [...Array(10).keys()].join(" ");
  const loop = ["sh", "-c", `for i in ${often}; do "$@" >/dev/null; done`, "-", process.execPath];
  for (let i = 0; i < 5; i++)
    for (const [name, words] of Object.entries(commands))
      times[name].push((await measure(folder, [...loop, ...words])).seconds / 10);
  const least = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, Math.min(...all)]));
  for (const [name, seconds] of Object.entries(least)) {
    const floor = name === "node" ? "" : verdict(name, "times Node", seconds / least.node, { most: FLOORS[name].node });
    console.log(`  ${name.padEnd(14)}${seconds.toFixed(3).padStart(8)}   ${floor}`);
  }
}

async function measureRpcs() {
  const file = join(folder, "rpcs.pcap");
  const totals = writeGrpc(file, 2e9);
  const ours = await measure(folder, check(file));
  rmSync(file);
  console.log(`\n2 GB of small RPCs, ${totals.calls.toLocaleString("en-US")} calls`);
  line("rpcs", ours, verdict("rpcs", "MB", ours.memory / 1e6, { most: FLOORS.rpcs.memory }));
}

/** @param {number} connections */
async function measurePipe(connections) {
  console.log(`\na pipe of ${connections.toLocaleString("en-US")} connections that go silent`);
  const { rates, ...ours } = await throughPipe(folder, check("-"), connections);
  line("pipe", ours, verdict("pipe", "MB", ours.memory / 1e6, { most: FLOORS.pipe.memory }));
  console.log(`  connections a second, by tenths: ${rates.map((rate) => Math.round(rate)).join(" ")}`);
  // The first tenth has the start in it, the last the end.
  console.log(`  ${verdict("pipe", "times the second tenth, the ninth", rates[8] / rates[1], { least: 0.8 })}`);
}

/** One thread and two, one after the other, three times: the best of each counts. */
async function measureWorkers() {
  console.log("\n                  seconds        wall     peak MB of all threads");
  const rpcs = join(folder, "rpcs.pcap");
  writeGrpc(rpcs, 2e9);
  const files = sharedIsThere ? ["small", "x10"].map((name) => [name, captureOf(folder, name)]) : [];
  for (const [name, file] of [...files, ["2 GB", rpcs]]) {
    /** @type {Map<number, import("./measure.mjs").Measured>} */
    const best = new Map();
    for (let round = 0; round < 3; round++)
      for (const workers of [1, 2]) {
        const now = await measure(folder, check(file, workers));
        if (now.wall < (best.get(workers)?.wall ?? Number.POSITIVE_INFINITY)) best.set(workers, now);
      }
    const ratio = best.get(1).wall / best.get(2).wall;
    for (const [workers, { seconds, wall, memory }] of best) {
      const numbers = [seconds.toFixed(2), wall.toFixed(2), (memory / 1e6).toFixed(0)].map((text) => text.padStart(12)).join("");
      const told = workers === 1 ? "" : verdict(name, "times as fast", ratio, name === "small" ? {} : { least: 1.7 });
      console.log(`  ${name.padEnd(6)} ${workers} ${numbers}  ${told}`);
    }
  }
  rmSync(rpcs);
  console.log(
    `  load: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(" ")}, ${availableParallelism()} cores`,
  );
}

/** @param {string} file */
function check(file, workers = 1) {
  return [process.execPath, main, "check", file, "--fail-on", "never", "--format", "json", "--workers", String(workers)];
}

/** @param {string} name @param {import("./measure.mjs").Measured} measured */
function line(name, { seconds, memory }, note = "") {
  console.log(`${name.padEnd(16)}${seconds.toFixed(2).padStart(9)}${(memory / 1e6).toFixed(0).padStart(12)}   ${note}`);
}

/** @param {string} row @param {string} unit @param {number} value @param {{ least?: number, most?: number }} floor */
function verdict(row, unit, value, { least, most }) {
  const text = `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`;
  if (least === undefined && most === undefined) return text;
  const kept = least === undefined ? value <= most : value >= least;
  if (!kept) missed.push(`${row}: ${text}`);
  return `${text} (${least === undefined ? `at most ${most}` : `at least ${least}`}: ${kept ? "ok" : "missed"})`;
}
