// Words of servers and other programs for how a call ended, read from their source or from reports: Envoy's flags, Traffic Server, Tomcat,
// Open Liberty, Undertow, undici, SwiftNIO, Finagle.
import { anyEnd, CLOSED, ends, HTTP1, RESET, type Saying } from "./saying.ts";

/** What may end a stream under a program that writes or reads. */
const OVER = ["health/request-cancelled", ...RESET, ...CLOSED] as const;

/** `"GET / HTTP/2" 503 UR 0 85`, `response_flags=UR`. */
const flagged = (...flags: readonly string[]): RegExp => {
  const flag = `(?:[A-Z]{2,6},)*(?:${flags.join("|")})\\b`;
  return new RegExp(`(?:HTTP/\\d(?:\\.\\d)?" \\d{1,3}|\\b50\\d) ${flag}|[Rr]esponse_?[Ff]lags?["']?[:=] ?["']?${flag}`);
};

export const servers: readonly Saying[] = [
  {
    software: "Envoy",
    text: flagged("UR"),
    says: "Envoy's flag UR: the server behind it reset the stream",
    kinds: ["rst-stream"],
    rules: RESET,
    by: "server",
  },
  {
    software: "Envoy",
    text: flagged("UC"),
    says: "Envoy's flag UC: the connection to the server behind it ended under the request",
    kinds: ["goaway", "fin", "rst"],
    rules: CLOSED,
  },
  {
    software: "Envoy",
    text: flagged("UPE"),
    says: "Envoy's flag UPE: the response of the server behind it breaks the protocol",
    kinds: anyEnd,
    rules: [...HTTP1, "headers/*", "frame/*", "stream/*", "hpack/*"],
    by: "server",
  },
  {
    software: "Envoy",
    text: flagged("DPE"),
    says: "Envoy's flag DPE: the client's request breaks the protocol",
    kinds: anyEnd,
    rules: ["headers/*", "frame/*", "stream/*", "hpack/*", "continuation/*"],
    side: "server",
    by: "client",
  },
  {
    software: "Envoy",
    text: flagged("DC"),
    says: "Envoy's flag DC: the client reset the stream, or closed, before the response was whole",
    kinds: anyEnd,
    rules: ["health/request-cancelled", "health/stream-killed-by-close", "health/goaway-abandoned"],
    side: "server",
    by: "client",
  },
  {
    software: "Envoy",
    text: flagged("LR"),
    says: "Envoy's flag LR: Envoy itself reset the stream to the server behind it",
    kinds: ["rst-stream"],
    rules: ["health/request-cancelled", ...RESET],
    side: "client",
    by: "client",
  },
  {
    software: "Traffic Server",
    text: /HTTP\/2 (?:stream|connection) error code=(?<code>0x[0-9a-f]{1,8}) client_ip=/,
    says: "Traffic Server found a fault in a frame, and answered with this code: client_ip is the other side, which may be a server",
    kinds: ["rst-stream", "goaway"],
    rules: ["headers/*", "frame/*", "stream/*", "stream-id/*", "hpack/*", "flow/*", "health/receiver-overreaction"],
  },
  {
    software: "Tomcat",
    text: /Stream \[\d{1,10}\], This stream is (?:in state \[[A-Z_]{1,40}\] and is )?not writable|java\.io\.IOException: HTTP\/2 Stream reset/,
    says: "the client reset the stream, or the connection ended, while an application in Tomcat wrote or read",
    kinds: anyEnd,
    rules: OVER,
    side: "server",
    by: "client",
  },
  {
    software: "Open Liberty",
    text: /H2Exception: stream was already closed!/,
    says: "an application in Open Liberty wrote on a stream that was over: the client reset it, or its END_STREAM had been sent",
    kinds: anyEnd,
    rules: OVER,
    side: "server",
  },
  {
    software: "Undertow",
    text: /UT000103\b|: Http2 stream was reset/,
    says: "Undertow's stream was reset by the other side, or ended with its connection",
    kinds: anyEnd,
    rules: OVER,
  },
  {
    // With the upgrade from HTTP/1.1 stream 1 was unknown to it: UNDERTOW-1984.
    software: "Undertow",
    text: /UT000102\b|RST_STREAM received for idle stream/,
    says: "Undertow saw RST_STREAM on a stream that it calls idle: older versions mean stream 1 of an upgrade from HTTP/1.1, too",
    kinds: ["goaway"],
    codes: ["PROTOCOL_ERROR"],
    rules: ["stream/rst-on-idle", "health/receiver-overreaction"],
  },
  {
    software: "Undertow",
    text: /UT0001(?:04|19)\b/,
    says: "Undertow saw no preface of HTTP/2",
    kinds: anyEnd,
    rules: ["preface/client-magic", "preface/client-spoke-tls"],
    side: "server",
  },
  {
    software: "Undertow",
    text: /UT000(?:09[89]|10[01568]|107|109|115|132|148|15[012])\b/,
    says: "Undertow found a fault in a frame or in a field block of the other side",
    kinds: ["goaway", "rst-stream"],
    rules: ["frame/*", "continuation/*", "hpack/*", "headers/*", "push/*"],
  },
  {
    software: "undici",
    text: /HTTP\/2: stream (?:half-closed \(remote\)|closed before (?:response headers|the response was complete)|errored before response headers)/,
    says: "the stream ended before its response was complete: by RST_STREAM, by a GOAWAY, or with the connection",
    kinds: anyEnd,
    rules: [...RESET, ...CLOSED],
    side: "client",
    by: "server",
  },
  {
    software: "SwiftNIO",
    text: /\bNoSuchStream\b/,
    says: "SwiftNIO met a frame on a stream that it had forgotten, or had refused after its own GOAWAY: some versions of grpc-swift close the connection for that",
    kinds: ["goaway", "fin", "rst"],
    rules: ["health/receiver-overreaction", ...CLOSED],
  },
  {
    software: "Finagle",
    text: /finagle\.ChannelClosedException/,
    says: "Finagle (Linkerd 1) lost the connection before the answer was whole",
    kinds: ends,
    rules: CLOSED,
  },
];
