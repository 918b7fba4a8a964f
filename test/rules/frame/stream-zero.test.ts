import {
  continuationOnStreamZero,
  dataOnStreamZero,
  goawayOnStream,
  headersOnStreamZero,
  pingOnStream,
  priorityOnStreamZero,
  pushPromiseOnStreamZero,
  rstStreamOnStreamZero,
  settingsOnStream,
} from "../../../src/rules/frame/stream-zero.ts";
import { testRule } from "../../../src/testing.ts";

testRule(dataOnStreamZero, {
  valid: {
    "on a stream": (s) => s.client.headers(1).data(1),
    "HEADERS: frame/headers-on-stream-zero": (s) => s.client.headers(0),
  },
  invalid: {
    "of the client": { frames: (s) => s.client.headers(1).data(0), finds: [["zero", 2]] },
    "of the server": { frames: (s) => s.client.headers(1).server.headers(1).data(0), finds: [["zero", 3]] },
    // Nobody knows who sent it, or whether a frame began there.
    "mid-connection": {
      frames: (s) => s.midway().client.ping().data(0),
      finds: [["zero", 2, {}, { because: ["roles", "borders"] }]],
      certainty: "unproven",
    },
  },
});

testRule(headersOnStreamZero, {
  valid: { "on a stream": (s) => s.client.headers(1) },
  invalid: {
    once: { frames: (s) => s.client.headers(0), finds: [["zero", 1]] },
    "in two frames": {
      frames: (s) => s.client.headers(0, { endHeaders: false }).headers(1),
      finds: [["zero", 1]],
    },
  },
});

testRule(priorityOnStreamZero, {
  valid: { "on an idle stream, depending on stream 0": (s) => s.client.priority(1, { dependency: 0 }) },
  invalid: { once: { frames: (s) => s.client.priority(0, { dependency: 1 }), finds: [["zero", 1]] } },
});

testRule(rstStreamOnStreamZero, {
  valid: { "on a stream": (s) => s.client.headers(1).rst(1) },
  invalid: { once: { frames: (s) => s.client.headers(1).rst(0), finds: [["zero", 2]] } },
});

testRule(pushPromiseOnStreamZero, {
  valid: { "on a stream": (s) => s.client.headers(1).server.pushPromise(1, 2) },
  invalid: { once: { frames: (s) => s.client.headers(1).server.pushPromise(0, 2), finds: [["zero", 2]] } },
});

testRule(continuationOnStreamZero, {
  valid: { "on the stream of the block": (s) => s.client.headers(1, { endHeaders: false }).continuation(1) },
  invalid: {
    "inside a block": { frames: (s) => s.client.headers(1, { endHeaders: false }).continuation(0), finds: [["zero", 2]] },
    "with no block open": { frames: (s) => s.client.continuation(0), finds: [["zero", 1]] },
  },
});

testRule(settingsOnStream, {
  valid: {
    "on stream 0": (s) => s.client.settings(),
    "PING: frame/ping-on-stream": (s) => s.client.headers(1).frame({ type: 6, streamId: 1, payload: "12345678" }),
  },
  invalid: {
    announcing: {
      frames: (s) => s.client.headers(1).settings([], { streamId: 1 }),
      finds: [["stream", 2, { streamId: 1 }]],
    },
    acknowledging: {
      frames: (s) => s.client.headers(1).settings([], { streamId: 1, flags: 1 }),
      finds: [["stream", 2, { streamId: 1 }]],
    },
  },
});

testRule(pingOnStream, {
  valid: { "on stream 0": (s) => s.client.ping() },
  invalid: {
    once: {
      frames: (s) => s.client.headers(1).frame({ type: 6, streamId: 1, payload: "12345678" }),
      finds: [["stream", 2, { streamId: 1 }]],
    },
  },
});

testRule(goawayOnStream, {
  valid: { "on stream 0": (s) => s.client.goaway() },
  invalid: {
    once: {
      frames: (s) => s.client.headers(1).frame({ type: 7, streamId: 3, payload: "\0\0\0\0\0\0\0\0" }),
      finds: [["stream", 2, { streamId: 3 }]],
    },
  },
});
