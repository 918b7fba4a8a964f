import { FieldBit } from "../../fields/field.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { grpcKind } from "../../grpc/call.ts";
import { valueStart } from "../../grpc/status.ts";
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { openedWithData } from "../related.ts";
import { defineRule } from "../rule.ts";

export const requestTrailers = defineRule({
  id: "grpc/request-trailers",
  meta: {
    title: "A gRPC request must not end with trailers",
    severity: "error",
    by: "client",
    spec: [{ document: "gRPC over HTTP2", section: "Requests" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack", "seen"],
    decidable: "block",
    messages: {
      trailers:
        "the client ended the request on stream {streamId} with trailers; a gRPC request ends with END_STREAM on a DATA frame",
      fields:
        "the client ended the request on stream {streamId} with trailers ({fields}); a gRPC request ends with END_STREAM on a DATA frame",
    },
    docs: {
      why: "Trailers are legal in HTTP/2 (RFC 9113, 8.1), but a gRPC request is HEADERS, messages and END_STREAM on a DATA frame. A grpc-go server takes any second HEADERS of a client for a new stream with an illegal id and drops the connection, and with it every other call; nginx does the same; grpc-java answers 404. Many other servers accept them.",
      fix: "End the request body with END_STREAM on DATA, an empty one if need be. In Volo: update volo-grpc, 0.9.1 is affected.",
    },
  },
  when: { observed: Observation.requestTrailers },
  judge(subject, stream, { report, uncheck }) {
    if (stream === undefined) return;
    const block = subject as FieldBlock;
    const kind = grpcKind(stream);
    const marked = ((block.decoded?.bits ?? 0) & FieldBit.grpcName) !== 0;
    if (kind === "no" && !marked) return;
    if (kind === "unknown" && !marked) {
      uncheck("hpack");
      return;
    }
    const { streamId } = block;
    const fields = listed(block);
    const related = openedWithData(stream, "client");
    if (fields === "") report(block, "trailers", { streamId }, { related });
    else report(block, "fields", { streamId, fields }, { related });
  },
});

export const clientSendsStatus = defineRule({
  id: "grpc/client-sends-status",
  meta: {
    title: "A client must not send grpc-status or grpc-message",
    severity: "error",
    by: "client",
    spec: [{ document: "gRPC over HTTP2", section: "Requests" }],
    expect: { scope: "stream", codes: [] },
    needs: ["hpack", "seen"],
    decidable: "block",
    messages: { status: "the client sent {fields} on stream {streamId}; only a server reports a status" },
    docs: {
      why: "The status is the result of a call. A client that sends one has its roles mixed up, as volo-grpc 0.9.1 had.",
      fix: "Use the encoder for requests, not the one for responses.",
    },
  },
  when: { values: ValueBit.grpcStatus | ValueBit.grpcMessageField, from: "client" },
  judge(subject, _stream, { report }) {
    const block = subject as FieldBlock; // a condition on bits
    const fields = listed(block, (name) => name === "grpc-status" || name === "grpc-message");
    if (fields !== "") report(block, "status", { fields, streamId: block.streamId });
  },
});

// `grpc-status: 0`: the first few fields, shortened.
function listed(block: FieldBlock, wanted: (name: string) => boolean = () => true): string {
  const { decoded } = block;
  if (decoded === undefined) return "";
  const shown: string[] = [];
  for (let i = 0; i < decoded.count && shown.length < 3; i++) {
    const { name, value, bits } = decoded.fields[i]!;
    if ((bits & FieldBit.nameUnknown) === 0 && wanted(name.text)) shown.push(`${name.text}: ${valueStart(name.text, value, 80)}`);
  }
  return shown.join(", ");
}
