import { describe, expect, it } from "vitest";
import { Frame, FrameType, kindOf } from "../../src/http2/frame.ts";
import { FrameRef } from "../../src/model/frame-ref.ts";
import { RecentFrames } from "../../src/pairing/recent-frames.ts";
import type { Side } from "../../src/place.ts";

/** The nth frame of a side, 100 octets each. */
function frame(from: Side, n: number, type: number = FrameType.data): Frame {
  const one = new Frame();
  one.kind = kindOf(type);
  one.type = type;
  one.flags = n & 0xff;
  one.streamId = 2 * n + 1;
  one.length = 91;
  one.from = from;
  Object.assign(one.first, { file: 1, packet: n, time: 1e12 + n + 0.25, offset: 100 * n, acked: n - 1 });
  Object.assign(one.last, { file: 2, packet: n + 1, time: 1e12 + n + 0.5, offset: 100 * n + 99, acked: n - 1 });
  return one;
}

const offsets = (refs: readonly FrameRef[]): number[] => refs.map(({ offset }) => offset);

describe("the last frames", () => {
  it("come back as what they were", () => {
    const recent = new RecentFrames();
    const sent = frame("server", 7, FrameType.headers);
    const trail = recent.add(-1, sent);
    expect(recent.until(trail, "server", -1)).toEqual([FrameRef.of(sent)]);
  });

  it("are the last ten, oldest first, however many there were", () => {
    const recent = new RecentFrames();
    let trail = -1;
    for (let n = 0; n < 100; n++) {
      trail = recent.add(trail, frame("client", n));
      const first = Math.max(n - 9, 0);
      expect(offsets(recent.until(trail, "client", -1))).toEqual(
        Array.from({ length: n - first + 1 }, (_, i) => 100 * (first + i)),
      );
    }
  });

  it("are those whose heads had arrived, of the last 32", () => {
    const recent = new RecentFrames();
    let trail = -1;
    for (let n = 0; n < 40; n++) trail = recent.add(trail, frame("client", n));
    expect(offsets(recent.until(trail, "client", 1009))).toEqual([800, 900, 1000]);
    expect(offsets(recent.until(trail, "client", 1008))).toEqual([800, 900]);
    expect(recent.until(trail, "client", 0)).toEqual([]);
  });

  it("are kept apart, side by side and connection by connection", () => {
    const recent = new RecentFrames();
    const trails = [-1, -1, -1];
    for (let n = 0; n < 50; n++) for (const i of [0, 1, 2]) trails[i] = recent.add(trails[i]!, frame("client", 10 * n + i));
    for (const i of [0, 1, 2]) expect(offsets(recent.until(trails[i]!, "client", -1)).at(-1)).toBe(100 * (490 + i));
  });

  it("give back their room", () => {
    const recent = new RecentFrames(8);
    for (let connection = 0; connection < 100; connection++) {
      let trail = -1;
      for (let n = 0; n < 8; n++) trail = recent.add(trail, frame("client", n));
      expect(recent.until(trail, "client", -1).length).toBe(8);
      recent.release(trail);
    }
  });

  it("are fewer where all have taken the room that there is", () => {
    const recent = new RecentFrames(5);
    let first = -1;
    let second = -1;
    let third = -1;
    for (let n = 0; n < 3; n++) first = recent.add(first, frame("client", n));
    for (let n = 0; n < 6; n++) second = recent.add(second, frame("server", n));
    third = recent.add(third, frame("client", 1));
    expect(offsets(recent.until(first, "client", -1))).toEqual([0, 100, 200]);
    expect(offsets(recent.until(second, "server", -1))).toEqual([400, 500]);
    expect(recent.until(third, "client", -1)).toEqual([]);
    recent.release(third);
    recent.release(first);
    for (let n = 6; n < 9; n++) second = recent.add(second, frame("server", n));
    expect(offsets(recent.until(second, "server", -1))).toEqual([400, 500, 600, 700, 800].slice(-5));
  });

  it("tell which of them hold content of a stream after an offset", () => {
    const recent = new RecentFrames();
    let trail = -1;
    for (const [n, type] of [FrameType.headers, FrameType.data, FrameType.windowUpdate, FrameType.data].entries()) {
      const one = frame("client", n, type);
      one.streamId = n === 3 ? 3 : 1;
      trail = recent.add(trail, one);
    }
    expect(offsets(recent.contentAfter(trail, "client", 1, 0))).toEqual([0, 100]);
    expect(offsets(recent.contentAfter(trail, "client", 1, 100))).toEqual([100]);
    expect(offsets(recent.contentAfter(trail, "client", 3, 0))).toEqual([300]);
  });
});
