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
    "long before": (s) => priorities(s, 19).wait(11_000).priority(1).priority(1).server.goaway(1, ENHANCE_YOUR_CALM),
  },
  invalid: {
    "PRIORITY frames": {
      frames: (s) => priorities(s, 20).server.goaway(1, ENHANCE_YOUR_CALM).close(),
      finds: [["many", 21, { side: "client", count: 20, kind: "PRIORITY", seconds: 0.1 }]],
    },
  },
});
