// What a response must say (RFC 9113 section 8.3.2), and when.
import { BlockBit } from "../../fields/decoded-block.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { Observation } from "../../http2/observation.ts";
import { mayHaveBegun } from "../../model/message.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { streamError } from "../shapes/frame.ts";
import { malformedResponse } from "../shapes/malformed.ts";
import { shown } from "../shapes/message.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// 8.3.2: "This pseudo-header field MUST be included in all responses, including interim responses".
export const missingStatus = malformedResponse({
  id: "headers/missing-status",
  title: "A response must have :status",
  spec: [must("8.3.2")],
  needs: ["hpack", "seen", "no-gap"],
  messages: { missing: "the response on stream {streamId} has no :status" },
  when: { without: ValueBit.status },
  check({ status, block, connection }, found, { uncheck }) {
    if (status !== undefined) return;
    // These may be trailers.
    if (mayHaveBegun(block.streamId, connection.server)) uncheck("no-gap");
    else found("missing");
  },
  why: "Without it the client cannot know what became of the request.",
  fix: "Send :status first; trailers may only follow a response that began with HEADERS.",
});

// RFC 9110 15: "All valid status codes are within the range of 100 to 599, inclusive."
export const badStatus = malformedResponse({
  id: "headers/bad-status",
  title: "A :status must be three digits, from 100 to 599",
  spec: [says("8.3.2"), says("15", 9110)],
  optional: true,
  messages: { status: 'the response on stream {streamId} has :status "{status}"' },
  when: { values: ValueBit.statusOdd },
  check({ status, code }, found) {
    if (status !== undefined && (code < 100 || code > 599)) found("status", { status: shown(status) });
  },
  why: "The first digit says what kind of response it is; there are five.",
  fix: "Send a code from 100 to 599.",
});

// RFC 9110 6.4.1: responses to HEAD "never include content", nor do those with 204 and 304.
export const contentOnNoContent = defineRule({
  id: "headers/content-on-no-content",
  meta: {
    title: "An answer to HEAD, and one with 204 or 304, must have no content",
    severity: "warning",
    by: "server",
    spec: [says("8.1.1"), mustNot("6.4.1", 9110)],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, optional: true },
    needs: ["seen"],
    decidable: "head",
    messages: {
      head: "DATA of {length} bytes on stream {streamId} in the answer to HEAD",
      status: "DATA of {length} bytes on stream {streamId} in a response with :status {status}",
    },
    docs: {
      why: "The client does not expect it: some clients treat the response as malformed.",
      fix: "End the stream with the HEADERS of such a response.",
    },
  },
  when: { observed: Observation.contentForbidden },
  judge(frame, stream, { report }) {
    const { length, streamId } = frame;
    const { request, response } = stream!; // the observation is a stream's
    const { status } = response;
    const related = opened(stream);
    if (request.method === "HEAD") report(frame, "head", { length, streamId }, { related });
    else report(frame, "status", { length, streamId, status }, { related });
  },
});

// RFC 9110 8.6: "A server MUST NOT send a Content-Length header field in any response with a status code of 1xx (Informational) or 204 (No
// Content)."
export const contentLengthForbidden = malformedResponse({
  id: "headers/content-length-forbidden",
  title: "A 1xx or 204 response must not have a content-length",
  severity: "warning",
  spec: [mustNot("8.6", 9110)],
  optional: true,
  messages: { length: "the response on stream {streamId} has :status {status} and content-length {length}" },
  when: { bits: BlockBit.lengthForbidden },
  check({ code, decoded }, found) {
    found("length", { status: code, length: shown(decoded.contentLength?.value) });
  },
  why: "Such a response has no content: clients on nghttp2 (curl, Envoy, Node) reset the stream where the field is there, some of them even for 0.",
  fix: "Leave the field out; send 200 where there is content.",
});

// 8.1: "A HEADERS frame with the END_STREAM flag set that carries an informational status code is malformed".
export const interimEndStream = malformedResponse({
  id: "headers/interim-end-stream",
  title: "An interim response must not end the stream",
  spec: [must("8.1")],
  messages: { end: "the server ended stream {streamId} with :status {status}, without a final response" },
  when: { roles: ["interim"] },
  check({ block, status }, found) {
    if (block.endStream) found("end", { status: shown(status) });
  },
  why: "The final response is still to come; without it the request has no answer.",
  fix: "Leave END_STREAM off the interim response, and send the final one after it.",
});

// 8.6: "HTTP/2 does not support the 101 (Switching Protocols) informational status code".
export const status101 = malformedResponse({
  id: "headers/status-101",
  title: "HTTP/2 has no 101 (Switching Protocols)",
  spec: [must("8.6")],
  messages: { switching: "the server sent :status 101 on stream {streamId}" },
  when: { roles: ["interim"] },
  check({ code }, found) {
    if (code === 101) found("switching");
  },
  why: "One stream cannot change the protocol of a connection that others share.",
  fix: "Use CONNECT with :protocol (RFC 8441) for WebSocket; a proxy must not pass 101 on.",
});

// 8.1: a message consists of "one HEADERS frame (followed by zero or more CONTINUATION frames) containing the header section", then DATA.
export const dataBeforeHeaders = streamError({
  id: "headers/data-before-headers",
  title: "A response must begin with HEADERS",
  by: "server",
  spec: [says("8.1")],
  expect: { malformed: true },
  needs: ["seen", "no-gap"],
  messages: { data: "DATA of {length} bytes on stream {streamId} before the HEADERS of a final response" },
  when: { observed: Observation.dataBeforeHeaders },
  related: opened,
  why: "Nothing says what the content is, or whether the request succeeded.",
  fix: "Write the response's HEADERS before its content, from one place.",
});
