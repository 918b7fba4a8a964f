import {
  badStatus,
  contentLengthForbidden,
  contentOnNoContent,
  dataBeforeHeaders,
  interimEndStream,
  missingStatus,
  status101,
} from "../../../src/rules/headers/response.ts";
import { type Fields, getRequest, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const response =
  (fields: Fields): Story =>
  (s) =>
    s.client.headers(1, end).server.headers(1, { ...end, fields });
const status = (text: string) => ({ fields: { ":status": text } });
const head = { ...end, fields: { ...getRequest, ":method": "HEAD" } } as const;

testRule(missingStatus, {
  valid: {
    trailers: (s) => s.client.headers(1, end).server.headers(1).trailers(1),
    "the response may be lost, and these its trailers": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.lost((server) => server.headers(1))
          .trailers(1),
      unchecked: { "headers/missing-status no-gap": 1 },
    },
    "the response could not be decoded, and these are its trailers": {
      frames: (s) => s.client.headers(1, end).server.headers(1, { block: "\x80" }).trailers(1),
      unchecked: { "headers/missing-status no-gap": 1 },
    },
    "trailers mid-connection": (s) => s.midway().server.ping().data(1).trailers(1),
    "it may be among what is not known": (s) =>
      s.client
        .headers(1, end)
        .headers(3, end)
        .server.lost((server) => server.headers(1))
        .headers(3, { block: "\xbe" }),
  },
  invalid: {
    "other fields": { frames: response({ server: "x" }), finds: [["missing", 2, { streamId: 1 }]] },
    "no field": { frames: response({}), finds: [["missing", 2, { streamId: 1 }]] },
    "after an interim one": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, status("103"))
          .headers(1, { fields: { server: "x" } }),
      finds: [["missing", 3, { streamId: 1 }]],
    },
    "of a promised stream": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.pushPromise(1, 2)
          .headers(2, { fields: { server: "x" } }),
      finds: [["missing", 3, { streamId: 2 }]],
    },
  },
});

testRule(badStatus, {
  valid: {
    100: (s) => s.client.headers(1, end).server.headers(1, status("100")).headers(1, end),
    599: response({ ":status": "599" }),
  },
  invalid: {
    "two digits": { frames: response({ ":status": "20" }), finds: [["status", 2, { status: "20", streamId: 1 }]] },
    "a reason": { frames: response({ ":status": "200 OK" }), finds: [["status", 2, { status: "200 OK", streamId: 1 }]] },
    99: { frames: response({ ":status": "099" }), finds: [["status", 2, { status: "099", streamId: 1 }]] },
    600: { frames: response({ ":status": "600" }), finds: [["status", 2, { status: "600", streamId: 1 }]] },
    empty: { frames: response({ ":status": "" }), finds: [["status", 2, { status: "", streamId: 1 }]] },
  },
});

testRule(contentOnNoContent, {
  valid: {
    "empty DATA": (s) => s.client.headers(1, head).server.headers(1).data(1, 0, end),
    "padding is no content": (s) =>
      s.client
        .headers(1, head)
        .server.headers(1)
        .data(1, 0, { ...end, padding: 3 }),
    205: (s) => s.client.headers(1, end).server.headers(1, status("205")).data(1, 1, end),
    "the request is not known": (s) =>
      s.client
        .lost((client) => client.headers(1, head))
        .server.headers(1)
        .data(1, 1, end),
    "DATA of the client": (s) => s.client.headers(1).server.headers(1, status("204")).client.data(1, 1, end),
  },
  invalid: {
    HEAD: {
      frames: (s) => s.client.headers(1, head).server.headers(1).data(1, 5).data(1, 2, end),
      finds: [["head", 3, { length: 5, streamId: 1 }, { count: 2 }]],
    },
    204: {
      frames: (s) => s.client.headers(1, end).server.headers(1, status("204")).data(1, 5, end),
      finds: [["status", 3, { length: 5, streamId: 1, status: 204 }]],
    },
    304: {
      frames: (s) => s.client.headers(1, end).server.headers(1, status("304")).data(1, 1, end),
      finds: [["status", 3, { length: 1, streamId: 1, status: 304 }]],
    },
  },
});

testRule(interimEndStream, {
  valid: {
    "the final one ends it": (s) => s.client.headers(1, end).server.headers(1, status("103")).headers(1, end),
    "headers/interim-after-final": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1)
        .headers(1, { ...end, ...status("103") }),
  },
  invalid: {
    103: { frames: response({ ":status": "103" }), finds: [["end", 2, { status: "103", streamId: 1 }]] },
    "the second of them": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, status("100"))
          .headers(1, { ...end, ...status("199") }),
      finds: [["end", 3, { status: "199", streamId: 1 }]],
    },
  },
});

testRule(status101, {
  valid: { 102: (s) => s.client.headers(1, end).server.headers(1, status("102")).headers(1, end) },
  invalid: {
    101: {
      frames: (s) => s.client.headers(1).server.headers(1, status("101")).data(1),
      finds: [["switching", 2, { streamId: 1 }]],
    },
  },
});

testRule(dataBeforeHeaders, {
  valid: {
    after: (s) => s.client.headers(1, end).server.headers(1).data(1, 1, end),
    "the HEADERS may be lost": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.lost((server) => server.headers(1))
          .ping()
          .data(1)
          .data(1, 1, end),
      unchecked: { "headers/data-before-headers no-gap": 2, "flow/* settings": 1 },
    },
    "the HEADERS could not be decoded": {
      frames: (s) => s.client.headers(1, end).server.headers(1, { block: "\x80" }).data(1),
      unchecked: { "headers/data-before-headers no-gap": 1 },
    },
    "the HEADERS had no effect, being too large": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, { fields: { ":status": "200", "x-a": "b".repeat(16_384) } })
          .data(1),
      unchecked: { "headers/data-before-headers no-gap": 1 },
    },
    "mid-connection": (s) => s.midway().client.ping().server.data(1),
    "DATA of the client": (s) => s.client.headers(1).data(1),
  },
  invalid: {
    "no HEADERS": {
      frames: (s) => s.client.headers(1, end).server.data(1, 7).headers(1).data(1),
      finds: [["data", 2, { length: 7, streamId: 1 }]],
    },
    "an interim response only": {
      frames: (s) => s.client.headers(1).server.headers(1, status("100")).data(1, 7),
      finds: [["data", 3, { length: 7, streamId: 1 }]],
    },
  },
});

const length = (code: string, octets = "0"): Fields => ({ ":status": code, "content-length": octets });

testRule(contentLengthForbidden, {
  valid: {
    "with 200": response(length("200")),
    "with 205": response(length("205")),
    "with what is no status: headers/status-value": response(length("2x4")),
    "with a status below all there are": response(length("099")),
    "with 304: what a 200 would have": response(length("304", "7")),
    "204 without it": response({ ":status": "204" }),
    "to HEAD": (s) => s.client.headers(1, head).server.headers(1, { ...end, fields: length("200", "7") }),
  },
  invalid: {
    "with 204": { frames: response(length("204")), finds: [["length", 2, { streamId: 1, status: 204, length: "0" }]] },
    "with 100": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, { fields: length("100", "5") })
          .headers(1, end),
      finds: [["length", 2, { streamId: 1, status: 100, length: "5" }]],
    },
  },
});
