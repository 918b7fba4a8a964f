// What the timeline says became of a stream.
import { describe, expect, it } from "vitest";
import { analyze } from "../../src/analyze.ts";
import { Timeline, type TimelineOptions } from "../../src/report/timeline.ts";
import type { Story } from "../../src/testing.ts";
import { memorySource } from "../capture/reading.ts";
import { captureOf } from "../capture/story.ts";

const end = { endStream: true } as const;

const LOOK = { width: 200, color: false, verbose: false, quiet: false };

async function timelineOf(capture: Uint8Array, options: Partial<TimelineOptions> = {}): Promise<string[]> {
  let text = "";
  const timeline = new Timeline((part) => void (text += part), LOOK, { all: true, frames: 100, framesTotal: 1000, ...options });
  for await (const event of analyze([memorySource(capture)], { listeners: [timeline] })) timeline.event(event);
  return text.split("\n");
}

async function headsOf(story: Story): Promise<string[]> {
  const lines = await timelineOf(captureOf(story));
  return lines.flatMap((line) => (line.startsWith("  stream ") ? [line.trim().replace(/, \d+ µs|, [\d.]+ ms/, "")] : []));
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

describe("what is kept", () => {
  const calls = captureOf((s) => {
    for (const id of [1, 3, 5]) {
      s.client.headers(id, end);
      s.server.headers(id, end);
    }
  });
  const shown = (lines: readonly string[]) =>
    lines.flatMap((line) => /stream \d|HEADERS.*|\d+ more frames/.exec(line)?.[0].replace(/ *->$/, "") ?? []);

  it("are so many frames of a connection, each with its fields", async () => {
    // SETTINGS of both sides and their acknowledgments stand before them.
    const lines = shown(await timelineOf(calls, { frames: 7 }));
    expect(lines).toEqual([
      ...["stream 1", "HEADERS END_STREAM GET /", "HEADERS END_STREAM :status 200"],
      ...["stream 3", "HEADERS END_STREAM GET /", "3 more frames"],
    ]);
  });

  it("are so many of all connections", async () => {
    expect(shown(await timelineOf(calls, { framesTotal: 7 }))).toEqual(shown(await timelineOf(calls, { frames: 7 })));
  });

  it("is nothing of a connection that is not chosen, nor of one that is passed over", async () => {
    expect((await timelineOf(calls, { isChosen: () => false })).join("")).not.toMatch(/stream|frames/);
    let text = "";
    const options = { all: true, frames: 10, framesTotal: 10 };
    const timeline = new Timeline((part) => void (text += part), LOOK, options);
    const heard = () => analyze([memorySource(calls)], { listeners: [timeline] });
    for await (const event of heard()) if (event.kind === "connection") timeline.pass(event.id);
    // There is room for all of the next.
    for await (const event of heard()) timeline.event(event);
    expect(shown(text.split("\n"))).toHaveLength(9);
  });
});
