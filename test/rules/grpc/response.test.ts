import { endedWithoutTrailers, httpStatus, responseContentType, statusMissing } from "../../../src/rules/grpc/response.ts";
import { grpcRequest, grpcResponse, testRule } from "../../../src/testing.ts";

const grpc = { fields: grpcRequest, endStream: true } as const;
const html = { ":status": "200", "content-type": "text/html" } as const;

testRule(responseContentType, {
  valid: {
    "application/grpc": (s) => s.client.headers(1, grpc).server.headers(1, { fields: grpcResponse }),
    "with a format": (s) =>
      s.client.headers(1, grpc).server.headers(1, { fields: { ...grpcResponse, "content-type": "application/grpc+proto" } }),
    "trailers only": (s) =>
      s.client.headers(1, grpc).server.headers(1, { endStream: true, fields: { ":status": "200", "grpc-status": "12" } }),
    "another status: grpc/http-status": (s) =>
      s.client.headers(1, grpc).server.headers(1, { fields: { ...html, ":status": "502" } }),
    "the request was not gRPC": (s) => s.client.headers(1).server.headers(1, { fields: html }),
    "an interim response": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, { fields: { ":status": "103" } })
        .headers(1, { fields: grpcResponse }),
    "it may be among what is not known": {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .server.lost((server) => server.ping())
          .headers(1, { block: "\x88\xbe" })
          .data(1),
      unchecked: { "grpc/response-content-type hpack": 1, "flow/* settings": 1 },
    },
    "no gRPC, with a content-type": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "content-type": "application/json", te: "gzip" } })
        .server.headers(1, { fields: { ":status": "200", "content-type": "text/html" } }),
  },
  invalid: {
    "another type": {
      frames: (s) => s.client.headers(1, grpc).server.headers(1, { fields: html }).data(1),
      finds: [["type", 2, { streamId: 1, contentType: "text/html" }]],
    },
    none: {
      frames: (s) => s.client.headers(1, grpc).server.headers(1).data(1),
      finds: [["missing", 2, { streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, grpc).server.headers(1, { fields: html }).data(1),
      finds: [["type", 2, { streamId: 1, contentType: "text/html" }]],
      because: ["borders", "hpack"],
    },
  },
});

const hello = "\0\0\0\0\x01a";
const end = { endStream: true } as const;
const call = { fields: grpcRequest } as const;
const answered = { fields: grpcResponse } as const;
const withStatus = (status: string, more: object = {}) => ({ ...end, fields: { ":status": status, ...more } });

