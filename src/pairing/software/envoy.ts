// Envoy: read; what it answers depends on its version, its codec (nghttp2 or oghttp2) and options. It often closes without GOAWAY.
import type { Software } from "../software.ts";

export const envoy: Software = {
  name: "Envoy",
  lines: [
    {
      name: "envoy.invalid-frame",
      has: "] invalid frame: ",
      text: /\[(?<conn>C\d+)\] invalid frame: (?<reason>.{1,300}?) on stream (?<stream>\d{1,10})/,
      tells: "fault",
    },
    {
      name: "envoy.invalid-http2",
      has: "] invalid http2: ",
      text: /\[(?<conn>C\d+)\] invalid http2: (?<reason>.*)/,
      tells: "fault",
    },
    {
      name: "envoy.flood",
      has: "Too many ",
      text: /Too many (?<type>[\w ]{1,40}?) frames(?: in the outbound queue)?/,
      tells: "fault",
      rules: ["abuse/*"],
    },
    {
      name: "envoy.goaway",
      has: "] sent goaway code=",
      text: /\[(?<conn>C\d+)\] sent goaway code=(?<code>\d{1,10})/,
      tells: "sent",
    },
    {
      name: "envoy.reset",
      has: "] sent reset code=",
      text: /\[(?<conn>C\d+)\] sent reset code=(?<code>\d{1,10})/,
      tells: "sent",
    },
  ],
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
