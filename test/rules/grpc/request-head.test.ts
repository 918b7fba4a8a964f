import {
  authorityMissing,
  contentTypeMalformed,
  contentTypeMissing,
  methodNotPost,
  pathForm,
  requestEndOnHeaders,
  teMissing,
} from "../../../src/rules/grpc/request-head.ts";
import { type Fields, getRequest, grpcRequest, grpcResponse, type Story, testRule } from "../../../src/testing.ts";

const call =
  (fields: Fields): Story =>
  (s) =>
    s.client.headers(1, { fields });
const withThese = (fields: object) => call({ ...grpcRequest, ...fields });
const without = (name: string) => call(Object.fromEntries(Object.entries(grpcRequest).filter(([key]) => key !== name)));
// Trailers with a field of requests.
const trailed =
  (fields: Fields): Story =>
  (s) =>
    s.client.headers(1, { fields: grpcRequest }).data(1, 5).trailers(1, fields);
const refused = { ":status": "415", "content-type": "application/grpc", "grpc-status": "3" } as const;
const end = { endStream: true } as const;

testRule(methodNotPost, {
  valid: {
    POST: withThese({}),
    "of two methods the first counts": call([[":method", "POST"], [":method", "GET"], ...Object.entries(grpcRequest).slice(1)]),
    "GET of something else": withThese({ ":method": "GET", "content-type": "text/html" }),
    "gRPC-Web": withThese({ ":method": "OPTIONS", "content-type": "application/grpc-web" }),
  },
  invalid: {
    GET: { frames: withThese({ ":method": "GET" }), finds: [["method", 1, { streamId: 1, method: "GET" }]] },
    "of two methods the first counts": {
      frames: call([[":method", "GET"], ...Object.entries(grpcRequest)]),
      finds: [["method", 1, { streamId: 1, method: "GET" }]],
    },
    "PUT, by a gRPC field": {
      frames: withThese({ ":method": "PUT", "content-type": "text/plain", "grpc-timeout": "1S" }),
      finds: [["method", 1, { streamId: 1, method: "PUT" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => withThese({ ":method": "GET" })(s.holes()),
      finds: [["method", 1, { streamId: 1, method: "GET" }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(contentTypeMissing, {
  valid: {
    "application/grpc": withThese({ "grpc-timeout": "1S" }),
    "with a format": withThese({ "content-type": "application/grpc+json; charset=x", "grpc-timeout": "1S" }),
    "with a blank before the parameter": withThese({ "content-type": "application/grpc ;a=b", "grpc-timeout": "1S" }),
    "a gateway's field": withThese({ "content-type": "application/json", "grpc-metadata-x": "1" }),
    "gRPC-Web": withThese({ "content-type": "application/grpc-web+proto", "grpc-timeout": "1S" }),
    "malformed is another rule": withThese({ "content-type": "application/grpcs", "grpc-timeout": "1S" }),
    "plain HTTP with a plain answer": (s) => s.client.headers(1, end).server.headers(1, end),
    "te alone, with a plain answer": (s) =>
      s.client.headers(1, { ...end, fields: { ...grpcRequest, "content-type": "text/plain" } }).server.headers(1, end),
    "of two content types of the answer the first counts": (s) =>
      s.client.headers(1, end).server.headers(1, {
        ...end,
        fields: [
          [":status", "200"],
          ["content-type", "text/plain"],
          ["content-type", "application/grpc"],
        ],
      }),
    "the request was not captured": (s) =>
      s.client.lost((client) => client.headers(1, end)).server.headers(1, { fields: refused, ...end }),
    "what the request has is not all known": (s) =>
      s
        .holes()
        .client.headers(1, end)
        .server.headers(1, { fields: refused, ...end }),
    trailers: (s) => s.client.headers(1, { fields: grpcRequest }).trailers(1, { "grpc-status": "0" }),
    "a promise": (s) =>
      s.client
        .headers(1)
        .server.pushPromise(1, 2, { fields: { ":method": "GET", ":scheme": "http", ":path": "/", "grpc-timeout": "1S" } }),
  },
  invalid: {
    "gRPC fields without a type": {
      frames: call({ ":method": "POST", ":scheme": "http", ":path": "/a.B/C", "grpc-timeout": "1S" }),
      finds: [["missing", 1, { streamId: 1 }]],
    },
    "gRPC fields without a type, and an answer that is gRPC: one finding": {
      frames: (s) =>
        s.client
          .headers(1, { fields: { ":method": "POST", ":scheme": "http", ":path": "/a.B/C", "grpc-timeout": "1S" } })
          .server.headers(1, { fields: refused, ...end }),
      finds: [["missing", 1, { streamId: 1 }]],
    },
    "POST without te, and an answer that is gRPC": {
      frames: (s) =>
        s.client.headers(1, { fields: { ...getRequest, ":method": "POST" } }).server.headers(1, { fields: refused, ...end }),
      finds: [["plain", 1, { streamId: 1 }, { severity: "info" }]],
    },
    "of another type": {
      frames: withThese({ "content-type": "application/json", "grpc-encoding": "gzip" }),
      finds: [["other", 1, { streamId: 1, contentType: "application/json" }]],
    },
    "te, POST, and an answer that is gRPC": {
      frames: (s) =>
        s.client
          .headers(1, { fields: { ...grpcRequest, "content-type": "text/plain" } })
          .server.headers(1, { fields: refused, ...end }),
      finds: [["other", 1, { streamId: 1, contentType: "text/plain" }]],
    },
    "the same without a type": {
      frames: (s) =>
        s.client
          .headers(1, { fields: { ":method": "POST", ":scheme": "http", ":path": "/", te: "trailers" } })
          .server.headers(1, { fields: refused, ...end }),
      finds: [["missing", 1, { streamId: 1 }]],
    },
    "plain HTTP to a gRPC server": {
      frames: (s) => s.client.headers(1, end).server.headers(1, { fields: refused, ...end }),
      finds: [["plain", 1, { streamId: 1 }, { severity: "info" }]],
    },
    "many of them are one": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, { fields: refused, ...end })
          .client.headers(3, end)
          .server.headers(3, { fields: grpcResponse }),
      finds: [["plain", 1, { streamId: 1 }, { severity: "info", count: 2 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => call({ ":method": "POST", ":scheme": "http", ":path": "/a.B/C", "grpc-timeout": "1S" })(s.holes()),
      finds: [["missing", 1, { streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(contentTypeMalformed, {
  valid: {
    alone: withThese({}),
    format: withThese({ "content-type": "application/grpc+proto" }),
    parameter: withThese({ "content-type": "application/grpc;a=b" }),
    web: withThese({ "content-type": "application/grpc-web-text" }),
    "another type": withThese({ "content-type": "application/g" }),
    "in trailers": trailed({ "content-type": "application/grpcx" }),
    "of an answer": (s) =>
      s.client
        .headers(1, { fields: grpcRequest })
        .server.headers(1, { fields: { ":status": "200", "content-type": "application/grpcx" } }),
    "of two the first counts": call([
      ...Object.entries(grpcRequest).filter(([name]) => name !== "content-type"),
      ["content-type", "text/plain"],
      ["content-type", "application/grpcx"],
    ]),
  },
  invalid: {
    "goes on": {
      frames: withThese({ "content-type": "Application/gRPCx" }),
      finds: [["malformed", 1, { streamId: 1, contentType: "Application/gRPCx" }]],
    },
    "a list": {
      frames: withThese({ "content-type": "application/grpc, text/html" }),
      finds: [["malformed", 1, { streamId: 1, contentType: "application/grpc, text/html" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => withThese({ "content-type": "Application/gRPCx" })(s.holes()),
      finds: [["malformed", 1, { streamId: 1, contentType: "Application/gRPCx" }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(teMissing, {
  valid: {
    there: withThese({}),
    "trailers with a content type": trailed({ "content-type": "application/grpc" }),
    "among others": withThese({ te: "deflate, trailers;q=0.5" }),
    "not gRPC": withThese({ te: "deflate", "content-type": "text/html" }),
    "it may be what is not known": {
      frames: (s) =>
        s.client
          .lost((c) => c.headers(1, end))
          // Index 62 was filled before.
          .headers(3, { block: "\xbe\x83\x86\x84\x0f\x10\x10application/grpc" }),
      unchecked: { "grpc/te-missing hpack": 1 },
    },
    "an answer, trailers": (s) =>
      s.client
        .headers(1, { fields: grpcRequest })
        .trailers(1, { "grpc-status": "0" })
        .server.headers(1, { fields: grpcResponse }),
    "of two content types the first counts": call([
      ...Object.entries(grpcRequest).filter(([name]) => name !== "content-type" && name !== "te"),
      ["content-type", "text/plain"],
      ["content-type", "application/grpc"],
    ]),
  },
  invalid: {
    missing: { frames: without("te"), finds: [["missing", 1, { streamId: 1 }]] },
    "something else": { frames: withThese({ te: "xtrailers" }), finds: [["missing", 1, { streamId: 1 }]] },
  },
});

testRule(pathForm, {
  valid: {
    "/a.B/C": withThese({}),
    "short ones": withThese({ ":path": "/a/b" }),
    "below a prefix": withThese({ ":path": "/v1/a.B/C" }),
    "not gRPC": withThese({ ":path": "/?a", "content-type": "text/html" }),
  },
  invalid: {
    "no method": { frames: withThese({ ":path": "/a.B/" }), finds: [["path", 1, { streamId: 1, path: "/a.B/" }]] },
    "no service": { frames: withThese({ ":path": "//C" }), finds: [["path", 1, { streamId: 1, path: "//C" }]] },
    "one part": { frames: withThese({ ":path": "/C" }), finds: [["path", 1, { streamId: 1, path: "/C" }]] },
    "a query": { frames: withThese({ ":path": "/a.B/C?d" }), finds: [["path", 1, { streamId: 1, path: "/a.B/C?d" }]] },
    "no slash first": { frames: withThese({ ":path": "a.B/C" }), finds: [["path", 1, { streamId: 1, path: "a.B/C" }]] },
    "bytes are missing, and fields": {
      frames: (s) => withThese({ ":path": "/a.B/" })(s.holes()),
      finds: [["path", 1, { streamId: 1, path: "/a.B/" }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(authorityMissing, {
  valid: {
    there: withThese({}),
    "trailers with a content type": trailed({ "content-type": "application/grpc" }),
    "it may be what is not known": (s) => without(":authority")(s.holes()),
    "not gRPC": call({ ":method": "GET", ":scheme": "http", ":path": "/" }),
  },
  invalid: {
    missing: { frames: without(":authority"), finds: [["missing", 1, { streamId: 1 }]] },
    "once a connection": {
      frames: (s) => {
        const fields = Object.entries(grpcRequest).filter(([key]) => key !== ":authority");
        return s.client.headers(1, { fields }).headers(3, { fields });
      },
      finds: [["missing", 1, { streamId: 1 }, { count: 2 }]],
    },
  },
});

testRule(requestEndOnHeaders, {
  valid: {
    "END_STREAM on empty DATA": (s) => s.client.headers(1, { fields: grpcRequest }).data(1, 0, end),
    "trailers with a content type: they are no HEADERS of the request": trailed({ "content-type": "application/grpc" }),
    "not gRPC": (s) => s.client.headers(1, end),
    "an answer": (s) => s.client.headers(1, { fields: grpcRequest }).server.headers(1, { ...end, fields: grpcResponse }),
  },
  invalid: {
    ended: {
      frames: (s) => s.client.headers(1, { ...end, fields: grpcRequest }),
      finds: [["ended", 1, { streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, { ...end, fields: grpcRequest }),
      finds: [["ended", 1, { streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});
