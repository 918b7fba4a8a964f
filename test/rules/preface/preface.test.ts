import {
  clientMagic,
  clientSettingsMissing,
  serverSettingsMissing,
  serverSilent,
  serverSpokeHttp1,
  settingsSlow,
  truncated,
} from "../../../src/rules/preface/preface.ts";
import { h2cRequest, type Script, switching, testRule } from "../../../src/testing.ts";

// RFC 7540 3.2.
const upgraded = (s: Script) => s.bare().client.http1(h2cRequest).server.http1(switching);
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
    "wrong in the last octet": {
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
