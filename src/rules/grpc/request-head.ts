import { FieldBit } from "../../fields/field.ts";
import { anyGrpcType, ValueBit } from "../../fields/value-bit.ts";
import { hasGrpcType, requestKind } from "../../grpc/call.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { defineRule, type Subject } from "../rule.ts";

const requests = { bits: FieldBit.contentType | FieldBit.grpcName, roles: ["request"], from: "client" } as const;

// `judge` of a condition on bits gets field blocks only.
const grpcRequest = (subject: Subject): FieldBlock | undefined => {
  const block = subject as FieldBlock;
  return block.decoded !== undefined && requestKind(block.decoded) === "yes" ? block : undefined;
};

export const methodNotPost = defineRule({
  id: "grpc/method-not-post",
  meta: {
    title: "The method of a gRPC request must be POST",
    severity: "error",
    by: "client",
    spec: [{ document: "gRPC over HTTP2", section: "Requests, Call-Definition" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { method: "the gRPC request on stream {streamId} has the method {method}, not POST" },
    docs: {
      why: "Servers answer 405 or status INTERNAL; caches and proxies may answer other methods themselves.",
      fix: "Send the call with a gRPC client; look for a proxy or a probe that rewrites the method.",
    },
  },
  when: { ...requests, values: ValueBit.methodOther },
  judge(subject, _stream, { report }) {
    const block = grpcRequest(subject);
    const method = block?.decoded?.method?.value;
    if (block === undefined || method === undefined || method === "POST") return;
    report(block, "method", { streamId: block.streamId, method: method.slice(0, 80) });
  },
});

export const contentTypeMissing = defineRule({
  id: "grpc/content-type-missing",
  meta: {
    title: "A gRPC request must have a content type of application/grpc",
    severity: "error",
    by: "client",
    spec: [{ document: "gRPC over HTTP2", section: "Requests, Content-Type" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      missing: "the request on stream {streamId} has gRPC fields and no content-type",
      other: "the request on stream {streamId} has gRPC fields and the content-type {contentType}",
      plain: "a plain HTTP request on stream {streamId} was answered by a gRPC server: this is not a gRPC call",
    },
    docs: {
      why: "A gRPC server recognises calls by their content type, and answers anything else with 415.",
      fix: "Send calls with a gRPC client; if this is a browser or a health check, point it at another port.",
    },
  },
  when: [
    { values: ValueBit.grpcField, without: anyGrpcType, roles: ["request"] },
    { values: ValueBit.grpcType, roles: ["response"] },
  ],
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // a condition on bits
    const { decoded, streamId } = block;
    if (decoded === undefined) return;
    if (block.role === "request") {
      const type = decoded.contentType?.value;
      if (type === undefined) report(block, "missing", { streamId });
      else report(block, "other", { streamId, contentType: type.slice(0, 80) });
      return;
    }
    if (stream?.opening === undefined || !hasGrpcType(decoded)) return;
    const { request } = stream;
    // With fields of gRPC it was reported when it came.
    if (!request.known || (request.valueBits & (anyGrpcType | ValueBit.grpcField)) !== 0) return;
    const { contentType, method, te } = request;
    const opening = stream.opening.copy();
    if (method !== "POST" || te !== "trailers")
      report(opening, "plain", { streamId }, { severity: "info", fold: "plain", stream });
    else if (contentType === undefined) report(opening, "missing", { streamId }, { stream });
    else report(opening, "other", { streamId, contentType: contentType.slice(0, 80) }, { stream });
  },
});

export const contentTypeMalformed = defineRule({
  id: "grpc/content-type-malformed",
  meta: {
    title: "After application/grpc in a content type comes nothing, +format or ;parameter",
    severity: "warning",
    by: "client",
    spec: [{ document: "gRPC over HTTP2", section: "Requests, Content-Type" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { malformed: "the request on stream {streamId} has the content-type {contentType}" },
    docs: {
      why: "A server that compares strictly answers 415.",
      fix: "Send application/grpc, or application/grpc+proto.",
    },
  },
  when: { values: ValueBit.grpcLikeType, roles: ["request"], from: "client" },
  judge(subject, _stream, { report }) {
    const block = subject as FieldBlock; // a condition on bits
    const { value, valueBits } = block.decoded!.contentType!; // the bit is of one
    // Of two the first counts.
    if ((valueBits & ValueBit.grpcLikeType) === 0) return;
    report(block, "malformed", { streamId: block.streamId, contentType: value.slice(0, 80) });
  },
});

export const teMissing = defineRule({
  id: "grpc/te-missing",
  meta: {
    title: "A gRPC request must have te: trailers",
    severity: "warning",
    by: "client",
    spec: [{ document: "gRPC over HTTP2", section: "Requests, TE" }],
    expect: { scope: "stream", codes: [], optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { missing: "the gRPC request on stream {streamId} has no te: trailers" },
    docs: {
      why: "The field shows that every proxy on the way passes trailers on; some servers refuse calls without it.",
      fix: "Send te: trailers; look for a proxy that removes it as hop-by-hop.",
    },
  },
  when: { values: ValueBit.grpcType, without: ValueBit.teTrailers, roles: ["request"], from: "client" },
  judge(subject, _stream, { report, uncheck }) {
    const block = subject as FieldBlock; // a condition on bits
    const { decoded } = block;
    // Of two content types the first counts.
    if (!hasGrpcType(decoded)) return;
    if (decoded?.certainty === "exact") report(block, "missing", { streamId: block.streamId });
    else uncheck("hpack");
  },
});

export const pathForm = defineRule({
  id: "grpc/path-form",
  meta: {
    title: "The path of a gRPC request is /service/method",
    severity: "warning",
    by: "client",
    spec: [{ document: "gRPC over HTTP2", section: "Requests, Path" }],
    expect: { scope: "stream", codes: [], optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { path: "the gRPC request on stream {streamId} has the path {path}, not /service/method" },
    docs: {
      why: "A server finds the method by the path: such a call ends with UNIMPLEMENTED.",
      fix: "Look at how the client builds the path, and at proxies that rewrite it.",
    },
  },
  when: { ...requests, values: ValueBit.pathOther },
  judge(subject, _stream, { report }) {
    const block = grpcRequest(subject);
    const path = block?.decoded?.path?.value;
    // A service may stand below a prefix.
    if (block === undefined || path === undefined || /^\/[^/?][^?]*\/[^/?]+$|^\/[^/?]\/[^/?]+$/.test(path)) return;
    report(block, "path", { streamId: block.streamId, path: path.slice(0, 200) });
  },
});

export const authorityMissing = defineRule({
  id: "grpc/authority-missing",
  meta: {
    title: "A gRPC request should name its authority",
    severity: "info",
    by: "client",
    spec: [{ document: "gRPC over HTTP2", section: "Requests, Authority" }],
    expect: { scope: "stream", codes: [], optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { missing: "the gRPC request on stream {streamId} has no :authority" },
    docs: {
      why: "A proxy routes by it, and some servers answer 400 without it.",
      fix: "Set the authority of the channel.",
    },
  },
  when: { ...requests, without: ValueBit.authority },
  judge(subject, _stream, { report }) {
    const block = grpcRequest(subject);
    if (block?.decoded?.certainty !== "exact") return;
    report(block, "missing", { streamId: block.streamId }, { fold: "authority" });
  },
});

export const requestEndOnHeaders = defineRule({
  id: "grpc/request-end-on-headers",
  meta: {
    title: "A gRPC request must not end with its HEADERS",
    severity: "error",
    by: "client",
    spec: [{ document: "gRPC over HTTP2", section: "Requests, EOS" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    messages: { ended: "the gRPC request on stream {streamId} ends with its HEADERS: no message, no END_STREAM on DATA" },
    docs: {
      why: "A unary method gets no message and fails with INTERNAL; a streaming one may take it for an empty stream.",
      fix: "Send a message, if only an empty one, and END_STREAM on DATA.",
    },
  },
  when: { values: ValueBit.grpcType, roles: ["request"], from: "client", ends: true },
  judge(subject, _stream, { report }) {
    const block = subject as FieldBlock; // a condition on bits
    if (!hasGrpcType(block.decoded)) return;
    report(block, "ended", { streamId: block.streamId });
  },
});
