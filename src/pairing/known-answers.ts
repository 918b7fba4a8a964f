// How known servers answer a violation: from their source and from recordings (rules.md 4.1). For explanations; pairing itself accepts
// what the text allows and what was seen.

/** The answer of one implementation, in words. */
export interface KnownAnswer {
  readonly software: string;
  readonly answer: string;
}

/** What is known of the answers to this rule; empty where nothing is. */
export function knownAnswers(rule: string): KnownAnswer[] {
  const row = ROWS.find(({ rules }) =>
    rules.some((one) => (one.endsWith("/*") ? rule.startsWith(one.slice(0, -1)) : one === rule)),
  );
  if (row === undefined) return [];
  return row.answers.flatMap((code, i) => (code === "" ? [] : [{ software: SOFTWARE[i]!, answer: inWords(code) }]));
}

// `G x` GOAWAY with code x, then close; `X` close alone; `R x` RST_STREAM with code x; `H n` HTTP status n.
const inWords = (code: string): string =>
  code
    .replace(/\b(G|R) ([A-Z]\w*)/g, (_, frame, error) => `${frame === "G" ? "GOAWAY" : "RST_STREAM"} ${CODES[error] ?? error}`)
    .replace(/\bH (\d\w+)/g, "status $1")
    .replace(/\bX\b/g, "closes")
    .replace(/\bign\b/g, "ignores it")
    .replace(/\bok\b/g, "accepts it");

const CODES: Readonly<Record<string, string>> = {
  NO: "NO_ERROR",
  PE: "PROTOCOL_ERROR",
  IE: "INTERNAL_ERROR",
  FCE: "FLOW_CONTROL_ERROR",
  SC: "STREAM_CLOSED",
  FSE: "FRAME_SIZE_ERROR",
  RS: "REFUSED_STREAM",
  CE: "COMPRESSION_ERROR",
  EYC: "ENHANCE_YOUR_CALM",
};

const SOFTWARE = [
  "grpc-go 1.63 or later",
  "Go net/http",
  "gRPC C-core",
  "Netty, grpc-java",
  "Rust h2 (hyper, tonic)",
  "nghttp2 (nghttpd)",
  "nginx",
  "h2o",
  "Jetty 12",
  "Tomcat 11",
  "Kestrel",
  "python-hyper/h2",
  "Envoy",
] as const;

interface Row {
  readonly rules: readonly string[];
  /** By software; empty: not known. */
  readonly answers: readonly string[];
}

