import { connectionWindowOverflow, streamWindowOverflow } from "../../../src/rules/flow/overflow.ts";
import { testRule } from "../../../src/testing.ts";

const INITIAL_WINDOW_SIZE = 4;
const MAX = 0x7fffffff;
const end = { endStream: true } as const;

testRule(streamWindowOverflow, {
  valid: {
    "up to the limit": (s) =>
      s.client
        .headers(1)
        .windowUpdate(1, MAX - 65_535)
        .ping()
        .server.pingAck(),
    "as far as DATA made room": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .data(1, 100)
        .client.windowUpdate(1, MAX - 65_435)
        .ping()
        .server.pingAck(),
    // The client had not received them: what counts is how the server counts.
    "as far as DATA under way makes room": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .data(1, 100)
        .client.crossing()
        .windowUpdate(1, MAX - 65_435)
        .ping()
        .server.pingAck(),
    "DATA that is sent before it can have been read": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .client.windowUpdate(1, MAX - 65_435)
        .ping()
        .server.crossing(2)
        .data(1, 60)
        .data(1, 40)
        .pingAck(),
    "on the connection": (s) => s.client.headers(1).windowUpdate(0, MAX).ping().server.pingAck(),
    "with a lowered initial size": (s) =>
      s.client
        .settings([[INITIAL_WINDOW_SIZE, 0]])
        .server.settingsAck()
        .client.headers(1)
        .windowUpdate(1, MAX)
        .ping()
        .server.pingAck(),
    "with a lowered initial size that is not acknowledged": (s) =>
      s.client
        .settings([[INITIAL_WINDOW_SIZE, 0]])
        .headers(1)
        .windowUpdate(1, MAX)
        .ping()
        .server.pingAck()
        .settingsAck(),
    "on a closed stream": (s) =>
      s.client.headers(1, end).server.headers(1, end).client.windowUpdate(1, MAX).ping().server.pingAck(),
    "the capture ends before it can have been read": {
      frames: (s) => s.client.headers(1).windowUpdate(1, MAX),
      unchecked: { "flow/stream-window-overflow end": 1 },
    },
    "DATA under way when its receiver resets the stream": (s) =>
      s
        .roundTrip(100)
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 200)
        .client.windowUpdate(1, MAX - 65_235)
        .rst(1)
        .server.crossing(2)
        .data(1, 100)
        .client.ping()
        .server.pingAck(),
    "DATA before anything shows that it was read": (s) =>
      s
        .roundTrip(100)
        .client.headers(1, end)
        .headers(3, end)
        .server.headers(1)
        .client.windowUpdate(1, MAX - 65_435)
        .server.ping()
        .windowUpdate(1, 1)
        .settings()
        .rst(3)
        .goaway(3)
        .data(1, 100)
        .client.ping()
        .server.pingAck(),
    "DATA after frames of the other side that had not got it": (s) =>
      s
        .roundTrip(100)
        .client.headers(1, end)
        .server.headers(1)
        .client.windowUpdate(1, MAX - 65_435)
        .server.crossing()
        .settings()
        .goaway(1, 2)
        .data(1, 100)
        .client.ping()
        .server.pingAck(),
    "a raised initial size that is not acknowledged": (s) =>
      s.client
        .settings([[INITIAL_WINDOW_SIZE, 100_000]])
        .headers(1)
        .windowUpdate(1, MAX - 65_535)
        .ping()
        .server.pingAck(),
    "at the end, up to the limit": {
      frames: (s) => s.client.headers(1).windowUpdate(1, MAX - 65_535),
      unchecked: {},
    },
    "at the end, with room": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1)
          .data(1, 100)
          .client.windowUpdate(1, MAX - 65_535),
      unchecked: {},
    },
    "the capture ends a moment before it was read": {
      frames: (s) => s.roundTrip(100).client.headers(1).windowUpdate(1, MAX).wait(198).server.crossing().headers(1),
      unchecked: { "flow/stream-window-overflow end": 1 },
    },
  },
  invalid: {
    "reset by the other side": {
      frames: (s) => s.client.headers(1).windowUpdate(1, MAX).server.rst(1, 3),
      finds: [["overflow", 2, { increment: MAX, what: "stream 1", window: MAX + 65_535 }]],
    },
    "in two steps, one byte too many, ignored": {
      frames: (s) =>
        s.client
          .headers(1)
          .windowUpdate(1, MAX - 65_535)
          .windowUpdate(1, 1)
          .ping()
          .server.pingAck(),
      finds: [["overflow", 3, { increment: 1, what: "stream 1", window: MAX + 1 }]],
    },
    "of the server, on a stream that the client has ended": {
      frames: (s) => s.client.headers(1, end).server.windowUpdate(1, MAX).client.goaway(0, 3),
      finds: [["overflow", 2, { increment: MAX, what: "stream 1", window: MAX + 65_535 }]],
    },
    "with a raised initial size": {
      frames: (s) =>
        s
          .settings({ client: [[INITIAL_WINDOW_SIZE, 100_000]] })
          .client.headers(1)
          .windowUpdate(1, MAX - 99_999)
          .server.close(),
      finds: [["overflow", 2, { increment: MAX - 99_999, what: "stream 1", window: MAX + 1 }]],
    },
    "long ago": {
      frames: (s) => s.client.headers(1).windowUpdate(1, MAX).wait(10_000).server.headers(1),
      finds: [["overflow", 2, { increment: MAX, what: "stream 1", window: MAX + 65_535 }]],
    },
    "DATA of the server may be lost": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1)
          .lost((server) => server.data(1, 70_000))
          .client.windowUpdate(1, MAX)
          .ping()
          .server.pingAck(),
      finds: [["overflow", 4, { increment: MAX, what: "stream 1", window: MAX + 65_535 }, { because: ["settings"] }]],
      certainty: "unproven",
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1).windowUpdate(1, MAX).server.rst(1, 3),
      finds: [["overflow", 2, { increment: MAX, what: "stream 1", window: MAX + 65_535 }]],
      because: ["borders", "settings"],
    },
    "two round trips": {
      frames: (s) => s.roundTrip(100).client.headers(1).windowUpdate(1, MAX).wait(199).server.crossing().headers(1),
      finds: [["overflow", 2, { increment: MAX, what: "stream 1", window: MAX + 65_535 }]],
    },
    "the other side ends the stream": {
      frames: (s) =>
        s.roundTrip(100).client.headers(1, end).server.headers(1).client.windowUpdate(1, MAX).server.crossing().data(1, 50, end),
      finds: [["overflow", 3, { increment: MAX, what: "stream 1", window: MAX + 65_485 }]],
    },
    "and increments that are none": {
      frames: (s) =>
        s.client
          .headers(1)
          .windowUpdate(1, MAX)
          .windowUpdate(1, 0)
          .frame({ type: 8, streamId: 1, payload: "\x01" })
          .server.rst(1, 3),
      finds: [["overflow", 2, { increment: MAX, what: "stream 1", window: MAX + 65_535 }]],
    },
    "DATA that come long after it can have been read": {
      frames: (s) =>
        s
          .roundTrip(100)
          .client.headers(1, end)
          .server.headers(1)
          .client.windowUpdate(1, MAX - 65_435)
          .wait(300)
          .ping()
          .server.crossing(2)
          .data(1, 100),
      finds: [["overflow", 3, { increment: MAX - 65_435, what: "stream 1", window: MAX + 100 }]],
    },
    "of two streams": {
      frames: (s) => s.client.headers(1).headers(3).windowUpdate(1, MAX).windowUpdate(3, MAX).server.close(),
      finds: [
        ["overflow", 3, { increment: MAX, what: "stream 1", window: MAX + 65_535 }],
        ["overflow", 4, { increment: MAX, what: "stream 3", window: MAX + 65_535 }],
      ],
    },
    "the other side gives up with PROTOCOL_ERROR": {
      frames: (s) => s.roundTrip(100).client.headers(1).windowUpdate(1, MAX).server.goaway(0, 1),
      finds: [["overflow", 2, { increment: MAX, what: "stream 1", window: MAX + 65_535 }]],
    },
    "with another setting that is not acknowledged": {
      frames: (s) =>
        s.client
          .settings([[3, 1]])
          .headers(1)
          .windowUpdate(1, MAX - 65_534)
          .ping()
          .server.pingAck(),
      finds: [["overflow", 3, { increment: MAX - 65_534, what: "stream 1", window: MAX + 1 }]],
    },
  },
});

