import {
  connectionSpecific,
  http2SettingsField,
  teNotTrailers,
  teSpelling,
} from "../../../src/rules/headers/connection-fields.ts";
import { type Fields, getRequest, okResponse, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const request =
  (more: Fields): Story =>
  (s) =>
    s.client.headers(1, { ...end, fields: [...Object.entries(getRequest), ...Object.entries(more)] });
const response =
  (more: Fields): Story =>
  (s) =>
    s.client.headers(1, end).server.headers(1, { ...end, fields: { ...okResponse, ...more } });

testRule(connectionSpecific, {
  valid: {
    "te: trailers": request({ te: "trailers" }),
    "names that only look like it": request({ "x-connection": "close", upgraded: "1" }),
  },
  invalid: {
    ...Object.fromEntries(
      ["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"].map((name) => [
        name,
        {
          frames: request({ [name]: "x" }),
          finds: [["field", 1, { side: "client", name, value: "x", streamId: 1 }]] as const,
        },
      ]),
    ),
    "of the server": {
      frames: response({ connection: "keep-alive" }),
      finds: [["field", 2, { side: "server", name: "connection", value: "keep-alive", streamId: 1 }]],
    },
    "in trailers": {
      frames: (s) => s.client.headers(1, end).server.headers(1).trailers(1, { "transfer-encoding": "chunked" }),
      finds: [["field", 3, { side: "server", name: "transfer-encoding", value: "chunked", streamId: 1 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => response({ connection: "keep-alive" })(s.holes()),
      finds: [["field", 2, { side: "server", name: "connection", value: "keep-alive", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(teNotTrailers, {
  valid: {
    trailers: request({ te: "trailers" }),
    "in capitals, twice": request({ te: "Trailers , trailers" }),
    empty: request({ te: "" }),
    "in a promise": (s) => s.client.headers(1).server.pushPromise(1, 2, { fields: { ...getRequest, te: "trailers" } }),
  },
  invalid: {
    "another coding": {
      frames: request({ te: "trailers, deflate;q=0.5" }),
      finds: [["value", 1, { value: "trailers, deflate;q=0.5", streamId: 1 }]],
    },
    "without a comma": {
      frames: request({ te: "trailersgzip" }),
      finds: [["value", 1, { value: "trailersgzip", streamId: 1 }]],
    },
    "in a second field": {
      frames: (s) => s.client.headers(1, { fields: [...Object.entries(getRequest), ["te", "trailers"], ["te", "gzip"]] }),
      finds: [["value", 1, { value: "gzip", streamId: 1 }]],
    },
    "of the server": { frames: response({ te: "trailers" }), finds: [["response", 2, { value: "trailers", streamId: 1 }]] },
    "bytes are missing, and fields": {
      frames: (s) => request({ te: "trailers, deflate;q=0.5" })(s.holes()),
      finds: [["value", 1, { value: "trailers, deflate;q=0.5", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
    "before all else": {
      frames: (s) => s.client.headers(1, { ...end, fields: [["te", "gzip"], ...Object.entries(getRequest)] }),
      finds: [["value", 1, { value: "gzip", streamId: 1 }]],
    },
  },
});

testRule(http2SettingsField, {
  valid: { "another name": request({ "http2-setting": "AAMAAABk" }) },
  invalid: {
    "of the client": {
      frames: request({ "http2-settings": "AAMAAABk" }),
      finds: [["field", 1, { side: "client", streamId: 1 }]],
    },
    "of the server": { frames: response({ "http2-settings": "" }), finds: [["field", 2, { side: "server", streamId: 1 }]] },
    "bytes are missing, and fields": {
      frames: (s) => request({ "http2-settings": "AAMAAABk" })(s.holes()),
      finds: [["field", 1, { side: "client", streamId: 1 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(teSpelling, {
  valid: {
    "te: trailers": request({ te: "trailers" }),
    "another value: headers/te-not-trailers": request({ te: "gzip" }),
    "no te": request({}),
    "in a response: headers/te-not-trailers": response({ te: "Trailers" }),
    "the words in another field": (s) =>
      s.client.headers(1, { ...end, fields: [...Object.entries(getRequest), ["te", "gzip"], ["x-te", "Trailers"]] }),
  },
  invalid: {
    "in another case": { frames: request({ te: "Trailers" }), finds: [["value", 1, { value: "Trailers", streamId: 1 }]] },
    twice: { frames: request({ te: "trailers, trailers" }), finds: [["value", 1, { value: "trailers, trailers", streamId: 1 }]] },
    "before all else, beside one that is right": {
      frames: (s) =>
        s.client.headers(1, { ...end, fields: [["te", "Trailers"], ["te", "trailers"], ...Object.entries(getRequest)] }),
      finds: [["value", 1, { value: "Trailers", streamId: 1 }]],
    },
    "behind one that is right": {
      frames: (s) =>
        s.client.headers(1, { ...end, fields: [...Object.entries(getRequest), ["te", "trailers"], ["te", "TRAILERS"]] }),
      finds: [["value", 1, { value: "TRAILERS", streamId: 1 }]],
    },
  },
});
