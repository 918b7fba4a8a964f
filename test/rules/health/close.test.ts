import { expect, it } from "vitest";
import {
  goawayAbandoned,
  halfOpen,
  idleCloseRace,
  streamKilledByClose,
  streamUnfinished,
  tcpResetWithData,
} from "../../../src/rules/health/close.ts";
import { playSegments } from "../../../src/testing/play.ts";
import { type Story, testRule, type WireSegment, written } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const idle =
  (ms: number): Story =>
  (s) =>
    s.client
      .headers(1, end)
      .wait(ms - 1)
      .ping();

testRule(streamUnfinished, {
  valid: {
    "a little less than the threshold": idle(29_999),
    "it ended": (s) => s.client.headers(1, end).server.headers(1, end).wait(60_000).ping(),
    "it was reset": (s) => s.client.headers(1).rst(1).wait(60_000).ping(),
    "the connection closed": (s) => s.client.headers(1).wait(60_000).close(),
    "only promised": (s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(1, end).wait(60_000).ping(),
  },
  invalid: {
    "at the threshold": {
      frames: idle(30_000),
      finds: [["idle", 1, { streamId: 1, seconds: 30, actor: "the server is", count: 1, streams: "1" }]],
    },
    "by another threshold": {
      frames: idle(5000),
      options: { ms: 5000 },
      finds: [["idle", 1, { streamId: 1, seconds: 5, actor: "the server is", count: 1, streams: "1" }]],
    },
    "each side, and either": {
      frames: (s) =>
        s.client.headers(1, end).headers(3, end).headers(5).headers(7).server.headers(5, end).wait(30_000).client.headers(9, end),
      finds: [
        ["idle", 4, { streamId: 7, seconds: 30, actor: "either side is", count: 1, streams: "7" }],
        ["idle", 3, { streamId: 5, seconds: 30, actor: "the client is", count: 1, streams: "5" }],
        ["idle", 1, { streamId: 1, seconds: 30, actor: "the server is", count: 2, streams: "1, 3" }],
      ],
    },
    "a stream of a long connection": {
      frames: (s) => s.client.wait(20_000).headers(1, end).wait(29_999).ping(),
      finds: [["idle", 1, { streamId: 1, seconds: 30, actor: "the server is", count: 1, streams: "1" }]],
    },
  },
});

testRule(streamKilledByClose, {
  valid: {
    "it gave up with an error": (s) => s.client.headers(1, end).server.goaway(1, 2).reset(),
    "it had said that it would not process the stream": (s) =>
      s.client.headers(1, end).server.headers(1, end).goaway(1).client.headers(3, end).server.close(),
    "no stream is open": (s) => s.client.headers(1, end).server.headers(1, end).close().client.close(),
    "the server answers after the client's FIN": (s) => s.client.headers(1, end).close().server.headers(1, end).close(),
    "the response is whole, the request is not": (s) => s.client.headers(1).server.headers(1, end).close().client.close(),
    "the request crossed the close": (s) => s.client.headers(1, end).server.crossing().close().client.close(),
    "reset before": (s) => s.client.headers(1).server.rst(1).close(),
    "reset by the client when the server had closed": (s) => s.client.headers(1).server.close().client.rst(1).close(),
    "the client's FIN was not captured": (s) =>
      s.client
        .headers(1, end)
        .lost((client) => client.close())
        .server.close(),
    "a server that had received nothing": (s) =>
      s.bare().server.settings().client.preface().settings().headers(1, end).server.crossing(3).close().client.close(),
    "nobody closed": (s) => s.client.headers(1),
    "the other side had given the connection up": (s) => s.client.headers(1, end).server.goaway(1, 1).client.close(),
  },
  invalid: {
    "by the server": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.headers(1).close().client.close(),
      finds: [["killed", "close", { side: "server", how: "FIN", count: 2, streams: "1, 3" }]],
    },
    "by the client, whose timer had run out": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.headers(1).client.wait(29_999).close(),
      finds: [["waited", "close", { how: "FIN", count: 2, streams: "1, 3", streamId: 1, seconds: 30 }, { severity: "info" }]],
    },
    "by the client, at no time that timers are set to": {
      frames: (s) => s.client.headers(1, end).server.headers(1).client.wait(28_200).close(),
      finds: [["killed", "close", { side: "client", how: "FIN", count: 1, streams: "1" }, { severity: "info" }]],
    },
    "by the client, which had more to send": {
      frames: (s) => s.client.headers(1).server.headers(1).client.wait(29_999).close(),
      finds: [["killed", "close", { side: "client", how: "FIN", count: 1, streams: "1" }, { severity: "info" }]],
    },
    "by the client, soon after the server went on": {
      frames: (s) => s.client.headers(1, end).server.wait(29_998).headers(1).client.close(),
      finds: [["killed", "close", { side: "client", how: "FIN", count: 1, streams: "1" }, { severity: "info" }]],
    },
    "after a GOAWAY": {
      frames: (s) => s.client.headers(1, end).server.goaway(1, 0, "max_age").reset(),
      finds: [["killed", "close", { side: "server", how: 'GOAWAY(NO_ERROR "max_age"), RST', count: 1, streams: "1" }]],
    },
    "after a GOAWAY without a text": {
      frames: (s) => s.client.headers(1, end).server.goaway(1).close(),
      finds: [["killed", "close", { side: "server", how: "GOAWAY(NO_ERROR), FIN", count: 1, streams: "1" }]],
    },
    "that may have been reset": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .lost((client) => client.rst(1))
          .server.headers(1)
          .close(),
      finds: [["killed", "close", { side: "server", how: "FIN", count: 1, streams: "1" }, { because: ["no-gap2"] }]],
      certainty: "unproven",
    },
    "by the client, whose streams they are": {
      frames: (s) => s.client.headers(1, end).server.headers(1).client.close(),
      finds: [["killed", "close", { side: "client", how: "FIN", count: 1, streams: "1" }, { severity: "info" }]],
    },
    "many: ten are named": {
      frames: (s) =>
        Array.from({ length: 12 }, (_, i) => 2 * i + 1)
          .reduce((speaker, id) => speaker.headers(id, end), s.client)
          .server.close(),
      finds: [
        ["killed", "close", { side: "server", how: "FIN", count: 12, streams: "1, 3, 5, 7, 9, 11, 13, 15, 17, 19 and 2 more" }],
      ],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, end).headers(3, end).server.headers(1).close().client.close(),
      finds: [["killed", "close", { side: "server", how: "FIN", count: 2, streams: "1, 3" }]],
      because: ["borders", "no-gap2"],
    },
    "the other side was about to leave": {
      frames: (s) => s.client.headers(1, end).server.goaway(1).client.close(),
      finds: [["killed", "close", { side: "client", how: "FIN", count: 1, streams: "1" }, { severity: "info" }]],
    },
    "joined late": {
      frames: (s) => s.midway().client.headers(1, end).server.headers(1).close(),
      finds: [["killed", "close", { side: "server", how: "FIN", count: 1, streams: "1" }]],
      because: ["borders", "no-gap2"],
    },
  },
});

