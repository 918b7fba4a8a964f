// Rust h2 and what is made of it (hyper, tonic, Volo, axum): read, recorded 0.4.20.
import type { Software } from "../software.ts";

export const rustH2: Software = {
  name: "Rust h2",
  lines: [
    {
      name: "h2.old-id",
      has: ") < next_id (StreamId(",
      text: /connection error (?<code>[A-Z_]+) -- id \(StreamId\((?<stream>\d{1,10})\)\) < next_id \(StreamId\((?<last>\d{1,10})\)\)/,
      tells: "fault",
      rules: ["stream-id/not-increasing", "stream-id/reuse", "stream/headers-on-closed"],
    },
    {
      name: "h2.even-id",
      has: " - not client initiated",
      text: /cannot open stream StreamId\((?<stream>\d{1,10})\) - not client initiated/,
      tells: "fault",
      rules: ["stream-id/even-client"],
    },
    {
      name: "h2.unopened",
      side: "client",
      has: " - not server initiated",
      text: /cannot open stream StreamId\((?<stream>\d{1,10})\) - not server initiated/,
      tells: "fault",
      rules: ["stream-id/unopened", "stream-id/unpromised"],
      says: "h2 as a client has no such stream: it had not opened it, or had forgotten it after a reset",
    },
    {
      name: "h2.conn-error",
      has: "connection error ",
      text: /connection error (?<code>[A-Z_]{4,}) -- (?<reason>[^;]*)/,
      tells: "fault",
    },
    {
      name: "h2.stream-error",
      has: "stream error ",
      text: /stream error (?<code>[A-Z_]{4,}) -- (?<reason>[^;]*); stream=StreamId\((?<stream>\d{1,10})\)/,
      tells: "fault",
    },
    {
      name: "h2.hpack",
      has: "failed HPACK decoding; err=",
      text: /failed HPACK decoding; err=(?<reason>.*)/,
      tells: "fault",
      rules: ["hpack/*"],
    },
    {
      name: "h2.load",
      has: "failed to load ",
      text: /failed to load (?<type>[A-Za-z_]+) frame; err=(?<reason>.*)/,
      tells: "fault",
      rules: ["frame/*", "headers/*"],
    },
    {
      name: "h2.poll-error",
      has: "Connection::poll; ",
      text: /Connection::poll; (?:connection|IO) error error=(?:GoAway\(b"(?<reason>(?:[^"\\]|\\.)*)", (?<code>[A-Z_]+), \w+\))?/,
      tells: "close",
    },
    {
      name: "h2.ping-unknown",
      has: "recv PING ack that we never sent",
      text: /recv PING ack that we never sent/,
      tells: "fault",
      rules: ["ping/*"],
    },
    {
      name: "h2.client-eof",
      has: "closed because of a broken pipe",
      text: /(?:connection|stream) closed because of a broken pipe/,
      tells: "symptom",
      says: "the other side closed TCP while streams were open, without a GOAWAY or after one whose last stream covered them",
    },
    {
      name: "h2.client-received",
      has: " error received: ",
      text: /(?:connection|stream) error received: [^()]*(?:\(b"(?<reason>(?:[^"\\]|\\.)*)"\))?/,
      tells: "received",
      says: "a GOAWAY or RST_STREAM came",
    },
    {
      name: "h2.client-detected",
      has: " error detected: ",
      text: /(?:connection|stream) error detected: [^()]*(?:\(b"(?<reason>(?:[^"\\]|\\.)*)"\))?/,
      tells: "fault",
      says: "h2 itself found the fault",
    },
    {
      name: "tonic.error",
      has: "h2 protocol error: ",
      text: /h2 protocol error: [^"]*/,
      tells: "symptom",
    },
    {
      name: "h2.connection-error",
      has: "connection error",
      text: /\bconnection error\b[^A-Z]*(?:Kind\(\w+\)|BrokenPipe|ConnectionReset)/,
      tells: "symptom",
    },
    {
      name: "h2.connection-reset",
      has: "connection reset",
      text: /\b(?:ERR|Error|error)\b.{0,120}connection reset/,
      tells: "symptom",
    },
  ],
  pings: [
    { payload: "0b7ba2f08b9bfe54", says: "Rust h2 shuts down gracefully with this PING" },
    { payload: "3b7cdb7a0b8716b4", says: "Rust h2's applications (hyper: keepalive, bandwidth) ping with this" },
  ],
  texts: [
    {
      text: /^too_many_continuations$/,
      rules: ["abuse/continuation-flood", "abuse/zero-length-continuation"],
      says: "Rust h2 counts CONTINUATION frames above its limit",
    },
    {
      text: /^too_many_resets$/,
      rules: ["abuse/rapid-reset", "abuse/reset-flood"],
      says: "Rust h2 lets 20 reset streams wait to be accepted",
    },
    { text: /^too_many_internal_resets$/, rules: ["abuse/made-you-reset"], says: "Rust h2 was made to reset 1,024 streams" },
    {
      text: /^too_many_data_frames$/,
      rules: ["abuse/data-dribble", "abuse/empty-frames"],
      says: "Rust h2 counts DATA frames above its limit",
    },
    {
      text: /^header_list_way_too_large$/,
      rules: ["headers/list-size", "abuse/hpack-bomb", "abuse/header-count-bomb"],
      says: "Rust h2 saw a field section far above its limit",
    },
  ],
  product: /^hyper\/(\S+)/,
  openings: [
    {
      from: "client",
      settings: [
        [2, 0],
        [4, undefined],
        [5, undefined],
        [6, undefined],
      ],
    },
    {
      from: "client",
      settings: [
        [2, 0],
        [4, undefined],
        [5, undefined],
      ],
    },
    {
      from: "server",
      settings: [
        [4, undefined],
        [5, undefined],
        [6, undefined],
      ],
      increment: 983_041,
    },
    {
      from: "server",
      settings: [
        [3, undefined],
        [4, undefined],
        [5, undefined],
        [6, undefined],
      ],
      increment: 983_041,
    },
  ],
  answersOf: "Rust h2 (hyper, tonic)",
  answers: {
    oldId: "G PE",
    evenId: "G PE",
    requestTrailers: "ok",
    secondHeaders: "R PE",
    headersAfterEnd: "G PE",
    dataAfterEnd: "G PE (R SC if forgotten)",
    dataOnIdle: "G PE",
    resetOrUpdateOnIdle: "G PE",
    frameLength: "G PE",
    wrongStream: "G PE",
    tooLarge: "G FSE",
    streamWindow: "R FCE",
    connectionWindow: "G FCE",
    zeroUpdateOnStream: "G PE",
    streamOverflow: "R FCE",
    connectionOverflow: "G FCE",
    selfDependency: "R PE",
    hpack: "G PE",
    initialWindow: "G PE",
    badSetting: "G PE",
    continuation: "G PE",
    malformed: "R PE (G PE for an upper-case name, an unknown pseudo-header field)",
    concurrency: "R RS",
    rapidReset: "G EYC `too_many_resets`",
  },
  refuses: [
    { input: "a stream that depends on itself (no error since RFC 9113)", after: "priority", from: "client", answer: "R PE" },
  ],
};

// volo-grpc 0.8 to 0.12, recorded.
export const volo: Software = {
  name: "volo",
  basis: rustH2,
  fields: ["destination-service", "destination-method"],
  sees: {
    goaway: 'Internal, "h2 protocol error: http2 error"',
    reset: 'Internal, "h2 protocol error: http2 error"',
    fin: 'Unknown, "connection error": "connection closed because of a broken pipe" or "stream closed because of a broken pipe"',
    rst: 'Unknown, "connection error": connection reset, or "connection closed because of a broken pipe"',
  },
};

export const tonic: Software = { name: "tonic", basis: rustH2, product: /^(?:.* )?tonic\/(\S+)/ };
