import { expect, it } from "vitest";
import {
  continuationFlood,
  emptyHeaderNames,
  headerCountBomb,
  headerListSizeTrap,
  hpackBomb,
  tableSizeChurn,
  zeroLengthContinuation,
} from "../../../src/rules/abuse/field-block.ts";
import { getRequest, literals, okResponse, play, type Script, type Speaker, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const open = { endHeaders: false } as const;

/** HEADERS and so many CONTINUATIONs, the last with END_HEADERS. */
function block(speaker: Speaker, streamId: number, continuations: number): void {
  speaker.headers(streamId, { ...end, ...open });
  for (let i = 1; i < continuations; i++) speaker.continuation(streamId, open);
  speaker.continuation(streamId);
}

// "x-more: 1" is 10 octets; the request 51.
const size = (continuations: number): number => literals(getRequest).length + 10 * continuations;

testRule(continuationFlood, {
  valid: {
    "eight frames": (s) => block(s.client, 1, 8),
    "in two blocks": (s) => {
      block(s.client, 1, 5);
      block(s.client, 3, 5);
    },
    "as many bytes as there may be": { options: { octets: size(2) }, frames: (s) => block(s.client, 1, 2) },
    "none that belongs to a block": (s) => {
      for (let i = 0; i < 9; i++) s.client.continuation(1, open);
    },
    "other frames": (s) => {
      s.client.headers(1, open);
      for (let i = 0; i < 9; i++) s.client.data(1);
    },
    "CONTINUATION of another stream": {
      options: { frames: 2 },
      frames: (s) => s.client.headers(1, open).continuation(3, open).continuation(3, open).continuation(3, open),
    },
    "CONTINUATION after the end of the block": {
      options: { frames: 2 },
      frames: (s) => s.client.headers(1, open).continuation(1).continuation(1, open).continuation(1, open).continuation(1, open),
    },
    "other frames within the block": (s) => {
      s.client.headers(1, { endHeaders: false });
      for (let i = 0; i < 9; i++) s.client.ping();
    },
  },
  invalid: {
    "nine frames": {
      frames: (s) => block(s.client, 1, 9),
      finds: [["flood", 10, { side: "client", count: 9, octets: size(9) }]],
    },
    "one byte more": {
      options: { octets: size(2) - 1 },
      frames: (s) => block(s.client, 3, 2),
      finds: [["flood", 3, { side: "client", count: 2, octets: size(2) }]],
    },
    "ten times as many": {
      options: { frames: 2 },
      frames: (s) => block(s.client, 1, 20),
      finds: [["flood", 4, { side: "client", count: 20, octets: size(20) }, { severity: "error" }]],
    },
    "without an end": {
      options: { frames: 2 },
      frames: (s) => s.client.headers(1, open).continuation(1, open).continuation(1, open).continuation(1, open).close(),
      finds: [["endless", 4, { side: "client", count: 3, octets: size(3) }, { severity: "error" }]],
    },
    "without an end, and another block follows": {
      options: { frames: 2 },
      frames: (s) =>
        s.client.headers(1, open).continuation(1, open).continuation(1, open).continuation(1, open).headers(3, end).close(),
      finds: [["endless", 4, { side: "client", count: 3, octets: size(3) }, { severity: "error" }]],
    },
    "that another block interrupts": {
      options: { frames: 2 },
      frames: (s) =>
        s.client
          .headers(1, open)
          .continuation(1, open)
          .headers(3, end)
          .continuation(1, open)
          .continuation(1, open)
          .continuation(1),
      finds: [["flood", 5, { side: "client", count: 4, octets: size(4) }]],
    },
    "of the server": {
      options: { frames: 2 },
      frames: (s) => s.client.headers(1, end).server.headers(1, open).continuation(1, open).continuation(1, open).continuation(1),
      finds: [["flood", 5, { side: "server", count: 3, octets: literals(okResponse).length + 30 }]],
    },
    "when the capture ends": {
      options: { frames: 2 },
      frames: (s) => s.client.headers(1, open).continuation(1, open).continuation(1, open).continuation(1, open),
      finds: [["flood", 4, { side: "client", count: 3, octets: size(3) }]],
    },
    "told once": {
      options: { frames: 2 },
      frames: (s) => {
        block(s.client, 1, 3);
        s.client.continuation(1, open).headers(3, end).close();
      },
      finds: [["flood", 4, { side: "client", count: 3, octets: size(3) }]],
    },
  },
});

it("of a block with many CONTINUATIONs names the first frame and the last", () => {
  const { findings } = play((s) => block(s.client, 1, 9), { rules: [continuationFlood] });
  const kinds = findings.map(({ related }) => related.map(({ frame }) => [frame.kind, frame.flags & 0x4]));
  expect(kinds).toEqual([
    [
      ["headers", 0],
      ["continuation", 4],
    ],
  ]);
});

const empty = { ...open, block: "" } as const;

testRule(zeroLengthContinuation, {
  valid: {
    "one below": {
      options: { frames: 2 },
      frames: (s) =>
        s.client
          .headers(1, { ...end, ...open })
          .continuation(1, empty)
          .continuation(1),
    },
    "with bytes": { options: { frames: 2 }, frames: (s) => block(s.client, 1, 5) },
    "of another stream": {
      options: { frames: 2 },
      frames: (s) => s.client.headers(1, open).continuation(3, empty).continuation(3, empty).continuation(3, empty),
    },
    "other frames": {
      options: { frames: 2 },
      frames: (s) => s.client.headers(1, open).data(1, 0).data(1, 0).data(1, 0),
    },
    "other empty frames within the block": (s) => {
      s.client.headers(1, { endHeaders: false });
      for (let i = 0; i < 17; i++) s.client.settings();
    },
  },
  invalid: {
    two: {
      options: { frames: 2 },
      frames: (s) =>
        s.client
          .headers(1, { ...end, ...open })
          .continuation(1, empty)
          .continuation(1, { block: "" }),
      finds: [["empty", 3, { side: "client", count: 2 }]],
    },
    "twenty, and no end": {
      options: { frames: 2 },
      frames: (s) => {
        s.client.headers(1, { ...end, ...open });
        for (let i = 0; i < 20; i++) s.client.continuation(1, empty);
        s.client.close();
      },
      finds: [["empty", 3, { side: "client", count: 20 }, { severity: "error" }]],
    },
    "two, and then a block with none": {
      options: { frames: 2 },
      frames: (s) =>
        s.client
          .headers(1, { ...end, ...open })
          .continuation(1, empty)
          .continuation(1, { block: "" })
          .headers(3, { ...end, ...open })
          .continuation(3),
      finds: [["empty", 3, { side: "client", count: 2 }]],
    },
    "told once": {
      options: { frames: 2 },
      frames: (s) =>
        s.client
          .headers(1, { ...end, ...open })
          .continuation(1, empty)
          .continuation(1, { block: "" })
          .headers(3, end)
          .close(),
      finds: [["empty", 3, { side: "client", count: 2 }]],
    },
  },
});

const nameless = (count: number) => [...Object.entries(getRequest), ...Array.from({ length: count }, () => ["", ""] as const)];

testRule(emptyHeaderNames, {
  valid: {
    nine: (s) => s.client.headers(1, { ...end, fields: nameless(9) }),
    "none: as many names": (s) =>
      s.client.headers(1, {
        ...end,
        fields: { ...getRequest, a: "", b: "", c: "", d: "", e: "", f: "", g: "", h: "", i: "", j: "" },
      }),
  },
  invalid: {
    ten: {
      frames: (s) => s.client.headers(1, { ...end, fields: nameless(10) }),
      finds: [["empty", 1, { side: "client", count: 10 }]],
    },
    "ten, before all others": {
      frames: (s) => s.client.headers(1, { ...end, fields: [...nameless(10).slice(-10), ...Object.entries(getRequest)] }),
      finds: [["empty", 1, { side: "client", count: 10 }]],
    },
    hundred: {
      options: { fields: 3 },
      frames: (s) => s.client.headers(1, { ...end, fields: nameless(30) }),
      finds: [["empty", 1, { side: "client", count: 30 }, { severity: "error" }]],
    },
    "after a gap": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .lost((client) => client.ping())
          .ping()
          .headers(3, { ...end, block: Buffer.concat([literals(nameless(10)), Buffer.from([0xbe])]) })
          .server.ack(),
      certainty: "unproven",
      finds: [["empty", 4, { side: "client", count: 10 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, { ...end, fields: nameless(10) }),
      finds: [["empty", 1, { side: "client", count: 10 }]],
      because: ["borders", "hpack"],
    },
  },
});

// One field of 36 octets put in the table, 4 + 32 of which are what a list counts, then references to it.
function references(s: Script, count: number): void {
  const block = Buffer.concat([literals(getRequest), Buffer.from("@\x02xy\x02zw", "latin1"), Buffer.alloc(count, 0xbe)]);
  s.client.headers(1, { ...end, block });
}

const listSize = (count: number): number =>
  Object.entries(getRequest).reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0) + 36 * (count + 1);
const octets = (count: number): number => literals(getRequest).length + 7 + count;
const bomb = { size: 1000, times: 10 } as const;

testRule(hpackBomb, {
  valid: {
    "as large as it may be": { options: { ...bomb, size: listSize(59) }, frames: (s) => references(s, 59) },
    "as large as it may be, and larger than was announced": {
      options: { ...bomb, size: listSize(61) },
      frames: (s) => references(s.settings({ server: [[6, 100]] }), 61),
    },
    "large, and large on the wire": { options: { ...bomb, times: 20 }, frames: (s) => references(s, 61) },
    "as many times as large as it may be": {
      options: { size: 1000, times: Math.ceil(listSize(62) / octets(62)) },
      frames: (s) => references(s, 62),
    },
  },
  invalid: {
    "one byte above": {
      options: { ...bomb, size: listSize(60) - 1 },
      frames: (s) => references(s, 60),
      finds: [
        ["bomb", 1, { side: "client", octets: octets(60), size: listSize(60), times: Math.floor(listSize(60) / octets(60)) }],
      ],
    },
    "just as many times as large": {
      options: { size: 1000, times: listSize(63) / octets(63) },
      frames: (s) => references(s, 63),
      finds: [
        ["bomb", 1, { side: "client", octets: octets(63), size: listSize(63), times: Math.floor(listSize(63) / octets(63)) }],
      ],
    },
    "ten times as large": {
      options: bomb,
      frames: (s) => references(s, 300),
      finds: [
        [
          "bomb",
          1,
          { side: "client", octets: octets(300), size: listSize(300), times: Math.floor(listSize(300) / octets(300)) },
          { severity: "error" },
        ],
      ],
    },
    "bytes are missing, and fields": {
      options: bomb,
      frames: (s) => {
        s.holes();
        const block = Buffer.concat([
          Buffer.from([0xbe]),
          literals(getRequest),
          Buffer.from("@\x02xy\x02zw", "latin1"),
          Buffer.alloc(300, 0xbe),
        ]);
        s.client.headers(1, { ...end, block });
      },
      // Of what is not known the 32 octets count that every field has (RFC 9113 6.5.2).
      finds: [
        [
          "bomb",
          1,
          {
            side: "client",
            octets: octets(300) + 1,
            size: listSize(300) + 32,
            times: Math.floor((listSize(300) + 32) / (octets(300) + 1)),
          },
          { severity: "error" },
        ],
      ],
      because: ["borders", "hpack"],
    },
  },
});

const crumbs = (count: number) => [
  ...Object.entries(getRequest),
  ...Array.from({ length: count }, () => ["cookie", "a"] as const),
];

testRule(headerCountBomb, {
  valid: {
    "as many as there may be": { options: { fields: 9 }, frames: (s) => s.client.headers(1, { ...end, fields: crumbs(5) }) },
    "as many as there may be, and larger than was announced": {
      options: { fields: 9 },
      frames: (s) => s.settings({ server: [[6, 100]] }).client.headers(1, { ...end, fields: crumbs(5) }),
    },
  },
  invalid: {
    "one more": {
      options: { fields: 9 },
      frames: (s) => s.client.headers(1, { ...end, fields: crumbs(6) }),
      finds: [["many", 1, { side: "client", count: 10 }]],
    },
    "ten times as many": {
      options: { fields: 9 },
      frames: (s) => s.client.headers(1, { ...end, fields: crumbs(86) }),
      finds: [["many", 1, { side: "client", count: 90 }, { severity: "error" }]],
    },
    "bytes are missing, and fields": {
      options: { fields: 9 },
      frames: (s) => s.holes().client.headers(1, { ...end, fields: crumbs(6) }),
      finds: [["many", 1, { side: "client", count: 11 }]],
      because: ["borders", "hpack"],
    },
  },
});

testRule(headerListSizeTrap, {
  valid: {
    "and nothing happens": (s) =>
      s
        .settings({ server: [[6, 100]] })
        .client.headers(1, end)
        .server.headers(1, end),
    "large enough": (s) =>
      s
        .settings({ server: [[6, 512]] })
        .client.headers(1)
        .rst(1, 2),
    "which the other side had not seen": (s) =>
      s.client
        .headers(1)
        .server.settings([[6, 100]])
        .client.crossing()
        .rst(1, 2),
    "when the other side had seen nothing yet": (s) =>
      s
        .bare()
        .server.settings([[6, 100]])
        .client.crossing()
        .preface()
        .settings()
        .headers(1)
        .rst(1, 2),
    "and a stream is cancelled": (s) =>
      s
        .settings({ server: [[6, 100]] })
        .client.headers(1)
        .rst(1, 8),
    "and taken back": (s) =>
      s.server
        .settings([[6, 100]])
        .settings([[6, 16_384]])
        .client.headers(1)
        .rst(1, 2),
    "of SETTINGS that are none": (s) =>
      s.server
        .settings([[6, 100]], { flags: 1 })
        .frame({ type: 4, payload: "\0\x06\0\0\0\x64\0" })
        .client.headers(1)
        .rst(1, 2),
    "and the connection ends well": (s) =>
      s
        .settings({ server: [[6, 100]] })
        .client.headers(1, end)
        .server.headers(1, end)
        .client.goaway(0),
    "and other frames": (s) =>
      s
        .settings({ server: [[6, 100]] })
        .client.headers(1)
        .data(1)
        .priority(1)
        .ping()
        .server.headers(1, end),
    "and a RST_STREAM that is none": (s) =>
      s
        .settings({ server: [[6, 100]] })
        .client.headers(1)
        .frame({ type: 3, streamId: 1, payload: "\0\0\x02" }),
  },
  invalid: {
    "the client fails": {
      frames: (s) =>
        s
          .settings({ server: [[6, 100]] })
          .client.headers(1)
          .rst(1, 2),
      finds: [["trap", 0, { side: "server", value: 100, answer: "RST_STREAM(INTERNAL_ERROR)" }]],
    },
    "the server gives up": {
      frames: (s) =>
        s.client
          .settings([[6, 0]])
          .headers(1, end)
          .server.goaway(1, 2),
      finds: [["trap", 1, { side: "client", value: 0, answer: "GOAWAY(INTERNAL_ERROR)" }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        s
          .holes()
          .settings({ server: [[6, 100]] })
          .client.headers(1)
          .rst(1, 2),
      finds: [["trap", 0, { side: "server", value: 100, answer: "RST_STREAM(INTERNAL_ERROR)" }]],
      because: ["borders", "settings"],
    },
    "and another SETTINGS without it": {
      frames: (s) =>
        s
          .settings({ server: [[6, 100]] })
          .server.settings([[3, 100]])
          .client.headers(1)
          .rst(1, 2)
          .rst(1, 2),
      finds: [["trap", 0, { side: "server", value: 100, answer: "RST_STREAM(INTERNAL_ERROR)" }]],
    },
    "the other side has just got it": {
      frames: (s) =>
        s.client
          .headers(1)
          .server.settings([[6, 100]])
          .client.rst(1, 2),
      finds: [["trap", 2, { side: "server", value: 100, answer: "RST_STREAM(INTERNAL_ERROR)" }]],
    },
  },
});

// To 0 and 1 by turns.
const update = (s: Script, streamId: number, ...sizes: number[]): void => {
  const octets = sizes.length === 0 ? [0x20 | ((streamId >> 1) & 1)] : sizes;
  s.client.headers(streamId, { ...end, block: Buffer.concat([Buffer.from(octets), literals(getRequest)]) });
};
const changes = { updates: 3, window: 1000, changes: 3 } as const;

testRule(tableSizeChurn, {
  valid: {
    "one below": { options: changes, frames: (s) => [1, 3].forEach((id) => void update(s, id)) },
    "every block says the size that holds from the beginning": {
      options: changes,
      frames: (s) => [1, 3, 5, 7, 9].forEach((id) => void update(s, id, 0x3f, 0xe1, 0x1f)),
    },
    "every block says the size that the first one chose": {
      options: changes,
      frames: (s) => [1, 3, 5, 7, 9].forEach((id) => void update(s, id, 0x20)),
    },
    "the same size again": {
      options: changes,
      frames: (s) =>
        s.client
          .settings([[1, 100]])
          .settings([[1, 100]])
          .settings([[1, 200]])
          .settings([[1, 200]]),
    },
    "another setting": {
      options: changes,
      frames: (s) =>
        s.client
          .settings([[3, 100]])
          .settings([[3, 200]])
          .settings([[3, 300]])
          .settings([[3, 400]]),
    },
    "SETTINGS that are none": {
      options: changes,
      frames: (s) => {
        for (const octet of ["\x01", "\x02", "\x03", "\x04"]) {
          s.client.frame({ type: 4, payload: `\0\x01\0\0\0${octet}\0` }).settings([[1, octet.charCodeAt(0)]], { flags: 1 });
        }
      },
    },
    "other frames": {
      options: changes,
      frames: (s) => s.client.headers(1).data(1, "\0\x01\0\0\0\x01").data(1, "\0\x01\0\0\0\x02").data(1, "\0\x01\0\0\0\x03"),
    },
    "the size that holds from the beginning": {
      options: changes,
      frames: (s) =>
        s.client
          .settings([[1, 4096]])
          .settings([[1, 100]])
          .settings([[1, 4096]]),
    },
    "blocks without a size update": {
      options: changes,
      frames: (s) => s.client.headers(1, end).headers(3, end).headers(5, end),
    },
  },
  invalid: {
    "size updates": {
      options: changes,
      frames: (s) => [1, 3, 5].forEach((id) => void update(s, id)),
      finds: [["updates", 3, { side: "client", count: 3, time: "2 ms", peak: 3, window: "1 s" }]],
    },
    "to nothing and back, in each block": {
      options: changes,
      frames: (s) => [1, 3].forEach((id) => void update(s, id, 0x20, 0x3f, 0xe1, 0x1f)),
      finds: [["updates", 2, { side: "client", count: 4, time: "1 ms", peak: 4, window: "1 s" }]],
    },
    "two in each block, ten times as many": {
      options: changes,
      frames: (s) => {
        for (let id = 1; id <= 29; id += 2) {
          s.client.headers(id, { ...end, block: Buffer.concat([Buffer.from([0x20, 0x21]), literals(getRequest)]) });
        }
      },
      finds: [["updates", 2, { side: "client", count: 30, time: "14 ms", peak: 30, window: "1 s" }, { severity: "error" }]],
    },
    "the setting": {
      options: changes,
      frames: (s) =>
        s.server
          .settings([[1, 0]])
          .wait(1000)
          .settings([[1, 100]])
          .settings([[1, 0]]),
      finds: [["setting", 3, { side: "server", count: 3, time: "1 s" }]],
    },
    "size updates, told when they are over": {
      options: changes,
      frames: (s) => {
        [1, 3, 5].forEach((id) => void update(s, id));
        s.client.wait(2000);
        update(s, 7);
      },
      finds: [["updates", 3, { side: "client", count: 3, time: "2 ms", peak: 3, window: "1 s" }]],
    },
  },
});
