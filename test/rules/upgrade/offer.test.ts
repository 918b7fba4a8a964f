import {
  h2Token,
  settingsHeaderCount,
  settingsHeaderNotHop,
  settingsInResponse,
  settingsInvalid,
  unanswered,
} from "../../../src/rules/upgrade/offer.ts";
import { h2cRequest, type Script, type Speaker, type Story, switching, testRule } from "../../../src/testing.ts";

const [line, host, connection, upgrade, settings] = h2cRequest;
const ok = ["HTTP/1.1 200 OK", "Content-Length: 2"];
const offer = (...lines: string[]): Story => {
  return (s) => s.bare().client.http1(lines).server.http1(ok, "ok");
};
const taken = (s: Script, lines: readonly string[] = h2cRequest): Speaker =>
  s.bare().client.http1(lines).server.http1(switching).settings().client.preface().settings().settingsAck();

testRule(unanswered, {
  valid: {
    refused: offer(...h2cRequest),
    taken: (s) => taken(s),
    "refused, and closed then": (s) => s.bare().client.http1(h2cRequest).server.http1(ok, "ok").close(),
    "an answer that was cut": (s) => s.bare().client.http1(h2cRequest).server.octets("HTTP/1.1 20").close(),
    "the client closed first": (s) => s.bare().client.http1(h2cRequest).close().server.close(),
    "a close that the offer crossed": (s) => s.bare().client.http1(h2cRequest).server.crossing(1).close(),
    "the end of the capture": (s) => s.bare().client.http1(h2cRequest),
    "an Upgrade to something else": (s) =>
      s.bare().client.http1([line, host, "Connection: Upgrade", "Upgrade: websocket"]).server.close(),
    "of h2, which is none": (s) => s.bare().client.http1([line, host, "Connection: Upgrade", "Upgrade: h2"]).server.close(),
    "no Upgrade": (s) => s.bare().client.http1([line, host]).server.close(),
  },
  invalid: {
    FIN: {
      frames: (s) => s.bare().client.http1(h2cRequest).server.wait(4).close(),
      finds: [["closed", "close", { how: "FIN", ms: 5, line }]],
    },
    "RST, after the content of the request": {
      frames: (s) =>
        s
          .bare()
          .client.http1([...h2cRequest, "Content-Length: 2"], "hi")
          .server.reset(),
      finds: [["closed", "close", { how: "RST", ms: 1, line }]],
    },
    "after an answer to another request": {
      frames: (s) => s.bare().client.http1([line, host]).server.http1(ok, "ok").client.http1(h2cRequest).server.close(),
      finds: [["closed", "close", { how: "FIN", ms: 1, line }]],
    },
  },
});

testRule(settingsHeaderCount, {
  valid: {
    one: (s) => taken(s),
    "one, refused": offer(...h2cRequest),
    "no h2c in Upgrade": offer(line, host, "Connection: Upgrade", "Upgrade: websocket"),
    "an empty one is one": offer(line, host, connection, upgrade, "HTTP2-Settings:"),
    "of h2, which is none": offer(line, host, "Connection: Upgrade", "Upgrade: h2"),
  },
  invalid: {
    none: { frames: offer(line, host, "Connection: Upgrade", upgrade), finds: [["none", 1]] },
    "none, and the server upgrades all the same": {
      frames: (s) =>
        taken(s, [line, host, "Connection: Upgrade", "Upgrade: websocket, H2C"]).server.headers(1, { endStream: true }),
      finds: [["none", 1]],
    },
    "none, in the second request, and no answer": {
      frames: (s) =>
        s.bare().client.http1([line, host]).server.http1(ok, "ok").client.http1([line, host, upgrade]).close().server.close(),
      finds: [["none", 3]],
    },
    "two fields": { frames: offer(...h2cRequest, settings), finds: [["several", 1, { count: 2 }]] },
    "three in two fields": {
      frames: offer(line, host, connection, upgrade, "http2-settings: AAMAAABk,AAMAAABk", settings),
      finds: [["several", 1, { count: 3 }]],
    },
  },
});

