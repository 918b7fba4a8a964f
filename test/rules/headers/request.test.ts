import {
  authorityHostMismatch,
  authorityInvalid,
  authorityMissing,
  authorityUserinfo,
  emptyPath,
  invalidMethod,
  invalidScheme,
  missingMethod,
  missingPath,
  missingScheme,
  multipleHost,
  pathForm,
  schemeMismatch,
} from "../../../src/rules/headers/request.ts";
import { type Fields, getRequest, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const request =
  (fields: Fields): Story =>
  (s) =>
    s.client.headers(1, { ...end, fields });
const others = (...without: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(getRequest).filter(([name]) => !without.includes(name)));
const connect = { ":method": "CONNECT", ":authority": "h2.test:443" };
const extended = { ...getRequest, ":method": "CONNECT", ":protocol": "websocket" };
const host = (authority: string, name: string, scheme = "http"): Story =>
  request({ ...getRequest, ":scheme": scheme, ":authority": authority, host: name });
// The block refers to an entry of a block that was lost.
const unknown: Story = (s) => s.client.lost((client) => client.headers(1)).headers(3, { block: "\xbe" });

testRule(missingMethod, {
  valid: {
    "any token": request({ ...getRequest, ":method": "PROPFIND" }),
    "trailers have none": (s) => s.client.headers(1).trailers(1),
    "it may be among what is not known": unknown,
    "it may be trailers, mid-connection": (s) =>
      s
        .midway()
        .client.ping()
        .data(5)
        .headers(5, { fields: { a: "b" } }),
    "a promise: push/incomplete-request": (s) => s.client.headers(1).server.pushPromise(1, 2, { fields: { ":path": "/" } }),
  },
  invalid: {
    "all else": { frames: request(others(":method")), finds: [["missing", 1, { name: ":method", streamId: 1 }]] },
    nothing: { frames: request({}), finds: [["missing", 1, { name: ":method", streamId: 1 }]] },
  },
});

testRule(missingScheme, {
  valid: { CONNECT: request(connect), "another than http": request({ ...getRequest, ":scheme": "ftp" }) },
  invalid: {
    "all else": { frames: request(others(":scheme")), finds: [["missing", 1, { name: ":scheme", streamId: 1 }]] },
    "CONNECT with :protocol": {
      frames: request({ ...connect, ":protocol": "websocket", ":path": "/" }),
      finds: [["missing", 1, { name: ":scheme", streamId: 1 }]],
    },
  },
});

testRule(missingPath, {
  valid: { CONNECT: request(connect), "an empty one: headers/empty-path": request({ ...getRequest, ":path": "" }) },
  invalid: {
    "all else": { frames: request(others(":path")), finds: [["missing", 1, { name: ":path", streamId: 1 }]] },
    "another scheme": {
      frames: request({ ":method": "GET", ":scheme": "urn" }),
      finds: [["missing", 1, { name: ":path", streamId: 1 }]],
    },
  },
});

testRule(emptyPath, {
  valid: { "/": request(getRequest), "of another scheme": request({ ...getRequest, ":scheme": "coap", ":path": "" }) },
  invalid: {
    http: { frames: request({ ...getRequest, ":path": "" }), finds: [["empty", 1, { streamId: 1 }]] },
    "https, in capitals": {
      frames: request({ ...getRequest, ":scheme": "HTTPS", ":path": "" }),
      finds: [["empty", 1, { streamId: 1 }]],
    },
  },
});

testRule(pathForm, {
  valid: {
    "with a query": request({ ...getRequest, ":path": "/?a=*" }),
    "OPTIONS for the whole server": request({ ...getRequest, ":method": "OPTIONS", ":path": "*" }),
    "of another scheme": request({ ...getRequest, ":scheme": "urn", ":path": "a:b" }),
  },
  invalid: {
    "a whole URI": {
      frames: request({ ...getRequest, ":path": "http://h2.test/" }),
      finds: [["form", 1, { path: "http://h2.test/", streamId: 1 }]],
    },
    "* with GET": { frames: request({ ...getRequest, ":path": "*" }), finds: [["form", 1, { path: "*", streamId: 1 }]] },
    "a query alone": {
      frames: request({ ...getRequest, ":method": "OPTIONS", ":path": "?a" }),
      finds: [["form", 1, { path: "?a", streamId: 1 }]],
    },
  },
});

testRule(invalidMethod, {
  valid: {
    "an unknown one": request({ ...getRequest, ":method": "m-search" }),
    "none: headers/missing-method": request(others(":method")),
  },
  invalid: {
    empty: { frames: request({ ...getRequest, ":method": "" }), finds: [["method", 1, { method: "", streamId: 1 }]] },
    "a request line": {
      frames: request({ ...getRequest, ":method": "GET / HTTP/1.1" }),
      finds: [["method", 1, { method: "GET / HTTP/1.1", streamId: 1 }]],
    },
  },
});

testRule(invalidScheme, {
  valid: {
    "digits and marks": request({ ...getRequest, ":scheme": "z39.50r" }),
    capitals: request({ ...getRequest, ":scheme": "Http" }),
  },
  invalid: {
    empty: { frames: request({ ...getRequest, ":scheme": "" }), finds: [["scheme", 1, { scheme: "", streamId: 1 }]] },
    "with a colon": {
      frames: request({ ...getRequest, ":scheme": "http://" }),
      finds: [["scheme", 1, { scheme: "http://", streamId: 1 }]],
    },
    "a digit first": {
      frames: request({ ...getRequest, ":scheme": "2http" }),
      finds: [["scheme", 1, { scheme: "2http", streamId: 1 }]],
    },
  },
});

testRule(schemeMismatch, {
  valid: { http: request(getRequest), "another scheme": request({ ...getRequest, ":scheme": "ftp" }) },
  invalid: {
    "https, time and again": {
      frames: (s) =>
        s.client
          .headers(1, { fields: { ...getRequest, ":scheme": "https" } })
          .headers(3, { fields: { ...getRequest, ":scheme": "https" } }),
      finds: [["scheme", 1, { scheme: "https", transport: "without TLS", streamId: 1 }, { count: 2 }]],
    },
    "in the midst of a connection": {
      frames: (s) =>
        s
          .midway()
          .client.headers(1, { fields: { ...getRequest, ":scheme": "https" } })
          .headers(3, { fields: { ...getRequest, ":scheme": "https" } }),
      finds: [["scheme", 1, { scheme: "https", transport: "without TLS", streamId: 1 }, { count: 2 }]],
      because: ["borders", "start"],
    },
  },
});

testRule(authorityMissing, {
  valid: {
    "host in its place": request({ ...others(":authority"), host: "h2.test" }),
    "another scheme": request({ ...others(":authority"), ":scheme": "file" }),
    "CONNECT: headers/connect-authority": request({ ":method": "CONNECT" }),
    "with :protocol: ext/connect-protocol-missing-pseudo": request({
      ...others(":authority", ":method"),
      ...connect,
      ":protocol": "x",
    }),
    "it may be among what is not known": unknown,
  },
  invalid: {
    neither: { frames: request(others(":authority")), finds: [["missing", 1, { streamId: 1 }]] },
    "an empty one": {
      frames: request({ ...getRequest, ":authority": "" }),
      finds: [["empty", 1, { name: ":authority", streamId: 1 }]],
    },
    "an empty host": {
      frames: request({ ...others(":authority"), host: "" }),
      finds: [["empty", 1, { name: "host", streamId: 1 }]],
    },
  },
});

testRule(authorityUserinfo, {
  valid: {
    "a port": host("h2.test:80", "h2.test"),
    "another scheme": request({ ...getRequest, ":scheme": "ftp", ":authority": "me@h2" }),
  },
  invalid: {
    "with a password": {
      frames: request({ ...getRequest, ":authority": "me:secret@h2.test" }),
      finds: [["userinfo", 1, { host: "@h2.test", streamId: 1 }]],
    },
  },
});

testRule(authorityHostMismatch, {
  valid: {
    same: host("h2.test", "h2.test"),
    case: host("h2.test", "H2.Test"),
    "the default port": host("h2.test:80", "h2.test"),
    "the default port of https": host("h2.test", "h2.test:443", "https"),
    "an escaped letter": host("h2.test", "h2.%74est"),
    "the dot at the end": host("h2.test.", "h2.test"),
    IPv6: host("[2001:DB8::1]:80", "[2001:db8::1]"),
    "an empty host names nothing": host("h2.test", ""),
    "CONNECT, no port": request({ ...connect, host: "h2.test" }),
    "no :authority": request({ ...others(":authority"), host: "other.test" }),
    "in a promise: it is the server's": (s) =>
      s.client.headers(1).server.pushPromise(1, 2, { fields: { ...getRequest, host: "other.test" } }),
    "in trailers: headers/trailers-forbidden-field": (s) =>
      s.client.headers(1).trailers(1, { ":authority": "h2.test", host: "other.test" }),
  },
  invalid: {
    "another name": {
      frames: host("h2.test", "other.test"),
      finds: [["differs", 1, { authority: "h2.test", host: "other.test", streamId: 1 }]],
    },
    "another port": {
      frames: host("h2.test:8080", "h2.test"),
      finds: [["differs", 1, { authority: "h2.test:8080", host: "h2.test", streamId: 1 }]],
    },
    "the port of another scheme": {
      frames: host("h2.test:443", "h2.test"),
      finds: [["differs", 1, { authority: "h2.test:443", host: "h2.test", streamId: 1 }]],
    },
    "another address": {
      frames: host("[2001:db8::1]", "[2001:db8::2]"),
      finds: [["differs", 1, { authority: "[2001:db8::1]", host: "[2001:db8::2]", streamId: 1 }]],
    },
    CONNECT: {
      frames: request({ ...connect, host: "h2.test:80" }),
      finds: [["differs", 1, { authority: "h2.test:443", host: "h2.test:80", streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => host("h2.test", "other.test")(s.holes()),
      finds: [["differs", 1, { authority: "h2.test", host: "other.test", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
    "names that differ in their first letter": {
      frames: host("a.test", "b.test"),
      finds: [["differs", 1, { authority: "a.test", host: "b.test", streamId: 1 }]],
    },
    // RFC 3986 2.2: a reserved character that is escaped is another one.
    "an escaped mark": {
      frames: host("h2.test", "h2.test%2f"),
      finds: [["differs", 1, { authority: "h2.test", host: "h2.test%2f", streamId: 1 }]],
    },
    "an escaped mark, and the mark": {
      frames: host("h2%2ftest", "h2/test"),
      finds: [["differs", 1, { authority: "h2%2ftest", host: "h2/test", streamId: 1 }]],
    },
  },
});

testRule(multipleHost, {
  valid: {
    "one beside :authority": request({ ...extended, host: "h2.test" }),
    "none, of a common request": request(getRequest),
    "in a response": (s) =>
      s.client.headers(1, end).server.headers(1, {
        ...end,
        fields: [
          [":status", "200"],
          ["host", "a"],
          ["host", "a"],
        ],
      }),
  },
  invalid: {
    "two, the same": {
      frames: request([...Object.entries(getRequest), ["host", "h2.test"], ["host", "h2.test"]]),
      finds: [["hosts", 1, { count: 2, streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => request([...Object.entries(getRequest), ["host", "h2.test"], ["host", "h2.test"]])(s.holes()),
      finds: [["hosts", 1, { count: 2, streamId: 1 }]],
      because: ["borders", "hpack"],
    },
    "before all else": {
      frames: request([["host", "h2.test"], ["host", "h2.test"], ...Object.entries(getRequest)]),
      finds: [["hosts", 1, { count: 2, streamId: 1 }]],
    },
  },
});

const authority = (text: string): Story => request({ ...getRequest, ":authority": text });
const invalidAuthority = (text: string, fault: string) => ({
  frames: authority(text),
  finds: [["authority", 1, { streamId: 1, authority: text, fault }]] as const,
});

testRule(authorityInvalid, {
  valid: {
    "a name and a port": authority("h2.test:8443"),
    "an underscore": authority("my_service.ns:80"),
    "percent-encoding": authority("%2Frun%2Fcsi.sock"),
    "sub-delimiters": authority("a,b;c=d"),
    "an IPv6 address": authority("[2001:db8::1]:80"),
    "an IPv6 address with a zone": authority("[fe80::1%25eth0]"),
    "a port that is empty": authority("h2.test:"),
    "empty: headers/authority-missing": authority(""),
    "userinfo: headers/authority-userinfo": authority("user@h2.test"),
    "an empty host of another scheme": request({ ...getRequest, ":scheme": "coap", ":authority": ":80" }),
    "it may be among what is not known": unknown,
  },
  invalid: {
    "a socket's path": invalidAuthority("/run/csi.sock", "is a path"),
    "a path behind it": invalidAuthority("h2.test/a", "holds a path"),
    "a space": invalidAuthority("h2 test", "holds a space or a control character"),
    "a port that is none": invalidAuthority("h2.test:http", "ends in no port"),
    "no address in brackets": invalidAuthority("[h2.test]", "has no address between its brackets"),
    "a bracket": invalidAuthority("h2.test]", "has a bracket out of place"),
    "an IPv6 address without brackets": invalidAuthority(
      "2001:db8::1",
      "has more than one colon; an IPv6 address stands in brackets",
    ),
    "a port alone": invalidAuthority(":80", "names no host"),
    "percent-encoding that is none": invalidAuthority("h2%zz", "holds a character that no host has"),
  },
});
