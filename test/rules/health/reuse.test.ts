import { describe, expect, it } from "vitest";
import { missingBeforeClose } from "../../../src/rules/goaway/close.ts";
import { concurrencyLimited, oneStreamPerConnection, reconnectLoop } from "../../../src/rules/health/reuse.ts";
import type { Rule } from "../../../src/rules/rule.ts";
import { playSegments } from "../../../src/testing/play.ts";
import { grpcRequest, grpcResponse, type Story, testRule, written } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const limited =
  (times: number, wait = 1): Story =>
  (s) => {
    s.settings({ server: [[3, 2]] })
      .client.headers(1, end)
      .headers(3, end);
    for (let i = 0; i < times; i++)
      s.server
        .headers(2 * i + 1, end)
        .client.wait(wait - 1)
        .headers(2 * i + 5, end);
    return s;
  };

testRule(concurrencyLimited, {
  valid: {
    "nine times": limited(9),
    "later than the threshold": limited(12, 6),
    "below the limit": (s) => {
      s.settings({ server: [[3, 3]] })
        .client.headers(1, end)
        .headers(3, end);
      for (let i = 0; i < 12; i++) s.server.headers(2 * i + 1, end).client.headers(2 * i + 5, end);
      return s;
    },
    "no limit": (s) => {
      for (let i = 0; i < 12; i++) s.client.headers(2 * i + 1, end).server.headers(2 * i + 1, end);
      return s;
    },
  },
  invalid: {
    "ten times, as late as may be": { frames: limited(10, 5), finds: [["limited", 22, { limit: 2, times: 10 }]] },
    "more: one finding": { frames: limited(15), finds: [["limited", 22, { limit: 2, times: 10 }]] },
    "by another threshold": { frames: limited(3), options: { times: 3 }, finds: [["limited", 8, { limit: 2, times: 3 }]] },
    "bytes are missing, and fields": {
      frames: (s) => limited(10, 5)(s.holes()),
      finds: [["limited", 22, { limit: 2, times: 10 }]],
      because: ["borders", "settings"],
    },
    "one stream": {
      frames: (s) => {
        s.settings({ server: [[3, 1]] });
        for (let id = 1; id <= 21; id += 2) s.client.headers(id, { endStream: true }).server.headers(id, { endStream: true });
      },
      finds: [["limited", 21, { limit: 1, times: 10 }]],
    },
  },
});

const once = { connections: 1 } as const;
const killed =
  (ms: number): Story =>
  (s) =>
    s.client
      .headers(1, end)
      // The opening takes eight segments.
      .wait(ms - 9)
      .server.close();

