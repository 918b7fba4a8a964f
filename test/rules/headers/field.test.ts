import {
  colonInName,
  emptyName,
  invalidNameChar,
  invalidValueChar,
  nonTokenName,
  uppercaseName,
  valueControl,
  valueWhitespace,
} from "../../../src/rules/headers/field.ts";
import { type Fields, getRequest, okResponse, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
// A request, a response with these fields beside its own.
const request =
  (more: Fields): Story =>
  (s) =>
    s.client.headers(1, { ...end, fields: { ...getRequest, ...more } });
const response =
  (more: Fields): Story =>
  (s) =>
    s.client.headers(1, end).server.headers(1, { ...end, fields: { ...okResponse, ...more } });
// gRPC C-core's: values of -bin fields as they are.
const TRUE_BINARY = [0xfe03, 1] as const;
const blob = { ...getRequest, "x-blob-bin": "\0\x01\xfe " };
const lost: Story = (s) => s.client.lost((client) => client.headers(1)).headers(3, { block: "\xbe\x00\x01A\x01b" });

testRule(uppercaseName, {
  valid: {
    "in the value": request({ "x-a": "Value" }),
    "other marks of tokens": request({ "x-!#$%&'*+.^_`|~0": "1" }),
    "HEADERS that are a connection error": (s) => s.client.headers(2, { fields: { "X-A": "b" } }),
  },
  invalid: {
    "in a request": { frames: request({ "X-Test": "1" }), finds: [["name", 1, { name: "X-Test", streamId: 1 }]] },
    "in a response": { frames: response({ "content-Type": "a/b" }), finds: [["name", 2, { name: "content-Type", streamId: 1 }]] },
    "in trailers": {
      frames: (s) => s.client.headers(1).trailers(1, { "x-a": "1", "X-B": "2" }),
      finds: [["name", 2, { name: "X-B", streamId: 1 }]],
    },
    "in a promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2, { fields: { ...getRequest, Accept: "*" } }),
      finds: [["name", 2, { name: "Accept", streamId: 1 }]],
    },
    "mid-connection, in whatever this is": {
      frames: (s) =>
        s
          .midway()
          .client.ping()
          .headers(5, { fields: { A: "b" } }),
      finds: [["name", 2, { name: "A", streamId: 5 }]],
      certainty: "unproven",
    },
    "in a block with fields that are not known": {
      frames: lost,
      finds: [["name", 2, { name: "A", streamId: 3 }, { because: ["borders", "hpack"] }]],
      certainty: "unproven",
    },
  },
});

