import {
  websocketAbnormalClose,
  websocketBadScheme,
  websocketForbiddenFields,
  websocketKeyFields,
} from "../../../src/rules/ext/websocket.ts";
import { type Fields, getRequest, type Script, type Speaker, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const extended = { ...getRequest, ":method": "CONNECT", ":protocol": "websocket" };
const enabled = (s: Script) => s.settings({ server: [[8, 1]] });
const request =
  (fields: Fields): Story =>
  (s) =>
    enabled(s).client.headers(1, { fields });
const open = (s: Script): Speaker => enabled(s).client.headers(1, { fields: extended }).server.headers(1).data(1);
const byHost = Object.entries(extended).filter(([name]) => name !== ":authority");

testRule(websocketForbiddenFields, {
  valid: {
    "host beside :authority": request({ ...extended, host: "h2.test" }),
    "another protocol": request({ ...extended, ":protocol": "connect-udp", upgrade: "x" }),
    "no CONNECT: headers/connection-specific": request({ ...getRequest, upgrade: "websocket" }),
  },
  invalid: {
    upgrade: { frames: request({ ...extended, upgrade: "websocket" }), finds: [["field", 1, { name: "upgrade", streamId: 1 }]] },
    "connection, the protocol in capitals": {
      frames: request({ ...extended, ":protocol": "WebSocket", connection: "Upgrade" }),
      finds: [["field", 1, { name: "connection", streamId: 1 }]],
    },
    "host in place of :authority": {
      frames: request([...byHost, ["host", "h2.test"]]),
      finds: [["field", 1, { name: "host", streamId: 1 }]],
    },
    "before all else": {
      frames: request([["upgrade", "websocket"], ...Object.entries(extended)]),
      finds: [["field", 1, { name: "upgrade", streamId: 1 }]],
    },
  },
});

testRule(websocketKeyFields, {
  valid: {
    "the fields that count": request({ ...extended, "sec-websocket-version": "13", "sec-websocket-protocol": "chat" }),
    "no WebSocket": (s) =>
      s.client
        .headers(1, { fields: { ...getRequest, "sec-websocket-key": "x" } })
        .server.headers(1, { fields: { ":status": "200", "sec-websocket-accept": "y" } }),
    "an answer to no WebSocket": (s) =>
      enabled(s)
        .client.headers(1, { fields: { ...extended, ":protocol": "connect-udp", "sec-websocket-key": "x" } })
        .server.headers(1, { fields: { ":status": "200", "sec-websocket-accept": "x" } }),
  },
  invalid: {
    "of the client, on two streams": {
      frames: (s) =>
        enabled(s)
          .client.headers(1, { fields: { ...extended, "sec-websocket-key": "x" } })
          .headers(3, { fields: { ...extended, "sec-websocket-key": "y" } }),
      finds: [["field", 1, { side: "client", name: "sec-websocket-key", streamId: 1 }, { count: 2 }]],
    },
    "of the server": {
      frames: (s) =>
        enabled(s)
          .client.headers(1, { fields: extended })
          .server.headers(1, { fields: { ":status": "200", "sec-websocket-accept": "x" } }),
      finds: [["field", 2, { side: "server", name: "sec-websocket-accept", streamId: 1 }]],
    },
  },
});

testRule(websocketBadScheme, {
  valid: {
    https: request({ ...extended, ":scheme": "https" }),
    "no WebSocket": request({ ...getRequest, ":scheme": "ws" }),
    "none: ext/connect-protocol-missing-pseudo": request(Object.entries(extended).filter(([name]) => name !== ":scheme")),
    "another protocol": request({ ...extended, ":protocol": "connect-udp", ":scheme": "ws" }),
  },
  invalid: {
    wss: { frames: request({ ...extended, ":scheme": "wss" }), finds: [["scheme", 1, { scheme: "wss", streamId: 1 }]] },
    ws: { frames: request({ ...extended, ":scheme": "ws" }), finds: [["scheme", 1, { scheme: "ws", streamId: 1 }]] },
  },
});

testRule(websocketAbnormalClose, {
  valid: {
    CANCEL: (s) => open(s).client.rst(1),
    "END_STREAM of both": (s) => open(s).data(1, 1, end).client.data(1, 1, end),
    "a refusal": (s) =>
      enabled(s)
        .client.headers(1, { fields: extended })
        .server.headers(1, { fields: { ":status": "403" } })
        .rst(1, 0),
    "after END_STREAM": (s) => open(s).data(1, 1, end).rst(1, 0),
    "a second reset, crossing": (s) => open(s).rst(1).client.crossing().rst(1, 5),
    "no WebSocket": (s) => s.client.headers(1).server.headers(1).client.rst(1, 2),
    "another protocol": (s) =>
      enabled(s)
        .client.headers(1, { fields: { ...extended, ":protocol": "connect-udp" } })
        .server.headers(1)
        .rst(1, 2),
    "a redirection": (s) =>
      enabled(s)
        .client.headers(1, { fields: extended })
        .server.headers(1, { fields: { ":status": "300" } })
        .rst(1, 2),
    "a stream that is not known": (s) => open(s).client.rst(99, 2),
    "a RST_STREAM of a wrong length": (s) => open(s).client.frame({ type: 3, streamId: 1, payload: "\0\0\x02" }),
  },
  invalid: {
    "of the server": {
      frames: (s) => open(s).rst(1, 2),
      finds: [["reset", 4, { side: "server", streamId: 1, code: "INTERNAL_ERROR" }]],
    },
    "of the client": {
      frames: (s) => open(s).client.rst(1, 0),
      finds: [["reset", 4, { side: "client", streamId: 1, code: "NO_ERROR" }]],
    },
    "opened with 299": {
      frames: (s) =>
        enabled(s)
          .client.headers(1, { fields: extended })
          .server.headers(1, { fields: { ":status": "299" } })
          .rst(1, 2),
      finds: [["reset", 3, { side: "server", streamId: 1, code: "INTERNAL_ERROR" }]],
    },
  },
});
