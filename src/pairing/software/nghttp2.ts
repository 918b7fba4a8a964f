// nghttp2 and the programs on it that answer as it does: read, recorded 1.52.0. Its texts are those of its library, whatever the program.
import type { Software } from "../software.ts";

const ON_STREAM_ZERO = (
  [
    [/^DATA: stream_id == 0$/, "frame/data-on-stream-zero"],
    [/^(?:(?:request|response) )?HEADERS: stream_id == 0$/, "frame/headers-on-stream-zero"],
    [/^PRIORITY: stream_id == 0$/, "frame/priority-on-stream-zero"],
    [/^RST_STREAM: stream_id == 0$/, "frame/rst-stream-on-stream-zero"],
  ] as const
).map(([text, rule]) => ({ text, rules: [rule], says: "nghttp2 saw a stream's frame on stream 0" }));

const ON_A_STREAM = (["SETTINGS", "PING", "GOAWAY"] as const).map((kind) => ({
  text: new RegExp(`^${kind}: stream_id != 0$`),
  rules: [`frame/${kind.toLowerCase()}-on-stream`],
  says: "nghttp2 saw a frame of the connection on a stream",
}));

const SETTINGS = (
  [
    // Sic.
    [/^SETTINGS: invalid SETTINGS_EN(?:A)?BLE_PUSH$/, "settings/enable-push-value"],
    [/^SETTINGS: too large SETTINGS_INITIAL_WINDOW_SIZE$/, "settings/initial-window-size-range"],
    [/^SETTINGS: invalid SETTINGS_MAX_FRAME_SIZE$/, "settings/max-frame-size-range"],
    [/^SETTINGS: invalid SETTINGS_ENABLE_CONNECT_PROTOCOL$/, "settings/enable-connect-value"],
  ] as const
).map(([text, rule]) => ({ text, rules: [rule], says: "nghttp2 refuses a setting's value" }));

