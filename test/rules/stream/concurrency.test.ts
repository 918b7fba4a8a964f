import { concurrencyExceeded } from "../../../src/rules/stream/concurrency.ts";
import { testRule } from "../../../src/testing.ts";

const MAX_CONCURRENT_STREAMS = 3;
const one = { server: [[MAX_CONCURRENT_STREAMS, 1]] } as const;
const end = { endStream: true } as const;

testRule(concurrencyExceeded, {
  valid: {
    "no limit": (s) => s.client.headers(1).headers(3).headers(5),
    "at the limit": (s) =>
      s
        .settings({ server: [[MAX_CONCURRENT_STREAMS, 2]] })
        .client.headers(1)
        .headers(3),
    "the first is over": (s) => s.settings(one).client.headers(1, end).server.headers(1, end).client.headers(3),
    "the first was reset by the client": (s) => s.settings(one).client.headers(1).rst(1).headers(3),
    "the first was reset by the server": (s) => s.settings(one).client.headers(1).server.rst(1).client.headers(3),
    "promised streams do not count": (s) => s.settings(one).client.headers(1).server.pushPromise(1, 2),
    "the limit is delivered, not acknowledged": (s) =>
      s.server
        .settings([[MAX_CONCURRENT_STREAMS, 1]])
        .client.headers(1)
        .headers(3),
    "a higher limit is delivered": (s) =>
      s
        .settings(one)
        .client.headers(1)
        .server.settings([[MAX_CONCURRENT_STREAMS, 2]])
        .client.headers(3),
  },
  invalid: {
    "one too many": {
      frames: (s) => s.settings(one).client.headers(1).headers(3),
      finds: [["exceeded", 2, { side: "client", streamId: 3, active: 1, limit: 1 }]],
    },
    "the end of the first was under way": {
      frames: (s) => s.settings(one).client.headers(1, end).server.headers(1, end).client.crossing().headers(3),
      finds: [["exceeded", 3, { side: "client", streamId: 3, active: 1, limit: 1 }]],
    },
    "half-closed streams count": {
      frames: (s) => s.settings(one).client.headers(1, end).server.headers(1).client.headers(3),
      finds: [["exceeded", 3, { side: "client", streamId: 3, active: 1, limit: 1 }]],
    },
    "the higher limit was under way": {
      frames: (s) =>
        s
          .settings(one)
          .client.headers(1)
          .server.settings([[MAX_CONCURRENT_STREAMS, 2]])
          .client.crossing()
          .headers(3),
      finds: [["exceeded", 3, { side: "client", streamId: 3, active: 1, limit: 1 }]],
    },
    "a higher limit may be missing": {
      frames: (s) =>
        s
          .settings(one)
          .client.headers(1)
          .server.lost((server) => server.settings([[MAX_CONCURRENT_STREAMS, 2]]))
          .client.headers(3),
      finds: [["exceeded", 3, { side: "client", streamId: 3, active: 1, limit: 1 }, { because: ["settings"] }]],
      certainty: "unproven",
    },
    zero: {
      frames: (s) => s.settings({ server: [[MAX_CONCURRENT_STREAMS, 0]] }).client.headers(1),
      finds: [["exceeded", 1, { side: "client", streamId: 1, active: 0, limit: 0 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().settings(one).client.headers(1).headers(3),
      finds: [["exceeded", 2, { side: "client", streamId: 3, active: 1, limit: 1 }]],
      because: ["borders", "settings"],
    },
  },
});
