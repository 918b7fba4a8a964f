import { connectionWindowLeak, windowTooSmall } from "../../../src/rules/health/window.ts";
import { type Script, type Story, testRule } from "../../../src/testing.ts";

const INITIAL_WINDOW_SIZE = 4;
const MAX_FRAME_SIZE = 5;
const end = { endStream: true } as const;

// Responses of 1000 octets: of every fourth stream all is read and given back, the others the client resets in between. It gives
// back `kept` of each one reset.
const resets =
  (streams: number, kept: number): Story =>
  (s) => {
    for (let i = 0; i < streams; i++) {
      const id = 2 * i + 3;
      s.client.headers(id, end).server.headers(id);
      if (i % 4 === 3) s.server.data(id, 1000, end).client.windowUpdate(0, 1000);
      else {
        s.server.data(id, 1000);
        s.client.rst(id);
        if (kept > 0) s.client.windowUpdate(0, kept);
      }
    }
    return s;
  };
const small = { octets: 8000 } as const;

interface Part {
  /** Bytes of a response that the client resets. */
  readonly reset: number;
  /** Bytes of one that ends. */
  readonly ended: number;
  /** What the client gives back of both. */
  readonly back: number;
}
// Parts of 2000 bytes; `meanwhile` comes before each WINDOW_UPDATE.
const inParts =
  (parts: readonly Part[], meanwhile: (s: Script, id: number, part: number) => unknown = () => {}): Story =>
  (s) => {
    s.client.headers(1, end).server.headers(1);
    parts.forEach(({ reset, ended, back }, i) => {
      const id = 10 * i + 3;
      if (reset > 0) s.client.headers(id, end).server.headers(id).data(id, reset).client.rst(id);
      if (ended > 0)
        s.client
          .headers(id + 2, end)
          .server.headers(id + 2)
          .data(id + 2, ended, end);
      meanwhile(s, id + 4, i);
      s.client.windowUpdate(0, back);
    });
    return s;
  };
const half: Part = { reset: 1000, ended: 1000, back: 1000 };
const halves = [half, half, half, half, half];
const four = { holder: "client", octets: 4000, sent: 8000, resets: 4, each: 1000 } as const;

