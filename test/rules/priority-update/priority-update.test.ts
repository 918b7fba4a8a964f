import {
  badValue,
  fromServer,
  idleCount,
  idlePush,
  onStream,
  targetZero,
  tooShort,
} from "../../../src/rules/priority-update/priority-update.ts";
import { type Speaker, testRule } from "../../../src/testing.ts";

const MAX_CONCURRENT_STREAMS = 3;
const PRIORITY_UPDATE = 16;
// The receiver implements RFC 9218: it sent NO_RFC7540_PRIORITIES.
const server = { server: [[9, 1]] } as const;
const end = { endStream: true } as const;
const info = { severity: "info" } as const;

const update = (speaker: Speaker, target: number, value = "u=3", streamId = 0) =>
  speaker.frame({ type: PRIORITY_UPDATE, streamId, payload: `${String.fromCharCode(0, 0, target >> 8, target & 255)}${value}` });

testRule(onStream, {
  valid: { "on stream 0": (s) => update(s.settings(server).client, 1) },
  invalid: {
    "on the stream itself": {
      frames: (s) => update(s.settings(server).client.headers(1, end), 1, "u=3", 1),
      finds: [["stream", 2, { streamId: 1 }]],
    },
    "to a server that may not know it": {
      frames: (s) => update(s.client.headers(1, end), 1, "u=3", 1),
      finds: [["stream", 2, { streamId: 1 }, info]],
    },
  },
});

testRule(targetZero, {
  valid: {
    "an idle stream": (s) => update(s.settings(server).client, 7),
    none: (s) => s.settings(server).client.frame({ type: PRIORITY_UPDATE, payload: "\0\0" }),
  },
  invalid: {
    "stream 0": { frames: (s) => update(s.settings(server).client, 0), finds: [["zero", 1]] },
    "to a server that may not know it": { frames: (s) => update(s.client, 0), finds: [["zero", 1, {}, info]] },
  },
});

testRule(fromServer, {
  valid: { "of the client": (s) => update(s.settings(server).client, 1) },
  invalid: {
    "of the server": {
      frames: (s) => update(s.settings({ client: [[9, 0]] }).client.headers(1, end).server, 1),
      finds: [["server", 2]],
    },
    "to a client that may not know it": { frames: (s) => update(s.server, 1), finds: [["server", 1, {}, info]] },
  },
});

testRule(idlePush, {
  valid: {
    promised: (s) => update(s.settings(server).client.headers(1, end).server.pushPromise(1, 2).client, 2),
    "one that was skipped": (s) => update(s.settings(server).client.headers(1, end).server.pushPromise(1, 4).client, 2),
    "an idle request": (s) => update(s.settings(server).client, 9),
    "of the server: priority-update/from-server": (s) => update(s.settings({ client: [[9, 1]] }).server, 2),
    "a promise of the client: push/from-client": (s) => s.settings(server).client.headers(1).pushPromise(1, 2),
    "without a stream: priority-update/too-short": (s) =>
      s.settings(server).client.frame({ type: PRIORITY_UPDATE, payload: "\0\0\x02" }),
  },
  invalid: {
    "not promised": { frames: (s) => update(s.settings(server).client, 2), finds: [["idle", 1, { target: 2 }]] },
    "the promise is under way": {
      frames: (s) => update(s.settings(server).client.headers(1, end).server.pushPromise(1, 2).client.crossing(), 2),
      finds: [["idle", 3, { target: 2 }]],
    },
    "the promise may be lost": {
      frames: (s) =>
        update(
          s
            .settings(server)
            .client.headers(1, end)
            .server.lost((speaker) => speaker.pushPromise(1, 2)).client,
          2,
        ).server.ping(),
      finds: [["idle", 3, { target: 2 }]],
      certainty: "unproven",
    },
    "to a server that may not know it": { frames: (s) => update(s.client, 2), finds: [["idle", 1, { target: 2 }, info]] },
  },
});

const limited = { server: [...server.server, [MAX_CONCURRENT_STREAMS, 2] as const] };

