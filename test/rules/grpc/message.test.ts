import {
  compressedFlagInvalid,
  messageTooLarge,
  truncatedMessage,
  unfinishedMessageReset,
} from "../../../src/rules/grpc/message.ts";
import { grpcRequest, grpcResponse, testRule } from "../../../src/testing.ts";

const hello = "\0\0\0\0\x01a";
const end = { endStream: true } as const;
const grpc = { fields: grpcRequest } as const;
const answer = { fields: grpcResponse } as const;
const ok = { "grpc-status": "0" } as const;

testRule(compressedFlagInvalid, {
  valid: {
    "0 and 1": (s) => s.client.headers(1, grpc).data(1, `${hello}\x01\0\0\0\0`, end),
    "not gRPC": (s) => s.client.headers(1).data(1, "<html>"),
    "an answer that is not gRPC": (s) => s.client.headers(1, grpc).data(1, hello, end).server.headers(1).data(1, "<html>", end),
    "after lost bytes": (s) =>
      s.client
        .headers(1, grpc)
        .lost((c) => c.data(1, "\0\0\0"))
        .data(1, "\x02\0\0\0\0"),
    "of a stream that began before": (s) => s.midway().client.data(1, "<html>").server.headers(1, answer).data(1, "<html>"),
  },
  invalid: {
    "a page": {
      frames: (s) => s.client.headers(1, grpc).data(1, "<html>"),
      finds: [["flag", 2, { number: 1, side: "client", streamId: 1, flag: "3c" }]],
    },
    "the second message of the server": {
      frames: (s) => s.client.headers(1, grpc).server.headers(1, answer).data(1, `${hello}\x02\0\0\0\0`),
      finds: [["flag", 3, { number: 2, side: "server", streamId: 1, flag: "02" }]],
    },
    "in a frame of padding": {
      frames: (s) => s.client.headers(1, grpc).data(1, "\xff\0\0\0\0", { padding: 9 }),
      finds: [["flag", 2, { number: 1, side: "client", streamId: 1, flag: "ff" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, grpc).data(1, "<html>"),
      finds: [["flag", 2, { number: 1, side: "client", streamId: 1, flag: "3c" }]],
      because: ["borders", "body"],
    },
    "and a right one behind it": {
      frames: (s) => s.client.headers(1, grpc).data(1, `\x02\0\0\0\0${hello}\x01\0\0\0\0`),
      finds: [["flag", 2, { number: 1, side: "client", streamId: 1, flag: "02" }]],
    },
  },
});

testRule(truncatedMessage, {
  valid: {
    whole: (s) => s.client.headers(1, grpc).data(1, hello, end),
    "over frames": (s) => s.client.headers(1, grpc).data(1, "\0\0\0").data(1, "\0\x01").data(1, "a", end),
    "a reset is another matter": (s) => s.client.headers(1, grpc).data(1, "\0\0\0\0\x02a").rst(1),
    "bytes were lost": (s) =>
      s.client
        .headers(1, grpc)
        .data(1, "\0\0\0\0\x02")
        .lost((c) => c.data(1, "ab"))
        .data(1, 0, end),
    "not gRPC": (s) => s.client.headers(1).data(1, "\0\0\0\0\x02a", end),
  },
  invalid: {
    "within a message": {
      frames: (s) => s.client.headers(1, grpc).data(1, `${hello}\0\0\0\0\x09ab`, end),
      finds: [["message", 2, { side: "client", streamId: 1, number: 2, missing: 7 }]],
    },
    "within a prefix": {
      frames: (s) => s.client.headers(1, grpc).data(1, "\0\0").data(1, 0, end),
      finds: [["prefix", 3, { side: "client", streamId: 1, number: 1, missing: 3 }]],
    },
    "by trailers": {
      frames: (s) => s.client.headers(1, grpc).server.headers(1, answer).data(1, "\0\0\0\0\x02a").trailers(1, ok),
      finds: [["message", 4, { side: "server", streamId: 1, number: 1, missing: 1 }]],
    },
    "by the trailers of a server that gives up": {
      frames: (s) =>
        s.client.headers(1, grpc).server.headers(1, answer).data(1, "\0\0\0\0\x02a").trailers(1, { "grpc-status": "14" }),
      finds: [["status", 4, { streamId: 1, status: "14 (UNAVAILABLE)", number: 1, missing: 1 }]],
    },
    "4 GiB were promised": {
      frames: (s) => s.client.headers(1, grpc).data(1, "\0\xff\xff\xff\xffa", end),
      finds: [["message", 2, { side: "client", streamId: 1, number: 1, missing: 0xffffffff - 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, grpc).data(1, `${hello}\0\0\0\0\x09ab`, end),
      finds: [["message", 2, { side: "client", streamId: 1, number: 2, missing: 7 }]],
      because: ["borders", "body"],
    },
    "and the answer is whole": {
      frames: (s) =>
        s.client.headers(1, grpc).data(1, "\0\0\0\0\x02a", end).server.headers(1, answer).data(1, hello).trailers(1, ok),
      finds: [["message", 2, { side: "client", streamId: 1, number: 1, missing: 1 }]],
    },
  },
});

testRule(unfinishedMessageReset, {
  valid: {
    "between messages": (s) => s.client.headers(1, grpc).data(1, hello).rst(1),
    "not gRPC": (s) => s.client.headers(1).data(1, "\0\0\0\0\x02a").rst(1),
    "bytes were lost": (s) =>
      s.client
        .headers(1, grpc)
        .data(1, "\0\0\0\0\x02")
        .lost((c) => c.data(1, "ab"))
        .rst(1),
  },
  invalid: {
    "by its sender": {
      frames: (s) => s.client.headers(1, grpc).data(1, "\0\0\0\0\x02a").rst(1),
      finds: [["reset", 3, { side: "client", streamId: 1, code: "CANCEL", number: 1, sender: "client", missing: 1 }]],
    },
    "by the other side": {
      frames: (s) => s.client.headers(1, grpc).data(1, "\0\0").server.rst(1, 2),
      finds: [["reset", 3, { side: "server", streamId: 1, code: "INTERNAL_ERROR", number: 1, sender: "client", missing: 3 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, grpc).data(1, "\0\0\0\0\x02a").rst(1),
      finds: [["reset", 3, { side: "client", streamId: 1, code: "CANCEL", number: 1, sender: "client", missing: 1 }]],
      because: ["borders", "body"],
    },
    "of the server, when it has got a whole request": {
      frames: (s) => s.client.headers(1, grpc).data(1, hello).server.headers(1, answer).data(1, "\0\0\0\0\x02a").rst(1, 2),
      finds: [["reset", 5, { side: "server", streamId: 1, code: "INTERNAL_ERROR", number: 1, sender: "server", missing: 1 }]],
    },
  },
});

testRule(messageTooLarge, {
  valid: {
    "at the limit": (s) => s.client.headers(1, grpc).data(1, "\0\0\x40\0\0a"),
    "no message at all": (s) => s.client.headers(1, grpc).data(1, "<html>"),
    "the limit is the user's": {
      frames: (s) => s.client.headers(1, grpc).data(1, "\0\0\x40\0\x01a"),
      options: { limit: 4194305 },
    },
    "no message, with a flag of 2": (s) => s.client.headers(1, grpc).data(1, "\x02\0\x40\0\x01a"),
  },
  invalid: {
    "above it": {
      frames: (s) => s.client.headers(1, grpc).data(1, `${hello}\0\0\x40\0\x01a`),
      finds: [["large", 2, { number: 2, side: "client", streamId: 1, length: 4194305, limit: 4194304 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, grpc).data(1, `${hello}\0\0\x40\0\x01a`),
      finds: [["large", 2, { number: 2, side: "client", streamId: 1, length: 4194305, limit: 4194304 }]],
      because: ["borders", "body"],
    },
    compressed: {
      frames: (s) => s.client.headers(1, grpc).data(1, "\x01\0\x40\0\x01a"),
      finds: [["large", 2, { number: 1, side: "client", streamId: 1, length: 4194305, limit: 4194304 }]],
    },
  },
});
