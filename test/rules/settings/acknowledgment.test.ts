import { ackLate, ackMissing, maxConcurrentZero, valueAppliedEarly } from "../../../src/rules/settings/acknowledgment.ts";
import { testRule } from "../../../src/testing.ts";

const ENABLE_PUSH = 2;
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;
const end = { endStream: true } as const;

testRule(ackMissing, {
  valid: {
    late: (s) => s.client.settings().wait(20_000).server.settingsAck().wait(20_000).ping(),
    "after other frames": (s) =>
      s.client.settings().headers(1, end).server.headers(1, end).wait(500).settingsAck().wait(20_000).ping(),
    "the capture ends soon": (s) => s.client.settings().ping().server.pingAck().wait(500).ping(),
    "the other side says nothing any more": (s) => s.client.settings().wait(20_000).ping(),
    "it closes": (s) => s.client.settings().server.goaway(0).close(),
    "it gave the connection up": (s) => s.client.settings().server.goaway(0, 1).wait(20_000).ping(),
    "its sender gave up for it, and the other side's TCP had not got it": (s) =>
      s.bare().client.preface().settings().server.settings().settingsAck().wait(2500).goaway(0, 4).close(),
    "of SETTINGS with a fault": (s) =>
      s.client
        .settings([[ENABLE_PUSH, 7]])
        .ping()
        .server.pingAck()
        .wait(20_000)
        .ping(),
    "only under way": (s) => s.client.settings().server.crossing().headers(1, end).wait(20_000).headers(1),
    "of SETTINGS with a window that is too large": (s) =>
      s.client
        .settings([[INITIAL_WINDOW_SIZE, 0x80000000]])
        .ping()
        .server.pingAck()
        .wait(20_000)
        .ping(),
  },
  invalid: {
    "a later PING was answered": {
      frames: (s) => s.client.settings().ping().server.pingAck().wait(1_000).ping(),
      finds: [["processed", "close", { side: "server" }]],
    },
    "a stream that was opened later was answered": {
      frames: (s) => s.client.settings().headers(1, end).server.headers(1).wait(1_500).data(1, 1, end),
      finds: [["processed", "close", { side: "server" }]],
    },
    "it was received": {
      frames: (s) => s.server.settings().wait(11_000).client.ping(),
      finds: [["delivered", "close", { side: "client", seconds: 11 }, { severity: "warning" }]],
    },
    "its sender gave up for it": {
      frames: (s) => s.bare().client.preface().settings().server.settings().client.settingsAck().wait(2500).goaway(0, 4).close(),
      finds: [["delivered", "close", { side: "server", seconds: 2 }, { severity: "warning" }]],
    },
    "the server gave up for it": {
      frames: (s) =>
        s.bare().client.preface().settings().server.settings().settingsAck().client.ack().server.wait(2500).goaway(0, 4).close(),
      finds: [["delivered", "close", { side: "client", seconds: 2 }, { severity: "warning" }]],
    },
    "one of two": {
      frames: (s) => s.client.settings().settings().server.settingsAck().wait(11_000).ping(),
      finds: [["delivered", "close", { side: "server", seconds: 11 }, { severity: "warning" }]],
    },
    "the acknowledgment may be lost": {
      frames: (s) =>
        s.client
          .settings()
          .server.lost((server) => server.settingsAck())
          .ping()
          .client.pingAck()
          .server.wait(11_000)
          .ping(),
      finds: [["delivered", "close", { side: "server", seconds: 11 }, { severity: "warning" }]],
      certainty: "unproven",
    },
    "bytes of the client are missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.ping())
          .client.settings()
          .ping()
          .server.pingAck()
          .wait(1_000)
          .ping(),
      finds: [["processed", "close", { side: "server" }]],

      certainty: "unproven",
    },
  },
});

testRule(ackLate, {
  valid: {
    "within a second": (s) => s.client.settings().wait(900).server.settingsAck(),
    "five long round trips": (s) => s.roundTrip(1_000).client.settings().wait(4_000).server.settingsAck(),
    // Of 2 ms, as the handshake took; 1 ms is between any two segments.
    "five round trips": { frames: (s) => s.client.settings().wait(11).server.settingsAck(), options: { late: 5 } },
    "the user's measure": { frames: (s) => s.client.settings().wait(301).server.settingsAck(), options: { late: 300 } },
    "mid-connection": (s) => s.midway().client.settings().wait(5_000).server.settingsAck(),
    "a PING was answered late": (s) => s.client.settings().ping().wait(5_000).server.pingAck(),
    "SETTINGS of its own": (s) => s.client.settings().wait(5_000).server.settings(),
  },
  invalid: {
    "after three seconds": {
      frames: (s) => s.client.settings().wait(3_000).server.settingsAck(),
      finds: [["late", 2, { side: "server", ms: 2_999, roundTrip: 2 }]],
    },
    "over five round trips": {
      frames: (s) => s.client.settings().wait(12).server.settingsAck(),
      options: { late: 5 },
      finds: [["late", 2, { side: "server", ms: 11, roundTrip: 2 }]],
    },
    "over the user's measure": {
      frames: (s) => s.server.settings().wait(302).client.settingsAck(),
      options: { late: 300 },
      finds: [["late", 2, { side: "client", ms: 301, roundTrip: 2 }]],
    },
  },
});

