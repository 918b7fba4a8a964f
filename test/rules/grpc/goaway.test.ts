import { goawayReason, unavailableRetryable } from "../../../src/rules/grpc/goaway.ts";
import { grpcRequest, grpcResponse, testRule } from "../../../src/testing.ts";

const grpc = { fields: grpcRequest } as const;

testRule(goawayReason, {
  valid: {
    "another text": (s) => s.client.headers(1, grpc).server.goaway(1, 0, "bye"),
    "no text": (s) => s.client.headers(1, grpc).server.goaway(1),
    "of the client": (s) => s.client.headers(1, grpc).goaway(0, 0, "max_age"),
  },
  invalid: {
    "twice, as in a graceful stop": {
      frames: (s) => s.client.headers(1, grpc).server.goaway(0x7fffffff, 0, "max_age").goaway(1, 0, "max_age"),
      finds: [
        ["reason", 2, { text: "max_age", reason: "the connection has reached the age that the server allows" }, { count: 2 }],
      ],
    },
  },
});

testRule(unavailableRetryable, {
  valid: {
    "not above the last stream": (s) => s.client.headers(1, grpc).server.goaway(1),
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
