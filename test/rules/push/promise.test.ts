import { badParentState, disabled, fromClient, onServerStream, promisedIdInvalid } from "../../../src/rules/push/promise.ts";
import { testRule } from "../../../src/testing.ts";

const ENABLE_PUSH = 2;
const end = { endStream: true } as const;

testRule(fromClient, {
  valid: { "of the server": (s) => s.client.headers(1, end).server.pushPromise(1, 2) },
  invalid: {
    "of the client": { frames: (s) => s.client.headers(1).pushPromise(1, 3), finds: [["client", 2, { streamId: 1 }]] },
    "on an idle stream": { frames: (s) => s.client.pushPromise(1, 3), finds: [["client", 1, { streamId: 1 }]] },
  },
});

testRule(disabled, {
  valid: {
    "push is allowed": (s) =>
      s
        .settings({ client: [[ENABLE_PUSH, 1]] })
        .client.headers(1, end)
        .server.pushPromise(1, 2),
    "before the acknowledgment": (s) =>
      s.client
        .headers(1, end)
        .settings([[ENABLE_PUSH, 0]])
        .server.pushPromise(1, 2)
        .settingsAck(),
    "allowed again": (s) =>
      s
        .settings({ client: [[ENABLE_PUSH, 0]] })
        .client.headers(1, end)
        .settings([[ENABLE_PUSH, 1]])
        .server.pushPromise(1, 2),
    "of the client": (s) =>
      s
        .settings({ client: [[ENABLE_PUSH, 0]] })
        .client.headers(1)
        .pushPromise(1, 2),
    "no promise": (s) =>
      s
        .settings({ client: [[ENABLE_PUSH, 0]] })
        .client.headers(1, end)
        .server.headers(1, end),
  },
  invalid: {
    acknowledged: {
      frames: (s) =>
        s
          .settings({ client: [[ENABLE_PUSH, 0]] })
          .client.headers(1, end)
          .server.pushPromise(1, 2),
      finds: [["disabled", 2, { streamId: 1 }]],
    },
    "SETTINGS may be lost": {
      frames: (s) =>
        s
          .settings({ client: [[ENABLE_PUSH, 0]] })
          .client.headers(1, end)
          .lost((client) => client.settings([[ENABLE_PUSH, 1]]))
          .ping()
          .server.pushPromise(1, 2),
      finds: [["disabled", 4, { streamId: 1 }]],
      certainty: "unproven",
    },
  },
});

testRule(badParentState, {
  valid: {
    "an open stream": (s) => s.client.headers(1).server.pushPromise(1, 2),
    "a half-closed stream, in mid-response": (s) =>
      s.client.headers(1, end).server.headers(1).data(1).pushPromise(1, 2).data(1, 1, end),
    "mid-connection": (s) => s.midway().server.pushPromise(1, 2),
    "reset by the client, under way": (s) => s.client.headers(1).rst(1).server.crossing().pushPromise(1, 2),
    "other frames": (s) => s.client.headers(1).server.headers(1, end).windowUpdate(1).rst(1, 0),
    "on a pushed stream that it has ended: push/on-server-stream": (s) =>
      s.client.headers(1, end).server.pushPromise(1, 2).headers(2, end).pushPromise(2, 4),
    "of the client: push/from-client": (s) => s.client.headers(1).server.headers(1, end).client.pushPromise(1, 3),
    "a stream that the client has passed over": (s) => s.client.headers(5, end).server.pushPromise(3, 2),
    "a stream whose request may be lost": (s) => s.client.lost((client) => client.headers(1, end)).server.pushPromise(1, 2),
    "a stream whose beginning is missing": (s) => s.midway().client.ping().server.data(1, 1, end).pushPromise(1, 2),
  },
  invalid: {
    idle: { frames: (s) => s.server.pushPromise(1, 2), finds: [["idle", 1, { streamId: 1 }]] },
    "opened, but not arrived": {
      frames: (s) => s.client.headers(1, end).server.crossing().pushPromise(1, 2),
      finds: [["idle", 2, { streamId: 1 }]],
    },
    ended: {
      frames: (s) => s.client.headers(1).server.headers(1, end).pushPromise(1, 2),
      finds: [["ended", 3, { streamId: 1 }]],
    },
    closed: {
      frames: (s) => s.client.headers(1, end).server.headers(1).data(1, 1, end).pushPromise(1, 2),
      finds: [["ended", 4, { streamId: 1 }]],
    },
    reset: {
      frames: (s) => s.client.headers(1, end).server.rst(1).pushPromise(1, 2),
      finds: [["reset", 3, { streamId: 1 }]],
    },
  },
});

testRule(onServerStream, {
  valid: {
    "on the client's stream": (s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(2).pushPromise(1, 4),
    // RFC 9113 6.6: that is frame/push-promise-on-stream-zero.
    "on stream 0": (s) => s.client.headers(1, end).server.pushPromise(0, 2),
  },
  invalid: {
    "on a pushed stream": {
      frames: (s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(2).pushPromise(2, 4),
      finds: [["pushed", 4, { streamId: 2 }]],
    },
  },
});

testRule(promisedIdInvalid, {
  valid: {
    rising: (s) => s.client.headers(1, end).server.pushPromise(1, 2).pushPromise(1, 4).pushPromise(1, 10),
    "below the client's": (s) => s.client.headers(9, end).server.pushPromise(9, 2),
    "of the client: push/from-client": (s) => s.client.headers(1).pushPromise(1, 3),
    "too short: frame/too-short": (s) =>
      s.client.headers(1, end).server.frame({ type: 5, flags: 4, streamId: 1, payload: "\0\0\0" }),
  },
  invalid: {
    "0": { frames: (s) => s.client.headers(1, end).server.pushPromise(1, 0), finds: [["zero", 2, { streamId: 1 }]] },
    odd: { frames: (s) => s.client.headers(1, end).server.pushPromise(1, 5), finds: [["odd", 2, { streamId: 1, promised: 5 }]] },
    "twice the same": {
      frames: (s) => s.client.headers(1, end).server.pushPromise(1, 2).pushPromise(1, 2),
      finds: [["used", 3, { streamId: 1, promised: 2, highest: 2 }]],
    },
    lower: {
      frames: (s) => s.client.headers(1, end).server.pushPromise(1, 6).pushPromise(1, 4),
      finds: [["used", 3, { streamId: 1, promised: 4, highest: 6 }]],
    },
    "in the midst of a connection": {
      frames: (s) => s.midway().client.headers(1, end).server.pushPromise(1, 0),
      finds: [["zero", 2, { streamId: 1 }]],
      because: ["borders", "start"],
    },
  },
});
