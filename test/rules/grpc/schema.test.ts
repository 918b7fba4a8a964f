import { gzipSync } from "node:zlib";
import { messageSchema, okWithoutMessage, unaryMessageCount, unaryResponseCount } from "../../../src/rules/grpc/schema.ts";
import { grpcRequest, grpcResponse, type Script, testRule } from "../../../src/testing.ts";
import { field, serviceFile } from "../../grpc/descriptors.ts";

const end = { endStream: true } as const;
const answer = { fields: grpcResponse } as const;
const ok = { "grpc-status": "0" } as const;
const of = (method: string, more = {}) => ({ fields: { ...grpcRequest, ":path": `/p.S/${method}`, ...more } });
const input = "\0\0\0\0\x03\x0a\x01x";
const output = "\0\0\0\0\x02\x08\x05";

/** The server tells its schema first, on stream 1. */
function told(s: Script): Script {
  const octets = field(4, field(1, serviceFile()));
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(octets.length, 1);
  s.client
    .headers(1, { fields: { ...grpcRequest, ":path": "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo" } })
    .data(1, "\0\0\0\0\0", end)
    .server.headers(1, answer)
    .data(1, Buffer.concat([prefix, octets]).toString("latin1"))
    .trailers(1, ok);
  return s;
}

testRule(unaryMessageCount, {
  valid: {
    "one message": (s) => told(s).client.headers(3, of("Unary")).data(3, input, end),
    "one message, and the end later": (s) => told(s).client.headers(3, of("M")).data(3, input).data(3, 0, end),
    "none and several of methods that take a stream": (s) =>
      told(s).client.headers(3, of("Collect")).data(3, 0, end).headers(5, of("Chat")).data(5, input).data(5, input, end),
    "no schema": (s) => s.client.headers(1, of("Unary")).data(1, 0, end),
    "a method that the schema lacks": (s) => told(s).client.headers(3, of("Other")).data(3, 0, end),
    "the end of the request is not there": (s) => told(s).client.headers(3, of("Unary")).data(3, input).data(3, input),
    "a message that is not whole": (s) => told(s).client.headers(3, of("Unary")).data(3, "\0\0\0\0\x03\x0a", end),
    "bytes are missing": (s) =>
      told(s)
        .client.headers(3, of("Unary"))
        .lost((c) => c.data(3, input))
        .data(3, 0, end),
    "bytes are missing before it": {
      frames: (s) =>
        told(s)
          .client.lost((c) => c.ping())
          .headers(3, of("Unary"))
          .data(3, 0, end),
      unchecked: { "grpc/unary-message-count body": 1 },
    },
  },
  invalid: {
    "no message": {
      frames: (s) => told(s).client.headers(3, of("Unary")).data(3, 0, end),
      finds: [["none", 7, { streamId: 3, method: "/p.S/Unary", kind: "unary" }]],
    },
    "two messages of a server-streaming method": {
      frames: (s) => told(s).client.headers(3, of("M")).data(3, input).data(3, input, end),
      finds: [["several", 8, { streamId: 3, method: "/p.S/M", kind: "server-streaming", messages: 2 }]],
    },
    "bytes are missing": {
      frames: (s) => told(s.holes()).client.headers(3, of("M")).data(3, input).data(3, input, end),
      finds: [["several", 8, { streamId: 3, method: "/p.S/M", kind: "server-streaming", messages: 2 }]],
      because: ["borders", "body"],
    },
    "two messages, and the answer": {
      frames: (s) =>
        told(s)
          .client.headers(3, of("M"))
          .data(3, input)
          .data(3, input, end)
          .server.headers(3, answer)
          .data(3, output)
          .trailers(3, ok),
      finds: [["several", 8, { streamId: 3, method: "/p.S/M", kind: "server-streaming", messages: 2 }]],
    },
  },
});

