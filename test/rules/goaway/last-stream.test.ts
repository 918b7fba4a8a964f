import {
  lastIdBelowAnswered,
  lastStreamIdIncreased,
  lastStreamIdParity,
  lastStreamIdUnopened,
} from "../../../src/rules/goaway/last-stream.ts";
import { testRule } from "../../../src/testing.ts";

const ALL = 0x7fffffff;
const end = { endStream: true } as const;

testRule(lastStreamIdIncreased, {
  valid: {
    "lower, then the same": (s) => s.client.headers(1).server.goaway(ALL).goaway(1).goaway(1),
    "each side for itself": (s) => s.client.headers(1).goaway(0).server.goaway(1),
  },
  invalid: {
    higher: {
      frames: (s) => s.client.headers(1).headers(3).server.goaway(1).goaway(3),
      finds: [["higher", 4, { last: 3, before: 1 }]],
    },
    "all after one": {
      frames: (s) => s.client.headers(1).server.goaway(1, 2).goaway(ALL),
      finds: [["higher", 3, { last: ALL, before: 1 }]],
    },
    "of a client, in the midst of a connection": {
      frames: (s) => s.midway().client.ping().goaway(2).goaway(4),
      finds: [["higher", 3, { last: 4, before: 2 }]],
      certainty: "unproven",
    },
  },
});

testRule(lastStreamIdParity, {
  valid: {
    "of the server, another stream of the client": (s) => s.client.headers(1).headers(3).server.goaway(3),
    "of the server, a stream of the client": (s) => s.client.headers(1).server.goaway(1),
    "of the client, a promised stream": (s) => s.client.headers(1).server.pushPromise(1, 2).client.goaway(2),
    "none and all": (s) => s.client.headers(1).goaway(ALL).goaway(0).server.goaway(ALL).goaway(0),
  },
  invalid: {
    "of the client, two": {
      frames: (s) => s.client.headers(1).goaway(3).goaway(1).close(),
      finds: [["own", 2, { side: "client", last: 3 }]],
    },
    "of the server": {
      frames: (s) => s.client.headers(1).server.goaway(2),
      finds: [["own", 2, { side: "server", last: 2 }]],
    },
    "of the client, with an error": {
      frames: (s) => s.client.headers(1).goaway(1, 2).close(),
      finds: [["own", 2, { side: "client", last: 1 }]],
    },
    // grpc-go.
    "of the client, at its end": {
      frames: (s) => s.client.headers(1, end).server.headers(1, end).client.goaway(1, 0, "client transport shutdown").close(),
      finds: [["own", 3, { side: "client", last: 1 }, { severity: "info" }]],
    },
    "of the client, and the capture ends": {
      frames: (s) => s.client.headers(1, end).goaway(1),
      finds: [["own", 2, { side: "client", last: 1 }, { severity: "info" }]],
    },
    "of the client, and it goes on": {
      frames: (s) => s.client.headers(1).goaway(1).data(1, 1, end),
      finds: [["own", 2, { side: "client", last: 1 }]],
    },
  },
});

testRule(lastStreamIdUnopened, {
  valid: {
    "the highest": (s) => s.client.headers(1).headers(5).server.goaway(5),
    "one that was skipped": (s) => s.client.headers(5).server.goaway(3),
    all: (s) => s.server.goaway(ALL),
    "of its own kind": (s) => s.client.goaway(7),
  },
  invalid: {
    "above the highest": {
      frames: (s) => s.client.headers(1).server.goaway(3),
      finds: [["unopened", 2, { last: 3, highest: 1 }]],
    },
    "its HEADERS may be lost": {
      frames: (s) =>
        s.client
          .headers(1)
          .lost((client) => client.headers(3))
          .server.goaway(3),
      finds: [["unopened", 3, { last: 3, highest: 1 }]],
      certainty: "unproven",
    },
  },
});

testRule(lastIdBelowAnswered, {
  valid: {
    "short, after a response": (s) => s.client.headers(1, end).server.headers(1, end).frame({ type: 7, payload: "\0\0\0\0" }),
    "other frames": (s) => s.client.headers(1, end).server.headers(1).ping().settings().rst(1),
    "after sixteen others": (s) => {
      const server = s.client.headers(1, end).server.headers(1, end);
      for (let i = 0; i < 16; i++) server.goaway(ALL);
      return server.goaway(0);
    },
    "the last one answered": (s) => s.client.headers(1, end).headers(3, end).server.headers(1, end).goaway(1),
    "only reset": (s) => s.client.headers(1, end).headers(3, end).server.headers(1, end).rst(3, 7).goaway(1),
    "only read": (s) => s.client.headers(1).data(1, 5).server.windowUpdate(1, 5).goaway(0),
    // That is activity-above-last.
    "answered later": (s) => s.client.headers(1, end).server.goaway(0).headers(1, end),
    "promised by the sender itself": (s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(2).goaway(1),
    "an answer that was lost": (s) =>
      s.client
        .headers(1, end)
        .server.lost((server) => server.headers(1, end))
        .goaway(0),
  },
  invalid: {
    "after fifteen others": {
      frames: (s) => {
        const server = s.client.headers(1, end).server.headers(1, end);
        for (let i = 0; i < 15; i++) server.goaway(ALL);
        return server.goaway(0);
      },
      finds: [["ended", 18, { last: 0, streamId: 1 }, { severity: "warning" }]],
    },
    "in the midst of a response": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.headers(1).headers(3).goaway(1),
      finds: [["open", 5, { last: 1, streamId: 3 }]],
    },
    // h2spec.
    "after a response": {
      frames: (s) => s.client.headers(1, end).server.headers(1).data(1, 1, end).goaway(0),
      finds: [["ended", 4, { last: 0, streamId: 1 }, { severity: "warning" }]],
    },
    "one ended, one open": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.headers(1).headers(3, end).goaway(0),
      finds: [["open", 5, { last: 0, streamId: 1 }]],
    },
    "given up by the client": {
      frames: (s) => s.client.headers(1, end).server.headers(1).client.rst(1).server.goaway(0),
      finds: [["reset", 4, { last: 0, streamId: 1 }, { severity: "warning" }]],
    },
    "that the same side had reset": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.headers(1, end).headers(3).rst(3, 7).goaway(1),
      finds: [["own", 6, { last: 1, streamId: 3 }, { severity: "warning" }]],
    },
  },
});
