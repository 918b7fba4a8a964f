import { flowStallConnection, flowStallStream, holByWindow } from "../../../src/rules/health/stall.ts";
import { type Story, testRule } from "../../../src/testing.ts";

const INITIAL_WINDOW_SIZE = 4;
const MAX_FRAME_SIZE = 5;
const end = { endStream: true } as const;
const ten = { client: [[INITIAL_WINDOW_SIZE, 10]] } as const;

// The response uses up its window of 10; the client's WINDOW_UPDATE comes `ms` after it.
const stalled =
  (ms: number, increment = 5): Story =>
  (s) =>
    s
      .settings(ten)
      .client.headers(1, end)
      .server.headers(1)
      .data(1, 10)
      .wait(ms - 1)
      .client.windowUpdate(1, increment)
      .server.data(1, 5, end);
const stall = { sender: "server", holder: "client", streamId: 1, ms: 200, octets: 10, increment: 5 } as const;

testRule(flowStallStream, {
  valid: {
    "a little less than the threshold": stalled(199),
    "the window is not used up": (s) =>
      s
        .settings(ten)
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 9)
        .wait(500)
        .client.windowUpdate(1, 5)
        .server.data(1, 6, end),
    "nothing was waiting": (s) =>
      s.settings(ten).client.headers(1, end).server.headers(1).data(1, 10).wait(500).client.windowUpdate(1, 5).server.trailers(1),
    "the message had ended": (s) =>
      s.settings(ten).client.headers(1).server.headers(1).data(1, 10, end).wait(500).client.windowUpdate(1, 5).data(1, 1, end),
    "a larger INITIAL_WINDOW_SIZE came in time": (s) =>
      s
        .settings(ten)
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 10)
        .client.settings([[INITIAL_WINDOW_SIZE, 20]])
        .server.settingsAck()
        .wait(500)
        .client.windowUpdate(1, 5)
        .server.data(1, 5, end),
    "the window was lowered just now": (s) =>
      s
        .settings({ client: [[INITIAL_WINDOW_SIZE, 20]] })
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 10)
        .wait(500)
        .client.settings([[INITIAL_WINDOW_SIZE, 10]])
        .server.settingsAck()
        .client.windowUpdate(1, 5)
        .server.data(1, 5, end),
    "reset a little before the threshold": (s) =>
      s.settings(ten).client.headers(1, end).server.headers(1).data(1, 10).wait(198).client.rst(1),
    "one byte is left": (s) =>
      s
        .settings({ client: [[INITIAL_WINDOW_SIZE, 11]] })
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 10)
        .wait(500)
        .client.windowUpdate(1, 5)
        .windowUpdate(99, 5)
        .server.data(1, 6, end),
    "one byte is left until the reset": (s) =>
      s
        .settings({ client: [[INITIAL_WINDOW_SIZE, 11]] })
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 10)
        .wait(500)
        .client.rst(1),
    "the response had no content so far": (s) =>
      s
        .settings({ client: [[INITIAL_WINDOW_SIZE, 0]] })
        .client.headers(1, end)
        .server.headers(1)
        .wait(500)
        .client.rst(1),
    "the response had ended when the client reset it": (s) =>
      s.settings(ten).client.headers(1).server.headers(1).data(1, 10, end).wait(500).client.rst(1),
  },
  invalid: {
    "at the threshold": { frames: stalled(200), finds: [["stalled", 4, stall]] },
    "above it": { frames: stalled(1000), finds: [["stalled", 4, { ...stall, ms: 1000 }]] },
    "by another threshold": { frames: stalled(30), options: { ms: 30 }, finds: [["stalled", 4, { ...stall, ms: 30 }]] },
    "the client's own DATA": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 3]] })
          .client.headers(1)
          .data(1, 3)
          .wait(299)
          .server.windowUpdate(1, 9)
          .client.data(1, 9, end),
      finds: [["stalled", 3, { sender: "client", holder: "server", streamId: 1, ms: 300, octets: 3, increment: 9 }]],
    },
    "again and again: one finding": {
      frames: (s) =>
        s
          .settings(ten)
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 10)
          .wait(199)
          .client.windowUpdate(1, 5)
          .server.data(1, 5)
          .wait(299)
          .client.windowUpdate(1, 5)
          .server.data(1, 5, end),
      finds: [["stalled", 4, stall, { count: 2 }]],
    },
    "a WINDOW_UPDATE may be missing": {
      frames: (s) =>
        s
          .settings(ten)
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 10)
          .wait(198)
          .client.lost((client) => client.windowUpdate(0, 5))
          .windowUpdate(1, 5)
          .server.data(1, 5, end),
      finds: [["stalled", 5, stall, { because: ["borders", "settings"] }]],
      certainty: "unproven",
    },
    "until the stream was reset": {
      frames: (s) => s.settings(ten).client.headers(1, end).server.headers(1).data(1, 10).wait(199).client.rst(1),
      finds: [["never", "close", { sender: "server", holder: "client", streamId: 1, ms: 200, octets: 10 }]],
    },
    "until the end": {
      frames: (s) => s.settings(ten).client.headers(1, end).server.headers(1).data(1, 10).wait(199).ping(),
      finds: [["never", "close", { sender: "server", holder: "client", streamId: 1, ms: 200, octets: 10 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => stalled(200)(s.holes()),
      finds: [["stalled", 4, stall]],
      because: ["borders", "settings"],
    },
    "another setting came meanwhile": {
      frames: (s) =>
        s
          .settings(ten)
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 10)
          .client.wait(150)
          .settings([[3, 100]])
          .server.settingsAck()
          .client.wait(47)
          .windowUpdate(1, 5)
          .server.data(1, 5, end),
      finds: [["stalled", 6, stall]],
    },
    "until the server reset the stream": {
      frames: (s) => s.settings(ten).client.headers(1, end).server.headers(1).data(1, 10).wait(199).rst(1),
      finds: [["never", "close", { sender: "server", holder: "client", streamId: 1, ms: 200, octets: 10 }]],
    },
  },
});

