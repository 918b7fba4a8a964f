// The captures that are measured, made where they are needed: recorded ones of ../shared/perf unpacked, others by its gen.py.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isThere } from "./measure.mjs";

const shared = fileURLToPath(new URL("../../shared/perf", import.meta.url));

export const sharedIsThere = existsSync(shared);

/** By name: the port that tshark is made to look for HTTP/2 on. */
export const PORTS = { small: 41_999, x10: 41_999, bulk: 41_998, short: 8080, halfopen: 8080 };

/** @param {string} folder @param {keyof typeof PORTS} name @returns {string} Its path. */
export function captureOf(folder, name) {
  const recorded = { small: "grpc-small", bulk: "bulk" }[name];
  const path = join(folder, `${recorded ?? name}.pcap`);
  if (existsSync(path)) return path;
  if (recorded !== undefined) execFileSync("zstd", ["-dqf", join(shared, `${recorded}.pcap.zst`), "-o", path]);
  else {
    if (name === "x10") captureOf(folder, "small");
    execFileSync("python3", [generator(), name, path]);
  }
  return path;
}

export const generator = () => join(shared, "gen.py");

/** Builds Go's bare decode. @param {string} folder @returns {string | undefined} The program, where Go and its sources are. */
export function goProgram(folder) {
  const sources = join(shared, "gopeer");
  if (!existsSync(sources) || !isThere("go", "version")) return undefined;
  for (const name of ["go.mod", "go.sum", "main.go"]) copyFileSync(join(sources, name), join(folder, name));
  const program = join(folder, "gopeer");
  const { status, stderr } = spawnSync("go", ["build", "-o", program, "."], { cwd: folder, encoding: "utf8" });
  if (status !== 0) console.log(`gopeer could not be built: ${stderr.trim().split("\n").at(-1)}`);
  return status === 0 ? program : undefined;
}
