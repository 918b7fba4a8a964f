import { expect, it } from "vitest";
import {
  dataDribble,
  internalBuffering,
  maxStreamsHold,
  slowHeaders,
  slowPost,
  slowRead,
  zeroWindowStall,
} from "../../../src/rules/abuse/slow.ts";
import { getRequest, play, type Script, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const post = { ...getRequest, ":method": "POST", "content-length": "100" } as const;

/** Responses on streams 1, 3 and so on, each with so many octets: all that the window allows. */
function responses(s: Script, count: number, octets: number, window = octets): void {
  s.settings({ client: [[4, window]] });
  for (let id = 1; id < 2 * count; id += 2) {
    s.client.headers(id, end).server.headers(id);
    if (octets > 0) s.server.data(id, octets);
  }
}

const steps = { frames: 3, window: 1000 } as const;

testRule(dataDribble, {
  valid: {
    "one below": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.windowUpdate(1, 1).windowUpdate(3, 1);
      },
    },
    "of one response alone": {
      options: steps,
      frames: (s) => {
        responses(s, 1, 10);
        s.client.windowUpdate(1, 1).windowUpdate(1, 1).windowUpdate(1, 1);
      },
    },
    "in larger steps": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.windowUpdate(1, 64).windowUpdate(3, 64).windowUpdate(1, 64);
      },
    },
    "small steps that leave the window wide": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10, 2000);
        for (let i = 0; i < 9; i++) s.server.data(1, 10).client.windowUpdate(1, 10);
      },
    },
    "small steps of the server": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        s.server.windowUpdate(1, 1).windowUpdate(3, 1).windowUpdate(1, 1).windowUpdate(3, 1);
      },
    },
    "other frames": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.priority(1).priority(3).priority(1).priority(3);
      },
    },
    "frames of a wrong length": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        for (let i = 0; i < 4; i++) s.client.frame({ type: 8, streamId: 1, payload: "\0\0\x01" });
      },
    },
    "a window with as much as may be left": {
      options: steps,
      frames: (s) => {
        responses(s, 3, 10, 1034);
        s.client.windowUpdate(1, 1).windowUpdate(3, 1).windowUpdate(5, 1);
      },
    },
    "of a stream that is not known": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.windowUpdate(99, 1).windowUpdate(99, 1).windowUpdate(99, 1);
      },
    },
    "responses that have ended do not wait": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        s.server.data(3, 0, end).client.windowUpdate(1, 1).windowUpdate(1, 1).windowUpdate(1, 1);
      },
    },
    "a response that was reset does not wait": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.rst(3).windowUpdate(1, 1).windowUpdate(1, 1).windowUpdate(1, 1);
      },
    },
    "a request that goes on is not waiting for its response": {
      options: steps,
      frames: (s) => {
        responses(s, 1, 10);
        s.client.headers(3).server.headers(3).client.windowUpdate(1, 1).windowUpdate(1, 1).windowUpdate(1, 1);
      },
    },
    "a promised response was not asked for": {
      options: steps,
      frames: (s) => {
        responses(s, 1, 10);
        s.server.pushPromise(1, 2).headers(2).client.windowUpdate(1, 1).windowUpdate(1, 1).windowUpdate(1, 1);
      },
    },
  },
  invalid: {
    three: {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.windowUpdate(1, 1).windowUpdate(3, 1).windowUpdate(1, 4);
      },
      finds: [["dribble", 9, { mean: 2, count: 3, time: "2 ms", peak: 3, window: "1 s" }]],
    },
    thirty: {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        for (let i = 0; i < 30; i++) s.client.windowUpdate(1, 1);
      },
      finds: [["dribble", 9, { mean: 1, count: 30, time: "29 ms", peak: 30, window: "1 s" }, { severity: "error" }]],
    },
    "of the connection's window": {
      options: steps,
      frames: (s) => {
        s.settings({ client: [[4, 70_000]] });
        s.client.headers(1, end).headers(3, end).server.headers(1).headers(3).data(1, 65_535);
        s.client.windowUpdate(0, 1).windowUpdate(0, 1).windowUpdate(0, 1);
      },
      finds: [["dribble", 8, { mean: 1, count: 3, time: "2 ms", peak: 3, window: "1 s" }]],
    },
    "told when it is over": {
      options: steps,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.windowUpdate(1, 2).windowUpdate(3, 2).windowUpdate(1, 2).wait(2000).windowUpdate(1, 100).wait(2000);
        s.client.windowUpdate(3, 1).windowUpdate(3, 1).windowUpdate(3, 1);
      },
      finds: [
        ["dribble", 9, { mean: 2, count: 3, time: "2 ms", peak: 3, window: "1 s" }],
        ["dribble", 13, { mean: 1, count: 3, time: "2 ms", peak: 3, window: "1 s" }],
      ],
    },
    "bytes are missing": {
      options: steps,
      frames: (s) => {
        responses(s.holes(), 2, 10);
        s.client.windowUpdate(1, 1).windowUpdate(3, 1).windowUpdate(1, 4);
      },
      finds: [["dribble", 9, { mean: 2, count: 3, time: "2 ms", peak: 3, window: "1 s" }]],
      because: ["borders", "settings"],
    },
  },
});

