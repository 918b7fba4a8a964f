import { requestStalled } from "../../../src/rules/health/stalled-request.ts";
import { getRequest, grpcRequest, type Script, testRule } from "../../../src/testing.ts";

const INTERNAL_ERROR = 2;
const REFUSED_STREAM = 7;
const end = { endStream: true } as const;
const upload = { fields: { ...getRequest, ":method": "POST", "content-length": "10" } };
const half = (s: Script, id = 1) => s.client.headers(id, upload).data(id, 4);
// All of the connection's window but what the half and so many bytes need.
const filled = (s: Script, left: number) => {
  const client = s.settings({ server: [[4, 100_000]] }).client.headers(1);
  for (const octets of [16_384, 16_384, 16_384, 16_379 - left]) client.data(1, octets);
  return half(s, 3);
};
// A prefix that announces nine bytes, and three of them.
const message = (s: Script) => s.client.headers(1, { fields: grpcRequest }).data(1, "\0\0\0\0\x09abc");

testRule(requestStalled, {
  valid: {
    "the client closed first, and its FIN is missing": (s) =>
      message(s)
        .wait(1999)
        .lost((client) => client.close())
        .server.close(),
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
    "the window of the connection is used up": (s) => filled(s, 0).wait(2000).server.rst(3, INTERNAL_ERROR),
    "the server's TCP takes nothing": (s) => half(s).server.tcpWindow(0).wait(6000).goaway(1, INTERNAL_ERROR),
    "the client gave it up": (s) => half(s).wait(2000).rst(1).server.goaway(1, INTERNAL_ERROR),
    "the client closed first": (s) => half(s).wait(2000).close().server.close(),
    "ended within the content: headers/content-length-mismatch": (s) =>
      s.client.headers(1, upload).data(1, 4, end).wait(2000).server.goaway(1, INTERNAL_ERROR),
    "a moment sooner, until RST_STREAM": (s) => half(s).wait(998).server.rst(1, INTERNAL_ERROR),
    "a moment sooner, late in the connection": (s) =>
      half(s.client.wait(5000).ping() && s)
        .wait(998)
        .server.rst(1, INTERNAL_ERROR),
    "RST_STREAM on a stream that never was": (s) => half(s).wait(2000).server.rst(5, INTERNAL_ERROR),
    "closed after a graceful GOAWAY": (s) => half(s).wait(2000).server.goaway(1, 0).close(),
  },
  invalid: {
    "within the content, until GOAWAY": {
      frames: (s) => half(s).wait(999).server.goaway(1, INTERNAL_ERROR).wait(4000).goaway(1, INTERNAL_ERROR).close(),
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
    "something that the client sent may be missing": {
      frames: (s) =>
        half(s)
          .lost((client) => client.ping())
          .wait(1999)
          .server.goaway(1, INTERNAL_ERROR),
      finds: [["content", 2, { streamId: 1, octets: 4, length: 10, seconds: 2 }, { severity: "info" }]],
      because: ["borders", "seen", "settings", "no-gap2"],
    },
    "longer than five seconds": {
      frames: (s) => half(s).wait(5499).server.rst(1, INTERNAL_ERROR),
      finds: [["content", 2, { streamId: 1, octets: 4, length: 10, seconds: 5.5 }]],
    },
    "the client's own TCP takes nothing": {
      frames: (s) => half(s).tcpWindow(0).wait(1998).server.close(),
      finds: [["content", 2, { streamId: 1, octets: 4, length: 10, seconds: 2 }, { severity: "info" }]],
    },
    "the server's TCP took nothing for a while": {
      frames: (s) => half(s).server.tcpWindow(0).tcpWindow(1000).wait(1997).goaway(1, INTERNAL_ERROR),
      finds: [["content", 2, { streamId: 1, octets: 4, length: 10, seconds: 2 }, { severity: "info" }]],
    },
    "one byte of the stream's window is left": {
      frames: (s) =>
        half(s.settings({ server: [[4, 5]] }))
          .wait(1999)
          .server.rst(1, INTERNAL_ERROR),
      finds: [["content", 2, { streamId: 1, octets: 4, length: 10, seconds: 2 }, { severity: "info" }]],
    },
    "one byte of the connection's window is left": {
      frames: (s) => filled(s, 1).wait(1999).server.rst(3, INTERNAL_ERROR),
      finds: [["content", 7, { streamId: 3, octets: 4, length: 10, seconds: 2 }, { severity: "info" }]],
    },
    "just five seconds": {
      frames: (s) => half(s).wait(4999).server.rst(1, INTERNAL_ERROR),
      finds: [["content", 2, { streamId: 1, octets: 4, length: 10, seconds: 5 }]],
    },
  },
});
