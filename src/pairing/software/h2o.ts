// h2o: read. It says what is wrong in the debug data of its GOAWAY.
import type { Software } from "../software.ts";

export const h2o: Software = {
  name: "h2o",
  texts: [
    {
      text: /^invalid stream id in HEADERS frame$/,
      rules: ["stream-id/even-client", "frame/headers-on-stream-zero", "stream/headers-after-end-stream"],
      says: "h2o refuses the id of a HEADERS frame",
    },
    {
      text: /^closed stream id in HEADERS frame$/,
      rules: ["stream-id/not-increasing", "stream-id/reuse", "stream/headers-on-closed", "stream/headers-after-end-stream"],
      says: "h2o saw HEADERS on a stream that is gone",
    },
    {
      text: /^trailer cannot be used in a CONNECT request$/,
      rules: ["headers/connect-frame-after-open"],
      says: "h2o saw trailers on a tunnel",
    },
    {
      text: /^trailing HEADERS frame MUST have END_STREAM flag set$/,
      rules: ["headers/second-headers-no-end-stream"],
      says: "h2o wants END_STREAM on a second HEADERS",
    },
    {
      text: /^stream cannot depend on itself$/,
      rules: ["priority/self-dependency"],
      says: "h2o refuses a stream that depends on itself",
    },
    {
      text: /^expected CONTINUATION frame$|^received invalid CONTINUATION frame$/,
      rules: ["continuation/*", "frame/continuation-on-stream-zero"],
      says: "h2o saw frames of a field block out of order",
    },
    {
      text: /^invalid DATA frame$/,
      rules: ["stream/data-on-idle", "frame/data-on-stream-zero", "frame/padding-too-long"],
      says: "h2o refuses a DATA frame",
    },
    {
      text: /^flow control window overflow$/,
      rules: ["flow/connection-window-overflow"],
      says: "h2o saw the connection's window grow above 2^31-1",
    },
    {
      text: /^invalid (?!DATA\b)[A-Z_]+ frame$/,
      rules: ["frame/*", "settings/*", "flow/*"],
      says: "h2o refuses a frame's length or value",
    },
    {
      text: /^invalid stream id in (?!HEADERS\b)[A-Z_]+ frame$/,
      rules: ["frame/*", "stream/*"],
      says: "h2o refuses a frame's stream",
    },
    {
      text: /^too many streams in idle\/closed state$/,
      rules: ["abuse/*"],
      says: "h2o keeps few streams that only PRIORITY names",
    },
    { text: /^idle timeout$/, rules: [], says: "h2o closes an idle connection" },
  ],
  product: /^h2o(?:\/(\S+))?$/,
  answers: {
    oldId: "G SC",
    evenId: "G PE",
    requestTrailers: "ok",
    secondHeaders: "G PE",
    headersAfterEnd: "G PE",
    dataAfterEnd: "R SC",
    dataOnIdle: "G PE",
    frameLength: "G FSE or G PE",
    wrongStream: "G PE",
    tooLarge: "G FSE",
    streamWindow: "ign",
    connectionWindow: "ign",
    streamOverflow: "R FCE",
    connectionOverflow: "G FCE",
    selfDependency: "G PE",
    hpack: "G CE",
    initialWindow: "G PE",
    badSetting: "G PE",
    continuation: "G PE",
    malformed: "R PE or H 400",
    concurrency: "R RS",
    rapidReset: "no frame: a delay of 100 ms",
    floods: "G EYC",
  },
  refuses: [{ input: "trailers that crossed its own RST_STREAM", after: "headers", from: "client", answer: "G SC" }],
};
