import { garbage, reservedBit, truncatedAtClose, unusedFlag } from "../../../src/rules/frame/layout.ts";
import { testRule } from "../../../src/testing.ts";

const MAX_FRAME_SIZE = 5;

testRule(reservedBit, {
  valid: { "the highest id": (s) => s.client.headers(0x7fffffff) },
  invalid: {
    "set on a known type": {
      frames: (s) => s.client.headers(1, { reserved: true }),
      finds: [["set", 1, { kind: "HEADERS" }]],
    },
    "one finding for each type": {
      frames: (s) => s.client.headers(1, { reserved: true }).data(1, 1, { reserved: true }).data(1, 2, { reserved: true }),
      finds: [
        ["set", 1, { kind: "HEADERS" }],
        ["set", 2, { kind: "DATA" }, { count: 2 }],
      ],
    },
  },
});

testRule(unusedFlag, {
  valid: {
    "all that HEADERS defines": (s) => s.client.headers(1, { endStream: true, padding: 0, priority: {} }),
    "any on a type that is not known": (s) => s.client.frame({ type: 0xbb, flags: 0xff }),
  },
  invalid: {
    "END_HEADERS on DATA": {
      frames: (s) => s.client.headers(1).data(1, 1, { flags: 0x4 }),
      finds: [["set", 2, { kind: "DATA", flags: "04" }]],
    },
    "one on PRIORITY, which has none": {
      frames: (s) => s.client.frame({ type: 2, flags: 0x1, streamId: 1, payload: "\0\0\0\0\0" }),
      finds: [["set", 1, { kind: "PRIORITY", flags: "01" }]],
    },
    "one above four bits": {
      frames: (s) => s.client.headers(1).data(1, 1, { flags: 0x40 }),
      finds: [["set", 2, { kind: "DATA", flags: "40" }]],
    },
  },
});

testRule(truncatedAtClose, {
  valid: {
    "between frames": (s) => s.client.headers(1).close(),
    "a TCP RST inside a frame": (s) => s.client.headers(1).frame({ type: 0, streamId: 1, length: 10, payload: "abc" }).reset(),
    "the capture ends inside a frame": (s) => s.client.headers(1).frame({ type: 0, streamId: 1, length: 9, payload: "abc" }),
  },
  invalid: {
    "inside a payload": {
      frames: (s) => s.client.headers(1).frame({ type: 0, streamId: 1, length: 10, payload: "abc" }).close(),
      finds: [["closed", "close", { side: "client" }]],
    },
    "inside a frame head": {
      frames: (s) => s.client.headers(1).server.octets("\0\0").close(),
      finds: [["closed", "close", { side: "server" }]],
    },
    "bytes are missing": {
      frames: (s) =>
        s.client
          .headers(1)
          .lost((client) => client.data(1, 5))
          .frame({ type: 8, payload: "\0\0\0\x01" })
          .frame({ type: 0, streamId: 1, length: 10, payload: "abc" })
          .close(),
      finds: [["closed", "close", { side: "client" }, { because: ["borders", "no-gap"] }]],
      certainty: "unproven",
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1).frame({ type: 0, streamId: 1, length: 10, payload: "abc" }).close(),
      finds: [["closed", "close", { side: "client" }]],
      because: ["borders", "no-gap"],
    },
  },
});

testRule(garbage, {
  valid: {
    "an unknown type": (s) => s.client.frame({ type: 0xbb, payload: "abc" }),
    "a large one, where large frames are taken": (s) =>
      s.settings({ server: [[MAX_FRAME_SIZE, 20_000]] }).client.frame({ type: 0xbb, payload: "x".repeat(20_000) }),
  },
  invalid: {
    "HTTP/1 text": {
      frames: (s) => s.client.headers(1).octets("HTTP/1.1 400 Bad Request\r\n\r\n"),
      finds: [["garbage", 2, { length: 0x485454 }]],
    },
    "an HTTP/1 request": {
      frames: (s) => s.client.octets("GET / HTTP/1.1\r\n\r\n"),
      finds: [["garbage", 1, { length: 0x474554 }]],
    },
    // The other side may have announced larger frames in what is missing.
    "the other side's SETTINGS may be missing": {
      frames: (s) =>
        s.server
          .lost((server) => server.settings([[MAX_FRAME_SIZE, 20_000]]))
          .client.frame({ type: 0xbb, payload: "x".repeat(20_000) }),
      finds: [["garbage", 2, { length: 20_000 }, { because: ["settings"] }]],
      certainty: "unproven",
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1).octets("HTTP/1.1 400 Bad Request\r\n\r\n"),
      finds: [["garbage", 2, { length: 0x485454 }]],
      because: ["borders", "settings"],
    },
  },
});
