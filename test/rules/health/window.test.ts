import { connectionWindowLeak, windowTooSmall } from "../../../src/rules/health/window.ts";
import { type Story, testRule } from "../../../src/testing.ts";

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
      options: short,
      finds: [["stream", 24, { ...found, rate: 50_000, ms: 20 }]],
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
