import { requestStalled } from "../../../src/rules/health/stalled-request.ts";
import { getRequest, grpcRequest, type Script, testRule } from "../../../src/testing.ts";

const INTERNAL_ERROR = 2;
const REFUSED_STREAM = 7;
const end = { endStream: true } as const;
const upload = { fields: { ...getRequest, ":method": "POST", "content-length": "10" } };
const half = (s: Script) => s.client.headers(1, upload).data(1, 4);
// A prefix that announces nine bytes, and three of them.
const message = (s: Script) => s.client.headers(1, { fields: grpcRequest }).data(1, "\0\0\0\0\x09abc");

testRule(requestStalled, {
  valid: {
    "a moment sooner": (s) => half(s).wait(998).server.goaway(1, INTERNAL_ERROR),
    "a graceful stop": (s) => half(s).wait(2000).server.goaway(1, 0),
    "the stream is refused": (s) => half(s).wait(2000).server.rst(1, REFUSED_STREAM),
    "all of the content is there": (s) => s.client.headers(1, upload).data(1, 10).wait(2000).server.goaway(1, INTERNAL_ERROR),
    "a stream between two messages": (s) =>
      s.client.headers(1, { fields: grpcRequest }).data(1, "\0\0\0\0\x01a").wait(2000).server.goaway(1, INTERNAL_ERROR),
    "nothing says how long it is": (s) => s.client.headers(1).data(1, 4).wait(2000).server.goaway(1, INTERNAL_ERROR),
    "it waits for 100": (s) => s.client.headers(1, upload).wait(2000).server.rst(1, INTERNAL_ERROR),
    "another request came meanwhile, and GOAWAY may be about that": (s) =>
      half(s).wait(2000).headers(3, end).wait(500).server.goaway(3, INTERNAL_ERROR),
    "the server had answered": (s) => half(s).server.headers(1).wait(2000).rst(1, INTERNAL_ERROR),
    "the window of the stream is used up": (s) =>
      half(s.settings({ server: [[4, 4]] }))
        .wait(2000)
        .server.goaway(1, INTERNAL_ERROR),
    "the window of the connection is used up": (s) => {
      s.settings({ server: [[4, 100_000]] })
        .client.headers(3)
        .data(3, 16384)
        .data(3, 16384)
        .data(3, 16384)
        .data(3, 16379);
      half(s).wait(2000).server.goaway(1, INTERNAL_ERROR);
    },
    "the server's TCP takes nothing": (s) => half(s).server.tcpWindow(0).wait(6000).goaway(1, INTERNAL_ERROR),
    "the client gave it up": (s) => half(s).wait(2000).rst(1).server.goaway(1, INTERNAL_ERROR),
    "the client closed first": (s) => half(s).wait(2000).close().server.close(),
    "ended within the content: headers/content-length-mismatch": (s) =>
      s.client.headers(1, upload).data(1, 4, end).wait(2000).server.goaway(1, INTERNAL_ERROR),
  },
  invalid: {
    "within the content, until GOAWAY": {
      frames: (s) => half(s).wait(999).server.goaway(1, INTERNAL_ERROR).goaway(1, INTERNAL_ERROR).close(),
      finds: [["content", 2, { streamId: 1, octets: 4, length: 10, seconds: 1 }, { severity: "info" }]],
    },
    "within a message, until RST_STREAM": {
      frames: (s) => message(s).wait(5999).server.rst(1, INTERNAL_ERROR),
      finds: [["message", 2, { streamId: 1, missing: 6, number: 1, seconds: 6 }]],
    },
    "until the server closed": {
      frames: (s) => message(s).wait(1999).server.close(),
      finds: [["message", 2, { streamId: 1, missing: 6, number: 1, seconds: 2 }, { severity: "info" }]],
    },
    "another stream is reset by its own fault": {
      frames: (s) => half(s).headers(3).wait(1998).server.rst(3, INTERNAL_ERROR).rst(1, INTERNAL_ERROR),
      finds: [["content", 2, { streamId: 1, octets: 4, length: 10, seconds: 2 }, { severity: "info" }]],
    },
  },
});
