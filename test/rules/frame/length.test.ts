import {
  goawayLength,
  paddingNonzero,
  paddingTooLong,
  pingLength,
  priorityLength,
  rstStreamLength,
  settingsAckLength,
  settingsLength,
  tooLarge,
  tooShort,
  windowUpdateLength,
} from "../../../src/rules/frame/length.ts";
import { testRule } from "../../../src/testing.ts";

const MAX_FRAME_SIZE = 5;
const PADDED = 0x8;
const PRIORITY = 0x20;

testRule(tooLarge, {
  valid: {
    "16,384 bytes": (s) => s.client.headers(1).data(1, 16_384),
    "more, where the other side announced more": (s) =>
      s
        .settings({ server: [[MAX_FRAME_SIZE, 20_000]] })
        .client.headers(1)
        .data(1, 20_000),
    // RFC 9113 6.5.3: between arrival and acknowledgment either value may be used.
    "more, announced and delivered, not acknowledged yet": (s) =>
      s.client
        .headers(1)
        .server.settings([[MAX_FRAME_SIZE, 20_000]])
        .client.data(1, 20_000),
    "more, while the lower value is under way": (s) =>
      s
        .settings({ server: [[MAX_FRAME_SIZE, 20_000]] })
        .client.headers(1)
        .server.settings([[MAX_FRAME_SIZE, 16_384]])
        .client.crossing()
        .data(1, 20_000),
    "more, while the lower value is delivered but not acknowledged": (s) =>
      s
        .settings({ server: [[MAX_FRAME_SIZE, 20_000]] })
        .client.headers(1)
        .server.settings([[MAX_FRAME_SIZE, 16_384]])
        .client.data(1, 20_000),
  },
  invalid: {
    "DATA: of the stream": {
      frames: (s) => s.client.headers(1).data(1, 16_385),
      finds: [["long", 2, { kind: "DATA", length: 16_385, limit: 16_384 }, { scope: "stream" }]],
    },
    "HEADERS: of the connection": {
      frames: (s) => s.client.headers(1, { fields: { "x-long": "x".repeat(16_384) } }),
      finds: [["long", 1, { kind: "HEADERS", length: 16_395, limit: 16_384 }]],
    },
    "the larger value is under way": {
      frames: (s) =>
        s.client
          .headers(1)
          .server.settings([[MAX_FRAME_SIZE, 20_000]])
          .client.crossing()
          .data(1, 20_000),
      finds: [["long", 3, { kind: "DATA", length: 20_000, limit: 16_384 }, { scope: "stream" }]],
    },
    "after the lower value was acknowledged": {
      frames: (s) =>
        s
          .settings({ server: [[MAX_FRAME_SIZE, 20_000]] })
          .client.headers(1)
          .server.settings([[MAX_FRAME_SIZE, 16_384]])
          .client.settingsAck()
          .data(1, 20_000),
      finds: [["long", 4, { kind: "DATA", length: 20_000, limit: 16_384 }, { scope: "stream" }]],
    },
    "the other side's SETTINGS may be missing": {
      frames: (s) =>
        s.client
          .headers(1)
          .server.lost((server) => server.settings([[MAX_FRAME_SIZE, 20_000]]))
          .client.data(1, 20_000),
      finds: [["long", 3, { kind: "DATA", length: 20_000, limit: 16_384 }, { scope: "stream", because: ["settings"] }]],
      certainty: "unproven",
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1).data(1, 16_385),
      finds: [["long", 2, { kind: "DATA", length: 16_385, limit: 16_384 }, { scope: "stream" }]],
      because: ["borders", "settings"],
    },
  },
});

testRule(tooShort, {
  valid: {
    "padding of 0 bytes": (s) => s.client.headers(1).data(1, 0, { padding: 0 }),
    "priority fields alone": (s) => s.client.headers(1, { block: "", priority: {} }),
  },
  invalid: {
    "DATA with PADDED and nothing else: of the stream": {
      frames: (s) => s.client.headers(1).frame({ type: 0, flags: PADDED, streamId: 1 }),
      finds: [["short", 2, { kind: "DATA", length: 0, flags: "08" }, { scope: "stream" }]],
    },
    "HEADERS with PRIORITY and four bytes": {
      frames: (s) => s.client.frame({ type: 1, flags: PRIORITY | 4, streamId: 1, payload: "\0\0\0\0" }),
      finds: [["short", 1, { kind: "HEADERS", length: 4, flags: "24" }]],
    },
    "HEADERS with PADDED and PRIORITY and five bytes": {
      frames: (s) => s.client.frame({ type: 1, flags: PADDED | PRIORITY | 4, streamId: 1, payload: "\0\0\0\0\0" }),
      finds: [["short", 1, { kind: "HEADERS", length: 5, flags: "2c" }]],
    },
    "PUSH_PROMISE with three bytes": {
      frames: (s) => s.client.headers(1).server.frame({ type: 5, flags: 4, streamId: 1, payload: "\0\0\0" }),
      finds: [["short", 2, { kind: "PUSH_PROMISE", length: 3, flags: "04" }]],
    },
  },
});