const wide = 2 << 20;
const buffering = { requests: 2, time: 1000 } as const;

/** A TCP window of 0, and requests meanwhile. */
function closed(s: Script, wait: number, windows = wide): void {
  s.settings({ client: [[4, windows]] });
  s.client.windowUpdate(0, wide).tcpWindow(0).headers(1, end).wait(wait).headers(3, end);
}

testRule(internalBuffering, {
  valid: {
    "for a short time": { options: buffering, frames: (s) => closed(s, 990) },
    "with small windows": { options: buffering, frames: (s) => closed(s, 1100, 1 << 20) },
    "one request": {
      options: buffering,
      frames: (s) => {
        s.settings({ client: [[4, wide]] });
        s.client.windowUpdate(0, wide).tcpWindow(0).wait(2000).headers(1, end).server.ping();
      },
    },
    "that opened in between": {
      options: buffering,
      frames: (s) => {
        closed(s, 500);
        s.client.tcpWindow(1000).tcpWindow(0).headers(5, end).wait(600).headers(7, end);
      },
    },
    "one request, and other frames": {
      options: buffering,
      frames: (s) => {
        s.settings({ client: [[4, wide]] });
        s.client.windowUpdate(0, wide).tcpWindow(0).headers(1, end).wait(2000).ping().ping();
      },
    },
    "one request, and its trailers": {
      options: buffering,
      frames: (s) => {
        s.settings({ client: [[4, wide]] });
        s.client.windowUpdate(0, wide).tcpWindow(0).headers(1).wait(2000).trailers(1);
      },
    },
    "one request, and HEADERS of the server on a stream that is not known": {
      options: buffering,
      frames: (s) => {
        s.settings({ client: [[4, wide]] });
        s.client.windowUpdate(0, wide).tcpWindow(0).headers(1, end).wait(2000).server.headers(2);
      },
    },
    "a TCP window of the server": {
      options: buffering,
      frames: (s) => {
        s.settings({ client: [[4, wide]] });
        s.client.windowUpdate(0, wide).server.tcpWindow(0).client.headers(1, end).wait(2000).headers(3, end);
      },
    },
    "before the TCP window was 0": {
      options: buffering,
      frames: (s) => {
        s.settings({ client: [[4, wide]] });
        s.client.windowUpdate(0, wide).headers(1, end).headers(3, end).tcpWindow(0).wait(2000).headers(5, end);
      },
    },
    "as long as it may be": {
      options: { requests: 2, time: 1002 },
      frames: (s) => closed(s, 1000),
    },
    "with a window of the connection just as large as is not wide": {
      options: buffering,
      frames: (s) => {
        s.settings({ client: [[4, wide]] });
        s.client
          .windowUpdate(0, (1 << 20) - 65_535)
          .tcpWindow(0)
          .headers(1, end)
          .wait(2000)
          .headers(3, end);
      },
    },
    "with a small window of the connection": {
      options: buffering,
      frames: (s) => {
        s.settings({ client: [[4, wide]] });
        s.client.tcpWindow(0).headers(1, end).wait(2000).headers(3, end);
      },
    },
  },
  invalid: {
    "for longer": {
      options: buffering,
      frames: (s) => closed(s, 1100),
      finds: [["buffering", 3, { count: 2, time: "1.1 s", stream: wide, connection: wide + 65_535 }]],
    },
    "ten times as long, then it opens": {
      options: buffering,
      frames: (s) => {
        closed(s, 10_000);
        s.client.tcpWindow(1000).headers(5, end);
      },
      finds: [["buffering", 3, { count: 2, time: "10 s", stream: wide, connection: wide + 65_535 }, { severity: "error" }]],
    },
    again: {
      options: buffering,
      frames: (s) => {
        closed(s, 1100);
        s.client.tcpWindow(1000).tcpWindow(0).headers(5, end).headers(7, end).wait(1100).headers(9, end);
      },
      finds: [
        ["buffering", 3, { count: 2, time: "1.1 s", stream: wide, connection: wide + 65_535 }],
        ["buffering", 6, { count: 3, time: "1.1 s", stream: wide, connection: wide + 65_535 }],
      ],
    },
  },
});

