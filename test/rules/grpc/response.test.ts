import { responseContentType } from "../../../src/rules/grpc/response.ts";
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
  },
});
