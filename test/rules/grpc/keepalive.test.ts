import { keepaliveTimeout, keepaliveTooFrequent, tooManyPingsUnjustified } from "../../../src/rules/grpc/keepalive.ts";
import { grpcRequest, grpcResponse, type Speaker, testRule } from "../../../src/testing.ts";

const hello = "\0\0\0\0\x01a";
const grpc = { fields: grpcRequest } as const;
const answer = { fields: grpcResponse } as const;
const MINUTE = 60_000;
// Each with its own octets, as keepalive PINGs are; a PING every `ms`.
const pings = (c: Speaker, count: number, ms: number): Speaker => {
  for (let i = 0; i < count; i++) c.wait(ms).ping(`ping${i}...`.slice(0, 8));
  return c;
};

testRule(keepaliveTooFrequent, {
  valid: {
    "three, and the server says nothing of them": (s) => pings(s.client.headers(1, grpc), 3, 1000).server.goaway(1, 11, "busy"),
    "two, and the server says there were too many": (s) =>
      pings(s.client.headers(1, grpc), 2, 1000).server.goaway(1, 11, "too_many_pings"),
    "three within the first minutes, and the client says so": (s) =>
      pings(s.client.headers(1, grpc), 3, 1000).goaway(0, 11, "too_many_pings"),
    "three in good time, and the server says there were too many": (s) =>
      pings(s.client.headers(1, grpc), 3, 8 * MINUTE).server.goaway(1, 11, "too_many_pings"),
    "of a wrong length": (s) => {
      const c = s.client.headers(1, grpc);
      for (let i = 0; i < 9; i++) c.wait(1000).ping("short");
    },
    "two may come too soon": (s) => pings(s.client.headers(1, grpc), 3, 1000),
    "every 5 minutes": (s) => pings(s.client.headers(1, grpc), 9, 5 * MINUTE),
    "DATA of the server between": (s) =>
      pings(pings(s.client.headers(1, grpc), 3, 1000).server.headers(1, answer).data(1, hello).client, 3, 1000),
    "the bandwidth probe of grpc-go": (s) => {
      const c = s.client.headers(1, grpc);
      for (let i = 0; i < 9; i++) c.ping("\x02\x04\x10\x10\x09\x0e\x07\x07");
    },
    "of the server": (s) => pings(s.client.headers(1, grpc).server, 9, 1000),
    "DATA of the server behind each acknowledgment, and the server says there were too many": (s) => {
      s.client.headers(1, grpc).server.headers(1, answer);
      for (let i = 0; i < 4; i++) s.client.ping(`measure${i}`).server.pingAck(`measure${i}`).data(1, hello);
      s.server.goaway(1, 11, "too_many_pings");
    },
    "not gRPC": (s) => pings(s.client.headers(1), 9, 1000),
    acknowledgments: (s) => {
      const { server } = pings(s.client.headers(1, grpc).server, 9, 1000);
      for (let i = 0; i < 9; i++) server.client.pingAck(`ping${i}...`.slice(0, 8));
    },
    "three just five minutes apart, and the server says there were too many": (s) =>
      pings(s.client.headers(1, grpc), 3, 5 * MINUTE - 1).server.goaway(1, 11, "too_many_pings"),
  },
  invalid: {
    "three within the first minutes, and the server says so, as grpc-java counts": {
      frames: (s) => pings(s.client.headers(1, grpc), 3, 1000).server.goaway(1, 11, "too_many_pings"),
      finds: [["frequent", 4, { strikes: 3, interval: 300 }]],
    },
    "DATA of the server between, and the server says so": {
      frames: (s) => {
        s.client.headers(1, grpc).server.headers(1, answer);
        for (let i = 0; i < 3; i++) s.server.data(1, hello).client.wait(100).ping(`measure${i}`);
        s.server.goaway(1, 11, "too_many_pings");
      },
      finds: [["counted", 8, { pings: 3, time: "204 ms" }]],
    },
    "bandwidth probes, and the server says so": {
      frames: (s) => {
        const c = s.client.headers(1, grpc);
        for (let i = 0; i < 3; i++) c.ping("\x02\x04\x10\x10\x09\x0e\x07\x07");
        s.server.goaway(1, 11, "too_many_pings");
      },
      finds: [["counted", 4, { pings: 3, time: "2 ms" }]],
    },
    "every second, and then the server says so": {
      frames: (s) => pings(s.client.headers(1, grpc), 6, 1000).server.goaway(1, 11, "too_many_pings"),
      finds: [["frequent", 5, { strikes: 3, interval: 300 }, { count: 3 }]],
    },
    "every second": {
      frames: (s) => pings(s.client.headers(1, grpc), 6, 1000),
      finds: [["frequent", 5, { strikes: 3, interval: 300 }, { count: 3 }]],
    },
    "every 6 minutes, with no stream open": {
      frames: (s) =>
        pings(
          s.client
            .headers(1, grpc)
            .data(1, hello, { endStream: true })
            .server.headers(1, { endStream: true, fields: { ...grpcResponse, "grpc-status": "0" } }).client,
          4,
          6 * MINUTE,
        ),
      finds: [["frequent", 7, { strikes: 3, interval: 7200 }]],
    },
    "an interval of the user's": {
      frames: (s) => pings(s.client.headers(1, grpc), 4, 8 * MINUTE),
      options: { interval: 10 * MINUTE },
      finds: [["frequent", 5, { strikes: 3, interval: 600 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) =>
        pings(
          s
            .holes()
            .client.headers(1, grpc)
            .data(1, hello, { endStream: true })
            .server.headers(1, { endStream: true, fields: { ...grpcResponse, "grpc-status": "0" } }).client,
          4,
          6 * MINUTE,
        ),
      finds: [["frequent", 7, { strikes: 3, interval: 7200 }]],
      because: ["borders", "no-gap2"],
    },
    "DATA of the server between, late in the connection, and the server says so": {
      frames: (s) => {
        s.client
          .headers(1, grpc)
          .wait(20 * MINUTE)
          .server.headers(1, answer);
        for (let i = 0; i < 3; i++) s.server.data(1, hello).client.wait(100).ping(`measure${i}`);
        s.server.goaway(1, 11, "too_many_pings");
      },
      finds: [["counted", 8, { pings: 3, time: "204 ms" }]],
    },
  },
});

testRule(tooManyPingsUnjustified, {
  valid: {
    "the third strike": (s) => pings(s.client.headers(1, grpc), 4, 1000).server.goaway(1, 11, "too_many_pings"),
    "the third strike, as grpc-java counts": (s) =>
      pings(s.client.headers(1, grpc), 3, 1000).server.goaway(1, 11, "too_many_pings"),
    "it had got more than was captured": (s) =>
      s.client
        .headers(1, grpc)
        .lost((client) => client.ping())
        .server.goaway(1, 11, "too_many_pings"),
    "with DATA between it is not certain": (s) =>
      pings(pings(s.client.headers(1, grpc), 2, 1000).server.headers(1, answer).client, 2, 1000).server.goaway(
        1,
        11,
        "too_many_pings",
      ),
    "with DATA between, and one without": (s) => {
      s.client.headers(1, grpc).server.headers(1, answer);
      for (let i = 0; i < 4; i++) s.client.ping(`measure${i}`).server.pingAck(`measure${i}`);
      s.server.data(1, hello).client.ping("measure4").server.pingAck("measure4");
      for (let i = 5; i < 9; i++) s.client.ping(`measure${i}`).server.pingAck(`measure${i}`);
      s.server.goaway(1, 11, "too_many_pings");
    },
    "with DATA that may have been sent before the PING before came": (s) => {
      s.client.headers(1, grpc).server.headers(1, answer);
      for (let i = 0; i < 4; i++) s.server.data(1, hello).client.ping(`measure${i}`);
      s.server.goaway(1, 11, "too_many_pings");
    },
    "with HEADERS of the client between": (s) => {
      s.client.headers(1, grpc).server.headers(1, answer);
      for (let i = 0; i < 4; i++) s.client.data(1, hello).ping(`measure${i}`).server.pingAck(`measure${i}`);
      s.server.goaway(1, 11, "too_many_pings");
    },
    "for another reason": (s) => s.client.headers(1, grpc).server.goaway(1, 11, "calm down"),
    "with another code": (s) => s.client.headers(1, grpc).server.goaway(1, 0, "too_many_pings"),
    "the third strike, while no stream is open": (s) =>
      pings(
        s.client
          .headers(1, grpc)
          .data(1, hello, { endStream: true })
          .server.headers(1, { endStream: true, fields: { ...grpcResponse, "grpc-status": "0" } }).client,
        4,
        6 * MINUTE,
      ).server.goaway(1, 11, "too_many_pings"),
    "of the client": (s) => s.client.headers(1, grpc).goaway(0, 11, "too_many_pings"),
  },
  invalid: {
    "with DATA behind each acknowledgment": {
      frames: (s) => {
        s.client.headers(1, grpc).server.headers(1, answer);
        for (let i = 0; i < 4; i++) s.client.ping(`measure${i}`).server.pingAck(`measure${i}`).data(1, hello);
        s.server.goaway(1, 11, "too_many_pings");
      },
      finds: [["between", 15, { pings: 4, apart: 3 }]],
    },
    "two early ones": {
      frames: (s) => pings(s.client.headers(1, grpc), 2, MINUTE).server.goaway(1, 11, "too_many_pings"),
      finds: [["few", 4, { pings: 2, early: 1 }]],
    },
    "two strikes": {
      frames: (s) => pings(s.client.headers(1, grpc).wait(6 * MINUTE), 3, MINUTE).server.goaway(1, 11, "too_many_pings"),
      finds: [["few", 5, { pings: 3, early: 2 }]],
    },
    none: {
      frames: (s) => s.client.headers(1, grpc).server.goaway(1, 11, "too_many_pings"),
      finds: [["few", 2, { pings: 0, early: 0 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => pings(s.holes().client.headers(1, grpc), 2, MINUTE).server.goaway(1, 11, "too_many_pings"),
      finds: [["few", 4, { pings: 2, early: 1 }]],
      because: ["borders", "no-gap2"],
    },
    "every 6 minutes, with a stream open": {
      frames: (s) => pings(s.client.headers(1, grpc), 4, 6 * MINUTE).server.goaway(1, 11, "too_many_pings"),
      finds: [["few", 6, { pings: 4, early: 0 }]],
    },
    "every 3 hours, with no stream open": {
      frames: (s) =>
        pings(
          s.client
            .headers(1, grpc)
            .data(1, hello, { endStream: true })
            .server.headers(1, { endStream: true, fields: { ...grpcResponse, "grpc-status": "0" } }).client,
          4,
          180 * MINUTE,
        ).server.goaway(1, 11, "too_many_pings"),
      finds: [["few", 8, { pings: 4, early: 0 }]],
    },
    "none but those that do not count": {
      frames: (s) => {
        pings(s.client.headers(1, grpc).server, 4, 1000);
        for (let i = 0; i < 4; i++) s.client.pingAck(`ping${i}...`.slice(0, 8)).ping("short");
        s.server.goaway(1, 11, "too_many_pings");
      },
      finds: [["few", 14, { pings: 0, early: 0 }]],
    },
  },
});

testRule(keepaliveTimeout, {
  valid: {
    answered: (s) => s.client.headers(1, grpc).ping().server.pingAck().client.wait(30_000).close(),
    "closed sooner": (s) => s.client.headers(1, grpc).ping().wait(19_000).close(),
    "closed by the other side": (s) => s.client.headers(1, grpc).ping().server.wait(30_000).close(),
    "not closed": (s) => s.client.headers(1, grpc).ping().wait(30_000).ack(),
    "not gRPC": (s) => s.client.headers(1).ping().wait(30_000).close(),
    "closed sooner, as no timer ends": (s) => s.client.headers(1, grpc).ping().wait(18_000).close(),
    "closed sooner, as a short timer ends, though something came": (s) =>
      s.client.headers(1, grpc).ping().wait(500).server.headers(1, answer).client.wait(499).close(),
    "closed a second after a GOAWAY": (s) =>
      s.client.headers(1, grpc).data(1, hello).trailers(1, { "grpc-status": "0" }).server.ping().goaway(1, 1).wait(999).close(),
    "closed a second after the other side's GOAWAY": (s) =>
      s.client.headers(1, grpc).server.goaway(1, 0).client.ping().wait(999).close(),
    "closed sooner, as no short timer ends": (s) => s.client.headers(1, grpc).ping().wait(1500).close(),
    "closed as a short timer ends, with no call open": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, { ...answer, endStream: true })
        .client.data(1, 0, { endStream: true })
        .ping()
        .wait(999)
        .close(),
    "closed as a timer ends, with no call open": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, { ...answer, endStream: true })
        .client.data(1, 0, { endStream: true })
        .ping()
        .wait(4999)
        .close(),
    "a moment sooner, with no call open": (s) =>
      s.client
        .headers(1, grpc)
        .server.headers(1, { ...answer, endStream: true })
        .client.data(1, 0, { endStream: true })
        .ping()
        .wait(19_998)
        .close(),
  },
  invalid: {
    "by the client": {
      frames: (s) => s.client.headers(1, grpc).ping().wait(20_000).close(),
      finds: [["timeout", 2, { side: "client", waited: 20 }]],
    },
    "by the client, as a short timer ends": {
      frames: (s) =>
        s.client.headers(1, grpc).server.headers(1, answer).client.wait(10_000).ping().server.ack().client.wait(999).close(),
      finds: [["timeout", 3, { side: "client", waited: 1 }]],
    },
    "by the client, with GOAWAY at that time": {
      frames: (s) => s.client.headers(1, grpc).wait(10_000).ping().wait(1999).goaway(0, 0).close(),
      finds: [["timeout", 2, { side: "client", waited: 2 }]],
    },
    "two that are not answered: since the first": {
      frames: (s) => s.client.headers(1, grpc).ping("11111111").wait(15_000).ping("22222222").wait(10_000).close(),
      finds: [["timeout", 2, { side: "client", waited: 25 }]],
    },
    "one that is answered, and one that is not": {
      frames: (s) =>
        s.client.headers(1, grpc).ping("11111111").server.pingAck("11111111").client.ping("22222222").wait(25_000).close(),
      finds: [["timeout", 4, { side: "client", waited: 25 }]],
    },
    "by the server, with RST, the second PING": {
      frames: (s) =>
        s.client.headers(1, grpc).server.ping("11111111").ping("22222222").client.pingAck("11111111").server.wait(25_000).reset(),
      finds: [["timeout", 3, { side: "server", waited: 25 }]],
    },
    "bytes are missing, and fields": {
      frames: (s) => s.holes().client.headers(1, grpc).ping().wait(20_000).close(),
      finds: [["timeout", 2, { side: "client", waited: 20 }]],
      because: ["borders", "no-gap2"],
    },
    "as a timer of five seconds ends": {
      frames: (s) => s.client.headers(1, grpc).ping().wait(4999).close(),
      finds: [["timeout", 2, { side: "client", waited: 5 }]],
    },
    "though DATA came meanwhile, which the server may have sent before": {
      frames: (s) => {
        s.client.headers(1, grpc).server.headers(1, answer).client.ping();
        s.server.wait(11_000).crossing(1).data(1, hello);
        s.client.wait(9000).close();
      },
      finds: [["timeout", 3, { side: "client", waited: 20 }]],
    },
    "though DATA came meanwhile": {
      frames: (s) => {
        s.client.headers(1, grpc).server.headers(1, answer).client.ping();
        for (let i = 0; i < 20; i++) s.server.wait(1000).data(1, hello);
        s.client.close();
      },
      finds: [["busy", 3, { side: "client", waited: 20.02, peer: "server" }]],
    },
    "as long as a PING waits": {
      frames: (s) => s.client.headers(1, grpc).ping().wait(19_999).close(),
      finds: [["timeout", 2, { side: "client", waited: 20 }]],
    },
    "as long as a PING waits, with no call open": {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .server.headers(1, { ...answer, endStream: true })
          .client.data(1, 0, { endStream: true })
          .ping()
          .wait(19_999)
          .close(),
      finds: [["timeout", 4, { side: "client", waited: 20 }]],
    },
    "though DATA came in the first half of that time": {
      frames: (s) => {
        s.client.headers(1, grpc).wait(60_000).server.headers(1, answer).client.ping();
        s.server.wait(9000).data(1, hello).client.wait(11_000).close();
      },
      finds: [["timeout", 3, { side: "client", waited: 20 }]],
    },
    "though many frames of other kinds came since": {
      frames: (s) =>
        s.client
          .headers(1, grpc)
          .ping()
          .together((client) => {
            for (let i = 0; i < 300; i++) client.windowUpdate(0, 1);
          })
          .wait(20_000)
          .close(),
      finds: [["timeout", 2, { side: "client", waited: 20 }]],
    },
    "though many answers to PINGs were sent since": {
      frames: (s) => {
        s.client
          .headers(1, grpc)
          .ping()
          .server.together((server) => pings(server, 300, 0));
        s.client.together((client) => {
          for (let i = 0; i < 300; i++) client.pingAck(`ping${i}...`.slice(0, 8));
        });
        s.client.wait(20_000).close();
      },
      finds: [["timeout", 2, { side: "client", waited: 20 }]],
    },
  },
});
