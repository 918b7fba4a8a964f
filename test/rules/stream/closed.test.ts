import { expect, it } from "vitest";
import { refusedRetryStorm, windowUpdateOnClosed } from "../../../src/rules/stream/closed.ts";
import { getRequest, play, type Speaker, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;

testRule(windowUpdateOnClosed, {
  valid: {
    "the server's end is missing": (s) => s.client.headers(1, end).server.headers(1).ping().client.pingAck().windowUpdate(1),
    "a promised stream": (s) =>
      s.client.headers(1, end).server.pushPromise(1, 2).headers(2, end).ping().client.pingAck().windowUpdate(2),
    "the client's own end is missing": (s) => s.client.headers(1).server.headers(1, end).ping().client.pingAck().windowUpdate(1),
    "no stream": (s) => s.client.windowUpdate(1).windowUpdate(0),
    "half-closed": (s) => s.client.headers(1, end).server.headers(1).client.windowUpdate(1),
    "the end is only delivered": (s) => s.client.headers(1, end).server.headers(1, end).client.windowUpdate(1),
    "the connection's": (s) => s.client.headers(1, end).server.headers(1, end).ping().client.pingAck().windowUpdate(0),
    "after its own reset": (s) =>
      s.client.headers(1, end).server.headers(1).client.rst(1).server.ping().client.pingAck().windowUpdate(1),
    "other frames": (s) => s.client.headers(1, end).server.headers(1, end).ping().client.pingAck().priority(1),
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
    "by the client": (s) => {
      let to: Speaker = s.client;
      for (const id of [1, 3, 5, 7, 9]) to = to.client.headers(id, end).rst(id, REFUSED);
      return to;
    },
    "each refused twice": (s) => {
      let to: Speaker = s.client;
      for (const id of [1, 3, 5]) to = to.client.headers(id, end).server.rst(id, REFUSED).rst(id, REFUSED);
      return to;
    },
    promises: (s) => {
      let to: Speaker = s.client.headers(1).server;
      for (const id of [2, 4, 6, 8, 10]) to = to.server.pushPromise(1, id).rst(id, REFUSED).client.ping();
      return to;
    },
    "over twelve seconds": { frames: (s) => refused(s.client, [1, 3, 5, 7, 9], 3_000), options: { pause: 5_000 } },
    "four times": (s) => refused(s.client, [1, 3, 5, 7]).client.headers(9, end).server.headers(9, end),
    "with pauses": (s) => refused(s.client, [1, 3, 5, 7, 9, 11], 1_500),
    "two, with a pause": { frames: (s) => refused(s.client, [1, 3, 5], 1_600), options: { times: 2 } },
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
    "the requests are not known in full": (s) => refused(s.holes().client, [1, 3, 5, 7, 9]),
    "by frames of a wrong length": (s) => {
      let to: Speaker = s.client;
      for (const id of [1, 3, 5, 7, 9]) {
        to = to.client.headers(id, end).server.frame({ type: 3, streamId: id, payload: "\0\0\x07" });
      }
      return to;
    },
    "streams that are not known": (s) => s.server.rst(1, REFUSED).rst(3, REFUSED).rst(5, REFUSED).rst(7, REFUSED).rst(9, REFUSED),
    "just as long as the pause": { frames: (s) => refused(s.client, [1, 3, 5], 1_000), options: { times: 3, pause: 1_000 } },
  },
  invalid: {
    "the first ones too long ago": {
      frames: (s) => refused(refused(s.client, [1, 3], 900), [5, 7, 9], 0),
      options: { times: 3, within: 1_000 },
      finds: [["storm", 7, { method: "GET", path: "/", times: 3, seconds: 1 }]],
    },
    "two storms": {
      frames: (s) => refused(s.client, [1, 3, 5, 7, 9, 11]),
      options: { times: 3 },
      finds: [["storm", 5, { method: "GET", path: "/", times: 3, seconds: 1 }, { count: 2 }]],
    },
    "one storm, and what is left of it": {
      frames: (s) => refused(s.client, [1, 3, 5, 7, 9], 1),
      options: { times: 3 },
      finds: [["storm", 5, { method: "GET", path: "/", times: 3, seconds: 1 }]],
    },
    "just within the time": {
      frames: (s) => refused(s.client, [1, 3, 5], 498),
      options: { times: 3, within: 1_000 },
      finds: [["storm", 5, { method: "GET", path: "/", times: 3, seconds: 1 }]],
    },
    "five times": {
      frames: (s) => refused(s.client, [1, 3, 5, 7, 9]),
      finds: [["storm", 9, { method: "GET", path: "/", times: 5, seconds: 1 }]],
    },
    "by the user's measure": {
      frames: (s) => refused(s.client, [1, 3, 5], 1_500),
      options: { times: 3, pause: 2_000 },
      finds: [["storm", 5, { method: "GET", path: "/", times: 3, seconds: 4 }]],
    },
    "just within the pause": {
      frames: (s) => refused(s.client, [1, 3, 5], 999),
      options: { times: 3, pause: 1_000 },
      finds: [["storm", 5, { method: "GET", path: "/", times: 3, seconds: 3 }]],
    },
  },
});

// Too many frames for testRule, which cuts a story at every octet.
it.each([
  [255, 1],
  [256, 0],
])("stream/refused-retry-storm remembers requests over %i others", (others, found) => {
  const story: Story = (s) => {
    let to = refused(s.client, [1, 3, 5, 7]);
    for (let i = 0; i < others; i++) {
      const fields = { ...getRequest, ":path": `/${i}` };
      to = to.client.headers(9 + 2 * i, { endStream: true, fields }).server.rst(9 + 2 * i, REFUSED);
    }
    return refused(to, [601]);
  };
  const { findings } = play(story, { rules: [refusedRetryStorm] });
  expect(findings.map(({ data }) => data["times"])).toEqual(found === 0 ? [] : [5]);
});
