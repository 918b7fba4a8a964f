import { FieldBit } from "../../fields/field.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { grpcKind, hasGrpcType } from "../../grpc/call.ts";
import { CallOddity } from "../../grpc/oddity.ts";
import { timeoutOf } from "../../grpc/timeout.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const responseContentType = defineRule({
  id: "grpc/response-content-type",
  meta: {
    title: "A gRPC response must have a content type of application/grpc",
    severity: "error",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Responses" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      type: "the server answers the gRPC call on stream {streamId} with content-type {contentType}",
      missing: "the server answers the gRPC call on stream {streamId} without a content-type",
    },
    docs: {
      why: "The answer is not from a gRPC server: it may be a proxy's error page, or the port or path is wrong. Clients report UNKNOWN or map the HTTP status.",
      fix: "Look at the response body and at what listens on that address; route the path to the gRPC server.",
    },
  },
  when: { bits: FieldBit.responsePseudo, without: ValueBit.grpcType, roles: ["response"] },
  judge(subject, stream, { report, uncheck }) {
    const block = subject as FieldBlock; // a condition on bits
    const { decoded, streamId } = block;
    if (stream === undefined || decoded === undefined || block.endStream) return;
    if (grpcKind(stream) !== "yes" || stream.request.contentType === undefined) return;
    // gRPC asks for 415 in answer to another content type; a status other than 200 is grpc/http-status' matter.
    const type = decoded.contentType?.value;
    if (hasGrpcType(decoded) || (decoded.statusCode !== 200 && decoded.statusCode !== 0)) return;
    if (type === undefined && decoded.certainty !== "exact") uncheck("hpack");
    else if (type === undefined) report(block, "missing", { streamId }, { related: opened(stream) });
    else report(block, "type", { streamId, contentType: type.slice(0, 80) }, { related: opened(stream) });
  },
});

export const httpStatus = defineRule({
  id: "grpc/http-status",
  meta: {
    title: "A gRPC response has the HTTP status 200",
    severity: "error",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Responses" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { status: "the gRPC call on stream {streamId} is answered with :status {status}: the client reports {mapped}" },
    docs: {
      why: "A call has its own status, in trailers. Another HTTP status usually comes from a proxy that could not reach the server or refused the request; the client turns it into a gRPC status.",
      fix: "Check the proxy's log and routes, and the body of the response.",
    },
  },
  when: { values: ValueBit.statusOther, roles: ["response"], from: "server" },
  judge(subject, stream, { report }) {
    const { decoded, streamId } = subject as FieldBlock; // a condition on bits
    const status = decoded?.statusCode ?? 0;
    if (status === 200 || status === 0 || stream === undefined || grpcKind(stream) !== "yes") return;
    const { method, grpcTimeout } = stream.request;
    // gRPC or HTTP asks for these in answer to a request that is at fault itself.
    if (status === 415 && (stream.request.valueBits & ValueBit.grpcType) === 0) return;
    if (status === 405 && method !== "POST") return;
    if (status === 400 && grpcTimeout !== undefined && timeoutOf(grpcTimeout) === undefined) return;
    report(subject, "status", { streamId, status, mapped: MAPPED[status] ?? "UNKNOWN" }, { related: opened(stream) });
  },
});

export const statusMissing = defineRule({
  id: "grpc/status-missing",
  meta: {
    title: "The last field block of a gRPC response has a grpc-status",
    severity: "error",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Responses" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack", "body"],
    decidable: "block",
    messages: {
      trailers: "the trailers of the gRPC call on stream {streamId} have no grpc-status",
      only: "the gRPC call on stream {streamId} is answered by HEADERS only, without a grpc-status",
    },
    docs: {
      why: "The client does not know how the call ended: most report UNKNOWN or INTERNAL, volo-grpc 0.9.1 took it for OK.",
      fix: "Look for a proxy that drops trailers, or a handler that is not gRPC.",
    },
  },
  calls: CallOddity.noStatus,
  when: { without: ValueBit.grpcStatus },
  status({ block, text }, { asked, stream, earlyStatus }, { report, uncheck }) {
    const { decoded, role, endStream, streamId } = block;
    if (text !== undefined || !endStream || decoded === undefined || stream.request.method === "HEAD") return;
    if (earlyStatus !== undefined) return; // it stood in HEADERS: grpc/status-in-headers
    const grpc =
      role === "response"
        ? decoded.statusCode === 200 && (asked || hasGrpcType(decoded))
        : (stream.response.valueBits & ValueBit.grpcType) !== 0 && stream.response.status === 200;
    if (!grpc) return;
    if (decoded.certainty !== "exact") uncheck("hpack");
    else report(block, role === "response" ? "only" : "trailers", { streamId }, { related: opened(stream) });
  },
});

export const endedWithoutTrailers = defineRule({
  id: "grpc/ended-without-trailers",
  meta: {
    title: "A gRPC response ends with trailers, not with DATA",
    severity: "error",
    by: "server",
    spec: [{ document: "gRPC over HTTP2", section: "Responses" }],
    expect: { scope: "stream", codes: [] },
    needs: ["body"],
    decidable: "head",
    messages: { data: "the server ends the gRPC call on stream {streamId} with END_STREAM on DATA: there is no grpc-status" },
    docs: {
      why: "The client does not know how the call ended: it reports INTERNAL or UNKNOWN.",
      fix: "Look for a proxy that drops trailers, or a server that ends its response before the trailers are written.",
    },
  },
  from: "server",
  calls: CallOddity.noStatus,
  finish(_from, by, call, { report }) {
    if (by.kind !== "data" || !call.answered) return;
    const { stream, earlyStatus } = call;
    if (earlyStatus !== undefined) return; // it stood in HEADERS: grpc/status-in-headers
    if (stream.response.status !== 200 || stream.request.method === "HEAD") return;
    report(by, "data", { streamId: stream.id }, { related: opened(stream) });
  },
});

// gRPC: HTTP to gRPC status code mapping.
const MAPPED: Readonly<Record<number, string>> = {
  400: "INTERNAL",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "UNIMPLEMENTED",
  429: "UNAVAILABLE",
  502: "UNAVAILABLE",
  503: "UNAVAILABLE",
  504: "UNAVAILABLE",
};
