import { grpcKind, isGrpcType } from "../../grpc/call.ts";
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
      why: "What answers is no gRPC server: a proxy's error page, a wrong port or path. Clients report UNKNOWN or map the HTTP status.",
      fix: "Look at the response body and at what listens on that address; route the path to the gRPC server.",
    },
  },
  fields(block, stream, { report, uncheck }) {
    const { decoded, streamId } = block;
    if (block.role !== "response" || stream === undefined || decoded === undefined || block.endStream) return;
    if (grpcKind(stream) !== "yes" || stream.request.contentType === undefined) return;
    // gRPC asks for 415 in answer to another content type; a status other than 200 is grpc/http-status' matter.
    const type = decoded.contentType?.value;
    if (isGrpcType(type) || (decoded.statusCode !== 200 && decoded.statusCode !== 0)) return;
    if (type === undefined && decoded.certainty !== "exact") uncheck("hpack");
    else if (type === undefined) report(block, "missing", { streamId }, { related: opened(stream) });
    else report(block, "type", { streamId, contentType: type.slice(0, 80) }, { related: opened(stream) });
  },
});
