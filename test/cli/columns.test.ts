// What a terminal of 80 or 200 columns shows of the samples, and what a pipe gets.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sums } from "../../src/report/html/columns.ts";
import type { PageData } from "../../src/report/html/page-data.ts";
import { duration } from "../../src/report/text.ts";
import { grpcRequest } from "../../src/testing.ts";
import { captureOf } from "../capture/story.ts";
import { build } from "./program.ts";

const program = await build();
const samples = readdirSync(join(program.folder, "samples"))
  .filter((name) => /\.pcap(ng)?$/.test(name))
  .map((name) => `samples/${name}`);

afterAll(() => program.remove());

/** Where each packet's head begins. */
function* recordsOf(pcap: Buffer): Generator<{ readonly at: number }> {
  for (let at = 24; at < pcap.length; at += 16 + pcap.readUInt32LE(at + 8)) yield { at };
}

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

describe("time zero is the connection's first packet, everywhere", () => {
  // The second of two connections begins 5 s after the capture. Its packet 13 sends DATA after the request was reset.
  const file = "later.pcap";
  const story = captureOf((s) => s.client.headers(1, { fields: grpcRequest, endStream: false }).rst(1, 8).data(1).close());
  const packets = [...recordsOf(story)].length;
  const later = Buffer.from(story);
  for (const { at } of recordsOf(later)) {
    later.writeUInt32LE(later.readUInt32LE(at) + 5, at);
    // The client's port, behind 20 octets of IP.
    for (const port of [at + 36, at + 38]) if (later.readUInt16BE(port) === 50_000) later.writeUInt16BE(50_001, port);
  }
  writeFileSync(join(program.folder, file), Buffer.concat([story, later.subarray(24)]));
  /** Of the second connection, by packet. */
  const told = (args: readonly string[], row: RegExp): Map<number, string> =>
    new Map(
      [...said([...args, file, "--connection", "2"], 200).matchAll(row)].map(({ groups }) => [
        Number(groups!["packet"]),
        groups!["time"]!,
      ]),
    );
  const ROW = /^ +[<>]? *(?<packet>\d+) +(?<time>[\d.]+ \S+) +(?:client|server|[A-Z])/gm;

  const frames = told(["frames"], /^ +2 +(?<packet>\d+) +(?<time>[\d.]+ \S+) /gm);

  it("frames", () => {
    expect(packets).toBeGreaterThan(5);
    expect([...frames.keys()].every((packet) => packet > packets)).toBe(true);
    expect(frames.size).toBeGreaterThan(2);
    for (const time of frames.values()) expect(time).toMatch(/^[\d.]+ ms$/);
  });

  it.each([["timeline"], ["check", "--fail-on", "never", "--verbose"]])("%s", (...args) => {
    const times = told(args, ROW);
    const shared = [...times].filter(([packet]) => frames.has(packet));
    expect(shared.length).toBeGreaterThan(0);
    for (const [packet, time] of shared) expect(`${packet} ${time}`).toBe(`${packet} ${frames.get(packet)}`);
  });

  it("HTML counts from the connection's own start", () => {
    program.h2lint([file, "-o", "later.html", "--fail-on", "never"]);
    const html = readFileSync(join(program.folder, "later.html"), "utf8");
    const { connections } = JSON.parse(/id="data">(.*)<\/script>/.exec(html)![1]!) as Pick<PageData, "connections">;
    const { from, columns } = connections.find(({ id }) => id === 2)!;
    // The page shows each time less `from`.
    const [packetsOf, times] = [sums(columns.dPacket), sums(columns.dTime)];
    for (const [i, packet] of packetsOf.entries()) expect(duration(times[i]! - from)).toBe(frames.get(packet));
  });
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
