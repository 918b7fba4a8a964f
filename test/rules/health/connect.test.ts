import { connectRefused } from "../../../src/rules/health/connect.ts";
import { getRequest, type Script, testRule } from "../../../src/testing.ts";

const ENABLE_CONNECT_PROTOCOL = 8;
const PROTOCOL_ERROR = 1;
const REFUSED_STREAM = 7;
const asks = { fields: { ...getRequest, ":method": "CONNECT", ":protocol": "websocket" } };
const connect = (s: Script) => s.settings({ server: [[ENABLE_CONNECT_PROTOCOL, 1]] }).client.headers(1, asks);
const status = (code: string) => ({ fields: { ":status": code } });

testRule(connectRefused, {
  valid: {
    taken: (s) => connect(s).server.headers(1),
    "the resource is refused, not the method": (s) => connect(s).server.headers(1, status("403")),
    "not announced: ext/connect-protocol-not-enabled": (s) => s.client.headers(1, asks).server.headers(1, status("400")),
    "announced too late": (s) =>
      s.client
        .headers(1, asks)
        .server.settings([[ENABLE_CONNECT_PROTOCOL, 1]])
        .headers(1, status("400")),
    "a plain request": (s) =>
      s
        .settings({ server: [[ENABLE_CONNECT_PROTOCOL, 1]] })
        .client.headers(1)
        .server.headers(1, status("400")),
    "reset after it was taken": (s) => connect(s).server.headers(1).rst(1, PROTOCOL_ERROR),
    "refused for its load": (s) => connect(s).server.rst(1, REFUSED_STREAM),
    "by the client": (s) => connect(s).rst(1, PROTOCOL_ERROR),
    "the server behind it is down": (s) => connect(s).server.headers(1, status("502")),
    "another protocol": (s) =>
      s
        .settings({ server: [[ENABLE_CONNECT_PROTOCOL, 1]] })
        .client.headers(1, { fields: { ...asks.fields, ":protocol": "connect-udp" } })
        .server.headers(1, status("501")),
    "another one was taken": (s) => connect(s).server.headers(1).client.headers(3, asks).server.headers(3, status("501")),
    "announced and acknowledged before the answer, and after the request": (s) =>
      s.client
        .headers(1, asks)
        .server.settings([[ENABLE_CONNECT_PROTOCOL, 1]])
        .client.settingsAck()
        .server.headers(1, status("501")),
    "a plain request is reset": (s) =>
      s
        .settings({ server: [[ENABLE_CONNECT_PROTOCOL, 1]] })
        .client.headers(1)
        .server.rst(1, PROTOCOL_ERROR),
    "another request is reset": (s) => connect(s).headers(3).server.rst(3, PROTOCOL_ERROR),
    "RST_STREAM on a stream that never was": (s) => connect(s).server.rst(5, PROTOCOL_ERROR),
  },
  invalid: {
    "by a status": {
      frames: (s) => connect(s).server.headers(1, status("501")),
      finds: [["status", 2, { streamId: 1, status: 501 }]],
    },
    "by a status that may be about anything in the request": {
      frames: (s) => connect(s).server.headers(1, status("400")),
      finds: [["status", 2, { streamId: 1, status: 400 }, { severity: "info" }]],
    },
    "by RST_STREAM": {
      frames: (s) => connect(s).server.rst(1, PROTOCOL_ERROR),
      finds: [["reset", 2, { streamId: 1, code: "PROTOCOL_ERROR" }]],
    },
    "mid-connection": {
      frames: (s) =>
        s
          .holes()
          .settings({ server: [[ENABLE_CONNECT_PROTOCOL, 1]] })
          .client.headers(1, asks)
          .server.rst(1, PROTOCOL_ERROR),
      finds: [["reset", 2, { streamId: 1, code: "PROTOCOL_ERROR" }]],
      because: ["borders", "settings"],
    },
    "by a status, after an interim response": {
      frames: (s) => connect(s).server.headers(1, status("103")).headers(1, status("501")),
      finds: [["status", 3, { streamId: 1, status: 501 }]],
    },
    "another one was sent elsewhere, which is not to take it": {
      frames: (s) => connect(s).server.headers(1, status("300")).client.headers(3, asks).server.headers(3, status("501")),
      finds: [["status", 4, { streamId: 3, status: 501 }]],
    },
    "by each status that says so, or may": {
      frames: (s) =>
        connect(s)
          .headers(3, asks)
          .headers(5, asks)
          .server.headers(1, status("426"))
          .headers(3, status("505"))
          .headers(5, status("405")),
      finds: [
        ["status", 4, { streamId: 1, status: 426 }],
        ["status", 5, { streamId: 3, status: 505 }],
        ["status", 6, { streamId: 5, status: 405 }, { severity: "info" }],
      ],
    },
  },
});
