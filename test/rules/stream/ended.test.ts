import {
  dataAfterEndStream,
  dataOnClosed,
  frameAfterOwnRst,
  frameAfterPeerRst,
  headersAfterEndStream,
  headersOnClosed,
} from "../../../src/rules/stream/ended.ts";
import { testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const trailers = { fields: { "x-a": "b" } } as const;

testRule(dataAfterEndStream, {
  valid: {
    "END_STREAM on the last one": (s) => s.client.headers(1).data(1).data(1, 1, end),
    "the other side has ended it": (s) => s.client.headers(1, end).server.headers(1).data(1),
    "both have, and it is known: stream/data-on-closed": (s) => s.client.headers(1, end).server.headers(1, end).client.data(1),
    "the stream may have been opened again": (s) => s.midway().client.ping().data(1, 1, end).data(1),
    "trailers after END_STREAM on DATA": (s) => s.client.headers(1).data(1, 1, end).trailers(1),
  },
  invalid: {
    "of the client": {
      frames: (s) => s.client.headers(1, end).data(1, 7),
      finds: [["ended", 2, { length: 7, streamId: 1, side: "client" }]],
    },
    "of the server": {
      frames: (s) => s.client.headers(1).server.headers(1).data(1, 1, end).data(1, 0, end),
      finds: [["ended", 4, { length: 0, streamId: 1, side: "server" }]],
    },
    "the server's end is under way": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).client.crossing().data(1),
      finds: [["ended", 3, { length: 1, streamId: 1, side: "client" }]],
    },
    "bytes of the server are missing": {
      frames: (s) =>
        s.server
          .lost((server) => server.ping())
          .client.headers(1, end)
          .data(1, 7),
      finds: [["ended", 3, { length: 7, streamId: 1, side: "client" }]],

      certainty: "unproven",
    },
  },
});

testRule(headersAfterEndStream, {
  valid: {
    "trailers that end the stream": (s) => s.client.headers(1).data(1).trailers(1),
    "a request: stream-id/reuse": (s) => s.client.headers(1, end).headers(1, end),
    "both have ended it: stream/headers-on-closed": (s) => s.client.headers(1, end).server.headers(1, end).client.trailers(1),
    "of the client": (s) => s.client.headers(1, end).data(1, 7),
  },
  invalid: {
    "trailers after END_STREAM on DATA": {
      frames: (s) => s.client.headers(1).data(1, 1, end).trailers(1),
      finds: [["ended", 3, { streamId: 1, side: "client" }]],
    },
    "of the server": {
      frames: (s) => s.client.headers(1).server.headers(1, end).trailers(1),
      finds: [["ended", 3, { streamId: 1, side: "server" }]],
    },
    "the server's end is under way": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).client.crossing().trailers(1),
      finds: [["ended", 3, { streamId: 1, side: "client" }]],
    },
    "bytes of the server are missing": {
      frames: (s) =>
        s.server
          .lost((server) => server.ping())
          .client.headers(1)
          .data(1, 1, end)
          .trailers(1),
      finds: [["ended", 4, { streamId: 1, side: "client" }]],

      certainty: "unproven",
    },
  },
});

testRule(dataOnClosed, {
  valid: {
    "half-closed: stream/data-after-end-stream": (s) => s.client.headers(1, end).data(1),
    "the server's end was under way: stream/data-after-end-stream": (s) =>
      s.client.headers(1, end).server.headers(1, end).client.crossing().data(1),
    "a skipped id that may have been opened": {
      frames: (s) =>
        s.client
          .lost((client) => client.headers(1))
          .headers(3)
          .data(1),
      unchecked: { "stream/* seen": 1 },
    },
    "WINDOW_UPDATE and RST_STREAM": (s) => s.client.headers(1, end).server.headers(1, end).client.windowUpdate(1).rst(1),
    "both have ended it: stream/headers-on-closed": (s) => s.client.headers(1, end).server.headers(1, end).client.trailers(1),
  },
  invalid: {
    "both had ended it": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).client.data(1, 3),
      finds: [["closed", 3, { length: 3, streamId: 1 }]],
    },
    "of the server": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).data(1, 3),
      finds: [["closed", 3, { length: 3, streamId: 1 }]],
    },
    "closed when a higher one was opened": {
      frames: (s) => s.client.headers(3).data(1),
      finds: [["skipped", 2, { length: 1, streamId: 1, side: "client" }]],
    },
  },
});

