import { goawayReason, unavailableRetryable } from "../../../src/rules/grpc/goaway.ts";
import { grpcRequest, grpcResponse, testRule } from "../../../src/testing.ts";

const grpc = { fields: grpcRequest } as const;

testRule(goawayReason, {
  valid: {
    "another text": (s) => s.client.headers(1, grpc).server.goaway(1, 0, "bye"),
    "no text": (s) => s.client.headers(1, grpc).server.goaway(1),
    "DATA that says so": (s) => s.client.headers(1, grpc).server.headers(1, { fields: grpcResponse }).data(1, "max_age"),
    "too short to be a GOAWAY": (s) => s.client.headers(1, grpc).server.frame({ type: 7, payload: "max_age" }),
    "after the first 200 bytes": (s) => s.client.headers(1, grpc).server.goaway(1, 0, `${".".repeat(194)}max_age`),
    "of the client": (s) => s.client.headers(1, grpc).goaway(0, 0, "max_age"),
  },
  invalid: {
    "twice, as in a graceful stop": {
      frames: (s) => s.client.headers(1, grpc).server.goaway(0x7fffffff, 0, "max_age").goaway(1, 0, "max_age"),
      finds: [
        ["reason", 2, { text: "max_age", reason: "the connection has reached the age that the server allows" }, { count: 2 }],
      ],
    },
    "within the first 200 bytes": {
      frames: (s) => s.client.headers(1, grpc).server.goaway(1, 0, `${".".repeat(193)}max_age`),
      finds: [["reason", 2, { text: "max_age", reason: "the connection has reached the age that the server allows" }]],
    },
  },
});

testRule(unavailableRetryable, {
  valid: {
    "not above the last stream": (s) => s.client.headers(1, grpc).server.goaway(1),
    "too short to be a GOAWAY": (s) => s.client.headers(1, grpc).server.frame({ type: 7, payload: "short" }),
    "a GOAWAY on a stream": (s) => s.client.headers(1, grpc).server.frame({ type: 7, streamId: 1, payload: "\0".repeat(8) }),
    "refused after DATA": (s) => s.client.headers(1, grpc).server.data(1).rst(1, 7),
    "the first of two": (s) => s.client.headers(1, grpc).server.goaway(0x7fffffff),
    "of the client ": (s) => s.client.headers(1, grpc).goaway(0),
    "refused after an answer": (s) => s.client.headers(1, grpc).server.headers(1, { fields: grpcResponse }).rst(1, 7),
    cancelled: (s) => s.client.headers(1, grpc).server.rst(1, 8),
    "not gRPC": (s) => s.client.headers(1).headers(3).server.rst(1, 7).goaway(1),
  },
  invalid: {
    goaway: {
      frames: (s) => s.client.headers(1, grpc).headers(3, grpc).headers(5, grpc).server.goaway(1).goaway(1),
      finds: [["goaway", 4, { calls: 2, lastStreamId: 1 }]],
    },
    "of all calls": {
      frames: (s) => s.client.headers(1, grpc).server.goaway(0),
      finds: [["goaway", 2, { calls: 1, lastStreamId: 0 }]],
    },
    "of ids that were left out": {
      frames: (s) => s.client.headers(1, grpc).headers(5, grpc).server.goaway(1),
      finds: [["goaway", 3, { calls: 1, lastStreamId: 1 }]],
    },
    "of ids far apart, with a promise between": {
      frames: (s) => s.client.headers(1, grpc).headers(101, grpc).headers(201, grpc).server.pushPromise(1, 150, grpc).goaway(101),
      finds: [["goaway", 5, { calls: 1, lastStreamId: 101 }]],
    },
    "and again, with none between": {
      frames: (s) => s.client.headers(1, grpc).headers(201, grpc).server.goaway(101).goaway(51),
      finds: [["goaway", 3, { calls: 1, lastStreamId: 101 }]],
    },
    "the second of two": {
      frames: (s) => s.client.headers(1, grpc).headers(3, grpc).server.goaway(0x7fffffff).goaway(1),
      finds: [["goaway", 4, { calls: 1, lastStreamId: 1 }]],
    },
    refused: {
      frames: (s) => s.client.headers(1, grpc).server.rst(1, 7),
      finds: [["refused", 2, { streamId: 1 }]],
    },
  },
});
