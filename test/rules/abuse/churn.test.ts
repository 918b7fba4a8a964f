import { expect, it } from "vitest";
import { connectionChurn, goawayLoop, streamChurn } from "../../../src/rules/abuse/churn.ts";
import { playSegments } from "../../../src/testing/play.ts";
import { getRequest, type Story, testRule, type WireSegment, written } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const busy = { streams: 3, window: 10, time: 20 } as const;

testRule(streamChurn, {
  valid: {
    "not for so long": {
      options: busy,
      frames: (s) => {
        for (let i = 0; i < 20; i++) s.client.headers(1 + 2 * i, end);
      },
    },
    "one below": {
      options: busy,
      frames: (s) => {
        for (let i = 0; i < 30; i++) s.client.headers(1 + 2 * i, end).wait(4);
      },
    },
    "of the server, HEADERS of the client's streams, and trailers": {
      options: busy,
      frames: (s) => {
        s.client.headers(1).headers(3).server.headers(1);
        for (let i = 0; i < 30; i++) s.client.trailers(1).server.headers(3);
      },
    },
    "trailers on streams that are many": {
      options: busy,
      frames: (s) => {
        for (let i = 0; i < 10; i++) s.client.headers(1 + 2 * i).wait(100);
        for (let i = 0; i < 30; i++) s.client.trailers(1 + 2 * (i % 10));
      },
    },
    "promised streams": {
      options: busy,
      frames: (s) => {
        s.client.headers(1);
        for (let i = 0; i < 30; i++) s.server.headers(2 + 2 * i);
      },
    },
    "for a short time, then fewer": {
      options: busy,
      frames: (s) => {
        for (let i = 0; i < 20; i++) s.client.headers(1 + 2 * i, end);
        s.client.wait(100).headers(41, end).wait(100).headers(43, end);
      },
    },
  },
  invalid: {
    "for long enough": {
      options: busy,
      frames: (s) => {
        for (let i = 0; i < 21; i++) s.client.headers(1 + 2 * i, end);
      },
      finds: [["churn", 3, { count: 21, time: "20 ms", peak: 10, window: "10 ms" }]],
    },
    "ten times as many": {
      options: { ...busy, streams: 1 },
      frames: (s) => {
        for (let i = 0; i < 30; i++) s.client.headers(1 + 2 * i, end);
      },
      finds: [["churn", 1, { count: 30, time: "29 ms", peak: 10, window: "10 ms" }, { severity: "error" }]],
    },
    "promised streams before do not count": {
      options: busy,
      frames: (s) => {
        s.client.headers(1);
        s.server.together((server) => server.pushPromise(1, 2).pushPromise(1, 4).pushPromise(1, 6));
        for (let i = 1; i < 21; i++) s.client.headers(1 + 2 * i, end);
      },
      finds: [["churn", 6, { count: 21, time: "21 ms", peak: 10, window: "10 ms" }]],
    },
    "for long enough, then fewer": {
      options: busy,
      frames: (s) => {
        for (let i = 0; i < 21; i++) s.client.headers(1 + 2 * i, end);
        s.client.wait(100).headers(43, end);
      },
      finds: [["churn", 3, { count: 21, time: "20 ms", peak: 10, window: "10 ms" }]],
    },
  },
});

const call: Story = (s) => s.client.headers(1, end).server.headers(1, end).client.close().server.close();
const refused: Story = (s) => s.client.headers(1).server.goaway(1, 1).close().client.close();

testRule(connectionChurn, {
  valid: {
    "two streams": { options: { connections: 1 }, frames: (s) => s.client.headers(1, end).headers(3, end) },
    "the start is not captured": {
      options: { connections: 1 },
      frames: (s) => s.midway().client.headers(1, end).server.headers(1, end),
    },
    "a client that says nothing": { options: { connections: 1 }, frames: (s) => s.bare().server.settings() },
  },
  invalid: {
    one: {
      options: { connections: 1 },
      frames: call,
      finds: [["churn", "preface", { address: "192.0.2.1", count: 1, window: "1 s" }]],
    },
  },
});

testRule(goawayLoop, {
  valid: {
    "without an error": {
      options: { connections: 1 },
      frames: (s) => s.client.headers(1, end).server.headers(1, end).goaway(1).close(),
    },
    once: refused,
    "the start is not captured": {
      options: { connections: 1 },
      frames: (s) => s.midway().client.headers(1).server.headers(1).goaway(1, 2).close().client.close(),
    },
    "something else than HTTP/2": {
      options: { connections: 1 },
      frames: (s) =>
        s.bare().client.octets("GET / HTTP/1.1\r\n\r\n").server.octets("HTTP/1.1 200 OK\r\n\r\n").close().client.close(),
    },
  },
  invalid: {
    one: {
      options: { connections: 1 },
      frames: (s) => s.client.headers(1).server.goaway(1, 2).close().client.close(),
      finds: [
        [
          "loop",
          "preface",
          { count: 1, time: "11 ms", client: "192.0.2.1", server: "192.0.2.2:80", side: "server", code: "INTERNAL_ERROR" },
        ],
      ],
    },
    "of the client": {
      options: { connections: 1 },
      frames: (s) => s.client.headers(1).server.headers(1).client.goaway(0, 1).close().server.close(),
      finds: [
        [
          "loop",
          "preface",
          { count: 1, time: "12 ms", client: "192.0.2.1", server: "192.0.2.2:80", side: "client", code: "PROTOCOL_ERROR" },
        ],
      ],
    },
    "of the server, and the client's without an error": {
      options: { connections: 1 },
      frames: (s) => s.client.headers(1).goaway(0).server.goaway(1, 2).close().client.close(),
      finds: [
        [
          "loop",
          "preface",
          { count: 1, time: "12 ms", client: "192.0.2.1", server: "192.0.2.2:80", side: "server", code: "INTERNAL_ERROR" },
        ],
      ],
    },
  },
});