it("health/stream-killed-by-close is not proven where nothing of that side was captured before: it may have answered", () => {
  const { segments } = written((s) => s.client.headers(1, end).server.headers(1).reset());
  const certaintyOf = (some: readonly WireSegment[]) =>
    playSegments(some, { rules: [streamKilledByClose] }).findings.map(({ certainty, because }) => [certainty, because]);
  expect(certaintyOf(segments)).toEqual([["proven", []]]);
  const last = segments.at(-1);
  expect(certaintyOf(segments.filter((segment) => segment.from === "client" || segment === last))).toEqual([
    ["unproven", ["start2"]],
  ]);
});

testRule(goawayAbandoned, {
  valid: {
    "answered first": (s) => s.client.headers(1, end).server.goaway(1).headers(1, end).client.close(),
    "above the last stream": (s) => s.client.headers(1, end).headers(3, end).server.headers(1, end).goaway(1).client.close(),
    "it had not arrived": (s) => s.client.headers(1, end).server.goaway(1).client.crossing().close(),
    "long after": (s) => s.client.headers(1, end).server.goaway(1).client.wait(60_000).close(),
    "an error": (s) => s.client.headers(1, end).server.goaway(1, 1).client.close(),
    "the client gave up with an error": (s) => s.client.headers(1, end).server.goaway(1).client.goaway(0, 1).close(),
    "the server closed first": (s) => s.client.headers(1, end).server.goaway(1).close().client.close(),
    "the server closed first, and its FIN is missing": (s) =>
      s.client
        .headers(1, end)
        .server.goaway(1)
        .lost((server) => server.close())
        .client.close(),
    "cancelled without having got it": (s) => s.client.headers(1, end).server.goaway(1).client.crossing(1).rst(1, 8).close(),
    "given up before": (s) => s.client.headers(1, end).rst(1).server.goaway(1).client.close(),
    "no GOAWAY": (s) => s.client.headers(1, end).close(),
    "the server answers after the client's FIN": (s) =>
      s.client.headers(1, end).server.goaway(1).client.close().server.headers(1, end).close(),
    "by the server": (s) => s.client.headers(1, end).server.goaway(1).close(),
    "reset when it had got the end": (s) =>
      s.client.headers(1, end).server.goaway(1).headers(1, end).client.rst(1, 8).goaway(0).close(),
    "cancelled without having got it, and a frame when it had": (s) =>
      s.client.headers(1, end).server.goaway(1).client.crossing(1).rst(1, 8).client.priority(1).close(),
    "a pushed stream is under way": (s) =>
      s.client.headers(1, end).server.pushPromise(1, 2).headers(1, end).headers(2).goaway(3).client.close(),
    "given up when it had got it, and the connection stays open": (s) => s.client.headers(1, end).server.goaway(1).client.rst(1),
  },
  invalid: {
    "at once": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.headers(1).goaway(3).client.goaway(0).close().server.close(),
      finds: [["closed", "close", { how: "FIN", ms: 2, count: 2, streams: "1, 3" }]],
    },
    "it resets them first": {
      frames: (s) =>
        s.client.headers(1, end).server.headers(1).goaway(1).client.rst(1).goaway(0).close().server.crossing(3).data(1, 2, end),
      finds: [["reset", "close", { how: "FIN", ms: 3, count: 1, streams: "1" }]],
    },
    "it resets them while the end is under way": {
      frames: (s) =>
        s.client.headers(1, end).server.goaway(1).headers(1).data(1, 2, end).client.crossing(2).rst(1, 8).goaway(0).close(),
      finds: [["reset", "close", { how: "FIN", ms: 5, count: 1, streams: "1" }]],
    },
    "later: it may have another reason": {
      frames: (s) => s.client.headers(1, end).server.goaway(1).client.wait(1000).close(),
      finds: [["closed", "close", { how: "FIN", ms: 1001, count: 1, streams: "1" }, { severity: "info" }]],
    },
    "at the last moment, with RST": {
      frames: (s) => s.client.headers(1, end).server.goaway(0x7fffffff).client.wait(999).reset(),
      finds: [["closed", "close", { how: "RST", ms: 1000, count: 1, streams: "1" }]],
    },
    "the end of the response may be missing": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.goaway(1)
          .lost((server) => server.headers(1, end))
          .ping()
          .client.close(),
      finds: [["closed", "close", { how: "FIN", ms: 3, count: 1, streams: "1" }]],
      because: ["no-gap2"],
    },
  },
});

