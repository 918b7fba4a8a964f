import {
  interimAfterFinal,
  listSize,
  requestTrailers,
  secondHeadersNoEndStream,
  trailersForbiddenField,
} from "../../../src/rules/headers/message.ts";
import { getRequest, grpcRequest, grpcResponse, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const fields = { "x-a": "b" };
const early = { fields: { ":status": "103" } };
const hello = "\0\0\0\0\x01a";

testRule(secondHeadersNoEndStream, {
  valid: {
    "trailers of both sides": (s) => s.client.headers(1).data(1).trailers(1).server.headers(1).data(1).trailers(1),
    "interim responses": (s) => s.client.headers(1, end).server.headers(1, early).headers(1, early).headers(1, end),
    "the answer on a pushed stream": (s) => s.client.headers(1).server.pushPromise(1, 2).headers(2).trailers(2),
    "mid-connection": (s) => s.midway().client.ping().data(1).headers(1, { fields }).headers(1, { fields }),
  },
  invalid: {
    // The reset on its way excuses the frame's being there, not what the client made of its message without knowing of it.
    "the server reset it, on the way": {
      frames: (s) => s.client.headers(1).server.rst(1).client.crossing().headers(1, { fields }),
      finds: [["second", 3, { side: "client", streamId: 1 }]],
    },
    "of the client": {
      frames: (s) => s.client.headers(1).headers(1, { fields }),
      finds: [["second", 2, { side: "client", streamId: 1 }]],
    },
    "of the client, request-shaped": {
      frames: (s) => s.client.headers(1).headers(1),
      finds: [["second", 2, { side: "client", streamId: 1 }]],
    },
    "of the server": {
      frames: (s) => s.client.headers(1, end).server.headers(1).headers(1, { fields }),
      finds: [["second", 3, { side: "server", streamId: 1 }]],
    },
    "over two frames": {
      frames: (s) => s.client.headers(1).headers(1, { fields, endHeaders: false }).continuation(1),
      finds: [["second", 2, { side: "client", streamId: 1 }]],
    },
  },
});

testRule(interimAfterFinal, {
  valid: {
    "before it": (s) => s.client.headers(1).server.headers(1, early).headers(1),
    "on another stream": (s) => s.client.headers(1).headers(3).server.headers(1).headers(3, early),
    "a second final response: headers/second-headers-no-end-stream": (s) => s.client.headers(1).server.headers(1).headers(1),
  },
  invalid: {
    "103 after 200": {
      frames: (s) => s.client.headers(1).server.headers(1).headers(1, early),
      finds: [["interim", 3, { status: 103, streamId: 1 }]],
    },
    "100 with END_STREAM": {
      frames: (s) =>
        s.client
          .headers(1)
          .server.headers(1)
          .headers(1, { ...end, fields: { ":status": "100" } }),
      finds: [["interim", 3, { status: 100, streamId: 1 }]],
    },
  },
});

testRule(requestTrailers, {
  valid: {
    "of the server": (s) => s.client.headers(1, end).server.headers(1).trailers(1),
    // There it is an error: grpc/request-trailers.
    gRPC: (s) => s.client.headers(1, { fields: grpcRequest }).data(1, hello).trailers(1),
    "gRPC by the fields of the trailers": (s) => s.client.headers(1).data(1).trailers(1, { "grpc-status": "0" }),
    "gRPC by the answer": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, "content-type": "text/plain" } })
        .server.headers(1, { fields: grpcResponse })
        .client.data(1)
        .trailers(1),
    "END_STREAM on DATA": (s) => s.client.headers(1).data(1, 1, end),
  },
  invalid: {
    "with fields": { frames: (s) => s.client.headers(1).data(1).trailers(1), finds: [["trailers", 3, { streamId: 1 }]] },
    "with none": { frames: (s) => s.client.headers(1).data(1).trailers(1, {}), finds: [["trailers", 3, { streamId: 1 }]] },
    "without DATA before": { frames: (s) => s.client.headers(1).trailers(1), finds: [["trailers", 2, { streamId: 1 }]] },
  },
});

const MAX_HEADER_LIST_SIZE = 6;
// RFC 9113 6.5.2: `:method: GET`, `:scheme: http`, `:authority: h2.test`, `:path: /` with 32 octets for each.
const GET_SIZE = 42 + 43 + 49 + 38;

