// Fields that in HTTP/1 are about the connection (RFC 9113 section 8.2.2).
import { FieldBit } from "../../fields/field.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const connectionSpecific = defineRule({
  id: "headers/connection-specific",
  meta: {
    title: "Connection-specific fields must not be sent",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.2.2", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { field: "the {side} sent {name}: {value} on stream {streamId}" },
    docs: {
      why: "Frames do in HTTP/2 what these fields do in HTTP/1; a message that has one is malformed.",
      fix: "Drop connection, proxy-connection, keep-alive, transfer-encoding and upgrade; a proxy drops them on the way.",
    },
  },
  when: { bits: FieldBit.connectionSpecific },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // bits are a block's
    const { name, value } = block.decoded!.first(FieldBit.connectionSpecific)!; // bits are of its fields
    const data = { side: block.from, name: name.text, value: value.slice(0, 80), streamId: block.streamId };
    report(block, "field", data, { related: opened(stream) });
  },
});

export const teNotTrailers = defineRule({
  id: "headers/te-not-trailers",
  meta: {
    title: "The te field is for requests, and for trailers only",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.2.2", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: {
      value: "the client sent te: {value} on stream {streamId}; only trailers is allowed",
      response: "the server sent te: {value} on stream {streamId}; te belongs to requests",
    },
    docs: {
      why: "Transfer codings are HTTP/1's; a request may only say that it takes trailers.",
      fix: "Send te: trailers, or nothing.",
    },
  },
  when: [{ values: ValueBit.teOther }, { bits: FieldBit.te, from: "server" }],
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // bits are a block's
    const { decoded, streamId } = block;
    // A promise is a request that the server sends.
    const request = block.from === "client" || block.role === "promise";
    for (let i = 0; i < decoded!.count; i++) {
      const one = decoded!.fields[i]!;
      if ((one.bits & FieldBit.te) === 0 || (one.bits & FieldBit.valueUnknown) !== 0) continue;
      if (request && ONLY_TRAILERS.test(one.value)) continue;
      const value = one.value.slice(0, 80);
      report(block, request ? "value" : "response", { value, streamId }, { related: opened(stream) });
      return;
    }
  },
});

export const http2SettingsField = defineRule({
  id: "headers/http2-settings-field",
  meta: {
    title: "The http2-settings field belongs to an upgrade from HTTP/1.1",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "8.2.2", level: "MUST NOT" },
      { rfc: 7540, section: "3.2.1", level: "MUST NOT" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { field: "the {side} sent http2-settings on stream {streamId}" },
    docs: {
      why: "It is about the HTTP/1.1 connection it was sent on; in HTTP/2 it means nothing.",
      fix: "Send SETTINGS; a proxy drops the field together with upgrade.",
    },
  },
  when: { bits: FieldBit.http2Settings },
  judge: (block, stream, { report }) =>
    report(block, "field", { side: block.from, streamId: block.streamId }, { related: opened(stream) }),
});

// RFC 9110 10.1.4: a list, case apart.
const ONLY_TRAILERS = /^[\s,]*(?:trailers[\s,]*)*$/i;
