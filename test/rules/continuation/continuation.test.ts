import {
  emptyNonfinal,
  interleavedFrame,
  neverEnded,
  unexpected,
  wrongStream,
} from "../../../src/rules/continuation/continuation.ts";
import { testRule } from "../../../src/testing.ts";

const open = { endHeaders: false } as const;

testRule(interleavedFrame, {
  valid: {
    "CONTINUATION only": (s) => s.client.headers(1, open).continuation(1, open).continuation(1).data(1),
    "a frame of the other side": (s) => s.client.headers(1, open).server.ping().windowUpdate(0).client.continuation(1),
    "another stream's: continuation/wrong-stream": (s) => s.client.headers(1, open).headers(3),
  },
  invalid: {
    DATA: {
      frames: (s) => s.client.headers(1, open).data(1).continuation(1),
      finds: [["interleaved", 2, { kind: "DATA", streamId: 1 }]],
    },
    "an unknown type": {
      frames: (s) => s.client.headers(1, open).frame({ type: 0xbb }).continuation(1),
      finds: [["interleaved", 2, { kind: "UNKNOWN", streamId: 0 }]],
    },
    "HEADERS on the same stream": {
      frames: (s) => s.client.headers(1, open).headers(1),
      finds: [["interleaved", 2, { kind: "HEADERS", streamId: 1 }]],
    },
    "inside a promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2, open).settings().continuation(1),
      finds: [["interleaved", 3, { kind: "SETTINGS", streamId: 0 }]],
    },
  },
});

testRule(wrongStream, {
  valid: { "the same one": (s) => s.client.headers(1, open).continuation(1).headers(3, open).continuation(3) },
  invalid: {
    CONTINUATION: {
      frames: (s) => s.client.headers(1, open).continuation(3),
      finds: [["wrong", 2, { kind: "CONTINUATION", streamId: 3 }]],
    },
    HEADERS: {
      frames: (s) => s.client.headers(1, open).headers(3),
      finds: [["wrong", 2, { kind: "HEADERS", streamId: 3 }]],
    },
    // It stays on the stream of the promise, not of the promised one.
    "of a promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2, open).continuation(2),
      finds: [["wrong", 3, { kind: "CONTINUATION", streamId: 2 }]],
    },
  },
});

testRule(unexpected, {
  valid: {
    "after HEADERS": (s) => s.client.headers(1, open).continuation(1),
    "after PUSH_PROMISE": (s) => s.client.headers(1).server.pushPromise(1, 2, open).continuation(1),
    "HEADERS may be missing": (s) => s.client.lost((client) => client.headers(1, open)).ping(),
  },
  invalid: {
    "after END_HEADERS": { frames: (s) => s.client.headers(1).continuation(1), finds: [["unexpected", 2, { streamId: 1 }]] },
    "after DATA": { frames: (s) => s.client.headers(1).data(1).continuation(1), finds: [["unexpected", 3, { streamId: 1 }]] },
    "on an idle stream": { frames: (s) => s.client.continuation(1), finds: [["unexpected", 1, { streamId: 1 }]] },
    "after bytes that are missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.headers(1, open))
          .windowUpdate(0)
          .continuation(1),
      finds: [["unexpected", 3, { streamId: 1 }, { because: ["borders"] }]],
      certainty: "unproven",
    },
  },
});

testRule(neverEnded, {
  valid: {
    ended: (s) => s.client.headers(1, open).continuation(1).close(),
    "the capture ends inside": (s) => s.client.headers(1, open).wait(9000).server.ping(),
    "the last bytes came just before the end": (s) => s.client.headers(1, open).wait(11_000).continuation(1, open),
    "the server gave up": (s) => s.client.headers(1, open).continuation(1, open).server.goaway(0, 11).client.close(),
    "the server closed": (s) => s.client.headers(1, open).server.close().client.close(),
    "in one frame": (s) => s.client.headers(1).close(),
    "HEADERS too short for their fields: frame/too-short": (s) =>
      s.client.frame({ type: 1, flags: 0x20, streamId: 1, payload: "\0\0" }).close(),
    "the server gave up with PROTOCOL_ERROR": (s) => s.client.headers(1, open).server.goaway(0, 1).client.close(),
  },
  invalid: {
    FIN: { frames: (s) => s.client.headers(1, open).close(), finds: [["closed", 1, { side: "client", streamId: 1 }]] },
    "RST, after CONTINUATION": {
      frames: (s) => s.client.headers(1, open).continuation(1, open).reset(),
      finds: [["closed", 1, { side: "client", streamId: 1 }]],
    },
    silence: {
      frames: (s) => s.client.headers(1, open).wait(3000).continuation(1, open).server.wait(12_000).ping(),
      finds: [["silent", 1, { side: "client", streamId: 1, seconds: 12 }]],
    },
    "of a promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2, open).close(),
      finds: [["closed", 2, { side: "server", streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, open).close(),
      finds: [["closed", 1, { side: "client", streamId: 1 }]],
      because: ["borders", "no-gap2"],
    },
  },
});

testRule(emptyNonfinal, {
  valid: {
    "empty and final": (s) => s.client.headers(1, open).continuation(1, { fields: {} }),
    "not empty": (s) => s.client.headers(1, open).continuation(1, open).continuation(1),
  },
  invalid: {
    twice: {
      frames: (s) =>
        s.client
          .headers(1, open)
          .continuation(1, { ...open, fields: {} })
          .continuation(1, { ...open, fields: {} })
          .continuation(1),
      finds: [["empty", 2, { streamId: 1 }, { count: 2 }]],
    },
  },
});
