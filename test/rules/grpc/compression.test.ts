import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import {
  acceptEncodingMissing,
  compressedWithoutEncoding,
  decompressFailed,
  encodingUnknown,
} from "../../../src/rules/grpc/compression.ts";
import { grpcRequest, grpcResponse, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const grpc = { fields: grpcRequest } as const;
const encoded = (encoding: string) => ({ fields: { ...grpcRequest, "grpc-encoding": encoding } });
const accepting = (names: string) => ({ fields: { ...grpcRequest, "grpc-accept-encoding": names } });
const answer = (fields: object = {}) => ({ fields: { ...grpcResponse, ...fields } });

testRule(encodingUnknown, {
  valid: {
    "one of those named": (s) =>
      s.client.headers(1, accepting("identity, gzip")).server.headers(1, answer({ "grpc-encoding": "gzip" })),
    "in another field line": (s) =>
      s.client
        .headers(1, {
          fields: [...Object.entries(grpcRequest), ["grpc-accept-encoding", "identity"], ["grpc-accept-encoding", "gzip"]],
        })
        .server.headers(1, answer({ "grpc-encoding": "gzip" })),
    identity: (s) => s.client.headers(1, accepting("gzip")).server.headers(1, answer({ "grpc-encoding": "identity" })),
    "nothing was named": (s) => s.client.headers(1, grpc).server.headers(1, answer({ "grpc-encoding": "gzip" })),
    "the server's names were under way": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, answer({ "grpc-accept-encoding": "identity" }))
        .client.crossing()
        .headers(3, encoded("gzip")),
    "they were another method's": (s) =>
      s.client
        .headers(1, { fields: { ...grpcRequest, ":path": "/a.B/D" } })
        .server.headers(1, answer({ "grpc-accept-encoding": "identity" }))
        .client.headers(3, encoded("gzip")),
  },
  invalid: {
    response: {
      frames: (s) => s.client.headers(1, accepting("identity,deflate")).server.headers(1, answer({ "grpc-encoding": "gzip" })),
      finds: [["response", 2, { encoding: "gzip", streamId: 1, accepted: "identity,deflate" }]],
    },
    request: {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .server.headers(1, answer({ "grpc-accept-encoding": "identity" }))
          .client.headers(3, encoded("gzip")),
      finds: [["request", 3, { encoding: "gzip", streamId: 3, accepted: "identity" }]],
    },
  },
});

const unimplemented = (message: string, more: object = {}) => answer({ "grpc-status": "12", "grpc-message": message, ...more });

testRule(acceptEncodingMissing, {
  valid: {
    "it is there": (s) =>
      s.client
        .headers(1, encoded("zz"))
        .server.headers(1, { ...end, ...unimplemented("unknown encoding", { "grpc-accept-encoding": "gzip" }) }),
    "the method is not there": (s) =>
      s.client.headers(1, encoded("gzip")).server.headers(1, { ...end, ...unimplemented("unknown method") }),
    "nothing was encoded": (s) => s.client.headers(1, grpc).server.headers(1, { ...end, ...unimplemented("unknown encoding") }),
    "it came with the HEADERS": (s) =>
      s.client
        .headers(1, encoded("zz"))
        .server.headers(1, answer({ "grpc-accept-encoding": "gzip" }))
        .trailers(1, { "grpc-status": "12", "grpc-message": "no decompressor" }),
  },
  invalid: {
    "Trailers-Only": {
      frames: (s) =>
        s.client.headers(1, encoded("zz")).server.headers(1, { ...end, ...unimplemented("Decompressor is not installed") }),
      finds: [["missing", 2, { encoding: "zz", streamId: 1 }]],
    },
  },
});

const compressed = "\x01\0\0\0\x01a";

