import { missingBeforeClose, multipleErrorCodes, noWarning } from "../../../src/rules/goaway/close.ts";
import { testRule } from "../../../src/testing.ts";

const ALL = 0x7fffffff;
const end = { endStream: true } as const;

testRule(missingBeforeClose, {
  valid: {
    "nothing was said": (s) => s.bare().client.preface().settings().headers(1, end).server.close(),
    "in HTTP/1.1": (s) => s.bare().client.preface().settings().headers(1, end).server.http1(["HTTP/1.1 400 Bad Request"]).close(),
    "the client's FIN is not captured": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .client.lost((client) => client.close())
        .server.close(),
    "the server's FIN is not captured": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .lost((server) => server.close())
        .client.close(),
    "the other side reset the connection": (s) => s.client.headers(1, end).goaway(0).reset().server.close(),
    "no stream is open": (s) => s.client.headers(1, end).server.headers(1, end).close(),
    "all is said to the other side's streams": (s) => s.client.headers(1).server.headers(1, end).close(),
    "with GOAWAY": (s) => s.client.headers(1, end).server.goaway(0).close(),
    "the other side closed first": (s) => s.client.headers(1, end).goaway(0).close().server.close(),
    "the stream was reset": (s) => s.client.headers(1, end).rst(1).server.close(),
    "the capture ends": (s) => s.client.headers(1, end),
  },
  invalid: {
    "after one fault": {
      frames: (s) => s.client.headers(1, end).data(1).headers(3, end).server.close(),
      finds: [["theirs", "close", { side: "server", streams: 2 }, { severity: "info" }]],
    },
    "by the server, in the midst of a response": {
      frames: (s) => s.client.headers(1, end).server.headers(1).close(),
      finds: [["theirs", "close", { side: "server", streams: 1 }]],
    },
    "by the server, with a TCP RST": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.reset(),
      finds: [["theirs", "close", { side: "server", streams: 2 }]],
    },
    // grpc-go before 1.63.
    "after a fault of the other side": {
      frames: (s) => s.client.headers(1).data(1).trailers(1).server.close(),
      finds: [["theirs", "close", { side: "server", streams: 1 }, { severity: "info" }]],
    },
    "after an error GOAWAY of the other side": {
      frames: (s) => s.client.headers(1, end).goaway(0, 1).server.close(),
      finds: [["theirs", "close", { side: "server", streams: 1 }, { severity: "info" }]],
    },
    // curl, when it is interrupted.
    "by the client, with its own streams": {
      frames: (s) => s.client.headers(1, end).headers(3).server.headers(1).client.close(),
      finds: [["own", "close", { side: "client", streams: 2 }, { severity: "info" }]],
    },
    "by the client, with promised streams: a push needs no second time": {
      frames: (s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(1, end).client.close(),
      finds: [["theirs", "close", { side: "client", streams: 1 }, { severity: "info" }]],
    },
    "GOAWAY may be lost": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.lost((server) => server.goaway(0))
          .close(),
      finds: [["theirs", "close", { side: "server", streams: 1 }]],
      certainty: "unproven",
    },
    "GOAWAY may have gone before": {
      frames: (s) => s.midway().client.ping().headers(1, end).server.ping().close(),
      finds: [["theirs", "close", { side: "server", streams: 1 }]],
      certainty: "unproven",
    },
    "bytes of the client are missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.ping())
          .client.headers(1, end)
          .server.headers(1)
          .close(),
      finds: [["theirs", "close", { side: "server", streams: 1 }]],

      certainty: "unproven",
    },
  },
});

testRule(multipleErrorCodes, {
  valid: {
    "an error, then none": (s) => s.client.headers(1).server.goaway(1, 2).goaway(1, 0),
    "a short one": (s) => s.client.headers(1).server.goaway(1, 1).frame({ type: 7, payload: "\0\0\0\x01" }),
    "other frames after it": (s) => s.client.headers(1).server.goaway(1, 1).rst(1, 2).settings(),
    "the same again": (s) => s.client.headers(1).server.goaway(1, 1).goaway(1, 1),
    "none, then one": (s) => s.client.headers(1).server.goaway(1, 0).goaway(1, 2),
    "each side its own": (s) => s.client.headers(1).goaway(0, 1).server.goaway(1, 2),
  },
  invalid: {
    two: {
      frames: (s) => s.client.headers(1).server.goaway(1, 1).goaway(1, 9),
      finds: [["another", 3, { code: "COMPRESSION_ERROR", before: "PROTOCOL_ERROR" }]],
    },
  },
});

testRule(noWarning, {
  valid: {
    "one that it has opened": (s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(1, end).goaway(1),
    "one above was answered": (s) => s.client.headers(1, end).headers(3, end).server.headers(3, end).goaway(1),
    "a short one first": (s) =>
      s.client.headers(1, end).server.frame({ type: 7, payload: "\0\0\0\x01" }).client.crossing().headers(3, end),
    announced: (s) => s.client.headers(1, end).server.goaway(ALL).client.crossing().headers(3, end).server.goaway(1).close(),
    "nothing was under way": (s) => s.client.headers(1, end).server.headers(1, end).goaway(1).close(),
    "opened when it had arrived": (s) => s.client.headers(1, end).server.goaway(1).client.headers(3, end),
    "an error": (s) => s.client.headers(1, end).server.goaway(1, 2).client.crossing().headers(3, end),
    "of the client": (s) => s.client.headers(1, end).goaway(0).server.pushPromise(1, 2),
  },
  invalid: {
    "a request crosses it": {
      frames: (s) => s.client.headers(1, end).server.goaway(1).client.crossing().headers(3, end).headers(5, end),
      finds: [["lost", 2, { last: 1, streams: 2 }]],
    },
    "a request that had arrived": {
      frames: (s) => s.client.headers(1, end).headers(3, end).server.goaway(1),
      finds: [["lost", 3, { last: 1, streams: 1 }]],
    },
  },
});
