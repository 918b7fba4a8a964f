import {
  pseudoAfterRegular,
  pseudoDuplicate,
  pseudoInTrailers,
  pseudoRequestInResponse,
  pseudoResponseInRequest,
  pseudoUnknown,
} from "../../../src/rules/headers/pseudo.ts";
import { type Fields, getRequest, okResponse, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const request =
  (fields: Fields): Story =>
  (s) =>
    s.client.headers(1, { ...end, fields });
const response =
  (fields: Fields): Story =>
  (s) =>
    s.client.headers(1, end).server.headers(1, { ...end, fields });
const twice = (name: string, value: string): Fields => [...Object.entries(getRequest), [name, value]];

testRule(pseudoAfterRegular, {
  valid: {
    "all first": request({ ...getRequest, "x-a": "b", "x-c": "d" }),
    "in any order": request(Object.entries(getRequest).reverse()),
  },
  invalid: {
    "in a request": {
      frames: request({ ":method": "GET", ":scheme": "http", "x-a": "b", ":path": "/", ":authority": "a" }),
      finds: [["after", 1, { name: ":path", regular: "x-a", streamId: 1 }]],
    },
    "in a response": {
      frames: response({ server: "x", ...okResponse }),
      finds: [["after", 2, { name: ":status", regular: "server", streamId: 1 }]],
    },
    // A longer block came before: its fields are not those of this one.
    "after a longer block": {
      frames: (s) =>
        s.client
          .headers(1, { ...end, fields: { ...getRequest, a: "1", b: "2", c: "3", d: "4" } })
          .headers(3, { ...end, fields: { "x-a": "b", ":method": "GET" } }),
      finds: [["after", 2, { name: ":method", regular: "x-a", streamId: 3 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => request({ ":method": "GET", ":scheme": "http", "x-a": "b", ":path": "/", ":authority": "a" })(s.holes()),
      finds: [["after", 1, { name: ":path", regular: "x-a", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(pseudoDuplicate, {
  valid: {
    "a regular field twice": request([...Object.entries(getRequest), ["x-a", "1"], ["x-a", "1"]]),
    "in two blocks": response(okResponse),
    "an unknown one twice: headers/pseudo-unknown": request([...Object.entries(getRequest), [":x", "1"], [":x", "1"]]),
  },
  invalid: {
    ":method": { frames: request(twice(":method", "POST")), finds: [["twice", 1, { name: ":method", streamId: 1 }]] },
    ":path, the same": { frames: request(twice(":path", "/")), finds: [["twice", 1, { name: ":path", streamId: 1 }]] },
    ":authority": { frames: request(twice(":authority", "b")), finds: [["twice", 1, { name: ":authority", streamId: 1 }]] },
    ":status": {
      frames: response([
        [":status", "200"],
        [":status", "204"],
      ]),
      finds: [["twice", 2, { name: ":status", streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => request(twice(":method", "POST"))(s.holes()),
      finds: [["twice", 1, { name: ":method", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
    "behind fields that come twice as well": {
      frames: request([
        ["cookie", "a"],
        ["cookie", "b"],
        [":x", "1"],
        [":x", "1"],
        ["host", "a"],
        ["host", "b"],
        ...(twice(":method", "POST") as [string, string][]),
      ]),
      finds: [["twice", 1, { name: ":method", streamId: 1 }]],
    },
  },
});

testRule(pseudoUnknown, {
  valid: {
    ":protocol: ext": request({ ...getRequest, ":protocol": "websocket" }),
    "a plain name": request({ ...getRequest, a: "b" }),
  },
  invalid: {
    "in a request": { frames: request({ ...getRequest, ":test": "1" }), finds: [["unknown", 1, { name: ":test", streamId: 1 }]] },
    "a colon alone": { frames: response({ ...okResponse, ":": "1" }), finds: [["unknown", 2, { name: ":", streamId: 1 }]] },
    "bytes are missing, and fields": {
      frames: (s) => request({ ...getRequest, ":test": "1" })(s.holes()),
      finds: [["unknown", 1, { name: ":test", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(pseudoResponseInRequest, {
  valid: {
    "in a response": response(okResponse),
    "in trailers: headers/pseudo-in-trailers": (s) => s.client.headers(1).trailers(1, { ":status": "200" }),
    "the pseudo-header fields of a request in a response": response({ ...okResponse, ":path": "/" }),
  },
  invalid: {
    "in a request": {
      frames: request({ ...getRequest, ":status": "200" }),
      finds: [["request", 1, { status: "200", streamId: 1 }]],
    },
    "in a promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2, { fields: { ...getRequest, ":status": "200" } }),
      finds: [["promise", 2, { status: "200", streamId: 1 }]],
    },
  },
});

testRule(pseudoRequestInResponse, {
  valid: {
    "in a request": request(getRequest),
    "in a promise": (s) => s.client.headers(1).server.pushPromise(1, 2),
    ":protocol: ext/protocol-without-connect": response({ ...okResponse, ":protocol": "x" }),
    "in trailers: headers/pseudo-in-trailers": (s) => s.client.headers(1, end).server.headers(1).trailers(1, { ":path": "/" }),
    "in a promise that has :status: headers/pseudo-response-in-request": (s) =>
      s.client.headers(1).server.pushPromise(1, 2, { fields: { ...getRequest, ":status": "200" } }),
    "in a request that has :status": request({ ...getRequest, ":status": "200" }),
  },
  invalid: {
    ":path": {
      frames: response({ ...okResponse, ":path": "/" }),
      finds: [["request", 2, { name: ":path", streamId: 1 }]],
    },
    "in an interim response": {
      frames: (s) => s.client.headers(1, end).server.headers(1, { fields: { ":status": "103", ":method": "GET" } }),
      finds: [["request", 2, { name: ":method", streamId: 1 }]],
    },
    "a request sent back": {
      frames: response(getRequest),
      finds: [["request", 2, { name: ":method", streamId: 1 }]],
    },
  },
});

testRule(pseudoInTrailers, {
  valid: {
    "trailers of both": (s) => s.client.headers(1).trailers(1).server.headers(1).trailers(1),
    "an interim response, then the final one": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, { fields: { ":status": "103" } })
        .headers(1, end),
    "a stream whose beginning is missing": {
      frames: (s) => s.midway().server.ping().data(1).trailers(1, { ":path": "/" }),
      unchecked: { "headers/pseudo-in-trailers seen": 1, "stream/* seen": 1 },
    },
    "headers/interim-after-final": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .headers(1, { fields: { ":status": "103" } }),
    "in a response: headers/pseudo-request-in-response": response({ ...okResponse, ":path": "/" }),
    "in a request: headers/pseudo-response-in-request": request({ ...getRequest, ":status": "200" }),
  },
  invalid: {
    "of the client": {
      frames: (s) => s.client.headers(1).trailers(1, { ":method": "POST", "x-a": "b" }),
      finds: [["trailers", 2, { side: "client", name: ":method", streamId: 1 }]],
    },
    "of the server": {
      frames: (s) => s.client.headers(1, end).server.headers(1).trailers(1, { ":status": "200" }),
      finds: [["trailers", 3, { side: "server", name: ":status", streamId: 1 }]],
    },
  },
});
