import { grpcKind } from "../../grpc/call.ts";
import { FieldBit } from "../../hpack/field.ts";
import { Fact } from "../../http2/fact.ts";
import { opened, openedWithData } from "../related.ts";
import { defineRule } from "../rule.ts";

export const secondHeadersNoEndStream = defineRule({
  id: "headers/second-headers-no-end-stream",
  meta: {
    title: "A second HEADERS of a message must end the stream",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.1", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["seen"],
    decidable: "head",
    messages: { second: "the {side} sent a second HEADERS on stream {streamId} without END_STREAM" },
    docs: {
      why: "After the first HEADERS of a request, or of a final response, only trailers may follow, and they end the message.",
      fix: "Send all fields in the first HEADERS, or set END_STREAM on the trailers.",
    },
  },
  when: { fact: Fact.secondHeadersWithoutEnd },
  judge: (frame, stream, { report }) =>
    report(frame, "second", { side: frame.from, streamId: frame.streamId }, { related: opened(stream) }),
});

export const interimAfterFinal = defineRule({
  id: "headers/interim-after-final",
  meta: {
    title: "No interim response may follow the final one",
    severity: "error",
    by: "server",
    spec: [{ rfc: 9113, section: "8.1" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack", "seen"],
    decidable: "block",
    messages: { interim: "the server sent :status {status} on stream {streamId} after the final response" },
    docs: {
      why: "A 1xx response prepares for the final one; after it there is nothing to prepare for.",
      fix: "Send 1xx responses first.",
    },
  },
  when: { fact: Fact.interimAfterFinal },
  judge(frame, stream, { report }) {
    const status = "decoded" in frame ? (frame.decoded?.statusCode ?? 0) : 0;
    report(frame, "interim", { status, streamId: frame.streamId }, { related: opened(stream) });
  },
});

export const requestTrailers = defineRule({
  id: "headers/request-trailers",
  meta: {
    title: "Some servers refuse request trailers",
    severity: "info",
    by: "client",
    spec: [{ rfc: 9113, section: "8.1" }],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["seen"],
    decidable: "head",
    messages: { trailers: "the client ends its request on stream {streamId} with trailers; legal, though nginx refuses it" },
    docs: {
      why: "Request trailers are legal HTTP/2, but nginx closes the connection over them, and so does grpc-go.",
      fix: "Nothing has to be done where the server accepts them.",
    },
  },
  when: { fact: Fact.requestTrailers },
  judge(frame, stream, { report }) {
    if (stream === undefined || grpcKind(stream) === "yes") return;
    // For gRPC it is an error: grpc/request-trailers. A gRPC field in the trailers makes it one, too.
    if ("decoded" in frame && ((frame.decoded?.bits ?? 0) & FieldBit.grpcName) !== 0) return;
    report(frame, "trailers", { streamId: frame.streamId }, { related: openedWithData(stream, "client") });
  },
});
