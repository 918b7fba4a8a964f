import { activityAboveLast, noCloseAfterError, streamOpenedAfter } from "../../../src/rules/goaway/after.ts";
import { testRule } from "../../../src/testing.ts";

const ALL = 0x7fffffff;
const end = { endStream: true } as const;
const OTHER = "abcdefgh";

testRule(streamOpenedAfter, {
  valid: {
    "it crossed": (s) => s.client.headers(1, end).server.goaway(1).client.crossing().headers(3, end),
    "it arrived, no more is known": (s) => s.client.headers(1, end).server.goaway(1).client.headers(3, end),
    "less than half a second later": (s) => s.client.headers(1, end).server.goaway(1).wait(450).client.headers(3, end),
    "long after, but it had not arrived": (s) =>
      s.client.headers(1, end).server.goaway(1).wait(5000).client.crossing().headers(3, end),
    "an answer to what came before": (s) => s.server.ping().goaway(0).client.pingAck().headers(1, end),
    "an older stream goes on": (s) => s.client.headers(1).server.goaway(1).ping().client.pingAck().data(1, 1, end),
    "after its own GOAWAY": (s) => s.client.goaway(0).server.ping().client.pingAck().headers(1, end),
    "an answer to an equal PING that came before": (s) => s.server.ping().goaway(0).ping().client.pingAck().headers(1, end),
  },
  invalid: {
    "after the answer to a PING that came later": {
      frames: (s) => s.server.goaway(0).ping().client.pingAck().headers(1, end),
      finds: [["opened", 4, { side: "client", streamId: 1 }]],
    },
    "long after it had arrived": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).goaway(1).wait(2000).client.headers(3, end).headers(5, end),
      finds: [["late", 4, { side: "client", streamId: 3, seconds: 2 }, { count: 2 }]],
      certainty: "unproven",
      because: ["processed"],
    },
    // RFC 9113 6.8: also when all streams are still welcome.
    "after GOAWAY with all streams": {
      frames: (s) => s.server.goaway(ALL).ping().client.pingAck().headers(1, end),
      finds: [["opened", 4, { side: "client", streamId: 1 }]],
    },
    "a promise": {
      frames: (s) => s.client.headers(1, end).goaway(0).ping().server.pingAck().pushPromise(1, 2),
      finds: [["promised", 5, { streamId: 2 }]],
    },
    "the answer may be one to a PING that is missing": {
      frames: (s) =>
        s.server
          .lost((server) => server.ping())
          .goaway(0)
          .ping()
          .client.pingAck()
          .headers(1, end),
      finds: [["opened", 5, { side: "client", streamId: 1 }]],
      certainty: "unproven",
    },
    "the answer may be one to a PING before the capture": {
      frames: (s) =>
        s.midway().server.settings().client.ping().server.goaway(0).ping(OTHER).client.pingAck(OTHER).headers(1, end),
      finds: [["opened", 6, { side: "client", streamId: 1 }]],
      certainty: "unproven",
    },
    "long after it had arrived, in a long connection": {
      frames: (s) => s.client.wait(60_000).headers(1, end).server.headers(1, end).goaway(1).wait(2000).client.headers(3, end),
      finds: [["late", 4, { side: "client", streamId: 3, seconds: 2 }]],
      because: ["processed"],
    },
    "a promise, long after it had arrived": {
      frames: (s) => s.client.headers(1).goaway(0).server.wait(2000).pushPromise(1, 2),
      finds: [["late", 3, { side: "server", streamId: 2, seconds: 2 }]],
      because: ["processed"],
    },
  },
});

testRule(activityAboveLast, {
  valid: {
    "the last one is answered": (s) => s.client.headers(1, end).server.goaway(1).headers(1).data(1, 1, end),
    "the one above is refused": (s) => s.client.headers(1, end).headers(3, end).server.goaway(1).rst(3, 7),
    "one that it has opened": (s) => s.client.headers(1, end).goaway(0).data(1, 0),
    "of the other side": (s) => s.client.headers(1, end).headers(3).server.goaway(1).client.data(3, 1, end),
    "first all, then answered, then the last one": (s) => s.client.headers(1, end).server.goaway(ALL).headers(1, end).goaway(1),
  },
  invalid: {
    "a response": {
      frames: (s) => s.client.headers(1, end).server.goaway(0).headers(1).data(1, 1, end),
      finds: [["above", 3, { kind: "HEADERS", streamId: 1, side: "server", last: 0 }, { count: 2 }]],
    },
  },
});

testRule(noCloseAfterError, {
  valid: {
    "a new stream is served, but nothing was wrong": (s) => s.server.goaway(0, 0).client.headers(1, end).server.headers(1, end),
    "DATA without a response": (s) => s.server.goaway(0, 2).client.headers(1, end).server.data(1, 1, end),
    "its own stream goes on": (s) => s.client.headers(1, end).server.goaway(0, 2).pushPromise(1, 2).headers(2, end),
    "the error comes late": (s) => s.client.headers(1).wait(40_000).server.goaway(1, 1).ping(),
    "a millisecond less": (s) => s.client.headers(1).server.goaway(1, 1).wait(29_998).ping(),
    closed: (s) => s.client.headers(1, end).server.goaway(1, 1).close(),
    "reset after a while": (s) => s.client.headers(1, end).server.goaway(1, 1).wait(20_000).reset(),
    "no error": (s) => s.client.headers(1).server.goaway(1, 0).wait(40_000).ping(),
    "only the other side goes on": (s) => s.client.headers(1).server.goaway(1, 1).wait(40_000).client.ping(),
    "a request that had arrived, answered": (s) => s.client.headers(1, end).server.goaway(0, 1).headers(1, end).close(),
    "a request that was not captured": (s) =>
      s.server
        .goaway(0, 2)
        .client.lost((client) => client.headers(1))
        .data(1, 1, end)
        .server.headers(1, end),
  },
  invalid: {
    "just so long": {
      frames: (s) => s.client.headers(1).server.goaway(1, 1).wait(29_999).ping(),
      finds: [["lived", "close", { side: "server", seconds: 30 }]],
    },
    "serves two streams": {
      frames: (s) => s.server.goaway(0, 1).client.headers(1, end).headers(3, end).server.headers(1, end).headers(3, end),
      finds: [["served", 4, { side: "server", streamId: 1 }]],
    },
    "still sending": {
      frames: (s) => s.client.headers(1).server.goaway(1, 1).wait(31_000).ping(),
      finds: [["lived", "close", { side: "server", seconds: 31 }]],
    },
    "by the user's measure": {
      frames: (s) => s.client.headers(1).goaway(0, 1).wait(5_000).data(1),
      options: { wait: 4_000 },
      finds: [["lived", "close", { side: "client", seconds: 5 }]],
    },
    "serves a new stream": {
      frames: (s) => s.server.goaway(0, 2).client.headers(1, end).server.headers(1, end),
      finds: [["served", 3, { side: "server", streamId: 1 }]],
    },
  },
});
