import { ignoredSignal, ownNoRfc7540, selfDependency } from "../../../src/rules/priority/priority.ts";
import { testRule } from "../../../src/testing.ts";

const NO_RFC7540_PRIORITIES = 9;
const on = [[NO_RFC7540_PRIORITIES, 1]] as const;

testRule(selfDependency, {
  valid: {
    "on another stream": (s) => s.client.priority(3, { dependency: 1 }).headers(5, { priority: { dependency: 3 } }),
    "without the PRIORITY flag": (s) => s.client.headers(1),
    "on stream 0": (s) => s.client.priority(1, { dependency: 0, exclusive: true }),
    // RFC 9113 6.3: that is frame/priority-on-stream-zero.
    "of stream 0": (s) => s.client.priority(0, { dependency: 0 }),
  },
  invalid: {
    "by PRIORITY": {
      frames: (s) => s.client.priority(7, { dependency: 7 }),
      finds: [["self", 1, { kind: "PRIORITY", streamId: 7 }]],
    },
    "by HEADERS, exclusively": {
      frames: (s) => s.client.headers(1, { priority: { dependency: 1, exclusive: true } }),
      finds: [["self", 1, { kind: "HEADERS", streamId: 1 }]],
    },
  },
});

testRule(ignoredSignal, {
  valid: {
    "the server announced nothing": (s) => s.client.priority(3),
    "before the acknowledgment": (s) => s.server.settings(on).client.priority(3).settingsAck(),
    "of the server": (s) => s.settings({ server: on }).server.priority(3),
  },
  invalid: {
    "twice, found once": {
      frames: (s) => s.settings({ server: on }).client.priority(3).priority(5),
      finds: [["ignored", 1, {}, { count: 2 }]],
    },
    "SETTINGS may be lost": {
      frames: (s) =>
        s
          .settings({ server: on })
          .server.lost((server) => server.settings())
          .client.priority(3)
          .ping(),
      finds: [["ignored", 2]],
      certainty: "unproven",
    },
  },
});

testRule(ownNoRfc7540, {
  valid: {
    "before the other side's SETTINGS": (s) => s.bare().client.preface().settings(on).priority(3).server.settings(),
    "0": (s) => s.settings({ client: [[NO_RFC7540_PRIORITIES, 0]] }).client.priority(3),
    "the other side's": (s) => s.settings({ server: on }).client.priority(3),
  },
  invalid: {
    "of the client": {
      frames: (s) => s.settings({ client: on }).client.priority(3).priority(5),
      finds: [["own", 1, { side: "client" }, { count: 2 }]],
    },
  },
});
