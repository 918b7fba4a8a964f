import { tableSizeMinimumMissing, tableSizeUpdateExcess, tableSizeUpdateMissing } from "../../../src/rules/hpack/table-size.ts";
import { type Script, type Story, testRule } from "../../../src/testing.ts";

const HEADER_TABLE_SIZE = 1;
// RFC 7541 6.1, 6.2.2: `:method: GET`, `:scheme: http`, `:path: /`, `:authority: a`.
const get = "\x82\x86\x84\x01\x01a";
// 6.2.1: `a: b`, put into the dynamic table: 34 octets (4.1).
const insert = "\x40\x01a\x01b";
// 6.3.
const size = { 0: "\x20", 30: "\x3e", 100: "\x3f\x45", 4096: "\x3f\xe1\x1f" } as const;
const block = (octets: string) => ({ endStream: true, block: octets });
// The server lowers its limit, the client acknowledges.
const lowered = (s: Script, ...limits: readonly number[]) => {
  s.client.headers(1, block(get + insert));
  for (const limit of limits) s.server.settings([[HEADER_TABLE_SIZE, limit]]).client.settingsAck();
  return s.client;
};
const unused = (s: Script, ...limits: readonly number[]) => {
  for (const limit of limits) s.server.settings([[HEADER_TABLE_SIZE, limit]]).client.settingsAck();
  return s.client;
};
const lost: Story = (s) =>
  s.client
    .headers(1, block(get + insert))
    .server.settings([[HEADER_TABLE_SIZE, 0]])
    .client.settingsAck()
    .lost((client) => client.headers(3, block(size[0] + get)))
    .headers(5, block(get));

testRule(tableSizeUpdateMissing, {
  valid: {
    "an update": (s) => lowered(s, 0).headers(3, block(size[0] + get)),
    "a lower one": (s) => lowered(s, 100).headers(3, block(size[30] + get)),
    once: (s) =>
      lowered(s, 0)
        .headers(3, block(size[0] + get))
        .headers(5, block(get)),
    "before the acknowledgment": (s) =>
      s.client
        .headers(1, block(get + insert))
        .server.settings([[HEADER_TABLE_SIZE, 0]])
        .client.headers(3, block(get + insert))
        .settingsAck()
        .headers(5, block(size[0] + get)),
    "made before the acknowledgment": (s) =>
      s.client
        .headers(1, block(get + insert))
        .server.settings([[HEADER_TABLE_SIZE, 0]])
        .client.headers(3, block(size[0] + get))
        .settingsAck()
        .headers(5, block(get)),
    "a higher limit": (s) => lowered(s, 10_000).headers(3, block(get)),
    "the limit that it keeps to already": (s) =>
      lowered(s, 0)
        .headers(3, block(size[0] + get))
        .server.settings([[HEADER_TABLE_SIZE, 0]])
        .client.settingsAck()
        .headers(5, block(get)),
    "the block with the update may be lost": lost,
    "SETTINGS may be missing: whose acknowledgment it is remains open": {
      frames: (s) =>
        s.client
          .headers(1, block(get + insert))
          .server.lost((server) => server.settings())
          .settings([[HEADER_TABLE_SIZE, 0]])
          .client.settingsAck()
          .headers(3, block(get)),
      unchecked: { "hpack/table-size-* settings": 1 },
    },
    "the other direction": (s) => lowered(s, 0).server.headers(1, block("\x88")),
    "hpack/table-size-minimum-missing": (s) => lowered(s, 0, 4096).headers(3, block(get)),
  },
  invalid: {
    "its table holds more": {
      frames: (s) => lowered(s, 0).headers(3, block(get)).headers(5, block(get)),
      finds: [["held", 4, { streamId: 3, limit: 0, side: "client", held: 34 }]],
    },
    "an update to a higher limit that only arrived": {
      frames: (s) =>
        lowered(s, 30)
          .server.settings([[HEADER_TABLE_SIZE, 4096]])
          .client.headers(3, block(size[4096] + get)),
      finds: [["held", 5, { streamId: 3, limit: 30, side: "client", held: 34 }]],
    },
    "its table holds less": {
      frames: (s) => lowered(s, 100).headers(3, block(get)),
      finds: [["unused", 4, { streamId: 3, limit: 100, side: "client", held: 34 }, { severity: "warning" }]],
    },
    "in the first SETTINGS": {
      frames: (s) => s.settings({ server: [[HEADER_TABLE_SIZE, 0]] }).client.headers(1, block(get)),
      finds: [["unused", 1, { streamId: 1, limit: 0, side: "client", held: 0 }, { severity: "warning" }]],
    },
    "of the server": {
      frames: (s) =>
        s.client
          .headers(1, block(get))
          .headers(3, block(get))
          .server.headers(1, block(`\x88${insert}`))
          .client.settings([[HEADER_TABLE_SIZE, 0]])
          .server.settingsAck()
          .headers(3, block("\x88")),
      finds: [["held", 6, { streamId: 3, limit: 0, side: "server", held: 34 }]],
    },
  },
});

testRule(tableSizeMinimumMissing, {
  valid: {
    "both updates": (s) => lowered(s, 0, 4096).headers(3, block(size[0] + size[4096] + get)),
    "the lowest only": (s) => lowered(s, 0, 4096).headers(3, block(size[0] + get)),
    "a block between them": (s) =>
      lowered(s, 0)
        .headers(3, block(size[0] + get))
        .server.settings([[HEADER_TABLE_SIZE, 4096]])
        .client.settingsAck()
        .headers(5, block(get)),
    "up and down again: hpack/table-size-update-missing": (s) => unused(s, 10_000, 100).headers(3, block(get)),
    // RFC 9113 6.5.3: whether a value counts that another follows in the same frame is open.
  },
  invalid: {
    "no update": {
      frames: (s) => lowered(s, 0, 4096).headers(3, block(get)),
      finds: [["minimum", 6, { streamId: 3, limit: 0, side: "client", final: 4096 }]],
    },
    // RFC 9113 6.5.3: values are processed in their order.
    "both in one frame": {
      frames: (s) => {
        s.client.headers(1, block(get + insert)).server.settings([
          [HEADER_TABLE_SIZE, 0],
          [HEADER_TABLE_SIZE, 4096],
        ]);
        s.client.settingsAck().headers(3, block(get));
      },
      finds: [["minimum", 4, { streamId: 3, limit: 0, side: "client", final: 4096 }]],
    },
    "the last one only": {
      frames: (s) => lowered(s, 30, 4096).headers(3, block(size[4096] + get)),
      finds: [["minimum", 6, { streamId: 3, limit: 30, side: "client", final: 4096 }]],
    },
  },
});

testRule(tableSizeUpdateExcess, {
  valid: { two: (s) => s.client.headers(1, block(size[0] + size[4096] + get)) },
  invalid: {
    three: {
      frames: (s) => s.client.headers(1, block(size[0] + size[30] + size[4096] + get)),
      finds: [["updates", 1, { streamId: 1, updates: 3 }]],
    },
  },
});
