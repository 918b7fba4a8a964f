import {
  deadlineExceeded,
  deadlineIgnored,
  deadlineMissing,
  deadlineNotEnforced,
  timeoutGrammar,
  timeoutZero,
} from "../../../src/rules/grpc/deadline.ts";
import { grpcRequest, grpcResponse, type Story, testRule } from "../../../src/testing.ts";

const hello = "\0\0\0\0\x01a";
const end = { endStream: true } as const;
const answer = { fields: grpcResponse } as const;
const ok = { "grpc-status": "0" } as const;
const timed = (timeout: string) => ({ fields: { ...grpcRequest, "grpc-timeout": timeout } });
const request =
  (timeout: string): Story =>
  (s) =>
    s.client.headers(1, timed(timeout));

// Dubbo asks, and gRPC answers.
const triple = { fields: { ...timed("100m").fields, "content-type": "application/triple+wrapper" } } as const;
// Asked for is gRPC-Web, whatever the answer.
const web = { fields: { ...timed("100m").fields, "content-type": "application/grpc-web" } } as const;

testRule(timeoutGrammar, {
  valid: {
    "1S": request("1S"),
    "8 digits": request("99999999n"),
    "zero: grpc/timeout-zero": request("0m"),
    none: (s) => s.client.headers(1, { fields: grpcRequest }),
    "in trailers": (s) => s.client.headers(1, { fields: grpcRequest }).trailers(1, { "grpc-timeout": "1" }),
  },
  invalid: {
    "9 digits": { frames: request("100000000n"), finds: [["malformed", 1, { streamId: 1, timeout: '"100000000n"' }]] },
    "no unit": { frames: request("10"), finds: [["malformed", 1, { streamId: 1, timeout: '"10"' }]] },
    "another unit": { frames: request("10s"), finds: [["malformed", 1, { streamId: 1, timeout: '"10s"' }]] },
    negative: { frames: request("-1S"), finds: [["malformed", 1, { streamId: 1, timeout: '"-1S"' }]] },
    "bytes are missing, and fields": {
      frames: (s) => request("100000000n")(s.holes()),
      finds: [["malformed", 1, { streamId: 1, timeout: '"100000000n"' }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(timeoutZero, {
  valid: {
    "1n": request("1n"),
    "no number": request("S"),
    "not its first digit": request("05m"),
    "in trailers": (s) => s.client.headers(1, { fields: grpcRequest }).trailers(1, { "grpc-timeout": "0S" }),
  },
  invalid: {
    "0m": { frames: request("0m"), finds: [["zero", 1, { streamId: 1, timeout: "0m" }]] },
    "000S": { frames: request("000S"), finds: [["zero", 1, { streamId: 1, timeout: "000S" }]] },
    "bytes are missing, and fields": {
      frames: (s) => request("0m")(s.holes()),
      finds: [["zero", 1, { streamId: 1, timeout: "0m" }]],
      because: ["borders", "hpack"],
    },
  },
});

// The default opening: each side acknowledges the SETTINGS of the other 2 ms later, so a round trip takes at most 4 ms.
testRule(deadlineExceeded, {
  valid: {
    "in time": (s) => s.client.headers(1, timed("100m")).server.wait(90).headers(1, answer).trailers(1, ok),
    "within a round trip and the tolerance": (s) =>
      s.client.headers(1, timed("100m")).server.wait(105).headers(1, answer).trailers(1, ok),
    "the client gave up": (s) =>
      s.client.headers(1, timed("100m")).wait(100).rst(1).server.wait(100).headers(1, answer).trailers(1, ok),
    "no deadline": (s) => s.client.headers(1, { fields: grpcRequest }).server.wait(9000).headers(1, answer).trailers(1, ok),
    "the tolerance is the user's": {
      frames: (s) => s.client.headers(1, timed("100m")).server.wait(150).headers(1, answer).trailers(1, ok),
      options: { tolerance: 100 },
    },
    "without knowing a round trip": {
      frames: (s) => s.midway().client.headers(1, timed("100m")).server.wait(900).headers(1, answer).trailers(1, ok),
      unchecked: { "grpc/deadline-exceeded start2": 1 },
    },
    "just within a round trip and the tolerance": (s) =>
      s.client.headers(1, timed("100m")).server.wait(107).headers(1, answer).trailers(1, ok),
    "gRPC-Web": (s) => s.client.headers(1, web).server.wait(900).headers(1, answer).trailers(1, ok),
    "the request is of Dubbo": (s) => s.client.headers(1, triple).server.wait(900).headers(1, answer).trailers(1, ok),
    "what the client sent is missing: it may have given up": (s) =>
      s.client
        .headers(1, timed("100m"))
        .wait(100)
        .lost((client) => client.rst(1))
        .server.wait(100)
        .headers(1, answer)
        .trailers(1, ok),
    "the client ends its request late": (s) => s.client.headers(1, timed("100m")).wait(500).data(1, hello, end),
    "the client resets it late": (s) => s.client.headers(1, timed("100m")).wait(500).rst(1),
    "reset after its end": (s) =>
      s.client.headers(1, timed("100m")).server.headers(1, answer).trailers(1, ok).wait(500).rst(1, 0),
    "reset, without knowing a round trip": {
      frames: (s) => s.midway().client.headers(1, timed("100m")).server.wait(900).rst(1, 8),
      unchecked: { "grpc/deadline-exceeded start2": 1 },
    },
  },
  invalid: {
    status: {
      frames: (s) => s.client.headers(1, timed("100m")).server.wait(150).headers(1, answer).trailers(1, { "grpc-status": "4" }),
      finds: [["late", 3, { streamId: 1, took: 152, timeout: 100 }]],
    },
    reset: {
      frames: (s) => s.client.headers(1, timed("100m")).server.wait(150).rst(1, 8),
      finds: [["late", 2, { streamId: 1, took: 151, timeout: 100 }]],
    },
    "END_STREAM on DATA": {
      frames: (s) => s.client.headers(1, timed("100m")).server.headers(1, answer).wait(200).data(1, hello, end),
      finds: [["late", 3, { streamId: 1, took: 202, timeout: 100 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        s.holes().client.headers(1, timed("100m")).server.wait(150).headers(1, answer).trailers(1, { "grpc-status": "4" }),
      finds: [["late", 3, { streamId: 1, took: 152, timeout: 100 }]],
      because: ["borders", "hpack"],
    },
    "a moment too late": {
      frames: (s) => s.client.headers(1, timed("100m")).server.wait(108).headers(1, answer).trailers(1, ok),
      finds: [["late", 3, { streamId: 1, took: 110, timeout: 100 }]],
    },
  },
});

testRule(deadlineIgnored, {
  valid: {
    "in time": (s) => s.client.headers(1, timed("100m")).server.headers(1, answer).data(1, hello),
    "within the tolerance": (s) => s.client.headers(1, timed("100m")).server.headers(1, answer).wait(145).data(1, hello),
    "the client gave up": (s) =>
      s.client
        .headers(1, timed("100m"))
        .server.headers(1, answer)
        .client.wait(100)
        .rst(1)
        .server.crossing()
        .wait(200)
        .data(1, hello),
    "nothing but the status": (s) => s.client.headers(1, timed("100m")).server.headers(1, answer).wait(500).trailers(1, ok),
    "just within the tolerance": (s) => s.client.headers(1, timed("100m")).server.headers(1, answer).wait(152).data(1, hello),
    "gRPC-Web": (s) => s.client.headers(1, web).server.headers(1, answer).wait(200).data(1, hello),
    "the request is of Dubbo": (s) => s.client.headers(1, triple).server.headers(1, answer).wait(200).data(1, hello),
    "what the client sent is missing: it may have given up": (s) =>
      s.client
        .headers(1, timed("100m"))
        .server.headers(1, answer)
        .client.lost((client) => client.rst(1))
        .server.wait(200)
        .data(1, hello),
    "messages of the client": (s) => s.client.headers(1, timed("100m")).wait(500).data(1, hello),
    "after its own reset: stream/frame-after-own-rst": (s) =>
      s.client.headers(1, timed("100m")).server.headers(1, answer).rst(1).wait(200).data(1, hello),
    "no deadline": (s) => s.client.headers(1, { fields: grpcRequest }).server.headers(1, answer).wait(9000).data(1, hello),
  },
  invalid: {
    "goes on": {
      frames: (s) => s.client.headers(1, timed("100m")).server.headers(1, answer).wait(200).data(1, hello).data(1, hello),
      finds: [["late", 3, { number: 1, streamId: 1, late: 102, timeout: 100 }, { count: 2 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, timed("100m")).server.headers(1, answer).wait(200).data(1, hello).data(1, hello),
      finds: [["late", 3, { number: 1, streamId: 1, late: 102, timeout: 100 }, { count: 2 }]],
      because: ["borders", "no-gap2"],
    },
    "a moment too late": {
      frames: (s) => s.client.headers(1, timed("100m")).server.headers(1, answer).wait(153).data(1, hello),
      finds: [["late", 3, { number: 1, streamId: 1, late: 55, timeout: 100 }]],
    },
  },
});

testRule(deadlineNotEnforced, {
  valid: {
    "reset in time": (s) => s.client.headers(1, timed("100m")).wait(200).rst(1),
    "answered in time": (s) =>
      s.client.headers(1, timed("100m")).server.wait(900).headers(1, answer).trailers(1, ok).client.wait(5000).data(1, 0, end),
    "the capture ends before": (s) => s.client.headers(1, timed("100m")).wait(900).ping(),
    "no deadline": (s) => s.client.headers(1, { fields: grpcRequest }).wait(9000).rst(1),
    "reset just in time": (s) => s.client.headers(1, timed("100m")).wait(1103).rst(1),
    "gRPC-Web": (s) => s.client.headers(1, web).server.headers(1, answer).client.wait(2000).rst(1),
    "the request is of Dubbo": (s) => s.client.headers(1, triple).server.headers(1, answer).client.wait(2000).rst(1),
    "reset by the server in time": (s) => s.client.headers(1, timed("100m")).server.wait(50).rst(1, 8).client.wait(5000).ping(),
    "reset in time, and the connection goes on": (s) => s.client.headers(1, timed("100m")).wait(200).rst(1).wait(5000).ping(),
    "without knowing a round trip": (s) => s.midway().client.headers(1, timed("100m")).wait(2000).rst(1),
  },
  invalid: {
    "reset late": {
      frames: (s) => s.client.headers(1, timed("100m")).wait(2000).rst(1),
      finds: [["open", 1, { streamId: 1, open: 2001, timeout: 100 }]],
    },
    "never reset": {
      frames: (s) => s.client.headers(1, timed("100m")).wait(3000).ping(),
      finds: [["open", 1, { streamId: 1, open: 3001, timeout: 100 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, timed("100m")).wait(2000).rst(1),
      finds: [["open", 1, { streamId: 1, open: 2001, timeout: 100 }]],
      because: ["borders", "no-gap2"],
    },
    "a moment too late": {
      frames: (s) => s.client.headers(1, timed("100m")).wait(1104).rst(1),
      finds: [["open", 1, { streamId: 1, open: 1105, timeout: 100 }]],
    },
    "reset by the server, late": {
      frames: (s) => s.client.headers(1, timed("100m")).wait(2000).ping().server.wait(100).rst(1, 8),
      finds: [["open", 1, { streamId: 1, open: 2001, timeout: 100 }]],
    },
  },
});

testRule(deadlineMissing, {
  valid: {
    there: request("1S"),
    "not gRPC": (s) => s.client.headers(1),
    "it may be among what is not known": (s) => s.holes().client.headers(1, { fields: grpcRequest }),
    "in trailers": (s) => s.client.headers(1, timed("1S")).trailers(1, { "content-type": "application/grpc" }),
  },
  invalid: {
    missing: {
      frames: (s) => s.client.headers(1, { fields: grpcRequest }).headers(3, { fields: grpcRequest }),
      finds: [["missing", 1, { streamId: 1 }, { count: 2 }]],
    },
  },
});