testRule(connectionWindowOverflow, {
  valid: {
    "up to the limit": (s) =>
      s.client
        .windowUpdate(0, MAX - 65_535)
        .ping()
        .server.pingAck(),
    "the capture ends a moment before two seconds, and a round trip is not known": {
      frames: (s) => s.midway().client.windowUpdate(0, MAX).wait(1998).ping(),
      unchecked: { "flow/connection-window-overflow end": 1 },
    },
    "on a stream": (s) => s.client.headers(1).windowUpdate(1, MAX).ping().server.pingAck(),
    // Ignored, but it used the window up (RFC 9113 6.9).
    "DATA on a stream that the other side had reset": (s) =>
      s.client
        .headers(1)
        .data(1, 100)
        .rst(1)
        .server.windowUpdate(0, MAX - 65_435)
        .ping()
        .client.pingAck(),
    "whatever the initial size": (s) =>
      s
        .settings({ client: [[INITIAL_WINDOW_SIZE, 100_000]] })
        .client.windowUpdate(0, MAX - 65_535)
        .ping()
        .server.pingAck(),
  },
  invalid: {
    "at once": {
      frames: (s) => s.client.windowUpdate(0, MAX).server.goaway(0, 3),
      finds: [["overflow", 1, { increment: MAX, what: "the connection", window: MAX + 65_535 }]],
    },
    "two seconds before the end, and a round trip is not known": {
      frames: (s) => s.midway().client.windowUpdate(0, MAX).wait(1999).ping(),
      finds: [["overflow", 1, { increment: MAX, what: "the connection", window: MAX + 65_535 }]],
      certainty: "unproven",
    },
    "in two steps, and closed": {
      frames: (s) =>
        s.client
          .windowUpdate(0, MAX - 65_535)
          .windowUpdate(0, 7)
          .server.close(),
      finds: [["overflow", 2, { increment: 7, what: "the connection", window: MAX + 7 }]],
    },
    "bytes of the server are missing, and were they DATA, there would be no room either": {
      frames: (s) =>
        s.server
          .lost((server) => server.ping())
          .client.windowUpdate(0, MAX)
          .server.goaway(0, 3),
      finds: [["overflow", 2, { increment: MAX, what: "the connection", window: MAX + 65_535 }]],
    },
    "the head of a frame of the server is missing, which may be of DATA that makes room": {
      frames: (s) =>
        s.server
          .headers(1)
          .lost(9)
          .octets(new Uint8Array(16_000).fill(0xff))
          .client.windowUpdate(0, MAX - 65_535 + 16_000)
          .wait(10_000)
          .ping(),
      finds: [["overflow", 4, { increment: MAX - 65_535 + 16_000, what: "the connection", window: MAX + 16_000 }]],
      because: ["no-gap2"],
    },
    "bytes of the server are missing, which may be DATA that makes room": {
      frames: (s) =>
        s.server
          .lost((server) => server.ping())
          .client.windowUpdate(0, MAX - 65_535 + 17)
          .server.goaway(0, 3),
      finds: [["overflow", 2, { increment: MAX - 65_535 + 17, what: "the connection", window: MAX + 17 }]],
      because: ["no-gap2"],
    },
  },
});
