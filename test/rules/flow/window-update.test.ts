import {
  windowUpdateReservedBit,
  windowUpdateZeroConnection,
  windowUpdateZeroStream,
} from "../../../src/rules/flow/window-update.ts";
import { testRule } from "../../../src/testing.ts";

const WINDOW_UPDATE = 8;

testRule(windowUpdateZeroStream, {
  valid: {
    "an increment of 1": (s) => s.client.headers(1).windowUpdate(1, 1),
    "0 on the connection": (s) => s.client.headers(1).windowUpdate(0, 0),
    // RFC 9113 6.9: of a wrong length it is another error.
    "three bytes of 0": (s) => s.client.headers(1).frame({ type: WINDOW_UPDATE, streamId: 1, payload: "\0\0\0" }),
  },
  invalid: {
    "of the client": {
      frames: (s) => s.client.headers(1).windowUpdate(1, 0),
      finds: [["zero", 2, { streamId: 1 }]],
    },
    "of the server": {
      frames: (s) => s.client.headers(1).server.windowUpdate(1, 0),
      finds: [["zero", 2, { streamId: 1 }]],
    },
    "with the reserved bit": {
      frames: (s) => s.client.headers(1).frame({ type: WINDOW_UPDATE, streamId: 1, payload: "\x80\0\0\0" }),
      finds: [["zero", 2, { streamId: 1 }]],
    },
  },
});

testRule(windowUpdateZeroConnection, {
  valid: {
    "an increment of 1": (s) => s.client.windowUpdate(0, 1),
    "0 on a stream": (s) => s.client.headers(1).windowUpdate(1, 0),
  },
  invalid: {
    "of the client": { frames: (s) => s.client.windowUpdate(0, 0), finds: [["zero", 1]] },
    "of the server": { frames: (s) => s.server.windowUpdate(0, 0), finds: [["zero", 1]] },
  },
});

testRule(windowUpdateReservedBit, {
  valid: { "the largest increment": (s) => s.client.headers(1).windowUpdate(1, 0x7fff0000) },
  invalid: {
    "before an increment": {
      frames: (s) => s.client.frame({ type: WINDOW_UPDATE, payload: "\x80\0\x01\0" }),
      finds: [["set", 1, { streamId: 0, increment: 256 }]],
    },
    "of a stream": {
      frames: (s) => s.client.headers(1).frame({ type: WINDOW_UPDATE, streamId: 1, payload: "\xff\xff\xff\xff" }),
      finds: [["set", 2, { streamId: 1, increment: 0x7fffffff }]],
    },
  },
});
