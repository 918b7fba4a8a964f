import { expect, it } from "vitest";
import { peerUnreachable } from "../../../src/rules/health/unreachable.ts";
import { play, type Script, type Speaker, type Story, testRule } from "../../../src/testing.ts";

const again = (speaker: Speaker, times: number, ms: number): Speaker => {
  for (let i = 0; i < times; i++) speaker.wait(ms).again();
  return speaker;
};
const request: Story = (s) => s.client.headers(1).server.headers(1);

// The server has acknowledged all so far.
const heard = (s: Script): Speaker => s.server.ack().client;

testRule(peerUnreachable, {
  valid: {
    "an answer comes after all": (s) => again(s.client.ping(), 3, 1000).server.pingAck(),
    "sent twice, soon": (s) => again(s.client.ping(), 1, 400),
    "acknowledged, but not answered": (s) => again(s.client.ping().server.ack().client, 3, 1000),
    "the other side had closed": (s) => again(s.server.close().client.crossing().ping(), 3, 1000),
    "one direction was captured": (s) => again(s.midway().client.headers(1).ping(), 3, 1000),
    "nothing was sent again": (s) => s.client.ping().wait(20_000).ping(),
  },
  invalid: {
    "three times": {
      frames: (s) => {
        request(s);
        again(s.client.wait(30_000).ping(), 2, 500);
      },
      finds: [["silent", "close", { side: "server", address: "192.0.2.2:80", packet: 11, count: 3, seconds: 1, idle: 30 }]],
      splittable: false,
    },
    "three times within half a second": {
      frames: (s) => again(heard(s).ping(), 2, 249),
      finds: [["silent", "close", { side: "server", address: "192.0.2.2:80", packet: 10, count: 3, seconds: 0.5, idle: 0 }]],
      splittable: false,
    },
    "twice in three seconds": {
      frames: (s) => again(heard(s).ping(), 1, 2999),
      finds: [["silent", "close", { side: "server", address: "192.0.2.2:80", packet: 10, count: 2, seconds: 3, idle: 0 }]],
      splittable: false,
    },
    "twice in ten round trips": {
      frames: (s) => again(heard(s.roundTrip(400)).ping(), 1, 3999),
      finds: [["silent", "close", { side: "server", address: "192.0.2.2:80", packet: 10, count: 2, seconds: 4, idle: 0 }]],
      splittable: false,
    },
    "the other side had sent something, and did not send it again": {
      frames: (s) => again(s.client.ping().server.crossing().ping(), 1, 4000),
      finds: [["silent", "close", { side: "client", address: "192.0.2.1:50000", packet: 10, count: 2, seconds: 4, idle: 0 }]],
      splittable: false,
    },
    "twice, and for long": {
      frames: (s) => again(s.server.ping(), 1, 4000),
      finds: [["silent", "close", { side: "client", address: "192.0.2.1:50000", packet: 9, count: 2, seconds: 4, idle: 0 }]],
      splittable: false,
    },
  },
});

// Not byte by byte: then each byte is sent again.
it.each<[string, Story]>([
  ["three times within a moment less than half a second", (s) => again(again(heard(s).ping(), 1, 249), 1, 248)],
  ["twice in more than half a second", (s) => again(heard(s).ping(), 1, 600)],
  ["twice in a moment less than three seconds", (s) => again(heard(s).ping(), 1, 2998)],
  ["twice in a moment less than ten round trips", (s) => again(heard(s.roundTrip(400)).ping(), 1, 3998)],
])("nothing is found of the same bytes, sent %s", (_name, story) => {
  expect(play(story, { rules: [peerUnreachable] }).findings).toEqual([]);
});
