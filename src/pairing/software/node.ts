// Node's http2 and grpc-js on it, server and client alike: read, recorded 20.20.2. Wire as nghttp2, but what that hands to the
// application ends in INTERNAL_ERROR.
import type { Software } from "../software.ts";
import { nghttp2 } from "./nghttp2.ts";

export const node: Software = {
  name: "Node",
  basis: nghttp2,
  answersOf: "Node http2",
  answers: {
    evenId: "G IE",
    headersAfterEnd: "G IE (ign if forgotten)",
    dataAfterEnd: "G SC (ign if forgotten)",
    resetOrUpdateOnIdle: "G IE",
    wrongStream: "G IE, G PE for DATA and CONTINUATION",
    zeroUpdateOnStream: "G IE",
    streamOverflow: "R FCE, then G IE",
    connectionOverflow: "G IE",
    initialWindow: "G IE",
    badSetting: "G IE",
    concurrency: "R EYC",
  },
  alike: true,
  refuses: [
    { input: "a PING acknowledgment that it did not ask for", after: "ping", answer: "G IE" },
    { input: "a stream that depends on itself (no error since RFC 9113)", after: "headers", from: "client", answer: "G IE" },
  ],
};

export const grpcJs: Software = {
  name: "grpc-js",
  basis: node,
  product: /\bgrpc-node-js\/(\S+)/,
  openings: [{ from: "client", settings: [[4, 65_535]] }],
};
