// Node's http2 and grpc-js on it, server and client alike: read, recorded 20.20.2. Wire as nghttp2, but what that hands to the
// application ends in INTERNAL_ERROR.
import type { Software } from "../software.ts";
import { nghttp2 } from "./nghttp2.ts";

export const node: Software = {
  name: "Node",
  lines: [
    {
      name: "node.too-many-invalid",
      has: "ERR_HTTP2_TOO_MANY_INVALID_FRAMES",
      text: /ERR_HTTP2_TOO_MANY_INVALID_FRAMES/,
      tells: "fault",
      rules: ["frame/*", "stream/*", "abuse/*"],
    },
    {
      name: "node.session-error",
      has: "Session closed with error code ",
      text: /Session closed with error code (?<code>[\w_]+)/,
      tells: "symptom",
    },
    {
      name: "node.stream-error",
      has: "Stream closed with error code ",
      text: /Stream closed with error code (?:NGHTTP2_)?(?<code>[\w_]+)/,
      tells: "symptom",
    },
    {
      name: "node.native",
      has: "Http2Session ",
      text: /Http2Session (?:client|server) \((?<conn>\d+)\) (?<reason>(?:invalid frame received|fatal error receiving data)[^\n]*)/,
      tells: "fault",
    },
  ],
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
  lines: [
    {
      name: "grpc-js.rst",
      has: "Received RST_STREAM with ",
      // Without one came none: Node's own session failed.
      text: /Received RST_STREAM with (?:error )?code (?<code>\d{1,10})(?! triggered by internal client error)(?!\d)(?: \((?<reason>[^)]*)\))?/,
      tells: "received",
    },
    {
      name: "grpc-js.goaway",
      side: "client",
      has: " connection closed by GOAWAY with code ",
      text: /(?:\| transport \| (?<conn>\(\d+\)) \S+ )?connection closed by GOAWAY with code (?<code>\d{1,10})(?: and data (?!undefined\b)(?<reason>.*))?/,
      tells: "received",
    },
    {
      name: "grpc-js.stream-closed",
      side: "client",
      has: "HTTP/2 stream closed with code ",
      text: /HTTP\/2 stream closed with code (?<code>[1-9]\d{0,9})\b/,
      tells: "symptom",
    },
    {
      name: "grpc-js.status",
      side: "client",
      has: " ended with status: code=",
      text: /ended with status: code=[1-9]\d* details="(?<reason>(?:[^"\\]|\\.)*)"/,
      tells: "symptom",
    },
    {
      name: "grpc-js.refused",
      side: "client",
      has: "Stream refused by server",
      text: /Stream refused by server/,
      tells: "received",
    },
    {
      name: "grpc-js.dropped",
      has: "Connection dropped",
      text: /\bConnection dropped/,
      tells: "symptom",
    },
  ],
  basis: node,
  // lib/internal/http2/core.js, onGoawayData: the session is destroyed with the code, and each stream is closed with it.
  resetsOnGoaway: true,
  product: /\bgrpc-node-js\/(\S+)/,
  openings: [{ from: "client", settings: [[4, 65_535]] }],
};
