import { BlockBit, type DecodedBlock } from "../../fields/decoded-block.ts";
import { FieldBit } from "../../fields/field.ts";
import { delivered } from "../../model/causality.ts";
import { ConnectionBit } from "../../model/connection-bit.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import { MS, SECOND } from "../../time.ts";
import { defineRule, type Subject } from "../rule.ts";
import { must, says, shouldNot } from "../shapes/spec.ts";

export const unsafeMethod = defineRule({
  id: "push/unsafe-method",
  meta: {
    title: "A promised request must be safe and cacheable",
    severity: "error",
    by: "server",
    spec: [must("8.4"), must("8.4.1")],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"] },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      unsafe: "the server promises stream {promisedStreamId} with {method}, which is not safe",
      unknown: "the server promises stream {promisedStreamId} with {method}, which is not known to be safe and cacheable",
    },
    docs: {
      why: "The client did not ask for it: a request that changes something, or that cannot be cached, must not be invented by the server.",
      fix: "Promise GET and HEAD only.",
    },
  },
  when: { bits: FieldBit.requestPseudo, roles: ["promise"] },
  judge(block, _stream, { report }) {
    const method = decodedOf(block)?.method?.value;
    if (method === undefined || method === "" || CACHEABLE.has(method)) return;
    const data = { promisedStreamId: block.promisedStreamId, method };
    if (UNSAFE.has(method)) report(block, "unsafe", data);
    else report(block, "unknown", data, { severity: "info" });
  },
});

export const requestWithContent = defineRule({
  id: "push/request-with-content",
  meta: {
    title: "A promised request must have no content",
    severity: "error",
    by: "server",
    spec: [must("8.4"), must("8.4.1")],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"] },
    needs: ["hpack"],
    decidable: "block",
    messages: { content: "the request promised on stream {promisedStreamId} has content-length {length}" },
    docs: {
      why: "There is no frame that could carry the content of a promised request.",
      fix: "Leave content-length out of the promise.",
    },
  },
  when: { bits: FieldBit.contentLength, roles: ["promise"] },
  judge(block, _stream, { report }) {
    const length = decodedOf(block)?.contentLength?.value;
    if (length === undefined || !/^\d+$/.test(length) || Number(length) === 0) return;
    report(block, "content", { promisedStreamId: block.promisedStreamId, length });
  },
});

export const incompleteRequest = defineRule({
  id: "push/incomplete-request",
  meta: {
    title: "A promise must hold a whole, valid request",
    severity: "error",
    by: "server",
    spec: [must("8.4.1")],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"] },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      missing: "the request promised on stream {promisedStreamId} has no {name}",
      malformed: "the request promised on stream {promisedStreamId} has {what}",
    },
    docs: {
      why: "The client uses the promised fields as it would use its own request; without them it resets the promised stream.",
      fix: "Write the promise with the code that writes a client's requests.",
    },
  },
  when: { bits: FieldBit.pseudo | BlockBit.regular, roles: ["promise"] },
  judge(block, _stream, { report }) {
    const decoded = decodedOf(block);
    if (decoded === undefined || decoded.certainty !== "exact") return;
    const { promisedStreamId } = block;
    for (const name of ["method", "scheme", "path"] as const) {
      if ((decoded[name]?.value ?? "") !== "") continue;
      report(block, "missing", { promisedStreamId, name: `:${name}` });
      return;
    }
    const fault = MALFORMED.find(([bits]) => (decoded.bits & bits) !== 0);
    if (fault !== undefined) report(block, "malformed", { promisedStreamId, what: fault[1] });
  },
});

export const notAuthoritative = defineRule({
  id: "push/not-authoritative",
  meta: {
    title: "A promised request must name an authority that the server speaks for",
    severity: "warning",
    by: "server",
    spec: [must("8.4")],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"] },
    needs: ["hpack"],
    decidable: "block",
    messages: { absent: "the request promised on stream {promisedStreamId} has no :authority" },
    docs: {
      why: "Without it the client cannot tell whether it may use the response.",
      fix: "Put the authority of the client's request into the promise.",
    },
  },
  when: { bits: FieldBit.pseudo | BlockBit.regular, roles: ["promise"] },
  judge(block, _stream, { report }) {
    const decoded = decodedOf(block);
    if (decoded?.certainty !== "exact" || (decoded.authority?.value ?? "") !== "") return;
    report(block, "absent", { promisedStreamId: block.promisedStreamId });
  },
});

