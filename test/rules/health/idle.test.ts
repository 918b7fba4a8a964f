import { idleTimeout } from "../../../src/rules/health/idle.ts";
import { grpcRequest, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const status = (code: string) => ({ ...end, fields: { ":status": code } });
const PROTOCOL_ERROR = 1;
const CANCEL = 8;

testRule(idleTimeout, {
  valid: {
    "no whole number of five seconds": (s) => s.client.headers(1).wait(58_200).server.rst(1, PROTOCOL_ERROR),
    "at once": (s) => s.client.headers(1).server.rst(1, PROTOCOL_ERROR),
    "a client that does not want it any more": (s) => s.client.headers(1).wait(60_000).rst(1, CANCEL),
    "a deadline": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "60S" } })
        .wait(60_000)
        .server.rst(1, CANCEL),
    "a connection without a call": (s) => s.client.headers(1, end).server.headers(1, end).wait(60_000).close(),
    "after GOAWAY": (s) => s.client.headers(1).server.goaway(1).wait(60_000).close(),
    "a status that is no timeout": (s) => s.client.headers(1).wait(60_000).server.headers(1, status("404")),
    "a timeout's status in time": (s) => s.client.headers(1).wait(57_000).server.headers(1, status("504")),
    "a timeout's status at once": (s) => s.client.headers(1).server.headers(1, status("503")),
    "while the request goes on": (s) => s.client.headers(1).wait(30_000).data(1).wait(28_000).server.headers(1, status("504")),
    "the other side closed before": (s) => s.client.headers(1).wait(60_000).close().server.close(),
  },
  invalid: {
    "a stream": {
      frames: (s) => s.client.headers(1).wait(60_000).server.rst(1, PROTOCOL_ERROR),
      finds: [["reset", 2, { side: "server", streamId: 1, code: "PROTOCOL_ERROR", seconds: 60 }]],
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
  },
});
