import { connectionWindowExceeded, negativeWindowData, streamWindowExceeded } from "../../../src/rules/flow/exceeded.ts";
import { type Speaker, testRule } from "../../../src/testing.ts";

const INITIAL_WINDOW_SIZE = 4;
const end = { endStream: true } as const;

testRule(streamWindowExceeded, {
  valid: {
    "all of the window": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .data(1, 4)
        .data(1, 6),
    "nothing where nothing is left": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .data(1, 10)
        .data(1, 0, end),
    "after a WINDOW_UPDATE": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .data(1, 10)
        .server.windowUpdate(1, 5)
        .client.data(1, 5),
    "each stream for itself": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .headers(3)
        .data(1, 10)
        .data(3, 10),
    "each side for itself": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 11, end),
    "a raised initial size that arrived, without acknowledgment": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .server.settings([[INITIAL_WINDOW_SIZE, 20]])
        .client.data(1, 20),
    "a lowered initial size that is not acknowledged": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 20]] })
        .client.headers(1)
        .server.settings([[INITIAL_WINDOW_SIZE, 10]])
        .client.data(1, 20)
        .settingsAck(),
    "a WINDOW_UPDATE that may be lost": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
          .client.headers(1)
          .server.lost((server) => server.windowUpdate(1, 5))
          .client.data(1, 15)
          .data(1, 1),
      unchecked: { "flow/* settings": 1 },
    },
    "mid-connection": (s) =>
      s.midway().client.headers(1).data(1, 16_000).data(1, 16_000).data(1, 16_000).data(1, 16_000).data(1, 16_000),
  },
  invalid: {
    "one byte too many": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
          .client.headers(1)
          .data(1, 11),
      finds: [["exceeded", 2, { length: 11, streamId: 1, window: 10 }]],
    },
    // RFC 9113 6.1: Pad Length and padding count.
    "padding that does not fit": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
          .client.headers(1)
          .data(1, 5, { padding: 5 }),
      finds: [["exceeded", 2, { length: 11, streamId: 1, window: 10 }]],
    },
    "before the WINDOW_UPDATE arrived": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
          .client.headers(1)
          .data(1, 10)
          .server.windowUpdate(1, 5)
          .client.crossing()
          .data(1, 5),
      finds: [["exceeded", 4, { length: 5, streamId: 1, window: 0 }]],
    },
    "after a lowered initial size was acknowledged": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 20]] })
          .client.headers(1)
          .server.settings([[INITIAL_WINDOW_SIZE, 10]])
          .client.settingsAck()
          .data(1, 11),
      finds: [["exceeded", 4, { length: 11, streamId: 1, window: 10 }]],
    },
    "of the server": {
      frames: (s) =>
        s
          .settings({ client: [[INITIAL_WINDOW_SIZE, 3]] })
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 4),
      finds: [["exceeded", 3, { length: 4, streamId: 1, window: 3 }]],
    },
    "with another stream's WINDOW_UPDATE": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 1]] })
          .client.headers(1)
          .headers(3)
          .server.windowUpdate(3, 5)
          .windowUpdate(0, 5)
          .client.data(1, 2),
      finds: [["exceeded", 5, { length: 2, streamId: 1, window: 1 }]],
    },
  },
});

// 65,535 octets in four frames, on a stream that could take more.
const fill = (client: Speaker) => client.data(1, 16_384).data(1, 16_384).data(1, 16_384).data(1, 16_383);
const wide = { server: [[INITIAL_WINDOW_SIZE, 1_000_000]] } as const;

