import { requestCancelled, slowFinish, slowFirstByte } from "../../../src/rules/health/delay.ts";
import { getRequest, grpcRequest, grpcResponse, type Story, testRule } from "../../../src/testing.ts";

const end = { endStream: true } as const;
const first =
  (ms: number): Story =>
  (s) =>
    s.client
      .headers(1, end)
      .wait(ms - 1)
      .server.headers(1, end);

testRule(slowFirstByte, {
  valid: {
    "a little less than the threshold": first(999),
    "a promised response": (s) => s.client.headers(1, end).server.pushPromise(1, 2).wait(2000).headers(2, end),
    "the request went on": (s) => s.client.headers(1).wait(900).data(1).wait(900).server.headers(1, end),
    "an interim response counts for nothing, but neither does what follows trailers": (s) =>
      s.client.headers(1, end).server.headers(1).wait(2000).trailers(1),
    "the request's HEADERS were not captured": (s) =>
      s.client
        .lost((client) => client.headers(1))
        .data(1)
        .wait(2000)
        .server.headers(1, end),
    "the request ended with trailers": (s) => s.client.headers(1).data(1).wait(900).trailers(1).wait(900).server.headers(1, end),
  },
  invalid: {
    "at the threshold": {
      frames: first(1000),
      finds: [["slow", 2, { streamId: 1, ms: 1000, what: "the end of the request" }]],
    },
    "after an interim response": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, { fields: { ":status": "103" } })
          .wait(1000)
          .headers(1, end),
      finds: [["slow", 3, { streamId: 1, ms: 1002, what: "the end of the request" }]],
    },
    "while the request is open": {
      frames: (s) => s.client.headers(1).data(1).wait(1499).server.headers(1, end),
      finds: [["slow", 3, { streamId: 1, ms: 1500, what: "the last of the request so far" }]],
    },
    "twice: one finding": {
      frames: (s) => s.client.headers(1, end).headers(3, end).wait(1999).server.headers(3, end).headers(1, end),
      finds: [["slow", 3, { streamId: 3, ms: 2000, what: "the end of the request" }, { count: 2 }]],
    },
    "by another threshold": {
      frames: first(20),
      options: { ms: 20 },
      finds: [["slow", 2, { streamId: 1, ms: 20, what: "the end of the request" }]],
    },
    "an interim response came late, too": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .wait(1000)
          .server.headers(1, { fields: { ":status": "103" } })
          .headers(1, end),
      finds: [["slow", 3, { streamId: 1, ms: 1002, what: "the end of the request" }]],
    },
  },
});

const finished =
  (ms: number, fields: Readonly<Record<string, string>> = { ":status": "200" }): Story =>
  (s) =>
    s.client
      .headers(1, end)
      .server.headers(1, { fields })
      .wait(ms - 1)
      .data(1, 7, end);