export const promisedNeverUsed = defineRule({
  id: "push/promised-never-used",
  meta: {
    title: "A promised stream should be answered or reset",
    severity: "info",
    by: "server",
    spec: [says("8.4.2")],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["no-gap2", "end"],
    decidable: "head",
    messages: { unused: "the server promised stream {promisedStreamId} and did nothing with it for {seconds} s" },
    docs: {
      why: "The client waits for the pushed response, and may hold back its own request.",
      fix: "Reset a promised stream that is not going to be answered.",
    },
    options: { wait: { default: 30_000, unit: "ms", about: "How long a promise may wait" } },
  },
  connections: ConnectionBit.pushed,
  connectionEnd({ connection, options, report }) {
    const { server, streams } = connection;
    for (const stream of streams.values()) {
      const waited = server.lastAt.time - stream.openedTime;
      if (!stream.reserved || !stream.promised || stream.opening === undefined || waited < options.wait * MS) continue;
      const data = { promisedStreamId: stream.id, seconds: Math.floor(waited / SECOND) };
      report(stream.opening, "unused", data, { stream, fold: "connection" });
    }
  },
});

export const requestedAgain = defineRule({
  id: "push/requested-again",
  meta: {
    title: "A client should not request what was promised to it",
    severity: "info",
    by: "client",
    spec: [shouldNot("8.4.2")],
    expect: { scope: "stream", codes: [], ignore: true },
    needs: ["hpack", "acks"],
    decidable: "block",
    messages: { again: "the client requests {path}, which the server had promised on stream {promisedStreamId}" },
    docs: {
      why: "The response is on its way already; it is sent twice.",
      fix: "Check for a promise before sending a request, or disable push.",
    },
  },
  // The streams that were promised last; there once something was.
  state: (): { promised: number[] } => ({ promised: [] }),
  kinds: ["push-promise"],
  frame(frame, _stream, { state: { promised } }) {
    promised.push(frame.promisedStreamId);
    if (promised.length > PROMISED) promised.shift();
  },
  withState: ["judge"],
  when: { bits: FieldBit.requestPseudo, roles: ["request"], from: "client" },
  judge(block, _stream, { connection, state, report }) {
    if (!("headLast" in block)) return;
    const { decoded } = block;
    const path = decoded?.path?.value;
    if (decoded === undefined || path === undefined) return;
    for (const id of state.promised) {
      const stream = connection.streams.get(id);
      if (stream === undefined) continue;
      const { request, promised, server, client } = stream;
      if (!promised || request.path !== path || request.authority !== decoded.authority?.value) continue;
      if (request.method !== decoded.method?.value || !delivered(stream.openedAt, block.first.acked)) continue;
      if (server.over || client.over) continue;
      report(block, "again", { path, promisedStreamId: stream.id }, { related: promisedBy(stream.opening) });
      return;
    }
  },
});

// Promises that are compared with a request.
const PROMISED = 100;

const promisedBy = (opening: FrameRef | undefined) =>
  opening === undefined ? [] : [{ frame: opening, role: "promised it", text: "" }];

const decodedOf = (subject: Subject): DecodedBlock | undefined => ("headLast" in subject ? subject.decoded : undefined);

// RFC 9110 9.2.1 and 9.2.3, and what IANA's registry of methods calls not safe.
const CACHEABLE: ReadonlySet<string> = new Set(["GET", "HEAD"]);
const UNSAFE: ReadonlySet<string> = new Set([
  ...["ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "CONNECT", "COPY", "DELETE", "LABEL", "LINK", "LOCK", "MERGE"],
  ...["MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH", "PATCH", "POST", "PROPPATCH"],
  ...["PUT", "REBIND", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL"],
]);

// RFC 9113 8.2 and 8.3.
const MALFORMED: readonly (readonly [bits: number, what: string])[] = [
  [FieldBit.responsePseudo, "a :status"],
  [FieldBit.pseudoUnknown, "an unknown pseudo-header field"],
  [BlockBit.pseudoAfterRegular, "a pseudo-header field after a regular one"],
  [BlockBit.pseudoDuplicate, "a pseudo-header field twice"],
  [FieldBit.upperCase, "an uppercase field name"],
  [FieldBit.invalidNameChar | FieldBit.colonInName | FieldBit.emptyName, "an invalid field name"],
  [FieldBit.invalidValueChar | FieldBit.whitespaceEdge, "an invalid field value"],
  [FieldBit.connectionSpecific, "a connection-specific field"],
];
