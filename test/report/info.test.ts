import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CapturePipeline } from "../../src/capture-pipeline.ts";
import { InfoCollector, type InfoReport, infoTable } from "../../src/report/info.ts";
import { capture, haveCaptures, memorySource } from "../capture/reading.ts";

const sample = readFileSync(new URL("../../samples/volo-0.9.1-grpc-go-1.85.pcap", import.meta.url));

async function infoOf(bytes: Uint8Array): Promise<InfoReport> {
  const session = new CapturePipeline([memorySource(bytes, bytes.length, "sample.pcap")], {});
  const collector = new InfoCollector();
  await session.open();
  for await (const _ of session.run({ listeners: [collector] }));
  return collector.report(session.captures, session.packets!, session.diagnostics);
}

/** Without the records from `first` on, counted from 0. */
function without(file: Buffer, first: number, number: number): Buffer {
  const borders = [24];
  for (let at = 24; at < file.length; ) borders.push((at += 16 + file.readUInt32LE(at + 8)));
  return Buffer.concat([file.subarray(0, borders[first]), file.subarray(borders[first + number])]);
}

describe("info", () => {
  it("counts packets by fate and connections by protocol", async () => {
    const { packets, protocols, judged, quality, captures } = await infoOf(sample);
    expect(packets).toMatchObject({ packets: 19, tcp: 19, damaged: 0 });
    expect(captures).toMatchObject([{ file: "sample.pcap", format: "pcap", packets: 19 }]);
    expect(protocols).toMatchObject([{ protocol: "h2c-prior-knowledge", connections: 1, frames: 12, calls: 1 }]);
    expect(judged).toEqual({ fully: 1, partly: [], not: [] });
    expect(quality).toEqual({ verdict: "complete", text: "the HTTP/2 connection can be judged fully" });
  });

  it("says why a connection cannot be judged fully", async () => {
    const midway = await infoOf(without(sample, 0, 7));
    expect(midway.judged.fully).toBe(0);
    expect(midway.judged.partly.map(({ reason }) => reason)).toContain("the start was not captured");
    expect(midway.quality.verdict).toBe("partial");
    // Packet 8: the client's HEADERS.
    const lossy = await infoOf(without(sample, 7, 1));
    expect(lossy.judged.partly).toContainEqual({ reason: "the capture lost bytes", connections: 1, first: [1] });
    expect(lossy.loss.capture.client).toBeGreaterThan(0);
    expect(lossy.loss.snapLength).toEqual({ client: 0, server: 0 });
  });

  it("is hollow without HTTP/2", async () => {
    const { quality, protocols } = await infoOf(sample.subarray(0, 24));
    expect(quality).toEqual({ verdict: "hollow", text: "no HTTP/2 found" });
    expect(protocols).toEqual([]);
  });

  it.each([80, 200])("keeps within %i columns", async (width) => {
    let text = "";
    const look = { width, color: false, verbose: true, quiet: false };
    infoTable((piece) => (text += piece), look, await infoOf(without(sample, 7, 1)));
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
    expect(text).toContain("the capture lost them: the other side acknowledged them");
  });

  it.skipIf(!haveCaptures)("tells TLS, cut packets and one direction apart (recordings are not in this checkout)", async () => {
    const info = (name: string) => infoOf(readFileSync(capture(name)));
    expect((await info("tls/c-grpcgo-nokeys.pcap")).judged.not).toEqual([
      { reason: "TLS without keys", connections: 1, first: [1] },
    ]);
    const cut = await info("wrapped/d-base-snap96.pcap");
    expect(cut.loss.snapLength).toEqual({ client: 259, server: 324 });
    const half = await info("wrapped/d-base-client-only.pcap");
    expect(half.judged.partly.map(({ reason }) => reason)).toContain("only one direction was captured");
  });
});
