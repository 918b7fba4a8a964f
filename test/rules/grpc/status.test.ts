import {
  detailsMismatch,
  earlyStatusNoRst,
  messagePercent,
  messageWithOk,
  rstStatusMap,
  statusInHeaders,
  statusLost,
  statusMalformed,
  statusUnknownCode,
} from "../../../src/rules/grpc/status.ts";
import { grpcRequest, grpcResponse, type Story, testRule } from "../../../src/testing.ts";

const hello = "\0\0\0\0\x01a";
const end = { endStream: true } as const;
const grpc = { fields: grpcRequest } as const;
const answer = { fields: grpcResponse } as const;
const ok = { "grpc-status": "0" } as const;

const trailed =
  (fields: Record<string, string>): Story =>
  (s) =>
    s.client.headers(1, grpc).data(1, hello, end).server.headers(1, answer).trailers(1, fields);
const trailersOnly =
  (fields: Record<string, string>): Story =>
  (s) =>
    s.client
      .headers(1, grpc)
      .data(1, hello, end)
      .server.headers(1, { ...end, fields: { ...grpcResponse, ...fields } });
const plain =
  (fields: Record<string, string>): Story =>
  (s) =>
    s.client.headers(1, end).server.headers(1).trailers(1, fields);

// The request was not captured, and the answer does not say that it is gRPC.
const unknown =
  (fields: Record<string, string>): Story =>
  (s) =>
    s.client
      .lost((client) => client.headers(1))
      .server.headers(1)
      .trailers(1, fields);

