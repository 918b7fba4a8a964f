import { flowStallConnection, flowStallStream, holByWindow } from "../../../src/rules/health/stall.ts";
import { getRequest, type Script, type Speaker, type Story, testRule } from "../../../src/testing.ts";

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

// A hundred bytes of window, and frames of a byte with nine of padding, of which one is given back; the last uses up what is left.
function padded(s: Script): unknown {
  s.settings({ client: [[INITIAL_WINDOW_SIZE, 100]] })
    .client.headers(1, end)
    .server.headers(1);
  for (let i = 0; i < 10; i++) s.server.data(1, 1, { padding: 8 }).client.windowUpdate(1, 1);
  return s.server.data(1, 9, { padding: 0 }).wait(199).ping();
}

// The window of a hundred bytes is used up by one frame; the grant of `back` bytes by another, of padding alone.
const paddedOnce =
  (content: number, back = 0): Story =>
  (s) => {
    s.settings({ client: [[INITIAL_WINDOW_SIZE, 100]] })
      .client.headers(1, end)
      .server.headers(1)
      .data(1, content, { padding: 99 - content });
    if (back > 0) s.client.windowUpdate(1, back).server.data(1, 0, { padding: back - 1 });
    s.server.wait(199).ping();
  };
const ofPadding = (octets: number, padding: number) => ({
  ...{ sender: "server", holder: "client", streamId: 1, ms: 200, octets },
  padding: padding === 0 ? "" : `; ${padding} of these bytes are padding, which counts and which it did not give back`,
});

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
    "the request was not seen: nobody knows what its window is": (s) =>
      s
        .settings(ten)
        .client.lost((client) => client.headers(1, end))
        .server.headers(1)
        .data(1, 10)
        .wait(500)
        .client.windowUpdate(1, 5)
        .server.data(1, 5, end),
    "the grant makes up for no more than what was sent too much": (s) =>
      s
        .settings(ten)
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 15)
        .wait(500)
        .client.windowUpdate(1, 5)
        .server.data(1, 1, end),
    "the response had ended when the client reset it": (s) =>
      s.settings(ten).client.headers(1).server.headers(1).data(1, 10, end).wait(500).client.rst(1),
  },
  invalid: {
    "at the threshold": { frames: stalled(200), finds: [["stalled", 4, stall]] },
    "above it": { frames: stalled(1000), finds: [["stalled", 4, { ...stall, ms: 1000 }]] },
    "by another threshold": { frames: stalled(30), options: { ms: 30 }, finds: [["stalled", 4, { ...stall, ms: 30 }]] },
    "by a single byte": { frames: stalled(200, 1), finds: [["stalled", 4, { ...stall, increment: 1 }]] },
    "the grant leaves one byte after what was sent too much": {
      frames: (s) =>
        s
          .settings(ten)
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 15)
          .wait(199)
          .client.windowUpdate(1, 6)
          .server.data(1, 1, end),
      finds: [["stalled", 4, { ...stall, octets: 15, increment: 6 }]],
    },
    "once, however many grants follow": {
      frames: (s) =>
        s
          .settings(ten)
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 10)
          .wait(199)
          .client.windowUpdate(1, 5)
          .server.data(1, 5)
          .client.windowUpdate(1, 5)
          .server.data(1, 5)
          .client.windowUpdate(1, 5)
          .server.data(1, 5, end),
      finds: [["stalled", 4, stall]],
    },
    "until the reset, and another stream stays open": {
      frames: (s) =>
        s
          .settings(ten)
          .client.headers(1, end)
          .headers(3, end)
          .server.headers(1)
          .data(1, 10)
          .wait(199)
          .client.rst(1)
          .wait(500)
          .ping(),
      finds: [["never", "close", { sender: "server", holder: "client", streamId: 1, ms: 200, octets: 10, padding: "" }]],
    },
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
      finds: [["never", "close", { sender: "server", holder: "client", streamId: 1, ms: 200, octets: 10, padding: "" }]],
    },
    "until the end": {
      frames: (s) => s.settings(ten).client.headers(1, end).server.headers(1).data(1, 10).wait(199).ping(),
      finds: [["never", "close", { sender: "server", holder: "client", streamId: 1, ms: 200, octets: 10, padding: "" }]],
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
    "padding that is not given back with the content": {
      frames: padded,
      finds: [
        [
          "never",
          "close",
          {
            ...{ sender: "server", holder: "client", streamId: 1, ms: 200, octets: 110 },
            padding: "; 91 of these bytes are padding, which counts and which it did not give back",
          },
        ],
      ],
    },
    "until the server reset the stream": {
      frames: (s) => s.settings(ten).client.headers(1, end).server.headers(1).data(1, 10).wait(199).rst(1),
      finds: [["never", "close", { sender: "server", holder: "client", streamId: 1, ms: 200, octets: 10, padding: "" }]],
    },
    "eight tenths of what is held are padding": { frames: paddedOnce(20), finds: [["never", "close", ofPadding(100, 80)]] },
    "a byte less than eight tenths": { frames: paddedOnce(21), finds: [["never", "close", ofPadding(100, 0)]] },
    "all of the content was given back, and no padding": {
      frames: paddedOnce(10, 10),
      finds: [["never", "close", ofPadding(110, 100)]],
    },
    "all of the content was given back, and a byte of padding": {
      frames: paddedOnce(10, 11),
      finds: [["never", "close", ofPadding(111, 0)]],
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
const get = (path: string) => ({ endStream: true, fields: { ...getRequest, ":path": path } });
// One response uses up the connection's window; `meanwhile` comes next, and then the grant.
const oneStream =
  (meanwhile: (s: Speaker) => Speaker): Story =>
  (s) =>
    meanwhile(s.settings(wide).client.headers(1, end).server.headers(1).data(1, 65_535).client)
      .client.wait(300)
      .windowUpdate(0, 100)
      .server.data(1, 100, end);
// By stream 1, that of the connection too; windows of streams are 0, and what they are granted.
const usedUp =
  (meanwhile: (client: Speaker) => Speaker): Story =>
  (s) =>
    meanwhile(
      s
        .settings({
          client: [
            [INITIAL_WINDOW_SIZE, 0],
            [MAX_FRAME_SIZE, 65_536],
          ],
        })
        .client.headers(1, end)
        .windowUpdate(1, 65_535)
        .server.headers(1)
        .data(1, 65_535)
        .client.headers(3, get("/a")),
    )
      .windowUpdate(0, 100)
      .windowUpdate(1, 100)
      .server.data(1, 100, end);
const granted = (stream: number): Story => usedUp((client) => client.windowUpdate(3, stream).wait(197));

// So many of the window's bytes on a stream that is over, the rest on one that waits.
const over =
  (octets: number): Story =>
  (s) => {
    s.settings(wide).client.headers(1, end).headers(3, end).server.headers(1).data(1, octets, end);
    s.server
      .headers(3)
      .data(3, 65_535 - octets)
      .wait(299)
      .ping();
  };
const lasting = { sender: "server", holder: "client", ms: 300, streams: "3", victims: "" } as const;

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
    "no DATA follow the grant": (s) =>
      s.settings(wide).client.headers(1, end).server.headers(1).data(1, 65_535).wait(500).client.windowUpdate(0, 100),
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
    "the stream that holds the window itself is given up": {
      frames: (s) => {
        s.settings(wide).client.headers(1, end).server.headers(1).data(1, 65_535);
        s.client.wait(299).rst(1);
      },
      finds: [["never", "close", { sender: "server", holder: "client", ms: 300, streams: "1", victims: "", gone: "" }]],
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
    "what was asked for meanwhile": {
      frames: oneStream((s) => s.client.headers(3, get("/a")).headers(5, get("/b")).headers(7, get("/a"))),
      finds: [["stalled", 7, { ...held, ms: 304, streams: "1", victims: "; meanwhile nothing came for /a, /b" }]],
    },
    "three paths of those": {
      frames: oneStream((s) => s.client.headers(3, get("/a")).headers(5, get("/b")).headers(7, get("/c")).headers(9, get("/d"))),
      finds: [["stalled", 8, { ...held, ms: 305, streams: "1", victims: "; meanwhile nothing came for /a, /b, /c" }]],
    },
    "no path of one that was answered without content": {
      frames: oneStream((s) => s.client.headers(3).server.headers(3, end)),
      finds: [["stalled", 6, { ...held, ms: 303, streams: "1" }]],
    },
    "no path of one that had waited before": {
      frames: (s) =>
        s
          .settings(wide)
          .client.headers(1, end)
          .headers(3, get("/a"))
          .server.headers(1)
          .data(1, 65_535)
          .wait(199)
          .client.windowUpdate(0, 100)
          .server.data(1, 100, end),
      finds: [["stalled", 5, { ...held, streams: "1" }]],
    },
    "a request without a path": {
      frames: oneStream((s) => s.client.headers(3, { endStream: true, fields: { ":method": "GET" } })),
      finds: [["stalled", 5, { ...held, ms: 302, streams: "1" }]],
    },
    "its own window is used up, too": {
      frames: usedUp((client) => client.wait(198)),
      finds: [["stalled", 6, { ...held, streams: "1" }]],
    },
    "its own window has one byte": {
      frames: granted(1),
      finds: [["stalled", 7, { ...held, streams: "1", victims: "; meanwhile nothing came for /a" }]],
    },
    "uploads: what began with the last DATA waits, what sent it does not": {
      frames: (s) =>
        s
          .settings({ server: wide.client })
          .client.together((client) =>
            client
              .headers(1, { fields: { ...getRequest, ":method": "POST", ":path": "/up" } })
              .data(1, 65_535)
              .headers(3, { fields: { ...getRequest, ":method": "POST", ":path": "/next" } }),
          )
          .wait(299)
          .server.ping(),
      finds: [
        [
          "never",
          "close",
          {
            ...{ sender: "client", holder: "server", ms: 300, streams: "1, 3", gone: "" },
            victims: "; meanwhile nothing came for /next",
          },
        ],
      ],
    },
    "a PING comes before the DATA": {
      frames: (s) =>
        s
          .settings(wide)
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 65_535)
          .wait(199)
          .client.windowUpdate(0, 100)
          .ping()
          .server.data(1, 100, end),
      finds: [["stalled", 4, { ...held, streams: "1" }]],
    },
    "the grant leaves one byte after what was sent too much": {
      frames: (s) =>
        s
          .settings({
            client: [
              [INITIAL_WINDOW_SIZE, 100_000],
              [MAX_FRAME_SIZE, 100_000],
            ],
          })
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 65_545)
          .wait(199)
          .client.windowUpdate(0, 11)
          .server.data(1, 1, end),
      finds: [["stalled", 4, { ...held, streams: "1", increment: 11 }]],
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
    "streams are given up whose response had ended, or not begun": {
      frames: (s) => {
        s.settings(wide).client.headers(1, end).headers(3).headers(5).server.headers(3, end).headers(1).data(1, 65_535);
        s.client.wait(299).rst(3).rst(5);
      },
      finds: [["never", "close", { sender: "server", holder: "client", ms: 301, streams: "1", victims: "", gone: "" }]],
    },
    "the server gives a stream up that waits": {
      frames: (s) => {
        s.settings(wide).client.headers(1, end).headers(3, end).server.headers(3).headers(1).data(1, 65_535);
        s.server.wait(299).rst(3);
      },
      finds: [
        ["never", "close", { sender: "server", holder: "client", ms: 300, streams: "3, 1", victims: "", gone: "" }, { count: 2 }],
      ],
    },
    "what a stream that is over had held was given back": {
      frames: (s) => {
        s.settings(wide).client.headers(1, end).server.headers(1).data(1, 40_000, end).client.windowUpdate(0, 40_000);
        s.client.headers(3, end).server.headers(3).data(3, 65_535).wait(299).ping();
      },
      finds: [["never", "close", { sender: "server", holder: "client", ms: 300, streams: "3", victims: "", gone: "" }]],
    },
    "half of it came on a stream that is over": {
      frames: over(32_768),
      finds: [["never", "close", { ...lasting, gone: "; 32768 of its 65535 bytes came on streams that are over" }]],
    },
    "a byte less than half came on a stream that is over": {
      frames: over(32_767),
      finds: [["never", "close", { ...lasting, gone: "" }]],
    },
  },
});

