// What the timeline says became of a stream.
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { Timeline } from "../../src/report/timeline.ts";
import type { Story } from "../../src/testing.ts";
import { memorySource } from "../capture/reading.ts";
import { captureOf } from "../capture/story.ts";

const end = { endStream: true } as const;

async function headsOf(story: Story): Promise<string[]> {
  let text = "";
  const look = { width: 200, color: false, verbose: false, quiet: false };
  const timeline = new Timeline((part) => void (text += part), look, { all: true, frames: 100 });
  for await (const event of analyze([memorySource(captureOf(story))], { listeners: [timeline] })) timeline.event(event);
  return text
    .split("\n")
    .flatMap((line) => (line.startsWith("  stream ") ? [line.trim().replace(/, \d+ µs|, [\d.]+ ms/, "")] : []));
}

describe("a stream", () => {
  it("that was pushed whole is whole, and has the request that was promised for it", async () => {
    const heads = await headsOf((s) =>
      s.client
        .headers(1, end)
        .server.pushPromise(1, 2)
        .headers(1, end)
        .headers(2)
        .data(2, 7, end)
        .client.goaway(2, 0)
        .close()
        .server.close(),
    );
    expect(heads).toEqual([
      "stream 1  GET /   :status 200  sent 0 bytes, received 0 bytes",
      "stream 2  GET /   :status 200  sent 0 bytes, received 7 bytes",
    ]);
  });

  it("that was pushed in part is not", async () => {
    const heads = await headsOf((s) =>
      s.client.headers(1, end).server.pushPromise(1, 2).headers(1, end).headers(2).data(2, 7).close().client.close(),
    );
    expect(heads[1]).toBe("stream 2  GET /   not completed when the server closed");
  });

  it("whose response was whole before a reset has both", async () => {
    const heads = await headsOf((s) => s.client.headers(1, end).server.headers(1, end).client.rst(1, 5));
    expect(heads).toEqual(["stream 1  GET /   :status 200  sent 0 bytes, received 0 bytes  reset by the client: STREAM_CLOSED"]);
  });

  it("whose response crossed a reset was reset", async () => {
    const heads = await headsOf((s) =>
      s.client.headers(1, end).server.headers(1).client.rst(1, 8).server.crossing().data(1, 7, end),
    );
    expect(heads).toEqual(["stream 1  GET /   reset by the client: CANCEL"]);
  });
});