// A connection's window is 65,535 until WINDOW_UPDATE.
const wide = {
  client: [
    [INITIAL_WINDOW_SIZE, 100_000],
    [MAX_FRAME_SIZE, 65_536],
  ],
} as const;
const twoStreams =
  (ms: number, first = 60_000): Story =>
  (s) =>
    s
      .settings(wide)
      .client.headers(1, end)
      .headers(3, end)
      .server.headers(1)
      .headers(3)
      .data(1, first)
      .data(3, 65_535 - first)
      .wait(ms - 1)
      .client.windowUpdate(0, 100)
      .server.data(3, 100, end);
const held = { sender: "server", holder: "client", ms: 200, increment: 100, streams: "1, 3", victims: "" } as const;

testRule(flowStallConnection, {
  valid: {
    "a little less than the threshold": twoStreams(199),
    "the window is not used up": (s) =>
      s
        .settings(wide)
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 65_534)
        .wait(500)
        .client.windowUpdate(0, 100)
        .server.data(1, 1, end),
    "no stream waits": (s) =>
      s
        .settings(wide)
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 65_535, end)
        .wait(500)
        .client.windowUpdate(0, 100)
        .headers(3, end)
        .server.headers(3)
        .data(3, 1, end),
    "nothing was waiting": (s) =>
      s
        .settings(wide)
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 65_535)
        .wait(500)
        .client.windowUpdate(0, 100)
        .windowUpdate(0, 100)
        .server.trailers(1),
    "what is given back is not enough": (s) =>
      s
        .settings({
          client: [
            [INITIAL_WINDOW_SIZE, 200_000],
            [MAX_FRAME_SIZE, 65_536],
          ],
        })
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 65_635)
        .wait(500)
        .client.windowUpdate(0, 100)
        .server.data(1, 1, end),
  },
  invalid: {
    "at the threshold": { frames: twoStreams(200), finds: [["stalled", 7, held]] },
    "until the end": {
      frames: (s) => s.settings(wide).client.headers(1, end).server.headers(1).data(1, 65_535).wait(299).ping(),
      finds: [["never", "close", { sender: "server", holder: "client", ms: 300, streams: "1", victims: "", gone: "" }]],
    },
    "streams that were reset took it along, and one that waits is given up": {
      frames: (s) => {
        s.settings(wide).client.headers(1, end).server.headers(1).client.rst(1).server.crossing().data(1, 65_535);
        s.client.headers(3, end).server.headers(3).client.wait(299).rst(3);
      },
      finds: [
        [
          "never",
          "close",
          {
            ...{ sender: "server", holder: "client", ms: 302, streams: "3", victims: "; meanwhile nothing came for /" },
            gone: "; 65535 of its 65535 bytes came on streams that are over",
          },
        ],
      ],
    },
    "a stream that was given up a moment sooner, and one that goes on waiting": {
      frames: (s) => {
        s.settings(wide).client.headers(1, end).headers(3, end).server.headers(1).headers(3).data(1, 40_000, end);
        s.server.data(3, 25_535).client.wait(198).rst(3).headers(5, end).server.headers(5).wait(200).ping();
      },
      finds: [
        [
          "never",
          "close",
          {
            ...{ sender: "server", holder: "client", ms: 402, streams: "5", victims: "; meanwhile nothing came for /" },
            gone: "; 65535 of its 65535 bytes came on streams that are over",
          },
        ],
      ],
    },
    "bytes are missing, and fields": {
      frames: (s) => twoStreams(200)(s.holes()),
      finds: [["stalled", 7, held]],
      because: ["borders", "no-gap2"],
    },
    "and the stream's window is opened, too": {
      frames: (s) =>
        s
          .settings(wide)
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 65_535)
          .wait(199)
          .client.windowUpdate(0, 100)
          .windowUpdate(1, 100)
          .frame({ type: 8, payload: "\x01" })
          .server.data(1, 100, end),
      finds: [["stalled", 4, { ...held, streams: "1" }]],
    },
    "again: one finding": {
      frames: (s) =>
        s
          .settings(wide)
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 65_535)
          .wait(199)
          .client.windowUpdate(0, 100)
          .server.data(1, 100)
          .wait(199)
          .client.windowUpdate(0, 100)
          .server.data(1, 100, end),
      finds: [["stalled", 4, { ...held, streams: "1" }, { count: 2 }]],
    },
  },
});

