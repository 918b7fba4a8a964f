import {
  evenClient,
  nearExhaustion,
  notIncreasing,
  oddServer,
  reuse,
  unopened,
  unpromised,
} from "../../../src/rules/stream-id/stream-id.ts";
import { testRule } from "../../../src/testing.ts";

testRule(evenClient, {
  valid: {
    "odd ids, some skipped": (s) => s.client.headers(3).headers(7).headers(11),
    "PRIORITY on an even one": (s) => s.client.priority(2),
  },
  invalid: {
    "2": { frames: (s) => s.client.headers(2), finds: [["even", 1, { streamId: 2 }]] },
    // The promise may be among what is missing.
    "the server's bytes are missing": {
      frames: (s) =>
        s.client
          .headers(1)
          .server.lost((server) => server.pushPromise(1, 2))
          .client.headers(2),
      finds: [["even", 3, { streamId: 2 }, { because: ["no-gap2"] }]],
      certainty: "unproven",
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(2),
      finds: [["even", 1, { streamId: 2 }]],
      because: ["borders", "no-gap2"],
    },
  },
});

testRule(oddServer, {
  valid: { "2": (s) => s.client.headers(1).server.pushPromise(1, 2) },
  invalid: {
    "3": { frames: (s) => s.client.headers(1).server.pushPromise(1, 3), finds: [["odd", 2, { promisedStreamId: 3 }]] },
  },
});

testRule(unpromised, {
  valid: {
    "promised before": (s) => s.client.headers(1).server.pushPromise(1, 2).headers(2).data(2),
    "an answer to HEADERS on an even id": (s) => s.client.headers(2).server.headers(2).data(2),
    "the promise may be missing": {
      frames: (s) =>
        s.client
          .headers(1)
          .server.lost((server) => server.pushPromise(1, 2))
          .headers(2),
      unchecked: { "stream-id/* seen": 1 },
    },
  },
  invalid: {
    HEADERS: {
      frames: (s) => s.client.headers(1).server.headers(2),
      finds: [["unpromised", 2, { kind: "HEADERS", streamId: 2 }]],
    },
    DATA: {
      frames: (s) => s.client.headers(1).server.data(2),
      finds: [["unpromised", 2, { kind: "DATA", streamId: 2 }]],
    },
    "HEADERS below a promised id": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 4).headers(2),
      finds: [["unpromised", 3, { kind: "HEADERS", streamId: 2 }]],
    },
  },
});

