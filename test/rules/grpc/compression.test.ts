import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import {
  acceptEncodingMissing,
  compressedWithoutEncoding,
  decompressFailed,
  encodingUnknown,
} from "../../../src/rules/grpc/compression.ts";
import { type Fields, grpcRequest, grpcResponse, literals, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const grpc = { fields: grpcRequest } as const;
const encoded = (encoding: string) => ({ fields: { ...grpcRequest, "grpc-encoding": encoding } });
const accepting = (names: string) => ({ fields: { ...grpcRequest, "grpc-accept-encoding": names } });
const answer = (fields: object = {}) => ({ fields: { ...grpcResponse, ...fields } });

/** A block that also refers to a field that was lost. */
const partly = (fields: Fields) => ({ block: Buffer.concat([Buffer.from([0xbe]), literals(fields)]) });

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
    "one that the server has named": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, answer({ "grpc-accept-encoding": "identity,gzip" }))
        .client.headers(3, encoded("gzip")),
    "the server named none": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, answer({ "grpc-encoding": "identity" }))
        .client.headers(3, encoded("gzip")),
    "the client named them, in trailers": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, answer())
        .data(1, "x".repeat(500))
        .client.trailers(1, { "grpc-accept-encoding": "identity" })
        .headers(3, encoded("gzip")),
    "an answer that is no gRPC": (s) =>
      s.client
        .headers(1, accepting("identity"))
        .server.headers(1, { fields: { ":status": "200", "content-type": "text/html", "grpc-encoding": "gzip" } }),
    "in trailers": (s) =>
      s.client
        .headers(1, accepting("identity"))
        .server.headers(1, answer())
        .trailers(1, { "grpc-status": "0", "grpc-encoding": "gzip" }),
    "more may have been named": (s) =>
      s.client
        .lost((client) => client.headers(1, grpc))
        .headers(3, partly(accepting("identity").fields))
        .server.headers(3, answer({ "grpc-encoding": "gzip" })),
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
    "of two methods": {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .headers(3, { fields: { ...grpcRequest, ":path": "/a.B/D" } })
          .server.headers(1, answer({ "grpc-accept-encoding": "identity" }))
          .headers(3, answer({ "grpc-accept-encoding": "gzip" }))
          .client.headers(5, encoded("gzip")),
      finds: [["request", 5, { encoding: "gzip", streamId: 5, accepted: "identity" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .server.headers(1, answer({ "grpc-accept-encoding": "identity" }))
          .client.lost((client) => client.headers(3, grpc))
          .headers(5, partly(encoded("gzip").fields)),
      finds: [["request", 4, { encoding: "gzip", streamId: 5, accepted: "identity" }]],
      because: ["borders", "hpack"],
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
    "another status": (s) =>
      s.client
        .headers(1, encoded("zz"))
        .server.headers(1, { ...end, ...answer({ "grpc-status": "13", "grpc-message": "unknown encoding" }) }),
    "nothing but identity": (s) =>
      s.client.headers(1, encoded("identity")).server.headers(1, { ...end, ...unimplemented("unknown encoding") }),
    "a field may be missing": {
      frames: (s) =>
        s.client
          .headers(1, encoded("zz"))
          .headers(3, encoded("zz"))
          .server.lost((server) => server.headers(1, answer()))
          .headers(3, { ...end, ...partly(unimplemented("unknown encoding").fields) }),
      unchecked: { "grpc/accept-encoding-missing hpack": 1 },
    },
  },
  invalid: {
    "Trailers-Only": {
      frames: (s) =>
        s.client.headers(1, encoded("zz")).server.headers(1, { ...end, ...unimplemented("Decompressor is not installed") }),
      finds: [["missing", 2, { encoding: "zz", streamId: 1 }]],
    },
    "in trailers, and not in the HEADERS either": {
      frames: (s) =>
        s.client
          .headers(1, encoded("zz"))
          .server.headers(1, answer())
          .trailers(1, { "grpc-status": "12", "grpc-message": "no such compressor" }),
      finds: [["missing", 3, { encoding: "zz", streamId: 1 }]],
    },
  },
});

const compressed = "\x01\0\0\0\x01a";

testRule(compressedWithoutEncoding, {
  valid: {
    encoded: (s) => s.client.headers(1, encoded("gzip")).data(1, compressed),
    "not compressed": (s) => s.client.headers(1, grpc).data(1, "\0\0\0\0\x01a"),
    "not gRPC": (s) => s.client.headers(1).data(1, compressed),
    "a field may be missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.headers(1, grpc))
          .headers(3, partly(grpcRequest))
          .data(3, compressed),
      unchecked: { "grpc/compressed-without-encoding hpack": 1, "flow/* settings": 1 },
    },
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
    "between two that are not compressed": {
      frames: (s) => s.client.headers(1, grpc).data(1, `\0\0\0\0\x01a${compressed}\0\0\0\0\x01a`),
      finds: [["missing", 2, { number: 2, side: "client", streamId: 1 }]],
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
    "none to decompress": {
      frames: (s) => s.client.headers(1, encoded("gzip")).data(1, "\0\0\0\0\x01b").data(1, "\x01\0\0\0\0"),
      unchecked: {},
    },
    "without an encoding: grpc/compressed-without-encoding": {
      frames: (s) => s.client.headers(1, grpc).data(1, message(text)).headers(3, encoded("identity")).data(3, message(text)),
      unchecked: {},
    },
    "the encoding may be missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.headers(1, grpc))
          .headers(3, partly(grpcRequest))
          .data(3, message(text)),
      unchecked: { "grpc/decompress-failed hpack": 1, "flow/* settings": 1 },
    },
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
    "bytes are missing, and fields": {
      frames: (s) => send("gzip", text)(s.holes()),
      finds: [["failed", 2, { number: 1, side: "client", streamId: 1, length: 17, encoding: "gzip" }]],
      because: ["borders", "body"],
    },
    "one byte": {
      frames: send("gzip", text.subarray(0, 1)),
      finds: [["failed", 2, { number: 1, side: "client", streamId: 1, length: 1, encoding: "gzip" }]],
    },
  },
});
