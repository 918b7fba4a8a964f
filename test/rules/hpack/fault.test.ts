import {
  blockTruncated,
  huffmanEos,
  huffmanPaddingLong,
  huffmanPaddingNotEos,
  indexOutOfRange,
  indexZero,
  integerOverflow,
  stringTooLong,
  tableSizeUpdatePosition,
  tableSizeUpdateTooLarge,
} from "../../../src/rules/hpack/fault.ts";
import { testRule } from "../../../src/testing.ts";

const HEADER_TABLE_SIZE = 1;
// RFC 7541 6.1: `:method: GET`, `:scheme: http`, `:path: /`.
const get = "\x82\x86\x84";
// 6.2.1: `a: b`, put into the dynamic table; 6.1: its newest entry.
const insert = "\x40\x01a\x01b";
const newest = "\xbe";
// 6.3.
const size4096 = "\x3f\xe1\x1f";
const size40 = "\x3f\x09";
const size4097 = "\x3f\xe2\x1f";

testRule(indexZero, {
  valid: {
    "index 1": (s) => s.client.headers(1, { block: `${get}\x81` }),
    "another fault: hpack/index-out-of-range": (s) => s.client.headers(1, { block: "\xff\x00" }),
  },
  invalid: {
    "a field": { frames: (s) => s.client.headers(1, { block: "\x80" }), finds: [["fault", 1, { streamId: 1 }]] },
    "of a promise": {
      frames: (s) => s.client.headers(1).server.pushPromise(1, 2, { block: "\x80" }),
      finds: [["fault", 2, { streamId: 1 }]],
    },
    "in CONTINUATION": {
      frames: (s) => s.client.headers(1, { block: get, endHeaders: false }).continuation(1, { block: "\x80" }),
      finds: [["fault", 1, { streamId: 1 }]],
    },
  },
});

