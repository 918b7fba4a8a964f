import {
  ackUnexpected,
  enableConnectRevoked,
  initialWindowOverflow,
  maxConcurrentSmall,
  noRfc7540PrioritiesChanged,
  resetAfterPreface,
} from "../../../src/rules/settings/exchange.ts";
import { testRule } from "../../../src/testing.ts";

const ENABLE_PUSH = 2;
const MAX_CONCURRENT_STREAMS = 3;
const INITIAL_WINDOW_SIZE = 4;
const ENABLE_CONNECT_PROTOCOL = 8;
const NO_RFC7540_PRIORITIES = 9;
const end = { endStream: true } as const;

testRule(ackUnexpected, {
  valid: {
    "one for each": (s) => s.server.settings().settings().client.settingsAck().settingsAck(),
    "after other frames": (s) => s.server.settings().client.headers(1).ping().settingsAck(),
    // A tolerant server acknowledges what it should have refused.
    "of SETTINGS with a fault": (s) => s.client.settings([[ENABLE_PUSH, 7]]).server.settingsAck(),
    "of SETTINGS on a stream": (s) => s.client.headers(1).settings([], { streamId: 1 }).server.settingsAck(),
  },
  invalid: {
    "nothing is open": { frames: (s) => s.client.settingsAck(), finds: [["unexpected", 1, { side: "client" }]] },
    "two for one": {
      frames: (s) => s.client.settings().server.settingsAck().settingsAck(),
      finds: [["unexpected", 3, { side: "server" }]],
    },
    "before the SETTINGS arrived": {
      frames: (s) => s.server.settings().client.crossing().settingsAck(),
      finds: [["unexpected", 2, { side: "client" }]],
    },
    "the SETTINGS may be missing": {
      frames: (s) => s.server.lost((server) => server.settings()).client.settingsAck(),
      finds: [["unexpected", 2, { side: "client" }, { because: ["no-gap2"] }]],
      certainty: "unproven",
    },
    "mid-connection": {
      frames: (s) => s.midway().client.ping().settingsAck().server.pingAck(),
      finds: [["unexpected", 2, { side: "client" }]],
      certainty: "unproven",
    },
  },
});

testRule(enableConnectRevoked, {
  valid: {
    "0, then 1": (s) => s.server.settings([[ENABLE_CONNECT_PROTOCOL, 0]]).settings([[ENABLE_CONNECT_PROTOCOL, 1]]),
    "1 of one side, 0 of the other": (s) =>
      s.server.settings([[ENABLE_CONNECT_PROTOCOL, 1]]).client.settings([[ENABLE_CONNECT_PROTOCOL, 0]]),
    "left out later": (s) => s.server.settings([[ENABLE_CONNECT_PROTOCOL, 1]]).settings(),
    "another setting of 0": (s) => s.server.settings([[ENABLE_CONNECT_PROTOCOL, 1]]).settings([[MAX_CONCURRENT_STREAMS, 0]]),
    "1 again": (s) => s.server.settings([[ENABLE_CONNECT_PROTOCOL, 1]]).settings([[ENABLE_CONNECT_PROTOCOL, 1]]),
    "0 in what is no SETTINGS": (s) =>
      s.client
        .headers(1, end)
        .server.settings([[ENABLE_CONNECT_PROTOCOL, 1]])
        .frame({ type: 4, payload: "\0\x08\0\0\0\0\0" })
        .settings([[ENABLE_CONNECT_PROTOCOL, 0]], { flags: 1 })
        .headers(1)
        .data(1, "\0\x08\0\0\0\0"),
  },
  invalid: {
    "before the acknowledgment": {
      frames: (s) => s.server.settings([[ENABLE_CONNECT_PROTOCOL, 1]]).settings([[ENABLE_CONNECT_PROTOCOL, 0]]),
      finds: [["revoked", 2, { side: "server" }]],
    },
    "after it": {
      frames: (s) => s.settings({ server: [[ENABLE_CONNECT_PROTOCOL, 1]] }).server.settings([[ENABLE_CONNECT_PROTOCOL, 0]]),
      finds: [["revoked", 1, { side: "server" }]],
    },
    "in the midst of a connection": {
      frames: (s) =>
        s
          .midway()
          .server.settings([[ENABLE_CONNECT_PROTOCOL, 1]])
          .settings([[ENABLE_CONNECT_PROTOCOL, 0]]),
      finds: [["revoked", 2, { side: "server" }]],
      because: ["roles", "borders", "start"],
    },
  },
});

