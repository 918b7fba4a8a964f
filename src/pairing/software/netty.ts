// Netty's codec and grpc-java on it: read; good traffic of grpc-java 1.82.2 recorded.
import { firstBytes, nettyWordsOf, otherProtocolLengths } from "../first-bytes.ts";
import type { DebugText, LogLine, Software } from "../software.ts";

// Where there is another protocol, its first bytes are no length.
const otherProtocols: readonly LogLine[] = firstBytes.flatMap(({ lengths, rules, says, by }, index) =>
  lengths.length === 0
    ? []
    : [
        {
          name: `netty.first-bytes-${index}`,
          side: by === "client" ? "server" : "client",
          has: "Frame length: ",
          text: new RegExp(`(?<reason>Frame length: (?:${lengths.join("|")}) exceeds maximum: \\d+)`),
          tells: "fault",
          rules,
          says,
        },
      ],
);
const otherProtocolTexts: readonly DebugText[] = firstBytes.map((one) => ({
  text: nettyWordsOf(one),
  rules: one.rules,
  says: one.says,
}));

export const netty: Software = {
  name: "Netty",
  stopsAtOnce: true,
  lines: [
    {
      name: "netty.goaway-sent",
      has: "Sent GOAWAY: lastStreamId",
      text: /Sent GOAWAY: lastStreamId '(?<last>\d{1,10})', errorCode '(?<code>\d{1,10})', debugData '(?<reason>[^']*)'/,
      tells: "sent",
    },
    {
      name: "netty.unknown-stream",
      has: " frame for an unknown stream ",
      text: /(?<reason>Received (?<type>[A-Z_]+) frame for an unknown stream (?<stream>\d{1,10}))/,
      tells: "fault",
      rules: ["stream/*"],
    },
    {
      name: "netty.not-correct",
      side: "server",
      has: " is not correct for server connection",
      text: /(?<reason>Request stream (?<stream>\d{1,10}) is not correct for server connection)/,
      tells: "fault",
      rules: ["stream-id/even-client"],
    },
    {
      name: "netty.behind",
      has: " is behind the next expected stream ",
      text: /(?<reason>Request stream (?<stream>\d{1,10}) is behind the next expected stream (?<last>\d{1,10}))/,
      tells: "fault",
      rules: ["stream-id/not-increasing", "stream-id/reuse", "stream/headers-on-closed"],
    },
    {
      name: "netty.state",
      has: " in unexpected state: ",
      text: /(?<reason>Stream (?<stream>\d{1,10}) in unexpected state: [A-Z_]+)/,
      tells: "fault",
      rules: ["stream/*", "stream-id/*"],
    },
    {
      name: "netty.too-many-headers",
      has: " received too many headers EOS: ",
      text: /(?<reason>Stream (?<stream>\d{1,10}) received too many headers EOS: \w+)/,
      tells: "fault",
      rules: ["headers/second-headers-no-end-stream"],
    },
    {
      name: "netty.connection-window",
      has: "Flow control window exceeded for stream: 0",
      text: /(?<reason>Flow control window exceeded for stream: 0)(?!\d)/,
      tells: "fault",
      rules: ["flow/connection-window-exceeded"],
    },
    {
      name: "netty.window",
      has: "Flow control window exceeded for stream: ",
      text: /(?<reason>Flow control window exceeded for stream: (?<stream>[1-9]\d{0,9}))/,
      tells: "fault",
      rules: ["flow/stream-window-exceeded"],
    },
    ...otherProtocols,
    {
      name: "netty.frame-size",
      has: " exceeds maximum: ",
      text: new RegExp(`(?<reason>Frame length: (?!(?:${otherProtocolLengths})\\b)(?<len>\\d{1,10}) exceeds maximum: \\d+)`),
      tells: "fault",
      rules: ["frame/too-large"],
    },
    {
      name: "netty.rapid-reset",
      has: "Maximum number of RST frames reached",
      text: /Maximum number of RST frames reached/,
      tells: "fault",
      rules: ["abuse/rapid-reset", "abuse/reset-flood"],
    },
    {
      name: "netty.preface",
      has: "HTTP/2 client preface string missing or corrupt",
      text: /(?<reason>HTTP\/2 client preface string missing or corrupt)/,
      tells: "fault",
      rules: ["preface/*"],
    },
  ],
  texts: [
    ...otherProtocolTexts,
    {
      text: /^Received (?:HEADERS|DATA) frame for an unknown stream \d+/,
      rules: ["stream-id/*", "stream/*"],
      says: "Netty has forgotten the stream",
    },
    {
      text: /^Request stream \d+ is not correct for (?:server|client) connection/,
      rules: ["stream-id/even-client", "stream-id/odd-server"],
      says: "Netty refuses an id of the wrong parity",
    },
    {
      text: /^Server push not allowed to opposite endpoint$/,
      rules: [],
      says: "Netty's own application was about to push what the client does not allow: nothing that the client sent is at fault",
    },
    {
      text: /^Request stream \d+ is behind the next expected stream \d+/,
      rules: ["stream-id/not-increasing", "stream-id/reuse", "stream/headers-on-closed"],
      says: "Netty refuses an id that is not above the highest",
    },
    {
      text: /^Stream \d+ in unexpected state: [A-Z_]+/,
      rules: ["stream/*", "stream-id/reuse"],
      says: "Netty saw a frame that the stream's state does not allow",
    },
    {
      text: /^Stream \d+ received too many headers/,
      rules: ["headers/second-headers-no-end-stream"],
      says: "Netty wants END_STREAM on a second HEADERS",
    },
    {
      text: new RegExp(`^Frame length: (?!(?:${otherProtocolLengths})\\b)\\d+ exceeds maximum: \\d+`),
      rules: ["frame/too-large"],
      says: "Netty saw a frame above its MAX_FRAME_SIZE",
    },
    {
      text: /^Flow control window exceeded for stream: \d+/,
      rules: ["flow/stream-window-exceeded", "flow/connection-window-exceeded"],
      says: "Netty saw more DATA than the window allows",
    },
    {
      text: /^Window size overflow for stream: \d+/,
      rules: ["flow/stream-window-overflow", "flow/connection-window-overflow"],
      says: "Netty saw a window grow above 2^31-1",
    },
    {
      text: /^Received WINDOW_UPDATE with delta 0 for stream: \d+/,
      rules: ["flow/window-update-zero-stream", "flow/window-update-zero-connection"],
      says: "Netty saw an increment of 0",
    },
    {
      text: /^Maximum active streams violated for this endpoint: \d+/,
      rules: ["stream/concurrency-exceeded"],
      says: "Netty counts more streams than it allows",
    },
    {
      text: /^Maximum number of RST frames reached/,
      rules: ["abuse/rapid-reset", "abuse/made-you-reset", "abuse/reset-flood", "abuse/many-resets"],
      says: "Netty allows 200 RST_STREAM in 30 s, its own among them",
    },
    {
      text: /^HPACK - (?:max dynamic table size change required|invalid max dynamic table size|.*dynamic table size update)/,
      rules: ["hpack/*"],
      says: "Netty wants a size update before the fields once its lower HEADER_TABLE_SIZE is acknowledged",
    },
    { text: /^HPACK - /, rules: ["hpack/*"], says: "Netty cannot read a field block" },
    {
      text: /^Header size exceeded max allowed size \(\d+\)/,
      rules: ["headers/list-size", "abuse/hpack-bomb"],
      says: "Netty refuses a field section above its MAX_HEADER_LIST_SIZE",
    },
    {
      text: /^HTTP\/2 client preface string missing or corrupt|^First received frame was not SETTINGS(?!\. Hex dump for first \d+ bytes: (?:48545450|1[56]03|505249|0000000401))/,
      rules: ["preface/*"],
      says: "Netty saw no preface",
    },
  ],
  product: /^netty(?:\/(\S+))?$/i,
  answersOf: "Netty, grpc-java",
  answers: {
    oldId: "R SC (unknown stream) or G PE",
    evenId: "G PE",
    requestTrailers: "Netty: ok; grpc-java: H 404 and status 12",
    secondHeaders: "R PE",
    headersAfterEnd: "R SC",
    dataAfterEnd: "R SC",
    dataOnIdle: "G PE",
    tooLarge: "G FSE",
    streamWindow: "R FCE",
    connectionWindow: "G FCE",
    zeroUpdateOnStream: "R PE",
    streamOverflow: "R FCE",
    connectionOverflow: "G FCE",
    hpack: "G CE",
    initialWindow: "G FCE",
    badSetting: "G PE",
    continuation: "G PE",
    malformed: "R PE",
    concurrency: "R RS",
    rapidReset: "G EYC",
    floods: "grpc-java: G EYC `too_many_pings`",
  },
};

