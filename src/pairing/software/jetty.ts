// Jetty 12: read. The debug data of its GOAWAY is a token.
import type { DebugText, LogLine, Software } from "../software.ts";

const texts: readonly DebugText[] = [
  { text: /^invalid_stream_id$/, rules: ["stream-id/even-client", "frame/*"], says: "Jetty refuses a frame's stream id" },
  {
    text: /^unexpected_headers_frame$/,
    rules: ["stream-id/*", "stream/headers-after-end-stream", "stream/headers-on-closed"],
    says: "Jetty has forgotten the stream",
  },
  { text: /^invalid_request$/, rules: ["headers/*"], says: "Jetty saw a response's fields from a client" },
  {
    text: /^duplicate_stream$/,
    rules: ["stream-id/reuse", "headers/second-headers-no-end-stream", "stream/headers-after-end-stream"],
    says: "Jetty saw a request on a stream that has one",
  },
  {
    text: /^unexpected_(?:data|rst_stream|window_update)_frame$/,
    rules: ["stream/*", "stream-id/unopened", "health/receiver-overreaction"],
    says: "Jetty saw a frame on a stream that it does not know: it was never opened, or, up to Jetty 9.4, Jetty itself had refused it",
  },
  {
    text: /^(?:session|stream)_window_exceeded$|^invalid_flow_control_window$/,
    rules: ["flow/*", "settings/initial-window-size-range", "settings/initial-window-overflow"],
    says: "Jetty saw a window exceeded",
  },
  { text: /^invalid_hpack_block$/, rules: ["hpack/*"], says: "Jetty cannot read a field block" },
  { text: /^invalid_(?:[a-z_]+_)?frame_length$/, rules: ["frame/*"], says: "Jetty refuses a frame's length" },
  {
    text: /^(?:un)?expected_continuation_frame$/,
    rules: ["continuation/*"],
    says: "Jetty saw frames of a field block out of order",
  },
  { text: /^invalid_settings_\w+$/, rules: ["settings/*"], says: "Jetty refuses a setting's value" },
  { text: /^invalid_preface$/, rules: ["preface/*"], says: "Jetty saw no preface" },
  { text: /^push_promise$/, rules: ["push/from-client"], says: "Jetty saw a promise by a client" },
  { text: /^invalid_[a-z_]+_frame_rate$/, rules: ["abuse/*"], says: "Jetty allows 128 such frames in a second" },
];

// `1/unexpected_data_frame` up to Jetty 9.4, then `protocol_error/unexpected_data_frame`: HTTP2Session.toFailure.
const failures: readonly LogLine[] = [
  "unexpected_data_frame",
  "unexpected_headers_frame",
  "unexpected_rst_stream_frame",
  "unexpected_window_update_frame",
  "session_window_exceeded",
  "stream_window_exceeded",
  "invalid_flow_control_window",
  "invalid_stream_id",
  "duplicate_stream",
  "invalid_hpack_block",
  "expected_continuation_frame",
].map((token): LogLine => {
  const { rules, says } = texts.find(({ text }) => text.test(token))!;
  return {
    name: `jetty.${token}`,
    has: `/${token}`,
    text: new RegExp(`\\b(?:\\d{1,2}|[a-z_]{1,30}_error)/(?<reason>${token})\\b`),
    tells: "fault",
    rules,
    says,
  };
});

export const jetty: Software = {
  name: "Jetty",
  lines: [
    {
      name: "jetty.preface",
      side: "server",
      has: "/invalid_preface",
      text: /(?<last>\d{1,10})\/(?<code>[A-Z_]+)\/(?<reason>invalid_preface)\b/,
      tells: "fault",
      rules: ["preface/client-magic", "preface/client-spoke-tls"],
      says: "Jetty saw no preface of HTTP/2",
    },
    ...failures,
  ],
  texts,
  product: /^Jetty(?:\((\S+)\))?/,
  answersOf: "Jetty 12",
  answers: {
    oldId: "G SC",
    evenId: "G PE",
    requestTrailers: "ok",
    secondHeaders: "G PE if it looks like a request, else ok",
    headersAfterEnd: "G PE if it looks like a request",
    dataAfterEnd: "R SC",
    dataOnIdle: "G PE",
    resetOrUpdateOnIdle: "G PE",
    frameLength: "G FSE",
    tooLarge: "G FSE",
    streamWindow: "G FCE",
    connectionWindow: "G FCE",
    hpack: "G CE",
    initialWindow: "G PE, G FCE",
    badSetting: "G PE, G FCE",
    continuation: "G PE",
    malformed: "R PE or H 400",
    concurrency: "R RS",
    rapidReset: "G EYC",
    floods: "G EYC",
  },
  refuses: [{ input: "trailers that crossed its own RST_STREAM", after: "headers", from: "client", answer: "G PE" }],
};
