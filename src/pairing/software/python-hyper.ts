// python-hyper/h2 (hypercorn, Twisted, mitmproxy, httpx): read; good traffic of httpx recorded. Its GOAWAY has no debug data.
import type { Software } from "../software.ts";

export const pythonHyper: Software = {
  name: "python-hyper/h2",
  numbersAccepted: true,
  product: /^(?:python-httpx|hypercorn-h2)(?:\/(\S+))?$/,
  openings: [
    {
      from: "client",
      settings: [
        [1, 4096],
        [2, 0],
        [4, 65_535],
        [5, 16_384],
        [3, 100],
        [6, 65_536],
      ],
      increment: 16_777_216,
    },
  ],
  answers: {
    oldId: "G PE",
    evenId: "G PE",
    requestTrailers: "ok",
    secondHeaders: "G PE",
    headersAfterEnd: "G SC",
    dataAfterEnd: "R SC after RST_STREAM, else G SC",
    tooLarge: "G FSE",
    streamWindow: "G FCE",
    connectionWindow: "G FCE",
    hpack: "G PE",
    initialWindow: "G PE, G FCE",
    badSetting: "G PE, G FCE",
    malformed: "G PE",
    concurrency: "G PE",
    floods: "G EYC",
  },
  alike: true,
};