testRule(reconnectLoop, {
  valid: {
    "one is no loop": killed(9),
    "longer than the threshold": { frames: killed(2001), options: once },
    "a request was answered": { frames: (s) => s.client.headers(1, end).server.headers(1, end).close(), options: once },
    "an answer that failed": {
      frames: (s) =>
        s.client
          .headers(1, { endStream: true, fields: grpcRequest })
          .server.headers(1, { endStream: true, fields: { ...grpcResponse, "grpc-status": "14" } })
          .client.reset(),
      options: once,
    },
    "an answer that a reset follows": {
      frames: (s) => s.client.headers(1).server.headers(1, end).rst(1, 0).close(),
      options: once,
    },
    "nobody closed": { frames: (s) => s.client.headers(1, end), options: once },
    "the answer may be missing": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.lost((server) => server.headers(1, end))
          .close()
          .client.close(),
      options: once,
      unchecked: { "health/reconnect-loop no-gap2": 1 },
    },
    "one byte of an answer may be missing": {
      frames: (s) => s.client.headers(1, end).server.lost(1).close().client.close(),
      options: once,
      unchecked: { "health/reconnect-loop no-gap2": 1 },
    },
    "one byte of the client is missing": {
      frames: (s) => s.client.headers(1, end).lost(1).server.close().client.close(),
      options: once,
      unchecked: { "health/reconnect-loop no-gap2": 1 },
    },
    "a client that sent its preface alone": { frames: (s) => s.bare().client.preface().server.close(), options: once },
    "the start is not there": { frames: (s) => s.midway().client.headers(1, end).server.close(), options: once },
  },
  invalid: {
    "closed at the threshold": {
      frames: killed(2000),
      options: once,
      finds: [["loop", "close", { count: 1, server: "192.0.2.2:80", seconds: 0, how: "FIN of the server" }]],
    },
    "the beginning of an answer": {
      frames: (s) => s.client.headers(1, end).server.headers(1).close(),
      options: once,
      finds: [["loop", "close", { count: 1, server: "192.0.2.2:80", seconds: 0, how: "FIN of the server" }]],
    },
    "the client sent no more than its SETTINGS": {
      frames: (s) => s.bare().client.preface().settings().server.close(),
      options: once,
      finds: [["loop", "close", { count: 1, server: "192.0.2.2:80", seconds: 0, how: "FIN of the server" }]],
    },
    "reset by the server": {
      frames: (s) => s.client.headers(1, end).server.reset(),
      options: once,
      finds: [["loop", "close", { count: 1, server: "192.0.2.2:80", seconds: 0, how: "RST of the server" }]],
    },
    "the client closed first": {
      frames: (s) => s.client.headers(1, end).close().server.close(),
      options: once,
      finds: [["loop", "close", { count: 1, server: "192.0.2.2:80", seconds: 0, how: "FIN of the client" }]],
    },
    "with a reason": {
      frames: (s) => s.client.headers(1, end).server.goaway(1, 1).client.close(),
      options: once,
      finds: [["loop", "close", { count: 1, server: "192.0.2.2:80", seconds: 0, how: "GOAWAY(PROTOCOL_ERROR) of the server" }]],
    },
  },
});

testRule(oneStreamPerConnection, {
  valid: {
    "one is nothing": (s) => s.client.headers(1, end).server.headers(1, end).client.close(),
    "two requests": { frames: (s) => s.client.headers(1, end).headers(3, end).close(), options: once },
    none: { frames: (s) => s.client.close(), options: once },
    "the start is not there": {
      frames: (s) => s.midway().client.headers(1, end).server.headers(1, end).close().client.close(),
      options: once,
    },
  },
  invalid: {
    "by another threshold": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).close().client.close(),
      options: once,
      finds: [["single", "preface", { count: 1, client: "192.0.2.1", server: "192.0.2.2:80" }]],
    },
  },
});

// Connections one after the other, each beginning `everyMs` after the one before.
function successive(rule: Rule, stories: readonly Story[], everyMs: number) {
  const segments = stories.flatMap((story, i) =>
    written(story).segments.map((segment) => ({ ...segment, time: segment.time + i * everyMs * 1e6 })),
  );
  return playSegments(segments, { rules: [rule] }).findings.map(({ data, connection }) => [connection, data]);
}

const dies: Story = (s) => s.client.headers(1, end).server.close().client.close();
const works: Story = (s) => s.client.headers(1, end).server.headers(1, end).close().client.close();
const lives: Story = (s) => s.client.headers(1, end).wait(2500).server.close().client.close();
const idles: Story = (s) => s.client.close().server.close();
const busy: Story = (s) => s.client.headers(1, end).headers(3, end).close().server.close();
const of = (story: Story, times: number) => Array.from({ length: times }, () => story);