testRule(trailersForbiddenField, {
  valid: {
    "a checksum": (s) => s.client.headers(1).trailers(1, { "content-digest": "x" }),
    "in the HEADERS before": (s) => s.client.headers(1, { ...end, fields: { ...getRequest, "content-length": "0" } }),
    gRPC: (s) =>
      s.client
        .headers(1, { ...end, fields: grpcRequest })
        .server.headers(1, { fields: grpcResponse })
        .trailers(1, { "content-type": "application/grpc" }),
    "gRPC by its fields": (s) =>
      s.client.headers(1, end).server.headers(1).trailers(1, { "content-type": "application/grpc", "grpc-status": "0" }),
    "it may be gRPC": (s) =>
      s.client
        .lost((client) => client.headers(1, { ...end, fields: grpcRequest }))
        .server.headers(1)
        .trailers(1, { "content-type": "a/b" }),
  },
  invalid: {
    "of the client": {
      frames: (s) => s.client.headers(1).trailers(1, { "x-a": "b", "content-length": "0" }),
      finds: [["field", 2, { side: "client", name: "content-length", streamId: 1 }]],
    },
    "of the server, on two streams": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .headers(3, end)
          .server.headers(1)
          .trailers(1, { "cache-control": "no-store" })
          .headers(3)
          .trailers(3, { "cache-control": "no-store" }),
      finds: [["field", 4, { side: "server", name: "cache-control", streamId: 1 }, { count: 2 }]],
    },
    "te: trailers": {
      frames: (s) => s.client.headers(1).trailers(1, { te: "trailers" }),
      finds: [["field", 2, { side: "client", name: "te", streamId: 1 }]],
    },
  },
});

testRule(listSize, {
  valid: {
    "just as large": (s) => s.settings({ server: [[MAX_HEADER_LIST_SIZE, GET_SIZE]] }).client.headers(1, end),
    "no limit": (s) => s.client.headers(1, { ...end, fields: { ...getRequest, "x-a": "b".repeat(20_000) } }),
    "before the limit is acknowledged": (s) =>
      s.client
        .ping()
        .server.settings([[MAX_HEADER_LIST_SIZE, 1]])
        .client.headers(1, end)
        .settingsAck(),
    "a higher limit has arrived": (s) =>
      s
        .settings({ server: [[MAX_HEADER_LIST_SIZE, 1]] })
        .server.settings([[MAX_HEADER_LIST_SIZE, GET_SIZE]])
        .client.headers(1, end),
    "the limit of the other direction": (s) => s.settings({ client: [[MAX_HEADER_LIST_SIZE, 50]] }).client.headers(1, end),
  },
  invalid: {
    "one byte more": {
      frames: (s) =>
        s
          .settings({ server: [[MAX_HEADER_LIST_SIZE, GET_SIZE - 1]] })
          .client.headers(1, end)
          .headers(3, end),
      finds: [["size", 1, { size: GET_SIZE, limit: GET_SIZE - 1, streamId: 1 }, { count: 2 }]],
    },
    "of the server": {
      frames: (s) =>
        s
          .settings({ client: [[MAX_HEADER_LIST_SIZE, 41]] })
          .client.headers(1, end)
          .server.headers(1, end),
      finds: [["size", 2, { size: 42, limit: 41, streamId: 1 }]],
    },
    "a higher limit is under way": {
      frames: (s) =>
        s
          .settings({ server: [[MAX_HEADER_LIST_SIZE, 1]] })
          .server.settings([[MAX_HEADER_LIST_SIZE, GET_SIZE]])
          .client.crossing()
          .headers(1, end),
      finds: [["size", 2, { size: GET_SIZE, limit: 1, streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        s
          .settings({ server: [[MAX_HEADER_LIST_SIZE, GET_SIZE]] })
          .holes()
          .client.headers(1, end),
      // Of the field that is not known the 32 octets count that every field has (RFC 9113 6.5.2).
      finds: [["size", 1, { size: GET_SIZE + 32, limit: GET_SIZE, streamId: 1 }]],
      because: ["borders", "hpack", "settings"],
    },
  },
});
