import { deadlineNearlyUsed, errorStatus } from "../../../src/rules/health/status.ts";
import { grpcRequest, grpcResponse, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const answered =
  (status: string): Story =>
  (s) =>
    s.client.headers(1, end).server.headers(1, { endStream: true, fields: { ":status": status } });
const ended =
  (status: string, message = ""): Story =>
  (s) =>
    s.client
      .headers(1, { endStream: true, fields: grpcRequest })
      .server.headers(1, { fields: grpcResponse })
      .trailers(1, message === "" ? { "grpc-status": status } : { "grpc-status": status, "grpc-message": message });

testRule(errorStatus, {
  valid: {
    "an error of the client": answered("499"),
    "a good end": ended("0"),
    "no number": ended("x"),
    "a threshold above it": { frames: answered("506"), options: { status: 507 } },
    "an interim response": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, { fields: { ":status": "103" } })
          .headers(1, end),
      options: { status: 100 },
    },
  },
  invalid: {
    "500": { frames: answered("500"), finds: [["http", 2, { streamId: 1, status: 500, ms: 1 }]] },
    "501 is no fault on the way": { frames: answered("501"), finds: [["http", 2, { streamId: 1, status: 501, ms: 1 }]] },
    ...Object.fromEntries(
      [502, 503, 504].map((status) => [
        `${status} is`,
        {
          frames: answered(String(status)),
          finds: [["http", 2, { streamId: 1, status, ms: 1 }, { severity: "warning" }]] as const,
        },
      ]),
    ),
    "505": { frames: answered("505"), finds: [["http", 2, { streamId: 1, status: 505, ms: 1 }]] },
    "400 on demand": {
      frames: answered("400"),
      options: { status: 400 },
      finds: [["http", 2, { streamId: 1, status: 400, ms: 1 }]],
    },
    "grpc-status of the application": {
      frames: ended("5", "no such thing"),
      finds: [["grpc", 3, { streamId: 1, status: 5, name: "NOT_FOUND", ms: 2, text: "no such thing" }]],
    },
    "grpc-status of a fault": {
      frames: ended("13"),
      finds: [["grpc", 3, { streamId: 1, status: 13, name: "INTERNAL", ms: 2, text: "" }, { severity: "warning" }]],
    },
    "a grpc-status of its own": {
      frames: ended("99"),
      finds: [["grpc", 3, { streamId: 1, status: 99, name: "no known status", ms: 2, text: "" }]],
    },
    "Trailers-Only": {
      frames: (s) =>
        s.client
          .headers(1, { endStream: true, fields: grpcRequest })
          .server.headers(1, { endStream: true, fields: { ...grpcResponse, "grpc-status": "14" } }),
      finds: [["grpc", 2, { streamId: 1, status: 14, name: "UNAVAILABLE", ms: 1, text: "" }, { severity: "warning" }]],
    },
    "the same twice, and another": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .headers(3, end)
          .headers(5, end)
          .server.headers(1, { endStream: true, fields: { ":status": "500" } })
          .headers(3, { endStream: true, fields: { ":status": "500" } })
          .headers(5, { endStream: true, fields: { ":status": "501" } }),
      finds: [
        ["http", 4, { streamId: 1, status: 500, ms: 3 }, { count: 2 }],
        ["http", 6, { streamId: 5, status: 501, ms: 3 }],
      ],
    },
    "bytes are missing, and fields": {
      frames: (s) => answered("500")(s.holes()),
      finds: [["http", 2, { streamId: 1, status: 500, ms: 1 }]],
      because: ["borders", "hpack"],
    },
    ...Object.fromEntries(
      (
        [
          [2, "UNKNOWN"],
          [14, "UNAVAILABLE"],
          [15, "DATA_LOSS"],
        ] as const
      ).map(([status, name]) => [
        `grpc-status ${status} is a fault, too`,
        {
          frames: ended(String(status)),
          finds: [["grpc", 3, { streamId: 1, status, name, ms: 2, text: "" }, { severity: "warning" }]] as const,
        },
      ]),
    ),
    "the last grpc-status there is": {
      frames: ended("16"),
      finds: [["grpc", 3, { streamId: 1, status: 16, name: "UNAUTHENTICATED", ms: 2, text: "" }]],
    },
    "one above it": {
      frames: ended("17"),
      finds: [["grpc", 3, { streamId: 1, status: 17, name: "no known status", ms: 2, text: "" }]],
    },
    "of a stream whose beginning is missing": {
      frames: (s) =>
        s
          .midway()
          .client.ping()
          .data(1)
          .server.headers(1, { endStream: true, fields: { ":status": "500" } }),
      finds: [["http", 3, { streamId: 1, status: 500, ms: -1 }]],
      because: ["borders"],
    },
  },
});

const call =
  (ms: number, timeout: string): Story =>
  (s) =>
    s.client
      .headers(1, { endStream: true, fields: { ...grpcRequest, "grpc-timeout": timeout } })
      .wait(ms - 1)
      .server.headers(1, { endStream: true, fields: { ...grpcResponse, "grpc-status": "0" } });

testRule(deadlineNearlyUsed, {
  valid: {
    "a little less than the share": call(799, "1S"),
    "no deadline that could be read": call(900, "1s"),
    "none at all": (s) => s.client.headers(1, end).wait(5000).server.headers(1, end),
    "given up at the deadline": (s) =>
      s.client
        .headers(1, { endStream: true, fields: { ...grpcRequest, "grpc-timeout": "1S" } })
        .wait(1000)
        .rst(1),
    "answered, and the request given up": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "1S" } })
        .wait(899)
        .server.headers(1, { endStream: true, fields: { ...grpcResponse, "grpc-status": "0" } })
        .client.rst(1),
  },
  invalid: {
    "at the share": { frames: call(800, "1S"), finds: [["used", 1, { streamId: 1, ms: 800, share: 80, timeout: 1000 }]] },
    "above it": { frames: call(950, "1000m"), finds: [["used", 1, { streamId: 1, ms: 950, share: 95, timeout: 1000 }]] },
    "by another share": {
      frames: call(500, "1000000u"),
      options: { share: 50 },
      finds: [["used", 1, { streamId: 1, ms: 500, share: 50, timeout: 1000 }]],
    },
  },
});