testRule(compressedWithoutEncoding, {
  valid: {
    encoded: (s) => s.client.headers(1, encoded("gzip")).data(1, compressed),
    "not compressed": (s) => s.client.headers(1, grpc).data(1, "\0\0\0\0\x01a"),
    "not gRPC": (s) => s.client.headers(1).data(1, compressed),
  },
  invalid: {
    request: {
      frames: (s) => s.client.headers(1, grpc).data(1, compressed),
      finds: [["missing", 2, { number: 1, side: "client", streamId: 1 }]],
    },
    "identity, of the server": {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .server.headers(1, answer({ "grpc-encoding": "identity" }))
          .data(1, compressed),
      finds: [["identity", 3, { number: 1, side: "server", streamId: 1 }]],
    },
    "several on one stream are one": {
      frames: (s) => s.client.headers(1, grpc).data(1, compressed).data(1, compressed),
      finds: [["missing", 2, { number: 1, side: "client", streamId: 1 }, { count: 2 }]],
    },
  },
});

const message = (bytes: Uint8Array) => Buffer.concat([Buffer.from([1, 0, 0, 0, bytes.length]), bytes]).toString("latin1");
const text = Buffer.from("hello hello hello");
const send =
  (encoding: string, bytes: Uint8Array): Story =>
  (s) =>
    s.client.headers(1, encoded(encoding)).data(1, message(bytes));

testRule(decompressFailed, {
  valid: {
    gzip: send("gzip", gzipSync(text)),
    "deflate as zlib": send("deflate", deflateSync(text)),
    "deflate bare": send("deflate", deflateRawSync(text)),
    empty: send("gzip", Buffer.alloc(0)),
    "not marked": (s) => s.client.headers(1, encoded("gzip")).data(1, "\0\0\0\0\x01a"),
    // Blocks of one literal, and of one octet that is repeated.
    "snappy, bare": send("snappy", Buffer.concat([Buffer.of(17, 16 << 2), text])),
    zstd: send("zstd", Buffer.from("28b52ffd20052b000061", "hex")),
    "snappy as a Java library frames it": {
      frames: send("snappy", Buffer.from("82534e41505059000000000100000001", "hex")),
      unchecked: { "grpc/decompress-failed limit": 1 },
    },
    "zstd with a dictionary": {
      frames: send("zstd", Buffer.from("28b52ffd01580105", "hex")),
      unchecked: { "grpc/decompress-failed limit": 1 },
    },
    "an algorithm that is not known": { frames: send("lzma", text), unchecked: { "grpc/decompress-failed limit": 1 } },
    "too long to keep": {
      frames: send("gzip", text.subarray(1)),
      limits: { messageOctets: 4 },
      unchecked: { "grpc/decompress-failed limit": 1 },
    },
    "a message that is not whole": (s) => s.client.headers(1, encoded("gzip")).data(1, "\x01\0\0\0\x09ab"),
  },
  invalid: {
    "no gzip": {
      frames: send("gzip", text),
      finds: [["failed", 2, { number: 1, side: "client", streamId: 1, length: 17, encoding: "gzip" }]],
    },
    "no snappy": {
      frames: send("snappy", text),
      finds: [["failed", 2, { number: 1, side: "client", streamId: 1, length: 17, encoding: "snappy" }]],
    },
    "no zstd": {
      frames: send("zstd", text),
      finds: [["failed", 2, { number: 1, side: "client", streamId: 1, length: 17, encoding: "zstd" }]],
    },
    "gzip cut off": {
      frames: send("gzip", gzipSync(text).subarray(0, 20)),
      finds: [["failed", 2, { number: 1, side: "client", streamId: 1, length: 20, encoding: "gzip" }]],
    },
    "gzip called deflate, of the server": {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .server.headers(1, answer({ "grpc-encoding": "deflate" }))
          .data(1, message(gzipSync("a"))),
      finds: [["failed", 3, { number: 1, side: "server", streamId: 1, length: gzipSync("a").length, encoding: "deflate" }]],
    },
    "octets are missing, and fields": {
      frames: (s) => send("gzip", text)(s.holes()),
      finds: [["failed", 2, { number: 1, side: "client", streamId: 1, length: 17, encoding: "gzip" }]],
      because: ["borders", "body"],
    },
  },
});