testRule(valueAppliedEarly, {
  valid: {
    "after the acknowledgment": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .server.settings([[INITIAL_WINDOW_SIZE, 20]])
        .client.settingsAck()
        .data(1, 20),
    "the old value is enough": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .server.settings([[INITIAL_WINDOW_SIZE, 20]])
        .client.data(1, 10)
        .settingsAck(),
    // That is flow/stream-window-exceeded.
    "not even the new value is enough": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .server.settings([[INITIAL_WINDOW_SIZE, 20]])
        .client.data(1, 21),
  },
  invalid: {
    "before it": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
          .client.headers(1)
          .server.settings([[INITIAL_WINDOW_SIZE, 20]])
          .client.data(1, 20)
          .settingsAck(),
      finds: [["early", 3, { length: 20, streamId: 1, name: "INITIAL_WINDOW_SIZE", value: 20, side: "client" }]],
    },
  },
});

const none = [[MAX_CONCURRENT_STREAMS, 0]] as const;

testRule(maxConcurrentZero, {
  valid: {
    "for a while": (s) =>
      s.server
        .settings(none)
        .client.settingsAck()
        .wait(9_000)
        .server.settings([[MAX_CONCURRENT_STREAMS, 1]])
        .client.settingsAck()
        .wait(20_000)
        .ping(),
    "for just as long as it may": (s) =>
      s.server
        .settings(none)
        .client.settingsAck()
        .wait(9_998)
        .server.settings([[MAX_CONCURRENT_STREAMS, 1]])
        .client.settingsAck(),
    "for just as long as it may, at the end": (s) => s.server.settings(none).client.settingsAck().wait(9_999).ping(),
    "a PING is acknowledged first": (s) =>
      s.server.ping().settings(none).client.pingAck().wait(6_000).settingsAck().wait(6_000).ping(),
    "SETTINGS of the client are acknowledged first": (s) =>
      s.server.settings(none).client.settings().server.settingsAck().client.wait(6_000).settingsAck().wait(6_000).ping(),
    "of a client": (s) => s.settings({ client: none }).client.wait(20_000).ping(),
    "not in force": (s) => s.server.settings(none).wait(20_000).ping(),
    "the connection is silent": (s) => s.settings({ server: none }).client.ping(),
    "with GOAWAY": (s) => s.settings({ server: none }).server.goaway(0).wait(20_000).ping(),
    "for a while, in a long connection": (s) =>
      s.client
        .wait(20_000)
        .ping()
        .server.settings(none)
        .client.settingsAck()
        .wait(5_000)
        .server.settings([[MAX_CONCURRENT_STREAMS, 1]])
        .client.settingsAck()
        .wait(20_000)
        .ping(),
    "for a while, at the end of a long connection": (s) =>
      s.client.wait(20_000).ping().server.settings(none).client.settingsAck().wait(5_000).ping(),
  },
  invalid: {
    "to the end": {
      frames: (s) => s.settings({ server: none }).client.wait(12_000).ping(),
      finds: [["zero", 0, { seconds: 12 }]],
    },
    "until it is raised": {
      frames: (s) =>
        s.server
          .settings(none)
          .client.settingsAck()
          .wait(15_000)
          .server.settings([[MAX_CONCURRENT_STREAMS, 1]])
          .client.settingsAck()
          .wait(20_000)
          .ping(),
      finds: [["zero", 1, { seconds: 15 }]],
    },
    "a SETTINGS frame may be lost": {
      frames: (s) =>
        s
          .settings({ server: none })
          .server.lost((server) => server.settings([[MAX_CONCURRENT_STREAMS, 1]]))
          .client.wait(12_000)
          .ping()
          .server.pingAck(),
      finds: [["zero", 0, { seconds: 12 }]],
      certainty: "unproven",
    },
    "bytes of the client are missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.ping())
          .server.settings(none)
          .client.settingsAck()
          .wait(15_000)
          .server.settings([[MAX_CONCURRENT_STREAMS, 1]])
          .client.settingsAck()
          .wait(20_000)
          .ping(),
      finds: [["zero", 2, { seconds: 15 }]],

      certainty: "unproven",
    },
    "while other settings change": {
      frames: (s) =>
        s.server
          .settings(none)
          .client.settingsAck()
          .wait(6_000)
          .server.settings([[INITIAL_WINDOW_SIZE, 100]])
          .client.settingsAck()
          .wait(6_000)
          .ping(),
      finds: [["zero", 1, { seconds: 12 }]],
    },
    "said twice": {
      frames: (s) =>
        s.server.settings(none).client.settingsAck().wait(6_000).server.settings(none).client.settingsAck().wait(6_000).ping(),
      finds: [["zero", 1, { seconds: 12 }]],
    },
  },
});
