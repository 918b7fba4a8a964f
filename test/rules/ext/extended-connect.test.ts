import {
  connectProtocolMissingPseudo,
  connectProtocolNotEnabled,
  protocolWithoutConnect,
} from "../../../src/rules/ext/extended-connect.ts";
import { type Fields, getRequest, type Script, type Story, testRule } from "../../../src/testing.ts";

const ENABLE_CONNECT_PROTOCOL = 8;
const extended = { ...getRequest, ":method": "CONNECT", ":protocol": "websocket" };
const asks = { fields: extended };
const enabled = (s: Script) => s.settings({ server: [[ENABLE_CONNECT_PROTOCOL, 1]] });
const request =
  (fields: Fields): Story =>
  (s) =>
    enabled(s).client.headers(1, { fields });
const without = (name: string): Fields => Object.entries(extended).filter(([one]) => one !== name);

testRule(connectProtocolNotEnabled, {
  valid: {
    "in the server's first SETTINGS": request(extended),
    "later, and not acknowledged yet": (s) => s.server.settings([[ENABLE_CONNECT_PROTOCOL, 1]]).client.headers(1, asks),
    "plain CONNECT": (s) => s.client.headers(1, { fields: { ":method": "CONNECT", ":authority": "h2.test:443" } }),
    "SETTINGS of the server may be missing": {
      frames: (s) =>
        s.server
          .lost((server) => server.settings([[ENABLE_CONNECT_PROTOCOL, 1]]))
          .ping()
          .client.headers(1, asks),
      unchecked: { "ext/connect-protocol-not-enabled start2": 1 },
    },
    "mid-connection": {
      frames: (s) => s.midway().server.ping().client.headers(7, asks),
      unchecked: { "ext/connect-protocol-not-enabled start2": 1 },
    },
    "in trailers: ext/protocol-without-connect": (s) => s.client.headers(1).trailers(1, { ":protocol": "websocket" }),
  },
  invalid: {
    "never announced": {
      frames: (s) => s.client.headers(1, asks),
      finds: [["early", 1, { protocol: "websocket", streamId: 1 }]],
    },
    "announced as 0": {
      frames: (s) => s.settings({ server: [[ENABLE_CONNECT_PROTOCOL, 0]] }).client.headers(1, asks),
      finds: [["early", 1, { protocol: "websocket", streamId: 1 }]],
    },
    "announced by the client": {
      frames: (s) => s.settings({ client: [[ENABLE_CONNECT_PROTOCOL, 1]] }).client.headers(1, asks),
      finds: [["early", 1, { protocol: "websocket", streamId: 1 }]],
    },
    "under way": {
      frames: (s) =>
        s.server
          .settings([[ENABLE_CONNECT_PROTOCOL, 1]])
          .client.crossing()
          .headers(1, asks),
      finds: [["early", 2, { protocol: "websocket", streamId: 1 }]],
    },
  },
});

testRule(protocolWithoutConnect, {
  valid: {
    CONNECT: request(extended),
    "no :method: headers/missing-method": request(without(":method")),
    "the answer": (s) => enabled(s).client.headers(1, asks).server.headers(1),
  },
  invalid: {
    GET: { frames: request({ ...extended, ":method": "GET" }), finds: [["method", 1, { method: "GET", streamId: 1 }]] },
    "in a response": {
      frames: (s) =>
        enabled(s)
          .client.headers(1, asks)
          .server.headers(1, { fields: { ":status": "200", ":protocol": "websocket" } }),
      finds: [["other", 2, { side: "server", streamId: 1 }]],
    },
    "in trailers": {
      frames: (s) => s.client.headers(1).trailers(1, { ":protocol": "websocket" }),
      finds: [["other", 2, { side: "client", streamId: 1 }]],
    },
    "in a promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2, { fields: { ...getRequest, ":protocol": "websocket" } }),
      finds: [["method", 2, { method: "GET", streamId: 1 }]],
    },
  },
});

testRule(connectProtocolMissingPseudo, {
  valid: {
    all: request(extended),
    "plain CONNECT": request({ ":method": "CONNECT", ":authority": "h2.test:443" }),
    "in trailers: ext/protocol-without-connect": (s) =>
      s.client.headers(1).trailers(1, { ":method": "CONNECT", ":protocol": "websocket" }),
    "GET: ext/protocol-without-connect": request({ ":method": "GET", ":scheme": "http", ":protocol": "websocket" }),
  },
  invalid: {
    ":scheme": {
      frames: request(without(":scheme")),
      finds: [["missing", 1, { protocol: "websocket", name: ":scheme", streamId: 1 }]],
    },
    ":path": {
      frames: request(without(":path")),
      finds: [["missing", 1, { protocol: "websocket", name: ":path", streamId: 1 }]],
    },
    ":authority": {
      frames: request(without(":authority")),
      finds: [["missing", 1, { protocol: "websocket", name: ":authority", streamId: 1 }]],
    },
  },
});