testRule(headersOnClosed, {
  valid: {
    "trailers on a stream that only the server has ended": (s) => s.client.headers(1).server.headers(1, end).client.trailers(1),
    "half-closed: stream/headers-after-end-stream": (s) => s.client.headers(1, end).trailers(1),
    "a request: stream-id/reuse": (s) => s.client.headers(1, end).server.headers(1, end).client.headers(1, end),
    "the server's end was under way": (s) => s.client.headers(1, end).server.headers(1, end).client.crossing().trailers(1),
    "both have, and it is known: stream/data-on-closed": (s) => s.client.headers(1, end).server.headers(1, end).client.data(1),
  },
  invalid: {
    "trailers of the client": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).client.trailers(1),
      finds: [["closed", 3, { streamId: 1 }]],
    },
    "of the server": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).headers(1, end),
      finds: [["closed", 3, { streamId: 1 }]],
    },
  },
});

testRule(frameAfterOwnRst, {
  valid: {
    PRIORITY: (s) => s.client.headers(1).rst(1).priority(1),
    "a second RST_STREAM": (s) => s.client.headers(1).rst(1).rst(1),
    "the other side reset it": (s) => s.client.headers(1).server.rst(1).client.data(1),
    "a request: stream-id/reuse": (s) => s.client.headers(1).rst(1).headers(1, end),
  },
  invalid: {
    DATA: {
      frames: (s) => s.client.headers(1).rst(1).data(1),
      finds: [["reset", 3, { kind: "DATA", streamId: 1, side: "client" }]],
    },
    HEADERS: {
      frames: (s) => s.client.headers(1).server.rst(1).headers(1, end),
      finds: [["reset", 3, { kind: "HEADERS", streamId: 1, side: "server" }]],
    },
    WINDOW_UPDATE: {
      frames: (s) => s.client.headers(1).rst(1).windowUpdate(1),
      finds: [["reset", 3, { kind: "WINDOW_UPDATE", streamId: 1, side: "client" }]],
    },
    PUSH_PROMISE: {
      frames: (s) => s.client.headers(1).server.rst(1).pushPromise(1, 2),
      finds: [["reset", 3, { kind: "PUSH_PROMISE", streamId: 1, side: "server" }]],
    },
  },
});

testRule(frameAfterPeerRst, {
  valid: {
    "the reset was under way": (s) => s.client.headers(1).server.rst(1).client.crossing().data(1),
    // What the kernel has acknowledged nobody need have read (5.1).
    "the reset had arrived": (s) => s.client.headers(1).server.rst(1).client.data(1).windowUpdate(1).data(1, 1, end),
    "an answer to an earlier PING": (s) => s.client.headers(1).server.ping().rst(1).client.pingAck().data(1),
    "PRIORITY, after the answer to a later PING": (s) => s.client.headers(1).server.rst(1).ping().client.pingAck().priority(1),
    "RST_STREAM: stream/rst-in-response-to-rst": (s) => s.client.headers(1).server.rst(1).ping().client.pingAck().rst(1),
  },
  invalid: {
    "DATA after the answer to a later PING": {
      frames: (s) => s.client.headers(1).server.rst(1).ping().client.pingAck().data(1),
      finds: [["reset", 5, { kind: "DATA", streamId: 1, side: "client" }]],
    },
    "HEADERS after the acknowledgment of later SETTINGS": {
      frames: (s) => s.client.headers(1).server.rst(1).settings().client.settingsAck().trailers(1),
      finds: [["reset", 5, { kind: "HEADERS", streamId: 1, side: "client" }]],
    },
    "a server that has answered a later request": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .rst(1)
          .headers(3, end)
          .server.headers(3, end)
          .headers(1, { endStream: true, ...trailers }),
      finds: [["reset", 5, { kind: "HEADERS", streamId: 1, side: "server" }]],
    },
    "WINDOW_UPDATE, with bytes missing": {
      frames: (s) =>
        s.client
          .headers(1)
          .server.rst(1)
          .ping()
          .lost((server) => server.data(1))
          .windowUpdate(0)
          .client.pingAck()
          .windowUpdate(1),
      finds: [["reset", 7, { kind: "WINDOW_UPDATE", streamId: 1, side: "client" }, { because: ["no-gap2"] }]],
      certainty: "unproven",
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1).server.rst(1).ping().client.pingAck().data(1),
      finds: [["reset", 5, { kind: "DATA", streamId: 1, side: "client" }]],
      because: ["borders", "no-gap2"],
    },
  },
});
