// The trace, read by Perfetto's own schema, which its package on PyPI has, and by trace_processor, which that fetches at the first use: what
// cannot be had is skipped, and why is said.
import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { exported, Scratch, twentyCallsCapture, volo } from "../exports/exporting.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const python = scratch.path("venv/bin/python");
const ran = (command: string, ...args: string[]) => spawnSync(command, args, { encoding: "utf8", timeout: 240_000 });
const isThere =
  ran("python3", "-m", "venv", scratch.path("venv")).status === 0 &&
  ran(scratch.path("venv/bin/pip"), "install", "--quiet", "perfetto").status === 0;
if (!isThere) console.log("no Perfetto: pip cannot install it");

/** Packets, and fields that its schema does not have. */
const BY_SCHEMA = `
import sys
from google.protobuf.unknown_fields import UnknownFieldSet
from perfetto.protos.perfetto.trace.perfetto_trace_pb2 import Trace
def unknown(message):
    count = len(UnknownFieldSet(message))
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            count += sum(map(unknown, value if hasattr(value, "add") else [value]))
    return count
trace = Trace()
trace.ParseFromString(open(sys.argv[1], "rb").read())
print(len(trace.packet), unknown(trace))
`;

/** Names of slices and instants with their tracks, and how many arrows there are. */
const BY_PROCESSOR = `
import sys
from perfetto.trace_processor import TraceProcessor
try:
    processor = TraceProcessor(trace=sys.argv[1])
except Exception as error:
    print("none:", error)
    sys.exit(0)
for row in processor.query("select s.name as name, t.name as track from slice s join track t on s.track_id = t.id order by s.ts, s.id"):
    print(f"{row.track}: {row.name}")
for row in processor.query("select count(*) as n from flow"):
    print("arrows", row.n)
for row in processor.query("select name, value from stats where severity = 'error' and value > 0"):
    print("error", row.name, row.value)
`;

describe.skipIf(!isThere)("Perfetto", () => {
  const captures = [["volo", volo] as const, ["calls", scratch.file("calls.pcap", twentyCallsCapture())] as const];

  it.each(captures)("knows every field: %s", async (name, capture) => {
    const path = scratch.path(`${name}.perfetto-trace`);
    await exported("perfetto", path, [capture]);
    const { stdout, stderr } = ran(python, "-W", "ignore", "-c", BY_SCHEMA, path);
    expect(stderr).toBe("");
    const [packets, unknown] = stdout.trim().split(" ").map(Number);
    expect(packets).toBeGreaterThan(20);
    expect(unknown).toBe(0);
  });

  it("trace_processor shows the call, the fault and the arrow to its answer", async (context) => {
    const path = scratch.path("shown.perfetto-trace");
    await exported("perfetto", path, [volo]);
    const { stdout } = ran(python, "-W", "ignore", "-c", BY_PROCESSOR, path);
    if (stdout.includes("none:")) {
      console.log(`no trace_processor: ${stdout.trim().split("\n").at(-1)}`);
      context.skip();
    }
    const lines = stdout.trim().split("\n");
    expect(lines).toContain("streams, lane 1: /helloworld.Greeter/SayHello");
    expect(lines).toContain("findings and answers: grpc/request-trailers");
    expect(lines).toContain("arrows 1");
    expect(lines.filter((line) => line.startsWith("error"))).toEqual([]);
  });
});