testRule(indexOutOfRange, {
  valid: {
    "an entry of the same block": (s) => s.client.headers(1, { block: get + insert + newest }),
    "an entry of an earlier block": (s) => s.client.headers(1, { block: get + insert }).headers(3, { block: get + newest }),
    // The block of a frame that is a connection error goes through HPACK all the same.
    "an entry of a block that was refused": (s) =>
      s.client.headers(2, { block: get + insert }).headers(3, { block: get + newest }),
    "the entry may be missing": (s) =>
      s.client.lost((client) => client.headers(1, { block: get + insert })).headers(3, { block: get + newest }),
    // Two fields fit in 13 octets beside the head of HEADERS.
    "the entry may just be missing": (s) =>
      s.client.lost((client) => client.windowUpdate(0, 1)).headers(1, { block: `${get}\xbf` }),
    "mid-connection": (s) =>
      s
        .midway()
        .client.ping()
        .headers(3, { block: get + newest })
        .ping(),
  },
  invalid: {
    "an empty table": { frames: (s) => s.client.headers(1, { block: newest }), finds: [["fault", 1, { streamId: 1 }]] },
    "the name of a literal": {
      frames: (s) => s.client.headers(1, { block: "\x7e\x01b" }),
      finds: [["fault", 1, { streamId: 1 }]],
    },
    // Each direction has a table of its own.
    "the other side's entry": {
      frames: (s) => s.client.headers(1, { block: get + insert }).server.headers(1, { block: newest }),
      finds: [["fault", 2, { streamId: 1 }]],
    },
    evicted: {
      frames: (s) => s.client.headers(1, { block: get + insert }).headers(3, { block: `\x20${get}${newest}` }),
      finds: [["evicted", 2, { streamId: 3, maximum: 0 }]],
    },
    "evicted, where the other side allows no more": {
      frames: (s) =>
        s
          .settings({ server: [[HEADER_TABLE_SIZE, 40]] })
          .client.headers(1, { block: size40 + get + insert + insert })
          .headers(3, { block: `${get}\xbf` }),
      finds: [["evicted", 2, { streamId: 3, maximum: 40 }]],
    },
    "evicted, where the other side allows more than is in use": {
      frames: (s) =>
        s
          .settings({ server: [[HEADER_TABLE_SIZE, 65_536]] })
          .client.headers(1, { block: size40 + get + insert + insert })
          .headers(3, { block: `${get}\xbf` }),
      finds: [["outgrown", 2, { streamId: 3, maximum: 40, limit: 65_536, side: "client", peer: "server" }]],
    },
    "never there, where the other side allows more than is in use": {
      frames: (s) =>
        s
          .settings({ server: [[HEADER_TABLE_SIZE, 65_536]] })
          .client.headers(1, { block: size40 + get + insert + insert })
          .headers(3, { block: `${get}\xc0` }),
      finds: [["fault", 2, { streamId: 3 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        s
          .holes()
          .client.headers(1, { block: get + insert })
          .headers(3, { block: `\x20${get}${newest}` }),
      finds: [["evicted", 2, { streamId: 3, maximum: 0 }]],
      because: ["borders", "no-gap"],
    },
    "what is missing can have made no such entry": {
      frames: (s) => s.client.lost((client) => client.windowUpdate(0, 1)).headers(1, { block: `${get}\xc1` }),
      finds: [["fault", 2, { streamId: 1 }]],
      because: ["borders", "no-gap"],
    },
  },
});

testRule(integerOverflow, {
  valid: { "as long as may be, and small": (s) => s.client.headers(1, { block: `${get}\x0f\xae\x80\x80\x80\x00\x01b` }) },
  invalid: {
    "more than 32 bits": {
      frames: (s) => s.client.headers(1, { block: "\xff\xff\xff\xff\xff\x7f" }),
      finds: [["fault", 1, { streamId: 1 }]],
    },
    "more than five bytes": {
      frames: (s) => s.client.headers(1, { block: "\xff\x80\x80\x80\x80\x80\x00" }),
      finds: [["fault", 1, { streamId: 1 }]],
    },
  },
});

testRule(stringTooLong, {
  valid: { "to the end of the block": (s) => s.client.headers(1, { block: `${get}\0\x02ab\x01c` }) },
  invalid: {
    "one byte more": { frames: (s) => s.client.headers(1, { block: "\0\x02ab\x02c" }), finds: [["fault", 1, { streamId: 1 }]] },
  },
});

testRule(blockTruncated, {
  valid: {
    "the rest is in CONTINUATION": (s) =>
      s.client.headers(1, { block: `${get}\x40`, endHeaders: false }).continuation(1, { block: "\x01a\x01b" }),
    "bytes of the block are missing": (s) =>
      s.client
        .headers(1, { block: get, endHeaders: false })
        .lost((client) => client.continuation(1, { block: "\x40\x01a", endHeaders: false }))
        .continuation(1, { block: "\x01b" }),
  },
  invalid: {
    "h2spec 4.3/1": { frames: (s) => s.client.headers(1, { block: "\x40" }), finds: [["fault", 1, { streamId: 1 }]] },
  },
});

testRule(huffmanEos, {
  valid: { "its first seven bits": (s) => s.client.headers(1, { block: `${get}\0\x82\x8c\x7f\x01b` }) },
  invalid: {
    "30 ones": {
      frames: (s) => s.client.headers(1, { block: "\0\x84\xff\xff\xff\xff\x01b" }),
      finds: [["fault", 1, { streamId: 1 }]],
    },
  },
});

testRule(huffmanPaddingLong, {
  valid: { "three bits": (s) => s.client.headers(1, { block: `${get}\0\x81\x1f\x01b` }) },
  invalid: {
    eleven: { frames: (s) => s.client.headers(1, { block: "\0\x82\x1f\xff\x01b" }), finds: [["fault", 1, { streamId: 1 }]] },
  },
});

testRule(huffmanPaddingNotEos, {
  valid: { ones: (s) => s.client.headers(1, { block: `${get}\0\x81\x27\x01b` }) },
  invalid: {
    zeros: { frames: (s) => s.client.headers(1, { block: "\0\x81\x18\x01b" }), finds: [["fault", 1, { streamId: 1 }]] },
  },
});

testRule(tableSizeUpdatePosition, {
  valid: { "two at the beginning": (s) => s.client.headers(1, { block: `\x20${size4096}${get}` }) },
  invalid: {
    "behind a field": { frames: (s) => s.client.headers(1, { block: `${get}\x20` }), finds: [["fault", 1, { streamId: 1 }]] },
  },
});

testRule(tableSizeUpdateTooLarge, {
  valid: {
    "4096": (s) => s.client.headers(1, { block: size4096 + get }),
    "more, where more was announced": (s) =>
      s.settings({ server: [[HEADER_TABLE_SIZE, 4097]] }).client.headers(1, { block: size4097 + get }),
    "more, where more has arrived": (s) =>
      s.server.settings([[HEADER_TABLE_SIZE, 4097]]).client.headers(1, { block: size4097 + get }),
    "the lower limit is not acknowledged yet": (s) =>
      s.server.settings([[HEADER_TABLE_SIZE, 0]]).client.headers(1, { block: size4096 + get }),
    "the other side's SETTINGS may be missing": (s) =>
      s.server.lost((server) => server.settings([[HEADER_TABLE_SIZE, 4097]])).client.headers(1, { block: size4097 + get }),
  },
  invalid: {
    "one more": { frames: (s) => s.client.headers(1, { block: size4097 + get }), finds: [["fault", 1, { streamId: 1 }]] },
    "more was announced, under way": {
      frames: (s) =>
        s.server
          .settings([[HEADER_TABLE_SIZE, 4097]])
          .client.crossing()
          .headers(1, { block: size4097 + get }),
      finds: [["fault", 2, { streamId: 1 }]],
    },
    "the lower limit was acknowledged": {
      frames: (s) =>
        s.server
          .settings([[HEADER_TABLE_SIZE, 0]])
          .client.settingsAck()
          .headers(1, { block: size4096 + get }),
      finds: [["fault", 3, { streamId: 1 }]],
    },
    // The client's own SETTINGS do not limit the client's encoder.
    "announced by the wrong side": {
      frames: (s) => s.settings({ client: [[HEADER_TABLE_SIZE, 4097]] }).client.headers(1, { block: size4097 + get }),
      finds: [["fault", 1, { streamId: 1 }]],
    },
    "bytes of its sender are missing, which change no limit": {
      frames: (s) => s.client.lost((client) => client.ping()).headers(1, { block: size4097 + get }),
      finds: [["fault", 2, { streamId: 1 }]],
      because: ["borders", "settings"],
    },
  },
});
