// Envoy: read; what it answers depends on its version, its codec (nghttp2 or oghttp2) and options. It often closes without GOAWAY.
import type { Software } from "../software.ts";

export const envoy: Software = {
  name: "Envoy",
  product: /^envoy$/,
  answers: {
    oldId: "ign or G PE by codec",
    evenId: "X or G PE",
    requestTrailers: "ok",
    secondHeaders: "R PE or X",
    headersAfterEnd: "X or ign",
    dataAfterEnd: "X or ign",
    tooLarge: "X or G FSE",
    streamWindow: "X",
    connectionWindow: "X",
    hpack: "X or G CE",
    initialWindow: "X",
    badSetting: "X",
    malformed: "X, or R PE by option",
    concurrency: "R RS",
    rapidReset: "X",
    floods: "X",
  },
};
