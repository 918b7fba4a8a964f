import { tcpZeroWindow } from "../../../src/rules/health/zero-window.ts";
import { type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const closed =
  (ms: number): Story =>
  (s) =>
    s.client
      .headers(1, end)
      .server.headers(1)
      .client.tcpWindow(0)
      .wait(ms - 1)
      .tcpWindow(4096)
      .server.data(1, 5, end);

testRule(tcpZeroWindow, {
  valid: {
    "a little less than the threshold": closed(199),
    "small, but not 0": (s) => s.client.headers(1, end).server.headers(1).client.tcpWindow(1).wait(900).tcpWindow(4096),
    "for a moment, long ago": (s) => s.client.headers(1, end).tcpWindow(0).wait(50).tcpWindow(4096).wait(900).ping(),
    "until the end, for a little less than the threshold": (s) => s.client.headers(1, end).tcpWindow(0).wait(198).ping(),
  },
  invalid: {
    "at the threshold": { frames: closed(200), finds: [["closed", "close", { side: "client", ms: 200 }]] },
    "by another threshold": { frames: closed(50), options: { ms: 50 }, finds: [["closed", "close", { side: "client", ms: 50 }]] },
    "until the end": {
      frames: (s) => s.client.headers(1, end).server.tcpWindow(0).client.wait(999).headers(3, end),
      finds: [["never", "close", { side: "server", ms: 1000 }]],
    },
    "until the end, at the threshold": {
      frames: (s) => s.client.headers(1, end).tcpWindow(0).wait(199).ping(),
      finds: [["never", "close", { side: "client", ms: 200 }]],
    },
    "twice: one finding": {
      frames: (s) =>
        s.client.headers(1, end).tcpWindow(0).wait(199).tcpWindow(4096).tcpWindow(0).wait(199).tcpWindow(4096).ping(),
      finds: [["closed", "close", { side: "client", ms: 200 }, { count: 2 }]],
    },
  },
});
