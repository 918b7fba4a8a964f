// Wireshark's engine opens what `h2lint cut` writes: the same packets at the same times.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { cut } from "../../src/cli/commands/cut.ts";
import type { Task } from "../../src/cli/task.ts";
import { tsharkVersion } from "./tshark.ts";

const samples = fileURLToPath(new URL("../../samples/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "h2lint-cut-"));
const target = join(folder, "cut.pcapng");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fieldsOf(file: string, ...fields: string[]): string {
  const args = ["-n", "-r", file, "-T", "fields", ...fields.flatMap((field) => ["-e", field])];
  const { status, stdout, stderr } = spawnSync("tshark", args, { encoding: "utf8" });
  // tshark warns when it runs as root; of the file it has nothing to say.
  expect([status, stderr.replace(/^Running as user .*\n/m, "")]).toEqual([0, ""]);
  return stdout;
}

describe.skipIf(tsharkVersion() === undefined)("tshark reads", () => {
  it.each(readdirSync(samples).filter((name) => name.endsWith(".pcap")))("%s", async (name) => {
    const capture = samples + name;
    // What else an invocation has does not matter here.
    await cut({
      operands: [capture],
      outputs: [target],
      only: { connection: 1 },
      quiet: true,
      engine: "fast",
      keys: [],
    } as unknown as Task);
    const packets = ["frame.time_epoch", "frame.len", "frame.cap_len", "frame.encap_type", "ip.id", "tcp.seq_raw", "tcp.payload"];
    const all = fieldsOf(capture, "tcp.stream", ...packets).split("\n");
    const own = all.filter((line) => line.startsWith("0\t")).map((line) => line.slice(2));
    expect(
      fieldsOf(target, ...packets)
        .replace(/\n$/, "")
        .split("\n"),
    ).toEqual(own);
  });
});