testRule(httpStatus, {
  valid: {
    "200": (s) => s.client.headers(1, call).server.headers(1, answered),
    "of two the first counts": (s) =>
      s.client.headers(1, call).server.headers(1, {
        ...end,
        fields: [
          [":status", "200"],
          [":status", "503"],
        ],
      }),
    "an interim one": (s) => s.client.headers(1, call).server.headers(1, { fields: { ":status": "103" } }),
    "of plain HTTP": (s) => s.client.headers(1).server.headers(1, withStatus("503")),
    "415 to another type": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "content-type": "text/plain", "grpc-timeout": "1S" } })
        .server.headers(1, withStatus("415", { "content-type": "application/grpc", "grpc-status": "3" })),
    "405 to another method": (s) =>
      s.client.headers(1, { fields: { ...grpcRequest, ":method": "GET" } }).server.headers(1, withStatus("405")),
    "400 to a malformed timeout": (s) =>
      s.client.headers(1, { fields: { ...grpcRequest, "grpc-timeout": "x" } }).server.headers(1, withStatus("400")),
  },
  invalid: {
    "a proxy's 503": {
      frames: (s) => s.client.headers(1, call).server.headers(1, withStatus("503", { "content-type": "text/html" })),
      finds: [["status", 2, { streamId: 1, status: 503, mapped: "UNAVAILABLE" }]],
    },
    "415 to what is gRPC": {
      frames: (s) => s.client.headers(1, call).server.headers(1, withStatus("415")),
      finds: [["status", 2, { streamId: 1, status: 415, mapped: "UNKNOWN" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        s
          .holes()
          .client.headers(1, call)
          .server.headers(1, withStatus("503", { "content-type": "text/html" })),
      finds: [["status", 2, { streamId: 1, status: 503, mapped: "UNAVAILABLE" }]],
      because: ["borders", "hpack"],
    },
    "405 to POST": {
      frames: (s) => s.client.headers(1, call).server.headers(1, withStatus("405")),
      finds: [["status", 2, { streamId: 1, status: 405, mapped: "UNKNOWN" }]],
    },
    "503 to GET": {
      frames: (s) => s.client.headers(1, { fields: { ...grpcRequest, ":method": "GET" } }).server.headers(1, withStatus("503")),
      finds: [["status", 2, { streamId: 1, status: 503, mapped: "UNAVAILABLE" }]],
    },
    "400 to a lawful timeout": {
      frames: (s) =>
        s.client.headers(1, { fields: { ...grpcRequest, "grpc-timeout": "1S" } }).server.headers(1, withStatus("400")),
      finds: [["status", 2, { streamId: 1, status: 400, mapped: "INTERNAL" }]],
    },
    "503 to a malformed timeout": {
      frames: (s) =>
        s.client.headers(1, { fields: { ...grpcRequest, "grpc-timeout": "x" } }).server.headers(1, withStatus("503")),
      finds: [["status", 2, { streamId: 1, status: 503, mapped: "UNAVAILABLE" }]],
    },
  },
});

testRule(statusMissing, {
  valid: {
    "in trailers": (s) => s.client.headers(1, call).server.headers(1, answered).trailers(1, { "grpc-status": "0" }),
    "Trailers-Only": (s) => s.client.headers(1, call).server.headers(1, withStatus("200", { "grpc-status": "12" })),
    "another status: grpc/http-status": (s) => s.client.headers(1, call).server.headers(1, withStatus("502")),
    "plain HTTP": (s) => s.client.headers(1, end).server.headers(1).trailers(1),
    "HEAD to a gRPC server": (s) =>
      s.client
        .headers(1, { ...end, fields: { ":method": "HEAD", ":scheme": "http", ":path": "/" } })
        .server.headers(1, { ...end, fields: grpcResponse }),
    "not all fields are known": {
      frames: (s) =>
        s.client
          .headers(1, call)
          .server.lost((server) => server.ping())
          .headers(1, answered)
          .headers(1, { ...end, block: "\xbe" }),
      unchecked: { "grpc/status-missing hpack": 1 },
    },
    "it stood in HEADERS: grpc/status-in-headers": (s) =>
      s.client
        .headers(1, call)
        .server.headers(1, { fields: { ...grpcResponse, "grpc-status": "3" } })
        .trailers(1, { a: "1" }),
    "another status with trailers: grpc/http-status": (s) =>
      s.client
        .headers(1, call)
        .server.headers(1, { fields: { ...grpcResponse, ":status": "502" } })
        .trailers(1),
    "an answer that is no gRPC: grpc/response-content-type": (s) =>
      s.client.headers(1, call).server.headers(1, { fields: html }).trailers(1),
  },
  invalid: {
    trailers: {
      frames: (s) => s.client.headers(1, call).server.headers(1, answered).trailers(1, { a: "1" }),
      finds: [["trailers", 3, { streamId: 1 }]],
    },
    "nothing but HEADERS": {
      frames: (s) => s.client.headers(1, call).server.headers(1, { ...end, ...answered }),
      finds: [["only", 2, { streamId: 1 }]],
    },
    "nothing but HEADERS, and no type": {
      frames: (s) => s.client.headers(1, call).server.headers(1, withStatus("200")),
      finds: [["only", 2, { streamId: 1 }]],
    },
    "in the midst of a connection": {
      frames: (s) => s.midway().client.headers(1, call).server.headers(1, answered).trailers(1, { a: "1" }),
      finds: [["trailers", 3, { streamId: 1 }]],
      because: ["borders", "body"],
    },
  },
});

testRule(endedWithoutTrailers, {
  valid: {
    trailers: (s) => s.client.headers(1, call).server.headers(1, answered).data(1, hello).trailers(1, { "grpc-status": "0" }),
    "it stood in HEADERS: grpc/status-in-headers": (s) =>
      s.client
        .headers(1, call)
        .server.headers(1, { fields: { ...grpcResponse, "grpc-status": "3" } })
        .data(1, 0, end),
    "the request": (s) => s.client.headers(1, call).data(1, hello, end).server.headers(1, answered),
    "an answer that is not gRPC": (s) => s.client.headers(1, call).server.headers(1, { fields: html }).data(1, 3, end),
    reset: (s) => s.client.headers(1, call).server.headers(1, answered).data(1, hello).rst(1),
    "another status: grpc/http-status": (s) =>
      s.client
        .headers(1, call)
        .server.headers(1, { fields: { ...grpcResponse, ":status": "502" } })
        .data(1, 3, end),
  },
  invalid: {
    "END_STREAM on DATA": {
      frames: (s) => s.client.headers(1, call).server.headers(1, answered).data(1, hello, end),
      finds: [["data", 3, { streamId: 1 }]],
    },
    "END_STREAM on DATA, and then the request ends": {
      frames: (s) => s.client.headers(1, call).server.headers(1, answered).data(1, hello, end).client.data(1, hello, end),
      finds: [["data", 3, { streamId: 1 }]],
    },
    "on empty DATA": {
      frames: (s) => s.client.headers(1, call).server.headers(1, answered).data(1, hello).data(1, 0, end),
      finds: [["data", 4, { streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, call).server.headers(1, answered).data(1, hello, end),
      finds: [["data", 3, { streamId: 1 }]],
      because: ["borders", "body"],
    },
  },
});