/** The story so many times, each time so many milliseconds after the last one began. */
function again(story: Story, count: number, every: number): WireSegment[] {
  const { segments } = written(story);
  return Array.from({ length: count }, (_, i) =>
    segments.map((segment) => ({ ...segment, time: segment.time + i * every * 1e6 })),
  ).flat();
}

const found = (rule: typeof connectionChurn, segments: WireSegment[]) =>
  playSegments(segments, { rules: [rule] }).findings.map(({ severity, data, connection }) => [
    severity,
    data["count"],
    connection,
  ]);

it.each([
  [49, 12, []],
  [50, 19.9, [["warning", 50, 50]]],
  [200, 21, []],
])("%i connections, one every %d ms", (count, every, expected) => {
  expect(found(connectionChurn, again(call, count, every))).toEqual(expected);
});

it.each([
  [4, 1000, []],
  [5, 1000, [["warning", 5, 5]]],
  // Each lasts 11 ms: opened again after a second, and after a millisecond more.
  [5, 1011, [["warning", 5, 5]]],
  [5, 1012, []],
  [
    60,
    1000,
    [
      ["warning", 5, 5],
      ["error", 50, 50],
    ],
  ],
])("%i connections that end in an error, one every %d ms", (count, every, expected) => {
  expect(found(goawayLoop, again(refused, count, every))).toEqual(expected);
});

// Five begin within a minute, or the fifth begins when it is over.
it.each([
  [14_900, [["warning", 5, 5]]],
  [15_000, []],
])("long connections that end in an error, one every %d ms", (every, expected) => {
  const late: Story = (s) => s.client.headers(1).wait(14_000).server.goaway(1, 1).close().client.close();
  expect(found(goawayLoop, again(late, 5, every))).toEqual(expected);
});

it("connections that end in different errors, or in none, are no loop", () => {
  const other: Story = (s) => s.client.headers(1).server.goaway(1, 2).close().client.close();
  const mixed = [refused, other, refused, call, refused, refused, refused, other].flatMap((story, i) =>
    written(story).segments.map((segment) => ({ ...segment, time: segment.time + i * 1e9 })),
  );
  expect(found(goawayLoop, mixed)).toEqual([]);
});

/** These stories one after the other, each beginning so many milliseconds after the one before. */
const inTurn = (stories: readonly Story[], every: number): WireSegment[] =>
  stories.flatMap((story, i) => written(story).segments.map((segment) => ({ ...segment, time: segment.time + i * every * 1e6 })));

const refusedWith =
  (code: number, path: string): Story =>
  (s) =>
    s.client
      .headers(1, { fields: { ...getRequest, ":path": path } })
      .server.goaway(1, code)
      .close()
      .client.close();

it.each([
  ["the same request", [1, 1, 1, 1, 1], "aaaaa", [["warning", 5, 5]]],
  ["errors by turns", [1, 2, 1, 2, 1], "aaaaa", []],
  ["requests by turns", [1, 1, 1, 1, 1], "ababa", []],
])("connections of %s that end in an error", (_name, codes, paths, expected) => {
  const stories = codes.map((code, i) => refusedWith(code, `/${paths[i]}`));
  expect(found(goawayLoop, inTurn(stories, 300))).toEqual(expected);
});

it("a connection that ends well in between ends the loop", () => {
  expect(found(goawayLoop, inTurn([refused, refused, refused, call, refused, refused], 300))).toEqual([]);
});

/** How many are reported, when connections with these facts end one after the other. */
function reported(rule: typeof connectionChurn, options: Readonly<Record<string, number>>, facts: readonly unknown[]) {
  const session = rule.session?.();
  const ends = { client: "192.0.2.1:50000", server: "192.0.2.2:80" };
  const said = facts.map((one) => rule.compare?.(one, { session, options, connection: 1, ...ends }));
  return said.flatMap((one) => (one === undefined ? [] : [Object.entries(one.data).find(([hole]) => hole === "count")?.[1]]));
}
const SECOND = 1e9;

it.each([
  ["just when the one before has ended", 0, [5]],
  ["a moment before the one before has ended", -1, []],
])("connections that end in an error, each opened %s", (_name, pause, expected) => {
  const facts = Array.from({ length: 5 }, (_, i) => {
    const begun = (100 + i) * SECOND;
    return { how: "", begun, ended: begun + SECOND - pause, side: "server", code: "PROTOCOL_ERROR" };
  });
  expect(reported(goawayLoop, { connections: 5, window: 60_000, pause: 1000 }, facts)).toEqual(expected);
});

// Connections are reported when they end. By tenths of a second in which they begin: how many, in this order.
it.each<[string, readonly (readonly [tenth: number, count: number])[], readonly number[]]>([
  [
    "the last that ends began first",
    [
      [1, 49],
      [0, 1],
    ],
    [50],
  ],
  ["they end in the order in which they began, but backwards", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((tenth) => [tenth, 5]), [50]],
  [
    "the last that ends began more than a second before others",
    [
      [12, 5],
      [2, 49],
      [0, 1],
    ],
    [50],
  ],
  [
    "those that began a second later do not count",
    [
      [10, 49],
      [0, 1],
    ],
    [],
  ],
])("short connections within a second: %s", (_name, begun, expected) => {
  const facts = begun.flatMap(([tenth, count]) => Array<number>(count).fill((100 + tenth / 10 + 0.05) * SECOND));
  expect(reported(connectionChurn, { connections: 50, window: 1000 }, facts)).toEqual(expected);
});