export const grpcJava: Software = {
  name: "grpc-java",
  lines: [
    {
      name: "grpc-java.stream",
      has: "Stream Error",
      text: /(?:WARNING|WARN)\b.{0,200}?Stream Error/,
      tells: "fault",
    },
    {
      name: "grpc-java.conn",
      has: "Connection Error",
      text: /(?:FINE|DEBUG)\b.{0,200}?Connection Error/,
      tells: "fault",
    },
    {
      name: "java.client-goaway",
      side: "client",
      has: "Abrupt GOAWAY closed ",
      text: /Abrupt GOAWAY closed (?:sent|unsent) stream\. HTTP\/2 error code: (?<code>[A-Z_0-9]+)(?: \([^)]*\))?(?:, debug data: (?<reason>.*))?/,
      tells: "received",
    },
    {
      name: "java.client-rst",
      side: "client",
      has: "RST_STREAM closed stream. HTTP/2 error code: ",
      text: /RST_STREAM closed stream\. HTTP\/2 error code: (?<code>[A-Z_0-9]+)/,
      tells: "received",
    },
  ],
  basis: netty,
  // The numbers are small enough for others to send them too, but one.
  pings: [
    { payload: "00000000000004d2", says: "grpc-java measures the bandwidth with PING 1234", weak: true },
    { payload: "000000000000dead", says: "grpc-java keeps the connection alive with PING 0xdead", weak: true },
    { payload: "000000097acef001", says: "grpc-java stops gracefully with PING 0x97acef001" },
    { payload: "0000000000000457", says: "grpc-java's applications ping with 1111", weak: true },
  ],
  texts: [
    {
      text: /^too_many_pings$/,
      rules: ["grpc/keepalive-too-frequent", "abuse/ping-flood"],
      says: "the server counts PINGs that came sooner than it allows",
    },
    {
      text: /^too_many_rststreams$/,
      rules: ["abuse/rapid-reset", "abuse/reset-flood", "abuse/many-resets"],
      says: "grpc-java counts RST_STREAM frames above its limit",
    },
    { text: /^max_(?:age|idle)$/, rules: [], says: "the connection reached its age or idle limit" },
    { text: /^app_requested$/, rules: [], says: "a grpc-java server shuts down" },
  ],
  product: /\bgrpc-java-netty\/(\S+)/,
  openings: [
    {
      from: "client",
      settings: [
        [2, 0],
        [3, 0],
        [4, undefined],
        [6, 8192],
      ],
    },
    {
      from: "server",
      settings: [
        [3, undefined],
        [4, undefined],
        [6, 8192],
      ],
    },
  ],
  refuses: [{ input: "request trailers", rule: "headers/request-trailers", after: "headers", from: "client", answer: "H 404" }],
};
