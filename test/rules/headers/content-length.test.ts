import { contentLengthInvalid, contentLengthMismatch, contentLengthRepeated } from "../../../src/rules/headers/content-length.ts";
import { getRequest, okResponse, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const request = (length: string, method = "POST") => ({
  fields: { ...getRequest, ":method": method, "content-length": length },
});
const response = (length: string, status = "200") => ({ fields: { ":status": status, "content-length": length } });
const answer =
  (method: string, length: string, status = "200"): Story =>
  (s) =>
    s.client
      .headers(1, { ...end, fields: { ...getRequest, ":method": method } })
      .server.headers(1, { ...end, ...response(length, status) });
const twice = (a: string, b: string) => ({
  fields: [...Object.entries(okResponse), ["content-length", a], ["content-length", b]] as const,
});

testRule(contentLengthMismatch, {
  valid: {
    exactly: (s) => s.client.headers(1, request("5")).data(1, 2).data(1, 3, end),
    "exactly, of the server": (s) => s.client.headers(1, end).server.headers(1, response("5")).data(1, 5).data(1, 0, end),
    "padding does not count": (s) => s.client.headers(1, request("5")).data(1, 5, { ...end, padding: 9 }),
    "ended by trailers": (s) => s.client.headers(1, request("5")).data(1, 5).trailers(1),
    "0, and no DATA": (s) => s.client.headers(1, { ...end, ...request("0") }),
    "an answer to HEAD": answer("HEAD", "5"),
    304: answer("GET", "5", "304"),
    204: answer("GET", "5", "204"),
    "an interim response": (s) => s.client.headers(1, end).server.headers(1, response("5", "103")).headers(1, end),
    "2xx to CONNECT": (s) =>
      s.client
        .headers(1, { fields: { ":method": "CONNECT", ":authority": "h2.test:443" } })
        .server.headers(1, response("5"))
        .data(1, 9),
    "equal values": (s) => s.client.headers(1, end).server.headers(1, twice("5", "5")).data(1, 5, end),
    "a list of equal values": (s) => s.client.headers(1, end).server.headers(1, response("5, 5")).data(1, 5, end),
    "different ones: headers/content-length-invalid": (s) =>
      s.client.headers(1, end).server.headers(1, twice("5", "6")).data(1, 5, end),
    "in trailers it says nothing": (s) => s.client.headers(1).data(1, 2).trailers(1, { "content-length": "5" }),
    "reset before the end": (s) => s.client.headers(1, request("5")).data(1, 2).rst(1),
    "the request is not known, it may be HEAD": {
      frames: (s) =>
        s.client
          .lost((client) => client.headers(1, { ...end, ...request("0", "HEAD") }))
          .server.headers(1, { ...end, ...response("5") }),
      unchecked: { "headers/content-length-mismatch seen": 1, "stream-id/* seen": 1 },
    },
    "the method is not known": {
      frames: (s) =>
        s.client
          .lost((client) => client.headers(1, { block: "\x42\x04HEAD" }))
          .headers(3, { ...end, block: "\xbe\x84\x86\x01\x01a" })
          .server.headers(3, { ...end, ...response("5") }),
      unchecked: { "headers/content-length-mismatch seen": 1, "stream-id/* seen": 1 },
    },
    "DATA is missing": {
      frames: (s) =>
        s.client
          .headers(1, request("5"))
          .lost((client) => client.data(1, 3))
          .ping()
          .data(1, 2, end),
      unchecked: { "headers/content-length-mismatch body": 1, "flow/* settings": 1 },
    },
    "DATA is missing before trailers": {
      frames: (s) =>
        s.client
          .headers(1, request("5"))
          .lost((client) => client.data(1, 5))
          .trailers(1),
      unchecked: { "headers/content-length-mismatch body": 1 },
    },
  },
  invalid: {
    "more, at the end": {
      frames: (s) => s.client.headers(1, request("1")).data(1, "test", end),
      finds: [["more", 2, { octets: 4, length: 1, streamId: 1 }]],
    },
    "more, before the end": {
      frames: (s) => s.client.headers(1, request("5")).data(1, 5).data(1, 2).data(1, 2).data(1, 1, end),
      finds: [["more", 3, { octets: 7, length: 5, streamId: 1 }]],
    },
    "less, with DATA": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, response("5"))
          .data(1, 2)
          .data(1, 1, { ...end, padding: 2 }),
      finds: [["less", 4, { side: "server", octets: 3, length: 5, streamId: 1 }]],
    },
    "less, with trailers": {
      frames: (s) => s.client.headers(1, end).server.headers(1, response("5")).data(1, 2).trailers(1),
      finds: [["less", 4, { side: "server", octets: 2, length: 5, streamId: 1 }]],
    },
    "nothing, a request": {
      frames: (s) => s.client.headers(1, { ...end, ...request("5") }),
      finds: [["less", 1, { side: "client", octets: 0, length: 5, streamId: 1 }]],
    },
    "nothing, a response": {
      frames: answer("GET", "5"),
      finds: [["less", 2, { side: "server", octets: 0, length: 5, streamId: 1 }]],
    },
    "4xx to CONNECT": {
      frames: (s) =>
        s.client
          .headers(1, { fields: { ":method": "CONNECT", ":authority": "h2.test:443" } })
          .server.headers(1, { ...response("5", "403") })
          .data(1, 9, end),
      finds: [["more", 3, { octets: 9, length: 5, streamId: 1 }]],
    },
    "on a promised stream": {
      frames: (s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(2, response("5")).data(2, 4, end),
      finds: [["less", 4, { side: "server", octets: 4, length: 5, streamId: 2 }]],
    },
    "in the midst of a connection": {
      frames: (s) => answer("GET", "5")(s.midway()),
      finds: [["less", 2, { side: "server", octets: 0, length: 5, streamId: 1 }]],
      because: ["borders", "body"],
    },
    "one byte, of which there is none": {
      frames: (s) => s.client.headers(1, { ...end, ...request("1") }),
      finds: [["less", 1, { side: "client", octets: 0, length: 1, streamId: 1 }]],
    },
  },
});