testRule(statusInHeaders, {
  valid: {
    "Trailers-Only": trailersOnly({ "grpc-status": "5" }),
    "in trailers": trailed(ok),
    "not gRPC": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, { fields: { ":status": "200", "grpc-status": "0" } })
        .data(1, 1, end),
    "the response was reset when the request had ended": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, { fields: { ...grpcResponse, ...ok } })
        .client.data(1, hello, end)
        .server.rst(1),
    "the response was reset": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, { fields: { ...grpcResponse, ...ok } })
        .rst(1),
  },
  invalid: {
    "and trailers": {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .server.headers(1, { fields: { ...grpcResponse, ...ok } })
          .data(1, hello)
          .trailers(1, ok),
      finds: [["early", 2, { streamId: 1 }]],
    },
    "and DATA": {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .server.headers(1, { fields: { ...grpcResponse, ...ok } })
          .data(1, 0, end),
      finds: [["early", 2, { streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        s
          .holes()
          .client.headers(1, grpc)
          .server.headers(1, { fields: { ...grpcResponse, ...ok } })
          .data(1, hello)
          .trailers(1, ok),
      finds: [["early", 2, { streamId: 1 }]],
      because: ["borders", "body"],
    },
  },
});

testRule(statusMalformed, {
  valid: {
    "0": trailed(ok),
    "16, Trailers-Only": trailersOnly({ "grpc-status": "16" }),
    "not gRPC": plain({ "grpc-status": "x" }),
    "perhaps not gRPC": unknown({ "grpc-status": "x" }),
  },
  invalid: {
    "a name": { frames: trailed({ "grpc-status": "OK" }), finds: [["malformed", 4, { streamId: 1, status: '"OK"' }]] },
    "only the request is gRPC": {
      frames: (s) => s.client.headers(1, grpc).data(1, hello, end).server.headers(1).trailers(1, { "grpc-status": "OK" }),
      finds: [["malformed", 4, { streamId: 1, status: '"OK"' }]],
    },
    "only the answer is gRPC": {
      frames: (s) => s.client.headers(1, end).server.headers(1, answer).trailers(1, { "grpc-status": "OK" }),
      finds: [["malformed", 3, { streamId: 1, status: '"OK"' }]],
    },
    "a leading zero": { frames: trailed({ "grpc-status": "05" }), finds: [["malformed", 4, { streamId: 1, status: '"05"' }]] },
    empty: { frames: trailersOnly({ "grpc-status": "" }), finds: [["malformed", 3, { streamId: 1, status: '""' }]] },
    "bytes are missing, and fields": {
      frames: (s) => trailed({ "grpc-status": "OK" })(s.holes()),
      finds: [["malformed", 4, { streamId: 1, status: '"OK"' }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(statusUnknownCode, {
  valid: {
    "16": trailed({ "grpc-status": "16" }),
    "no number": trailed({ "grpc-status": "x" }),
    "not gRPC": plain({ "grpc-status": "17" }),
    "perhaps not gRPC": unknown({ "grpc-status": "17" }),
  },
  invalid: {
    "17": { frames: trailed({ "grpc-status": "17" }), finds: [["unknown", 4, { streamId: 1, status: 17 }]] },
    "bytes are missing, and fields": {
      frames: (s) => trailed({ "grpc-status": "17" })(s.holes()),
      finds: [["unknown", 4, { streamId: 1, status: 17 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(messagePercent, {
  valid: {
    plain: trailed({ "grpc-status": "5", "grpc-message": "not found!" }),
    encoded: trailed({ "grpc-status": "5", "grpc-message": "caf%C3%A9 100%25%0a" }),
    none: trailed({ "grpc-status": "5" }),
    "not gRPC": plain({ "grpc-message": "100%" }),
    "perhaps not gRPC": unknown({ "grpc-message": "100%" }),
  },
  invalid: {
    octet: {
      frames: trailed({ "grpc-status": "5", "grpc-message": "caf\xc3\xa9" }),
      finds: [["octet", 4, { streamId: 1, text: "caf\xc3\xa9" }]],
    },
    percent: {
      frames: trailersOnly({ "grpc-status": "5", "grpc-message": "100%" }),
      finds: [["percent", 3, { streamId: 1, text: "100%" }]],
    },
    "no UTF-8": {
      frames: trailed({ "grpc-status": "5", "grpc-message": "%ff" }),
      finds: [["utf-8", 4, { streamId: 1, text: "%ff" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => trailed({ "grpc-status": "5", "grpc-message": "caf\xc3\xa9" })(s.holes()),
      finds: [["octet", 4, { streamId: 1, text: "caf\xc3\xa9" }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(messageWithOk, {
  valid: {
    "empty, as grpc-go sends it": trailed({ ...ok, "grpc-message": "" }),
    "with an error": trailed({ "grpc-status": "5", "grpc-message": "OK" }),
    "not gRPC": plain({ ...ok, "grpc-message": "OK" }),
    "perhaps not gRPC": unknown({ ...ok, "grpc-message": "OK" }),
  },
  invalid: {
    "once a connection": {
      frames: (s) => {
        const trailers = { ...ok, "grpc-message": "OK" };
        return s.client
          .headers(1, grpc)
          .headers(3, grpc)
          .server.headers(1, answer)
          .trailers(1, trailers)
          .headers(3, answer)
          .trailers(3, trailers);
      },
      finds: [["message", 4, { text: '"OK"', streamId: 1 }, { count: 2 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => {
        const trailers = { ...ok, "grpc-message": "OK" };
        return s
          .holes()
          .client.headers(1, grpc)
          .headers(3, grpc)
          .server.headers(1, answer)
          .trailers(1, trailers)
          .headers(3, answer)
          .trailers(3, trailers);
      },
      finds: [["message", 4, { text: '"OK"', streamId: 1 }, { count: 2 }]],
      because: ["borders", "hpack"],
    },
  },
});

// google.rpc.Status: field 1, a varint.
const details = (code: number) => Buffer.from([8, code]).toString("base64").replace(/=/g, "");

testRule(detailsMismatch, {
  valid: {
    same: trailed({ "grpc-status": "5", "grpc-status-details-bin": details(5) }),
    "0 is left out": trailed({ ...ok, "grpc-status-details-bin": "" }),
    "no such message": trailed({ "grpc-status": "5", "grpc-status-details-bin": "////" }),
    "not gRPC": plain({ "grpc-status": "5", "grpc-status-details-bin": details(6) }),
    "perhaps not gRPC": unknown({ "grpc-status": "5", "grpc-status-details-bin": details(6) }),
    "no status": trailed({ "grpc-status-details-bin": details(6) }),
  },
  invalid: {
    differs: {
      frames: trailed({ "grpc-status": "5", "grpc-status-details-bin": details(6) }),
      finds: [["differs", 4, { streamId: 1, status: "NOT_FOUND", inner: "ALREADY_EXISTS" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => trailed({ "grpc-status": "5", "grpc-status-details-bin": details(6) })(s.holes()),
      finds: [["differs", 4, { streamId: 1, status: "NOT_FOUND", inner: "ALREADY_EXISTS" }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(earlyStatusNoRst, {
  valid: {
    "RST_STREAM(NO_ERROR) follows": (s) =>
      s.client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).rst(1, 0).client.crossing().data(1, hello),
    "RST_STREAM(NO_ERROR) comes at last": (s) =>
      s.client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).client.data(1, hello).server.rst(1, 0),
    "RST_STREAM(NO_ERROR) comes when the client has given up": (s) =>
      s.client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).client.data(1, hello).rst(1, 0).server.rst(1, 0),
    "RST_STREAM(NO_ERROR) crosses the end of the request": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, answer)
        .trailers(1, ok)
        .client.data(1, hello)
        .data(1, hello, end)
        .server.crossing()
        .rst(1, 0),
    "only the answer is gRPC": (s) =>
      s.client.headers(1).server.headers(1, answer).trailers(1, ok).client.data(1, hello).data(1, hello, end),
    "what followed was under way": (s) =>
      s.client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).client.crossing(2).data(1, hello, end),
    "the client only ends": (s) => s.client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).client.data(1, 0, end),
    "the request was whole": trailed(ok),
  },
  invalid: {
    "the client goes on": {
      frames: (s) =>
        s.client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).client.data(1, hello).data(1, hello, end),
      finds: [["early", 3, { streamId: 1, octets: 12 }]],
    },
    "the client goes on, and gives up at last": {
      frames: (s) =>
        s.client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).client.data(1, hello).rst(1, 8).server.ping(),
      finds: [["early", 3, { streamId: 1, octets: 6 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        s.holes().client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).client.data(1, hello).data(1, hello, end),
      finds: [["early", 3, { streamId: 1, octets: 12 }]],
      because: ["borders", "no-gap2"],
    },
  },
});

const timed = (timeout: string) => ({ fields: { ...grpcRequest, "grpc-timeout": timeout } });

testRule(statusLost, {
  valid: {
    "after the status": (s) => s.client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).rst(1, 8).client.ping(),
    "before any answer": (s) => s.client.headers(1, grpc).server.rst(1, 8).client.ping(),
    "an answer to a fault": (s) => s.client.headers(1, grpc).server.headers(1, answer).rst(1, 3).client.ping(),
    "by the client": (s) => s.client.headers(1, grpc).server.headers(1, answer).client.rst(1, 8),
    "the client gave up before": (s) =>
      s.client.headers(1, grpc).server.headers(1, answer).client.rst(1, 8).server.crossing().rst(1, 8),
    "what the client sent is missing: it may have given up": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, answer)
        .client.lost((client) => client.rst(1))
        .server.rst(1, 8)
        .client.ping(),
    "at the deadline": (s) => s.client.headers(1, timed("1S")).server.headers(1, answer).wait(960).rst(1, 8).client.ping(),
    "the client may have given up, too": (s) => s.client.headers(1, grpc).server.headers(1, answer).rst(1, 8),
    "not gRPC": (s) => s.client.headers(1).server.headers(1).rst(1, 8).client.ping(),
    "a moment before the deadline": (s) =>
      s.client.headers(1, timed("1S")).server.headers(1, answer).wait(944).rst(1, 8).client.ping(),
  },
  invalid: {
    "in place of trailers": {
      frames: (s) => s.client.headers(1, timed("1S")).server.headers(1, answer).data(1, hello).rst(1, 2).client.ping(),
      finds: [["reset", 4, { streamId: 1, code: "INTERNAL_ERROR" }]],
    },
    "cancelled by the server": {
      frames: (s) => s.client.headers(1, grpc).server.headers(1, answer).rst(1, 8).client.ping(),
      finds: [["reset", 3, { streamId: 1, code: "CANCEL" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, timed("1S")).server.headers(1, answer).data(1, hello).rst(1, 2).client.ping(),
      finds: [["reset", 4, { streamId: 1, code: "INTERNAL_ERROR" }]],
      because: ["borders", "no-gap2"],
    },
    "long enough before the deadline": {
      frames: (s) => s.client.headers(1, timed("1S")).server.headers(1, answer).wait(943).rst(1, 8).client.ping(),
      finds: [["reset", 3, { streamId: 1, code: "CANCEL" }]],
    },
  },
});

testRule(rstStatusMap, {
  valid: {
    "after the status": (s) => s.client.headers(1, grpc).server.headers(1, answer).trailers(1, ok).rst(1, 0),
    "what the client sent is missing: it may have given up": (s) =>
      s.client
        .headers(1, grpc)
        .lost((client) => client.rst(1))
        .server.rst(1, 8),
    "by the client": (s) => s.client.headers(1, grpc).rst(1),
    "not gRPC": (s) => s.client.headers(1).server.rst(1),
  },
  invalid: {
    refused: {
      frames: (s) => s.client.headers(1, grpc).server.rst(1, 7),
      finds: [["status", 2, { streamId: 1, code: "REFUSED_STREAM", status: "UNAVAILABLE" }]],
    },
    "cancelled at the deadline": {
      frames: (s) => s.client.headers(1, timed("50m")).server.wait(60).rst(1, 8),
      finds: [["status", 2, { streamId: 1, code: "CANCEL", status: "DEADLINE_EXCEEDED/CANCELLED" }]],
    },
    "cancelled before it": {
      frames: (s) => s.client.headers(1, timed("50m")).server.rst(1, 8),
      finds: [["status", 2, { streamId: 1, code: "CANCEL", status: "CANCELLED" }]],
    },
    "a code without a mapping": {
      frames: (s) => s.client.headers(1, grpc).server.rst(1, 0xfa),
      finds: [["status", 2, { streamId: 1, code: "0xfa", status: "UNKNOWN" }]],
    },
    "of one kind one": {
      frames: (s) => s.client.headers(1, grpc).headers(3, grpc).server.rst(1, 2).rst(3, 2),
      finds: [["status", 3, { streamId: 1, code: "INTERNAL_ERROR", status: "INTERNAL" }, { count: 2 }]],
    },
    "cancelled just at the deadline": {
      frames: (s) => s.client.headers(1, timed("50m")).server.wait(49).rst(1, 8),
      finds: [["status", 2, { streamId: 1, code: "CANCEL", status: "DEADLINE_EXCEEDED/CANCELLED" }]],
    },
    "cancelled a moment before it": {
      frames: (s) => s.client.headers(1, timed("50m")).server.wait(48).rst(1, 8),
      finds: [["status", 2, { streamId: 1, code: "CANCEL", status: "CANCELLED" }]],
    },
  },
});
