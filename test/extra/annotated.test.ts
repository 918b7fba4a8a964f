// Wireshark's engine opens the annotated capture: the same packets, with the comments where it lists and filters them.
import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { exported, Scratch, twentyCallsCapture, volo } from "../exports/exporting.ts";
import { tsharkVersion } from "./tshark.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

function tshark(file: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("tshark", ["-n", "-r", file, ...args], { encoding: "utf8" });
  // tshark warns when it runs as root; of the file it has nothing to say.
  expect([status, stderr.replace(/^Running as user .*\n/m, "")]).toEqual([0, ""]);
  return stdout;
}

const fields = (...names: string[]): string[] => ["-T", "fields", ...names.flatMap((name) => ["-e", name])];
const packets = fields(
  "frame.number",
  "frame.time_epoch",
  "frame.len",
  "frame.cap_len",
  "frame.encap_type",
  "tcp.seq_raw",
  "tcp.payload",
);

describe.skipIf(tsharkVersion() === undefined)("tshark reads", () => {
  it("the Volo case", async () => {
    const path = scratch.path("volo.pcapng");
    await exported("annotated", path, [volo]);
    expect(tshark(path, ...packets)).toBe(tshark(volo, ...packets));
    const commented = tshark(path, "-Y", 'frame.comment contains "h2lint"', ...fields("frame.number", "frame.comment"));
    expect(commented.split("\n").map((line) => line.slice(0, line.indexOf("\t")))).toEqual(["8", "11", "13", "17", ""]);
    expect(commented).toMatch(/^11\th2lint: error grpc\/request-trailers: .*answered by packet 13 /m);
    // The list of expert information has them too.
    expect(tshark(path, "-Y", '_ws.expert.group == "Comment"', ...fields("frame.number"))).toBe("8\n11\n13\n17\n");
  });

  it("twenty calls", async () => {
    const capture = scratch.file("calls.pcap", twentyCallsCapture());
    const path = scratch.path("calls.pcapng");
    await exported("annotated", path, [capture]);
    expect(tshark(path, ...packets)).toBe(tshark(capture, ...packets));
    expect(tshark(path, "-Y", 'frame.comment contains "RST_STREAM"', ...fields("frame.number"))).toMatch(/^\d+\n/);
    const { stdout } = spawnSync("capinfos", [path], { encoding: "utf8" });
    expect(stdout).toMatch(/Capture comment: +h2lint .*20 calls/);
  });
});
