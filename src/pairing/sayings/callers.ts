// Words of HTTP clients for how a request ended, read from their source: the JDK's, OkHttp, curl, Dart's, SwiftNIO's, connect.
import { jdkReasons } from "../jdk-reasons.ts";
import { anyEnd, CLOSED, ends, NO_STATUS, RESET, type Saying } from "./saying.ts";

/** The server's GOAWAY, and what became of requests by it. */
const GOAWAY = [
  ...["health/goaway-abandoned", "health/receiver-overreaction", "health/goaway-lost-streams", "goaway/no-warning"],
  ...["health/graceful-shutdown", "grpc/goaway-reason", "health/request-limit", "health/goaway"],
] as const;

export const callers: readonly Saying[] = [
  {
    // Before its version 24 any GOAWAY ends the connection: Http2Connection.handleGoAway.
    software: "JDK HttpClient",
    text: /\/\S{1,60}:\d{1,5}: GOAWAY received/,
    says: "the JDK's client received a GOAWAY: older versions then fail every request that is under way, those too that the server would answer",
    kinds: ["goaway"],
    rules: GOAWAY,
    side: "client",
    by: "server",
  },
  {
    software: "JDK HttpClient",
    text: new RegExp(`Received RST_STREAM: (?<code>${jdkReasons.join("|")})`),
    says: "the JDK's client received RST_STREAM",
    kinds: ["rst-stream"],
    rules: RESET,
    side: "client",
    by: "server",
  },
  {
    software: "JDK HttpClient",
    text: /header parser received no bytes/,
    says: "the connection ended before the first byte of an answer in HTTP/1.1: without TLS the JDK's client asks for h2c by Upgrade in its first request, and some servers close on that",
    kinds: ends,
    rules: ["upgrade/unanswered", ...CLOSED],
    side: "client",
    by: "server",
  },
  {
    software: "JDK HttpClient",
    text: /EOF reached while reading/,
    says: "the JDK's client read the end of TCP before the answer was whole",
    kinds: ends,
    rules: CLOSED,
    side: "client",
    by: "server",
  },
  {
    software: "Jetty",
    text: /AsynchronousCloseException/,
    says: "Jetty's client, or another thread of its program, closed the connection under the request: after a GOAWAY, too",
    kinds: ["goaway", "fin", "rst"],
    rules: ["health/goaway-abandoned", ...CLOSED, "health/goaway"],
  },
  {
    software: "Jetty",
    text: /Indexed field value too large/,
    says: "Jetty saw a field for the dynamic table that is larger than the table: that empties the table (RFC 7541, 4.4), and is no fault",
    codes: ["COMPRESSION_ERROR", "PROTOCOL_ERROR"],
    kinds: ["goaway", "rst-stream"],
    rules: ["health/receiver-overreaction", "hpack/*"],
  },
  {
    software: "OkHttp",
    text: /Expected ':status' header not present/,
    says: "OkHttp read a response without :status: it has none, or OkHttp before 3.5 failed on a size update before it, which is lawful",
    kinds: ["rst-stream", "goaway"],
    codes: ["PROTOCOL_ERROR"],
    rules: ["headers/missing-status", "headers/bad-status", "hpack/*", "health/receiver-overreaction"],
    side: "client",
    by: "server",
  },
  {
    software: "curl",
    text: /HTTP\/2 stream \d+ refused by server, try again/,
    says: "the server did not take the request: by RST_STREAM(REFUSED_STREAM), or by a GOAWAY that leaves its stream out",
    kinds: ["rst-stream", "goaway"],
    rules: ["health/refused-streams", ...GOAWAY],
    side: "client",
    by: "server",
  },
  {
    software: "Dart",
    text: /Remote end was telling us to stop/,
    says: "the server's GOAWAY leaves the stream out: it was not processed, and is safe to retry",
    kinds: ["goaway"],
    rules: ["grpc/unavailable-retryable", ...GOAWAY],
    side: "client",
    by: "server",
  },
  {
    software: "SwiftNIO",
    text: /\bremoteConnectionClosed\b/,
    says: "Swift's AsyncHTTPClient lost its connection before the answer was whole",
    kinds: ["goaway", "fin", "rst"],
    rules: [...CLOSED, ...GOAWAY],
    side: "client",
    by: "server",
  },
  {
    software: "connect",
    text: /protocol error: (?:incomplete envelope|promised \d+ bytes in enveloped message, got \d+ bytes|missing status)/,
    says: "connect's client saw a response end within a message, or without grpc-status: its sender stopped, reset the stream, or lost the connection",
    kinds: anyEnd,
    rules: [
      ...["stream/rst-no-error-early", "grpc/unfinished-message-reset", "grpc/status-lost"],
      ...NO_STATUS,
      ...RESET,
      ...CLOSED,
    ],
    side: "client",
    by: "server",
  },
];