testRule(slowFinish, {
  valid: {
    "a little less than the threshold": finished(4999),
    "a stream of events": finished(9000, { ":status": "200", "content-type": "text/event-stream" }),
    "a tunnel": (s) =>
      s.client
        .headers(1, { fields: { ":method": "CONNECT", ":authority": "h2.test:443" } })
        .server.headers(1)
        .wait(9000)
        .data(1, 1, end)
        .client.data(1, 1, end),
    "a call": (s) =>
      s.client
        .headers(1, { endStream: true, fields: grpcRequest })
        .server.headers(1, { fields: grpcResponse })
        .data(1)
        .wait(9000)
        .trailers(1),
    "the client did not read": (s) =>
      s
        .settings({ client: [[4, 5]] })
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 5)
        .wait(9000)
        .client.windowUpdate(1, 5)
        .server.data(1, 5, end),
    "the client did not read at all": (s) =>
      s
        .settings({ client: [[4, 100_000]] })
        .client.headers(1, end)
        .server.headers(1)
        .data(1, 65_535)
        .wait(9000)
        .client.windowUpdate(0, 5)
        .server.data(1, 5, end),
    "the client resets it": (s) => s.client.headers(1, end).server.headers(1).data(1, 7).wait(9000).client.rst(1),
    "no content at all": (s) => s.client.headers(1, end).server.headers(1).wait(9000).trailers(1),
    "nothing but HEADERS": (s) => s.client.headers(1).server.headers(1, end).client.wait(9000).data(1, 1, end),
    "a stream of events behind an interim response": (s) =>
      s.client
        .headers(1, end)
        .server.headers(1, { fields: { ":status": "103" } })
        .headers(1, { fields: { ":status": "200", "content-type": "text/event-stream" } })
        .wait(9000)
        .data(1, 7, end),
    "the request's HEADERS were not captured": (s) =>
      s.client
        .lost((client) => client.headers(1))
        .data(1, 1, end)
        .server.headers(1)
        .wait(9000)
        .data(1, 7, end),
  },
  invalid: {
    "at the threshold": { frames: finished(5000), finds: [["slow", 3, { streamId: 1, ms: 5000, octets: 7 }]] },
    "by another threshold": {
      frames: finished(100),
      options: { ms: 100 },
      finds: [["slow", 3, { streamId: 1, ms: 100, octets: 7 }]],
    },
    "the client read all along": {
      frames: (s) =>
        s
          .settings({ client: [[4, 8]] })
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 7)
          .wait(4995)
          .client.windowUpdate(1, 5)
          .windowUpdate(99, 1)
          .server.data(1, 5, end),
      finds: [["slow", 6, { streamId: 1, ms: 5000 - 1, octets: 12 }]],
      options: { ms: 4999 },
    },
    "the last bytes use the window up, and frames of both sides follow": {
      frames: (s) =>
        s
          .settings({ client: [[4, 7]] })
          .client.headers(1, end)
          .server.headers(1)
          .wait(5000)
          .data(1, 7)
          .client.priority(1)
          .server.windowUpdate(1, 5)
          .data(1, 0, end),
      finds: [["slow", 6, { streamId: 1, ms: 5004, octets: 7 }]],
    },
    "a byte of the connection's window was left": {
      frames: (s) =>
        s
          .settings({ client: [[4, 100_000]] })
          .client.headers(1, end)
          .server.headers(1)
          .data(1, 65_534)
          .wait(5000)
          .client.windowUpdate(0, 5)
          .server.data(1, 5, end),
      finds: [["slow", 5, { streamId: 1, ms: 5003, octets: 65_539 }]],
    },
  },
});

const cancelled =
  (ms: number, fields = {}): Story =>
  (s) =>
    s.client
      .headers(1, { endStream: true, fields: { ...grpcRequest, ...fields } })
      .server.headers(1)
      .data(1, 3)
      .wait(ms - 3)
      .client.rst(1);

const long = { fields: { ":status": "200", "content-length": "10" } } as const;

