import { refusedAfterProcessing, rstInResponseToRst, rstNoErrorEarly, rstRepeated } from "../../../src/rules/stream/reset.ts";
import { testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const NO_ERROR = 0;
const tenBytes = { fields: { ":status": "200", "content-length": "10" } } as const;
const REFUSED_STREAM = 7;

testRule(rstRepeated, {
  valid: {
    "one of each side": (s) => s.client.headers(1).rst(1).server.rst(1),
    // RFC 9113 5.4.2: where frames go on arriving a second one may be sent.
    "the other side sent something between": (s) => s.client.headers(1).rst(1).server.headers(1).client.rst(1),
    "of two streams": (s) => s.client.headers(1).headers(3).rst(1).rst(3),
  },
  invalid: {
    twice: { frames: (s) => s.client.headers(1).rst(1).rst(1), finds: [["again", 3, { streamId: 1 }]] },
    "twice, of the server": {
      frames: (s) => s.client.headers(1).server.headers(1).rst(1).rst(1),
      finds: [["again", 4, { streamId: 1 }]],
    },
    "in the midst of a connection": {
      frames: (s) => s.midway().client.headers(1).rst(1).rst(1),
      finds: [["again", 3, { streamId: 1 }]],
      because: ["borders", "acks"],
    },
  },
});

testRule(rstInResponseToRst, {
  valid: {
    "they crossed": (s) => s.client.headers(1).server.rst(1).client.crossing().rst(1),
    "the other one had arrived": (s) => s.client.headers(1).server.rst(1).client.rst(1),
    "a frame of the other side came after its reset": (s) =>
      s.client.headers(1).server.rst(1).data(1).ping().client.pingAck().rst(1),
  },
  invalid: {
    "after the answer to a later PING": {
      frames: (s) => s.client.headers(1).server.rst(1).ping().client.pingAck().rst(1),
      finds: [["answer", 5, { streamId: 1, side: "client" }]],
    },
    "bytes of the server are missing": {
      frames: (s) =>
        s.server
          .lost((server) => server.ping())
          .client.headers(1)
          .server.rst(1)
          .ping()
          .client.pingAck()
          .rst(1),
      finds: [["answer", 6, { streamId: 1, side: "client" }]],

      certainty: "unproven",
    },
  },
});

testRule(rstNoErrorEarly, {
  valid: {
    // RFC 9113 8.1: the rest of the request is not needed.
    "after the whole response": (s) => s.client.headers(1).server.headers(1, end).rst(1, NO_ERROR),
    "with another code": (s) => s.client.headers(1).server.headers(1).rst(1, 8),
    "of the client": (s) => s.client.headers(1).rst(1, NO_ERROR),
    "of a pushed stream": (s) => s.client.headers(1).server.pushPromise(1, 2).rst(2, NO_ERROR),
  },
  invalid: {
    "before any response": { frames: (s) => s.client.headers(1).server.rst(1, NO_ERROR), finds: [["early", 2, { streamId: 1 }]] },
    "inside the response": {
      frames: (s) => s.client.headers(1, end).server.headers(1).data(1).rst(1, NO_ERROR),
      finds: [["early", 4, { streamId: 1 }]],
    },
    "inside what content-length declares": {
      frames: (s) => s.client.headers(1, end).server.headers(1, tenBytes).data(1, 4).rst(1, NO_ERROR),
      finds: [["cut", 4, { streamId: 1, sent: 4, declared: 10 }]],
    },
    "all that content-length declares, but for END_STREAM": {
      frames: (s) => s.client.headers(1, end).server.headers(1, tenBytes).data(1, 10).rst(1, NO_ERROR),
      finds: [["early", 4, { streamId: 1 }]],
    },
    "DATA may be missing": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, tenBytes)
          .lost((server) => server.data(1, 6))
          .data(1, 4)
          .rst(1, NO_ERROR),
      finds: [["early", 5, { streamId: 1 }]],
      because: ["borders", "seen"],
    },
  },
});

testRule(refusedAfterProcessing, {
  valid: {
    "nothing was sent": (s) => s.client.headers(1).server.rst(1, REFUSED_STREAM),
    "only an interim response was": (s) =>
      s.client
        .headers(1)
        .server.headers(1, { fields: { ":status": "103" } })
        .rst(1, REFUSED_STREAM),
    "with another code": (s) => s.client.headers(1).server.headers(1).rst(1, 2),
    "of the client": (s) => s.client.headers(1).server.headers(1).client.rst(1, REFUSED_STREAM),
  },
  invalid: {
    "after HEADERS": {
      frames: (s) => s.client.headers(1).server.headers(1).rst(1, REFUSED_STREAM),
      finds: [["begun", 3, { streamId: 1, code: "REFUSED_STREAM" }]],
    },
    "after DATA": {
      frames: (s) => s.client.headers(1).server.headers(1).data(1).rst(1, REFUSED_STREAM),
      finds: [["begun", 4, { streamId: 1, code: "REFUSED_STREAM" }]],
    },
  },
});
