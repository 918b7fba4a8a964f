import { describe, expect, it } from "vitest";
import {
  clientMagic,
  clientSettingsMissing,
  clientSpokeTls,
  connectionRefused,
  serverClosedFirst,
  serverSettingsMissing,
  serverSilent,
  serverSpokeHttp1,
  serverSpokeOther,
  serverSpokeTls,
  settingsSlow,
  truncated,
} from "../../../src/rules/preface/preface.ts";
import { h2cRequest, play, type Script, switching, testRule } from "../../../src/testing.ts";

// RFC 7540 3.2.
const upgraded = (s: Script) => s.bare().client.http1(h2cRequest).server.http1(switching);
const CLIENT_HELLO = `\x16\x03\x01\x00\x2c\x01\x00\x00\x28\x03\x03${"r".repeat(32)}\x00\x00\x02\x13\x01\x01\x00`;
const wrong = "INVALID CONNECTION PREFACE\r\n\r\n";

testRule(clientMagic, {
  valid: {
    "the preface": (s) => s.bare().client.preface().settings().server.settings(),
    "a server that speaks first": (s) => s.bare().server.settings().client.preface().settings().settingsAck(),
    "closed inside it: truncated": (s) => s.bare().server.settings().client.octets("PRI * HTTP").close(),
    "nobody speaks HTTP/2": (s) => s.bare().client.octets(wrong).server.octets("HTTP/1.1 400 Bad Request\r\n\r\n").close(),
    "after an upgrade: upgrade/client-preface-after-101": (s) => upgraded(s).settings().client.octets(wrong),
  },
  invalid: {
    "something else": {
      frames: (s) => s.bare().client.octets(wrong).server.settings(),
      finds: [["other", "preface", { text: "INVALID CONNECTION PREFA" }]],
      splittable: false,
    },
    // Found at the end, so after the answer.
    "something else, and the server gives up": {
      frames: (s) => s.bare().client.octets(wrong).server.settings().goaway(0, 1).close().client.close(),
      finds: [["other", "preface", { text: "INVALID CONNECTION PREFA" }]],
      splittable: false,
    },
    "something else, and the server resets": {
      frames: (s) => s.bare().client.octets(wrong).server.settings().reset(),
      finds: [["other", "preface", { text: "INVALID CONNECTION PREFA" }]],
      splittable: false,
    },
    "an HTTP/1 request": {
      frames: (s) => s.bare().server.settings().client.octets("GET /health HTTP/1.1\r\nhost: h2.test\r\n\r\n").server.close(),
      finds: [["http1", "preface", { text: "GET /health HTTP/1.1" }]],
      splittable: false,
    },
    "wrong in the last byte": {
      frames: (s) => s.bare().server.settings().client.octets("PRI * HTTP/2.0\r\n\r\nSM\r\n\rX"),
      finds: [["other", "preface", { text: "PRI * HTTP/2.0\r\n\r\nSM\r\n\rX" }]],
    },
  },
});

testRule(clientSettingsMissing, {
  valid: {
    "empty SETTINGS": (s) => s.bare().client.preface().settings(),
    "of the server": (s) => s.bare().client.preface().settings().server.ping(),
    "the first frame was not captured": (s) =>
      s
        .bare()
        .client.preface()
        .lost((client) => client.settings())
        .ping()
        .server.settings()
        .settingsAck(),
    "after an upgrade: upgrade/client-preface-after-101": (s) => upgraded(s).settings().client.preface().headers(3),
  },
  invalid: {
    "HEADERS first": {
      frames: (s) => s.bare().client.preface().headers(1),
      finds: [["other", 2, { kind: "HEADERS" }]],
    },
    "an acknowledgment first": {
      frames: (s) => s.bare().server.settings().client.preface().settingsAck(),
      finds: [["ack", 3]],
    },
  },
});

