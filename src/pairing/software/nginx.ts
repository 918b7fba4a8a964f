// nginx: read; good traffic of 1.22.1 recorded. Its GOAWAY has no debug data.
import type { Software } from "../software.ts";

export const nginx: Software = {
  name: "nginx",
  product: /^nginx(?:\/(\S+))?$/,
  openings: [
    {
      from: "server",
      settings: [
        [3, undefined],
        [4, undefined],
        [5, 16_777_215],
      ],
      increment: 2_147_418_112,
    },
  ],
  answers: {
    oldId: "G PE",
    evenId: "G PE",
    requestTrailers: "G PE",
    secondHeaders: "G PE",
    headersAfterEnd: "G PE",
    dataAfterEnd: "R SC",
    dataOnIdle: "ign",
    frameLength: "G FSE",
    wrongStream: "G PE",
    tooLarge: "ok (it announces 2^24-1)",
    streamWindow: "R FCE",
    connectionWindow: "G FCE",
    zeroUpdateOnStream: "G PE",
    selfDependency: "R PE or G PE",
    hpack: "G CE (G FSE, G EYC by kind)",
    initialWindow: "G FCE",
    badSetting: "G PE",
    continuation: "G PE",
    malformed: "H 400",
    concurrency: "R RS",
    rapidReset: "G NO",
    floods: "G NO",
  },
  refuses: [
    { input: "request trailers", rule: "headers/request-trailers", after: "headers", from: "client", answer: "G PE" },
    {
      input: "a stream that depends on itself (no error since RFC 9113)",
      after: "priority",
      from: "client",
      answer: "R PE or G PE",
    },
  ],
};
