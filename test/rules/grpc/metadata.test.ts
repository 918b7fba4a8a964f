import {
  binNotBase64,
  binPadding,
  metadataNameInvalid,
  metadataTooLarge,
  metadataValueInvalid,
  reservedMetadata,
} from "../../../src/rules/grpc/metadata.ts";
import { grpcRequest, grpcResponse, type Settings, type Story, testRule } from "../../../src/testing.ts";

const call =
  (fields: object): Story =>
  (s) =>
    s.client.headers(1, { fields: { ...grpcRequest, ...fields } });
const plain = (fields: object): Story => call({ "content-type": "text/html", te: "deflate", ...fields });
const answered =
  (fields: object): Story =>
  (s) =>
    s.client.headers(1, { fields: grpcRequest }).server.headers(1, { fields: { ...grpcResponse, ...fields } });
const trailed =
  (fields: Record<string, string>): Story =>
  (s) =>
    s.client
      .headers(1, { fields: grpcRequest })
      .server.headers(1, { fields: grpcResponse })
      .trailers(1, { "grpc-status": "0", ...fields });

testRule(reservedMetadata, {
  valid: {
    "what gRPC defines": call({ "grpc-timeout": "1S", "grpc-encoding": "gzip", "grpc-accept-encoding": "gzip" }),
    "what gRPC uses itself": call({ "grpc-trace-bin": "", "grpc-tags-bin": "", "grpc-previous-rpc-attempts": "1" }),
    "what servers say": trailed({ "grpc-retry-pushback-ms": "1", "grpc-server-stats-bin": "", "grpc-status-details-bin": "" }),
    "another name": call({ "xgrpc-a": "1" }),
    "not gRPC": plain({ "grpc-metadata-a": "1" }),
  },
  invalid: {
    request: {
      frames: call({ "grpc-mine": "1" }),
      finds: [["reserved", 1, { side: "client", name: "grpc-mine", streamId: 1 }]],
    },
    trailers: {
      frames: trailed({ "grpc-mine": "1" }),
      finds: [["reserved", 3, { side: "server", name: "grpc-mine", streamId: 1 }]],
    },
    "a name is reported once": {
      frames: (s) => {
        const fields = { ...grpcRequest, "grpc-mine": "1" };
        return s.client.headers(1, { fields }).headers(3, { fields });
      },
      finds: [["reserved", 1, { side: "client", name: "grpc-mine", streamId: 1 }, { count: 2 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => call({ "grpc-mine": "1" })(s.holes()),
      finds: [["reserved", 1, { side: "client", name: "grpc-mine", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(metadataNameInvalid, {
  valid: {
    "all that are allowed": call({ "a0_-.z": "1" }),
    "not gRPC": plain({ "a!b": "1" }),
  },
  invalid: {
    "an HTTP token that is no metadata name": {
      frames: call({ "a!b": "1" }),
      finds: [["name", 1, { side: "client", name: "a!b", streamId: 1 }]],
    },
    "in a response": {
      frames: answered({ "a~": "1" }),
      finds: [["name", 2, { side: "server", name: "a~", streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => call({ "a!b": "1" })(s.holes()),
      finds: [["name", 1, { side: "client", name: "a!b", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(metadataValueInvalid, {
  valid: {
    printable: call({ a: " !~" }),
    "binary has rules of its own": call({ "a-bin": "\xff" }),
    "grpc-message has, too": trailed({ "grpc-message": "\xff" }),
    "not gRPC": plain({ a: "\xff" }),
  },
  invalid: {
    "UTF-8": {
      frames: call({ a: "caf\xc3\xa9" }),
      finds: [["value", 1, { side: "client", name: "a", octet: "c3", streamId: 1 }]],
    },
    "a tab in trailers": {
      frames: trailed({ a: "x\ty" }),
      finds: [["value", 3, { side: "server", name: "a", octet: "09", streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => call({ a: "caf\xc3\xa9" })(s.holes()),
      finds: [["value", 1, { side: "client", name: "a", octet: "c3", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

const raw: Settings = [[0xfe03, 1]];

testRule(binNotBase64, {
  valid: {
    unpadded: call({ "a-bin": "AQ" }),
    padded: call({ "a-bin": "AQ==" }),
    "several values": call({ "a-bin": "AQ, AQI=,AQID" }),
    empty: call({ "a-bin": "" }),
    "raw bytes that the server offered to take": (s) =>
      s.settings({ client: raw, server: raw }).client.headers(1, { fields: { ...grpcRequest, "a-bin": "\0\x01\xff" } }),
    "not gRPC": plain({ "a-bin": "?" }),
    "raw bytes, and the SETTINGS not captured": {
      frames: (s) =>
        s
          .midway()
          .client.ping()
          .headers(1, { fields: { ...grpcRequest, "a-bin": "\0\x01" } })
          .server.pingAck(),
      unchecked: { "grpc/bin-not-base64 settings": 1 },
    },
  },
  invalid: {
    text: {
      frames: call({ "a-bin": "hello!" }),
      finds: [["text", 1, { side: "client", name: "a-bin", streamId: 1 }]],
    },
    base64url: {
      frames: call({ "a-bin": "-_-_" }),
      finds: [["text", 1, { side: "client", name: "a-bin", streamId: 1 }]],
    },
    "a length that cannot be": {
      frames: trailed({ "a-bin": "AQIDB" }),
      finds: [["text", 3, { side: "server", name: "a-bin", streamId: 1 }]],
    },
    "raw bytes without being asked": {
      frames: call({ "a-bin": "\0\x01" }),
      finds: [["raw", 1, { side: "client", name: "a-bin", streamId: 1 }]],
    },
    "raw bytes that only the sender takes": {
      frames: (s) => s.settings({ client: raw }).client.headers(1, { fields: { ...grpcRequest, "a-bin": "\0\x01" } }),
      finds: [["raw", 1, { side: "client", name: "a-bin", streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => call({ "a-bin": "hello!" })(s.holes()),
      finds: [["text", 1, { side: "client", name: "a-bin", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(binPadding, {
  valid: {
    unpadded: call({ "a-bin": "AQ" }),
    "no need for any": call({ "a-bin": "AQID" }),
    "no base64": call({ "a-bin": "A=" }),
    "not binary": call({ a: "AQ==" }),
  },
  invalid: {
    padded: { frames: call({ "a-bin": "AQI=" }), finds: [["padded", 1, { side: "client", name: "a-bin", streamId: 1 }]] },
    "once a side": {
      frames: (s) => {
        const fields = { ...grpcRequest, "a-bin": "AQ==" };
        return s.client
          .headers(1, { fields })
          .headers(3, { fields })
          .server.headers(1, { fields: { ...grpcResponse, "b-bin": "AQ==" } });
      },
      finds: [
        ["padded", 1, { side: "client", name: "a-bin", streamId: 1 }, { count: 2 }],
        ["padded", 3, { side: "server", name: "b-bin", streamId: 1 }],
      ],
    },
    "bytes are missing, and fields": {
      frames: (s) => call({ "a-bin": "AQI=" })(s.holes()),
      finds: [["padded", 1, { side: "client", name: "a-bin", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

// Of grpcRequest by RFC 9113 6.5.2: 6 fields of 32 octets and their texts.
const size = Object.entries(grpcRequest).reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);

testRule(metadataTooLarge, {
  valid: {
    small: call({}),
    "as large as may be": { frames: call({ a: "1" }), options: { limit: size + 34 } },
    "not gRPC": { frames: plain({ a: "1" }), options: { limit: 1 } },
    "above a limit that is not acknowledged": (s) =>
      s.server.settings([[6, size - 1]]).client.headers(1, { fields: grpcRequest }),
  },
  invalid: {
    "above what gRPC suggests": {
      frames: call({ a: "x".repeat(8192) }),
      finds: [["suggested", 1, { side: "client", octets: size + 33 + 8192, streamId: 1, limit: 8192 }]],
    },
    "above what the server said": {
      frames: (s) => s.settings({ server: [[6, size - 1]] }).client.headers(1, { fields: grpcRequest }),
      finds: [["announced", 1, { side: "client", octets: size, streamId: 1, limit: size - 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => call({ a: "x".repeat(8192) })(s.holes()),
      // Of the field that is not known the 32 octets count that every field has (RFC 9113 6.5.2).
      finds: [["suggested", 1, { side: "client", octets: size + 33 + 8192 + 32, streamId: 1, limit: 8192 }]],
      because: ["borders", "hpack"],
    },
  },
});
