// The parts of a message in their order (RFC 9113 section 8.1), and its size.
import { FieldBit } from "../../fields/field.ts";
import { grpcKind } from "../../grpc/call.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { other } from "../../place.ts";
import { opened, openedWithData } from "../related.ts";
import { defineRule } from "../rule.ts";
import { streamError } from "../shapes/frame.ts";
import { malformedTrailers } from "../shapes/malformed.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// "An endpoint that receives a HEADERS frame without the END_STREAM flag set after receiving the HEADERS frame that opens a request or after
// receiving a final (non-informational) status code MUST treat the corresponding request or response as malformed".
export const secondHeadersNoEndStream = streamError({
  id: "headers/second-headers-no-end-stream",
  title: "A second HEADERS of a message must end the stream",
  spec: [must("8.1")],
  expect: { malformed: true },
  needs: ["seen"],
  messages: { second: "the {side} sent a second HEADERS on stream {streamId} without END_STREAM" },
  when: { observed: Observation.secondHeadersWithoutEnd },
  related: opened,
  why: "After the first HEADERS of a request, or of a final response, only trailers may follow, and they end the message.",
  fix: "Send all fields in the first HEADERS, or set END_STREAM on the trailers.",
});

// RFC 9110 15.2: interim responses come "prior to completing the requested action and sending a final response".
export const interimAfterFinal = defineRule({
  id: "headers/interim-after-final",
  meta: {
    title: "No interim response may follow the final one",
    severity: "error",
    by: "server",
    spec: [says("8.1")],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack", "seen"],
    decidable: "block",
    messages: { interim: "the server sent :status {status} on stream {streamId} after the final response" },
    docs: {
      why: "A 1xx response prepares for the final one; after it there is nothing to prepare for.",
      fix: "Send 1xx responses first.",
    },
  },
  when: { observed: Observation.interimAfterFinal },
  judge(frame, stream, { report }) {
    const status = (frame as FieldBlock).decoded!.statusCode; // the observation is a block's
    report(frame, "interim", { status, streamId: frame.streamId }, { related: opened(stream) });
  },
});

// RFC 9110 6.5.1: fields that frame, route, authenticate, modify requests or describe content must not come behind it.
export const trailersForbiddenField = malformedTrailers({
  id: "headers/trailers-forbidden-field",
  title: "Trailers must not hold fields that are needed before the content",
  severity: "warning",
  spec: [mustNot("6.5.1", 9110), says("8.1")],
  expect: { scope: "stream", codes: [] },
  needs: ["hpack", "seen"],
  messages: { field: "the trailers of the {side} on stream {streamId} have {name}" },
  when: { bits: FieldBit.trailerForbidden },
  check({ certain, decoded, stream }, found) {
    // gRPC servers repeat content-type there, and clients take it.
    if (!certain || stream === undefined || (decoded.bits & FieldBit.grpcName) !== 0 || grpcKind(stream) !== "no") return;
    const name = decoded.first(FieldBit.trailerForbidden)!.name.text; // bits are of its fields
    found("field", { name }, { fold: name });
  },
  why: "Fields that frame, route, authorise or describe the content come too late after it: receivers drop them, or let them override checked ones.",
  fix: "Send the field in the HEADERS that begin the message.",
});

export const requestTrailers = defineRule({
  id: "headers/request-trailers",
  meta: {
    title: "Some servers refuse request trailers",
    severity: "info",
    by: "client",
    spec: [says("8.1")],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["seen"],
    decidable: "head",
    messages: { trailers: "the client ends its request on stream {streamId} with trailers; legal, though nginx refuses it" },
    docs: {
      why: "Request trailers are legal HTTP/2, but nginx closes the connection over them, and so does grpc-go.",
      fix: "Nothing has to be done where the server accepts them.",
    },
  },
  when: { observed: Observation.requestTrailers },
  judge(frame, stream, { report }) {
    if (stream === undefined || grpcKind(stream) === "yes") return;
    // For gRPC it is an error: grpc/request-trailers. A gRPC field in the trailers makes it one, too.
    if ("decoded" in frame && ((frame.decoded?.bits ?? 0) & FieldBit.grpcName) !== 0) return;
    report(frame, "trailers", { streamId: frame.streamId }, { related: openedWithData(stream, "client") });
  },
});

// 6.5.2: "This advisory setting informs a peer of the maximum field section size that the sender is prepared to accept, in units of octets."
export const listSize = defineRule({
  id: "headers/list-size",
  meta: {
    title: "A field section should not be larger than the other side's MAX_HEADER_LIST_SIZE",
    severity: "info",
    by: "either",
    spec: [says("6.5.2"), says("10.5.1")],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, optional: true },
    needs: ["hpack", "settings", "acks"],
    decidable: "block",
    messages: { size: "the field section on stream {streamId} counts {size} bytes; the other side's limit is {limit}" },
    docs: {
      why: "The limit is advice, but what is larger is likely to be refused, with 431 or by a reset. Each field counts 32 bytes more than its name and value.",
      fix: "Send fewer or shorter fields (cookies, tokens, gRPC metadata), or raise the limit on the other side.",
    },
  },
  when: { observed: Observation.listSizeExceeded },
  judge(subject, stream, { connection, report }) {
    const block = subject as FieldBlock; // the observation is a block's
    const { settings } = connection.endpoint(other(block.from));
    const limit = settings.largest(Setting.maxHeaderListSize, block.first.acked);
    const size = block.decoded!.listSize;
    report(block, "size", { size, limit, streamId: block.streamId }, { related: opened(stream), fold: block.role });
  },
});
