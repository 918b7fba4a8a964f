import {
  clientDataOnPushed,
  dataOnIdle,
  frameOnReservedClient,
  frameOnReservedServer,
  rstOnIdle,
  windowUpdateOnIdle,
} from "../../../src/rules/stream/idle.ts";
import { testRule } from "../../../src/testing.ts";

testRule(dataOnIdle, {
  valid: {
    "after HEADERS": (s) => s.client.headers(1).data(1),
    // It was closed when the higher one was opened: stream/data-on-closed.
    "below the highest": (s) => s.client.headers(3).data(1),
    "of the server: stream-id/unopened": (s) => s.server.data(1),
    "after HEADERS that were refused": (s) => s.client.headers(2).server.data(2),
    "mid-connection": {
      frames: (s) => s.midway().client.ping().data(1).data(1),
      unchecked: { "stream/* seen": 1, "flow/* acks": 1 },
    },
    "HEADERS may be missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.headers(1))
          .windowUpdate(0)
          .data(1),
      unchecked: { "stream/* seen": 1 },
    },
    "nobody opened it": (s) => s.client.rst(1),
    "HEADERS of a request just fit into what is missing": {
      frames: (s) => s.client.lost(12).windowUpdate(0).data(1),
      unchecked: { "stream/* seen": 1 },
    },
  },
  invalid: {
    "DATA first": { frames: (s) => s.client.data(1).headers(1), finds: [["idle", 1, { streamId: 1 }]] },
    "on an even id": { frames: (s) => s.client.headers(1).data(2), finds: [["idle", 2, { streamId: 2 }]] },
    "HEADERS of a request do not fit into what is missing": {
      frames: (s) => s.client.lost(11).windowUpdate(0).data(1),
      finds: [["idle", 3, { streamId: 1 }]],
      because: ["borders"],
    },
    "the preface is all that is missing": {
      frames: (s) =>
        s
          .bare()
          .client.lost((client) => client.preface())
          .settings()
          .server.settings()
          .settingsAck()
          .client.settingsAck()
          .data(1),
      finds: [["idle", 6, { streamId: 1 }]],
    },
  },
});

testRule(rstOnIdle, {
  valid: {
    "on an open stream": (s) => s.client.headers(1).server.rst(1),
    "below the highest": (s) => s.client.headers(3).rst(1),
    "in answer to HEADERS with a fault": (s) => s.client.headers(2).server.rst(2),
    "in answer to HEADERS that cannot be decoded": (s) => s.client.headers(1, { block: "\x80" }).server.rst(1),
    "in answer to a promise of an odd id": (s) => s.client.headers(1).server.pushPromise(1, 3).client.rst(3),
    "of a promised stream": (s) => s.client.headers(1).server.pushPromise(1, 2).client.rst(2),
    "mid-connection": { frames: (s) => s.midway().client.ping().rst(1), unchecked: { "stream/* seen": 1 } },
    "DATA first": (s) => s.client.data(1).headers(1),
  },
  invalid: {
    "nobody opened it": { frames: (s) => s.client.rst(1), finds: [["idle", 1, { streamId: 1 }]] },
    "of the server": { frames: (s) => s.client.headers(1).server.rst(3), finds: [["idle", 2, { streamId: 3 }]] },
    // RFC 7540 5.3.1 asked for it.
    "in answer to a PRIORITY on itself": {
      frames: (s) => s.client.priority(1, { dependency: 1 }).server.rst(1),
      finds: [["priority", 2, { streamId: 1 }, { severity: "info" }]],
    },
  },
});

testRule(windowUpdateOnIdle, {
  valid: {
    "on stream 0": (s) => s.client.windowUpdate(0),
    "of the server on the request": (s) => s.client.headers(1).server.windowUpdate(1),
    "on a promised stream": (s) => s.client.headers(1).server.pushPromise(1, 2).client.windowUpdate(2),
    "of the server on HEADERS that were refused": (s) => s.client.headers(2).server.windowUpdate(2),
    "DATA first": (s) => s.client.data(1).headers(1),
  },
  invalid: {
    "before HEADERS": { frames: (s) => s.client.windowUpdate(1).headers(1), finds: [["idle", 1, { streamId: 1 }]] },
    "of the server": { frames: (s) => s.client.headers(1).server.windowUpdate(3), finds: [["idle", 2, { streamId: 3 }]] },
  },
});

testRule(frameOnReservedServer, {
  valid: {
    "HEADERS first": (s) => s.client.headers(1).server.pushPromise(1, 2).headers(2).data(2),
    "RST_STREAM and PRIORITY": (s) => s.client.headers(1).server.pushPromise(1, 2).priority(2).rst(2),
    "WINDOW_UPDATE of the client": (s) => s.client.headers(1).server.pushPromise(1, 2).client.windowUpdate(2),
    DATA: (s) => s.client.headers(1).server.pushPromise(1, 2).client.data(2),
  },
  invalid: {
    DATA: {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2).data(2),
      finds: [["reserved", 3, { kind: "DATA", streamId: 2 }]],
    },
    WINDOW_UPDATE: {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2).windowUpdate(2),
      finds: [["reserved", 3, { kind: "WINDOW_UPDATE", streamId: 2 }]],
    },
    PUSH_PROMISE: {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2).pushPromise(2, 4),
      finds: [["reserved", 3, { kind: "PUSH_PROMISE", streamId: 2 }]],
    },
  },
});

testRule(frameOnReservedClient, {
  valid: {
    "RST_STREAM, PRIORITY, WINDOW_UPDATE": (s) =>
      s.client.headers(1).server.pushPromise(1, 2).client.priority(2).windowUpdate(2).rst(2),
    "the response has begun: client-data-on-pushed": (s) =>
      s.client.headers(1).server.pushPromise(1, 2).headers(2).client.data(2),
    DATA: (s) => s.client.headers(1).server.pushPromise(1, 2).data(2),
  },
  invalid: {
    DATA: {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2).client.data(2),
      finds: [["reserved", 3, { kind: "DATA", streamId: 2 }]],
    },
    HEADERS: {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2).client.headers(2),
      finds: [["reserved", 3, { kind: "HEADERS", streamId: 2 }]],
    },
  },
});

testRule(clientDataOnPushed, {
  valid: {
    "WINDOW_UPDATE and RST_STREAM": (s) => s.client.headers(1).server.pushPromise(1, 2).headers(2).client.windowUpdate(2).rst(2),
    "WINDOW_UPDATE after the server's end": (s) =>
      s.client.headers(1).server.pushPromise(1, 2).headers(2, { endStream: true }).client.windowUpdate(2),
  },
  invalid: {
    DATA: {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2).headers(2).client.data(2),
      finds: [["pushed", 4, { kind: "DATA", streamId: 2 }]],
    },
    HEADERS: {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2).headers(2).client.headers(2),
      finds: [["pushed", 4, { kind: "HEADERS", streamId: 2 }]],
    },
    "DATA after the server's end": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2).headers(2, { endStream: true }).client.data(2),
      finds: [["pushed", 4, { kind: "DATA", streamId: 2 }]],
    },
  },
});