testRule(connectionWindowExceeded, {
  valid: {
    "all of the window": (s) => fill(s.settings(wide).client.headers(1)),
    "nothing where nothing is left": (s) => fill(s.settings(wide).client.headers(1)).data(1, 0, end),
    "after a WINDOW_UPDATE": (s) => fill(s.settings(wide).server.windowUpdate(0, 3).client.headers(1)).data(1, 3),
    "a WINDOW_UPDATE that may be lost": (s) =>
      fill(
        s
          .settings(wide)
          .server.lost((server) => server.windowUpdate(0, 3))
          .client.headers(1),
      ).data(1, 3),
  },
  invalid: {
    "one byte too many": {
      frames: (s) => fill(s.settings(wide).client.headers(1)).data(1, 1).data(1, 2),
      finds: [
        ["exceeded", 6, { length: 1, streamId: 1, window: 0 }, { count: 1 }],
        ["exceeded", 7, { length: 2, streamId: 1, window: -1 }, { consequent: true }],
      ],
    },
    "with the stream's WINDOW_UPDATE only": {
      frames: (s) => fill(s.settings(wide).client.headers(1).server.windowUpdate(1, 3).client).data(1, 3),
      finds: [["exceeded", 7, { length: 3, streamId: 1, window: 0 }]],
    },
    "of streams that were reset": {
      frames: (s) => fill(s.settings(wide).client.headers(1)).rst(1).headers(3).data(3, 1),
      finds: [["exceeded", 8, { length: 1, streamId: 3, window: 0 }]],
    },
  },
});

testRule(negativeWindowData, {
  valid: {
    "nothing until the window is positive again": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 20]] })
        .client.headers(1)
        .data(1, 15)
        .server.settings([[INITIAL_WINDOW_SIZE, 10]])
        .client.settingsAck()
        .data(1, 0)
        .server.windowUpdate(1, 6)
        .client.data(1, 1, end),
    // Then it is an ordinary window that was exceeded.
    "positive in between": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 20]] })
        .client.headers(1)
        .data(1, 15)
        .server.settings([[INITIAL_WINDOW_SIZE, 10]])
        .client.settingsAck()
        .server.windowUpdate(1, 6)
        .client.data(1, 1)
        .data(1, 1),
    "lowered, but not that much": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 20]] })
        .client.headers(1)
        .data(1, 5)
        .server.settings([[INITIAL_WINDOW_SIZE, 10]])
        .client.settingsAck()
        .data(1, 6),
    "DATA before the acknowledgment": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 20]] })
        .client.headers(1)
        .data(1, 15)
        .server.settings([[INITIAL_WINDOW_SIZE, 10]])
        .client.data(1, 5)
        .settingsAck(),
    "used up, then other SETTINGS": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .data(1, 10)
        .server.settings([[3, 100]])
        .client.settingsAck()
        .data(1, 1),
    "used up, then the same size again": (s) =>
      s
        .settings({ server: [[INITIAL_WINDOW_SIZE, 10]] })
        .client.headers(1)
        .data(1, 10)
        .server.settings([[INITIAL_WINDOW_SIZE, 10]])
        .client.settingsAck()
        .data(1, 1),
  },
  invalid: {
    "below 0": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 20]] })
          .client.headers(1)
          .data(1, 15)
          .server.settings([[INITIAL_WINDOW_SIZE, 10]])
          .client.settingsAck()
          .data(1, 2),
      finds: [["negative", 5, { length: 2, streamId: 1, initial: 10, window: -5 }]],
    },
    "still below 0 after a WINDOW_UPDATE, twice": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 20]] })
          .client.headers(1)
          .data(1, 15)
          .server.settings([[INITIAL_WINDOW_SIZE, 10]])
          .client.settingsAck()
          .server.windowUpdate(1, 5)
          .client.data(1, 2)
          .data(1, 2),
      finds: [["negative", 6, { length: 2, streamId: 1, initial: 10, window: 0 }, { count: 2 }]],
    },
    "lowered to 0": {
      frames: (s) =>
        s
          .settings({ server: [[INITIAL_WINDOW_SIZE, 20]] })
          .client.headers(1)
          .data(1, 10)
          .server.settings([[INITIAL_WINDOW_SIZE, 10]])
          .client.settingsAck()
          .data(1, 1),
      finds: [["negative", 5, { length: 1, streamId: 1, initial: 10, window: 0 }]],
    },
  },
});