const stall = { wait: 1000, streams: 2 } as const;

testRule(zeroWindowStall, {
  valid: {
    "one response": {
      options: stall,
      frames: (s) => {
        responses(s, 1, 0);
        s.client.wait(1100).ping();
      },
    },
    "one that waits for both windows, the connection's first": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 0]] });
        s.client.headers(1, end).headers(3, end).headers(5, end).windowUpdate(5, 70_000);
        s.server.headers(1).headers(5).data(5, 65_535).client.wait(1100).windowUpdate(0, 9).windowUpdate(1, 9);
        s.server.data(1, 9, end).headers(3, end).headers(5, end);
      },
    },
    "one that waits for both windows, the stream's first": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 0]] });
        s.client.headers(1, end).headers(3, end).headers(5, end).windowUpdate(5, 70_000);
        s.server.headers(1).headers(5).data(5, 65_535).client.wait(1100).windowUpdate(1, 9).windowUpdate(0, 9);
        s.server.data(1, 9, end).headers(3, end).headers(5, end);
      },
    },
    "one that the client gave up": {
      options: stall,
      frames: (s) => {
        responses(s, 1, 0);
        s.client.wait(1100).rst(1).wait(100).ping();
      },
    },
    "two that waited just as long apart as one may wait": {
      options: stall,
      frames: (s) => {
        responses(s, 2, 0);
        s.client.wait(1100).windowUpdate(1, 9).wait(999).windowUpdate(3, 9);
      },
    },
    "windows of one byte": {
      options: stall,
      frames: (s) => {
        responses(s, 2, 0, 1);
        s.client.wait(1100).ping();
      },
    },
    "windows that SETTINGS closed a moment ago": {
      options: stall,
      frames: (s) => {
        s.client.headers(1, end).headers(3, end).server.headers(1).headers(3);
        s.client
          .wait(1100)
          .settings([[4, 0]])
          .server.settingsAck()
          .client.wait(500)
          .windowUpdate(1, 9)
          .windowUpdate(3, 9);
      },
    },
    "of requests that were not captured": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 0]] });
        s.client
          .lost((client) => client.headers(1, end).headers(3, end))
          .server.headers(1)
          .headers(3)
          .client.wait(1100)
          .ping();
      },
    },
    "not so long": {
      options: stall,
      frames: (s) => {
        responses(s, 2, 0);
        s.client.wait(900).windowUpdate(1, 9).windowUpdate(3, 9).wait(1100).ping();
      },
    },
    "responses that have not begun": {
      options: stall,
      frames: (s) =>
        s
          .settings({ client: [[4, 0]] })
          .client.headers(1, end)
          .headers(3, end)
          .wait(1100)
          .ping(),
    },
    "a connection window that was spent a moment ago": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 70_000]] });
        s.client.headers(1, end).headers(3, end).headers(5, end).server.headers(1).headers(3).headers(5);
        s.server.wait(1100).data(5, 65_535).client.windowUpdate(0, 1);
      },
    },
    "one response, whatever the client sends": {
      options: stall,
      frames: (s) => {
        responses(s, 1, 0);
        s.client.wait(1100).windowUpdate(1, 0).frame({ type: 8, streamId: 1, payload: "\0\0\x01" }).ping();
      },
    },
    "one response, and a window of the server": {
      options: stall,
      frames: (s) => {
        responses(s, 1, 0);
        s.server.wait(1100).windowUpdate(1, 9).windowUpdate(0, 9).client.ping();
      },
    },
    "one response that both sides reset": {
      options: stall,
      frames: (s) => {
        responses(s, 1, 0);
        s.server.wait(1100).rst(1).client.crossing().rst(1).wait(1100).ping();
      },
    },
    "streams that are not known": {
      options: stall,
      frames: (s) => {
        responses(s, 1, 0);
        s.client.wait(1100).windowUpdate(99, 9).rst(97).ping();
      },
    },
    "one response, and credit for the connection": {
      options: stall,
      frames: (s) => {
        responses(s, 1, 0);
        s.client.headers(3, end).wait(1100).windowUpdate(0, 1).windowUpdate(0, 1).ping();
      },
    },
    "one after the other": {
      options: stall,
      frames: (s) => {
        responses(s, 1, 0);
        s.client.wait(1100).windowUpdate(1, 9).headers(3, end).server.headers(3).client.wait(1100).windowUpdate(3, 9);
      },
    },
    "as long as a response may wait": {
      options: { wait: 1000, streams: 2 },
      frames: (s) => {
        s.settings({ client: [[4, 0]] });
        s.client
          .headers(1, end)
          .headers(3, end)
          .server.together((server) => server.headers(1).headers(3));
        s.client.wait(999).together((client) => client.windowUpdate(1, 9).windowUpdate(3, 9));
      },
    },
    "promised responses were not asked for": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 0]] });
        s.client.headers(1, end).server.pushPromise(1, 2).pushPromise(1, 4).headers(2).headers(4).client.wait(1100).ping();
      },
    },
    "responses that have ended": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 0]] });
        s.client.headers(1).headers(3).server.headers(1, end).headers(3, end).client.wait(1100).ping();
      },
    },
    "responses that have had some": {
      options: stall,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.wait(1100).ping();
      },
    },
  },
  invalid: {
    "until they get a window": {
      options: stall,
      frames: (s) => {
        responses(s, 2, 0);
        s.client.wait(1100).windowUpdate(1, 9).windowUpdate(3, 9);
      },
      finds: [["stall", 3, { count: 2, wait: "1 s" }]],
    },
    "until the server resets them, and the capture ends": {
      options: stall,
      frames: (s) => {
        responses(s, 2, 0);
        s.server.wait(1100).rst(1, 2);
      },
      finds: [["stall", 3, { count: 2, wait: "1 s" }]],
    },
    "for the window of the connection": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 70_000]] });
        s.client.headers(1, end).headers(3, end).headers(5, end);
        s.server.headers(1).headers(3).headers(5).data(5, 65_535);
        s.client.wait(1100).windowUpdate(0, 1);
      },
      finds: [["stall", 2, { count: 2, wait: "1 s" }]],
    },
    twenty: {
      options: stall,
      frames: (s) => {
        responses(s, 20, 0);
        s.client.wait(1100).ping();
      },
      finds: [["stall", 3, { count: 20, wait: "1 s" }, { severity: "error" }]],
    },
    "for the window of the connection, as few as there may be": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 70_000]] });
        s.client.headers(1, end).headers(3, end).headers(5, end);
        s.server.headers(1).headers(3).headers(5).data(5, 65_535, end);
        s.client.wait(1100).windowUpdate(0, 1);
      },
      finds: [["stall", 2, { count: 2, wait: "1 s" }]],
    },
    "for the window of the connection, as few as count, and they go on": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 70_000]] });
        s.client.headers(1, end).headers(3, end).headers(5, end);
        s.server.headers(1).headers(3).headers(5).data(5, 65_535, end);
        s.client.wait(1100).windowUpdate(0, 100).server.data(1, 1, end).data(3, 1, end);
      },
      finds: [["stall", 2, { count: 2, wait: "1 s" }]],
    },
    "for the window of the connection, with one byte in their own": {
      options: stall,
      frames: (s) => {
        s.settings({ client: [[4, 1]] });
        s.client.headers(1, end).headers(3, end).headers(5, end).windowUpdate(5, 70_000);
        s.server.headers(1).headers(3).headers(5).data(5, 65_535, end);
        s.client.wait(1100).windowUpdate(0, 100).server.data(1, 1, end).data(3, 1, end);
      },
      finds: [["stall", 2, { count: 2, wait: "1 s" }]],
    },
    "more than ten times the threshold: no more are counted": {
      options: stall,
      frames: (s) => {
        responses(s, 25, 0);
        s.client.wait(1100).ping();
      },
      finds: [["stall", 3, { count: 20, wait: "1 s" }, { severity: "error" }]],
    },
    "two, and two more much later": {
      options: stall,
      frames: (s) => {
        responses(s, 2, 0);
        s.client.wait(1100).windowUpdate(1, 9).windowUpdate(3, 9).headers(5, end).headers(7, end).headers(9, end);
        s.server.headers(5).headers(7).headers(9).client.wait(1100).ping();
      },
      finds: [["stall", 3, { count: 3, wait: "1 s" }]],
    },
    "bytes are missing": {
      options: stall,
      frames: (s) => {
        responses(s.holes(), 2, 0);
        s.client.wait(1100).ping();
      },
      finds: [["stall", 3, { count: 2, wait: "1 s" }]],
      because: ["borders", "settings"],
    },
  },
});

