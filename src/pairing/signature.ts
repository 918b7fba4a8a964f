// What implementations write into GOAWAY debug data, and the rules each text is about (rules.md 4.2).

export interface Signature {
  readonly software: string;
  readonly text: RegExp;
  /** Rule ids or `family/*`. */
  readonly rules: readonly string[];
  readonly says: string;
}

export function signatureOf(debug: string): Signature | undefined {
  return debug === "" ? undefined : signatures.find(({ text }) => text.test(debug));
}

/** The stream that a text quotes, as grpc-go, Netty and others do. */
export function quotedStream(debug: string): number | undefined {
  const match = /\b(?:illegal stream id:|stream(?: id)?)[ :=]+(\d+)/i.exec(debug);
  return match === null ? undefined : Number(match[1]);
}

export const covers = (signature: Signature, rule: string): boolean =>
  signature.rules.some((pattern) => (pattern.endsWith("/*") ? rule.startsWith(pattern.slice(0, -1)) : rule === pattern));

const nghttp2 = (text: RegExp, rules: readonly string[], says: string): Signature => ({ software: "nghttp2", text, rules, says });

const signatures: readonly Signature[] = [
  {
    software: "grpc-go",
    text: /^received an illegal stream id: \d+/,
    rules: [
      "grpc/request-trailers",
      "headers/request-trailers",
      "headers/second-headers-no-end-stream",
      "stream-id/*",
      "stream/headers-after-end-stream",
      "stream/headers-on-closed",
    ],
    says: "grpc-go 1.63 or later calls any second HEADERS of a stream, and any id that is even or not above the highest, an illegal stream id",
  },
  nghttp2(/^request HEADERS: invalid stream_id$/, ["stream-id/*"], "nghttp2 refuses the id of a new stream"),
  nghttp2(
    /^request HEADERS: client received request$/,
    ["stream-id/unpromised", "stream-id/unopened"],
    "nghttp2 as a client saw HEADERS on a stream it had not opened",
  ),
  nghttp2(
    /^request HEADERS: max concurrent streams exceeded$/,
    ["stream/concurrency-exceeded"],
    "nghttp2 counts more streams than it allows",
  ),
  nghttp2(
    /^(?:request HEADERS: )?depend on itself$/,
    ["priority/self-dependency"],
    "nghttp2 refuses a stream that depends on itself",
  ),
  nghttp2(
    /^HEADERS: stream closed$/,
    ["stream-id/reuse", "stream/headers-after-end-stream", "stream/headers-on-closed", "stream/frame-after-own-rst"],
    "nghttp2 saw HEADERS on a closed stream",
  ),
  nghttp2(
    /^DATA: stream (?:closed|in half-closed\(remote\))$/,
    ["stream/data-after-end-stream", "stream/data-on-closed", "stream/frame-after-own-rst"],
    "nghttp2 saw DATA on a stream that was over",
  ),
  nghttp2(
    /^DATA: stream in idle$/,
    ["stream/data-on-idle", "stream-id/unpromised", "stream-id/unopened"],
    "nghttp2 saw DATA on an idle stream",
  ),
  nghttp2(/^RST_STREAM: stream in idle$/, ["stream/rst-on-idle"], "nghttp2 saw RST_STREAM on an idle stream"),
  nghttp2(/^WINDOW_UPDATE to idle stream$/, ["stream/window-update-on-idle"], "nghttp2 saw WINDOW_UPDATE on an idle stream"),
  nghttp2(/: stream_id == 0$/, ["frame/*"], "nghttp2 saw a stream's frame on stream 0"),
  nghttp2(/: stream_id != 0$/, ["frame/*"], "nghttp2 saw a frame of the connection on a stream"),
  nghttp2(/^too large frame size$/, ["frame/too-large"], "nghttp2 saw a frame above its MAX_FRAME_SIZE"),
  nghttp2(
    /: (?:invalid padding|insufficient padding space)$/,
    ["frame/padding-too-long"],
    "nghttp2 saw more padding than payload",
  ),
  nghttp2(
    /^CONTINUATION: unexpected$|^unexpected non-CONTINUATION frame or stream_id is invalid$/,
    ["continuation/*", "frame/continuation-on-stream-zero"],
    "nghttp2 saw frames of a field block out of order",
  ),
  nghttp2(/^SETTINGS: (?:invalid|too large) SETTINGS_/, ["settings/*"], "nghttp2 refuses a setting's value"),
  nghttp2(/^SETTINGS: unexpected ACK$/, ["settings/ack-unexpected"], "nghttp2 saw an acknowledgment of SETTINGS it had not sent"),
  nghttp2(/^SETTINGS expected$/, ["preface/*", "frame/settings-ack-length"], "nghttp2 wants SETTINGS first"),
  nghttp2(
    /^WINDOW_UPDATE: window_size_increment == 0$/,
    ["flow/window-update-zero-stream", "flow/window-update-zero-connection"],
    "nghttp2 saw an increment of 0",
  ),
  nghttp2(/^PUSH_PROMISE: /, ["push/*", "stream-id/*"], "nghttp2 refuses a promise"),
];
