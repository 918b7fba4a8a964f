// What a response must say (RFC 9113 section 8.3.2), and when.
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const missingStatus = defineRule({
  id: "headers/missing-status",
  meta: {
    title: "A response must have :status",
    severity: "error",
    by: "server",
    spec: [{ rfc: 9113, section: "8.3.2", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack", "seen", "no-gap"],
    decidable: "block",
    messages: { missing: "the response on stream {streamId} has no :status" },
    docs: {
      why: "Without it the client cannot tell what became of the request.",
      fix: "Send :status first; trailers come only after a response with HEADERS of its own.",
    },
  },
  when: { observed: Observation.statusMissing },
  judge: (block, stream, { report }) => report(block, "missing", { streamId: block.streamId }, { related: opened(stream) }),
});

export const badStatus = defineRule({
  id: "headers/bad-status",
  meta: {
    title: "A :status must be three digits, from 100 to 599",
    severity: "error",
    by: "server",
    spec: [
      { rfc: 9113, section: "8.3.2" },
      { rfc: 9110, section: "15" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { status: 'the response on stream {streamId} has :status "{status}"' },
    docs: { why: "The first digit says what kind of response it is; there are five.", fix: "Send a code from 100 to 599." },
  },
  when: { observed: Observation.statusInvalid },
  judge(subject, stream, { report }) {
    const status = statusOf(subject as FieldBlock); // the observation is a block's
    report(subject, "status", { status, streamId: subject.streamId }, { related: opened(stream) });
  },
});

export const contentOnNoContent = defineRule({
  id: "headers/content-on-no-content",
  meta: {
    title: "An answer to HEAD, and one with 204 or 304, must have no content",
    severity: "warning",
    by: "server",
    spec: [
      { rfc: 9113, section: "8.1.1" },
      { rfc: 9110, section: "6.4.1", level: "MUST NOT" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, optional: true },
    needs: ["seen"],
    decidable: "head",
    messages: {
      head: "DATA of {length} octets on stream {streamId} in the answer to HEAD",
      status: "DATA of {length} octets on stream {streamId} in a response with :status {status}",
    },
    docs: {
      why: "The client does not expect it: some take the response for malformed.",
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

export const interimEndStream = defineRule({
  id: "headers/interim-end-stream",
  meta: {
    title: "An interim response must not end the stream",
    severity: "error",
    by: "server",
    spec: [{ rfc: 9113, section: "8.1", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { end: "the server ended stream {streamId} with :status {status}, without a final response" },
    docs: { why: "The final response is still to come; without it the request has no answer.", fix: "Send it." },
  },
  when: { observed: Observation.interimEndsStream },
  judge(subject, stream, { report }) {
    const status = statusOf(subject as FieldBlock); // the observation is a block's
    report(subject, "end", { status, streamId: subject.streamId }, { related: opened(stream) });
  },
});

export const status101 = defineRule({
  id: "headers/status-101",
  meta: {
    title: "HTTP/2 has no 101 (Switching Protocols)",
    severity: "error",
    by: "server",
    spec: [{ rfc: 9113, section: "8.6", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { switching: "the server sent :status 101 on stream {streamId}" },
    docs: {
      why: "One stream cannot change the protocol of a connection that others share.",
      fix: "Use CONNECT with :protocol (RFC 8441) for WebSocket; a proxy must not pass 101 on.",
    },
  },
  when: { observed: Observation.switchingProtocols },
  judge: (block, stream, { report }) => report(block, "switching", { streamId: block.streamId }, { related: opened(stream) }),
});

export const dataBeforeHeaders = defineRule({
  id: "headers/data-before-headers",
  meta: {
    title: "A response must begin with HEADERS",
    severity: "error",
    by: "server",
    spec: [{ rfc: 9113, section: "8.1" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["seen", "no-gap"],
    decidable: "head",
    messages: { data: "DATA of {length} octets on stream {streamId} before the HEADERS of a final response" },
    docs: {
      why: "Nothing says what the content is, or whether the request succeeded.",
      fix: "Write the response's HEADERS before its content, from one place.",
    },
  },
  when: { observed: Observation.dataBeforeHeaders },
  judge: (frame, stream, { report }) =>
    report(frame, "data", { length: frame.length, streamId: frame.streamId }, { related: opened(stream) }),
});

const statusOf = ({ decoded }: FieldBlock): string => (decoded?.status?.value ?? "").slice(0, 80);
