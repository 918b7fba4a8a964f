// `npm run bench [SIZE] [SEED]`: how fast a generated capture of small RPCs is checked (bench/generate.mjs; 64m unless told).
//   whole process   `h2lint check --format json` as a user runs it, start-up and code still cold included
//   per stage       in one process each, stage after stage added; what a stage costs is the difference to the line above it
//   tshark          the same file in the same run, where it is there. Trust the ratios, not the times: machines differ from run to run.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { port, writeGrpc } from "./generate.mjs";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const stages = fileURLToPath(new URL("./stages.mjs", import.meta.url));
const usageHook = new URL("./usage.mjs", import.meta.url).href;
const gnuTime = "/usr/bin/time";
const sizes = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

if (!existsSync(main)) throw new Error("dist/ is not built: npm run build");
const [size = "64m", seed = "1"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "h2lint-bench-"));
try {
  bench(join(folder, "grpc.pcap"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} file */
function bench(file) {
  const [, digits, unit] = /^(\d+)([kmg]?)$/.exec(size) ?? [];
  if (digits === undefined) throw new Error(`${size}: a size is like 64m or 2g`);
  const totals = writeGrpc(file, Number(digits) * (sizes[unit] ?? 1), Number(seed));
  console.log(
    `small RPCs, seed ${seed}: ${million(statSync(file).size)} MB, ${count(totals.packets)} packets, ${count(totals.frames)} frames,`,
  );
  console.log(`${count(totals.calls)} calls, ${count(totals.connections)} connections; Node ${process.versions.node}\n`);

  const whole = measure("h2lint", process.execPath, [main, "check", file, "--fail-on", "never", "--format", "json"]);
  const { summary } = JSON.parse(whole.stdout);
  if (summary.frames !== totals.frames) throw new Error(`${summary.frames} frames were seen of ${totals.frames}`);
  if (summary.errors + summary.warnings > 0) throw new Error("findings in a capture without any");
  row("", "wall s", "user s", "MB/s", "packets/s", "frames/s", "peak MB");
  speed("h2lint check", whole, totals);

  let before = 0;
  for (const stage of ["read", "net", "tcp", "http2", "model", "rules"]) {
    const { stdout, ...measured } = measure(stage, process.execPath, [stages, stage, file]);
    // In the stage's own process, without start-up.
    const wall = Number(stdout);
    speed(
      stage === "read" ? "  read" : `  + ${stage}`,
      { ...measured, wall },
      totals,
      `  + ${(((wall - before) / totals.octets) * 1e9).toFixed(2)} ns/octet`,
    );
    before = wall;
  }

  if (spawnSync("tshark", ["--version"], { stdio: "ignore" }).status !== 0) {
    console.log("\ntshark is not there: no comparison");
    return;
  }
  // A field of every frame is asked for, or tshark would not dissect them; `-2` and colours, which cost it more, are not.
  const shark = measure("tshark", "tshark", [
    "-n",
    "-r",
    file,
    "-d",
    `tcp.port==${port},http2`,
    "-T",
    "fields",
    "-e",
    "http2.type",
  ]);
  const seen = shark.stdout.split(/[\n,]/).filter((type) => type !== "").length;
  speed("tshark", shark, totals);
  console.log(
    `\ntshark showed ${count(seen)} frame types, the connection prefaces not among them (${count(totals.frames)} frames were written)`,
  );
  console.log(`h2lint against tshark: ${(shark.user / whole.user).toFixed(1)} times less user time,`);
  console.log(
    `${(shark.wall / whole.wall).toFixed(1)} times less wall time, ${(shark.memory / whole.memory).toFixed(1)} times less memory at its peak`,
  );
}

/** Run a program. @returns Its output, seconds, and the octets it held at most; without /usr/bin/time only a Node program tells. */
function measure(name, command, args) {
  const usage = join(folder, "usage");
  rmSync(usage, { force: true });
  const [program, rest] = existsSync(gnuTime)
    ? [gnuTime, ["-f", "%U %M", "-o", usage, command, ...args]]
    : [command, command === process.execPath ? ["--import", usageHook, ...args] : args];
  const env = { ...process.env, BENCH_USAGE: usage };
  const from = performance.now();
  const { status, error, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", maxBuffer: 2 ** 30, env });
  const wall = (performance.now() - from) / 1000;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${error ?? stderr}`);
  const [user, kilobytes] = existsSync(usage)
    ? readFileSync(usage, "utf8").trim().split(/\s+/).map(Number)
    : [Number.NaN, Number.NaN];
  return { stdout, wall, user, memory: kilobytes * 1024 };
}

function speed(name, { wall, user, memory }, totals, note = "") {
  const rate = (amount) => count(Math.round(amount / wall));
  row(
    name,
    wall.toFixed(2),
    user.toFixed(2),
    million(totals.octets / wall),
    rate(totals.packets),
    rate(totals.frames),
    million(memory),
    note,
  );
}

function row(name, wall, user, octets, packets, frames, memory, note = "") {
  const columns = [
    wall.padStart(8),
    user.padStart(8),
    octets.padStart(9),
    packets.padStart(12),
    frames.padStart(13),
    memory.padStart(9),
  ];
  console.log(name.padEnd(14) + columns.join("") + note);
}

function million(octets) {
  return (octets / 1e6).toFixed(1);
}

function count(value) {
  return value.toLocaleString("en-US");
}