const BAD_SETTING = ["G PE", "G PE, G FCE", "G PE, G FCE", "G PE, G FCE", "G PE, G FCE", "X"];

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  { rules: ["stream-id/not-increasing"],
    answers: ["G PE", "G PE", "ign", "R SC (unknown stream) or G PE", "G PE", "ign if forgotten, else G SC", "G PE", "G SC", "G SC", "G PE", "G SC", "G PE", "ign or G PE by codec"] },
  { rules: ["stream-id/even-client"],
    answers: ["G PE", "G PE", "ign", "G PE", "G PE", "G PE (Node: G IE)", "G PE", "G PE", "G PE", "G PE", "G PE", "G PE", "X or G PE"] },
  { rules: ["grpc/request-trailers", "headers/request-trailers"],
    answers: ["G PE", "ok", "ok", "Netty: ok; grpc-java: H 404 and status 12", "ok", "ok", "G PE", "ok", "ok", "ok", "ok", "ok", "ok"] },
  { rules: ["headers/second-headers-no-end-stream"],
    answers: ["G PE", "R PE", "X", "R PE", "R PE", "R PE", "G PE", "G PE", "G PE if it looks like a request, else ok", "R PE", "G PE", "G PE", "R PE or X"] },
  { rules: ["stream-id/reuse", "stream/headers-after-end-stream"],
    answers: ["G PE", "R SC (G PE if forgotten)", "ign", "R SC", "G PE", "G SC (Node: ign if forgotten)", "G PE", "G PE", "G PE if it looks like a request", "G SC", "G SC", "G SC", "X or ign"] },
  { rules: ["stream/data-after-end-stream", "stream/data-on-closed"],
    answers: ["R SC (ign if forgotten)", "R SC", "ign", "R SC", "G PE (R SC if forgotten)", "G SC (Node: ign if forgotten)", "R SC", "R SC", "R SC", "G SC or R SC", "G SC", "R SC after RST_STREAM, else G SC", "X or ign"] },
  { rules: ["stream/data-on-idle"], answers: ["ign", "G PE", "ign", "G PE", "G PE", "G PE", "ign"] },
  { rules: ["stream/rst-on-idle", "stream/window-update-on-idle"], answers: ["ign", "G PE", "", "", "G PE", "G PE (Node: G IE)", ""] },
  { rules: ["frame/priority-length", "frame/rst-stream-length", "frame/settings-length", "frame/settings-ack-length", "frame/ping-length", "frame/goaway-length", "frame/window-update-length"],
    answers: ["X", "G FSE", "X", "", "G PE", "G FSE (Node: G IE)", "G FSE"] },
  { rules: ["frame/data-on-stream-zero", "frame/headers-on-stream-zero", "frame/priority-on-stream-zero", "frame/rst-stream-on-stream-zero", "frame/continuation-on-stream-zero", "frame/settings-on-stream", "frame/ping-on-stream", "frame/goaway-on-stream"],
    answers: ["X", "G PE", "X", "", "G PE", "G PE (Node: G IE but for DATA, CONTINUATION)", "G PE"] },
  { rules: ["frame/too-large"], answers: ["X", "G FSE", "X", "G FSE", "G FSE", "G FSE", "ok (it announces 2^24-1)", "G FSE", "G FSE", "G FSE", "G FSE", "G FSE", "X or G FSE"] },
  { rules: ["flow/stream-window-exceeded"], answers: ["R FCE", "R FCE", "R PE", "R FCE", "R FCE", "R FCE", "R FCE", "ign", "G FCE", "R FCE", "G FCE", "G FCE", "X"] },
  { rules: ["flow/connection-window-exceeded"], answers: ["ign", "R FCE", "R PE (X on an unknown stream)", "G FCE", "G FCE", "G FCE", "G FCE", "ign", "G FCE", "G FCE", "G FCE", "G FCE", "X"] },
  { rules: ["flow/window-update-zero-stream"], answers: ["R PE", "R PE", "", "R PE", "G PE", "G PE (Node: G IE)", ""] },
  { rules: ["flow/window-update-zero-connection"], answers: ["X", "", "", "", "", "", ""] },
  { rules: ["flow/stream-window-overflow"], answers: ["ign", "R FCE", "", "R FCE", "R FCE", "R FCE (newer: G FCE; Node: G IE)", ""] },
  { rules: ["flow/connection-window-overflow"], answers: ["ign", "G FCE", "", "G FCE", "G FCE", "G FCE (Node: G IE)", ""] },
  { rules: ["priority/self-dependency"], answers: ["ign", "R PE", "", "", "R PE", "G PE", "R PE or G PE"] },
  { rules: ["hpack/*"], answers: ["X", "G CE", "X", "G CE", "G PE", "G CE", "G CE (G FSE, G EYC by kind)", "G CE", "G CE", "G CE", "G CE", "G PE", "X or G CE"] },
  { rules: ["settings/initial-window-size-range"], answers: ["X", "G FCE", "G FCE", "G FCE", "G PE", "G FCE (Node: G IE)", "G FCE", ...BAD_SETTING] },
  { rules: ["settings/enable-push-value", "settings/max-frame-size-range", "settings/enable-connect-value"],
    answers: ["ign", "G PE", "G PE", "G PE", "G PE", "G PE (Node: G IE)", "G PE", ...BAD_SETTING] },
  { rules: ["continuation/interleaved-frame", "continuation/wrong-stream", "continuation/unexpected"], answers: ["X", "G PE", "X", "G PE", "G PE", "G PE", "G PE"] },
  { rules: ["headers/interim-after-final", "headers/scheme-mismatch", "headers/authority-missing", "headers/list-size", "headers/trailers-forbidden-field", "headers/http2-settings-field", "headers/content-on-no-content"], answers: [] },
  { rules: ["headers/*"],
    answers: ["R PE, or H 415 by the content type first", "R PE (H 400 for `connection`, a bad `te`)", "H 4xx or grpc-status 13", "R PE", "R PE (G PE for an upper-case name, an unknown pseudo-header field)", "R PE", "H 400", "R PE or H 400", "R PE or H 400", "R PE or H 400", "R PE", "G PE", "X, or R PE by option"] },
  { rules: ["stream/concurrency-exceeded"], answers: ["R RS", "R PE (R RS before the SETTINGS ACK)", "R RS", "R RS", "R RS", "G PE (R RS before the SETTINGS ACK; Node: R EYC)", "R RS", "R RS", "R RS", "R RS", "R RS", "G PE", "R RS"] },
  { rules: ["abuse/rapid-reset"],
    answers: ["no frame: handlers are limited", "G EYC", "R RS or R EYC under load", "G EYC", "G EYC `too_many_resets`", "G IE", "G NO", "no frame: a delay of 100 ms", "G EYC", "G EYC", "R EYC, after many G EYC", "", "X"] },
  { rules: ["abuse/ping-flood", "grpc/keepalive-too-frequent"],
    answers: ["G EYC `too_many_pings`", "X (10,000 queued)", "G EYC `too_many_pings`", "grpc-java: G EYC `too_many_pings`", "", "X (1,000 queued ACKs)", "G NO", "G EYC", "G EYC", "G EYC", "", "G EYC", "X"] },
];