testRule(noRfc7540PrioritiesChanged, {
  valid: {
    "the same value again": (s) =>
      s.settings({ client: [[NO_RFC7540_PRIORITIES, 1]] }).client.settings([[NO_RFC7540_PRIORITIES, 1]]),
    "each side for itself": (s) =>
      s.settings({ client: [[NO_RFC7540_PRIORITIES, 1]] }).server.settings([[NO_RFC7540_PRIORITIES, 0]]),
    "0 where it was left out": (s) => s.client.settings([[NO_RFC7540_PRIORITIES, 0]]),
    "an acknowledgment comes first": (s) =>
      s
        .bare()
        .client.preface()
        .settings()
        .server.settingsAck()
        .settings([[NO_RFC7540_PRIORITIES, 1]]),
    "another one in what is no SETTINGS": (s) =>
      s.client.headers(1).data(1, "\0\x09\0\0\0\x01").frame({ type: 4, payload: "\0\x09\0\0\0\x01\0" }),
  },
  invalid: {
    "in a later frame": {
      frames: (s) => s.client.settings([[NO_RFC7540_PRIORITIES, 1]]),
      finds: [["changed", 1, { side: "client", value: 1, before: 0 }]],
    },
    "the value of the other side": {
      frames: (s) => s.settings({ server: [[NO_RFC7540_PRIORITIES, 1]] }).client.settings([[NO_RFC7540_PRIORITIES, 1]]),
      finds: [["changed", 1, { side: "client", value: 1, before: 0 }]],
    },
    // The first one counts, whatever came between.
    "there and back": {
      frames: (s) =>
        s
          .settings({ server: [[NO_RFC7540_PRIORITIES, 1]] })
          .server.settings([[NO_RFC7540_PRIORITIES, 0]])
          .settings([[NO_RFC7540_PRIORITIES, 1]])
          .settings([[NO_RFC7540_PRIORITIES, 0]]),
      finds: [["changed", 1, { side: "server", value: 0, before: 1 }, { count: 2 }]],
    },
    "in the midst of a connection": {
      frames: (s) =>
        s
          .midway()
          .client.settings([[NO_RFC7540_PRIORITIES, 0]])
          .settings([[NO_RFC7540_PRIORITIES, 1]]),
      finds: [["changed", 2, { side: "client", value: 1, before: 0 }]],
      because: ["roles", "borders", "start"],
    },
  },
});

testRule(maxConcurrentSmall, {
  valid: {
    "100": (s) => s.settings({ server: [[MAX_CONCURRENT_STREAMS, 100]] }).client.headers(1),
    "of the client": (s) => s.settings({ client: [[MAX_CONCURRENT_STREAMS, 1]] }).client.headers(1),
    later: (s) => s.server.settings([[MAX_CONCURRENT_STREAMS, 1]]),
    "none at all": (s) => s.settings({ server: [[MAX_CONCURRENT_STREAMS, 0]] }).client.ping(),
    "DATA that reads like it, before the first SETTINGS": (s) =>
      s.bare().client.preface().settings().headers(1).server.headers(1).data(1, "\0\x03\0\0\0\x01").settings(),
    "before the first SETTINGS": (s) =>
      s
        .bare()
        .client.preface()
        .settings()
        .server.frame({ type: 4, payload: "\0\x03\0\0\0\x01\0" })
        .settings([[MAX_CONCURRENT_STREAMS, 100]]),
  },
  invalid: {
    "99": {
      frames: (s) => s.settings({ server: [[MAX_CONCURRENT_STREAMS, 99]] }).client.headers(1),
      finds: [["small", 0, { value: 99 }]],
    },
    "1": {
      frames: (s) => s.settings({ server: [[MAX_CONCURRENT_STREAMS, 1]] }).client.headers(1),
      finds: [["small", 0, { value: 1 }]],
    },
  },
});