testRule(settingsHeaderNotHop, {
  valid: {
    "named in one list": (s) => taken(s),
    "named in a field of its own, in other letters": offer(
      line,
      host,
      "Connection: upgrade",
      "connection: HTTP2-SETTINGS",
      upgrade,
      settings,
    ),
    "there is none to name": offer(line, host, "Connection: Upgrade", upgrade),
  },
  invalid: {
    "only Upgrade": {
      frames: offer(line, host, "Connection: Upgrade", upgrade, settings),
      finds: [["missing", 1, { options: "upgrade" }]],
    },
    "no Connection at all": { frames: offer(line, host, upgrade, settings), finds: [["missing", 1, { options: "" }]] },
  },
});

testRule(settingsInvalid, {
  valid: {
    "three settings": offer(line, host, connection, upgrade, "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"),
    "with - and _": offer(line, host, connection, upgrade, "HTTP2-Settings: AAT-_wAA"),
    "no settings": offer(line, host, connection, upgrade, "HTTP2-Settings:"),
    "not of h2c": offer(line, host, connection, "Upgrade: websocket", "HTTP2-Settings: ="),
    "several are another fault": offer(line, host, connection, upgrade, settings, "HTTP2-Settings: ="),
    "of h2, which is none": offer(line, host, connection, "Upgrade: h2", "HTTP2-Settings: ="),
  },
  invalid: {
    "base64 of another alphabet": {
      frames: offer(line, host, connection, upgrade, "HTTP2-Settings: AAT+/wAA"),
      finds: [["encoding", 1, { value: "AAT+/wAA" }]],
    },
    padded: {
      frames: offer(line, host, connection, upgrade, "HTTP2-Settings: AAMAAABkAA=="),
      finds: [["encoding", 1, { value: "AAMAAABkAA==" }]],
    },
    "a character too many": {
      frames: offer(line, host, connection, upgrade, "HTTP2-Settings: AAMAAABkA"),
      finds: [["encoding", 1, { value: "AAMAAABkA" }]],
    },
    "seven bytes": {
      frames: (s) => taken(s, [line, host, connection, upgrade, "HTTP2-Settings: AAMAAABkAA"]),
      finds: [["length", 1, { octets: 7 }]],
    },
  },
});

testRule(settingsInResponse, {
  valid: {
    "of the client alone": (s) => taken(s),
    "of another answer": (s) =>
      s
        .bare()
        .client.http1([line, host])
        .server.http1([...ok, settings], "ok"),
  },
  invalid: {
    "with 101": {
      frames: (s) =>
        s
          .bare()
          .client.http1(h2cRequest)
          .server.http1([...switching, settings])
          .settings(),
      finds: [["sent", 2, { status: 101 }]],
    },
    "with a refusal": {
      frames: (s) =>
        s
          .bare()
          .client.http1(h2cRequest)
          .server.http1([...ok, settings], "ok"),
      finds: [["sent", 2, { status: 200 }]],
    },
  },
});

testRule(h2Token, {
  valid: {
    h2c: (s) => taken(s),
    "in the answer to a request without Upgrade": (s) =>
      s
        .bare()
        .client.http1([line, host])
        .server.http1([...ok, "Upgrade: h2"], "ok"),
    "another token that begins so": offer(line, host, connection, "Upgrade: h2c, h2x", settings),
  },
  invalid: {
    "of the client": {
      frames: offer(line, host, connection, "Upgrade: h2", settings),
      finds: [["offered", 1, { tokens: "h2" }]],
    },
    "of the client, with h2c": {
      frames: (s) => taken(s, [line, host, connection, "Upgrade: h2c", "Upgrade: H2", settings]),
      finds: [["offered", 1, { tokens: "h2c, h2" }]],
    },
    "chosen by the server": {
      frames: (s) =>
        s.bare().client.http1(h2cRequest).server.http1(["HTTP/1.1 101 Switching Protocols", "Upgrade: h2"]).settings(),
      finds: [["chosen", 2, { tokens: "h2" }]],
    },
    "told by the server": {
      frames: (s) =>
        s
          .bare()
          .client.http1(h2cRequest)
          .server.http1([...ok, "Upgrade: h2,h2c"], "ok"),
      finds: [["advertised", 2, { tokens: "h2, h2c" }, { severity: "warning" }]],
    },
    "of the client, with no answer": {
      frames: (s) => s.bare().client.http1([line, host, connection, "Upgrade: h2", settings]).close().server.close(),
      finds: [["offered", 1, { tokens: "h2" }]],
    },
  },
});
