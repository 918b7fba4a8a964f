// Requests in the early data of TLS 1.3: whoever recorded them can send them again, and the server's settings are not known yet
// (RFC 9113 section 9.2.3, RFC 8470).
import { type Frame, FrameType } from "../../http2/frame.ts";
import type { Connection } from "../../model/connection.ts";
import { defineRule } from "../rule.ts";
import { mustNot, says } from "../shapes/spec.ts";

export const earlyDataUnsafe = defineRule({
  id: "tls/early-data-unsafe",
  meta: {
    title: "A request in early data must have a safe method",
    severity: "warning",
    by: "client",
    spec: [says("9.2.3"), mustNot("4", 8470)],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { method: "the client sent {method} on stream {streamId} as early data" },
    docs: {
      why: "Early data can be replayed by anybody who saw it: the server may act twice. It may answer 425 (Too Early).",
      fix: "Wait for the handshake with methods that are not safe, or where it is not known whether they are.",
    },
  },
  overTls: true,
  fields(block, _stream, { connection, report }) {
    const { tls } = connection;
    if (tls?.earlyEnd === undefined || block.role !== "request" || block.first.offset >= tls.earlyEnd) return;
    const method = block.decoded?.method?.value;
    if (method === undefined || SAFE.has(method)) return;
    report(block, "method", { method: method.slice(0, METHOD), streamId: block.streamId }, { fold: method });
  },
});

export const earlyDataNondefault = defineRule({
  id: "tls/early-data-nondefault",
  meta: {
    title: "Early data must keep to the initial values of the server's settings",
    severity: "error",
    by: "client",
    spec: [says("9.2.3"), mustNot("4.2"), mustNot("6.9.1")],
    expect: { scope: "connection", codes: ["FRAME_SIZE_ERROR", "FLOW_CONTROL_ERROR"] },
    needs: [],
    decidable: "head",
    messages: {
      size: "a frame of {length} bytes in early data; SETTINGS_MAX_FRAME_SIZE begins with 16384",
      window: "{octets} bytes of DATA in early data; the window of the connection begins with 65535",
    },
    docs: {
      why: "No SETTINGS of the server can have arrived before it: what it allowed on an earlier connection does not apply.",
      fix: "Keep to the initial values until the server's SETTINGS arrive.",
    },
  },
  overTls: true,
  from: "client",
  state: () => ({ octets: 0 }),
  frame(frame, _stream, { connection, state, report }) {
    if (!isEarly(frame, connection)) return;
    if (frame.length > FRAME) report(frame, "size", { length: frame.length });
    if (frame.type !== FrameType.data) return;
    const before = state.octets;
    state.octets += frame.length;
    if (before <= WINDOW && before + frame.length > WINDOW) report(frame, "window", { octets: before + frame.length });
  },
});

const isEarly = ({ first }: Frame, { tls }: Connection): boolean => tls?.earlyEnd !== undefined && first.offset < tls.earlyEnd;

// IANA's HTTP Method Registry.
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PRI", "PROPFIND", "QUERY", "REPORT", "SEARCH", "TRACE"]);
const METHOD = 40;
// RFC 9113 6.5.2, 6.9.2.
const FRAME = 16_384;
const WINDOW = 65_535;