// Stream 1 is granted 25,535 at first, and 20,000 of what it sends are not given back; stream 3 sends 20,000.
const bothRead =
  (window: number): Story =>
  (s) =>
    s
      .settings({
        client: [
          [INITIAL_WINDOW_SIZE, window],
          [MAX_FRAME_SIZE, 65_536],
        ],
      })
      .client.headers(1, end)
      .windowUpdate(1, 25_535)
      .headers(3, end)
      .server.headers(1)
      .headers(3)
      .data(1, 45_535)
      .data(3, 20_000)
      .wait(199)
      .client.windowUpdate(0, 100)
      .server.data(1, 1, end);
// What is sent before the window is used up: 65,537 bytes.
const raised =
  (first: number): Story =>
  (s) =>
    s
      .settings(wide)
      .client.headers(1, end)
      .headers(3, end)
      .windowUpdate(0, 2)
      .server.headers(1)
      .headers(3)
      .data(1, first)
      .data(3, 65_537 - first)
      .wait(199)
      .client.windowUpdate(0, 100)
      .server.data(3, 100, end);
// Both sides of the threshold: what is sent too much is 10 bytes.
const tooMuch =
  (increment: number): Story =>
  (s) =>
    s
      .settings(wide)
      .client.headers(1, end)
      .headers(3, end)
      .server.headers(1)
      .headers(3)
      .data(1, 60_000)
      .data(3, 5_545)
      .wait(199)
      .client.windowUpdate(0, increment)
      .server.data(3, 1, end);
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
    "the other's own window is used up": bothRead(20_000),
    "less than its share by a hundredth of a byte": { frames: raised(47_842), options: { share: 73 } },
    "the grant makes up for no more than what was sent too much": tooMuch(10),
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
    "the other's own window has one byte": {
      frames: bothRead(20_001),
      finds: [["held", 8, { ...hol, octets: 20_000 }]],
    },
    "the grant leaves one byte after what was sent too much": { frames: tooMuch(11), finds: [["held", 7, hol]] },
    "three streams alike: the first": {
      frames: (s) =>
        s
          .settings(wide)
          .client.headers(1, end)
          .headers(3, end)
          .headers(5, end)
          .server.headers(1)
          .headers(3)
          .headers(5)
          .data(1, 21_845)
          .data(3, 21_845)
          .data(5, 21_845)
          .wait(199)
          .client.windowUpdate(0, 100)
          .server.data(3, 100, end),
      options: { share: 33 },
      finds: [["held", 10, { ...hol, octets: 21_845, streams: "3, 5" }]],
    },
    "a frame on the stream that grants nothing": {
      frames: (s) =>
        s
          .settings(wide)
          .client.headers(1, end)
          .headers(3, end)
          .server.headers(1)
          .headers(3)
          .data(1, 60_000)
          .data(3, 5_535)
          .client.priority(1)
          .wait(198)
          .windowUpdate(0, 100)
          .server.data(3, 100, end),
      finds: [["held", 8, hol]],
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