testRule(invalidNameChar, {
  valid: { "visible ASCII": request({ "x-\x21\x7e": "1" }), "bytes from 0x80 on in the value": request({ "x-a": "\xc3\xa4" }) },
  invalid: {
    "a space": { frames: request({ "x a": "1" }), finds: [["name", 1, { name: "x a", octet: "0x20", streamId: 1 }]] },
    "a line end": { frames: response({ "x\na": "1" }), finds: [["name", 2, { name: "x\na", octet: "0x0a", streamId: 1 }]] },
    DEL: { frames: request({ "x\x7f": "1" }), finds: [["name", 1, { name: "x\x7f", octet: "0x7f", streamId: 1 }]] },
    "an umlaut": { frames: request({ "\xe4": "1" }), finds: [["name", 1, { name: "\xe4", octet: "0xe4", streamId: 1 }]] },
    "bytes are missing, and fields": {
      frames: (s) => request({ "x a": "1" })(s.holes()),
      finds: [["name", 1, { name: "x a", octet: "0x20", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
    "a space behind a mark of tokens": {
      frames: request({ "x! a": "b" }),
      finds: [["name", 1, { name: "x! a", octet: "0x20", streamId: 1 }]],
    },
  },
});

testRule(nonTokenName, {
  valid: { tokens: request({ "x-a_b.c~d": "1" }), "a space: headers/invalid-name-char": request({ "x b": "1" }) },
  invalid: {
    brackets: { frames: request({ "x[0]": "1" }), finds: [["name", 1, { name: "x[0]", streamId: 1 }]] },
    "a slash, in each response": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .headers(3, end)
          .server.headers(1, { ...end, fields: { ...okResponse, "a/b": "1" } })
          .headers(3, { ...end, fields: { ...okResponse, "a/b": "1" } }),
      finds: [["name", 3, { name: "a/b", streamId: 1 }, { count: 2 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => request({ "x[0]": "1" })(s.holes()),
      finds: [["name", 1, { name: "x[0]", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(colonInName, {
  valid: { "in the value": request({ "x-a": "b:c" }), "the first byte: headers/pseudo-unknown": request({ ":x": "b" }) },
  invalid: {
    "a whole line": { frames: request({ "x-a: b": "" }), finds: [["name", 1, { name: "x-a: b", streamId: 1 }]] },
    last: { frames: response({ "x-a:": "b" }), finds: [["name", 2, { name: "x-a:", streamId: 1 }]] },
    "twice first": { frames: request({ "::path": "/" }), finds: [["name", 1, { name: "::path", streamId: 1 }]] },
    "bytes are missing, and fields": {
      frames: (s) => request({ "x-a: b": "" })(s.holes()),
      finds: [["name", 1, { name: "x-a: b", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(emptyName, {
  valid: { "an empty value": request({ "x-a": "" }) },
  invalid: {
    "in a request": { frames: request({ "": "b" }), finds: [["empty", 1, { streamId: 1 }]] },
    "in a response, both empty": { frames: response({ "": "" }), finds: [["empty", 2, { streamId: 1 }]] },
    "bytes are missing, and fields": {
      frames: (s) => request({ "": "b" })(s.holes()),
      finds: [["empty", 1, { streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(invalidValueChar, {
  valid: {
    "HTAB and bytes from 0x7f on": request({ "x-a": "b\tc\x7f\xff" }),
    "base64 in -bin": request({ "x-blob-bin": "AAE=" }),
    "raw bytes in -bin, both sides take them": (s) =>
      s
        .settings({ client: [TRUE_BINARY], server: [TRUE_BINARY] })
        .client.headers(1, { ...end, fields: blob })
        .server.headers(1, { ...end, fields: { ...okResponse, "x-echo-bin": "\0\0\x01" } }),
    "raw bytes in -bin, what the sides take was not captured": {
      frames: (s) =>
        s
          .midway()
          .client.ping()
          .headers(5, { ...end, fields: blob }),
      unchecked: { "headers/invalid-value-char settings": 1 },
    },
    "raw bytes in -bin, bytes of the server are missing": {
      frames: (s) =>
        s.server
          .lost((server) => server.ping())
          .ping()
          .client.headers(1, { ...end, fields: blob }),
      unchecked: { "headers/invalid-value-char settings": 1 },
    },
  },
  invalid: {
    NUL: { frames: request({ "x-a": "b\0c" }), finds: [["value", 1, { name: "x-a", octet: "0x00", streamId: 1 }]] },
    CR: { frames: response({ "x-a": "b\rc" }), finds: [["value", 2, { name: "x-a", octet: "0x0d", streamId: 1 }]] },
    LF: { frames: request({ "x-a": "b\nc: d" }), finds: [["value", 1, { name: "x-a", octet: "0x0a", streamId: 1 }]] },
    "raw bytes in -bin, only the client takes them": {
      frames: (s) => s.settings({ client: [TRUE_BINARY] }).client.headers(1, { ...end, fields: blob }),
      finds: [["value", 1, { name: "x-blob-bin", octet: "0x00", streamId: 1 }]],
    },
    "raw bytes in another field, both sides take them in -bin": {
      frames: (s) =>
        s
          .settings({ client: [TRUE_BINARY], server: [TRUE_BINARY] })
          .client.headers(1, { ...end, fields: { ...blob, "x-a": "\0" } }),
      finds: [["value", 1, { name: "x-a", octet: "0x00", streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => request({ "x-a": "b\0c" })(s.holes()),
      finds: [["value", 1, { name: "x-a", octet: "0x00", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
    "before all else": {
      frames: (s) => s.client.headers(1, { ...end, fields: [["x-a", "b\n"], ...Object.entries(getRequest)] }),
      finds: [["value", 1, { name: "x-a", octet: "0x0a", streamId: 1 }]],
    },
    "raw bytes in -bin, only the server takes them": {
      frames: (s) => s.settings({ server: [TRUE_BINARY] }).client.headers(1, { ...end, fields: blob }),
      finds: [["value", 1, { name: "x-blob-bin", octet: "0x00", streamId: 1 }]],
    },
  },
});

testRule(valueWhitespace, {
  valid: {
    inside: request({ "x-a": "b \t c" }),
    empty: request({ "x-a": "" }),
    "raw bytes in -bin, both sides take them": (s) =>
      s.settings({ client: [TRUE_BINARY], server: [TRUE_BINARY] }).client.headers(1, { ...end, fields: blob }),
  },
  invalid: {
    "a space first": { frames: request({ "x-a": " b" }), finds: [["value", 1, { name: "x-a", streamId: 1 }]] },
    "HTAB last": { frames: response({ "x-a": "b\t" }), finds: [["value", 2, { name: "x-a", streamId: 1 }]] },
    "nothing else": { frames: request({ "x-a": " " }), finds: [["value", 1, { name: "x-a", streamId: 1 }]] },
    "bytes are missing, and fields": {
      frames: (s) => request({ "x-a": " b" })(s.holes()),
      finds: [["value", 1, { name: "x-a", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(valueControl, {
  valid: {
    "HTAB inside": request({ "x-a": "b\tc" }),
    "octets above 0x7f": request({ "x-a": "caf\xc3\xa9" }),
    "NUL, which is another fault": request({ "x-a": "b\0c" }),
    "of gRPC, which has a rule of its own": (s) =>
      s.client.headers(1, { ...end, fields: { ...getRequest, "content-type": "application/grpc", "x-a": "b\x01c" } }),
    "nothing but spaces and HTAB": request({ "x-a": "b \t c" }),
    "NUL, and above 0x7f in another field": request({ "x-a": "b\0c", "x-b": "caf\xe9" }),
  },
  invalid: {
    "0x01": { frames: request({ "x-a": "b\x01c" }), finds: [["value", 1, { name: "x-a", octet: "0x01", streamId: 1 }]] },
    DEL: { frames: response({ "x-a": "b\x7f" }), finds: [["value", 2, { name: "x-a", octet: "0x7f", streamId: 1 }]] },
    "behind octets above 0x7f": {
      frames: request({ "x-a": "\xff", "x-b": "\x1f" }),
      finds: [["value", 1, { name: "x-b", octet: "0x1f", streamId: 1 }]],
    },
    "before all else": {
      frames: (s) => s.client.headers(1, { ...end, fields: [["x-a", "b\x01"], ...Object.entries(getRequest)] }),
      finds: [["value", 1, { name: "x-a", octet: "0x01", streamId: 1 }]],
    },
  },
});
