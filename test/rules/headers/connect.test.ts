import {
  connectAuthority,
  connectFrameAfterOpen,
  connectResponseLength,
  connectSchemePath,
} from "../../../src/rules/headers/connect.ts";
import { type Fields, getRequest, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const plain = { ":method": "CONNECT", ":authority": "h2.test:443" } as const;
const extended = { ...getRequest, ":method": "CONNECT", ":protocol": "websocket" };
const request =
  (fields: Fields): Story =>
  (s) =>
    s.client.headers(1, { fields });
const connect = { fields: plain };
const sized = { fields: { ":status": "200", "content-length": "5" } };

testRule(connectSchemePath, {
  valid: { plain: request(plain), "with :protocol": request(extended), "another method": request(getRequest) },
  invalid: {
    both: {
      frames: request({ ...plain, ":scheme": "https", ":path": "/" }),
      finds: [["field", 1, { name: ":scheme and :path", streamId: 1 }]],
    },
    ":path": { frames: request({ ...plain, ":path": "" }), finds: [["field", 1, { name: ":path", streamId: 1 }]] },
    ":scheme": { frames: request({ ...plain, ":scheme": "https" }), finds: [["field", 1, { name: ":scheme", streamId: 1 }]] },
  },
});

testRule(connectAuthority, {
  valid: {
    "a name": request(plain),
    IPv6: request({ ...plain, ":authority": "[2001:db8::1]:443" }),
    "with :protocol": request(extended),
  },
  invalid: {
    none: { frames: request({ ":method": "CONNECT" }), finds: [["missing", 1, { streamId: 1 }]] },
    "no port": {
      frames: request({ ...plain, ":authority": "h2.test" }),
      finds: [["port", 1, { authority: "h2.test", streamId: 1 }]],
    },
    "an empty port": {
      frames: request({ ...plain, ":authority": "h2.test:" }),
      finds: [["port", 1, { authority: "h2.test:", streamId: 1 }]],
    },
    "IPv6, no port": {
      frames: request({ ...plain, ":authority": "[2001:db8::1]" }),
      finds: [["port", 1, { authority: "[2001:db8::1]", streamId: 1 }]],
    },
    "no host": {
      frames: request({ ...plain, ":authority": ":443" }),
      finds: [["port", 1, { authority: ":443", streamId: 1 }]],
    },
  },
});

testRule(connectFrameAfterOpen, {
  valid: {
    "DATA and stream management": (s) =>
      s.client.headers(1, connect).server.headers(1).data(1).windowUpdate(1).client.data(1).priority(1).rst(1),
    "trailers before the 2xx": (s) => s.client.headers(1, connect).trailers(1).server.headers(1),
    "the 2xx is under way": (s) => s.client.headers(1, connect).server.headers(1).client.crossing().trailers(1),
    "the 2xx only arrived": (s) => s.client.headers(1, connect).server.headers(1).client.trailers(1),
    "a refusal, with trailers": (s) =>
      s.client
        .headers(1, connect)
        .server.headers(1, { fields: { ":status": "403" } })
        .trailers(1),
    "trailers of another request": (s) => s.client.headers(1, end).server.headers(1).trailers(1),
    "with :protocol": (s) => s.client.headers(1, { fields: extended }).server.headers(1).trailers(1),
  },
  invalid: {
    "trailers of the server": {
      frames: (s) => s.client.headers(1, connect).server.headers(1).data(1).trailers(1),
      finds: [["frame", 4, { side: "server", kind: "HEADERS", streamId: 1, status: 200 }]],
    },
    "trailers of the client, which has processed the 2xx": {
      frames: (s) => s.client.headers(1, connect).server.headers(1).ping().client.pingAck().trailers(1),
      finds: [["frame", 5, { side: "client", kind: "HEADERS", streamId: 1, status: 200 }]],
    },
    "a promise": {
      frames: (s) => s.client.headers(1, connect).server.headers(1).pushPromise(1, 2),
      finds: [["frame", 3, { side: "server", kind: "PUSH_PROMISE", streamId: 1, status: 200 }]],
    },
    "a promise, when bytes are missing": {
      frames: (s) =>
        s.client
          .lost((client) => client.ping())
          .headers(1, connect)
          .server.headers(1)
          .lost((server) => server.ping())
          .pushPromise(1, 2),
      finds: [["frame", 5, { side: "server", kind: "PUSH_PROMISE", streamId: 1, status: 200 }]],
      because: ["borders", "seen"],
    },
  },
});

testRule(connectResponseLength, {
  valid: {
    "a refusal": (s) => s.client.headers(1, connect).server.headers(1, { fields: { ":status": "403", "content-length": "0" } }),
    "another method": (s) => s.client.headers(1, end).server.headers(1, sized),
    "the request is not known": (s) => s.client.lost((client) => client.headers(1, connect)).server.headers(1, sized),
  },
  invalid: {
    200: {
      frames: (s) => s.client.headers(1, connect).server.headers(1, sized),
      finds: [["length", 2, { status: 200, length: "5", streamId: 1 }]],
    },
  },
});
