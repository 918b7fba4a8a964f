// Lines that are the event: alone they give a finding that is not proven; everyday lines give none.
import { describe, expect, it } from "vitest";
import { lint, logOf } from "./linting.ts";

const found = async (line: string) =>
  (await lint([], [logOf(line)])).findings.map(({ rule, offender, certainty }) => [rule, offender, certainty]);

describe("a line alone", () => {
  it.each([
    [
      "SayHello failed: rpc error: code = Unavailable desc = error reading from server: EOF",
      "health/stream-killed-by-close",
      "server",
    ],
    ["call failed: rpc error: code = DeadlineExceeded desc = context deadline exceeded", "grpc/deadline-exceeded", "server"],
    ["E failed: StatusCode.UNAVAILABLE: failed to connect: Connection refused", "preface/connection-refused", "server"],
    ["Error: 14 UNAVAILABLE: read ECONNRESET", "health/stream-killed-by-close", "server"],
    [
      "io.grpc.StatusRuntimeException: RESOURCE_EXHAUSTED: gRPC message exceeds maximum size 16384: 20004",
      "grpc/message-too-large",
      undefined,
    ],
    ["io.grpc.StatusRuntimeException: DEADLINE_EXCEEDED: deadline exceeded after 0.9s", "grpc/deadline-exceeded", "server"],
    ["Error: 13 INTERNAL: Received RST_STREAM with code 2 (Internal server error)", "health/server-reset", "server"],
    [
      'ERROR call failed: Status { code: Unavailable, message: "h2 protocol error: http2 error", source: Some(tonic::transport::Error(Transport, hyper::Error(Http2, Error { kind: Reset(StreamId(1), REFUSED_STREAM, Remote) }))) }',
      "health/refused-streams",
      "server",
    ],
    ["2026/11/28 17:27:54 http2: panic serving 127.0.0.1:40202: assignment to entry in nil map", "health/server-reset", "server"],
    ['127.0.0.1 - - [28/Nov/2026 17:26:48] "PRI * HTTP/2.0" 505 -', "preface/server-spoke-http1", "server"],
    [
      "ERROR: StatusCode.UNKNOWN: Stream removed (Data frame with END_STREAM flag received)",
      "grpc/ended-without-trailers",
      "server",
    ],
    [
      "rpc error: code = Unimplemented desc = unexpected HTTP status code received from server: 404 (Not Found)",
      "grpc/http-status",
      "server",
    ],
    [
      "[error] 35#35: *1 upstream prematurely closed connection while reading response header from upstream, client: 10.0.0.1",
      "health/stream-killed-by-close",
      "server",
    ],
    ["ERROR tls: first record does not look like a TLS handshake", "preface/client-spoke-tls", "client"],
    [
      "http: TLS handshake error from 192.0.2.7:5123: tls: first record does not look like a TLS handshake",
      "preface/server-spoke-tls",
      "server",
    ],
    ["ERROR: rpc error: code = PermissionDenied desc = no", "health/error-status", "server"],
  ])("%s", async (line, rule, offender) => {
    const findings = await found(line);
    expect(findings.map(([id]) => id)).toContain(rule);
    for (const [, , certainty] of findings) expect(certainty).toBe("unproven");
    if (offender !== undefined) expect(findings.find(([id]) => id === rule)![1]).toBe(offender);
  });

  it.each([
    "INFO: [core] [Channel #1] Channel Connectivity change to IDLE",
    "INFO: [transport] [client-transport 0x25f341e5e6c8] Closing: EOF",
    "INFO serving gRPC, keepalive timeout 20s, status ok",
    "I1123 15:36:28.420351   20123 chttp2_transport.cc:3227] ipv4:127.0.0.1:50086: Complete BDP ping err=CANCELLED",
    "DEBUG h2::proto: stream closed; received RST_STREAM NO_ERROR",
    '127.0.0.1 - - [28/Nov/2026 17:26:48] "GET / HTTP/2.0" 200 512 "-" "curl/7.88.1"',
    "http2: Framer 0xc000238460: read RST_STREAM stream=1 len=4 ErrCode=NO_ERROR",
    'level=info msg="content-length: 5, status 200"',
  ])("says nothing of everyday life: %s", async (line) => expect(await found(line)).toEqual([]));
});
