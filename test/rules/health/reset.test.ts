import { lateFramesAfterRst, refusedStreams, serverReset } from "../../../src/rules/health/reset.ts";
import { grpcRequest, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const REFUSED_STREAM = 7;

testRule(refusedStreams, {
  valid: {
    "another code": (s) => s.client.headers(1).server.rst(1, 2),
    "by the client": (s) => s.client.headers(1, end).server.pushPromise(1, 2).client.rst(2, REFUSED_STREAM),
  },
  invalid: {
    "no limit": {
      frames: (s) => s.client.headers(1).server.rst(1, REFUSED_STREAM),
      finds: [["refused", 2, { streamId: 1, active: 1, limit: "none announced" }]],
    },
    "three: one finding": {
      frames: (s) =>
        s
          .settings({ server: [[3, 2]] })
          .client.headers(1)
          .headers(3)
          .headers(5)
          .server.rst(5, REFUSED_STREAM)
          .rst(3, REFUSED_STREAM)
          .rst(1, REFUSED_STREAM),
      finds: [["refused", 4, { streamId: 5, active: 3, limit: 2 }, { count: 3 }]],
    },
  },
});

testRule(serverReset, {
  valid: {
    "NO_ERROR after the response": (s) => s.client.headers(1).server.headers(1, end).rst(1, 0),
    REFUSED_STREAM: (s) => s.client.headers(1).server.rst(1, REFUSED_STREAM),
    "by the client": (s) => s.client.headers(1).rst(1, 2),
    "both at once": (s) => s.client.headers(1).rst(1).server.crossing().rst(1),
    "a stream that was never opened": (s) => s.client.headers(5, end).headers(3, end).server.rst(3, 1),
    "a promise": (s) => s.client.headers(1, end).server.pushPromise(1, 2).rst(2, 2),
  },
  invalid: {
    "INTERNAL_ERROR, twice": {
      frames: (s) => s.client.headers(1).headers(3).server.rst(1, 2).rst(3, 2),
      finds: [["reset", 3, { streamId: 1, code: "INTERNAL_ERROR", meaning: "it failed inside" }, { count: 2 }]],
    },
    "an unknown code": {
      frames: (s) => s.client.headers(1).server.rst(1, 0xfa),
      finds: [["reset", 2, { streamId: 1, code: "0xfa", meaning: "no code of RFC 9113" }]],
    },
    "octets of the client are missing, which it may answer": {
      frames: (s) =>
        s.client
          .headers(1)
          .lost((client) => client.headers(1, end))
          .server.rst(1, 2),
      finds: [["reset", 3, { streamId: 1, code: "INTERNAL_ERROR", meaning: "it failed inside" }]],
      because: ["no-gap2"],
    },
    "CANCEL before the deadline": {
      frames: (s) =>
        s.client
          .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "1S" } })
          .wait(948)
          .server.rst(1),
      finds: [["reset", 2, { streamId: 1, code: "CANCEL", meaning: "it does not want the stream any more" }]],
    },
    "CANCEL at the deadline": {
      frames: (s) =>
        s.client
          .headers(1, { fields: { ...grpcRequest, "grpc-timeout": "1S" } })
          .wait(949)
          .server.rst(1),
      finds: [["deadline", 2, { streamId: 1, code: "CANCEL", ms: 950, timeout: 1000 }, { severity: "info" }]],
    },
  },
});

testRule(lateFramesAfterRst, {
  valid: {
    "under way": (s) => s.client.headers(1).server.rst(1).client.crossing().data(1).windowUpdate(1).data(1, 0, end),
    "PRIORITY, and an RST_STREAM of its own": (s) => s.client.headers(1).server.rst(1).client.priority(1).rst(1),
    "it had read the RST_STREAM: that is an error": (s) => s.client.headers(1).server.rst(1).ping().client.pingAck().data(1),
    "its own was first": (s) => s.client.headers(1).rst(1).server.crossing().rst(1).client.data(1),
  },
  invalid: {
    "DATA and trailers": {
      frames: (s) => s.client.headers(1).server.rst(1).client.wait(4).data(1, 7).trailers(1),
      finds: [["late", 3, { side: "client", kind: "DATA", octets: 7, streamId: 1, ms: 5 }, { count: 2 }]],
    },
    WINDOW_UPDATE: {
      frames: (s) => s.client.headers(1).server.headers(1).client.rst(1).server.windowUpdate(1, 5),
      finds: [["late", 4, { side: "server", kind: "WINDOW_UPDATE", octets: 4, streamId: 1, ms: 1 }]],
    },
  },
});
