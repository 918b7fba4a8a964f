import { describe, expect, it } from "vitest";
import { goaway, goawayLostStreams, gracefulShutdown, requestLimit } from "../../../src/rules/health/goaway.ts";
import type { Rule } from "../../../src/rules/rule.ts";
import { playSegments } from "../../../src/testing/play.ts";
import { play, type Script, type Story, testRule, written } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const ANNOUNCED = 0x7fffffff;

testRule(goawayLostStreams, {
  valid: {
    "none above it": (s) => s.client.headers(1, end).server.goaway(1).headers(1, end),
    "only announced": (s) => s.client.headers(1, end).server.goaway(ANNOUNCED).client.headers(3, end),
    "answered all the same": (s) => s.client.headers(1, end).headers(3, end).server.goaway(1).headers(3, end),
    "a GOAWAY of the client": (s) => s.client.headers(1, end).goaway(0),
    "what the client had cancelled before": (s) => s.client.headers(1, end).rst(1).server.goaway(0, 1),
  },
  invalid: {
    "before the GOAWAY, and crossing it": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.goaway(1).client.crossing().headers(5, end),
      finds: [["lost", 2, { count: 2, lastStreamId: 1, code: "NO_ERROR", streams: "3, 5" }]],
    },
    "what the client cancels at that": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.goaway(1).client.rst(3),
      finds: [["lost", 2, { count: 1, lastStreamId: 1, code: "NO_ERROR", streams: "3" }]],
    },
    "what the client cancelled as it crossed the GOAWAY": {
      frames: (s) => s.client.headers(1, end).headers(3, end).rst(3).server.crossing().goaway(1),
      finds: [["lost", 2, { count: 1, lastStreamId: 1, code: "NO_ERROR", streams: "3" }]],
    },
    "the lowest id counts": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.goaway(ANNOUNCED).goaway(1, 11),
      finds: [["lost", 2, { count: 1, lastStreamId: 1, code: "ENHANCE_YOUR_CALM", streams: "3" }]],
    },
    "the first of those with the lowest id": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.goaway(1, 11).goaway(1).goaway(ANNOUNCED),
      finds: [["lost", 2, { count: 1, lastStreamId: 1, code: "ENHANCE_YOUR_CALM", streams: "3" }]],
    },
  },
});

/** That many requests, answered but for the last. */
function requests(s: Script, count: number, first = 1): number {
  for (let i = 0; i < count; i++) {
    const id = first + 2 * i;
    s.client.headers(id, end);
    if (i < count - 1) s.server.headers(id, end);
  }
  return first + 2 * (count - 1);
}