export const nghttp2: Software = {
  name: "nghttp2",
  lines: [
    {
      name: "nghttp2.invalid-field",
      has: "Invalid HTTP header field was received: ",
      text: /Invalid HTTP header field was received: frame type: (?<type>\d+), stream: (?<stream>\d{1,10}), name: \[(?<reason>[^\]]*)\]/,
      tells: "fault",
      rules: ["headers/*"],
    },
    {
      name: "nghttpx.goaway-recv",
      has: "GOAWAY received: last-stream-id=",
      text: /GOAWAY received: last-stream-id=(?<last>\d{1,10}), error_code=(?<code>\d{1,10}), debug_data=(?<reason>.*)/,
      tells: "received",
    },
    {
      name: "nghttpx.goaway-sent",
      has: "Sending GOAWAY: last-stream-id=",
      text: /Sending GOAWAY: last-stream-id=(?<last>\d{1,10}), error_code=(?<code>\d{1,10}), debug_data=(?<reason>.*)/,
      tells: "sent",
    },
    {
      name: "nghttpd.invalid",
      side: "server",
      has: "[INVALID; error=",
      text: /^\[id=\d{1,9}\].{0,40}\[INVALID; error=(?<reason>[^\]]*)\] recv (?<type>[A-Z_]+) frame <length=(?<len>\d{1,8}), flags=0x[0-9a-f]{2}, stream_id=(?<stream>\d{1,10})>/,
      tells: "fault",
    },
    {
      name: "nghttp.invalid",
      side: "client",
      has: "[INVALID; error=",
      text: /^(?!\[id=\d).{0,80}\[INVALID; error=(?<reason>[^\]]*)\] recv (?<type>[A-Z_]+) frame <length=(?<len>\d{1,8}), flags=0x[0-9a-f]{2}, stream_id=(?<stream>\d{1,10})>/,
      tells: "fault",
    },
  ],
  texts: [
    {
      text: /^request HEADERS: invalid stream_id$/,
      rules: ["stream-id/even-client"],
      says: "nghttp2 refuses the id of a new stream",
    },
    {
      text: /^request HEADERS: client received request$/,
      rules: ["stream-id/unpromised", "stream-id/unopened"],
      says: "nghttp2 as a client saw HEADERS on a stream it had not opened",
    },
    {
      text: /^request HEADERS: max concurrent streams exceeded$/,
      rules: ["stream/concurrency-exceeded"],
      says: "nghttp2 counts more streams than it allows",
    },
    {
      text: /^(?:request HEADERS: )?depend on itself$/,
      rules: ["priority/self-dependency"],
      says: "nghttp2 refuses a stream that depends on itself",
    },
    {
      text: /^HEADERS: stream closed$/,
      rules: ["stream-id/reuse", "stream/headers-after-end-stream", "stream/headers-on-closed", "stream/frame-after-own-rst"],
      says: "nghttp2 saw HEADERS on a closed stream",
    },
    {
      text: /^DATA: stream closed$/,
      rules: ["stream/data-after-end-stream", "stream/data-on-closed", "stream/frame-after-own-rst"],
      says: "nghttp2 saw DATA on a stream that was over",
    },
    {
      text: /^DATA: stream in half-closed\(remote\)$/,
      rules: ["stream/data-after-end-stream"],
      says: "nghttp2 saw DATA after END_STREAM",
    },
    {
      text: /^DATA: stream in idle$/,
      rules: ["stream/data-on-idle", "stream-id/unpromised", "stream-id/unopened"],
      says: "nghttp2 saw DATA on an idle stream",
    },
    { text: /^RST_STREAM: stream in idle$/, rules: ["stream/rst-on-idle"], says: "nghttp2 saw RST_STREAM on an idle stream" },
    {
      text: /^WINDOW_UPDATE to idle stream$/,
      rules: ["stream/window-update-on-idle"],
      says: "nghttp2 saw WINDOW_UPDATE on an idle stream",
    },
    ...ON_STREAM_ZERO,
    ...ON_A_STREAM,
    { text: /^too large frame size$/, rules: ["frame/too-large"], says: "nghttp2 saw a frame above its MAX_FRAME_SIZE" },
    {
      text: /^[\w ]+: (?:invalid padding|insufficient padding space)$/,
      rules: ["frame/padding-too-long"],
      says: "nghttp2 saw more padding than payload",
    },
    {
      text: /^CONTINUATION: unexpected$/,
      rules: ["continuation/unexpected", "frame/continuation-on-stream-zero"],
      says: "nghttp2 saw CONTINUATION without a field block to go on with",
    },
    {
      text: /^unexpected non-CONTINUATION frame or stream_id is invalid$/,
      rules: ["continuation/interleaved-frame", "continuation/wrong-stream", "frame/continuation-on-stream-zero"],
      says: "nghttp2 saw something else inside a field block",
    },
    ...SETTINGS,
    {
      text: /^SETTINGS: unexpected ACK$/,
      rules: ["settings/ack-unexpected"],
      says: "nghttp2 saw an acknowledgment of SETTINGS it had not sent",
    },
    {
      text: /^SETTINGS: too many setting entries$/,
      rules: ["abuse/settings-many-entries"],
      says: "nghttp2 takes 32 settings in one frame",
    },
    { text: /^SETTINGS expected$/, rules: ["preface/*", "frame/settings-ack-length"], says: "nghttp2 wants SETTINGS first" },
    {
      text: /^WINDOW_UPDATE: window_size_increment == 0$/,
      rules: ["flow/window-update-zero-stream", "flow/window-update-zero-connection"],
      says: "nghttp2 saw an increment of 0",
    },
    {
      text: /^WINDOW_UPDATE: window size overflow$/,
      rules: ["flow/stream-window-overflow", "flow/connection-window-overflow"],
      says: "nghttp2 saw a window grow above 2^31-1",
    },
    {
      text: /^GOAWAY: invalid last_stream_id$/,
      rules: ["goaway/last-stream-id-increased", "goaway/last-stream-id-parity"],
      says: "nghttp2 refuses the last stream id of a GOAWAY",
    },
    { text: /^PUSH_PROMISE: /, rules: ["push/*", "stream-id/*"], says: "nghttp2 refuses a promise" },
    { text: /^PRIORITY_UPDATE: /, rules: ["priority-update/*"], says: "nghttp2 refuses a PRIORITY_UPDATE" },
  ],
  product: /\bnghttp(?:2|x|d)\b(?:.*\/(\S+))?/,
  openings: [
    {
      from: "client",
      settings: [
        [3, 100],
        [4, undefined],
      ],
    },
    {
      from: "client",
      settings: [
        [3, 100],
        [4, undefined],
        [2, 0],
      ],
    },
    {
      from: "client",
      settings: [
        [3, 100],
        [4, undefined],
        [9, 1],
      ],
    },
    {
      from: "client",
      settings: [
        [3, 100],
        [4, undefined],
        [1, undefined],
      ],
    },
    {
      from: "client",
      settings: [
        [3, 100],
        [4, undefined],
        [1, undefined],
        [1, undefined],
      ],
    },
    {
      from: "client",
      settings: [
        [2, 0],
        [4, undefined],
      ],
    },
    { from: "server", settings: [[3, 100]] },
    {
      from: "server",
      settings: [
        [3, 100],
        [9, 1],
      ],
    },
    {
      from: "server",
      settings: [
        [3, 100],
        [1, undefined],
      ],
    },
    {
      from: "server",
      settings: [
        [3, 100],
        [4, undefined],
        [9, 1],
        [8, 1],
      ],
    },
  ],
  answersOf: "nghttp2 (nghttpd)",
  answers: {
    oldId: "ign if forgotten, else G SC",
    evenId: "G PE",
    requestTrailers: "ok",
    secondHeaders: "R PE",
    headersAfterEnd: "G SC",
    dataAfterEnd: "G SC",
    dataOnIdle: "G PE",
    resetOrUpdateOnIdle: "G PE",
    frameLength: "G FSE",
    wrongStream: "G PE",
    tooLarge: "G FSE",
    streamWindow: "R FCE",
    connectionWindow: "G FCE",
    zeroUpdateOnStream: "G PE",
    streamOverflow: "R FCE (newer: G FCE)",
    connectionOverflow: "G FCE",
    selfDependency: "G PE",
    hpack: "G CE",
    initialWindow: "G FCE",
    badSetting: "G PE",
    continuation: "G PE",
    malformed: "R PE",
    concurrency: "G PE (R RS before the SETTINGS ACK)",
    rapidReset: "G IE",
    floods: "X (1,000 queued ACKs)",
  },
  alike: true,
  refuses: [
    { input: "a stream that depends on itself (no error since RFC 9113)", after: "priority", from: "client", answer: "G PE" },
    { input: "a GOAWAY whose last stream id has the wrong parity", after: "goaway", answer: "G PE" },
  ],
};

export const curl: Software = {
  name: "curl",
  lines: [
    {
      name: "curl.goaway",
      side: "client",
      has: "received GOAWAY, error=",
      text: /received GOAWAY, error=(?<code>\d{1,10}), last_stream=(?<last>\d{1,10})/,
      tells: "received",
    },
    {
      name: "curl.rst",
      side: "client",
      has: " reset by server (error ",
      text: /HTTP\/2 stream (?<stream>\d{1,10}) reset by server \(error 0x[0-9a-f]+ (?<code>[A-Z_0-9]+)\)/,
      tells: "received",
    },
    {
      name: "curl.not-clean",
      side: "client",
      has: " was not closed cleanly: ",
      text: /HTTP\/2 stream (?<stream>\d{1,10}) was not closed cleanly(?: before end of the underlying stream|: (?<code>[A-Z_0-9]+) \(err \d+\))/,
      tells: "symptom",
    },
  ],
  basis: nghttp2,
  texts: [{ text: /^shutdown\0$/, rules: [], says: "curl closed its connection" }],
  product: /^(?:.* )?(?:lib)?curl\/(\S+)/,
  openings: [
    {
      from: "client",
      settings: [
        [3, 100],
        [4, undefined],
        [2, 0],
      ],
    },
  ],
};
