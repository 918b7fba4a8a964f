// What the name or the value of a single field shows, in any block.
import { type Field, FieldBit } from "../../fields/field.ts";
import type { Connection } from "../../model/connection.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const uppercaseName = defineRule({
  id: "headers/uppercase-name",
  meta: {
    title: "Field names must be lower case",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "8.2", level: "MUST" },
      { rfc: 9113, section: "8.2.1", level: "MUST NOT" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { name: "the field name {name} on stream {streamId} has upper-case letters" },
    docs: {
      why: "HTTP/1 ignores case, HTTP/2 does not: a name with an upper-case letter makes the message malformed.",
      fix: "Convert names to lower case before they are encoded; look for a raw or custom header API.",
    },
  },
  when: { bits: FieldBit.upperCase },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // bits are a block's
    const name = nameOf(block, FieldBit.upperCase);
    report(block, "name", { name, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const invalidNameChar = defineRule({
  id: "headers/invalid-name-char",
  meta: {
    title: "Field names must not hold control characters, spaces or octets from 0x7f on",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.2.1", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { name: "the field name {name} on stream {streamId} has the octet {octet}" },
    docs: {
      why: "Such names can be used to smuggle fields or requests through a server that translates to HTTP/1.",
      fix: "Send names made of the letters, digits and marks of a token.",
    },
  },
  when: { bits: FieldBit.invalidNameChar },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // bits are a block's
    const { text } = block.decoded!.first(FieldBit.invalidNameChar)!.name; // bits are of its fields
    const octet = octetOf(text, (code) => code <= 0x20 || code >= 0x7f);
    report(block, "name", { name: text.slice(0, SHOWN), octet, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const nonTokenName = defineRule({
  id: "headers/non-token-name",
  meta: {
    title: "Field names should be tokens",
    severity: "warning",
    by: "either",
    spec: [
      { rfc: 9113, section: "8.2.1" },
      { rfc: 9110, section: "5.1" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true, optional: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { name: "the field name {name} on stream {streamId} is no token" },
    docs: {
      why: "HTTP/2 lets such a name pass, HTTP itself does not: a receiver may refuse it.",
      fix: "Use letters, digits and !#$%&'*+-.^_`|~ only.",
    },
  },
  when: { bits: FieldBit.nonToken },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // bits are a block's
    const name = nameOf(block, FieldBit.nonToken);
    report(block, "name", { name, streamId: block.streamId }, { related: opened(stream), fold: name });
  },
});

export const colonInName = defineRule({
  id: "headers/colon-in-name",
  meta: {
    title: "Only pseudo-header fields have a colon in their name, and it comes first",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.2.1", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { name: "the field name {name} on stream {streamId} has a colon" },
    docs: {
      why: "Written down for HTTP/1 the name ends at the colon: the field becomes another one.",
      fix: "Do not put a whole header line, or a host and port, in the place of the name.",
    },
  },
  when: { bits: FieldBit.colonInName },
  judge(subject, stream, { report }) {
    const block = subject as FieldBlock; // bits are a block's
    report(block, "name", { name: nameOf(block, FieldBit.colonInName), streamId: block.streamId }, { related: opened(stream) });
  },
});

export const emptyName = defineRule({
  id: "headers/empty-name",
  meta: {
    title: "Field names must not be empty",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "8.2.1", level: "MUST" },
      { rfc: 9110, section: "5.1" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { empty: "a field on stream {streamId} has no name" },
    docs: { why: "A name is a token, and a token has at least one character.", fix: "Drop fields without a name." },
  },
  when: { bits: FieldBit.emptyName },
  judge(block, stream, { report }) {
    report(block, "empty", { streamId: block.streamId }, { related: opened(stream) });
  },
});

export const invalidValueChar = defineRule({
  id: "headers/invalid-value-char",
  meta: {
    title: "Field values must not hold NUL, CR or LF",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.2.1", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { value: "the value of {name} on stream {streamId} has the octet {octet}" },
    docs: {
      why: "A line end in a value becomes a field, or a request, of its own where a server translates to HTTP/1.",
      fix: "Encode binary values (gRPC: base64 in fields named -bin), and refuse line ends in what users give.",
    },
  },
  when: { bits: FieldBit.invalidValueChar },
  judge(subject, stream, { connection, report, uncheck }) {
    const block = subject as FieldBlock; // bits are a block's
    const found = ownedFault(block, FieldBit.invalidValueChar, connection, uncheck);
    if (found === undefined) return;
    const octet = octetOf(found.value, (code) => code === 0 || code === 0x0a || code === 0x0d);
    const name = found.name.text.slice(0, SHOWN);
    report(block, "value", { name, octet, streamId: block.streamId }, { related: opened(stream) });
  },
});

export const valueWhitespace = defineRule({
  id: "headers/value-whitespace",
  meta: {
    title: "Field values must not begin or end with white space",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.2.1", level: "MUST NOT" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { value: "the value of {name} on stream {streamId} begins or ends with white space" },
    docs: {
      why: "In HTTP/1 such white space is no part of the value; in HTTP/2 it would be, so it makes the message malformed.",
      fix: "Trim values before they are encoded.",
    },
  },
  when: { bits: FieldBit.whitespaceEdge },
  judge(subject, stream, { connection, report, uncheck }) {
    const block = subject as FieldBlock; // bits are a block's
    const found = ownedFault(block, FieldBit.whitespaceEdge, connection, uncheck);
    if (found === undefined) return;
    const name = found.name.text.slice(0, SHOWN);
    report(block, "value", { name, streamId: block.streamId }, { related: opened(stream) });
  },
});

// The first field with these bits that the sender had no leave for. gRPC C-core sends the octets of `-bin` values as they are when both
// sides have announced a setting of its own.
function ownedFault(
  block: FieldBlock,
  bits: number,
  { client, server }: Connection,
  uncheck: (need: "settings") => void,
): Field | undefined {
  const { fields, count } = block.decoded!; // bits are a block's
  for (let i = 0; i < count; i++) {
    const one = fields[i]!;
    if ((one.bits & bits) === 0) continue;
    if ((one.bits & FieldBit.binName) === 0) return one;
    if (client.settings.announced(TRUE_BINARY) === 1 && server.settings.announced(TRUE_BINARY) === 1) continue;
    if (client.whole && server.whole) return one;
    uncheck("settings");
  }
  return undefined;
}

function nameOf(block: FieldBlock, bits: number): string {
  return (block.decoded?.first(bits)?.name.text ?? "").slice(0, SHOWN);
}

// `0x0a`: the first octet at fault.
function octetOf(text: string, bad: (code: number) => boolean): string {
  const code = Array.from(text, (char) => char.charCodeAt(0)).find(bad)!; // there is one
  return `0x${code.toString(16).padStart(2, "0")}`;
}

// Characters of a name that are shown.
const SHOWN = 80;
// GRPC_ALLOW_TRUE_BINARY_METADATA.
const TRUE_BINARY = 0xfe03;