testRule(idleCount, {
  valid: {
    "as many as allowed": (s) => update(update(s.settings(limited).client, 1), 3),
    "the same again": (s) => update(update(update(s.settings(limited).client, 1), 3), 3),
    "opened and closed since": (s) =>
      update(
        update(update(s.settings(limited).client, 1), 3)
          .headers(1, end)
          .headers(3, end)
          .server.headers(1, end)
          .headers(3, end).client,
        5,
      ),
    "no limit": (s) => update(update(update(s.settings(server).client, 1), 3), 5),
    "of the server: priority-update/from-server": (s) => update(update(update(s.settings(limited).server, 1), 3), 5),
    "of streams that are open": (s) => update(update(s.settings(limited).client.headers(1).headers(3), 1), 3),
    "of promised streams: priority-update/idle-push": (s) => update(update(update(s.settings(limited).client, 2), 4), 6),
    "without a stream: priority-update/too-short": (s) =>
      s
        .settings({ server: [...server.server, [MAX_CONCURRENT_STREAMS, 0]] })
        .client.frame({ type: PRIORITY_UPDATE, payload: "\0\0\x01" }),
    "a promise of the client: push/from-client": (s) =>
      update(update(s.settings(limited).client, 1), 3)
        .headers(1, end)
        .pushPromise(1, 5)
        .pushPromise(1, 7)
        .pushPromise(1, 9),
    "of streams that the client has reset": (s) => update(s.settings(limited).client.headers(1).rst(1).headers(3).rst(3), 5),
    "of streams that the server has reset": (s) =>
      update(s.settings(limited).client.headers(1).headers(3).server.rst(1).rst(3).client, 5),
    "one that opened since": (s) => update(update(s.settings(limited).client, 5).headers(5), 7),
  },
  invalid: {
    "one too many": {
      frames: (s) => update(update(update(s.settings(limited).client, 1), 3), 5),
      finds: [["exceeded", 3, { idle: 3, active: 0, limit: 2 }]],
    },
    "with active ones, whose resets are under way": {
      frames: (s) => update(s.settings(limited).client.headers(1).headers(3).server.rst(1).rst(3).client.crossing(2), 5),
      finds: [["exceeded", 5, { idle: 1, active: 2, limit: 2 }]],
    },
    "with active ones, whose responses have ended": {
      frames: (s) => update(s.settings(limited).client.headers(1).headers(3).server.headers(1, end).headers(3, end).client, 5),
      finds: [["exceeded", 5, { idle: 1, active: 2, limit: 2 }]],
    },
    "with active ones, whose requests have ended": {
      frames: (s) => update(s.settings(limited).client.headers(1, end).headers(3, end), 5),
      finds: [["exceeded", 3, { idle: 1, active: 2, limit: 2 }]],
    },
    "with active ones": {
      frames: (s) => update(s.settings(limited).client.headers(1).headers(3), 5),
      finds: [["exceeded", 3, { idle: 1, active: 2, limit: 2 }]],
    },
    "to a server that may not know it": {
      frames: (s) => update(update(s.settings({ server: [[MAX_CONCURRENT_STREAMS, 1]] }).client, 1), 3),
      finds: [["exceeded", 2, { idle: 2, active: 0, limit: 1 }, info]],
    },
    "bytes are missing, and fields": {
      frames: (s) => update(s.holes().settings(limited).client.headers(1).headers(3), 5),
      finds: [["exceeded", 3, { idle: 1, active: 2, limit: 2 }]],
      because: ["borders", "settings"],
    },
  },
});

testRule(badValue, {
  valid: {
    "both members": (s) => update(s.client, 1, "u=0, i"),
    nothing: (s) => update(s.client, 1, ""),
    // RFC 9218 4: unknown members are for later.
    others: (s) => update(s.client, 1, 'u=7;a=b, i=?0, x-y=("z" 1.5)'),
    "of the server: priority-update/from-server": (s) => update(s.server, 1, "u=8"),
    "DATA that read like one": (s) => s.client.headers(1).data(1, "u=8"),
    "too short to hold one": (s) => s.client.frame({ type: PRIORITY_UPDATE, payload: "u=;" }),
  },
  invalid: {
    "no dictionary": { frames: (s) => update(s.client, 1, "u=3;"), finds: [["syntax", 1, { target: 1, value: "u=3;" }]] },
    "urgency 8": { frames: (s) => update(s.client, 5, "u=8"), finds: [["urgency", 1, { target: 5, value: "u=8" }]] },
    // A decimal, which is another type (RFC 9218 section 4.1).
    "urgency 3.0": { frames: (s) => update(s.client, 5, "u=3.0"), finds: [["urgency", 1, { target: 5, value: "u=3.0" }]] },
    "urgency below 0": { frames: (s) => update(s.client, 5, "u=-1"), finds: [["urgency", 1, { target: 5, value: "u=-1" }]] },
    "urgency without a number": { frames: (s) => update(s.client, 5, "u"), finds: [["urgency", 1, { target: 5, value: "u" }]] },
  },
});

testRule(tooShort, {
  valid: { "four bytes": (s) => update(s.settings(server).client, 1, "") },
  invalid: {
    "three bytes": {
      frames: (s) => s.settings(server).client.frame({ type: PRIORITY_UPDATE, payload: "\0\0\x01" }),
      finds: [["short", 1, { length: 3 }]],
    },
    "to a server that may not know it": {
      frames: (s) => s.client.frame({ type: PRIORITY_UPDATE, payload: "" }),
      finds: [["short", 1, { length: 0 }, info]],
    },
  },
});
