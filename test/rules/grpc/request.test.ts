import { clientSendsStatus, requestTrailers } from "../../../src/rules/grpc/request.ts";
import { grpcRequest, grpcResponse, testRule } from "../../../src/testing.ts";

const hello = "\0\0\0\0\x01a";
const end = { endStream: true } as const;
const grpc = { fields: grpcRequest } as const;
// `te: trailers` alone is no mark: the answer decides.
const unmarked = { fields: { ...grpcRequest, "content-type": "text/plain" } } as const;

testRule(requestTrailers, {
  valid: {
    "END_STREAM on DATA": (s) => s.client.headers(1, grpc).data(1, hello, end),
    "END_STREAM on empty DATA": (s) => s.client.headers(1, grpc).data(1, hello).data(1, 0, end),
    "trailers of the server": (s) =>
      s.client
        .headers(1, grpc)
        .data(1, hello, end)
        .server.headers(1, { fields: grpcResponse })
        .trailers(1, { "grpc-status": "0" }),
    "not gRPC": (s) => s.client.headers(1).data(1).trailers(1),
    "gRPC-Web": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "content-type": "application/grpc-web+proto" } })
        .data(1)
        .trailers(1),
    "a name that only begins so": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "content-type": "application/grpcish" } })
        .data(1)
        .trailers(1),
    "only the answer could tell": {
      frames: (s) => s.client.headers(1, unmarked).data(1).trailers(1),
      unchecked: { "grpc/request-trailers hpack": 1 },
    },
    "the answer is not gRPC": {
      frames: (s) => s.client.headers(1, unmarked).server.headers(1).client.data(1).trailers(1),
      unchecked: {},
    },
  },
  invalid: {
    "Volo 0.9.1": {
      frames: (s) => s.client.headers(1, grpc).together((c) => c.data(1, hello).trailers(1, { "grpc-status": "0" })),
      finds: [["fields", 3, { streamId: 1, fields: "grpc-status: 0" }]],
    },
    "three fields are shown": {
      frames: (s) => s.client.headers(1, grpc).trailers(1, { a: "1", b: "2", c: "3", d: "4" }),
      finds: [["fields", 2, { streamId: 1, fields: "a: 1, b: 2, c: 3" }]],
    },
    "without fields": {
      frames: (s) => s.client.headers(1, grpc).data(1, hello).trailers(1, {}),
      finds: [["trailers", 3, { streamId: 1 }]],
    },
    "of another content type, the trailers show it": {
      frames: (s) => s.client.headers(1).data(1, hello).trailers(1, { "grpc-status": "0" }),
      finds: [["fields", 3, { streamId: 1, fields: "grpc-status: 0" }]],
    },
    "the answer shows it": {
      frames: (s) => s.client.headers(1, unmarked).server.headers(1, { fields: grpcResponse }).client.data(1).trailers(1),
      finds: [["fields", 4, { streamId: 1, fields: "x-checksum: 1" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        s
          .holes()
          .client.headers(1, grpc)
          .together((c) => c.data(1, hello).trailers(1, { "grpc-status": "0" })),
      finds: [["fields", 3, { streamId: 1, fields: "grpc-status: 0" }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(clientSendsStatus, {
  valid: {
    "of the server": (s) =>
      s.client.headers(1, grpc).server.headers(1, { ...end, fields: { ...grpcResponse, "grpc-status": "12" } }),
    "another gRPC field": (s) => s.client.headers(1, { fields: { ...grpcRequest, "grpc-timeout": "1S" } }),
  },
  invalid: {
    "in trailers": {
      frames: (s) => s.client.headers(1, grpc).trailers(1, { "grpc-status": "0", "grpc-message": "ok" }),
      finds: [["status", 2, { fields: "grpc-status: 0, grpc-message: ok", streamId: 1 }]],
    },
    "in the request": {
      frames: (s) => s.client.headers(1, { fields: { ...grpcRequest, "grpc-status": "0" } }),
      finds: [["status", 1, { fields: "grpc-status: 0", streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, grpc).trailers(1, { "grpc-status": "0", "grpc-message": "ok" }),
      finds: [["status", 2, { fields: "grpc-status: 0, grpc-message: ok", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});
