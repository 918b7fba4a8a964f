// Fields that in HTTP/1 are about the connection (RFC 9113 section 8.2.2).
import { FieldBit } from "../../fields/field.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { malformedField, malformedRequest } from "../shapes/malformed.ts";
import { shown } from "../shapes/message.ts";
import { mustNot, says } from "../shapes/spec.ts";

// "An endpoint MUST NOT generate an HTTP/2 message containing connection-specific header fields."
export const connectionSpecific = malformedField({
  id: "headers/connection-specific",
  title: "Connection-specific fields must not be sent",
  spec: [mustNot("8.2.2")],
  messages: { field: "the {side} sent {name}: {value} on stream {streamId}" },
  when: { bits: FieldBit.connectionSpecific },
  check({ decoded }, found) {
    const { name, value } = decoded.first(FieldBit.connectionSpecific)!; // bits are of its fields
    found("field", { name: name.text, value: shown(value) });
  },
  why: "Frames do in HTTP/2 what these fields do in HTTP/1; a message that has one is malformed.",
  fix: "Drop connection, proxy-connection, keep-alive, transfer-encoding and upgrade; a proxy drops them on the way.",
});

// "The only exception to this is the TE header field, which MAY be present in an HTTP/2 request; when it is, it MUST NOT contain any value
// other than "trailers"."
export const teNotTrailers = malformedField({
  id: "headers/te-not-trailers",
  title: "The te field is for requests, and for trailers only",
  spec: [mustNot("8.2.2")],
  messages: {
    value: "the client sent te: {value} on stream {streamId}; only trailers is allowed",
    response: "the server sent te: {value} on stream {streamId}; te belongs to requests",
  },
  when: [{ values: ValueBit.teOther }, { bits: FieldBit.te, from: "server" }],
  check({ block, decoded }, found) {
    // A promise is a request that the server sends.
    const request = block.from === "client" || block.role === "promise";
    for (let i = 0; i < decoded.count; i++) {
      const { bits, value } = decoded.fields[i]!;
      if ((bits & FieldBit.te) === 0 || (bits & FieldBit.valueUnknown) !== 0) continue;
      if (request && ONLY_TRAILERS.test(value)) continue;
      found(request ? "value" : "response", { value: shown(value) });
      return;
    }
  },
  why: "Transfer codings belong to HTTP/1; a request may only say that it accepts trailers.",
  fix: "Send te: trailers, or nothing.",
});

// RFC 9110 10.1.4 reads the list case apart; RFC 9113 8.2.2 allows "any value other than "trailers"" to be refused.
export const teSpelling = malformedRequest({
  id: "headers/te-spelling",
  title: "The te field should be written as trailers, once and in lower case",
  severity: "info",
  spec: [says("8.2.2"), says("10.1.4", 9110)],
  optional: true,
  messages: {
    value: 'the client sent te: "{value}" on stream {streamId}: it means trailers, and some servers only take "trailers"',
  },
  when: { values: ValueBit.teOther },
  check({ decoded }, found) {
    for (let i = 0; i < decoded.count; i++) {
      const { bits, value } = decoded.fields[i]!;
      if ((bits & FieldBit.te) === 0 || value === "trailers" || !ONLY_TRAILERS.test(value)) continue;
      found("value", { value: shown(value) });
      return;
    }
  },
  why: "The value may be written in any case, but servers compare it byte by byte: they take the request for malformed.",
  fix: "Send te: trailers, or nothing.",
});

// RFC 7540 3.2.1: the field is "a connection-specific header field", and belongs to the request that offers HTTP/2.
export const http2SettingsField = malformedField({
  id: "headers/http2-settings-field",
  title: "The http2-settings field belongs to an upgrade from HTTP/1.1",
  severity: "warning",
  spec: [mustNot("8.2.2"), mustNot("3.2.1", 7540)],
  optional: true,
  messages: { field: "the {side} sent http2-settings on stream {streamId}" },
  when: { bits: FieldBit.http2Settings },
  check: (_, found) => found("field"),
  why: "It is about the HTTP/1.1 connection it was sent on; in HTTP/2 it means nothing.",
  fix: "Send SETTINGS; a proxy drops the field together with upgrade.",
});

// RFC 9110 10.1.4: a list, case apart.
const ONLY_TRAILERS = /^[\s,]*(?:trailers[\s,]*)*$/i;