testRule(requestLimit, {
  valid: {
    "no round number": (s) => s.server.goaway(requests(s, 101)),
    "a few": (s) => s.server.goaway(requests(s, 50)),
    "the last of them was answered: it may be a stop": (s) => {
      const last = requests(s, 100);
      s.server.headers(last, end).goaway(last);
    },
    "a reason is given": (s) => s.server.goaway(requests(s, 100), 0, "max_age"),
    "an error": (s) => s.server.goaway(requests(s, 100), 2),
    "not the first GOAWAY": (s) => {
      const last = requests(s, 99);
      s.server.goaway(ANNOUNCED);
      s.client
        .crossing()
        .headers(last + 2, end)
        .server.goaway(last + 2);
    },
    "the client's own": (s) => {
      requests(s, 100);
      s.client.goaway(0);
    },
    "the beginning is missing": (s) => s.midway().server.goaway(requests(s, 100)),
    "too short": (s) => {
      requests(s, 100);
      s.server.frame({ type: 7, payload: "1234567" });
    },
    "not the first GOAWAY, which gave a reason": (s) => {
      const last = requests(s, 99);
      s.server.goaway(ANNOUNCED, 0, "max_age");
      s.client
        .crossing()
        .headers(last + 2, end)
        .server.goaway(last + 2);
    },
    "the client's own, which only announces": (s) => {
      requests(s, 100);
      s.client.goaway(ANNOUNCED);
    },
    "the request was not captured": (s) => {
      const last = requests(s, 100);
      s.client
        .lost((client) => client.headers(last + 2))
        .data(last + 2, 1, end)
        .server.goaway(last + 2);
    },
  },
  invalid: {
    "a hundred": { frames: (s) => s.server.goaway(requests(s, 100)), finds: [["limit", 200, { count: 100 }]] },
    "whatever id they begin with": {
      frames: (s) => s.server.goaway(requests(s, 128, 13)),
      finds: [["limit", 256, { count: 128 }]],
    },
    "announced first": {
      frames: (s) => {
        requests(s, 100);
        s.server.goaway(ANNOUNCED);
      },
      finds: [["limit", 200, { count: 100 }]],
    },
    "requests were under way that are left out": {
      frames: (s) => {
        const last = requests(s, 150);
        s.client.headers(last + 2, end).headers(last + 4, end);
        s.server.crossing(2).goaway(last);
      },
      finds: [["lost", 302, { count: 150, streams: "301, 303" }, { severity: "warning" }]],
    },
    "requests crossed it": {
      frames: (s) => {
        const last = requests(s, 150);
        s.server.goaway(last);
        s.client
          .crossing()
          .headers(last + 2, end)
          .headers(last + 4, end);
      },
      finds: [["lost", 300, { count: 150, streams: "301, 303" }, { severity: "warning" }]],
    },
    "what the server sent before it is missing": {
      frames: (s) => {
        const last = requests(s, 100);
        s.server.lost((server) => server.ping()).goaway(last);
      },
      finds: [["limit", 201, { count: 100 }]],
      because: ["borders", "no-gap2"],
    },
  },
});

describe("over connections", () => {
  const limit = requestLimit as Rule;
  let now = 0;
  const compared = (count: number, session: unknown, server = "10.0.0.2:443", later = 1e9, streams = "") =>
    limit.compare?.({ count, time: (now += later), streams }, { session, options: {}, connection: 1, client: "a", server });

  it("knows a limit by the same number twice", () => {
    const session = limit.session?.();
    expect(compared(20, session)).toBeUndefined();
    expect(compared(21, session)).toBeUndefined();
    expect(compared(20, session, "10.0.0.3:443")).toBeUndefined();
    expect(compared(20, session)).toEqual({ message: "limit", data: { count: 20 } });
  });

  it("does not take a server that stops for it, under connections that have as many requests each", () => {
    const session = limit.session?.();
    for (let i = 0; i < 4; i++) expect(compared(20, session, "10.0.0.2:443", 1e8)).toBeUndefined();
  });

  it("counts from the first of them", () => {
    const session = limit.session?.();
    for (let i = 0; i < 2; i++) expect(compared(20, session, "10.0.0.2:443", 5e8)).toBeUndefined();
    expect(compared(20, session, "10.0.0.2:443", 5e8)).toEqual({ message: "limit", data: { count: 20 } });
  });

  it("does not ask which of them ended first", () => {
    const session = limit.session?.();
    expect(compared(20, session)).toBeUndefined();
    expect(compared(20, session, "10.0.0.2:443", -1e9)).toEqual({ message: "limit", data: { count: 20 } });
  });

  it("does not take one request, or a few, for it", () => {
    const session = limit.session?.();
    for (const count of [1, 1, 4, 4]) expect(compared(count, session)).toBeUndefined();
    expect(compared(5, session)).toBeUndefined();
    expect(compared(5, session)).toEqual({ message: "limit", data: { count: 5 } });
  });

  it("warns of requests that it costs", () => {
    const session = limit.session?.();
    expect(compared(20, session)).toBeUndefined();
    const data = { count: 20, streams: "41, 43" };
    expect(compared(20, session, "10.0.0.2:443", 1e9, "41, 43")).toEqual({ message: "lost", data, severity: "warning" });
  });

  it("compares those that the capture has", () => {
    const twice = (first: Story, second: Story) =>
      [first, second].flatMap((story, i) =>
        written(story).segments.map((segment) => ({ ...segment, time: segment.time + i * 2e9 })),
      );
    const of = (count: number) => (s: Script) => s.server.goaway(requests(s, count)).close().client.close();
    const found = (first: Story, second: Story) =>
      playSegments(twice(first, second), { rules: [limit] }).findings.map(({ connection, message, data }) => [
        connection,
        message,
        data,
      ]);
    expect(found(of(20), of(20))).toEqual([[2, "limit", { count: 20 }]]);
    expect(found(of(20), of(21))).toEqual([]);
    expect(found((s) => s.client.close().server.close(), of(20))).toEqual([]);
  });
});

