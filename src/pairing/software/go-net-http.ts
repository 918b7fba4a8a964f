// Go's net/http and x/net/http2, server and Transport: read, recorded 1.26.8 (x/net 0.62).
import type { Software } from "../software.ts";

export const goNetHttp: Software = {
  name: "Go net/http",
  numbersAccepted: true,
  product: /^Go-http-client\/2\.0$/,
  openings: [
    {
      from: "client",
      settings: [
        [2, 0],
        [4, 4_194_304],
        [5, 16_384],
        [6, undefined],
      ],
      increment: 1_073_741_824,
    },
    {
      from: "server",
      settings: [
        [5, 1_048_576],
        [3, 250],
        [6, undefined],
        [1, 4096],
        [4, 1_048_576],
      ],
    },
    {
      from: "server",
      settings: [
        [5, 1_048_576],
        [3, 250],
        [6, undefined],
        [1, 4096],
        [4, 1_048_576],
        [9, 1],
      ],
    },
  ],
  answers: {
    oldId: "G PE",
    evenId: "G PE",
    requestTrailers: "ok",
    secondHeaders: "R PE",
    headersAfterEnd: "R SC (G PE if forgotten)",
    dataAfterEnd: "R SC",
    dataOnIdle: "G PE",
    resetOrUpdateOnIdle: "G PE",
    frameLength: "G FSE",
    wrongStream: "G PE",
    tooLarge: "G FSE",
    streamWindow: "R FCE",
    connectionWindow: "R FCE",
    zeroUpdateOnStream: "R PE",
    streamOverflow: "R FCE",
    connectionOverflow: "G FCE",
    selfDependency: "R PE",
    hpack: "G CE",
    initialWindow: "G FCE",
    badSetting: "G PE",
    continuation: "G PE",
    malformed: "R PE (H 400 for `connection`, a bad `te`)",
    concurrency: "R PE (R RS before the SETTINGS ACK)",
    rapidReset: "G EYC",
    floods: "X (10,000 queued)",
  },
  refuses: [
    {
      input: "a setting that stands twice in one SETTINGS, or more than 100 settings",
      rule: "settings/duplicate-id",
      after: "settings",
      answer: "G PE",
    },
    { input: "trailers that crossed its own RST_STREAM", after: "headers", from: "client", answer: "G PE" },
    { input: "a stream that depends on itself (no error since RFC 9113)", after: "priority", from: "client", answer: "R PE" },
  ],
};
