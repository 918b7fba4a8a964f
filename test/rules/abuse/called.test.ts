import { rateRefused } from "../../../src/rules/abuse/called.ts";
import { type Script, type Speaker, testRule } from "../../../src/testing.ts";

const ENHANCE_YOUR_CALM = 11;
const priorities = (s: Script, count: number): Speaker => {
  const client = s.client.headers(1);
  for (let i = 0; i < count; i++) client.priority(1, { weight: i + 1 });
  return client;
};

testRule(rateRefused, {
  valid: {
    "few of them": (s) => priorities(s, 19).server.goaway(1, ENHANCE_YOUR_CALM).close(),
    "another code": (s) => priorities(s, 30).server.goaway(1, 1).close(),
    "by the side that sent them": (s) => priorities(s, 30).goaway(0, ENHANCE_YOUR_CALM),
    "nobody asks for calm": (s) => priorities(s, 30),
    "window updates": (s) => {
      const client = s.client.headers(1);
      for (let i = 0; i < 30; i++) client.windowUpdate(1, 1);
      s.server.goaway(1, ENHANCE_YOUR_CALM);
    },
    "answers to PINGs": (s) => {
      for (let i = 0; i < 30; i++) s.server.ping().client.pingAck();
      s.server.goaway(1, ENHANCE_YOUR_CALM);
    },
    "few SETTINGS, with the first": (s) => {
      for (let i = 0; i < 18; i++) s.client.settings();
      s.server.goaway(1, ENHANCE_YOUR_CALM);
    },
    "a moment more than ten seconds": (s) => priorities(s, 19).wait(9982).priority(1).server.goaway(1, ENHANCE_YOUR_CALM),
    "long before": (s) => priorities(s, 19).wait(11_000).priority(1).priority(1).server.goaway(1, ENHANCE_YOUR_CALM),
  },
  invalid: {
    "PRIORITY frames": {
      frames: (s) => priorities(s, 20).server.goaway(1, ENHANCE_YOUR_CALM).close(),
      finds: [["many", 21, { side: "client", count: 20, kind: "PRIORITY", seconds: 0.1 }]],
    },
    "in just ten seconds": {
      frames: (s) => priorities(s, 19).wait(9981).priority(1).server.goaway(1, ENHANCE_YOUR_CALM),
      finds: [["many", 21, { side: "client", count: 20, kind: "PRIORITY", seconds: 10 }]],
    },
    "SETTINGS, with the first": {
      frames: (s) => {
        for (let i = 0; i < 19; i++) s.client.settings();
        s.server.goaway(1, ENHANCE_YOUR_CALM);
      },
      finds: [["many", 19, { side: "client", count: 20, kind: "SETTINGS", seconds: 0.1 }]],
    },
    "PINGs of the server, some time after the beginning": {
      frames: (s) => {
        s.client.wait(30_000);
        for (let i = 0; i < 20; i++) s.server.wait(99).ping();
        s.client.goaway(1, ENHANCE_YOUR_CALM);
      },
      finds: [["many", 20, { side: "server", count: 20, kind: "PING", seconds: 1.9 }]],
    },
    "others may be missing": {
      frames: (s) => {
        s.client.lost((client) => client.ping());
        priorities(s, 20).server.goaway(1, ENHANCE_YOUR_CALM);
      },
      finds: [["many", 22, { side: "client", count: 20, kind: "PRIORITY", seconds: 0.1 }]],
      because: ["borders", "no-gap"],
    },
  },
});