testRule(requestCancelled, {
  valid: {
    "a little less than the threshold": cancelled(999),
    "long before its deadline": cancelled(940, { "grpc-timeout": "1S" }),
    "with another code": (s) => s.client.headers(1, end).wait(2000).rst(1, 2),
    "the request's HEADERS were not captured": (s) =>
      s.client
        .lost((client) => client.headers(1, end))
        .server.headers(1)
        .wait(2000)
        .client.rst(1),
    "by the server": (s) => s.client.headers(1, end).wait(2000).server.rst(1),
    "after the response": (s) => s.client.headers(1, end).server.headers(1, end).wait(2000).client.rst(1),
    "a promise": (s) => s.client.headers(1, end).server.pushPromise(1, 2).wait(2000).client.rst(2),
    "long after a whole response that it had not received": (s) =>
      s.client.headers(1).server.headers(1, end).client.wait(2000).crossing(1).rst(1),
    "a tunnel that the server had ended": (s) =>
      s.client
        .headers(1, { fields: { ":method": "CONNECT", ":authority": "h" } })
        .server.headers(1)
        .data(1, 0, end)
        .client.wait(2000)
        .rst(1),
    "soon after a whole response": (s) => s.client.headers(1).wait(2000).server.headers(1, end).client.wait(998).rst(1),
  },
  invalid: {
    "long after a whole response, with the request open": {
      frames: (s) =>
        s.client
          .headers(1)
          .server.headers(1, { ...end, fields: { ":status": "401" } })
          .client.wait(999)
          .rst(1),
      finds: [["answered", 3, { streamId: 1, ms: 1000, answer: ":status 401" }, { severity: "warning" }]],
    },
    "the same of gRPC": {
      frames: (s) =>
        s.client
          .headers(1, { fields: grpcRequest })
          .server.headers(1, { ...end, fields: { ...grpcResponse, "grpc-status": "5" } })
          .client.wait(999)
          .rst(1),
      finds: [["answered", 3, { streamId: 1, ms: 1000, answer: "grpc-status 5" }, { severity: "warning" }]],
    },
    "in the middle of a response, for which there was room": {
      frames: (s) => s.client.headers(1, end).server.headers(1, long).data(1, 4).client.windowUpdate(1, 4).wait(999).rst(1),
      finds: [["stopped", 5, { streamId: 1, ms: 1003, quiet: 1001, octets: 4, length: 10, room: 65_531 }]],
    },
    "in the middle of its own request, for which there was room": {
      frames: (s) =>
        s.client
          .headers(1, { fields: { ...getRequest, "content-length": "10" } })
          .data(1, 4)
          .wait(999)
          .rst(1),
      finds: [["unsent", 3, { streamId: 1, ms: 1001, quiet: 1000, octets: 4, length: 10, room: 65_531 }]],
    },
    "in the middle of a response for which the connection had no room": {
      frames: (s) => {
        s.settings({ client: [[4, 1 << 20]] });
        const { server } = s.client
          .headers(1, end)
          .server.headers(1, { fields: { ":status": "200", "content-length": "90000" } });
        for (let i = 0; i < 4; i++) server.data(1, i < 3 ? 16_384 : 16_383);
        server.client.wait(999).rst(1);
      },
      finds: [["waited", 7, { streamId: 1, ms: 1005, octets: 65_535 }]],
    },
    "in the middle of a response for which room may just have come": {
      frames: (s) =>
        s
          .settings({ client: [[4, 4]] })
          .client.headers(1, end)
          .server.headers(1, long)
          .data(1, 4)
          .client.wait(999)
          .windowUpdate(1, 4)
          .rst(1),
      finds: [["waited", 5, { streamId: 1, ms: 1003, octets: 4 }]],
    },
    "in the middle of a response that TCP had no room for": {
      frames: (s) => s.client.headers(1, end).server.headers(1, long).data(1, 4).client.tcpWindow(0).wait(999).rst(1),
      finds: [["waited", 4, { streamId: 1, ms: 1003, octets: 4 }]],
    },
    "in the middle of a response of which bytes are missing": {
      frames: (s) =>
        s.client
          .headers(1, end)
          .server.headers(1, long)
          .data(1, 4)
          .lost((server) => server.data(1, 4))
          .ping()
          .client.pingAck()
          .wait(999)
          .rst(1),
      finds: [["waited", 7, { streamId: 1, ms: 1005, octets: 4 }]],
    },
    "soon after the last that came of a response": {
      frames: (s) => s.client.headers(1, end).server.headers(1, long).wait(999).data(1, 4).client.wait(500).rst(1),
      finds: [["waited", 4, { streamId: 1, ms: 1502, octets: 4 }]],
    },
    "at the threshold": { frames: cancelled(1000), finds: [["waited", 4, { streamId: 1, ms: 1000, octets: 3 }]] },
    "at its deadline": {
      frames: cancelled(100, { "grpc-timeout": "100m" }),
      finds: [["deadline", 4, { streamId: 1, ms: 100, octets: 3, timeout: 100 }]],
    },
    "just before its deadline, by the clock of the capture": {
      frames: cancelled(95, { "grpc-timeout": "100m" }),
      finds: [["deadline", 4, { streamId: 1, ms: 95, octets: 3, timeout: 100 }]],
    },
  },
});
