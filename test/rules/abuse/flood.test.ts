import {
  emptyFrames,
  goawayFlood,
  pingFlood,
  pushPromiseFlood,
  settingsFlood,
  settingsManyEntries,
  unknownFrameFlood,
  windowUpdateFlood,
} from "../../../src/rules/abuse/flood.ts";
import { type Speaker, type Story, testRule } from "../../../src/testing.ts";

const times = (count: number, each: (i: number) => unknown): void => {
  for (let i = 0; i < count; i++) each(i);
};
const few = { frames: 3, window: 1000 } as const;
const three = { count: 3, time: "2 ms", peak: 3, window: "1 s" } as const;

testRule(pingFlood, {
  valid: {
    "one below": { options: few, frames: (s) => s.client.ping("1_______").ping("2_______") },
    "three in more than the window": { options: few, frames: (s) => s.client.ping().wait(500).ping().wait(500).ping() },
    acknowledgments: { options: few, frames: (s) => s.client.ping("1_______").server.pingAck("1_______").pingAck().pingAck() },
    "each side for itself": { options: few, frames: (s) => s.client.ping().ping().server.ping().ping() },
    "one after each DATA": {
      options: few,
      frames: (s) => {
        s.client.headers(1, { endStream: true }).server.headers(1);
        times(9, () => s.server.data(1).client.ping().server.pingAck());
      },
    },
    "nothing of the other side was captured": { options: few, frames: (s) => times(9, () => s.midway().client.ping()) },
  },
  invalid: {
    "three at once": {
      options: few,
      frames: (s) => s.client.ping("1_______").ping("2_______").ping("3_______"),
      finds: [["flood", 3, { side: "client", ...three }]],
    },
    "of the server, told when they are over": {
      options: few,
      frames: (s) => s.server.ping().ping().ping().ping().wait(2000).ping().client.pingAck(),
      finds: [["flood", 3, { side: "server", ...three, count: 4, time: "3 ms", peak: 4 }]],
    },
    twice: {
      options: few,
      frames: (s) => s.client.ping().ping().ping().wait(2000).ping().ping().ping(),
      finds: [
        ["flood", 3, { side: "client", ...three }],
        ["flood", 6, { side: "client", ...three }],
      ],
    },
    "ten times as many": {
      options: few,
      frames: (s) => times(30, () => s.client.ping()),
      finds: [["flood", 3, { side: "client", count: 30, time: "29 ms", peak: 30, window: "1 s" }, { severity: "error" }]],
    },
    "several after each DATA": {
      options: few,
      frames: (s) => {
        s.client.headers(1, { endStream: true }).server.headers(1);
        times(2, () => s.server.data(1).client.ping().ping().ping());
      },
      // The first after DATA is not counted; the second time it is: the others have no answer yet.
      finds: [["flood", 8, { side: "client", count: 5, time: "5 ms", peak: 5, window: "1 s" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.ping("1_______").ping("2_______").ping("3_______"),
      finds: [["flood", 3, { side: "client", ...three }]],
      options: few,
      because: ["borders", "no-gap2"],
    },
  },
});

testRule(settingsFlood, {
  valid: {
    "one below": { options: few, frames: (s) => s.client.settings() },
    "acknowledgments of the other side's": {
      options: { ...few, frames: 4 },
      frames: (s) => s.client.settings().settings().server.settingsAck().settingsAck(),
    },
    "other frames": { options: few, frames: (s) => s.client.ping("1_______").ping("2_______").ping("3_______") },
  },
  invalid: {
    // One is in the opening.
    three: {
      options: few,
      frames: (s) => s.client.settings().settings([[3, 7]]),
      finds: [["flood", 2, { side: "client", ...three, time: "5 ms" }]],
    },
    thirty: {
      options: few,
      frames: (s) => times(30, () => s.server.settings()),
      finds: [["flood", 2, { side: "server", count: 31, time: "32 ms", peak: 30, window: "1 s" }, { severity: "error" }]],
    },
    "told when they are over": {
      options: few,
      frames: (s) => s.server.wait(2000).settings().settings().settings().wait(2000).settings(),
      finds: [["flood", 3, { side: "server", ...three }]],
    },
  },
});

const entries = (count: number) => Array.from({ length: count }, (_, i) => [0x1000 + i, 1] as const);

testRule(settingsManyEntries, {
  valid: {
    "the most there may be": (s) => s.client.settings(entries(32)),
    "other frames": (s) => s.client.headers(1).data(1, 198),
  },
  invalid: {
    "one more": { frames: (s) => s.client.settings(entries(33)), finds: [["many", 1, { side: "client", count: 33, most: 32 }]] },
    "ten times as many": {
      frames: (s) => s.server.settings(entries(320)),
      finds: [["many", 1, { side: "server", count: 320, most: 32 }, { severity: "error" }]],
    },
  },
});

testRule(emptyFrames, {
  valid: {
    "one below": { options: few, frames: (s) => s.client.headers(1).data(1, 0).data(1, 0) },
    "at the end of streams": {
      options: few,
      frames: (s) => times(5, (i) => s.client.headers(1 + 2 * i).data(1 + 2 * i, 0, { endStream: true })),
    },
    "of one byte": { options: few, frames: (s) => s.client.headers(1).data(1).data(1).data(1).data(1) },
  },
  invalid: {
    "DATA, one with padding only": {
      options: few,
      frames: (s) => s.client.headers(1).data(1, 0).data(1, 0, { padding: 9 }).data(1, 0),
      finds: [["flood", 4, { side: "client", ...three }]],
    },
    "of the server, a promise among them": {
      options: few,
      frames: (s) =>
        s.client
          .headers(1, { endStream: true })
          .server.headers(1)
          .data(1, 0)
          .pushPromise(1, 2, { block: "", endHeaders: false })
          .continuation(1, { block: "", endHeaders: false })
          .continuation(1),
      finds: [["flood", 5, { side: "server", ...three }]],
    },
    CONTINUATION: {
      options: few,
      frames: (s) => {
        s.client.headers(1, { block: "", endHeaders: false });
        times(29, () => s.client.continuation(1, { block: "", endHeaders: false }));
        s.client.continuation(1, { fields: { ":method": "GET", ":scheme": "http", ":path": "/" } });
      },
      finds: [["flood", 3, { side: "client", count: 30, time: "29 ms", peak: 30, window: "1 s" }, { severity: "error" }]],
    },
    "told when they are over": {
      options: few,
      frames: (s) => s.client.headers(1).data(1, 0).data(1, 0).data(1, 0).wait(2000).data(1, 0),
      finds: [["flood", 4, { side: "client", ...three }]],
    },
  },
});

const promises = (speaker: Speaker, count: number, from = 2): void => times(count, (i) => speaker.pushPromise(1, from + 2 * i));
const push = { frames: 3, window: 1000, refused: 3 } as const;

testRule(pushPromiseFlood, {
  valid: {
    "one below, and one refused less": {
      options: push,
      frames: (s) => {
        promises(s.client.headers(1, { endStream: true }).server, 2);
        s.client.rst(2).rst(4).rst(4);
      },
    },
    "streams of the client that it resets": {
      options: push,
      frames: (s) => s.client.headers(1).headers(3).headers(5).rst(1).rst(3).rst(5),
    },
    "of the client": { options: push, frames: (s) => promises(s.client.headers(1, { endStream: true }), 5) },
    "other frames on promised streams": {
      options: push,
      frames: (s) => {
        promises(s.client.headers(1, { endStream: true }).server, 2);
        s.client.windowUpdate(2).windowUpdate(4).windowUpdate(2).windowUpdate(4);
      },
    },
    "promises that are reset once more, or have been fulfilled": {
      options: push,
      frames: (s) => {
        promises(s.client.headers(1, { endStream: true }).server, 2);
        s.server.headers(2, { endStream: true }).client.rst(4).rst(4).rst(2).rst(2);
      },
    },
    "promises that the server takes back": {
      options: push,
      frames: (s) => {
        s.client.headers(1, { endStream: true });
        times(3, (i) => {
          promises(s.server, 1, 2 + 2 * i);
          s.server
            .rst(2 + 2 * i)
            .client.crossing()
            .rst(2 + 2 * i)
            .wait(1000);
        });
      },
    },
  },
  invalid: {
    many: {
      options: push,
      frames: (s) => promises(s.client.headers(1, { endStream: true }).server, 3),
      finds: [["flood", 4, three]],
    },
    refused: {
      options: push,
      frames: (s) => {
        s.client.headers(1, { endStream: true });
        times(3, (i) => {
          promises(s.server, 1, 2 + 2 * i);
          s.client.rst(2 + 2 * i).wait(1000);
        });
      },
      finds: [["refused", 6, { count: 3, time: "2 s" }]],
    },
    "many, told when they are over": {
      options: push,
      frames: (s) => {
        promises(s.client.headers(1, { endStream: true }).server, 3);
        promises(s.server.wait(2000), 1, 8);
      },
      finds: [["flood", 4, three]],
    },
  },
});

const download: Story = (s) => s.client.headers(1, { endStream: true }).server.headers(1);

testRule(windowUpdateFlood, {
  valid: {
    "one below": { options: few, frames: (s) => s.client.windowUpdate(0).windowUpdate(0) },
    "in large pieces": { options: few, frames: (s) => times(9, () => s.client.windowUpdate(0, 1024)) },
    "two for each DATA frame": {
      options: few,
      frames: (s) => {
        download(s);
        times(9, () => s.server.data(1, 10).client.windowUpdate(0, 10).windowUpdate(1, 10));
      },
    },
    "nothing of the other side was captured": {
      options: few,
      frames: (s) => times(9, () => s.midway().client.windowUpdate(0)),
    },
  },
  invalid: {
    "three small ones": {
      options: few,
      frames: (s) => s.client.windowUpdate(0, 2).windowUpdate(0, 1000).windowUpdate(0, 3),
      finds: [["flood", 3, { side: "client", mean: 335, ...three }]],
    },
    "ten times as many, of the server": {
      options: few,
      frames: (s) => times(30, () => s.server.windowUpdate(0, 1)),
      finds: [
        ["flood", 3, { side: "server", mean: 1, count: 30, time: "29 ms", peak: 30, window: "1 s" }, { severity: "error" }],
      ],
    },
    "beside those for DATA": {
      options: few,
      frames: (s) => {
        download(s);
        s.server.data(1, 10);
        times(5, () => s.client.windowUpdate(1, 1));
      },
      finds: [["flood", 8, { side: "client", mean: 1, ...three }]],
    },
    "where bytes are missing": {
      options: few,
      frames: (s) => {
        download(s);
        s.server.lost((server) => server.data(1, 10)).data(1, 1);
        times(5, () => s.client.windowUpdate(1, 1));
      },
      certainty: "unproven",
      finds: [["flood", 7, { side: "client", mean: 1, count: 5, time: "4 ms", peak: 5, window: "1 s" }]],
    },
    "told when they are over": {
      options: few,
      frames: (s) => s.client.windowUpdate(0).windowUpdate(0).windowUpdate(0).wait(2000).windowUpdate(0),
      finds: [["flood", 3, { side: "client", mean: 1, ...three }]],
    },
  },
});

testRule(goawayFlood, {
  valid: {
    "a graceful shutdown and two more": (s) => s.server.goaway(0x7fffffff).goaway(1).goaway(1).goaway(1),
    "over a long time": (s) => times(9, () => s.server.goaway(1).wait(2600)),
  },
  invalid: {
    "three beyond it": {
      frames: (s) => times(5, () => s.server.goaway(1)),
      finds: [["flood", 5, { side: "server", count: 5, time: "4 ms", peak: 5, window: "10 s" }]],
    },
    "far more": {
      frames: (s) => times(50, () => s.client.goaway(0)),
      finds: [["flood", 5, { side: "client", count: 50, time: "49 ms", peak: 50, window: "10 s" }, { severity: "error" }]],
    },
    "told when they are over": {
      frames: (s) => {
        times(5, () => s.server.goaway(1));
        s.server.wait(20_000).goaway(1);
      },
      finds: [["flood", 5, { side: "server", count: 5, time: "4 ms", peak: 5, window: "10 s" }]],
    },
  },
});

const unknown = (speaker: Speaker, octets = 0) => speaker.frame({ type: 0x5a, payload: new Uint8Array(octets) });
const strange = { ...few, octets: 100 } as const;

testRule(unknownFrameFlood, {
  valid: {
    "one below": { options: strange, frames: (s) => unknown(unknown(s.client)) },
    "as many bytes as there may be": { options: strange, frames: (s) => unknown(s.client, 100) },
    "more bytes, over a longer time": {
      options: strange,
      frames: (s) => unknown(unknown(s.client, 90).wait(1000), 90),
    },
    "what is no frame: frame/garbage": {
      options: strange,
      frames: (s) => s.client.headers(1).octets("HTTP/1.1 400 Bad Request\r\n\r\n"),
    },
  },
  invalid: {
    many: {
      options: strange,
      frames: (s) => unknown(unknown(unknown(s.client))),
      finds: [["flood", 3, { side: "client", ...three }]],
    },
    "large ones": {
      options: strange,
      frames: (s) => unknown(unknown(s.server, 50), 51),
      finds: [["octets", 2, { side: "server", octets: 101, count: 2, time: "1 ms" }]],
    },
    "ten times as large": {
      options: strange,
      frames: (s) => unknown(s.server, 1000),
      finds: [["octets", 1, { side: "server", octets: 1000, count: 1, time: "0 us" }, { severity: "error" }]],
    },
    "many, told when they are over": {
      options: strange,
      frames: (s) => unknown(unknown(unknown(unknown(s.client))).wait(2000)),
      finds: [["flood", 3, { side: "client", ...three }]],
    },
    "large ones, told when they are over": {
      options: strange,
      frames: (s) => unknown(unknown(s.server, 101).wait(2000)),
      finds: [["octets", 1, { side: "server", octets: 101, count: 1, time: "0 us" }]],
    },
    "thirty of them": {
      options: strange,
      frames: (s) => times(30, () => unknown(s.client)),
      finds: [["flood", 3, { side: "client", count: 30, time: "29 ms", peak: 30, window: "1 s" }, { severity: "error" }]],
    },
  },
});
