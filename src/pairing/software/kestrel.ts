// .NET Kestrel: read. Its GOAWAY has no debug data.
import type { Software } from "../software.ts";

export const kestrel: Software = {
  name: "Kestrel",
  product: /^Kestrel$/,
  answers: {
    oldId: "G SC",
    evenId: "G PE",
    requestTrailers: "ok",
    secondHeaders: "G PE",
    headersAfterEnd: "G SC",
    dataAfterEnd: "G SC",
    dataOnIdle: "G PE",
    resetOrUpdateOnIdle: "G PE",
    frameLength: "G FSE",
    tooLarge: "G FSE",
    streamWindow: "G FCE",
    connectionWindow: "G FCE",
    zeroUpdateOnStream: "G PE",
    streamOverflow: "R FCE",
    selfDependency: "G PE",
    hpack: "G CE",
    initialWindow: "G FCE",
    badSetting: "G PE",
    malformed: "R PE",
    concurrency: "R RS",
    rapidReset: "R EYC, after many G EYC",
  },
  refuses: [
    { input: "a stream that depends on itself (no error since RFC 9113)", after: "priority", from: "client", answer: "G PE" },
    { input: "WINDOW_UPDATE on a stream that the client has reset", after: "window-update", from: "client", answer: "G SC" },
  ],
};