testRule(idleCloseRace, {
  valid: {
    "a GOAWAY had left the request out": (s) =>
      s.client.headers(1, end).headers(3, end).server.crossing().goaway(1).headers(1, end).close().client.close(),
    "no request under way": (s) => s.client.headers(1, end).server.headers(1, end).close().client.close(),
    "the server had the request": (s) => s.client.headers(1, end).server.close(),
    "it was answered, and the close crossed DATA": (s) => s.client.headers(1).server.headers(1).crossing().close().client.data(1),
    "trailers that look like a request crossed it": (s) =>
      s.client.headers(1).server.headers(1).close().client.crossing().trailers(1, { ":path": "/" }),
    "a connection error": (s) => s.client.headers(1, end).server.goaway(1, 1).close().client.crossing(2).headers(3, end),
    "the client had closed": (s) => s.client.headers(1, end).close().server.crossing(2).close(),
    "the capture ends while a request is under way": (s) => s.client.headers(1, end).server.crossing().ping(),
    "the request that crossed it was reset": (s) => s.client.headers(3, end).rst(3).server.crossing(2).close(),
    "the server closes, and the client had closed before": (s) =>
      s.client.headers(1, end).server.headers(1, end).client.headers(3, end).close().server.crossing(2).close(),
    "a GOAWAY had left out the request that came behind the close": (s) =>
      s.client.headers(1, end).server.headers(1, end).goaway(1).close().client.crossing(2).headers(3, end),
  },
  invalid: {
    "the FIN came first": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).wait(999).close().client.crossing().headers(3, end),
      finds: [["crossed", "close", { how: "FIN", streamId: 3, ms: 1000 }]],
    },
    "the request came first": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).wait(998).client.headers(3, end).server.crossing().close(),
      finds: [["crossed", "close", { how: "FIN", streamId: 3, ms: 1000 }]],
    },
    "it came first, and an RST": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).wait(98).client.headers(3, end).server.crossing().reset(),
      finds: [["crossed", "close", { how: "RST", streamId: 3, ms: 100 }]],
    },
    "the FIN had arrived": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).close().client.wait(49).headers(3, end),
      finds: [["delivered", 4, { streamId: 3, ms: 50 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, end).server.headers(1, end).wait(999).close().client.crossing().headers(3, end),
      finds: [["crossed", "close", { how: "FIN", streamId: 3, ms: 1000 }]],
      because: ["borders", "no-gap2"],
    },
    "a GOAWAY keeps the request that came behind the close": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).goaway(3).close().client.crossing(2).headers(3, end),
      finds: [["crossed", "close", { how: "FIN", streamId: 3, ms: 1 }]],
    },
    "a GOAWAY keeps the request that came before the close": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).client.headers(3, end).server.crossing().goaway(3).close(),
      finds: [["crossed", "close", { how: "FIN", streamId: 3, ms: 1 }]],
    },
  },
});