testRule(serverSettingsMissing, {
  valid: {
    "before it has heard of the client": (s) => s.bare().server.settings().client.preface(),
    // frame/settings-on-stream judges that one.
    "SETTINGS on a stream": (s) => s.bare().client.preface().settings().server.settings([], { streamId: 1 }),
    "of the client": (s) => s.bare().client.preface().ping(),
    "after an upgrade: upgrade/server-first-frame": (s) => upgraded(s).headers(1),
  },
  invalid: {
    "GOAWAY first": {
      frames: (s) => s.bare().client.preface().settings().server.goaway(),
      finds: [["other", 3, { kind: "GOAWAY" }]],
    },
    "the acknowledgment first": {
      frames: (s) => s.bare().client.preface().settings().server.settingsAck().settings(),
      finds: [["ack", 3]],
    },
  },
});

testRule(truncated, {
  valid: {
    "the whole string": (s) => s.bare().client.preface().close(),
    "the capture ends inside it": (s) => s.bare().client.octets("PRI * HTTP/2.0\r\n"),
    "another string": (s) => s.bare().server.settings().client.octets("PRI * HTTP/3").close(),
  },
  invalid: {
    FIN: {
      frames: (s) => s.bare().client.octets("PRI * HTTP/2.0\r\n").close(),
      finds: [["closed", "preface", { octets: 16 }]],
    },
    "FIN, and the server closes too": {
      frames: (s) => s.bare().client.octets("PRI * HTTP/2.0\r\n\r\nSM\r\n\r").close().server.close(),
      finds: [["closed", "preface", { octets: 23 }]],
    },
    "RST, after the server's SETTINGS": {
      frames: (s) => s.bare().server.settings().client.octets("P").reset(),
      finds: [["closed", "preface", { octets: 1 }]],
    },
  },
});

