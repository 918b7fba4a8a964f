import { lateFramesAfterRst, refusedStreams, resetAfterResponse, serverReset } from "../../../src/rules/health/reset.ts";
import { grpcRequest, grpcResponse, type Script, type Settings, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const REFUSED_STREAM = 7;

// A request with a body of four bytes right behind the preface.
function early(s: Script, settings: Settings): void {
  s.bare().client.preface().settings().headers(1).data(1, 4, end);
  s.server.crossing(4).settings(settings).settingsAck().rst(1, REFUSED_STREAM);
}

testRule(resetAfterResponse, {
  valid: {
    NO_ERROR: (s) => s.client.headers(1).server.headers(1, end).rst(1, 0),
    "the response is not whole": (s) => s.client.headers(1).server.headers(1).rst(1),
    "the request is whole": (s) => s.client.headers(1, end).server.headers(1, end).rst(1),
    "the client gave it up": (s) => s.client.headers(1).server.headers(1, end).client.rst(1).server.rst(1),
    "another code": (s) => s.client.headers(1).server.headers(1, end).rst(1, 2),
    twice: (s) => s.client.headers(1).server.headers(1, end).rst(1, 0).rst(1),
    "by the client": (s) => s.client.headers(1, end).server.headers(1).client.rst(1),
    "the request's HEADERS were not captured": (s) =>
      s.client
        .lost((client) => client.headers(1))
        .data(1)
        .server.headers(1, end)
        .rst(1),
    "a promised response": (s) => s.client.headers(1, end).server.pushPromise(1, 2).headers(2, end).rst(2),
  },
  invalid: {
    "of HTTP": {
      frames: (s) => s.client.headers(1).server.headers(1).data(1, 4, end).rst(1),
      finds: [["cancel", 4, { streamId: 1, answer: ":status 200" }]],
    },
    "of gRPC": {
      frames: (s) =>
        s.client
          .headers(1, { fields: grpcRequest })
          .server.headers(1, { ...end, fields: { ...grpcResponse, "grpc-status": "5" } })
          .rst(1),
      finds: [["cancel", 3, { streamId: 1, answer: "grpc-status 5" }]],
    },
  },
});

testRule(refusedStreams, {
  valid: {
    "another code": (s) => s.client.headers(1).server.rst(1, 2),
    "by the client": (s) => s.client.headers(1, end).server.pushPromise(1, 2).client.rst(2, REFUSED_STREAM),
  },
  invalid: {
    "no limit": {
      frames: (s) => s.client.headers(1).server.rst(1, REFUSED_STREAM),
      finds: [["refused", 2, { streamId: 1, others: 0, limit: "none announced" }]],
    },
    "as many as the limit beside it, and then fewer": {
      frames: (s) =>
        s
          .settings({ server: [[3, 2]] })
          .client.headers(1)
          .headers(3)
          .headers(5)
          .server.rst(5, REFUSED_STREAM)
          .rst(3, REFUSED_STREAM)
          .rst(1, REFUSED_STREAM),
      finds: [
        ["refused", 4, { streamId: 5, others: 2, limit: 2 }],
        ["within", 5, { streamId: 3, others: 1, limit: 2 }, { count: 2 }],
      ],
    },
    "the body came before the server's SETTINGS could": {
      frames: (s) => early(s, [[4, 0]]),
      finds: [["early", 7, { streamId: 1, setting: "INITIAL_WINDOW_SIZE", value: 0 }]],
    },
    "more streams than SETTINGS allow, which came later": {
      frames: (s) => early(s, [[3, 0]]),
      finds: [["early", 7, { streamId: 1, setting: "MAX_CONCURRENT_STREAMS", value: 0 }]],
    },
    "SETTINGS that it fits, but it has content": {
      frames: (s) =>
        early(s, [
          [3, 1],
          [4, 4],
        ]),
      finds: [["content", 7, { streamId: 1 }]],
    },
    "SETTINGS that it fits, without content: the limit that came since": {
      frames: (s) => {
        s.bare().client.preface().settings().headers(1, end);
        s.server
          .crossing(3)
          .settings([[3, 9]])
          .settingsAck()
          .rst(1, REFUSED_STREAM);
      },
      finds: [["within", 6, { streamId: 1, others: 0, limit: 9 }]],
    },
    "SETTINGS that had arrived": {
      frames: (s) =>
        s
          .settings({ server: [[4, 0]] })
          .client.headers(1)
          .data(1, 4, end)
          .server.rst(1, REFUSED_STREAM),
      finds: [["refused", 3, { streamId: 1, others: 0, limit: "none announced" }]],
    },
    "SETTINGS that had just arrived": {
      frames: (s) => {
        s.bare().server.settings([[4, 0]]);
        s.client.preface().settings().headers(1).data(1, 4, end).server.settingsAck().rst(1, REFUSED_STREAM);
      },
      finds: [["refused", 7, { streamId: 1, others: 0, limit: "none announced" }]],
    },
    "before any SETTINGS": {
      frames: (s) => s.bare().client.preface().settings().headers(1).server.rst(1, REFUSED_STREAM),
      finds: [["refused", 4, { streamId: 1, others: 0, limit: "none announced" }]],
    },
    "a stream that nobody opened": {
      frames: (s) => s.client.headers(1).server.rst(5, REFUSED_STREAM),
      finds: [["refused", 2, { streamId: 5, others: 1, limit: "none announced" }]],
    },
    "three beyond the limit at once": {
      frames: (s) => {
        s.settings({ server: [[3, 2]] });
        for (const id of [1, 3, 5, 7, 9]) s.client.headers(id, end);
        for (const id of [5, 7, 9]) s.server.rst(id, REFUSED_STREAM);
      },
      finds: [["refused", 6, { streamId: 5, others: 4, limit: 2 }, { count: 3 }]],
    },
    "the last that the limit allows": {
      frames: (s) =>
        s
          .settings({ server: [[3, 3]] })
          .client.headers(1, end)
          .headers(3, end)
          .headers(5, end)
          .server.rst(5, REFUSED_STREAM),
      finds: [["within", 4, { streamId: 5, others: 2, limit: 3 }]],
    },
    "others that were over": {
      frames: (s) =>
        s
          .settings({ server: [[3, 1]] })
          .client.headers(1, end)
          .server.headers(1, end)
          .client.headers(3, end)
          .rst(3)
          .headers(5, end)
          .server.rst(5, REFUSED_STREAM),
      finds: [["within", 6, { streamId: 5, others: 0, limit: 1 }]],
    },
    "another that the client's RST_STREAM, under way, ended": {
      frames: (s) =>
        s
          .settings({ server: [[3, 1]] })
          .client.headers(1, end)
          .headers(3, end)
          .rst(1)
          .server.crossing()
          .rst(3, REFUSED_STREAM),
      finds: [["refused", 4, { streamId: 3, others: 1, limit: 1 }]],
    },
    "a lower limit that is not acknowledged yet": {
      frames: (s) =>
        s
          .settings({ server: [[3, 2]] })
          .client.headers(1, end)
          .server.settings([[3, 1]])
          .client.crossing()
          .headers(3, end)
          .server.rst(3, REFUSED_STREAM),
      finds: [["refused", 4, { streamId: 3, others: 1, limit: 2 }]],
    },
    "bytes are missing": {
      frames: (s) =>
        s
          .settings({ server: [[3, 3]] })
          .client.lost((client) => client.headers(1, end).headers(3, end))
          .headers(5, end)
          .server.rst(5, REFUSED_STREAM),
      finds: [["refused", 4, { streamId: 5, others: 0, limit: 3 }]],
    },
    "mid-connection": {
      frames: (s) =>
        s
          .midway()
          .server.settings([[3, 3]])
          .client.settingsAck()
          .headers(5, end)
          .server.rst(5, REFUSED_STREAM),
      finds: [["refused", 4, { streamId: 5, others: 0, limit: 3 }]],
      because: ["borders"],
    },
  },
});

testRule(serverReset, {
  valid: {
    "NO_ERROR after the response": (s) => s.client.headers(1).server.headers(1, end).rst(1, 0),
    REFUSED_STREAM: (s) => s.client.headers(1).server.rst(1, REFUSED_STREAM),
    "by the client": (s) => s.client.headers(1).rst(1, 2),
    "after a time that timers are set to: health/idle-timeout": (s) => s.client.wait(7000).headers(1).wait(4999).server.rst(1, 2),
    "both at once": (s) => s.client.headers(1).rst(1).server.crossing().rst(1),
    "a stream that was never opened": (s) => s.client.headers(5, end).headers(3, end).server.rst(3, 1),
    "a promise": (s) => s.client.headers(1, end).server.pushPromise(1, 2).rst(2, 2),
    "CANCEL after a whole response: health/reset-after-response": (s) => s.client.headers(1).server.headers(1, end).rst(1),
  },
  invalid: {
    "INTERNAL_ERROR, twice": {
      frames: (s) => s.client.headers(1).headers(3).server.rst(1, 2).rst(3, 2),
      finds: [["reset", 3, { streamId: 1, code: "INTERNAL_ERROR", meaning: "it failed inside" }, { count: 2 }]],
    },
    "of its own response, while the request went on": {
      frames: (s) => s.client.headers(1).server.headers(1).data(1, 3).client.data(1, 3).server.rst(1, 3),
      finds: [["reset", 5, { streamId: 1, code: "FLOW_CONTROL_ERROR", meaning: "it calls a window exceeded" }]],
    },
    "of its own response": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, { fields: { ":status": "416" } })
          .data(1, 3)
          .rst(1, 1),
      finds: [["response", 4, { streamId: 1, code: "PROTOCOL_ERROR", status: 416, octets: 3 }]],
    },
    "of its own response, and what it answers may be missing": {
      frames: (s) =>
        s.client
          .headers(1)
          .lost((client) => client.data(1))
          .ping()
          .server.headers(1)
          .rst(1, 1),
      finds: [["reset", 5, { streamId: 1, code: "PROTOCOL_ERROR", meaning: "it calls something on the stream a violation" }]],
      because: ["no-gap2"],
    },
    "an unknown code": {
      frames: (s) => s.client.headers(1).server.rst(1, 0xfa),
      finds: [["reset", 2, { streamId: 1, code: "0xfa", meaning: "no code of RFC 9113" }]],
    },
    "it blames the client, all of whose bytes are there": {
      frames: (s) => s.client.headers(1).server.rst(1, 1),
      finds: [["reset", 2, { streamId: 1, code: "PROTOCOL_ERROR", meaning: "it calls something on the stream a violation" }]],
    },
    "what it blames the client for may be missing": {
      frames: (s) =>
        s.client
          .headers(1)
          .lost((client) => client.data(1))
          .ping()
          .server.rst(1, 1),
      finds: [["reset", 4, { streamId: 1, code: "PROTOCOL_ERROR", meaning: "it calls something on the stream a violation" }]],
      because: ["no-gap2"],
    },
    "what it blames the client for may lie before the capture": {
      frames: (s) => s.midway().client.headers(1).server.rst(1, 1),
      finds: [["reset", 2, { streamId: 1, code: "PROTOCOL_ERROR", meaning: "it calls something on the stream a violation" }]],
      because: ["borders", "start2"],
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
