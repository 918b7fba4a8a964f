import {
  duplicateId,
  enableConnectValue,
  enablePushFromServer,
  enablePushValue,
  headerTableSizeHuge,
  initialWindowSizeRange,
  maxFrameSizeRange,
  noRfc7540PrioritiesValue,
} from "../../../src/rules/settings/values.ts";
import { testRule } from "../../../src/testing.ts";

const HEADER_TABLE_SIZE = 1;
const ENABLE_PUSH = 2;
const INITIAL_WINDOW_SIZE = 4;
const MAX_FRAME_SIZE = 5;
const ENABLE_CONNECT_PROTOCOL = 8;
const NO_RFC7540_PRIORITIES = 9;

testRule(enablePushValue, {
  valid: {
    "0 and 1": (s) => s.client.settings([[ENABLE_PUSH, 0]]).settings([[ENABLE_PUSH, 1]]),
    "1 of a server: enable-push-from-server": (s) => s.server.settings([[ENABLE_PUSH, 1]]),
  },
  invalid: { "2": { frames: (s) => s.client.settings([[ENABLE_PUSH, 2]]), finds: [["value", 1, { value: 2 }]] } },
});

testRule(enablePushFromServer, {
  valid: {
    "1 of the client": (s) => s.client.settings([[ENABLE_PUSH, 1]]),
    "0 of the server": (s) => s.server.settings([[ENABLE_PUSH, 0]]),
    "1 of the client, beside a fault": (s) =>
      s.client.settings([
        [ENABLE_PUSH, 1],
        [MAX_FRAME_SIZE, 1],
      ]),
    "0 of the server, beside a fault": (s) =>
      s.server.settings([
        [ENABLE_PUSH, 0],
        [MAX_FRAME_SIZE, 1],
      ]),
  },
  invalid: {
    "1 of the server": { frames: (s) => s.server.settings([[ENABLE_PUSH, 1]]), finds: [["one", 1]] },
    "in the opening": { frames: (s) => s.settings({ server: [[ENABLE_PUSH, 1]] }).client.headers(1), finds: [["one", 0]] },
    "in the midst of a connection": {
      frames: (s) => s.midway().server.settings([[ENABLE_PUSH, 1]]),
      finds: [["one", 1]],
      because: ["roles", "borders"],
    },
  },
});

testRule(initialWindowSizeRange, {
  valid: { "2^31-1": (s) => s.client.settings([[INITIAL_WINDOW_SIZE, 0x7fffffff]]) },
  invalid: {
    "2^31": {
      frames: (s) => s.client.settings([[INITIAL_WINDOW_SIZE, 0x80000000]]),
      finds: [["value", 1, { value: 0x80000000 }]],
    },
    "beside others": {
      frames: (s) =>
        s.client.settings([
          [3, 0xffffffff],
          [INITIAL_WINDOW_SIZE, 0x7fffffff],
          [INITIAL_WINDOW_SIZE, 0x80000000],
        ]),
      finds: [["value", 1, { value: 0x80000000 }]],
    },
  },
});

testRule(maxFrameSizeRange, {
  valid: {
    "both ends": (s) => s.client.settings([[MAX_FRAME_SIZE, 16_384]]).settings([[MAX_FRAME_SIZE, 16_777_215]]),
    "both ends, beside a fault": (s) =>
      s.client.settings([
        [MAX_FRAME_SIZE, 16_384],
        [MAX_FRAME_SIZE, 16_777_215],
        [ENABLE_PUSH, 7],
      ]),
  },
  invalid: {
    "too small": { frames: (s) => s.client.settings([[MAX_FRAME_SIZE, 16_383]]), finds: [["value", 1, { value: 16_383 }]] },
    "too large": {
      frames: (s) => s.server.settings([[MAX_FRAME_SIZE, 16_777_216]]),
      finds: [["value", 1, { value: 16_777_216 }]],
    },
  },
});

testRule(enableConnectValue, {
  valid: {
    "1": (s) => s.server.settings([[ENABLE_CONNECT_PROTOCOL, 1]]),
    "1, beside a fault": (s) =>
      s.client.settings([
        [ENABLE_CONNECT_PROTOCOL, 1],
        [ENABLE_PUSH, 7],
      ]),
  },
  invalid: { "2": { frames: (s) => s.server.settings([[ENABLE_CONNECT_PROTOCOL, 2]]), finds: [["value", 1, { value: 2 }]] } },
});

testRule(noRfc7540PrioritiesValue, {
  valid: {
    "1": (s) => s.settings({ server: [[NO_RFC7540_PRIORITIES, 1]] }).client.headers(1),
    "1, beside a fault": (s) =>
      s.client.settings([
        [NO_RFC7540_PRIORITIES, 1],
        [ENABLE_PUSH, 7],
      ]),
  },
  invalid: { "2": { frames: (s) => s.server.settings([[NO_RFC7540_PRIORITIES, 2]]), finds: [["value", 1, { value: 2 }]] } },
});

testRule(duplicateId, {
  valid: {
    "in two frames": (s) => s.client.settings([[3, 1]]).settings([[3, 2]]),
    "two settings": (s) =>
      s.client.settings([
        [3, 1],
        [4, 1],
      ]),
  },
  invalid: {
    known: {
      frames: (s) =>
        s.client.settings([
          [3, 1],
          [4, 1],
          [3, 2],
        ]),
      finds: [["twice", 1, { name: "MAX_CONCURRENT_STREAMS" }]],
    },
    unknown: {
      frames: (s) =>
        s.client.settings([
          [0xa0a, 1],
          [0xa0a, 1],
        ]),
      finds: [["twice", 1, { name: "0x0a0a" }]],
    },
    "after another one": {
      frames: (s) =>
        s.client.settings([
          [4, 1],
          [3, 1],
          [3, 2],
        ]),
      finds: [["twice", 1, { name: "MAX_CONCURRENT_STREAMS" }]],
    },
  },
});

testRule(headerTableSizeHuge, {
  valid: {
    "1 MiB": (s) => s.client.settings([[HEADER_TABLE_SIZE, 1 << 20]]),
    "in what is no SETTINGS": (s) =>
      s.client.headers(1).data(1, "\0\x01\x7f\0\0\0").frame({ type: 4, payload: "\0\x01\x7f\0\0\0\0" }),
  },
  invalid: {
    more: {
      frames: (s) => s.client.settings([[HEADER_TABLE_SIZE, (1 << 20) + 1]]),
      finds: [["huge", 1, { value: (1 << 20) + 1 }]],
    },
  },
});
