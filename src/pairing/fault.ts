// What servers answer alike: rules by the kind of fault they stand for. The dictionary says by these what an implementation does.

/** The first kind that holds a rule is the rule's. */
export const faults = {
  oldId: ["stream-id/not-increasing"],
  evenId: ["stream-id/even-client"],
  requestTrailers: ["grpc/request-trailers", "headers/request-trailers"],
  secondHeaders: ["headers/second-headers-no-end-stream"],
  headersAfterEnd: ["stream-id/reuse", "stream/headers-after-end-stream"],
  dataAfterEnd: ["stream/data-after-end-stream", "stream/data-on-closed"],
  dataOnIdle: ["stream/data-on-idle"],
  resetOrUpdateOnIdle: ["stream/rst-on-idle", "stream/window-update-on-idle"],
  frameLength: [
    "frame/priority-length",
    "frame/rst-stream-length",
    "frame/settings-length",
    "frame/settings-ack-length",
    "frame/ping-length",
    "frame/goaway-length",
    "frame/window-update-length",
  ],
  wrongStream: [
    "frame/data-on-stream-zero",
    "frame/headers-on-stream-zero",
    "frame/priority-on-stream-zero",
    "frame/rst-stream-on-stream-zero",
    "frame/continuation-on-stream-zero",
    "frame/settings-on-stream",
    "frame/ping-on-stream",
    "frame/goaway-on-stream",
  ],
  tooLarge: ["frame/too-large"],
  streamWindow: ["flow/stream-window-exceeded"],
  connectionWindow: ["flow/connection-window-exceeded"],
  zeroUpdateOnStream: ["flow/window-update-zero-stream"],
  zeroUpdateOnConnection: ["flow/window-update-zero-connection"],
  streamOverflow: ["flow/stream-window-overflow"],
  connectionOverflow: ["flow/connection-window-overflow"],
  selfDependency: ["priority/self-dependency"],
  hpack: ["hpack/*"],
  initialWindow: ["settings/initial-window-size-range"],
  badSetting: ["settings/enable-push-value", "settings/max-frame-size-range", "settings/enable-connect-value"],
  continuation: ["continuation/interleaved-frame", "continuation/wrong-stream", "continuation/unexpected"],
  headersUnanswered: [
    "headers/interim-after-final",
    "headers/scheme-mismatch",
    "headers/authority-missing",
    "headers/list-size",
    "headers/trailers-forbidden-field",
    "headers/http2-settings-field",
    "headers/content-on-no-content",
  ],
  malformed: ["headers/*"],
  concurrency: ["stream/concurrency-exceeded"],
  rapidReset: ["abuse/rapid-reset"],
  floods: ["abuse/ping-flood", "grpc/keepalive-too-frequent"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Fault = keyof typeof faults;

/** @returns undefined where nothing is known of the answers to this rule. */
export function faultOf(rule: string): Fault | undefined {
  for (const [fault, patterns] of entries) if (patterns.some((pattern) => fits(pattern, rule))) return fault;
  return undefined;
}

/** @param pattern A rule, or a family: `headers/*`. */
export const fits = (pattern: string, rule: string): boolean =>
  pattern.endsWith("/*") ? rule.startsWith(pattern.slice(0, -1)) : pattern === rule;

// Object.entries forgets what the keys are.
const entries = Object.entries(faults) as [Fault, readonly string[]][];
