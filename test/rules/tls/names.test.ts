import { alpnH2c, alpnMismatch, alpnMissing, authorityNotInCert, sniMissing } from "../../../src/rules/tls/names.ts";
import { type Story, testRule } from "../../../src/testing.ts";
import type { TlsFacts } from "../../../src/tls/facts.ts";

const call: Story = (s) => s.client.headers(1, { endStream: true }).server.headers(1, { endStream: true });
const at = { file: 0, packet: 2, time: 1000 };
const tls: Partial<TlsFacts> = {
  version: "TLS 1.3",
  alpn: "h2",
  alpnOffered: ["h2"],
  serverName: "a.test",
  hellos: { client: at, server: at },
};
const { alpn: _, ...unchosen } = tls;
const { alpnOffered: __, ...none } = unchosen;
const { serverName: ___, ...unnamed } = tls;

const http1: Story = (s) =>
  s.bare().client.http1(["GET / HTTP/1.1", "Host: a.test"]).server.http1(["HTTP/1.1 200 OK", "Content-Length: 0"]);

testRule(alpnMissing, {
  valid: {
    "h2 is offered": { frames: call, tls },
    "the hello was not captured": { frames: call, tls: { ...none, hellos: {} } },
    "without TLS": call,
    "HTTP/1.1 is spoken": { frames: http1, tls: none },
  },
  invalid: { "no ALPN": { frames: call, tls: none, finds: [["none", "tls"]] } },
});

testRule(alpnH2c, {
  valid: { h2: { frames: call, tls } },
  invalid: {
    offered: { frames: call, tls: { ...unchosen, alpnOffered: ["h2c", "http/1.1"] }, finds: [["offered", "tls"]] },
    chosen: { frames: call, tls: { ...tls, alpn: "h2c", alpnOffered: ["h2c"] }, finds: [["chosen", "tls"]] },
  },
});

testRule(alpnMismatch, {
  valid: {
    "h2 was chosen": { frames: call, tls },
    "the name that gRPC C-core has for it": { frames: call, tls: { ...tls, alpn: "grpc-exp", alpnOffered: ["grpc-exp", "h2"] } },
    "what TLS 1.3 hides is not known": { frames: call, tls: unchosen },
    "nothing was offered": { frames: call, tls: { ...none, encryptedExtensions: true } },
    "HTTP/1.1 was chosen and is spoken": {
      frames: http1,
      tls: { ...tls, alpn: "http/1.1", alpnOffered: ["h2", "http/1.1"] },
    },
  },
  invalid: {
    "http/1.1 was chosen": {
      frames: call,
      tls: { ...tls, alpn: "http/1.1", alpnOffered: ["h2", "http/1.1"] },
      finds: [["other", "tls", { alpn: "http/1.1" }]],
    },
    "nothing was chosen": { frames: call, tls: { ...unchosen, encryptedExtensions: true }, finds: [["nothing", "tls"]] },
    "nothing was chosen, TLS 1.2": { frames: call, tls: { ...unchosen, version: "TLS 1.2" }, finds: [["nothing", "tls"]] },
  },
});

const ask = (authority: string, ...more: string[]): Story => {
  return (s) =>
    [authority, ...more].forEach((name, i) => {
      s.client.headers(2 * i + 1, {
        endStream: true,
        fields: [
          [":method", "GET"],
          [":scheme", "https"],
          [":path", "/"],
          [":authority", name],
        ],
      });
    });
};

// Then the server promises a request for h2.test.
const promised =
  (authority: string): Story =>
  (s) => {
    ask(authority)(s);
    s.server.pushPromise(1, 2);
  };

testRule(sniMissing, {
  valid: {
    "it names one": { frames: ask("a.test"), tls },
    "addresses have no name": { frames: ask("192.0.2.1:8443", "[2001:db8::1]"), tls: unnamed },
    "a promise is the server's": { frames: promised("192.0.2.1:8443"), tls: unnamed },
    "without TLS": ask("a.test"),
  },
  invalid: {
    "asked by name": { frames: ask("a.test:8443"), tls: unnamed, finds: [["absent", "tls", { host: "a.test" }]] },
  },
});

const certificate = (names: string): Partial<TlsFacts> => ({
  ...tls,
  certificates: { server: { subject: "CN=a", issuer: "CN=a", names, validFrom: "", validTo: "", chain: 1 } },
});

testRule(authorityNotInCert, {
  valid: {
    "its own name": { frames: ask("A.test"), tls: certificate("DNS:b.test, DNS:a.test") },
    "a label of a wildcard": { frames: ask("b.a.test:443"), tls: certificate("DNS:*.a.test") },
    "an address": { frames: ask("192.0.2.1", "[::1]:80"), tls: certificate("IP Address:192.0.2.1, IP Address:0:0:0:0:0:0:0:1") },
    "a promise is the server's": { frames: promised("192.0.2.1"), tls: certificate("IP Address:192.0.2.1") },
    "no certificate was seen": { frames: ask("c.test"), tls },
  },
  invalid: {
    another: {
      frames: ask("c.test"),
      tls: certificate("DNS:a.test"),
      finds: [["other", 1, { streamId: 1, host: "c.test", names: "DNS:a.test" }]],
    },
    "another address": {
      frames: ask("192.0.2.9"),
      tls: certificate("IP Address:192.0.2.1"),
      finds: [["other", 1, { streamId: 1, host: "192.0.2.9", names: "IP Address:192.0.2.1" }]],
    },
    "an address that stands among the names": {
      frames: ask("192.0.2.1"),
      tls: certificate("DNS:192.0.2.1"),
      finds: [["other", 1, { streamId: 1, host: "192.0.2.1", names: "DNS:192.0.2.1" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => ask("c.test")(s.holes()),
      tls: certificate("DNS:a.test"),
      finds: [["other", 1, { streamId: 1, host: "c.test", names: "DNS:a.test" }]],
      because: ["borders", "hpack"],
    },
    "two labels of a wildcard": {
      frames: ask("c.b.a.test"),
      tls: certificate("DNS:*.a.test"),
      finds: [["other", 1, { streamId: 1, host: "c.b.a.test", names: "DNS:*.a.test" }]],
    },
  },
});