testRule(serverSpokeHttp1, {
  valid: {
    frames: (s) => s.bare().client.preface().settings().server.settings(),
    "the client did not speak HTTP/2 either": (s) =>
      s.bare().client.octets(wrong).server.octets("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "TLS: preface/server-spoke-tls": (s) => asked(s).server.octets("\x15\x03\x01\x00\x02\x02\x46").close(),
    "SETTINGS, then text": (s) => s.bare().client.preface().server.settings().octets("HTTP/1.1 400"),
  },
  invalid: {
    "400": {
      frames: (s) =>
        s.bare().client.preface().settings().server.octets("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").close(),
      finds: [["http1", "preface", { text: "HTTP/1.1 400 Bad Request" }]],
      splittable: false,
    },
    "505, and the client closes": {
      frames: (s) => s.bare().client.preface().settings().server.octets("HTTP/1.0 505\r\n\r\n").client.close(),
      finds: [["http1", "preface", { text: "HTTP/1.0 505" }]],
      splittable: false,
    },
  },
});

testRule(serverSilent, {
  valid: {
    "SETTINGS late": (s) => s.bare().client.preface().settings().wait(6000).server.settings(),
    "one byte that it sent is missing": (s) =>
      s.bare().client.preface().settings().server.lost(1).ack().client.wait(10_000).ping(),
    "for a second": (s) => s.bare().client.preface().settings().server.ack().wait(1000).ack(),
    "the preface may not have arrived": (s) => s.bare().client.preface().settings().wait(6000).ping(),
    "HTTP/1": (s) => s.bare().client.preface().settings().server.ack().wait(6000).octets("HTTP/1.1 408\r\n\r\n"),
    "a moment less than 5 s": (s) => s.bare().client.preface().settings().server.ack().client.wait(4993).ack(),
    "what it sent is missing": (s) =>
      s
        .bare()
        .client.preface()
        .settings()
        .server.lost((server) => server.settings())
        .ack()
        .client.wait(10_000)
        .ping(),
    "no frame after the preface": (s) => s.bare().client.preface().server.ack().client.wait(10_000).ack(),
  },
  invalid: {
    "for 10 s": {
      frames: (s) => s.bare().client.preface().settings().server.ack().client.wait(10_000).ping(),
      finds: [["silent", "preface", { seconds: 10 }]],
    },
    "until the client gives up": {
      frames: (s) => s.bare().client.preface().settings().server.ack().client.wait(20_000).goaway().close(),
      finds: [["silent", "preface", { seconds: 20 }]],
    },
    "for 5 s": {
      frames: (s) => s.bare().client.preface().settings().server.ack().client.wait(4994).ack(),
      finds: [["silent", "preface", { seconds: 5 }]],
    },
    "the preface alone had arrived": {
      frames: (s) => s.bare().client.preface().settings().server.crossing().ack().client.wait(10_000).ack(),
      finds: [["silent", "preface", { seconds: 10 }]],
    },
  },
});

testRule(settingsSlow, {
  valid: {
    "at once": (s) => s.bare().client.preface().settings().server.settings().settingsAck(),
    "sent without waiting": (s) => s.bare().client.preface().settings().wait(3_000).server.crossing().settings(),
    "another frame first: preface/server-settings-missing": (s) => s.bare().client.preface().settings().wait(3_000).server.ping(),
    "a later one": (s) => s.client.settings().wait(3_000).server.settings(),
    "mid-connection": (s) => s.midway().client.settings().wait(3_000).server.settings().ping(),
    "after half a second": (s) => s.bare().client.preface().settings().wait(500).server.settings(),
    "after a second": (s) => s.bare().client.preface().settings().wait(1001).server.settings(),
  },
  invalid: {
    "after three seconds": {
      frames: (s) => s.bare().client.preface().settings().wait(3_000).server.settings(),
      finds: [["slow", 3, { side: "server", ms: 2_999, roundTrip: 2 }]],
    },
  },
});

const asked = (s: Script) => s.bare().client.preface().settings();

testRule(clientSpokeTls, {
  valid: {
    "the preface": (s) => asked(s).server.settings(),
    "a server that speaks TLS": (s) => s.bare().client.octets(CLIENT_HELLO).server.octets("\x16\x03\x03\x00\x02\x02\x00"),
    "neither TLS nor the preface": (s) => s.bare().client.octets(wrong).server.settings(),
    "a server that says nothing": (s) => s.bare().client.octets(CLIENT_HELLO).server.close(),
  },
  invalid: {
    "a server that speaks first": {
      frames: (s) => s.bare().server.settings().client.octets(CLIENT_HELLO).server.close(),
      finds: [["tls", "preface", { speaks: "HTTP/2" }]],
      splittable: false,
    },
    "answered with SETTINGS": {
      frames: (s) => s.bare().client.octets(CLIENT_HELLO).server.settings().goaway(0, 1).close(),
      finds: [["tls", "preface", { speaks: "HTTP/2" }]],
      splittable: false,
    },
    "answered with HTTP/1": {
      frames: (s) => s.bare().client.octets(CLIENT_HELLO).server.octets("HTTP/1.1 400 Bad Request\r\n\r\n").close(),
      finds: [["tls", "preface", { speaks: "HTTP/1.1" }]],
      splittable: false,
    },
  },
});

testRule(serverSpokeTls, {
  valid: {
    SETTINGS: (s) => asked(s).server.settings(),
    "HTTP/1: preface/server-spoke-http1": (s) => asked(s).server.octets("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "a frame of 21 bytes that begins with zero": (s) => asked(s).server.settings().data(1, 21),
  },
  invalid: {
    "an alert": {
      frames: (s) => asked(s).server.octets("\x15\x03\x01\x00\x02\x02\x46").close(),
      finds: [["tls", "preface", { text: "TLS alert protocol_version" }]],
      splittable: false,
    },
    "another record": {
      frames: (s) => asked(s).server.octets("\x16\x03\x03\x00\x02\x02\x00"),
      finds: [["tls", "preface", { text: "TLS record" }]],
      splittable: false,
    },
  },
});

testRule(serverSpokeOther, {
  valid: {
    SETTINGS: (s) => asked(s).server.settings(),
    "HTTP/1: preface/server-spoke-http1": (s) => asked(s).server.octets("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "what nobody knows": (s) => asked(s).server.octets("\x07what is this?"),
  },
  invalid: {
    Redis: {
      frames: (s) => asked(s).server.octets("-ERR unknown command 'PRI'\r\n"),
      finds: [["other", "preface", { protocol: "Redis" }]],
      splittable: false,
    },
    "SSH, which speaks first": {
      frames: (s) => s.bare().server.octets("SSH-2.0-OpenSSH_9.6\r\n").client.preface().settings(),
      finds: [["other", "preface", { protocol: "SSH" }]],
      splittable: false,
    },
    SMTP: {
      frames: (s) => asked(s).server.octets("220 mail.test ESMTP ready\r\n"),
      finds: [["other", "preface", { protocol: "SMTP" }]],
      splittable: false,
    },
    MySQL: {
      frames: (s) => asked(s).server.octets("\x4a\x00\x00\x00\x0a8.0.36\x00"),
      finds: [["other", "preface", { protocol: "MySQL" }]],
      splittable: false,
    },
  },
});

testRule(serverClosedFirst, {
  valid: {
    "after its SETTINGS": (s) => asked(s).server.settings().close(),
    "the client closed first": (s) => asked(s).close().server.close(),
    "it had not received the preface": (s) => asked(s).server.crossing(2).close(),
    "after one byte": (s) => asked(s).server.octets("\0").close(),
    "one byte was not captured": (s) => asked(s).server.lost(1).close(),
    "in HTTP/1": (s) => asked(s).server.octets("HTTP/1.1 400 Bad Request\r\n\r\n").close(),
    "its bytes were not captured": (s) =>
      asked(s)
        .server.lost((server) => server.settings())
        .close(),
  },
  invalid: {
    FIN: {
      frames: (s) => asked(s).server.close(),
      finds: [["closed", "close", { how: "FIN", ms: 2 }]],
      splittable: false,
    },
    "its acknowledgment came after its FIN": {
      frames: (s) => s.bare().client.preface().server.crossing().close().server.ack(),
      finds: [["closed", "close", { how: "FIN", ms: 1 }]],
      splittable: false,
    },
    "RST, which nobody sends before there is something to refuse": {
      frames: (s) => asked(s).server.crossing(2).reset(),
      finds: [["closed", "close", { how: "RST", ms: 2 }]],
      splittable: false,
    },
    "the client's SETTINGS were not captured": {
      frames: (s) =>
        s
          .bare()
          .client.preface()
          .lost((client) => client.settings())
          .ping()
          .server.close(),
      finds: [["closed", "close", { how: "FIN", ms: 3 }]],
      because: ["no-gap2"],
      splittable: false,
    },
    RST: {
      frames: (s) => asked(s).server.reset(),
      finds: [["closed", "close", { how: "RST", ms: 2 }]],
      splittable: false,
    },
  },
});

testRule(connectionRefused, {
  valid: {
    "a connection": (s) => s.bare().server.reset(),
    "the capture ends soon": (s) => s.attempts(2, "none"),
  },
  invalid: {
    refused: {
      frames: (s) => s.attempts(1, "refused"),
      finds: [["refused", "close", { server: "192.0.2.2:80" }, { severity: "info" }]],
      splittable: false,
    },
    "no answer": {
      frames: (s) => s.attempts(3, "none"),
      finds: [["silent", "close", { server: "192.0.2.2:80", count: 3, seconds: 2 }]],
      splittable: false,
    },
  },
});

// Byte by byte the first octet alone says nothing yet.
it("preface/client-magic leaves TLS to preface/client-spoke-tls", () => {
  const { findings } = play((s) => s.bare().server.settings().client.octets(CLIENT_HELLO), { rules: [clientMagic] });
  expect(findings).toEqual([]);
});

describe("of connections that nobody took", () => {
  const compareWith = (session: unknown) => (server: string, refused: boolean) =>
    connectionRefused.compare?.({ refused, syns: 3, lasted: 2e9 }, { session, options: {}, connection: 1, client: "", server });

  it("the third that a server refuses is graver than the first two, and than those of other servers", () => {
    const compare = compareWith(connectionRefused.session?.());
    const severities = ["a:80", "a:80", "b:80", "a:80", "b:80"].map((server) => compare(server, true)?.severity);
    expect(severities).toEqual(["info", "info", "info", "warning", "info"]);
    expect(compare("c:80", false)?.severity).toBe("warning");
  });

  it("a hundred of a run are reported", () => {
    const compare = compareWith(connectionRefused.session?.());
    const told = Array.from({ length: 110 }, (_, i) => compare(`192.0.2.${i}:80`, true));
    expect(told.filter((one) => one !== undefined)).toHaveLength(100);
  });
});
