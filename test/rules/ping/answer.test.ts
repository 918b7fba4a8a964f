import { expect, it } from "vitest";
import { ackMissing, ackToAck, ackUnsolicited, slowAck } from "../../../src/rules/ping/answer.ts";
import { play, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const OTHER = "abcdefgh";

testRule(ackMissing, {
  valid: {
    "an acknowledgment that nobody answers": (s) => s.client.pingAck().ping(OTHER).server.pingAck(OTHER).wait(1_000).settings(),
    "of a stream": (s) =>
      s.client
        .headers(1, end)
        .frame({ type: 6, streamId: 1, payload: "12345678" })
        .ping(OTHER)
        .server.pingAck(OTHER)
        .wait(1_000)
        .settings(),
    "answered late": (s) => s.client.ping().wait(20_000).server.pingAck().wait(20_000).client.ping(OTHER).server.pingAck(OTHER),
    "equal PINGs, each answered": (s) => s.client.ping().ping().server.pingAck().pingAck().wait(60_000).settings(),
    "the capture ends soon": (s) => s.client.ping().server.settings().wait(3_000).ping(),
    "the other side says nothing any more": (s) => s.client.ping().wait(20_000).client.ping().wait(20_000).ping(),
    "it closes": (s) => s.client.ping().server.goaway(0, 0).close(),
    "answers in another order": (s) => s.client.ping().ping(OTHER).server.pingAck(OTHER).settings().pingAck(),
    "it gave the connection up": (s) => s.client.ping().server.goaway(0, 1).wait(20_000).goaway(0, 1),
    "of a wrong length": (s) => s.client.ping("123").server.settings().wait(20_000).ping().settings(),
    "only under way": (s) => s.client.ping().server.crossing().headers(1, end).wait(20_000).headers(1),
  },
  invalid: {
    "a later PING was answered": {
      frames: (s) => s.client.ping().ping(OTHER).server.pingAck(OTHER).wait(1_000).settings(),
      finds: [["processed", "close", { side: "server" }]],
    },
    "SETTINGS that came later were acknowledged": {
      frames: (s) => s.server.ping().settings().client.settingsAck().wait(1_000).headers(1),
      finds: [["processed", "close", { side: "client" }]],
    },
    "it was received": {
      frames: (s) => s.client.ping().wait(12_000).server.settings(),
      finds: [["delivered", "close", { side: "server", seconds: 12 }, { severity: "warning" }]],
    },
    "one of two equal ones": {
      frames: (s) => s.client.ping().ping().server.pingAck().wait(12_000).settings(),
      finds: [["delivered", "close", { side: "server", seconds: 12 }, { severity: "warning" }]],
    },
    "a shorter wait": {
      frames: (s) => s.client.ping().wait(3_000).server.settings(),
      options: { wait: 2_000 },
      finds: [["delivered", "close", { side: "server", seconds: 3 }, { severity: "warning" }]],
    },
    "the answer may be lost": {
      frames: (s) =>
        s.client
          .ping()
          .server.lost((server) => server.pingAck())
          .client.ping(OTHER)
          .server.pingAck(OTHER)
          .wait(12_000)
          .settings(),
      finds: [["processed", "close", { side: "server" }]],
      because: ["borders", "no-gap"],
    },
  },
});

testRule(ackUnsolicited, {
  valid: {
    "one for each": (s) => s.client.ping().ping(OTHER).server.pingAck(OTHER).pingAck(),
    "one for each of two equal ones": (s) => s.client.ping().ping().server.pingAck().pingAck(),
    // A tolerant receiver answers what it should have refused.
    "of a PING on a stream": (s) => s.client.headers(1).frame({ type: 6, streamId: 1, payload: "12345678" }).server.pingAck(),
    "of a PING of a wrong length": {
      frames: (s) => s.client.ping("1234").server.pingAck("1234\0\0\0\0"),
      unchecked: { "ping/ack-unsolicited seen": 1 },
    },
  },
  invalid: {
    "nothing was asked": { frames: (s) => s.server.pingAck(), finds: [["unsolicited", 1, { side: "server" }]] },
    "other bytes": { frames: (s) => s.client.ping().server.pingAck(OTHER), finds: [["unsolicited", 2, { side: "server" }]] },
    twice: { frames: (s) => s.client.ping().server.pingAck().pingAck(), finds: [["unsolicited", 3, { side: "server" }]] },
    "its own": { frames: (s) => s.client.ping().pingAck(), finds: [["unsolicited", 2, { side: "client" }]] },
    "before the PING arrived": {
      frames: (s) => s.client.ping().server.crossing().pingAck(),
      finds: [["unsolicited", 2, { side: "server" }]],
    },
    "the PING may be lost": {
      frames: (s) =>
        s.client
          .lost((client) => client.ping())
          .server.pingAck()
          .client.settings(),
      finds: [["unsolicited", 2, { side: "server" }]],
      certainty: "unproven",
    },
    "mid-connection": {
      frames: (s) => s.midway().client.ping().server.pingAck(OTHER).pingAck(),
      finds: [["unsolicited", 2, { side: "server" }]],
      certainty: "unproven",
    },
  },
});

testRule(ackToAck, {
  valid: {
    "a PING with the bytes of an acknowledgment": (s) => s.client.pingAck().server.ping(),
    "to one that had not arrived": (s) => s.client.headers(1).pingAck().server.crossing().pingAck(),
    "a short one": (s) => s.client.pingAck("1234").server.pingAck("1234"),
    "the second time it had not arrived": (s) => s.client.headers(1).server.crossing().pingAck().client.crossing().pingAck(),
    "too many to remember": {
      frames: (s) => {
        const client = s.client;
        for (let i = 0; i < 257; i++) client.ping(String(i).padStart(8, "0"));
        return client.pingAck(OTHER).server.pingAck(OTHER);
      },
    },
    "after a short one, which may have been answered": {
      frames: (s) => s.client.ping("1234").pingAck().server.pingAck(),
      unchecked: { "ping/ack-to-ack seen": 1 },
    },
    "to a PING with the same bytes": (s) => s.client.ping().server.pingAck().ping().client.pingAck(),
    "unsolicited, but no answer": (s) => s.server.pingAck(),
    "a second answer to a PING with these bytes": (s) => s.client.ping().pingAck().server.pingAck().pingAck(),
    "its own again": (s) => s.client.ping().server.pingAck().pingAck(),
    crossing: (s) => s.client.pingAck().server.crossing().pingAck(),
  },
  invalid: {
    "to the first of two": {
      frames: (s) => s.client.pingAck().server.headers(2).client.pingAck().server.crossing().pingAck(),
      finds: [["answer", 4, { side: "server" }]],
    },
    "DATA have the same bytes": {
      frames: (s) => s.client.headers(1).data(1, "12345678").pingAck().server.pingAck(),
      finds: [["answer", 4, { side: "server" }]],
    },
    "to the answer": {
      frames: (s) => s.client.ping().server.pingAck().client.pingAck(),
      finds: [["answer", 3, { side: "client" }]],
    },
    "to one that nobody asked for": {
      frames: (s) => s.client.pingAck().server.pingAck(),
      finds: [["answer", 2, { side: "server" }]],
    },
    "mid-connection": {
      frames: (s) => s.midway().client.ping().pingAck(OTHER).server.pingAck(OTHER),
      finds: [["answer", 3, { side: "server" }]],
      because: ["roles", "borders", "start2", "no-gap2"],
    },
  },
});

testRule(slowAck, {
  valid: {
    "a new PING": (s) => s.client.ping().wait(5_000).server.ping(),
    "a short one": (s) => s.client.ping().wait(5_000).server.pingAck("1234"),
    "within a second": (s) => s.client.ping().wait(900).server.pingAck(),
    // The handshake took as long.
    "five long round trips": (s) => s.roundTrip(1_000).client.ping().wait(4_000).server.pingAck(),
    // Of 2 ms, as the handshake took; 1 ms is between any two segments.
    "five round trips": { frames: (s) => s.client.ping().wait(11).server.pingAck(), options: { late: 5 } },
    "the user's measure": { frames: (s) => s.client.ping().wait(301).server.pingAck(), options: { late: 300 } },
    "mid-connection": (s) => s.midway().client.ping().wait(5_000).server.pingAck(),
  },
  invalid: {
    "after three seconds": {
      frames: (s) => s.client.ping().wait(3_000).server.pingAck(),
      finds: [["slow", 2, { side: "server", ms: 2_999, roundTrip: 2 }]],
    },
    "by the user's measure": {
      frames: (s) => s.client.ping().wait(300).server.pingAck(),
      options: { late: 200 },
      finds: [["slow", 2, { side: "server", ms: 299, roundTrip: 2 }]],
    },
    "over five round trips": {
      frames: (s) => s.client.ping().wait(12).server.pingAck(),
      options: { late: 5 },
      finds: [["slow", 2, { side: "server", ms: 11, roundTrip: 2 }]],
    },
    "over the user's measure": {
      frames: (s) => s.server.ping().wait(302).client.pingAck(),
      options: { late: 300 },
      finds: [["slow", 2, { side: "client", ms: 301, roundTrip: 2 }]],
    },
  },
});

it("ping/ack-missing remembers a PING over hundreds of other frames", () => {
  const story: Story = (s) => {
    const client = s.client.ping();
    for (let i = 0; i < 300; i++) client.windowUpdate(0, 1);
    return client.server.wait(12_000).settings();
  };
  const { findings } = play(story, { rules: [ackMissing] });
  expect(findings.map(({ message }) => message)).toEqual(["delivered"]);
});