it("of responses that waited names the first and the last of those that waited together", () => {
  const { findings } = play(
    (s) => {
      responses(s, 4, 0);
      s.client.wait(1100).windowUpdate(1, 9).wait(2000).windowUpdate(3, 9).windowUpdate(5, 9).windowUpdate(7, 9);
    },
    { rules: [zeroWindowStall], thresholds: { "abuse/zero-window-stall": stall } },
  );
  expect(findings.map(({ frame, related }) => [frame.streamId, ...related.map(({ frame }) => frame.streamId)])).toEqual([
    [5, 3, 7],
  ]);
});

const span = { time: 1000, rate: 100, streams: 2 } as const;

testRule(slowRead, {
  valid: {
    "one response": {
      options: span,
      frames: (s) => {
        responses(s, 1, 10);
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "windows that are open": {
      options: span,
      frames: (s) => {
        responses(s, 2, 10, 5000);
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "fast enough": {
      options: span,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.wait(1000).ping().windowUpdate(1, 200).server.data(1, 200).client.wait(1000).ping();
      },
    },
    "a TCP window that is closed": {
      options: span,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.wait(1000).ping().tcpWindow(0).wait(1000).ping();
      },
    },
    "responses of which nothing was sent": {
      options: span,
      frames: (s) => {
        responses(s, 2, 0);
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "responses that have ended": {
      options: span,
      frames: (s) => {
        s.settings({ client: [[4, 10]] });
        s.client.headers(1).headers(3).server.headers(1).headers(3).data(1, 10, end).data(3, 10, end);
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "responses that were reset": {
      options: span,
      frames: (s) => {
        responses(s, 3, 10);
        s.client.wait(1000).ping().rst(1).rst(3).wait(1000).ping();
      },
    },
    "as many bytes as there must be": {
      options: { ...span, rate: 10 },
      frames: (s) => {
        responses(s, 2, 10);
        s.client.wait(1000).ping().windowUpdate(1, 10).server.data(1, 10).client.wait(997).ping();
      },
    },
    "windows that are open enough": {
      options: span,
      frames: (s) => {
        responses(s, 2, 10, 1034);
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "a TCP window that is closed until the end": {
      options: span,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.tcpWindow(0).wait(1000).ping().wait(1000).ping();
      },
    },
    "a TCP window that was closed for a part of the time": {
      options: span,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.wait(1000).ping().tcpWindow(0).wait(300).tcpWindow(1000).wait(900).settings();
      },
    },
  },
  invalid: {
    "a few bytes now and then": {
      options: span,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.wait(1000).ping().windowUpdate(1, 5).server.data(1, 5).client.wait(1000).ping();
      },
      finds: [["slow", 1, { octets: 5, count: 2, time: "1 s" }]],
    },
    twenty: {
      options: span,
      frames: (s) => {
        responses(s, 20, 10);
        s.client.wait(1000).ping().wait(1000).ping();
      },
      finds: [["slow", 1, { octets: 0, count: 20, time: "1 s" }, { severity: "error" }]],
    },
    "by what is seen at the end": {
      options: span,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.wait(1000).ping().wait(1000).settings();
      },
      finds: [["slow", 1, { octets: 0, count: 2, time: "1 s" }]],
    },
    "the server's TCP window does not matter": {
      options: span,
      frames: (s) => {
        responses(s, 2, 10);
        s.client.wait(1000).ping().server.tcpWindow(0).client.wait(1000).ping();
      },
      finds: [["slow", 1, { octets: 0, count: 2, time: "1 s" }]],
    },
    "when most of them waited": {
      options: span,
      frames: (s) => {
        responses(s, 3, 10);
        s.client.wait(1000).ping().wait(1000).ping().rst(1).wait(1500).ping();
      },
      finds: [["slow", 1, { octets: 0, count: 3, time: "1 s" }]],
    },
    "bytes are missing": {
      options: span,
      frames: (s) => {
        responses(s.holes(), 2, 10);
        s.client.wait(1000).ping().wait(1000).ping();
      },
      finds: [["slow", 1, { octets: 0, count: 2, time: "1 s" }]],
      because: ["borders", "settings"],
    },
  },
});

testRule(slowHeaders, {
  valid: {
    "as long as it may take": (s) =>
      s.client
        .headers(1, { ...end, endHeaders: false })
        .wait(9998)
        .continuation(1),
    "of the server": (s) => s.client.headers(1, end).server.headers(1, { endHeaders: false }).wait(20_000).continuation(1),
    "two blocks": (s) => s.client.headers(1, end).wait(20_000).headers(3, end),
    "DATA and SETTINGS that took long, with the flag that ends a field block": (s) =>
      s.client
        .headers(1)
        .octets("\0\0\x01\x00\x05\0\0\0\x01")
        .wait(11_000)
        .octets("a")
        .octets("\0\0\x06\x04\x04\0\0\0\0")
        .wait(11_000)
        .octets("\0\x03\0\0\0\x64"),
    "a CONTINUATION of no block that took long": (s) =>
      s.client.headers(1, end).octets("\0\0\x01\x09\x04\0\0\0\x01").wait(11_000).octets("\x82"),
    "a PING right after a preface that took long": (s) =>
      s.bare().client.octets("PRI * HT").wait(12_000).octets("TP/2.0\r\n\r\nSM\r\n\r\n").ping().server.settings(),
    "HEADERS that wait for their rest within a block that was told": (s) => s.client.headers(1, end).wait(20_000).continuation(1),
    "a CONTINUATION of no block, after one": (s) =>
      s.client
        .headers(1, { ...end, endHeaders: false })
        .continuation(1)
        .wait(20_000)
        .continuation(1),
    "as long as it may take, cut off": (s) =>
      s.client
        .headers(1, { ...end, endHeaders: false })
        .wait(9999)
        .close(),
    "exactly as long": (s) =>
      s.client
        .headers(1, { ...end, endHeaders: false })
        .wait(9999)
        .continuation(1),
    "the preface, exactly as long": (s) =>
      s
        .bare()
        .client.octets("PRI * HT")
        .wait(9999)
        .together((client) => client.octets("TP/2.0\r\n\r\nSM\r\n\r\n").settings()),
    "the SETTINGS of a client after its preface and another frame": (s) =>
      s.bare().client.preface().ping().wait(20_000).settings(),
    "a preface that was not captured": (s) => s.midway().client.ping().wait(20_000).settings(),
    "the second SETTINGS": (s) => s.client.wait(20_000).settings(),
  },
  invalid: {
    "a block": {
      frames: (s) =>
        s.client
          .headers(1, { ...end, endHeaders: false })
          .wait(11_000)
          .continuation(1),
      finds: [["block", 1, { time: "11 s", streamId: 1 }]],
    },
    "a block in three frames": {
      frames: (s) =>
        s.client
          .headers(1, { ...end, endHeaders: false })
          .continuation(1, { endHeaders: false })
          .wait(11_000)
          .continuation(1),
      finds: [["block", 1, { time: "11 s", streamId: 1 }]],
    },
    "a block that goes on": {
      frames: (s) =>
        s.client
          .headers(1, { ...end, endHeaders: false })
          .wait(101_000)
          .continuation(1, { endHeaders: false }),
      finds: [["block", 1, { time: "101 s", streamId: 1 }, { severity: "error" }]],
    },
    "the preface": {
      frames: (s) =>
        s.bare().client.octets("PRI * HT").wait(12_000).octets("TP/2.0\r\n\r\nSM\r\n\r\n").settings().server.settings(),
      finds: [["preface", 3, { time: "12 s" }]],
    },
    "a block that never ends": {
      frames: (s) =>
        s.client
          .headers(1, { ...end, endHeaders: false })
          .wait(11_000)
          .close(),
      finds: [["block", 1, { time: "11 s", streamId: 1 }]],
    },
    "a block that the server does not wait for": {
      frames: (s) =>
        s.client
          .headers(1, { ...end, endHeaders: false })
          .wait(5000)
          .server.close()
          .client.wait(15_000)
          .close(),
      finds: [["block", 1, { time: "20 s", streamId: 1 }]],
    },
    "a block that did not end in ten times as long": {
      frames: (s) =>
        s.client
          .headers(1, { ...end, endHeaders: false })
          .wait(100_000)
          .close(),
      finds: [["block", 1, { time: "100 s", streamId: 1 }, { severity: "error" }]],
    },
    "one frame": {
      frames: (s) => s.client.octets("\0\0\x01\x01\x05\0\0\0\x01").wait(11_000).octets("\x82"),
      finds: [["block", 1, { time: "11 s", streamId: 1 }]],
    },
  },
});

/** Requests on streams 1, 3 and so on, each with one octet of its content. */
function uploads(s: Script, count: number, fields: Record<string, string> = post): void {
  for (let id = 1; id < 2 * count; id += 2) s.client.headers(id, { fields }).data(id, 1);
}

testRule(slowPost, {
  valid: {
    "one request": {
      options: span,
      frames: (s) => {
        uploads(s, 1);
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "calls that have nothing to say": {
      options: span,
      frames: (s) => {
        uploads(s, 3, { ...getRequest, ":method": "POST" });
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "fast enough": {
      options: span,
      frames: (s) => {
        uploads(s, 3, { ...post, "content-length": "1000" });
        s.client.wait(1000).ping().data(1, 200).wait(1000).ping();
      },
    },
    "without a window": {
      options: span,
      frames: (s) => {
        s.settings({ server: [[4, 1]] });
        uploads(s, 3);
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "answered already": {
      options: span,
      frames: (s) => {
        uploads(s, 3);
        s.server.headers(1).headers(3).headers(5).client.wait(1000).ping().wait(1000).ping();
      },
    },
    "a server that does not read": {
      options: span,
      frames: (s) => {
        uploads(s, 3);
        s.client.wait(1000).ping().server.tcpWindow(0).client.wait(1000).ping();
      },
    },
    "the window of the connection is spent": {
      options: span,
      frames: (s) => {
        s.settings({ server: [[4, 70_000]] });
        s.client.headers(1, { fields: { ...post, "content-length": "70000" } }).data(1, 65_533);
        s.client.headers(3, { fields: post }).data(3, 1).headers(5, { fields: post }).data(5, 1);
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "content that is all there, but for the end of the stream": {
      options: span,
      frames: (s) => {
        uploads(s, 3, { ...post, "content-length": "1" });
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "requests that have ended": {
      options: span,
      frames: (s) => {
        for (const id of [1, 3, 5]) s.client.headers(id, { fields: post }).data(id, 1, end);
        s.client.wait(1000).ping().wait(1000).ping();
      },
    },
    "a server that did not read for a part of the time": {
      options: span,
      frames: (s) => {
        uploads(s, 3);
        s.client.wait(1000).ping().server.tcpWindow(0).tcpWindow(1000).client.wait(990).settings();
      },
    },
    "a server that does not read until the end": {
      options: span,
      frames: (s) => {
        uploads(s, 3);
        s.server.tcpWindow(0).client.wait(1000).ping().wait(1000).ping();
      },
    },
  },
  invalid: {
    "a byte now and then": {
      options: span,
      frames: (s) => {
        uploads(s, 2);
        s.client.wait(1000).ping().data(1, 1).wait(1000).ping();
      },
      finds: [["slow", 1, { octets: 1, count: 2, time: "1 s" }]],
    },
    twenty: {
      options: span,
      frames: (s) => {
        uploads(s, 20);
        s.client.wait(1000).ping().wait(1000).ping();
      },
      finds: [["slow", 1, { octets: 0, count: 20, time: "1 s" }, { severity: "error" }]],
    },
    "by what is seen at the end": {
      options: span,
      frames: (s) => {
        uploads(s, 2);
        s.client.wait(1000).ping().wait(1000).settings();
      },
      finds: [["slow", 1, { octets: 0, count: 2, time: "1 s" }]],
    },
    "the client's TCP window does not matter": {
      options: span,
      frames: (s) => {
        uploads(s, 2);
        s.client.wait(1000).ping().tcpWindow(0).wait(1000).ping();
      },
      finds: [["slow", 1, { octets: 0, count: 2, time: "1 s" }]],
    },
    "with windows that were opened": {
      options: span,
      frames: (s) => {
        s.settings({ server: [[4, 1]] });
        uploads(s, 2);
        s.server.windowUpdate(1, 1).windowUpdate(3, 1).client.wait(1000).ping().wait(1000).ping();
      },
      finds: [["slow", 1, { octets: 0, count: 2, time: "1 s" }]],
    },
    "bytes are missing": {
      options: span,
      frames: (s) => {
        uploads(s.holes(), 2);
        s.client.wait(1000).ping().wait(1000).ping();
      },
      finds: [["slow", 1, { octets: 0, count: 2, time: "1 s" }]],
      because: ["borders", "settings"],
    },
  },
});

const hold = { time: 1000, share: 90, streams: 3 } as const;

function held(s: Script, streams: number, limit: number): void {
  s.settings({ server: [[3, limit]] });
  for (let i = 0; i < streams; i++) s.client.headers(1 + 2 * i, end);
}

testRule(maxStreamsHold, {
  valid: {
    "one below": {
      options: hold,
      frames: (s) => {
        held(s, 8, 10);
        s.client.wait(1100).ping();
      },
    },
    "one closed, two that make progress, and two that the server promised": {
      options: hold,
      frames: (s) => {
        held(s, 10, 10);
        s.server.pushPromise(1, 2).pushPromise(1, 4).headers(19, end);
        s.server.wait(900).headers(3).headers(5).client.headers(21, end).wait(200).ping();
      },
    },
    "not so long": {
      options: hold,
      frames: (s) => {
        held(s, 9, 10);
        s.client.wait(980).ping();
      },
    },
    "one of them makes progress": {
      options: hold,
      frames: (s) => {
        held(s, 9, 10);
        s.server.wait(900).headers(3).data(3).client.wait(200).ping();
      },
    },
    "no limit": {
      options: hold,
      frames: (s) => {
        for (let i = 0; i < 9; i++) s.client.headers(1 + 2 * i, end);
        s.client.wait(1100).ping();
      },
    },
    "a limit of one": {
      options: hold,
      frames: (s) => {
        held(s, 1, 1);
        s.client.wait(1100).ping();
      },
    },
    "as long as it may be": {
      options: hold,
      frames: (s) => {
        s.settings({ server: [[3, 3]] });
        s.client
          .together((client) => client.headers(1, end).headers(3, end).headers(5, end))
          .wait(999)
          .ping();
      },
    },
    "streams that the client has given up": {
      options: hold,
      frames: (s) => {
        held(s, 9, 10);
        s.client.rst(1).wait(1100).ping();
      },
    },
    "promised streams count for the server": {
      options: hold,
      frames: (s) => {
        held(s, 8, 10);
        s.server.pushPromise(1, 2).pushPromise(1, 4).client.wait(1100).ping();
      },
    },
  },
  invalid: {
    "nine of ten": {
      options: hold,
      frames: (s) => {
        held(s, 9, 10);
        s.client.wait(1100).ping();
      },
      finds: [["hold", 1, { count: 9, limit: 10, time: "1.1 s" }]],
    },
    "for ten times as long": {
      options: hold,
      frames: (s) => {
        held(s, 3, 3);
        s.client.wait(10_000).ping();
      },
      finds: [["hold", 1, { count: 3, limit: 3, time: "10 s" }, { severity: "error" }]],
    },
    "as few as count, that end at last": {
      options: hold,
      frames: (s) => {
        held(s, 3, 3);
        s.client.wait(1100).ping();
        for (let i = 0; i < 3; i++) s.server.headers(1 + 2 * i, end);
      },
      finds: [["hold", 1, { count: 3, limit: 3, time: "1.1 s" }]],
    },
    "twice: the longer time": {
      options: hold,
      frames: (s) => {
        held(s, 3, 3);
        s.client.wait(3000).ping();
        for (let i = 0; i < 3; i++) s.server.headers(1 + 2 * i, end);
        s.client.headers(7, end).headers(9, end).headers(11, end).wait(1500).ping();
      },
      finds: [["hold", 1, { count: 3, limit: 3, time: "3 s" }]],
    },
    "that end at last": {
      options: hold,
      frames: (s) => {
        held(s, 9, 10);
        s.client.wait(1100).ping();
        for (let i = 0; i < 9; i++) s.server.headers(1 + 2 * i, end);
      },
      finds: [["hold", 1, { count: 9, limit: 10, time: "1.1 s" }]],
    },
    "bytes are missing": {
      options: hold,
      frames: (s) => {
        held(s.holes(), 9, 10);
        s.client.wait(1100).ping();
      },
      finds: [["hold", 1, { count: 9, limit: 10, time: "1.1 s" }]],
      because: ["borders", "settings"],
    },
  },
});