testRule(goaway, {
  valid: {
    "a client that leaves": (s) => s.client.headers(1, end).server.headers(1, end).client.goaway(0, 0, "bye").close(),
    "a server that leaves without a word": (s) => s.client.headers(1, end).server.headers(1, end).goaway(1).close(),
    "one that is too short": (s) => s.client.headers(1, end).server.frame({ type: 7, payload: "1234567" }),
    "with a stream open, as far as is known": (s) =>
      s.client
        .headers(1, end)
        .server.lost((server) => server.headers(1, end))
        .goaway(1),
    "with a stream open, and one byte of the server is missing": (s) => s.client.headers(1, end).server.lost(1).goaway(1),
    "with a stream open, and one byte of the client is missing": (s) => s.client.headers(1, end).lost(1).server.goaway(1),
    "with a stream open, unless its reset is missing": (s) =>
      s.client
        .headers(1, end)
        .lost((client) => client.rst(1))
        .server.goaway(1),
  },
  invalid: {
    "a server that says why": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).goaway(1, 0, "max_age"),
      finds: [["text", 3, { side: "server", code: "NO_ERROR", lastStreamId: 1, text: "max_age" }]],
    },
    "with a stream open": {
      frames: (s) => s.client.headers(1, end).goaway(0),
      finds: [["plain", 2, { side: "client", code: "NO_ERROR", lastStreamId: 0 }]],
    },
    "with an error": {
      frames: (s) => s.server.goaway(0, 1),
      finds: [["plain", 1, { side: "server", code: "PROTOCOL_ERROR", lastStreamId: 0 }]],
    },
    "twice with one code, once with another": {
      frames: (s) => s.client.headers(1, end).server.goaway(1).goaway(1).goaway(1, 2),
      finds: [
        ["plain", 2, { side: "server", code: "NO_ERROR", lastStreamId: 1 }, { count: 2 }],
        ["plain", 4, { side: "server", code: "INTERNAL_ERROR", lastStreamId: 1 }],
      ],
    },
    "a long text": {
      frames: (s) => s.server.goaway(0, 1, "x".repeat(400)),
      finds: [["text", 1, { side: "server", code: "PROTOCOL_ERROR", lastStreamId: 0, text: "x".repeat(300) }]],
    },
  },
});