testRule(contentLengthInvalid, {
  valid: {
    0: (s) => s.client.headers(1, { ...end, ...request("0") }),
    "leading zeros": (s) => s.client.headers(1, request("005")).data(1, 5, end),
    "equal values": (s) => s.client.headers(1, end).server.headers(1, twice("5", "05")).data(1, 5, end),
    "a list of equal values": (s) => s.client.headers(1, request("5,5")).data(1, 5, end),
    "in trailers: headers/trailers-forbidden-field": (s) => s.client.headers(1).trailers(1, { "content-length": "x" }),
  },
  invalid: {
    "no number": {
      frames: (s) => s.client.headers(1, request("five")),
      finds: [["value", 1, { side: "client", values: '"five"', streamId: 1 }]],
    },
    "a sign": {
      frames: (s) => s.client.headers(1, request("+5")),
      finds: [["value", 1, { side: "client", values: '"+5"', streamId: 1 }]],
    },
    empty: {
      frames: (s) => s.client.headers(1, request("")),
      finds: [["value", 1, { side: "client", values: '""', streamId: 1 }]],
    },
    different: {
      frames: (s) => s.client.headers(1, end).server.headers(1, twice("5", "6")),
      finds: [["value", 2, { side: "server", values: '"5" and "6"', streamId: 1 }]],
    },
    "a list of different ones": {
      frames: (s) => s.client.headers(1, request("5, 6")),
      finds: [["value", 1, { side: "client", values: '"5, 6"', streamId: 1 }]],
    },
    "in a promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2, request("x", "GET")),
      finds: [["value", 2, { side: "server", values: '"x"', streamId: 1 }]],
    },
    "before all else, and five times": {
      frames: (s) =>
        s.client.headers(1, {
          fields: [
            ...["1", "2", "3", "4", "5"].map((length) => ["content-length", length] as const),
            ...Object.entries(getRequest),
          ],
        }),
      finds: [["value", 1, { side: "client", values: '"1" and "2" and "3" and "4"', streamId: 1 }]],
    },
  },
});

testRule(contentLengthRepeated, {
  valid: {
    once: (s) => s.client.headers(1, end).server.headers(1, response("5")).data(1, 5, end),
    "different ones: headers/content-length-invalid": (s) => s.client.headers(1, end).server.headers(1, twice("5", "6")),
    "another field twice": (s) =>
      s.client.headers(1, { ...end, fields: [...Object.entries(getRequest), ["x-a", "1"], ["x-a", "1"]] }),
    "leading zeros, once": (s) => s.client.headers(1, request("005")).data(1, 5, end),
    "in trailers": (s) =>
      s.client.headers(1).headers(1, {
        ...end,
        fields: [
          ["content-length", "5"],
          ["content-length", "5"],
        ],
      }),
    "once, and another field twice": (s) =>
      s.client
        .headers(1, {
          fields: [...Object.entries(getRequest), ["content-length", "5"], ["host", "h2.test"], ["host", "h2.test"]],
        })
        .data(1, 5, end),
  },
  invalid: {
    "the same twice": {
      frames: (s) => s.client.headers(1, end).server.headers(1, { ...end, ...twice("0", "0") }),
      finds: [["repeated", 2, { side: "server", length: 0, count: 2, streamId: 1 }]],
    },
    "a list": {
      frames: (s) => s.client.headers(1, end).server.headers(1, response("5, 5")).data(1, 5, end),
      finds: [["repeated", 2, { side: "server", length: 5, count: 2, streamId: 1 }]],
    },
    "before all else": {
      frames: (s) =>
        s.client.headers(1, {
          fields: [["content-length", "5"], ...Object.entries(getRequest), ["content-length", "5"]],
        }),
      finds: [["repeated", 1, { side: "client", length: 5, count: 2, streamId: 1 }]],
    },
  },
});
