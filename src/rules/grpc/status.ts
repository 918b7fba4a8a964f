import { ValueBit } from "../../fields/value-bit.ts";
import { type Call, isGrpcBlock } from "../../grpc/call.ts";
import { CallOddity } from "../../grpc/oddity.ts";
import { type GrpcStatus, percentDecode, readDetails, statusName } from "../../grpc/status.ts";
import { ErrorCode, errorCodeName } from "../../http2/error-code.ts";
import { knewMore } from "../../model/causality.ts";
import { FrameRef } from "../../model/frame-ref.ts";
import type { Stream } from "../../model/stream.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

// Whether it is the status of a gRPC answer.
const isAnswer = ({ block }: GrpcStatus, call: Call): boolean => call.asked || isGrpcBlock(block, call.stream);

export const statusInHeaders = defineRule({
  id: "grpc/status-in-headers",
  meta: {
    title: "The grpc-status stands in the last field block",
    severity: "error",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Responses" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack", "body"],
    decidable: "block",
    messages: { early: "the server sends grpc-status in the response HEADERS of stream {streamId}, and the response goes on" },
    docs: {
      why: "Only a response that consists of HEADERS alone (Trailers-Only) has its status there. Clients overlook it, or think that the call has ended.",
      fix: "Send the status in trailers, or END_STREAM with the HEADERS.",
    },
  },
  from: "server",
  calls: CallOddity.earlyStatus,
  finish(_from, _by, call, { report }) {
    const { earlyStatus, stream } = call;
    if (earlyStatus === undefined || !(call.asked || call.answered)) return;
    report(earlyStatus, "early", { streamId: stream.id }, { related: opened(stream), stream });
  },
});

export const statusMalformed = defineRule({
  id: "grpc/status-malformed",
  meta: {
    title: "A grpc-status is a decimal number without leading zeros",
    severity: "error",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Responses, Status" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { malformed: "the server ends the call on stream {streamId} with grpc-status {status}" },
    docs: { why: "The client reports UNKNOWN, whatever was meant.", fix: "Send the number of the status code." },
  },
  calls: CallOddity.statusNotOk,
  when: { values: ValueBit.grpcStatusNotOk },
  status(status, call, { report }) {
    const { block, text, code } = status;
    if (text === undefined || code !== undefined || !isAnswer(status, call)) return;
    report(block, "malformed", { streamId: block.streamId, status: JSON.stringify(text.slice(0, 40)) });
  },
});

export const statusUnknownCode = defineRule({
  id: "grpc/status-unknown-code",
  meta: {
    title: "A grpc-status is one of the codes 0 to 16",
    severity: "info",
    by: "server",
    spec: [{ document: "gRPC status codes", section: "table" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { unknown: "the server ends the call on stream {streamId} with grpc-status {status}" },
    docs: { why: "The client reports UNKNOWN.", fix: "Use a defined code, and say more in the message or the details." },
  },
  calls: CallOddity.statusNotOk,
  when: { values: ValueBit.grpcStatusNotOk },
  status(status, call, { report }) {
    const { block, code } = status;
    if (code === undefined || code <= 16 || !isAnswer(status, call)) return;
    report(block, "unknown", { streamId: block.streamId, status: code });
  },
});

export const messagePercent = defineRule({
  id: "grpc/message-percent",
  meta: {
    title: "A grpc-message is percent-encoded UTF-8",
    severity: "warning",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Responses, Status-Message" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      octet: "grpc-message on stream {streamId} has a byte that must be percent-encoded: {text}",
      percent: "grpc-message on stream {streamId} has a percent sign without two hexadecimal digits: {text}",
      "utf-8": "grpc-message on stream {streamId} decodes to bytes that are no UTF-8: {text}",
    },
    docs: {
      why: "Clients must not fail on it, but show the text as it came or with replacement characters.",
      fix: "Percent-encode all bytes of the UTF-8 text but 0x20 to 0x24 and 0x26 to 0x7e.",
    },
  },
  when: { values: ValueBit.grpcMessageEncoded },
  status(status, call, { report }) {
    const { block, message } = status;
    if (message === undefined || !isAnswer(status, call)) return;
    const { fault } = percentDecode(message);
    if (fault !== undefined) report(block, fault, { streamId: block.streamId, text: message.slice(0, 200) });
  },
});

export const messageWithOk = defineRule({
  id: "grpc/message-with-ok",
  meta: {
    title: "A status of OK needs no grpc-message",
    severity: "info",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Responses, Status-Message" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack"],
    decidable: "block",
    quirk: true,
    messages: { message: "the server sends grpc-message {text} with status OK on stream {streamId}" },
    docs: { why: "Clients drop the text, which only adds bytes.", fix: "Nothing needs to be done." },
  },
  when: { values: ValueBit.grpcMessage },
  status(status, call, { report }) {
    const { block, code, message } = status;
    if (code !== 0 || message === undefined || !isAnswer(status, call)) return;
    // Servers say it with each call: of a repeat nothing is made.
    report(block, "message", () => ({ text: JSON.stringify(message.slice(0, 80)), streamId: block.streamId }), OK);
  },
});

export const detailsMismatch = defineRule({
  id: "grpc/details-mismatch",
  meta: {
    title: "The code in grpc-status-details-bin is that of grpc-status",
    severity: "warning",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Responses" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { differs: "grpc-status on stream {streamId} is {status}, but {inner} in grpc-status-details-bin" },
    docs: {
      why: "Which of the two an application sees depends on the client's library and on whether it asks for details.",
      fix: "Build both from one status; look for an interceptor that changes the code only.",
    },
  },
  when: { values: ValueBit.grpcDetails },
  status(status, call, { report }) {
    const { block, code, details } = status;
    if (code === undefined || details === undefined || !isAnswer(status, call)) return;
    const inner = readDetails(details);
    if (inner === undefined || inner.code === code) return;
    report(block, "differs", { streamId: block.streamId, status: statusName(code), inner: statusName(inner.code) });
  },
});