testRule(gracefulShutdown, {
  valid: {
    "one GOAWAY": (s) => s.client.headers(1, end).server.goaway(1).headers(1, end).close(),
    "only announced": (s) => s.client.headers(1, end).server.goaway(ANNOUNCED).headers(1, end).close(),
    "then an error": (s) => s.client.headers(1, end).server.goaway(ANNOUNCED).goaway(1, 2).close(),
    "of the client": (s) => s.client.headers(1, end).goaway(ANNOUNCED).server.goaway(1).headers(1, end).close(),
    "of the client, and the server has sent much": (s) =>
      s.client.headers(1, end).goaway(ANNOUNCED).server.headers(1).data(1, 1000, end).goaway(1).close(),
    "announced with an error": (s) => s.client.headers(1, end).server.goaway(ANNOUNCED, 2).goaway(1).close(),
    "nothing announced": (s) => s.client.headers(1, end).server.goaway(3).goaway(1).headers(1, end).close(),
  },
  invalid: {
    "all steps": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.goaway(ANNOUNCED)
          .ping()
          .client.pingAck()
          .wait(97)
          .server.goaway(1)
          .headers(1, end)
          .wait(48)
          .close(),
      finds: [["done", 2, { lastStreamId: 1, ms: 100, closeMs: 50 }]],
    },
    "not closed yet": {
      frames: (s) => s.client.headers(1, end).server.goaway(ANNOUNCED).goaway(1),
      finds: [["open", 2, { lastStreamId: 1, ms: 1 }]],
    },
    "closed on a stream that may have ended": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.goaway(ANNOUNCED)
          .goaway(1)
          .lost((server) => server.headers(1, end))
          .close(),
      finds: [["done", 2, { lastStreamId: 1, ms: 1, closeMs: 2 }, { because: ["borders"] }]],
      certainty: "unproven",
    },
    "closed on a stream that it kept, and on one that it did not": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.goaway(ANNOUNCED).goaway(1).close(),
      finds: [["cut", 3, { lastStreamId: 1, ms: 1, closeMs: 1, reason: "", streams: "1" }, { severity: "warning" }]],
    },
    "closed on a stream that it kept, and it said why": {
      frames: (s) => s.client.headers(1, end).server.goaway(ANNOUNCED, 0, "max_age").goaway(1).close(),
      finds: [
        [
          "cut",
          2,
          {
            ...{ lastStreamId: 1, ms: 1, closeMs: 1, streams: "1" },
            reason: ' ("max_age": the connection had reached its maximum age)',
          },
          { severity: "warning" },
        ],
      ],
    },
    "closed on a stream that it kept, and it said something else": {
      frames: (s) => s.client.headers(1, end).server.goaway(ANNOUNCED).goaway(1, 0, "bye").close(),
      finds: [["cut", 2, { lastStreamId: 1, ms: 1, closeMs: 1, reason: ' ("bye")', streams: "1" }, { severity: "warning" }]],
    },
    "the client closed first": {
      frames: (s) => s.client.headers(1, end).server.goaway(ANNOUNCED).goaway(1).client.close().server.headers(1, end).close(),
      finds: [["done", 2, { lastStreamId: 1, ms: 1, closeMs: 3 }]],
    },
    "the request of the last stream goes on": {
      frames: (s) => s.client.headers(1).server.goaway(ANNOUNCED).goaway(1).headers(1, end).close(),
      finds: [["done", 2, { lastStreamId: 1, ms: 1, closeMs: 2 }]],
    },
    "reset on a stream that it kept": {
      frames: (s) => s.client.headers(1, end).server.goaway(ANNOUNCED).goaway(1).reset(),
      finds: [["cut", 2, { lastStreamId: 1, ms: 1, closeMs: 1, reason: "", streams: "1" }, { severity: "warning" }]],
    },
  },
});

it.each<[string, Story, object]>([
  [
    "is not judged where its end may be missing",
    (s) => s.client.headers(1, end).server.goaway(ANNOUNCED).goaway(1).lost(1).close(),
    { "health/graceful-shutdown no-gap2": 1 },
  ],
  [
    "is not judged where the client's reset may be missing",
    (s) => s.client.headers(1, end).lost(1).server.goaway(ANNOUNCED).goaway(1).close(),
    { "health/graceful-shutdown no-gap2": 1 },
  ],
  [
    "is judged where no stream was cut off",
    (s) => s.client.headers(1, end).lost(1).server.goaway(ANNOUNCED).goaway(1).headers(1, end).close(),
    {},
  ],
])("a graceful shutdown %s", (_name, story, unchecked) => {
  const played = play(story, { rules: [gracefulShutdown] });
  expect(played.findings.map(({ message }) => message)).toEqual(["done"]);
  expect(played.unchecked).toEqual(unchecked);
});
