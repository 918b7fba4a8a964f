// `npm run bench [grpc|bulk|memory ...] [SIZE] [SEED]`: how fast generated captures are checked (bench/generate.mjs), and in how much memory.
//   whole process   `h2lint check --format json` as a user runs it, start-up and code still cold included
//   per stage       in one process each, stage after stage added; what a stage costs is the difference to the line above it
//   plain walk      bench/walk.mjs over the same file: what nobody can do without
//   tshark          the same file in the same run, where it is there. Trust the ratios, not the times: machines differ from run to run.
//   memory          2 GB from a file and through `zstd -dc | h2lint -`: the peak must not grow with the file
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generators, octetsOf, port } from "./generate.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const main = path("../dist/cli/main.js");
const usageHook = new URL("./usage.mjs", import.meta.url).href;
const gnuTime = "/usr/bin/time";
const NAMES = { grpc: "small RPCs", bulk: "downloads" };
const tsharkThere = spawnSync("tshark", ["--version"], { stdio: "ignore" }).status === 0;

if (!existsSync(main)) throw new Error("dist/ is not built: npm run build");
const words = process.argv.slice(2);
const named = words.filter((word) => word in generators || word === "memory");
const [size, seed = "1"] = words.filter((word) => !named.includes(word));
const folder = mkdtempSync(join(tmpdir(), "h2lint-bench-"));
try {
  console.log(`Node ${process.versions.node}`);
  for (const kind of named.length === 0 ? ["grpc", "bulk", "memory"] : named) {
    if (kind === "memory") memory(octetsOf(size ?? "2g"));
    else speed(kind, octetsOf(size ?? (kind === "grpc" ? "64m" : "128m")));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} kind @param {number} octets */
function speed(kind, octets) {
  const file = join(folder, `${kind}.pcap`);
  const totals = generators[kind](file, octets, Number(seed));
  console.log(
    `\n${NAMES[kind]}, seed ${seed}: ${million(statSync(file).size)} MB, ${count(totals.packets)} packets, ${count(totals.frames)} frames,`,
  );
  console.log(`${count(totals.calls)} calls, ${count(totals.connections)} connections\n`);

  const whole = check([file]);
  expectFrames(whole, totals);
  const { errors, warnings } = JSON.parse(whole.stdout).summary;
  if (errors + warnings > 0) throw new Error("findings in a capture without any");
  row("", "wall s", "user s", "MB/s", "packets/s", "frames/s", "peak MB");
  line("h2lint check", whole, totals);

  let before = 0;
  for (const stage of ["read", "net", "tcp", "http2", "model", "rules"]) {
    const { stdout, ...measured } = measure(stage, process.execPath, [path("stages.mjs"), stage, file]);
    // In the stage's own process, without start-up.
    const wall = Number(stdout);
    const cost = `  + ${(((wall - before) / totals.octets) * 1e9).toFixed(2)} ns/octet`;
    line(stage === "read" ? "  read" : `  + ${stage}`, { ...measured, wall }, totals, cost);
    before = wall;
  }
  const walk = measure("walk", process.execPath, [path("walk.mjs"), file]);
  const [seconds, walked] = walk.stdout.split(" ").map(Number);
  if (walked !== totals.frames) throw new Error(`the plain walk saw ${walked} frames`);
  line("plain walk", { ...walk, wall: seconds }, totals);
  console.log(`\nall stages against the plain walk, in process: ${(before / seconds).toFixed(1)} times its time`);

  if (!tsharkThere) console.log("tshark is not there: no comparison");
  else {
    // A field of every frame is asked for, or tshark would not dissect them; `-2` and colours, which cost it more, are not.
    const fields = ["-T", "fields", "-e", "http2.type"];
    const shark = measure("tshark", "tshark", ["-n", "-r", file, "-d", `tcp.port==${port},http2`, ...fields]);
    const seen = shark.stdout.split(/[\n,]/).filter((type) => type !== "").length;
    line("tshark", shark, totals);
    console.log(`it showed ${count(seen)} frame types, the connection prefaces not among them`);
    const times = (ours, theirs) => (theirs / ours).toFixed(1);
    console.log(
      `h2lint against tshark: ${times(whole.user, shark.user)} times less user time, ${times(whole.wall, shark.wall)} times less wall time,`,
    );
    console.log(`${times(whole.memory, shark.memory)} times less memory at its peak`);
  }
  rmSync(file);
}

/** @param {number} octets */
function memory(octets) {
  console.log(`\nmemory: small RPCs, seed ${seed}\n`);
  row("", "wall s", "user s", "MB/s", "packets/s", "frames/s", "peak MB");
  const peaks = [];
  for (const part of [octets / 16, octets / 4, octets]) {
    const file = join(folder, "memory.pcap");
    const totals = generators.grpc(file, part, Number(seed));
    const whole = check([file]);
    expectFrames(whole, totals);
    line(`${million(totals.octets)} MB`, whole, totals);
    peaks.push(whole.memory);
    if (part === octets && spawnSync("zstd", ["--version"], { stdio: "ignore" }).status === 0) {
      spawnSync("zstd", ["-q", "-1", "-f", file, "-o", `${file}.zst`], { stdio: "inherit" });
      rmSync(file);
      const piped = check(["-"], `zstd -dcq '${file}.zst'`);
      expectFrames(piped, totals);
      line("  zstd | -", piped, totals);
      const itself = check([`${file}.zst`]);
      expectFrames(itself, totals);
      line("  .zst itself", itself, totals);
    }
  }
  console.log(`\nthe peak of the whole is ${(peaks[2] / peaks[0]).toFixed(2)} times that of a sixteenth`);
}

function check(operands, feeder) {
  const args = [main, "check", ...operands, "--fail-on", "never", "--format", "json"];
  return measure("h2lint", process.execPath, args, feeder);
}

function expectFrames({ stdout }, totals) {
  const { frames } = JSON.parse(stdout).summary;
  if (frames !== totals.frames) throw new Error(`${frames} frames were seen of ${totals.frames}`);
}

/** Run a program. @returns Its output, seconds, and the octets it held at most; without /usr/bin/time only a Node program tells. */
function measure(name, command, args, feeder) {
  const usage = join(folder, "usage");
  rmSync(usage, { force: true });
  const [program, rest] = existsSync(gnuTime)
    ? [gnuTime, ["-f", "%U %M", "-o", usage, command, ...args]]
    : [command, command === process.execPath ? ["--import", usageHook, ...args] : args];
  const env = { ...process.env, BENCH_USAGE: usage };
  const from = performance.now();
  const options = { encoding: "utf8", maxBuffer: 2 ** 30, env };
  const { status, error, stdout, stderr } =
    feeder === undefined
      ? spawnSync(program, rest, options)
      : spawnSync("sh", ["-c", `${feeder} | "$@"`, "-", program, ...rest], options);
  const wall = (performance.now() - from) / 1000;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${error ?? stderr}`);
  const [user, kilobytes] = existsSync(usage)
    ? readFileSync(usage, "utf8").trim().split(/\s+/).map(Number)
    : [Number.NaN, Number.NaN];
  return { stdout, wall, user, memory: kilobytes * 1024 };
}

function line(name, { wall, user, memory: held }, totals, note = "") {
  const rate = (amount) => count(Math.round(amount / wall));
  const rates = [million(totals.octets / wall), rate(totals.packets), rate(totals.frames)];
  row(name, wall.toFixed(2), user.toFixed(2), ...rates, million(held), note);
}

function row(name, wall, user, octets, packets, frames, held, note = "") {
  const columns = [
    wall.padStart(8),
    user.padStart(8),
    octets.padStart(9),
    packets.padStart(12),
    frames.padStart(13),
    held.padStart(9),
  ];
  console.log(name.padEnd(14) + columns.join("") + note);
}

function million(octets) {
  return (octets / 1e6).toFixed(1);
}

function count(value) {
  return value.toLocaleString("en-US");
}
