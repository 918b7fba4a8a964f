// What the timeline is told of messages: by frame and by stream, within the bound, forgotten with the connection.
import { describe, expect, it } from "vitest";
import { CallReader } from "../../src/grpc/call-reader.ts";
import { Schemas } from "../../src/grpc/schema.ts";
import { defaultLimits, type Limits } from "../../src/limits.ts";
import { TimelineMessages } from "../../src/report/timeline-messages.ts";
import { playModel } from "../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Story, written } from "../../src/testing.ts";

const framed = "\0\0\0\0\x03\x0a\x01x";

/** Its messages, and the offsets of the client's frames. */
function told(story: Story, limits: Partial<Limits> = {}, streams: readonly number[] = [1, 3]) {
  const full = { ...defaultLimits, ...limits };
  const messages = new TimelineMessages(new Schemas(), full, false, (_, stream) => streams.includes(stream));
  const { segments, frames } = written(story);
  playModel(segments, [new CallReader([messages], full)], full, () => {});
  return { messages, offsets: frames.filter(({ number }) => number > 0).map(({ from, offset }) => [from, offset] as const) };
}

const story: Story = (s) =>
  s.client
    .headers(1, { fields: grpcRequest })
    .data(1, framed + framed.slice(0, 4))
    .data(1, framed.slice(4))
    .headers(3, { fields: grpcRequest })
    .data(3, framed)
    .server.headers(1, { fields: grpcResponse })
    .data(1, framed);

describe("messages of a connection", () => {
  it("belong to the frame that they end in, and to their stream", () => {
    const { messages, offsets } = told(story);
    const counts = offsets.map(([from, offset]) => messages.ofFrame(1, from, offset).length);
    // HEADERS, DATA, DATA, HEADERS, DATA; HEADERS, DATA.
    expect(counts).toEqual([0, 1, 1, 0, 1, 0, 1]);
    expect(offsets.map(([from, offset]) => messages.endIn(1, from, offset))).toEqual(counts.map((count) => count > 0));
    expect(messages.ofStream(1, 1)).toMatchObject([
      { direction: "request", index: 0, json: { 1: "x" } },
      { direction: "request", index: 1, json: { 1: "x" } },
      { direction: "response", index: 0, json: { 1: "x" } },
    ]);
    expect(messages.ofStream(1, 3)).toHaveLength(1);
    expect(messages.ofStream(1, 5)).toEqual([]);
    expect(messages.ofStream(2, 1)).toEqual([]);
  });

  it("are kept of streams that will be asked for", () => {
    const { messages } = told(story, {}, [3]);
    expect([messages.ofStream(1, 1).length, messages.ofStream(1, 3).length]).toEqual([0, 1]);
  });

  it("are no more than fit, and are forgotten with it", () => {
    // Room for two.
    const { messages } = told(story, { keptOctets: 520 });
    expect(messages.ofStream(1, 1)).toHaveLength(2);
    expect(messages.forget(1)).toBe(2);
    expect(messages.ofStream(1, 1)).toEqual([]);
    expect(messages.forget(1)).toBe(0);
  });
});