testRule(unopened, {
  valid: {
    "an answer": (s) => s.client.headers(1).server.headers(1).data(1),
    "an answer to HEADERS that were refused": (s) => s.client.headers(5).headers(3).server.headers(3).data(3),
    "WINDOW_UPDATE: stream/window-update-on-idle": (s) => s.server.windowUpdate(1),
    "few bytes of the client are missing, and its frames are found by their looks": {
      frames: (s) =>
        s.client
          .headers(1)
          .lost((client) => client.settingsAck())
          .headers(3)
          .server.headers(1)
          .headers(5),
      unchecked: { "stream-id/* seen": 1 },
    },
    "the request may be missing": {
      frames: (s) => s.client.lost((client) => client.headers(1)).server.headers(1),
      unchecked: { "stream-id/* seen": 1 },
    },
  },
  invalid: {
    "HEADERS before any request": {
      frames: (s) => s.server.headers(1),
      finds: [["unopened", 1, { kind: "HEADERS", streamId: 1, highest: 0 }]],
    },
    "DATA beyond the highest": {
      frames: (s) => s.client.headers(1).server.headers(1).data(3),
      finds: [["unopened", 3, { kind: "DATA", streamId: 3, highest: 1 }]],
    },
    PUSH_PROMISE: {
      frames: (s) => s.server.pushPromise(1, 2),
      finds: [["unopened", 1, { kind: "PUSH_PROMISE", streamId: 1, highest: 0 }]],
    },
    "HEADERS on an id that the client skipped": {
      frames: (s) => s.client.headers(5).server.headers(3),
      finds: [["unopened", 2, { kind: "HEADERS", streamId: 3, highest: 5 }]],
    },
    // An answer that crossed its request is none.
    "the request was under way": {
      frames: (s) => s.client.headers(1).server.crossing().headers(1),
      finds: [["unopened", 2, { kind: "HEADERS", streamId: 1, highest: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1).server.crossing().headers(1),
      finds: [["unopened", 2, { kind: "HEADERS", streamId: 1, highest: 1 }]],
      because: ["borders", "no-gap2"],
    },
  },
});

testRule(notIncreasing, {
  valid: {
    "each side counts for itself": (s) => s.client.headers(5).server.pushPromise(5, 2),
    "ids are skipped": (s) => s.client.headers(1).headers(7),
    // PRIORITY opens nothing (RFC 9113 5.1.1).
    "PRIORITY on a higher id": (s) => s.client.priority(101).headers(3),
    "a lower id that is open": (s) => s.client.headers(3).headers(5).data(3).trailers(3),
    "the lower stream's opening may be missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.headers(3))
          .headers(5)
          .trailers(3),
      unchecked: { "stream-id/* seen": 1 },
    },
  },
  invalid: {
    "3 after 5": { frames: (s) => s.client.headers(5).headers(3), finds: [["lower", 2, { streamId: 3, highest: 5 }]] },
    "after bytes that are missing": {
      frames: (s) =>
        s.client
          .headers(1)
          .lost((client) => client.headers(3))
          .headers(7)
          .headers(5),
      finds: [["lower", 4, { streamId: 5, highest: 7 }, { because: ["borders", "seen"] }]],
      certainty: "unproven",
    },
    "a lower promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 4).pushPromise(1, 2),
      finds: [["promised", 3, { streamId: 2, highest: 4 }]],
    },
    "the same promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2).pushPromise(1, 2),
      finds: [["promised", 3, { streamId: 2, highest: 2 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(5).headers(3),
      finds: [["lower", 2, { streamId: 3, highest: 5 }]],
      because: ["borders", "seen"],
    },
  },
});

testRule(reuse, {
  valid: {
    "trailers after END_STREAM: stream/headers-after-end-stream": (s) => s.client.headers(1, { endStream: true }).trailers(1),
    trailers: (s) => s.client.headers(1).data(1).trailers(1),
    "the server's answer": (s) => s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true }),
    "the server reset it, on the way": (s) => s.client.headers(1).server.rst(1).client.crossing().headers(1, { endStream: true }),
  },
  invalid: {
    "half-closed": {
      frames: (s) => s.client.headers(1, { endStream: true }).headers(1, { endStream: true }),
      finds: [["ended", 2, { side: "client", streamId: 1 }]],
    },
    closed: {
      frames: (s) =>
        s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true }).client.headers(1, { endStream: true }),
      finds: [["ended", 3, { side: "client", streamId: 1 }]],
    },
    "closed, as far as the capture shows; the end was under way": {
      frames: (s) =>
        s.client
          .headers(1, { endStream: true })
          .server.headers(1, { endStream: true })
          .client.crossing()
          .headers(1, { endStream: true }),
      finds: [["ended", 3, { side: "client", streamId: 1 }]],
    },
    "reset by the client": {
      frames: (s) => s.client.headers(1).rst(1).headers(1, { endStream: true }),
      finds: [["reset", 3, { side: "client", streamId: 1 }]],
    },
    // Nobody can read the block, but on a closed stream none may come.
    "closed, and the block cannot be read": {
      frames: (s) =>
        s.client
          .headers(1, { endStream: true })
          .server.headers(1, { endStream: true })
          // After a fault the dynamic table is unknown, and 0xbe is its first entry.
          .client.headers(3, { block: "\x80" })
          .headers(1, { endStream: true, block: "\xbe" }),
      finds: [["closed", 4, { side: "client", streamId: 1 }]],
    },
  },
});

testRule(nearExhaustion, {
  valid: {
    "below the last thousand": (s) => s.client.headers(2_147_482_999),
    "the last of those before, of a server": (s) => s.client.headers(1, { endStream: true }).server.pushPromise(1, 2_147_483_000),
  },
  invalid: {
    "the last ones": {
      frames: (s) => s.client.headers(2_147_483_001).headers(2_147_483_647),
      finds: [["high", 1, { streamId: 2_147_483_001 }, { count: 2 }]],
    },
    "after a low one": {
      frames: (s) => s.client.headers(1).headers(2_147_483_001),
      finds: [["high", 2, { streamId: 2_147_483_001 }]],
    },
    "one above it, and a promise that is not": {
      frames: (s) => s.client.headers(1, { endStream: true }).server.pushPromise(1, 2_147_483_000).client.headers(2_147_483_001),
      finds: [["high", 3, { streamId: 2_147_483_001 }]],
    },
  },
});