describe("over connections", () => {
  const loop = (seconds: number) => ({ count: 3, server: "192.0.2.2:80", seconds, how: "FIN of the server" });
  it.each<[string, readonly Story[], number, unknown[]]>([
    ["two that die", of(dies, 2), 1000, []],
    ["three within the threshold", of(dies, 3), 15_000, [[3, loop(30)]]],
    ["three over more time", of(dies, 3), 15_001, []],
    [
      "six: two findings",
      of(dies, 6),
      1000,
      [
        [3, loop(2)],
        [6, loop(2)],
      ],
    ],
    ["with one that works between", [dies, dies, works, dies, dies], 1000, []],
    ["after one that works", [dies, works, dies, dies, dies], 1000, [[5, loop(2)]]],
    ["with one between that lives long, and asks nothing", [dies, dies, lives, dies], 3000, [[4, loop(9)]]],
    ["that work", of(works, 6), 1000, []],
    ["that were joined late", of((s) => dies(s.midway()), 3), 1000, []],
  ])("a loop: %s", (_, stories, every, found) => expect(successive(reconnectLoop, stories, every)).toEqual(found));

  // Milliseconds, from begin to end.
  const attempts = (list: readonly (readonly [number, number])[]): unknown[] => {
    const session = reconnectLoop.session!();
    const options = { connections: 3, within: 30_000, life: 2000 };
    return list.map(([begun, ended], connection) => {
      const facts = { begun: begun * 1e6, ended: ended * 1e6, how: "FIN of the server" };
      const ends = { client: `192.0.2.1:${connection}`, server: "192.0.2.2:80" };
      const found = reconnectLoop.compare!(facts, { session, options, connection, ...ends });
      return (found?.data as Readonly<Record<string, unknown>> | undefined)?.["count"];
    });
  };

  it("a loop: connections of one pool, opened beside each other, are one attempt", () => {
    const pool = [
      [0, 10],
      [1, 11],
      [2, 12],
    ] as const;
    const again = (ms: number) => pool.map(([begun, ended]) => [begun + ms, ended + ms] as const);
    expect(attempts(pool)).toEqual([undefined, undefined, undefined]);
    expect(attempts([...pool, ...again(100), ...again(200)]).filter((one) => one !== undefined)).toEqual([3]);
    // Each right behind the one before.
    const behind = [
      [0, 10],
      [10, 20],
      [20, 30],
    ] as const;
    expect(attempts(behind)).toEqual([undefined, undefined, 3]);
  });

  const single = { count: 20, client: "192.0.2.1", server: "192.0.2.2:80" };
  it.each<[string, readonly Story[], unknown[]]>([
    ["nineteen", of(works, 19), []],
    ["twenty", of(works, 20), [[20, single]]],
    ["more: one finding", of(works, 45), [[20, single]]],
    ["without a request: they do not count", [...of(works, 10), ...of(idles, 5), ...of(works, 10)], [[25, single]]],
    ["with more than one request between", [...of(works, 19), busy, ...of(works, 19)], []],
  ])("one request each: %s", (_, stories, found) => expect(successive(oneStreamPerConnection, stories, 100)).toEqual(found));

  it("one request each: what the end of the last one cost is not its cost", () => {
    const cut: Story = (s) => s.client.headers(1, end).close().server.close();
    const { pairs } = playSegments(written(cut).segments, {
      rules: [oneStreamPerConnection, missingBeforeClose],
      thresholds: { "health/one-stream-per-connection": once },
    });
    expect(pairs.map(({ finding, streamsKilled }) => [finding.rule, streamsKilled])).toEqual([
      ["goaway/missing-before-close", [1]],
      ["health/one-stream-per-connection", []],
    ]);
  });
});

describe("connections of which one side was captured", () => {
  const played = (isCaptured: (from: "client" | "server") => boolean) =>
    playSegments(
      written((s) => s.client.headers(1, end).wait(400).close()).segments.filter(({ from }) => isCaptured(from)),
      { rules: [reconnectLoop], thresholds: { "health/reconnect-loop": once } },
    );

  it("are no loop: the answer may be on the other", () => {
    const { findings, unchecked } = played((from) => from === "client");
    expect(findings).toEqual([]);
    expect(unchecked).toEqual({ "health/reconnect-loop no-gap2": 1 });
  });

  it("may be one, where the server was captured and did not answer", () => expect(played(() => true).findings).toHaveLength(1));
});
