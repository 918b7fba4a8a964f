import { CallOddity } from "../../grpc/oddity.ts";
import { statusCode, statusName } from "../../grpc/status.ts";
import { errorCodeName } from "../../http2/error-code.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

const spec = [{ document: "gRPC over HTTP2", section: "Length-Prefixed-Message" }] as const;

export const compressedFlagInvalid = defineRule({
  id: "grpc/compressed-flag-invalid",
  meta: {
    title: "The first byte of a gRPC message is 0 or 1",
    severity: "error",
    by: "either",
    spec,
    expect: { scope: "stream", codes: [] },
    needs: ["body"],
    decidable: "payload",
    messages: {
      flag: "message {number} of the {side} on stream {streamId} begins with 0x{flag}, not with a compressed flag of 0 or 1",
    },
    docs: {
      why: "What follows cannot be a message: often the body is not gRPC at all, such as an error page or JSON.",
      fix: "Look at the body; look for a proxy that changes it, and for a writer that counts message lengths wrongly.",
    },
  },
  flagged: true,
  calls: CallOddity.foreign,
  messageStart({ flag, number, from }, frame, { stream }, { report }) {
    if (flag <= 1) return;
    const data = { number, side: from, streamId: stream.id, flag: flag.toString(16).padStart(2, "0") };
    report(frame, "flag", data, { related: opened(stream) });
  },
});

export const truncatedMessage = defineRule({
  id: "grpc/truncated-message",
  meta: {
    title: "A side must not end within a gRPC message",
    severity: "error",
    by: "either",
    spec,
    expect: { scope: "stream", codes: [] },
    needs: ["body"],
    decidable: "head",
    messages: {
      message: "the {side} ends stream {streamId} within message {number}: {missing} bytes are missing",
      prefix: "the {side} ends stream {streamId} within the length prefix of message {number}: {missing} bytes are missing",
      status:
        "the server gives the call on stream {streamId} up with grpc-status {status} within message {number}: {missing} bytes are missing, and some clients report INTERNAL instead of the status",
    },
    docs: {
      why: "The receiver has part of a message: the call fails with INTERNAL.",
      fix: "Look for a writer that counts a length wrongly, or ends the stream before its buffer is empty. A server that gives a call up within a message can reset the stream.",
    },
  },
  calls: CallOddity.truncated,
  finish(from, by, call, { report }) {
    const { inMessage, begun, missing, messages } = call.half(from);
    if (!inMessage) return;
    const data = { side: from, streamId: call.stream.id, number: messages + 1, missing };
    const code = from === "server" && "decoded" in by ? (statusCode(by.decoded?.grpcStatus?.value) ?? 0) : 0;
    if (code !== 0) {
      const { streamId, number } = data;
      report(
        by,
        "status",
        { streamId, status: `${code} (${statusName(code)})`, number, missing },
        { related: opened(call.stream) },
      );
    } else report(by, begun ? "message" : "prefix", data, { related: opened(call.stream) });
  },
});

export const unfinishedMessageReset = defineRule({
  id: "grpc/unfinished-message-reset",
  meta: {
    title: "A stream was reset within a gRPC message",
    severity: "info",
    by: "either",
    spec: [{ document: "gRPC over HTTP2", section: "Errors" }],
    expect: { scope: "stream", codes: [] },
    needs: ["body"],
    decidable: "payload",
    messages: {
      reset:
        "the {side} resets stream {streamId} with {code} within message {number} of the {sender}: {missing} bytes are missing",
    },
    docs: {
      why: "The message is lost. That is how a call is cancelled, and also what a failing writer looks like.",
      fix: "Look at why the call was reset.",
    },
  },
  calls: CallOddity.truncated,
  reset(frame, call, { report }) {
    for (const sender of ["client", "server"] as const) {
      const { inMessage, missing, messages } = call.half(sender);
      if (!inMessage) continue;
      const code = errorCodeName(frame.errorCode);
      report(frame, "reset", { side: frame.from, streamId: call.stream.id, code, number: messages + 1, sender, missing });
    }
  },
});

export const messageTooLarge = defineRule({
  id: "grpc/message-too-large",
  meta: {
    title: "A gRPC message should not be above the limit of receivers",
    severity: "warning",
    by: "either",
    spec: [{ document: "gRPC implementations", section: "default maximum receive message size" }],
    expect: { scope: "stream", codes: [], optional: true },
    needs: ["body"],
    decidable: "payload",
    messages: {
      large: "message {number} of the {side} on stream {streamId} has {length} bytes; receivers take {limit} by default",
    },
    options: { limit: { default: 4 << 20, unit: "bytes", about: "length of a message, compressed as it is" } },
    docs: {
      why: "Receivers such as grpc-go, grpc-java, C-core, tonic and .NET refuse a message above 4 MiB with RESOURCE_EXHAUSTED unless configured otherwise.",
      fix: "Send a stream of smaller messages, or raise the limit at the receiver.",
    },
  },
  above: ({ limit }) => ({ message: limit! }),
  messageStart({ flag, length, number, from }, frame, { stream }, { report, options }) {
    if (length <= options.limit || flag > 1) return;
    report(frame, "large", { number, side: from, streamId: stream.id, length, limit: options.limit });
  },
});