export const earlyStatusNoRst = defineRule({
  id: "grpc/early-status-no-rst",
  meta: {
    title: "A server that answers before the request ends should stop the client",
    severity: "info",
    by: "server",
    spec: [
      { document: "gRPC over HTTP2", section: "Responses" },
      { rfc: 9113, section: "8.1" },
    ],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["seen", "no-gap2"],
    decidable: "block",
    messages: {
      early: "the server ended the call on stream {streamId} early and sent no RST_STREAM; the client sent {octets} bytes more",
    },
    docs: {
      why: "The client goes on sending what nobody reads, and its bytes use up the connection's window.",
      fix: "Send RST_STREAM with NO_ERROR after the status.",
    },
  },
  state: () => ({ calls: [] as Call[] }),
  calls: CallOddity.lateOctets,
  callEnd(call, { state }) {
    if (call.endedEarly === undefined || call.stream.server.resetAt >= 0 || !call.asked) return;
    if (state.calls.length < CALLS) state.calls.push(call);
  },
  // The call may be over because its client gave up: the server's RST_STREAM may come after that.
  withState: ["connectionEnd"],
  connectionEnd({ state, report }) {
    for (const { endedEarly, lateOctets, stream } of state.calls) {
      if (endedEarly === undefined || stream.server.resetAt >= 0) continue;
      report(endedEarly, "early", { streamId: stream.id, octets: lateOctets }, { related: opened(stream), stream });
    }
  },
});

export const statusLost = defineRule({
  id: "grpc/status-lost",
  meta: {
    title: "A server ends a call with a status, not with RST_STREAM",
    severity: "warning",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Errors" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["seen", "acks", "no-gap2"],
    decidable: "payload",
    messages: {
      reset: "the server resets the call on stream {streamId} with {code} after it had begun to answer: there is no status",
    },
    docs: {
      why: "The client derives a status from the error code; what the server meant is lost.",
      fix: "Send trailers with grpc-status; look for a handler that panicked, or a proxy that gave the call up.",
    },
  },
  state: () => ({ resets: [] as { readonly frame: FrameRef; readonly stream: Stream; readonly code: string }[] }),
  reset(frame, { asked, answered, stream, deadline, connection }, { state }) {
    if (frame.from !== "server" || !asked || !answered || stream.server.endAt >= 0) return;
    // Other codes answer a fault of the client; a cancelled call and one past its deadline have no status to lose.
    const { errorCode } = frame;
    if (errorCode !== ErrorCode.cancel && errorCode !== ErrorCode.internalError) return;
    if (knewMore(frame, connection)) return;
    if (frame.first.time + connection.roundTripBound + MARGIN >= deadline || state.resets.length >= RESETS) return;
    state.resets.push({ frame: FrameRef.of(frame), stream, code: errorCodeName(errorCode) });
  },
  // The client may have given up at the same time: that is certain when it goes on without having done so.
  withState: ["connectionEnd"],
  connectionEnd({ state, connection, report }) {
    for (const { frame, stream, code } of state.resets) {
      if (stream.client.resetAt >= 0 || connection.client.horizon < frame.end) continue;
      report(frame, "reset", { streamId: stream.id, code }, { related: opened(stream), stream });
    }
  },
});

export const rstStatusMap = defineRule({
  id: "grpc/rst-status-map",
  meta: {
    title: "Which status a client reports for an RST_STREAM",
    severity: "info",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Errors" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: [],
    decidable: "payload",
    messages: { status: "the server resets the call on stream {streamId} with {code}: the client reports {status}" },
    docs: {
      why: "The status that an application sees was not sent by the server: its client made it from the error code.",
      fix: "Look for the reason of the RST_STREAM, not for the status in the server's code.",
    },
  },
  reset(frame, { asked, stream, deadline, connection }, { report }) {
    if (frame.from !== "server" || !asked || stream.server.endAt >= 0 || knewMore(frame, connection)) return;
    const code = errorCodeName(frame.errorCode);
    // The two clocks are as good as equal: grpc-go reports the first, C-core the other where it has not given up yet.
    const late = frame.errorCode === ErrorCode.cancel && frame.last.time >= deadline;
    const status = late ? "DEADLINE_EXCEEDED/CANCELLED" : (STATUS_OF[frame.errorCode] ?? "UNKNOWN");
    report(frame, "status", { streamId: stream.id, code, status }, { fold: `${code} ${status}` });
  },
});

const OK = { fold: "ok" };
// Nanoseconds.
const MARGIN = 50e6;
// Calls, and resets, of a connection that wait for its end.
const CALLS = 100;
const RESETS = 100;

// gRPC over HTTP2, Errors. STREAM_CLOSED has no mapping: the stream is gone anyway.
const STATUS_OF: Readonly<Record<number, string>> = {
  [ErrorCode.noError]: "INTERNAL",
  [ErrorCode.protocolError]: "INTERNAL",
  [ErrorCode.internalError]: "INTERNAL",
  [ErrorCode.flowControlError]: "INTERNAL",
  [ErrorCode.settingsTimeout]: "INTERNAL",
  [ErrorCode.frameSizeError]: "INTERNAL",
  [ErrorCode.refusedStream]: "UNAVAILABLE",
  [ErrorCode.cancel]: "CANCELLED",
  [ErrorCode.compressionError]: "INTERNAL",
  [ErrorCode.connectError]: "INTERNAL",
  [ErrorCode.enhanceYourCalm]: "RESOURCE_EXHAUSTED",
  [ErrorCode.inadequateSecurity]: "PERMISSION_DENIED",
};