testRule(unaryResponseCount, {
  valid: {
    "one message": (s) =>
      told(s).client.headers(3, of("Unary")).data(3, input, end).server.headers(3, answer).data(3, output).trailers(3, ok),
    "none with an error": (s) =>
      told(s).client.headers(3, of("Unary")).data(3, input, end).server.headers(3, answer).trailers(3, { "grpc-status": "5" }),
    "several of a method that answers with a stream": (s) =>
      told(s)
        .client.headers(3, of("M"))
        .data(3, input, end)
        .server.headers(3, answer)
        .data(3, output)
        .data(3, output)
        .trailers(3, ok),
    "no schema": (s) => s.client.headers(1, of("Unary")).data(1, input, end).server.headers(1, answer).trailers(1, ok),
    "bytes are missing": {
      frames: (s) =>
        told(s)
          .client.headers(3, of("Unary"))
          .data(3, input, end)
          .server.headers(3, answer)
          .lost((c) => c.data(3, output))
          .trailers(3, ok),
      unchecked: { "grpc/unary-response-count body": 1 },
    },
    "a message that is not whole": (s) =>
      told(s)
        .client.headers(3, of("Unary"))
        .data(3, input, end)
        .server.headers(3, answer)
        .data(3, "\0\0\0\0\x02\x08")
        .trailers(3, ok),
  },
  invalid: {
    "no message": {
      frames: (s) => told(s).client.headers(3, of("Unary")).data(3, input, end).server.headers(3, answer).trailers(3, ok),
      finds: [["none", 9, { streamId: 3, method: "/p.S/Unary", kind: "unary" }]],
    },
    "two messages of a client-streaming method": {
      frames: (s) =>
        told(s)
          .client.headers(3, of("Collect"))
          .data(3, input, end)
          .server.headers(3, answer)
          .data(3, output)
          .data(3, output)
          .trailers(3, ok),
      finds: [["several", 11, { streamId: 3, method: "/p.S/Collect", kind: "client-streaming", messages: 2 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        told(s.holes())
          .client.headers(3, of("Collect"))
          .data(3, input, end)
          .server.headers(3, answer)
          .data(3, output)
          .data(3, output)
          .trailers(3, ok),
      finds: [["several", 11, { streamId: 3, method: "/p.S/Collect", kind: "client-streaming", messages: 2 }]],
      because: ["borders", "body", "hpack"],
    },
  },
});

const misfit = { field: "a", reason: "has wire type 0 (varint) instead of 2 (length-delimited)" };
const text = gzipSync(input.slice(5));
const zipped = gzipSync(Buffer.from("\x08\x05", "latin1"));

testRule(messageSchema, {
  valid: {
    fits: (s) => told(s).client.headers(3, of("Unary")).data(3, input, end).server.headers(3, answer).data(3, output),
    "a field that the schema lacks": (s) => told(s).client.headers(3, of("Unary")).data(3, "\0\0\0\0\x02\x78\x01", end),
    "no schema": (s) => s.client.headers(1, of("Unary")).data(1, output, end),
    "no protobuf": (s) =>
      told(s)
        .client.headers(3, of("Unary", { "content-type": "application/grpc+json" }))
        .data(3, output, end),
    "it does not decompress": {
      frames: (s) =>
        told(s)
          .client.headers(3, of("Unary", { "grpc-encoding": "gzip" }))
          .data(3, "\x01\0\0\0\x02\x08\x05", end),
      unchecked: {},
    },
    "too long to keep": {
      frames: (s) =>
        told(s)
          .client.headers(3, of("Unary"))
          .data(3, `\0\0\0\x04\0${"\x08\x05".repeat(512)}`, end),
      limits: { messageOctets: 1000 },
      unchecked: { "grpc/message-schema limit": 1 },
    },
  },
  invalid: {
    "another wire type": {
      frames: (s) => told(s).client.headers(3, of("Unary")).data(3, output, end),
      finds: [["misfit", 7, { number: 1, side: "client", streamId: 3, type: "p.In", ...misfit }]],
    },
    "compressed, the server's": {
      frames: (s) =>
        told(s)
          .client.headers(3, of("Collect", { "grpc-encoding": "gzip" }))
          .data(3, `${input}\x01\0\0\0${String.fromCharCode(zipped.length)}${zipped.toString("latin1")}`, end),
      finds: [["misfit", 7, { number: 2, side: "client", streamId: 3, type: "p.In", ...misfit }]],
    },
    "no message at all": {
      frames: (s) =>
        told(s).client.headers(3, of("Unary")).data(3, input, end).server.headers(3, answer).data(3, "\0\0\0\0\x02\xff\xff"),
      finds: [
        [
          "misfit",
          9,
          {
            number: 1,
            side: "server",
            streamId: 3,
            type: "p.Out",
            field: "p.Out",
            reason: "goes on with bytes that are no field",
          },
        ],
      ],
    },
    "bytes are missing": {
      frames: (s) => told(s.holes()).client.headers(3, of("Unary")).data(3, output, end),
      finds: [["misfit", 7, { number: 1, side: "client", streamId: 3, type: "p.In", ...misfit }]],
      because: ["borders", "body"],
    },
    "compressed, of the server": {
      frames: (s) =>
        told(s)
          .client.headers(3, of("Unary"))
          .data(3, input, end)
          .server.headers(3, { fields: { ...grpcResponse, "grpc-encoding": "gzip" } })
          .data(3, `\x01\0\0\0${String.fromCharCode(text.length)}${text.toString("latin1")}`),
      finds: [
        [
          "misfit",
          9,
          {
            number: 1,
            side: "server",
            streamId: 3,
            type: "p.Out",
            field: "b",
            reason: "has wire type 2 (length-delimited) instead of 0 (varint)",
          },
        ],
      ],
    },
  },
});

const plain = (s: Script, more = {}) => s.client.headers(1, of("M", more)).data(1, input, end);

testRule(okWithoutMessage, {
  valid: {
    "a message": (s) => plain(s).server.headers(1, answer).data(1, output).trailers(1, ok),
    "an error": (s) => plain(s).server.headers(1, answer).trailers(1, { "grpc-status": "5" }),
    "a request of no message": (s) => s.client.headers(1, of("M")).data(1, 0, end).server.headers(1, answer).trailers(1, ok),
    "a request of two": (s) =>
      s.client.headers(1, of("M")).data(1, input).data(1, input, end).server.headers(1, answer).trailers(1, ok),
    "a request that goes on": (s) => s.client.headers(1, of("M")).data(1, input).server.headers(1, answer).trailers(1, ok),
    "a method that is known: grpc/unary-response-count": (s) =>
      told(s).client.headers(3, of("Unary")).data(3, input, end).server.headers(3, answer).trailers(3, ok),
    "a message that may be missing": {
      frames: (s) =>
        plain(s)
          .server.headers(1, answer)
          .lost((server) => server.data(1, output))
          .trailers(1, ok),
      unchecked: { "grpc/ok-without-message body": 1 },
    },
    "a message that is not whole": (s) => plain(s).server.headers(1, answer).data(1, "\0\0\0\0\x02\x08").trailers(1, ok),
  },
  invalid: {
    "none, in trailers": {
      frames: (s) => plain(s).server.headers(1, answer).trailers(1, ok),
      finds: [["none", 4, { streamId: 1 }]],
    },
    "none, in HEADERS alone": {
      frames: (s) => plain(s).server.headers(1, { ...end, fields: { ...grpcResponse, ...ok } }),
      finds: [["none", 3, { streamId: 1 }]],
    },
  },
});
