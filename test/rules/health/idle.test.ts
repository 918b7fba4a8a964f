import { idleTimeout } from "../../../src/rules/health/idle.ts";
import { grpcRequest, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const status = (code: string) => ({ ...end, fields: { ":status": code } });
const PROTOCOL_ERROR = 1;
const INTERNAL_ERROR = 2;
const REFUSED_STREAM = 7;
const CANCEL = 8;

// Each stream is quiet for so long, and then the server resets it.
const quiet =
  (...waits: readonly (readonly [ms: number, code?: number])[]): Story =>
  (s) => {
    waits.forEach(([ms, code = PROTOCOL_ERROR], i) => {
      const id = 2 * i + 1;
      s.client
        .headers(id)
        .wait(ms - 1)
        .server.rst(id, code);
    });
  };

testRule(idleTimeout, {
  valid: {
    "the client closed first, and its FIN is missing": (s) =>
      s.client
        .headers(1, { endStream: true })
        .wait(60_000)
        .lost((client) => client.close())
        .server.close(),
    "no whole number of five seconds": (s) => s.client.headers(1).wait(58_200).server.rst(1, PROTOCOL_ERROR),
    "at once": (s) => s.client.headers(1).server.rst(1, PROTOCOL_ERROR),
    "a client that does not want it any more": (s) => s.client.headers(1).wait(60_000).rst(1, CANCEL),
    "a deadline": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "60S" } })
        .wait(60_000)
        .server.rst(1, CANCEL),
    "a deadline that had nearly passed": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "60S" } })
        .wait(55_000)
        .server.rst(1, CANCEL),
    "nine tenths of a deadline": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "50S" } })
        .wait(44_999)
        .server.rst(1, CANCEL),
    "no error, behind a whole response": (s) => s.client.headers(1).server.headers(1, end).wait(60_000).rst(1, 0),
    "no error, by the client": (s) => s.client.headers(1).wait(60_000).rst(1, 0),
    "no error, at no time that timers are set to": (s) => s.client.headers(1, end).wait(58_200).server.rst(1, 0),
    "no error, at its deadline": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "60S" } })
        .wait(60_000)
        .server.rst(1, 0),
    "a refusal": (s) => s.client.headers(1).wait(60_000).server.rst(1, REFUSED_STREAM),
    "a stream that was over": (s) => s.client.headers(1).rst(1).wait(60_000).server.rst(1, PROTOCOL_ERROR),
    "a stream whose request was not captured": (s) =>
      s.client
        .lost((client) => client.headers(1))
        .data(1)
        .wait(60_000)
        .server.rst(1, PROTOCOL_ERROR),
    "two alike, but short": quiet([2000], [2000]),
    "two that are not alike": quiet([58_200], [52_300]),
    "the connection is closed sooner than timers end, after a quiet time alike": (s) => {
      quiet([4900])(s);
      s.client.headers(3).wait(4849).server.close();
    },
    "after the client's GOAWAY": (s) => s.client.headers(1).goaway().wait(60_000).server.close(),
    "a connection without a call": (s) => s.client.headers(1, end).server.headers(1, end).wait(60_000).close(),
    "after GOAWAY": (s) => s.client.headers(1).server.goaway(1).wait(60_000).close(),
    "a status that is no timeout": (s) => s.client.headers(1).wait(60_000).server.headers(1, status("404")),
    "a timeout's status in time": (s) => s.client.headers(1).wait(57_000).server.headers(1, status("504")),
    "a timeout's status at once": (s) => s.client.headers(1).server.headers(1, status("503")),
    "while the request goes on": (s) => s.client.headers(1).wait(30_000).data(1).wait(28_000).server.headers(1, status("504")),
    "the other side closed before": (s) => s.client.headers(1).wait(60_000).close().server.close(),
    "a timeout's status in trailers": (s) => s.client.headers(1, end).server.headers(1).wait(60_000).headers(1, status("504")),
    "a timeout's status for a request that was not captured": (s) =>
      s.client
        .lost((client) => client.headers(1))
        .data(1)
        .wait(60_000)
        .server.headers(1, status("504")),
    "a timeout's status for a promised request": (s) =>
      s.client.headers(1, end).server.pushPromise(1, 2).wait(60_000).headers(2, status("504")),
    "two that are a little less than alike": quiet([8161], [8000]),
  },
  invalid: {
    "a stream": {
      frames: (s) => s.client.headers(1).wait(60_000).server.rst(1, PROTOCOL_ERROR),
      finds: [["reset", 2, { side: "server", streamId: 1, code: "PROTOCOL_ERROR", seconds: 60 }]],
    },
    "no error, before the end of the response, while PINGs are answered": {
      frames: (s) => {
        s.client.headers(1, end).server.headers(1);
        for (let i = 0; i < 7; i++) s.client.wait(29_998).ping().server.pingAck();
        s.server.wait(29_999).rst(1, 0);
      },
      finds: [["reset", 17, { side: "server", streamId: 1, code: "NO_ERROR", seconds: 240 }]],
    },
    "by the server, with CANCEL": {
      frames: (s) => s.client.headers(1).wait(60_000).server.rst(1, CANCEL),
      finds: [["reset", 2, { side: "server", streamId: 1, code: "CANCEL", seconds: 60 }]],
    },
    "by the client, with an error": {
      frames: (s) => s.client.headers(1).wait(60_000).rst(1, INTERNAL_ERROR),
      finds: [["reset", 2, { side: "client", streamId: 1, code: "INTERNAL_ERROR", seconds: 60 }]],
    },
    "long before the deadline": {
      frames: (s) =>
        s.client
          .wait(100_000)
          .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "250S" } })
          .wait(60_000)
          .server.rst(1, CANCEL),
      finds: [["reset", 2, { side: "server", streamId: 1, code: "CANCEL", seconds: 60 }]],
    },
    "bytes were lost meanwhile": {
      frames: (s) =>
        s.client
          .headers(1)
          .lost((client) => client.data(1))
          .wait(60_000)
          .ping()
          .server.rst(1, PROTOCOL_ERROR),
      finds: [["reset", 4, { side: "server", streamId: 1, code: "PROTOCOL_ERROR", seconds: 60 }]],
      because: ["no-gap2"],
    },
    "the shortest, twice": {
      frames: quiet([4900], [4900]),
      finds: [["reset", 4, { side: "server", streamId: 3, code: "PROTOCOL_ERROR", seconds: 4.9 }]],
    },
    "three times: one finding": {
      frames: quiet([58_200], [58_300], [58_250]),
      finds: [["reset", 4, { side: "server", streamId: 3, code: "PROTOCOL_ERROR", seconds: 58.3 }]],
    },
    "three times, with another code at last": {
      frames: quiet([58_200], [58_300], [58_250, INTERNAL_ERROR]),
      finds: [
        ["reset", 4, { side: "server", streamId: 3, code: "PROTOCOL_ERROR", seconds: 58.3 }],
        ["reset", 6, { side: "server", streamId: 5, code: "INTERNAL_ERROR", seconds: 58.3 }],
      ],
    },
    "a stream, and then the connection": {
      frames: (s) => {
        quiet([58_200])(s);
        s.client.headers(3).wait(58_299).server.close();
      },
      finds: [["closed", "close", { side: "server", how: "FIN", streams: 1, seconds: 58.3 }]],
    },
    "the shortest of a stream, and of the connection": {
      frames: (s) => {
        quiet([4900])(s);
        s.client.headers(3).wait(4899).server.close();
      },
      finds: [["closed", "close", { side: "server", how: "FIN", streams: 1, seconds: 4.9 }]],
    },
    "a connection that was in use for a while, with RST": {
      frames: (s) => s.client.wait(7000).headers(1).wait(30_000).server.reset(),
      finds: [["closed", "close", { side: "server", how: "RST", streams: 1, seconds: 30 }]],
    },
    "by a status": {
      frames: (s) => s.client.headers(1, end).wait(60_000).server.headers(1, status("504")),
      finds: [["answered", 2, { side: "server", streamId: 1, status: 504, seconds: 60 }]],
    },
    "the same twice": {
      frames: (s) =>
        s.client.headers(1).wait(58_200).server.rst(1, PROTOCOL_ERROR).client.headers(3).wait(58_300).server.rst(3, 1),
      finds: [["reset", 4, { side: "server", streamId: 3, code: "PROTOCOL_ERROR", seconds: 58.3 }]],
    },
    "a connection": {
      frames: (s) => s.client.headers(1).wait(30_000).server.close(),
      finds: [["closed", "close", { side: "server", how: "FIN", streams: 1, seconds: 30 }]],
    },
    "each status that may be of a timeout": {
      frames: (s) => {
        ["408", "502", "503", "504", "524"].forEach((code, i) => {
          s.client
            .headers(2 * i + 1, end)
            .wait(15_000)
            .server.headers(2 * i + 1, status(code));
        });
      },
      finds: [408, 502, 503, 504, 524].map((code, i) => [
        "answered",
        2 * i + 2,
        { side: "server", streamId: 2 * i + 1, status: code, seconds: 15 },
      ]),
    },
    "two just alike": {
      frames: quiet([8160], [8000]),
      finds: [["reset", 4, { side: "server", streamId: 3, code: "PROTOCOL_ERROR", seconds: 8 }]],
    },
  },
});
