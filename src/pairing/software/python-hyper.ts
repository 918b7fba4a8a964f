// python-hyper/h2 (hypercorn, Twisted, mitmproxy, httpx): read; good traffic of httpx recorded. Its GOAWAY has no debug data.
import type { Software } from "../software.ts";

export const pythonHyper: Software = {
  name: "python-hyper/h2",
  numbersAccepted: true,
  lines: [
    {
      name: "pyh2.id-too-low",
      has: "StreamIDTooLowError: ",
      text: /StreamIDTooLowError: (?<stream>\d{1,10}) is lower than (?<last>\d{1,10})/,
      tells: "fault",
      rules: ["stream-id/not-increasing", "stream-id/reuse"],
    },
    {
      name: "pyh2.closed",
      has: "StreamClosedError: ",
      text: /StreamClosedError: (?<stream>\d{1,10})/,
      tells: "fault",
      rules: ["stream/*"],
    },
    {
      name: "pyh2.state",
      has: "Invalid input ",
      text: /Invalid input (?<type>\S{1,60}) in state \S{1,60}/,
      tells: "fault",
      rules: ["stream/*", "headers/*"],
    },
    {
      name: "pyh2.trailers",
      has: "Trailers must have END_STREAM set",
      text: /Trailers must have END_STREAM set/,
      tells: "fault",
      rules: ["headers/second-headers-no-end-stream"],
    },
    {
      name: "pyh2.hpack",
      has: "Error decoding header block: ",
      text: /Error decoding header block: (?<reason>.*)/,
      tells: "fault",
      rules: ["hpack/*"],
    },
    {
      name: "pyh2.error",
      has: "h2.exceptions.",
      text: /h2\.exceptions\.(?<type>\w+Error): ?(?<reason>.*)/,
      tells: "fault",
    },
  ],
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