const uploads =
  (ms: number): Story =>
  (s) =>
    s.client
      .headers(1)
      .server.close()
      .client.wait(ms - 1)
      .data(1, 5);

testRule(halfOpen, {
  valid: {
    "a little less than the threshold": uploads(4999),
    "no message: PING": (s) => s.client.headers(1).server.close().client.wait(9000).ping(),
    "nobody closed": (s) => s.client.headers(1).wait(9000).data(1),
    "a request that was not captured goes on for a moment": (s) =>
      s.client
        .lost((client) => client.headers(1))
        .data(1, 1)
        .server.close()
        .client.wait(100)
        .data(1, 1),
    "a reset": (s) => s.client.headers(1, end).reset().server.wait(9000).headers(1).data(1, 5, end),
  },
  invalid: {
    "at the threshold": { frames: uploads(5000), finds: [["goes", "close", { side: "server", peer: "client", seconds: 5 }]] },
    "a new request": {
      frames: (s) => s.client.headers(1, end).server.close().client.wait(6999).headers(3),
      finds: [["goes", "close", { side: "server", peer: "client", seconds: 7 }]],
    },
    "a response that goes on": {
      frames: (s) => s.client.headers(1, end).close().server.headers(1).wait(9999).data(1, 5, end),
      finds: [["goes", "close", { side: "client", peer: "server", seconds: 10 }]],
    },
    "by another threshold": {
      frames: uploads(300),
      options: { ms: 300 },
      finds: [["goes", "close", { side: "server", peer: "client", seconds: 0 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => uploads(5000)(s.holes()),
      finds: [["goes", "close", { side: "server", peer: "client", seconds: 5 }]],
      because: ["borders", "no-gap2"],
    },
    "of a long connection": {
      frames: (s) => uploads(5000)(s.client.wait(20_000).ping() && s),
      finds: [["goes", "close", { side: "server", peer: "client", seconds: 5 }]],
    },
  },
});

testRule(tcpResetWithData, {
  valid: {
    "all was acknowledged by a frame": (s) => s.client.headers(1).server.headers(1).reset(),
    "the preface alone was unread": (s) => s.bare().server.settings().client.preface().server.crossing().reset(),
    "a FIN": (s) => s.client.headers(1).data(1, 5).server.close(),
    "by who never sent a frame": (s) => s.bare().client.preface().settings().server.reset(),
  },
  invalid: {
    "DATA that nobody answered": {
      frames: (s) => s.client.headers(1).server.headers(1).client.data(1, 8).server.reset(),
      finds: [["reset", "close", { side: "server", octets: 17, lost: "" }]],
    },
    "and a GOAWAY before": {
      frames: (s) => s.client.headers(1).server.goaway(1, 1).client.data(1, 8).server.reset(),
      finds: [["reset", "close", { side: "server", octets: 17, lost: "; its GOAWAY(PROTOCOL_ERROR) may be lost" }]],
    },
    "by who sent one frame": {
      frames: (s) => s.bare().client.preface().settings().server.settings().client.settingsAck().ping().server.reset(),
      finds: [["reset", "close", { side: "server", octets: 26, lost: "" }]],
    },
    "one frame that nobody answered": {
      frames: (s) => s.bare().client.preface().server.settings().client.settings().server.reset(),
      finds: [["reset", "close", { side: "server", octets: 9, lost: "" }]],
    },
    "nothing was read at all": {
      frames: (s) => s.bare().server.settings().client.preface().settings().server.crossing(2).reset(),
      finds: [["reset", "close", { side: "server", octets: 33, lost: "" }]],
    },
  },
});
