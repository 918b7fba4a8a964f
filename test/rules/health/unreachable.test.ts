import { peerUnreachable } from "../../../src/rules/health/unreachable.ts";
import { type Speaker, type Story, testRule } from "../../../src/testing.ts";

const again = (speaker: Speaker, times: number, ms: number): Speaker => {
  for (let i = 0; i < times; i++) speaker.wait(ms).again();
  return speaker;
};
const request: Story = (s) => s.client.headers(1).server.headers(1);

testRule(peerUnreachable, {
  valid: {
    "an answer comes after all": (s) => again(s.client.ping(), 3, 1000).server.pingAck(),
    "sent twice, soon": (s) => again(s.client.ping(), 1, 400),
    "acknowledged, but not answered": (s) => again(s.client.ping().server.ack().client, 3, 1000),
    "the other side had closed": (s) => again(s.server.close().client.crossing().ping(), 3, 1000),
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
    "twice, and for long": {
      frames: (s) => again(s.server.ping(), 1, 4000),
      finds: [["silent", "close", { side: "client", address: "192.0.2.1:50000", packet: 9, count: 2, seconds: 4, idle: 0 }]],
      splittable: false,
    },
  },
});
