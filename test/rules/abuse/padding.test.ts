import { paddingWaste } from "../../../src/rules/abuse/padding.ts";
import { type Script, testRule } from "../../../src/testing.ts";

const small = { octets: 400 } as const;

function upload(s: Script, streams: number, octets: number, padding: number): void {
  for (let i = 0; i < streams; i++) s.client.headers(1 + 2 * i).data(1 + 2 * i, octets, { endStream: true, padding });
}

testRule(paddingWaste, {
  valid: {
    "half of it": { options: small, frames: (s) => upload(s, 4, 50, 49) },
    "too little to judge": { options: small, frames: (s) => upload(s, 3, 10, 100) },
    "made up for by other streams": {
      options: small,
      frames: (s) => {
        upload(s, 1, 10, 100);
        s.client.headers(3).data(3, 300).close();
      },
    },
  },
  invalid: {
    "more than half": {
      options: small,
      frames: (s) => upload(s, 4, 49, 50),
      finds: [["waste", 8, { side: "client", octets: 400, count: 4, share: 51 }]],
    },
    "of the server, ten times as much, streams that it ends": {
      options: { octets: 40 },
      frames: (s) => {
        for (let id = 1; id < 9; id += 2) {
          s.client.headers(id, { endStream: true }).server.headers(id).data(id, 9, { padding: 90, endStream: true });
        }
      },
      finds: [["waste", 3, { side: "server", octets: 400, count: 4, share: 91 }, { severity: "error" }]],
    },
    "with bytes missing before": {
      options: small,
      frames: (s) => {
        s.client.headers(9).lost((client) => client.data(9, 100));
        for (let id = 11; id < 19; id += 2) s.client.headers(id).data(id, 9, { padding: 90, endStream: true });
        s.server.ack();
      },
      certainty: "unproven",
      finds: [["waste", 10, { side: "client", octets: 400, count: 4, share: 91 }]],
    },
    "bytes are missing": {
      options: small,
      frames: (s) => upload(s.holes(), 4, 49, 50),
      finds: [["waste", 8, { side: "client", octets: 400, count: 4, share: 51 }]],
      because: ["borders", "no-gap"],
    },
  },
});
