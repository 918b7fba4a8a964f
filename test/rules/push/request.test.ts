import { expect, it } from "vitest";
import {
  incompleteRequest,
  notAuthoritative,
  promisedNeverUsed,
  requestedAgain,
  requestWithContent,
  unsafeMethod,
} from "../../../src/rules/push/request.ts";
import { type Fields, getRequest, play, type Script, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const promise = (s: Script, fields: Fields) => s.client.headers(1, end).server.pushPromise(1, 2, { fields });
// RFC 7541 6.1: an entry of the dynamic table that went before the capture.
const LOST_ENTRY = "\xbe";

const { ":method": _method, ...withoutMethod } = getRequest;
const { ":path": _path, ...withoutPath } = getRequest;
const { ":authority": _authority, ...withoutAuthority } = getRequest;

testRule(unsafeMethod, {
  valid: {
    GET: (s) => promise(s, getRequest),
    HEAD: (s) => promise(s, { ...getRequest, ":method": "HEAD" }),
    "POST of the client itself": (s) => s.client.headers(1, { fields: { ...getRequest, ":method": "POST" } }),
    "none: push/incomplete-request": (s) => promise(s, withoutMethod),
    "an empty one: push/incomplete-request": (s) => promise(s, { ...getRequest, ":method": "" }),
  },
  invalid: {
    POST: {
      frames: (s) => promise(s, { ...getRequest, ":method": "POST" }),
      finds: [["unsafe", 2, { promisedStreamId: 2, method: "POST" }]],
    },
    "OPTIONS, which cannot be cached": {
      frames: (s) => promise(s, { ...getRequest, ":method": "OPTIONS" }),
      finds: [["unknown", 2, { promisedStreamId: 2, method: "OPTIONS" }, { severity: "info" }]],
    },
    "one that nobody knows": {
      frames: (s) => promise(s, { ...getRequest, ":method": "get" }),
      finds: [["unknown", 2, { promisedStreamId: 2, method: "get" }, { severity: "info" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => promise(s.holes(), { ...getRequest, ":method": "POST" }),
      finds: [["unsafe", 2, { promisedStreamId: 2, method: "POST" }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(requestWithContent, {
  valid: {
    none: (s) => promise(s, { ...getRequest, "content-length": "0" }),
    "in the response": (s) => promise(s, getRequest).headers(2, { fields: { ":status": "200", "content-length": "7" } }),
    "no number: headers/content-length-invalid": (s) => promise(s, { ...getRequest, "content-length": "x" }),
  },
  invalid: {
    some: {
      frames: (s) => promise(s, { ...getRequest, "content-length": "7" }),
      finds: [["content", 2, { promisedStreamId: 2, length: "7" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => promise(s.holes(), { ...getRequest, "content-length": "7" }),
      finds: [["content", 2, { promisedStreamId: 2, length: "7" }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(incompleteRequest, {
  valid: {
    whole: (s) => promise(s, { ...getRequest, accept: "*/*" }),
    "without :authority": (s) => promise(s, withoutAuthority),
    "not readable": (s) => s.midway().client.headers(1, end).server.pushPromise(1, 2, { block: LOST_ENTRY }),
    "a request of the client without a path: headers/": (s) => s.client.headers(1, { ...end, fields: withoutPath }),
    "the path may be what is not known": (s) => promise(s.holes(), withoutPath),
  },
  invalid: {
    "no path": { frames: (s) => promise(s, withoutPath), finds: [["missing", 2, { promisedStreamId: 2, name: ":path" }]] },
    "only regular fields": {
      frames: (s) => promise(s, { accept: "*/*" }),
      finds: [["missing", 2, { promisedStreamId: 2, name: ":method" }]],
    },
    "an empty path": {
      frames: (s) => promise(s, { ...getRequest, ":path": "" }),
      finds: [["missing", 2, { promisedStreamId: 2, name: ":path" }]],
    },
    "an uppercase name": {
      frames: (s) => promise(s, { ...getRequest, Accept: "*/*" }),
      finds: [["malformed", 2, { promisedStreamId: 2, what: "an uppercase field name" }]],
    },
    "a :status": {
      frames: (s) => promise(s, { ...getRequest, ":status": "200" }),
      finds: [["malformed", 2, { promisedStreamId: 2, what: "a :status" }]],
    },
  },
});

testRule(notAuthoritative, {
  valid: {
    "with :authority": (s) => promise(s, getRequest),
    "a request of the client without it": (s) => s.client.headers(1, { fields: withoutAuthority }),
    "it may be what is not known": (s) => promise(s.holes(), withoutAuthority),
  },
  invalid: {
    "without :authority": { frames: (s) => promise(s, withoutAuthority), finds: [["absent", 2, { promisedStreamId: 2 }]] },
    "an empty one": {
      frames: (s) => promise(s, { ...getRequest, ":authority": "" }),
      finds: [["absent", 2, { promisedStreamId: 2 }]],
    },
  },
});

testRule(promisedNeverUsed, {
  valid: {
    answered: (s) => promise(s, getRequest).headers(2).wait(40_000).data(2, 1, end),
    "reset by the client": (s) => promise(s, getRequest).client.rst(2).wait(40_000).server.ping(),
    "the server says nothing any more": (s) => promise(s, getRequest).wait(40_000).client.ping(),
    "for a while": (s) => promise(s, getRequest).wait(20_000).ping(),
    "a moment less": (s) => promise(s, getRequest).wait(29_998).ping(),
    "for a while, in a long connection": (s) =>
      promise(s.client.wait(20_000).ping() && s, getRequest)
        .wait(20_000)
        .ping(),
  },
  invalid: {
    "for 31 s": {
      frames: (s) => promise(s, getRequest).wait(31_000).ping(),
      finds: [["unused", 2, { promisedStreamId: 2, seconds: 31 }]],
    },
    "by the user's measure": {
      frames: (s) => promise(s, getRequest).wait(2_000).ping(),
      options: { wait: 1_000 },
      finds: [["unused", 2, { promisedStreamId: 2, seconds: 2 }]],
    },
    "the response may be lost": {
      frames: (s) =>
        promise(s, getRequest)
          .lost((server) => server.headers(2))
          .wait(31_000)
          .ping()
          .client.ping(),
      finds: [["unused", 2, { promisedStreamId: 2, seconds: 31 }]],
      because: ["borders", "no-gap2"],
    },
    "for 30 s": {
      frames: (s) => promise(s, getRequest).wait(29_999).ping(),
      finds: [["unused", 2, { promisedStreamId: 2, seconds: 30 }]],
    },
  },
});

const style = { ...getRequest, ":path": "/style.css" } as const;

// 101 promises, with the paths /2, /4 and so on.
const promises = (s: Script) =>
  s.client.headers(1, end).server.together((server) => {
    for (let id = 2; id <= 202; id += 2) server.pushPromise(1, id, { fields: { ...getRequest, ":path": `/${id}` } });
  });

testRule(requestedAgain, {
  valid: {
    "another path": (s) => promise(s, style).client.headers(3, end),
    "promised before the last hundred": (s) =>
      promises(s).client.headers(3, { ...end, fields: { ...getRequest, ":path": "/2" } }),
    "in trailers": (s) => s.client.headers(1).server.pushPromise(1, 2, { fields: style }).client.trailers(1, style),
    "the promise is under way": (s) => promise(s, style).client.crossing().headers(3, { fields: style }),
    "another method": (s) => promise(s, style).client.headers(3, { fields: { ...style, ":method": "HEAD" } }),
    "another authority": (s) => promise(s, style).client.headers(3, { fields: { ...style, ":authority": "other.test" } }),
    "when it was answered": (s) => promise(s, style).headers(2, end).client.headers(3, { fields: style }),
    "when the client had reset it": (s) => promise(s, style).client.rst(2).headers(3, { fields: style }),
  },
  invalid: {
    "while it is open": {
      frames: (s) => promise(s, style).headers(2).client.headers(3, { fields: style }),
      finds: [["again", 4, { path: "/style.css", promisedStreamId: 2 }]],
    },
    "among the last hundred": {
      frames: (s) => promises(s).client.headers(3, { ...end, fields: { ...getRequest, ":path": "/4" } }),
      finds: [["again", 103, { path: "/4", promisedStreamId: 4 }]],
    },
    "after many other frames": {
      frames: (s) => {
        promise(s, style).together((server) => {
          for (let i = 0; i < 101; i++) server.ping();
        });
        s.client.headers(3, { fields: style });
      },
      finds: [["again", 104, { path: "/style.css", promisedStreamId: 2 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => promise(s.holes(), style).client.headers(3, { fields: style }),
      finds: [["again", 3, { path: "/style.css", promisedStreamId: 2 }]],
      because: ["borders", "hpack"],
    },
  },
});

it("push/requested-again names the promise", () => {
  const { findings } = play((s) => promise(s, style).client.headers(3, { fields: style }), { rules: [requestedAgain] });
  expect(findings.map(({ related }) => related.map(({ frame }) => [frame.kind, frame.streamId]))).toEqual([
    [["push-promise", 1]],
  ]);
});
