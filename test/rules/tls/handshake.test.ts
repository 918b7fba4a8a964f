import {
  cipherProhibited,
  compression,
  dhTooSmall,
  inadequateSecurityWrong,
  postHandshakeAuth,
  renegotiation,
  version,
} from "../../../src/rules/tls/handshake.ts";
import { type Story, testRule } from "../../../src/testing.ts";
import type { TlsFacts } from "../../../src/tls/facts.ts";

const call: Story = (s) => s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true });
const at = { file: 0, packet: 2, time: 1000 };
const suiteOf = (code: number, name: string, prohibited = false) => ({ code, name, prohibited });
const gcm = suiteOf(0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
const cbc = suiteOf(0x2f, "TLS_RSA_WITH_AES_128_CBC_SHA", true);
const tls12: Partial<TlsFacts> = {
  version: "TLS 1.2",
  alpn: "h2",
  alpnOffered: ["h2"],
  suite: gcm,
  hellos: { client: at, server: at },
};

testRule(version, {
  valid: {
    "TLS 1.2": { frames: call, tls: tls12 },
    "TLS 1.3": { frames: call, tls: { ...tls12, version: "TLS 1.3" } },
    "TLS 1.1 for HTTP/1.1": { frames: call, tls: { ...tls12, version: "TLS 1.1", alpn: "http/1.1" } },
    "no TLS": call,
  },
  invalid: {
    "TLS 1.1": {
      frames: call,
      tls: { ...tls12, version: "TLS 1.1" },
      finds: [["old", "tls", { version: "TLS 1.1" }]],
    },
  },
});

testRule(cipherProhibited, {
  valid: {
    "AES-GCM with ECDHE": { frames: call, tls: tls12 },
    "for HTTP/1.1": { frames: call, tls: { ...tls12, alpn: "http/1.1", suite: cbc } },
  },
  invalid: {
    "AES-CBC with RSA": {
      frames: call,
      tls: { ...tls12, suite: cbc },
      finds: [["suite", "tls", { suite: "TLS_RSA_WITH_AES_128_CBC_SHA" }]],
    },
  },
});

testRule(compression, {
  valid: { none: { frames: call, tls: tls12 } },
  invalid: {
    DEFLATE: { frames: call, tls: { ...tls12, compression: 1 }, finds: [["method", "tls", { method: 1 }]] },
  },
});

testRule(renegotiation, {
  valid: { none: { frames: call, tls: tls12 } },
  invalid: {
    "by the server": {
      frames: call,
      tls: { ...tls12, renegotiations: [{ from: "server", ...at }] },
      finds: [["begun", "tls", { side: "server" }]],
    },
    "by the client, twice": {
      frames: call,
      tls: {
        ...tls12,
        renegotiations: [
          { from: "client", ...at },
          { from: "client", ...at },
        ],
      },
      finds: [["begun", "tls", { side: "client" }]],
    },
  },
});

testRule(postHandshakeAuth, {
  valid: { none: { frames: call, tls: { ...tls12, version: "TLS 1.3" } } },
  invalid: {
    asked: { frames: call, tls: { ...tls12, version: "TLS 1.3", postHandshakeAuth: at }, finds: [["asked", "tls"]] },
  },
});

testRule(dhTooSmall, {
  valid: {
    "P-224": { frames: call, tls: { ...tls12, keyExchange: { kind: "ecdhe", group: 21, bits: 224 } } },
    "DHE of 2048 bits": { frames: call, tls: { ...tls12, keyExchange: { kind: "dhe", bits: 2048 } } },
    "a group that is not known": { frames: call, tls: { ...tls12, keyExchange: { kind: "ecdhe", group: 4588 } } },
    "DHE of 1024 bits for HTTP/1.1": {
      frames: call,
      tls: { ...tls12, alpn: "http/1.1", keyExchange: { kind: "dhe", bits: 1024 } },
    },
  },
  invalid: {
    "DHE of 1024 bits": {
      frames: call,
      tls: { ...tls12, keyExchange: { kind: "dhe", bits: 1024 } },
      finds: [["bits", "tls", { kind: "DHE", bits: 1024, least: 2048 }]],
    },
    "P-192": {
      frames: call,
      tls: { ...tls12, keyExchange: { kind: "ecdhe", group: 19, bits: 192 } },
      finds: [["bits", "tls", { kind: "ECDHE", bits: 192, least: 224 }]],
    },
  },
});

const refused: Story = (s) => s.client.headers(1, { endStream: true }).goaway(0, 0xc);

const strong: Partial<TlsFacts> = { ...tls12, keyExchange: { kind: "ecdhe", group: 29, bits: 255 } };
const { version: _, ...unversioned } = strong;

testRule(inadequateSecurityWrong, {
  valid: {
    "a prohibited suite": { frames: refused, tls: { ...tls12, suite: cbc } },
    "a small key": { frames: refused, tls: { ...tls12, keyExchange: { kind: "dhe", bits: 1024 } } },
    compression: { frames: refused, tls: { ...tls12, compression: 1 } },
    "an old version": { frames: refused, tls: { ...tls12, version: "TLS 1.1" } },
    "a version that is not known": { frames: refused, tls: unversioned },
    "of a stream": { frames: (s) => s.client.headers(1).rst(1, 0xc), tls: strong },
    "without TLS, nothing is known": refused,
    "another code": {
      frames: (s) => s.client.headers(1, { endStream: true }).goaway(0, 0),
      tls: tls12,
    },
  },
  invalid: {
    "all is well": {
      frames: refused,
      tls: { ...tls12, keyExchange: { kind: "ecdhe", group: 29, bits: 255 } },
      finds: [["fine", 2, { side: "client", version: "TLS 1.2", suite: gcm.name }]],
    },
    "a key that is just large enough": {
      frames: (s) => s.client.headers(1, { endStream: true }).server.goaway(0, 0xc),
      tls: { ...tls12, keyExchange: { kind: "dhe", bits: 2048 } },
      finds: [["fine", 2, { side: "server", version: "TLS 1.2", suite: gcm.name }]],
    },
  },
});
