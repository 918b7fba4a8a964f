// gRPC C-core (C++, Python, Ruby, PHP, Objective-C): read; good traffic of 1.85.1 recorded.
import type { Software } from "../software.ts";

export const grpcCore: Software = {
  name: "gRPC C-core",
  texts: [
    { text: /^Server shutdown$/, rules: [], says: "a gRPC C-core server shuts down" },
    { text: /^HTTP2 settings error$/, rules: ["settings/*"], says: "gRPC C-core refuses a setting's value" },
    {
      text: /^too_many_pings$/,
      rules: ["abuse/ping-flood", "grpc/keepalive-too-frequent"],
      says: "the server counts PINGs that came sooner than it allows",
    },
  ],
  product: /\bgrpc-c(?:\+\+)?\/(\S+)/,
  // 0xfe03 is its own setting: binary metadata without base64.
  openings: [
    {
      from: "client",
      settings: [
        [2, 0],
        [3, 0],
        [4, undefined],
        [5, undefined],
        [6, undefined],
        [0xfe03, 1],
      ],
    },
    {
      from: "server",
      settings: [
        [4, undefined],
        [5, undefined],
        [6, undefined],
        [0xfe03, 1],
      ],
    },
  ],
  answers: {
    oldId: "ign",
    evenId: "ign",
    requestTrailers: "ok",
    secondHeaders: "X",
    headersAfterEnd: "ign",
    dataAfterEnd: "ign",
    dataOnIdle: "ign",
    frameLength: "X",
    wrongStream: "X",
    tooLarge: "X",
    streamWindow: "R PE",
    connectionWindow: "R PE (X on an unknown stream)",
    hpack: "X",
    initialWindow: "G FCE",
    badSetting: "G PE",
    continuation: "X",
    malformed: "H 4xx or grpc-status 13",
    concurrency: "R RS",
    rapidReset: "R RS or R EYC under load",
    floods: "G EYC `too_many_pings`",
  },
  refuses: [{ input: "a flag on SETTINGS that is not defined", rule: "frame/unused-flag", after: "settings", answer: "X" }],
};