testRule(paddingTooLong, {
  valid: {
    "as long as it can be": (s) => s.client.headers(1).frame({ type: 0, flags: PADDED, streamId: 1, payload: "\x03\0\0\0" }),
  },
  invalid: {
    "DATA: one byte more than there is": {
      frames: (s) => s.client.headers(1).frame({ type: 0, flags: PADDED, streamId: 1, payload: "\x04\0\0\0" }),
      finds: [["long", 2, { kind: "DATA", length: 4, padLength: 4 }]],
    },
    "HEADERS: into the priority fields": {
      frames: (s) => s.client.frame({ type: 1, flags: PADDED | PRIORITY | 4, streamId: 1, payload: "\x01\0\0\0\0\0" }),
      finds: [["long", 1, { kind: "HEADERS", length: 6, padLength: 1 }]],
    },
    "PUSH_PROMISE: into the promised id": {
      frames: (s) => s.client.headers(1).server.frame({ type: 5, flags: PADDED | 4, streamId: 1, payload: "\x01\0\0\0\x02" }),
      finds: [["long", 2, { kind: "PUSH_PROMISE", length: 5, padLength: 1 }]],
    },
  },
});

testRule(paddingNonzero, {
  valid: { zeros: (s) => s.client.headers(1, { padding: 9 }).data(1, 5, { padding: 255 }) },
  invalid: {
    DATA: {
      frames: (s) => s.client.headers(1).data(1, 5, { padding: 3, paddingOctet: 1 }),
      finds: [["nonzero", 2, { kind: "DATA" }]],
    },
    "only the last byte of it": {
      frames: (s) => s.client.headers(1).frame({ type: 0, flags: PADDED, streamId: 1, payload: "\x03abc\0\0\x01" }),
      finds: [["nonzero", 2, { kind: "DATA" }]],
    },
    "HEADERS, many times": {
      frames: (s) => s.client.headers(1, { padding: 1, paddingOctet: 1 }).headers(3, { padding: 1, paddingOctet: 1 }),
      finds: [["nonzero", 1, { kind: "HEADERS" }, { count: 2 }]],
    },
  },
});

testRule(priorityLength, {
  valid: { "5 bytes": (s) => s.client.priority(1) },
  invalid: {
    "4 bytes": {
      frames: (s) => s.client.frame({ type: 2, streamId: 1, payload: "\0\0\0\0" }),
      finds: [["length", 1, { length: 4 }]],
    },
    "6 bytes": {
      frames: (s) => s.client.frame({ type: 2, streamId: 1, payload: "\0\0\0\0\0\0" }),
      finds: [["length", 1, { length: 6 }]],
    },
  },
});

testRule(rstStreamLength, {
  valid: { "4 bytes": (s) => s.client.headers(1).rst(1) },
  invalid: {
    "3 bytes": {
      frames: (s) => s.client.headers(1).frame({ type: 3, streamId: 1, payload: "\0\0\0" }),
      finds: [["length", 2, { length: 3 }]],
    },
  },
});

testRule(settingsLength, {
  valid: {
    "two settings": (s) =>
      s.client.settings([
        [3, 1],
        [4, 1],
      ]),
    "an acknowledgment: frame/settings-ack-length": (s) => s.server.settings().client.frame({ type: 4, flags: 1, payload: "\0" }),
    "PING: frame/ping-length": (s) => s.client.ping("123456789"),
  },
  invalid: {
    "7 bytes": {
      frames: (s) => s.client.frame({ type: 4, payload: "\0\x03\0\0\0\x01\0" }),
      finds: [["length", 1, { length: 7 }]],
    },
  },
});

testRule(settingsAckLength, {
  valid: {
    "an empty one": (s) => s.server.settings().client.settingsAck(),
    // Its length is no multiple of 6: that is settings-length.
    "not an acknowledgment": (s) => s.client.frame({ type: 4, payload: "\0" }),
    "the answer to a PING: frame/ping-length": (s) => s.client.ping().server.pingAck("123456"),
  },
  invalid: {
    "with a setting": {
      frames: (s) => s.server.settings().client.settings([[3, 1]], { flags: 1 }),
      finds: [["length", 2, { length: 6 }]],
    },
  },
});

testRule(pingLength, {
  valid: {
    "8 bytes": (s) => s.client.ping(),
    "GOAWAY: frame/goaway-length": (s) => s.client.frame({ type: 7, payload: "1234567" }),
  },
  invalid: {
    "6 bytes": { frames: (s) => s.client.ping("123456"), finds: [["length", 1, { length: 6 }]] },
    "9 bytes in the answer": {
      frames: (s) => s.client.ping().server.pingAck("123456789"),
      finds: [["length", 2, { length: 9 }]],
    },
  },
});

testRule(goawayLength, {
  valid: { "8 bytes and debug data": (s) => s.client.goaway(0, 0, "bye") },
  invalid: {
    "7 bytes": { frames: (s) => s.client.frame({ type: 7, payload: "1234567" }), finds: [["length", 1, { length: 7 }]] },
  },
});

testRule(windowUpdateLength, {
  valid: { "4 bytes": (s) => s.client.windowUpdate(0) },
  invalid: {
    "3 bytes": { frames: (s) => s.client.frame({ type: 8, payload: "\0\0\x01" }), finds: [["length", 1, { length: 3 }]] },
  },
});
