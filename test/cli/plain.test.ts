// What is read without yargs is read as yargs reads it.
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Invocation } from "../../src/cli/invocation.ts";
import { parse } from "../../src/cli/options.ts";
import { parsePlain } from "../../src/cli/plain.ts";
import { runs, seed } from "../fuzzing.ts";

const WORDS = [
  ...[
    "check",
    "info",
    "timeline",
    "calls",
    "frames",
    "why",
    "cut",
    "repro",
    "diff",
    "compare",
    "rules",
    "explain",
    "completion",
    "mcp",
  ],
  ...[
    "a.pcap",
    "a.pcap",
    "b/c.pcapng",
    "x=y.pcap",
    "0x10",
    "123",
    "1e3",
    "0.50",
    "true",
    "null",
    "C:\\a.pcap",
    "*.pcap",
    "#1",
    "",
  ],
  ...["two words", '"quoted"', "it's", "-", "--", "---", "-x", "-fjson", "-qv", "--nonsense", "--no-nonsense", "--__proto__=1"],
  ...["-f", "--format", "json", "--format=json", "--format=", "-f=json", "-o", "--output", "o.json", "html=o.x", "--output=a=b"],
  ...["--fail-on", "never", "--fail-on=info", "--fail-on=x", "--rule", "grpc/status=off", "--rule=grpc/*=error", "--rule=x"],
  ...[
    "--preset=all",
    "--profile",
    "rfc7540",
    "--config",
    "c.json",
    "--baseline=b.json",
    "--update-baseline",
    "--require-complete",
  ],
  ...[
    "--update-baseline=false",
    "--no-update-baseline",
    "--connection",
    "2",
    "--connection=2",
    "--connection=-1",
    "--connection=1.5",
  ],
  ...[
    "--connection=007",
    "--stream=3",
    "--host=::1",
    "--host",
    "10.0.0.1",
    "--port=80",
    "--from=1.5",
    "--from",
    "2026-01-01T00:00:00Z",
  ],
  ...["--to=x", "--proto", "p.proto", "--proto=q", "--messages", "--text", "--text=RST", "--log=l.log", "--log", "client=l.log"],
  ...["--max-memory=1g", "--max-memory", "200MB", "--max-memory=0", "--engine=reference", "--engine=x", "--show-secrets"],
  ...[
    "--color",
    "--no-color",
    "--progress",
    "--no-progress",
    "--quiet",
    "--follow",
    "--verbose",
    "--quiet=true",
    "--help",
    "-h",
    "--version",
  ],
];

const outcome = async (read: () => Promise<Invocation | undefined> | Invocation | undefined): Promise<unknown> => {
  try {
    return await read();
  } catch (error) {
    return String(error);
  }
};

async function agrees(argv: readonly string[]): Promise<boolean> {
  const plain = await outcome(() => parsePlain(argv));
  if (plain === undefined) return false;
  expect(plain).toEqual(await outcome(() => parse(argv)));
  return true;
}

it.each([
  [["a.pcap"]],
  [["check", "a.pcap", "-", "--format", "json", "--fail-on=never"]],
  [["-f", "json", "check", "a.pcap", "-o", "a.html", "-o", "sarif=b"]],
  [["a.pcap", "check"]],
  [["calls", "a.pcap", "--connection", "3", "--stream=5", "--verbose", "--no-color"]],
  [["--connection=1", "--connection=2", "timeline", "a.pcap"]],
  [["check", "a.pcap", "--rule", "grpc/*=off", "--rule=health/status=error", "--max-memory", "1g"]],
  [["check", "a.pcap", "--rule", "nonsense"]],
  [["check"]],
])("%j is read without it", async (argv) => expect(await agrees(argv)).toBe(true));

it.each([
  [["--help"]],
  [["rules"]],
  [["diff", "a", "b"]],
  [["a.pcap", "--fail-on", "x"]],
  [["a.pcap", "-fjson"]],
  [["a.pcap", "--", "b"]],
  [["timeline", "--update-baseline", "--no-update-baseline"]],
])("%j is left to it", (argv) => expect(parsePlain(argv)).toBeUndefined());

it.each([
  ["200MB", 200e6],
  ["200", 200e6],
  ["1g", 1e9],
  ["1.5GB", 1.5e9],
  ["512k", 512e3],
])("--max-memory %s is %i bytes", (text, octets) => {
  expect(parsePlain(["a.pcap", `--max-memory=${text}`])?.maxMemory).toBe(octets);
});

it.each(["0", "much", "1t", "-"])("--max-memory %s is refused", async (text) => {
  expect(await outcome(() => parse(["a.pcap", `--max-memory=${text}`]))).toMatch(/--max-memory takes a size/);
});

it("agrees with it on any words, where it reads them at all", async () => {
  const silent = console.log;
  // Help and version.
  console.log = () => {};
  try {
    let read = 0;
    const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(words, async (argv) => {
        if (await agrees(argv)) read++;
      }),
      { numRuns: runs(2000), seed },
    );
    expect(read).toBeGreaterThan(200);
  } finally {
    console.log = silent;
  }
});
