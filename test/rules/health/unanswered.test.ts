import { unansweredPing, unansweredSettings } from "../../../src/rules/health/unanswered.ts";
import { testRule } from "../../../src/testing.ts";

const probe = "\x02\x04\x10\x10\x09\x0e\x07\x07";

testRule(unansweredPing, {
  valid: {
    "a little less than the threshold": (s) => s.client.ping().wait(9_998).server.pingAck(),
    "no time to answer": (s) => s.client.ping().server.ack().wait(9_997).client.close(),
    "it may not have arrived": (s) => s.client.ping().wait(20_000).headers(1),
    "the server had closed": (s) => s.client.ping().server.close().client.wait(20_000).ack(),
    "answered in order": (s) => s.client.ping().wait(9_000).ping().server.pingAck().wait(9_000).pingAck(),
    "it may not have reached the client": (s) => s.client.headers(1).server.ping().wait(20_000).headers(1),
    "the client had closed, and the server goes on": (s) => s.client.ping().server.ack().client.close().wait(20_000).server.ack(),
  },
  invalid: {
    "at the threshold": {
      frames: (s) => s.client.ping(probe).wait(9_999).server.pingAck(probe),
      finds: [["late", 2, { side: "server", owner: "grpc-go's bandwidth probe", ms: 10_000 }, { severity: "info" }]],
    },
    "by another threshold": {
      frames: (s) => s.server.ping().wait(99).client.pingAck(),
      options: { ms: 100 },
      finds: [["late", 2, { side: "client", owner: "keepalive or measurement", ms: 100 }, { severity: "info" }]],
    },
    never: {
      frames: (s) => s.client.ping().ping("87654321").server.ack().wait(9_996).client.headers(1).ping("abcdefgh"),
      finds: [["never", "close", { side: "server", count: 1, owner: "keepalive or measurement", ms: 10_000 }]],
    },
    "the answer may be missing": {
      frames: (s) =>
        s.client
          .ping()
          .server.lost((server) => server.pingAck())
          .client.wait(10_000)
          .headers(1)
          .server.headers(1),
      finds: [
        [
          "never",
          "close",
          { side: "server", count: 1, owner: "keepalive or measurement", ms: 10_003 },
          { because: ["borders", "no-gap2"] },
        ],
      ],
      certainty: "unproven",
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.ping(probe).wait(9_999).server.pingAck(probe),
      finds: [["late", 2, { side: "server", owner: "grpc-go's bandwidth probe", ms: 10_000 }, { severity: "info" }]],
      because: ["borders", "no-gap2"],
    },
    "a PING with the same bytes is no answer": {
      frames: (s) => s.client.ping().wait(9_999).server.ping(),
      finds: [["never", "close", { side: "server", count: 1, owner: "keepalive or measurement", ms: 10_000 }]],
    },
    "by the client, and the first packet is the server's": {
      frames: (s) => s.midway().server.headers(1).ping().client.headers(3).wait(9_998).server.headers(3),
      finds: [["never", "close", { side: "client", count: 1, owner: "keepalive or measurement", ms: 10_000 }]],
      because: ["borders", "no-gap2"],
    },
  },
});

testRule(unansweredSettings, {
  valid: {
    "a little less than the threshold": (s) => s.client.settings().wait(9_998).server.settingsAck(),
    "no time to answer": (s) => s.client.settings().server.ack().wait(9_997).client.close(),
    "it may not have arrived": (s) => s.client.settings().wait(20_000).headers(1),
  },
  invalid: {
    "at the threshold": {
      frames: (s) => s.client.settings().wait(9_999).server.settingsAck(),
      finds: [["late", 2, { side: "server", ms: 10_000 }, { severity: "info" }]],
    },
    never: {
      frames: (s) => s.server.settings().client.headers(1).wait(9_998).server.headers(1),
      finds: [["never", "close", { side: "client", count: 1, ms: 10_000 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.settings().wait(9_999).server.settingsAck(),
      finds: [["late", 2, { side: "server", ms: 10_000 }, { severity: "info" }]],
      because: ["borders", "no-gap2"],
    },
    "SETTINGS of its own are no answer": {
      frames: (s) => s.client.settings().wait(9_999).server.settings(),
      finds: [["never", "close", { side: "server", count: 1, ms: 10_000 }]],
    },
    "one long ago, and one just now": {
      frames: (s) =>
        s.server.settings().client.headers(1).wait(5_000).server.settings().client.headers(3).wait(4_995).server.headers(1),
      finds: [["never", "close", { side: "client", count: 1, ms: 9_999 }]],
      options: { ms: 9_999 },
    },
    "an ACK of PING is no answer": {
      frames: (s) => s.client.settings().ping().wait(9_998).server.pingAck(),
      finds: [["never", "close", { side: "server", count: 1, ms: 10_000 }]],
    },
  },
});
