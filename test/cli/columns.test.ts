// What a terminal of 80 or 200 columns shows of the samples, and what a pipe gets.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { grpcRequest } from "../../src/testing.ts";
import { captureOf } from "../capture/story.ts";
import { build } from "./program.ts";

const program = await build();
const samples = readdirSync(join(program.folder, "samples"))
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .map((name) => `samples/${name}`);

afterAll(() => program.remove());

const said = (args: readonly string[], columns: number): string => program.h2lint(args, { COLUMNS: String(columns) }).stdout;

describe.each([80, 200])("%i columns", (columns) => {
  it.each(["calls", "info"])("%s is not wider, and breaks no token", (command) => {
    for (const sample of samples) {
      const text = said([command, sample], columns);
      expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
      expect(text).not.toContain("…");
    }
  });
});

it.each([
  ["check", "--fail-on", "never"],
  ["why"],
  ["timeline"],
  ["calls"],
  ["info"],
  ["frames"],
  ["check", "--format", "markdown", "--fail-on", "never"],
])("one of a thing is no plural: %s %s", (...args) => {
  for (const sample of samples) {
    const text = said([...args, sample], 200);
    // `1 streams`, `1 more findings`; numbers that end in 1 are others, and so are versions and ratios.
    const wrong =
      /(?<![\d.,:/x-])1 (?:more |other |lost )?(?:streams|frames|calls|octets|messages|connections|packets|findings|times|errors|warnings|fields)\b/;
    expect(wrong.exec(text)?.[0]).toBeUndefined();
  }
});

it("frames cuts no value in a pipe, however few columns there are", () => {
  const text = said(["frames", "samples/volo-0.9.1-grpc-go-1.85.pcap"], 60);
  expect(text).toContain("INITIAL_WINDOW_SIZE=2097152 MAX_FRAME_SIZE=16384 MAX_HEADER_LIST_SIZE=16384");
  expect(text).not.toContain("...");
});

it("time zero of frames and timeline is the connection's first packet", () => {
  const sample = "samples/volo-0.9.1-grpc-go-1.85.pcap";
  const times = (command: string) => / 13 +([\d.]+ \S+) +(?:server|.*GOAWAY)/.exec(said([command, sample], 200))?.[1];
  expect(times("frames")).toBeDefined();
  expect(times("frames")).toBe(times("timeline"));
});

it("a stream that was reset is told as reset, not as cut off by the close", () => {
  const file = "reset.pcap";
  writeFileSync(
    join(program.folder, file),
    captureOf((s) => s.client.headers(1, { fields: grpcRequest }).rst(1, 8).close().server.close()),
  );
  const text = said(["timeline", file], 200);
  expect(text).toContain("reset by the client: CANCEL");
  expect(text).not.toContain("not completed");
});