testRule(resetAfterPreface, {
  valid: {
    "no stream is open": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, end)
        .settings([[INITIAL_WINDOW_SIZE, 1]]),
    raised: (s) => s.client.headers(1).server.settings([[INITIAL_WINDOW_SIZE, 100_000]]),
    "the first limit": (s) => s.client.headers(1).server.settings([[MAX_CONCURRENT_STREAMS, 100]]),
    "the first SETTINGS, after a request": (s) =>
      s
        .bare()
        .client.preface()
        .settings()
        .headers(1)
        .server.settings([[INITIAL_WINDOW_SIZE, 1000]]),
    "another setting": (s) => s.client.headers(1).server.settings([[1, 100]]),
    "the same value": (s) => s.client.headers(1).server.settings([[INITIAL_WINDOW_SIZE, 65_535]]),
    "in what is no SETTINGS": (s) =>
      s.client
        .headers(1)
        .server.headers(1)
        .data(1, "\0\x04\0\0\0\x01")
        .frame({ type: 4, payload: "\0\x04\0\0\0\x01\0" })
        .settings([[INITIAL_WINDOW_SIZE, 1]], { flags: 1 }),
  },
  invalid: {
    "the window": {
      frames: (s) =>
        s.client
          .headers(1)
          .headers(3)
          .server.rst(3)
          .settings([[INITIAL_WINDOW_SIZE, 1000]]),
      finds: [["lowered", 4, { side: "server", name: "INITIAL_WINDOW_SIZE", before: 65_535, value: 1000, streams: 1 }]],
    },
    "concurrency, before the higher limit was acknowledged": {
      frames: (s) =>
        s.server
          .settings([[MAX_CONCURRENT_STREAMS, 100]])
          .client.headers(1)
          .server.settings([[MAX_CONCURRENT_STREAMS, 10]]),
      finds: [["lowered", 3, { side: "server", name: "MAX_CONCURRENT_STREAMS", before: 100, value: 10, streams: 1 }]],
    },
    "bytes are missing": {
      frames: (s) =>
        s.client
          .headers(1)
          .lost((client) => client.data(1))
          .server.settings([[INITIAL_WINDOW_SIZE, 1000]]),
      finds: [["lowered", 3, { side: "server", name: "INITIAL_WINDOW_SIZE", before: 65_535, value: 1000, streams: 1 }]],
      certainty: "unproven",
    },
  },
});