const hol = { streamId: 1, holder: "client", octets: 60_000, streams: "3", ms: 200 } as const;

testRule(holByWindow, {
  valid: {
    "a little less than the threshold": twoStreams(199),
    "less than its share": { frames: twoStreams(200, 60_001), options: { share: 92 } },
    "it is read meanwhile": (s) =>
      s
        .settings(wide)
        .client.headers(1, end)
        .headers(3, end)
        .server.headers(1)
        .headers(3)
        .data(1, 60_000)
        .data(3, 5_535)
        .wait(100)
        .client.windowUpdate(1, 30_000)
        .wait(100)
        .client.windowUpdate(0, 100)
        .server.data(3, 100, end),
    "nobody else waits": (s) =>
      s
        .settings(wide)
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 65_535)
        .wait(500)
        .client.windowUpdate(0, 100)
        .server.data(1, 100, end),
    "a little less than its share": { frames: twoStreams(200, 39_320), options: { share: 60 } },
  },
  invalid: {
    "at the threshold": { frames: twoStreams(200), options: { share: 91 }, finds: [["held", 7, hol]] },
    "until the end": {
      frames: (s) =>
        s
          .settings(wide)
          .client.headers(1, end)
          .headers(3, end)
          .server.headers(1)
          .headers(3)
          .data(3, 5_535)
          .data(1, 60_000)
          .wait(249)
          .ping(),
      finds: [["held", "close", { ...hol, ms: 250 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => twoStreams(200)(s.holes()),
      finds: [["held", 7, hol]],
      options: { share: 91 },
      because: ["borders", "no-gap2"],
    },
    "just its share": {
      frames: twoStreams(200, 39_321),
      options: { share: 60 },
      finds: [["held", 7, { ...hol, octets: 39_321 }]],
    },
    "by the younger stream": {
      frames: (s) =>
        s
          .settings(wide)
          .client.headers(1, end)
          .headers(3, end)
          .server.headers(1)
          .headers(3)
          .data(1, 5_535)
          .data(3, 60_000)
          .wait(199)
          .client.windowUpdate(99, 1)
          .windowUpdate(0, 100)
          .server.data(1, 100, end),
      finds: [["held", 8, { ...hol, streamId: 3, streams: "1", ms: 201 }]],
    },
  },
});