testRule(connectionWindowLeak, {
  valid: {
    "all is given back": { frames: resets(24, 1000), options: small },
    "nothing is given back, over less than the threshold": { frames: resets(23, 0), options: { octets: 32_000 } },
    "most is given back": { frames: resets(24, 700), options: small },
    "another stream holds it": {
      frames: (s) => {
        s.client.headers(1, end).server.headers(1);
        for (let i = 0; i < 12; i++) {
          const id = 2 * i + 3;
          s.server.data(1, 2000).client.headers(id, end).server.headers(id).data(id, 500).client.rst(id).windowUpdate(0, 500);
        }
        return s;
      },
      options: small,
    },
    "in one part all is given back": { frames: inParts([half, half, half, { ...half, back: 2000 }, half]), options: small },
    "in one part nothing is reset": {
      frames: inParts([
        { ...half, back: 1200 },
        { ...half, back: 1200 },
        { ...half, back: 1200 },
        { reset: 0, ended: 2000, back: 1700 },
        { ...half, back: 1200 },
      ]),
      options: small,
    },
    "more is missing than what was sent on streams that were reset": {
      frames: inParts(halves.map(() => ({ reset: 100, ended: 1900, back: 1000 }))),
      options: small,
    },
    "responses that had ended before the reset": {
      frames: (s) => {
        for (let id = 1; id < 11; id += 2)
          s.client.headers(id).server.headers(id).data(id, 2000, end).client.rst(id, 0).windowUpdate(0, 1000);
      },
      options: small,
    },
    "all is given back, ever more at once": {
      frames: (s) => {
        let id = 1;
        for (const count of [2, 4, 6, 8, 10]) {
          for (let i = 0; i < count; i++, id += 2) s.client.headers(id, end).server.headers(id).data(id, 1000).client.rst(id);
          s.client.windowUpdate(0, count * 1000);
        }
      },
      options: small,
    },
    "another stream holds as much as half of what is reset": {
      frames: (s) => {
        s.client.headers(1, end).server.headers(1);
        for (let i = 0; i < 24; i++) {
          const id = 2 * i + 3;
          s.server.data(1, 250).client.headers(id, end).server.headers(id).data(id, 500).client.rst(id).windowUpdate(0, 500);
        }
      },
      options: small,
    },
    "nothing was reset": {
      frames: (s) => {
        for (let i = 0; i < 24; i++) {
          const id = 2 * i + 1;
          s.client.headers(id, end).server.headers(id).data(id, 1000, end).client.windowUpdate(0, 900);
        }
        return s;
      },
      options: small,
    },
  },
  invalid: {
    "nothing is given back": {
      frames: resets(24, 0),
      options: small,
      finds: [["leaks", 80, { holder: "client", octets: 12_000, sent: 16_000, resets: 12, each: 1000 }]],
    },
    "part by part": { frames: inParts(halves), options: small, finds: [["leaks", 42, four]] },
    "streams that were reset without DATA do not count": {
      frames: inParts(halves, (s, id) => s.client.headers(id, end).rst(id)),
      options: small,
      finds: [["leaks", 52, four]],
    },
    "the streams, not the connection, get half of it back": {
      frames: (s) => {
        for (let id = 1; id < 11; id += 2) {
          s.client.headers(id, end).server.headers(id).data(id, 2000);
          s.client.windowUpdate(id, 1000).rst(id).windowUpdate(0, 1000);
        }
      },
      options: small,
      finds: [["leaks", 30, four]],
    },
    "frames of the client that give nothing back": {
      frames: inParts(halves, (s) => s.client.ping().frame({ type: 8, payload: "\x01" })),
      options: small,
      finds: [["leaks", 52, four]],
    },
    "the window of a stream is opened meanwhile": {
      frames: inParts(halves, (s, _id, part) => (part === 2 ? s.client.windowUpdate(1, 5000) : s)),
      options: small,
      finds: [["leaks", 43, four]],
    },
    "a response that is read meanwhile": {
      frames: inParts(
        halves.map(() => ({ reset: 1000, ended: 0, back: 1000 })),
        (s) => s.server.data(1, 1000).client.windowUpdate(1, 1000),
      ),
      options: small,
      finds: [["leaks", 37, four]],
    },
    "half is": {
      frames: resets(24, 500),
      options: small,
      finds: [["leaks", 48, { holder: "client", octets: 3000, sent: 8000, resets: 6, each: 500 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => resets(24, 0)(s.holes()),
      finds: [["leaks", 80, { holder: "client", octets: 12_000, sent: 16_000, resets: 12, each: 1000 }]],
      options: small,
      because: ["borders", "no-gap2"],
    },
    "nothing is given back, and an open stream holds some": {
      frames: (s) => {
        s.client.headers(1, end).server.headers(1).data(1, 2000).client.windowUpdate(1, 500).windowUpdate(0, 500);
        return resets(24, 0)(s);
      },
      options: small,
      finds: [["leaks", 85, { holder: "client", octets: 12_000, sent: 16_000, resets: 12, each: 1000 }]],
    },
  },
});

// A window of 100 octets, given back whole every `everyMs`; the handshake takes 2 ms.
const transfer =
  (everyMs: number, times: number): Story =>
  (s) => {
    s.settings({ client: [[INITIAL_WINDOW_SIZE, 100]] })
      .client.headers(1, end)
      .server.headers(1);
    for (let i = 0; i < times; i++)
      s.server
        .data(1, 100)
        .client.wait(everyMs - 2)
        .windowUpdate(1, 100);
    return s;
  };

const short = { ms: 20 } as const;
const found = { streamId: 1, window: 100, ceiling: 50_000, rtt: 2 } as const;

testRule(windowTooSmall, {
  valid: {
    "for less than the threshold": { frames: transfer(2, 10), options: short },
    "slower than the share": { frames: transfer(3, 11), options: { ...short, share: 67 } },
    "far less than a second": transfer(2, 30),
    "a round trip below the threshold": { frames: transfer(2, 12), options: { ...short, rtt: 2.1 } },
    "the window is much larger": {
      frames: (s) => {
        s.client.headers(1, end).server.headers(1);
        for (let i = 0; i < 13; i++) s.server.data(1, 100).client.windowUpdate(1, 100);
        return s;
      },
      options: short,
    },
    "the start is not there": {
      frames: (s) => {
        s.midway().client.headers(1, end).server.headers(1);
        for (let i = 0; i < 14; i++) s.server.data(1, 100).client.windowUpdate(1, 100);
        return s;
      },
      options: short,
    },
    "the window grew meanwhile": {
      frames: (s) => {
        transfer(2, 5)(s);
        s.client.windowUpdate(1, 1000);
        for (let i = 0; i < 7; i++) s.server.data(1, 100).client.windowUpdate(1, 100);
      },
      options: short,
    },
    "the window was larger at first": {
      frames: (s) => {
        s.settings({ client: [[INITIAL_WINDOW_SIZE, 200]] })
          .client.headers(1, end)
          .server.headers(1);
        for (let i = 0; i < 11; i++) s.server.data(1, i === 5 ? 200 : 100).client.windowUpdate(1, 100);
      },
      options: short,
    },
    "more than the window allows, so that the round trip must be another": {
      frames: (s) => {
        s.settings({ client: [[INITIAL_WINDOW_SIZE, 100]] })
          .client.headers(1, end)
          .server.headers(1);
        for (let i = 0; i < 12; i++) s.server.data(1, 150).client.windowUpdate(1, 150);
      },
      options: short,
    },
    "streams that are not known, or have ended": {
      frames: (s) => {
        transfer(2, 4)(s);
        s.server.data(1, 0, end);
        for (let i = 0; i < 12; i++) s.client.windowUpdate(1, 100).windowUpdate(99, 100);
        return s;
      },
      options: short,
    },
  },
  invalid: {
    "at the threshold": {
      frames: transfer(2, 11),
      // All that the window allows.
      options: { ...short, share: 100 },
      finds: [["stream", 24, { ...found, rate: 50_000, ms: 20 }]],
    },
    "a frame that grants nothing, a little before": {
      frames: (s) => {
        transfer(2, 10)(s);
        s.server.data(1, 100).client.priority(1).windowUpdate(1, 100);
      },
      options: short,
      finds: [["stream", 25, { ...found, rate: 47_619, ms: 21 }]],
    },
    "another stream is served, too": {
      frames: (s) => {
        s.settings({ client: [[INITIAL_WINDOW_SIZE, 100]] })
          .client.headers(1, end)
          .headers(3, end)
          .server.headers(1)
          .headers(3);
        for (let i = 0; i < 11; i++) s.server.together((server) => server.data(1, 100).data(3, 5)).client.windowUpdate(1, 100);
      },
      options: short,
      finds: [["stream", 37, { ...found, rate: 50_000, ms: 20 }]],
    },
    "at the share": {
      frames: transfer(3, 8),
      options: { ...short, share: 66 },
      finds: [["stream", 18, { ...found, rate: 33_333, ms: 21 }]],
    },
    "again: one finding": {
      frames: transfer(2, 21),
      options: { ...short, rtt: 2 },
      finds: [["stream", 24, { ...found, rate: 50_000, ms: 20 }, { count: 2 }]],
    },
    "the connection's": {
      frames: (s) => {
        s.settings({
          client: [
            [INITIAL_WINDOW_SIZE, 1 << 20],
            [MAX_FRAME_SIZE, 65_535],
          ],
        })
          .client.headers(1, end)
          .server.headers(1);
        for (let i = 0; i < 4; i++) s.server.data(1, 65_535).client.windowUpdate(0, 65_535);
        return s;
      },
      options: { ms: 6 },
      finds: [["connection", 10, { window: 65_535, ceiling: 32_767_500, rtt: 2, rate: 32_767_500, ms: 6 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => transfer(2, 11)(s.holes()),
      finds: [["stream", 24, { ...found, rate: 50_000, ms: 20 }]],
      options: short,
      because: ["borders", "settings"],
    },
  },
});
