import { refusedRetryStorm, windowUpdateOnClosed } from "../../../src/rules/stream/closed.ts";
import { getRequest, type Speaker, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;

testRule(windowUpdateOnClosed, {
  valid: {
    "half-closed": (s) => s.client.headers(1, end).server.headers(1).client.windowUpdate(1),
    "the end is only delivered": (s) => s.client.headers(1, end).server.headers(1, end).client.windowUpdate(1),
    "the connection's": (s) => s.client.headers(1, end).server.headers(1, end).ping().client.pingAck().windowUpdate(0),
    "after its own reset": (s) =>
      s.client.headers(1, end).server.headers(1).client.rst(1).server.ping().client.pingAck().windowUpdate(1),
  },
  invalid: {
    "the end was processed": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).ping().client.pingAck().windowUpdate(1),
      finds: [["closed", 5, { streamId: 1, side: "client" }]],
    },
  },
});

const REFUSED = 7;
// One request after the other, each refused.
function refused(speaker: Speaker, ids: readonly number[], pause = 0): Speaker {
  let to = speaker;
  for (const id of ids) to = to.client.headers(id, end).server.rst(id, REFUSED).wait(pause);
  return to;
}

testRule(refusedRetryStorm, {
  valid: {
    "four times": (s) => refused(s.client, [1, 3, 5, 7]).client.headers(9, end).server.headers(9, end),
    "with pauses": (s) => refused(s.client, [1, 3, 5, 7, 9, 11], 1_500),
    "all at once": (s) =>
      s.client
        .headers(1, end)
        .headers(3, end)
        .headers(5, end)
        .headers(7, end)
        .headers(9, end)
        .server.rst(1, REFUSED)
        .rst(3, REFUSED)
        .rst(5, REFUSED)
        .rst(7, REFUSED)
        .rst(9, REFUSED),
    "other requests": (s) => {
      let to: Speaker = s.client;
      for (const id of [1, 3, 5, 7, 9]) {
        to = to.client.headers(id, { endStream: true, fields: { ...getRequest, ":path": `/${id}` } }).server.rst(id, REFUSED);
      }
      return to;
    },
    "cancelled, not refused": (s) => {
      let to: Speaker = s.client;
      for (const id of [1, 3, 5, 7, 9]) to = to.client.headers(id, end).server.rst(id, 8);
      return to;
    },
  },
  invalid: {
    "five times": {
      frames: (s) => refused(s.client, [1, 3, 5, 7, 9]),
      finds: [["storm", 9, { method: "GET", path: "/", times: 5, seconds: 1 }]],
    },
    "by the user's measure": {
      frames: (s) => refused(s.client, [1, 3, 5], 1_500),
      options: { times: 3, pause: 2_000 },
      finds: [["storm", 5, { method: "GET", path: "/", times: 3, seconds: 4 }]],
    },
  },
});