testRule(initialWindowOverflow, {
  valid: {
    "no stream was given more": (s) =>
      s.client
        .headers(1)
        .server.settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
        .client.settingsAck(),
    "up to 2^31-1": (s) =>
      s.client
        .headers(1)
        .server.windowUpdate(1, 10)
        .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff - 10]])
        .client.settingsAck(),
    "what was given was used": (s) =>
      s.client
        .headers(1)
        .server.windowUpdate(1, 10)
        .client.data(1, 10)
        .server.settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
        .client.settingsAck(),
    "the stream is closed": (s) =>
      s.client
        .headers(1)
        .server.windowUpdate(1, 10)
        .rst(1)
        .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
        .client.settingsAck(),
    "the connection's window": (s) =>
      s.client
        .headers(1)
        .server.windowUpdate(0, 10)
        .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
        .client.settingsAck(),
    "other settings": (s) =>
      s.client
        .headers(1)
        .server.windowUpdate(1, 10)
        .settings([[MAX_CONCURRENT_STREAMS, 0x7fffffff]])
        .client.settingsAck(),
    "above what there is: settings/initial-window-size-range": (s) =>
      s.client
        .headers(1)
        .server.windowUpdate(1, 10)
        .settings([[INITIAL_WINDOW_SIZE, 0x80000000]])
        .client.settingsAck(),
    "the client has ended its request": (s) =>
      s.client
        .headers(1, end)
        .server.windowUpdate(1, 10)
        .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
        .client.settingsAck(),
    "in what is no SETTINGS": (s) =>
      s.client
        .headers(1)
        .server.windowUpdate(1, 10)
        .headers(1)
        .data(1, "\0\x04\x7f\xff\xff\xff")
        .frame({ type: 4, payload: "\0\x04\x7f\xff\xff\xff\0" })
        .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]], { flags: 1 }),
    // RFC 9113 6.9.2: it is for who applies the setting to see that a window is too large.
    "DATA on its way makes room": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .client.windowUpdate(1, 10)
        .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
        .server.crossing(2)
        .data(1, 6)
        .data(1, 4)
        .server.settingsAck(),
    "DATA after a GOAWAY that crossed it, or that is no error": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .client.windowUpdate(1, 10)
        .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
        .server.crossing()
        .goaway(1, 1)
        .server.goaway(1)
        .data(1, 10)
        .settingsAck(),
    "the response ends on its way": (s) =>
      s.client
        .headers(1)
        .server.headers(1)
        .client.windowUpdate(1, 10)
        .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
        .server.crossing()
        .data(1, 1, end)
        .server.settingsAck(),
    "the sender of the setting closes": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .windowUpdate(1, 10)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .close(),
      unchecked: { "settings/initial-window-overflow end": 1 },
    },
    "an acknowledgment of an earlier one": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .settings()
          .windowUpdate(1, 10)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .server.settingsAck(),
      unchecked: { "settings/initial-window-overflow end": 1 },
    },
    "DATA made room, and the capture ends": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1)
          .client.windowUpdate(1, 10)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .server.crossing(2)
          .data(1, 10),
      unchecked: {},
    },
    "an acknowledgment of its own sender": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.settings()
          .client.windowUpdate(1, 10)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .settingsAck()
          .goaway(0, 1),
      unchecked: { "settings/initial-window-overflow end": 1 },
    },
    "an acknowledgment of a PING": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .windowUpdate(1, 10)
          .ping()
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .server.pingAck(),
      unchecked: { "settings/initial-window-overflow end": 1 },
    },
    "its own sender gives up": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1)
          .data(1, 1000)
          .client.windowUpdate(1, 1010)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .goaway(0, 1),
      unchecked: { "settings/initial-window-overflow end": 1 },
    },
    "of a wrong length: frame/settings-length": {
      frames: (s) => s.client.headers(1).server.windowUpdate(1, 10).frame({ type: 4, payload: "\0\x04\x7f\xff\xff\xff\0" }),
      unchecked: {},
    },
  },
  invalid: {
    "one byte more": {
      frames: (s) =>
        s.client
          .headers(1)
          .server.windowUpdate(1, 11)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff - 10]])
          .client.settingsAck(),
      finds: [["overflow", 3, { value: 0x7fffffff - 10, streamId: 1, window: 0x80000000 }]],
    },
    "of the client, on a response": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .windowUpdate(1, 1)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .server.settingsAck(),
      finds: [["overflow", 3, { value: 0x7fffffff, streamId: 1, window: 0x80000000 }]],
    },
    "bytes of the client are missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.ping())
          .client.headers(1)
          .server.windowUpdate(1, 11)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff - 10]])
          .client.settingsAck(),
      finds: [["overflow", 4, { value: 0x7fffffff - 10, streamId: 1, window: 0x80000000 }]],

      certainty: "unproven",
    },
    "the other side gives up": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .windowUpdate(1, 1)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .server.goaway(0, 1),
      finds: [["overflow", 3, { value: 0x7fffffff, streamId: 1, window: 0x80000000 }]],
    },
    "the other side closes": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .windowUpdate(1, 1)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .server.close(),
      finds: [["overflow", 3, { value: 0x7fffffff, streamId: 1, window: 0x80000000 }]],
    },
    "the other side resets": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .windowUpdate(1, 1)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .server.reset(),
      finds: [["overflow", 3, { value: 0x7fffffff, streamId: 1, window: 0x80000000 }]],
    },
    "of the second of two streams, with two frames": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .headers(3, end)
          .windowUpdate(3, 1)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .server.settingsAck()
          .settingsAck(),
      finds: [
        ["overflow", 4, { value: 0x7fffffff, streamId: 3, window: 0x80000000 }],
        ["overflow", 5, { value: 0x7fffffff, streamId: 3, window: 0x80000000 }, { consequent: true }],
      ],
    },
    "acknowledged, and then given up": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .windowUpdate(1, 1)
          .settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]])
          .server.settingsAck()
          .goaway(0, 1)
          .close(),
      finds: [["overflow", 3, { value: 0x7fffffff, streamId: 1, window: 0x80000000 }]],
    },
  },
});
