import { staleConnection } from "../../../src/rules/health/stale.ts";
import { type Script, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const call = (s: Script, id: number) => s.client.headers(id, end).server.headers(id, end);

testRule(staleConnection, {
  valid: {
    "not idle for long": (s) => call(s, 1).client.wait(29_900).headers(3, end).server.reset(),
    "by FIN": (s) => call(s, 1).client.wait(60_000).headers(3, end).server.close(),
    "a call from before waits, too": (s) => call(s, 1).client.headers(3, end).wait(60_000).headers(5, end).server.reset(),
    "long after the request": (s) => call(s, 1).client.wait(60_000).headers(3, end).wait(5000).server.reset(),
    "the server had said GOAWAY": (s) => call(s, 1).goaway(1).client.wait(60_000).headers(3, end).server.reset(),
    "the client had closed": (s) => call(s, 1).client.wait(60_000).headers(3, end).close().server.reset(),
    "no request": (s) => call(s, 1).client.wait(60_000).ping().server.reset(),
    "a call was given up meanwhile": (s) =>
      call(s, 1).client.wait(20_000).headers(3, end).rst(3).wait(20_000).headers(5, end).server.reset(),
    "by the client": (s) => call(s, 1).client.wait(60_000).headers(3, end).reset(),
    answered: (s) => call(s, 1).client.wait(60_000).headers(3, end).server.headers(3, end).reset(),
  },
  invalid: {
    "the next request": {
      frames: (s) => call(s, 1).client.wait(300_000).headers(3, end).headers(5, end).server.reset(),
      finds: [["reset", "close", { seconds: 300, streamId: 3 }]],
    },
    "idle as long as counts": {
      frames: (s) => call(s, 1).client.wait(29_999).headers(3, end).server.reset(),
      finds: [["reset", "close", { seconds: 30, streamId: 3 }]],
    },
    "something of the connection is missing": {
      frames: (s) =>
        call(s, 1)
          .lost((server) => server.ping())
          .client.wait(60_000)
          .headers(3, end)
          .server.reset(),
      finds: [["reset", "close", { seconds: 60, streamId: 3 }]],
      because: ["borders", "no-gap2"],
    },
  },
});
