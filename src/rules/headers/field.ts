// What the name or the value of a single field shows, in any block (RFC 9113 section 8.2.1).
import { type Field, FieldBit } from "../../fields/field.ts";
import { malformedField } from "../shapes/malformed.ts";
import { type Fields, nameWith, shown } from "../shapes/message.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// 8.2: "Field names MUST be converted to lowercase when constructing an HTTP/2 message."
export const uppercaseName = malformedField({
  id: "headers/uppercase-name",
  title: "Field names must be lower case",
  spec: [must("8.2"), mustNot("8.2.1")],
  messages: { name: "the field name {name} on stream {streamId} has upper-case letters" },
  when: { bits: FieldBit.upperCase },
  check: (fields, found) => found("name", { name: nameWith(fields, FieldBit.upperCase) }),
  why: "HTTP/1 ignores case, HTTP/2 does not: a name with an upper-case letter makes the message malformed.",
  fix: "Convert names to lower case before they are encoded; look for a raw or custom header API.",
});

// "A field name MUST NOT contain characters in the ranges 0x00-0x20, 0x41-0x5a, or 0x7f-0xff (all ranges inclusive)."
export const invalidNameChar = malformedField({
  id: "headers/invalid-name-char",
  title: "Field names must not hold control characters, spaces or bytes from 0x7f on",
  spec: [mustNot("8.2.1")],
  messages: { name: "the field name {name} on stream {streamId} has the byte {octet}" },
  when: { bits: FieldBit.invalidNameChar },
  check({ decoded }, found) {
    const { text } = decoded.first(FieldBit.invalidNameChar)!.name; // bits are of its fields
    found("name", { name: shown(text), octet: octetOf(text, (code) => code <= 0x20 || code >= 0x7f) });
  },
  why: "Such names can be used to smuggle fields or requests through a server that translates to HTTP/1.",
  fix: "Send names made of the letters, digits and marks of a token.",
});

// RFC 9110 5.1: "field-name = token".
export const nonTokenName = malformedField({
  id: "headers/non-token-name",
  title: "Field names should be tokens",
  severity: "warning",
  spec: [says("8.2.1"), says("5.1", 9110)],
  optional: true,
  messages: { name: "the field name {name} on stream {streamId} is not a token" },
  when: { bits: FieldBit.nonToken },
  check(fields, found) {
    const name = nameWith(fields, FieldBit.nonToken);
    found("name", { name }, { fold: name });
  },
  why: "HTTP/2 lets such a name pass, HTTP itself does not: a receiver may refuse it.",
  fix: "Use letters, digits and !#$%&'*+-.^_`|~ only.",
});

// "With the exception of pseudo-header fields (Section 8.3), which have a name that starts with a single colon, field names MUST NOT include
// a colon (ASCII COLON, 0x3a)."
export const colonInName = malformedField({
  id: "headers/colon-in-name",
  title: "Only pseudo-header fields have a colon in their name, and it comes first",
  spec: [mustNot("8.2.1")],
  messages: { name: "the field name {name} on stream {streamId} has a colon" },
  when: { bits: FieldBit.colonInName },
  check: (fields, found) => found("name", { name: nameWith(fields, FieldBit.colonInName) }),
  why: "In HTTP/1 the name would end at the colon, and the field would become another one.",
  fix: "Do not put a whole header line, or a host and port, in the place of the name.",
});

// RFC 9110 5.6.2: "token = 1*tchar".
export const emptyName = malformedField({
  id: "headers/empty-name",
  title: "Field names must not be empty",
  spec: [must("8.2.1"), says("5.1", 9110)],
  messages: { empty: "a field on stream {streamId} has no name" },
  when: { bits: FieldBit.emptyName },
  check: (_, found) => found("empty"),
  why: "A name is a token, and a token has at least one character.",
  fix: "Drop fields without a name.",
});

// "A field value MUST NOT contain the zero value (ASCII NUL, 0x00), line feed (ASCII LF, 0x0a), or carriage return (ASCII CR, 0x0d) at any
// position."
export const invalidValueChar = malformedField({
  id: "headers/invalid-value-char",
  title: "Field values must not hold NUL, CR or LF",
  spec: [mustNot("8.2.1")],
  messages: { value: "the value of {name} on stream {streamId} has the byte {octet}" },
  when: { bits: FieldBit.invalidValueChar },
  check(fields, found, { uncheck }) {
    const field = ownedFault(fields, FieldBit.invalidValueChar, uncheck);
    if (field === undefined) return;
    const octet = octetOf(field.value, (code) => code === 0 || code === 0x0a || code === 0x0d);
    found("value", { name: shown(field.name.text), octet });
  },
  why: "Where a server translates to HTTP/1, a line end in a value begins a new field or a new request.",
  fix: "Encode binary values (gRPC: base64 in fields named -bin), and refuse line ends in user input.",
});

// "A field value MUST NOT start or end with an ASCII whitespace character (ASCII SP or HTAB, 0x20 or 0x09)."
export const valueWhitespace = malformedField({
  id: "headers/value-whitespace",
  title: "Field values must not begin or end with white space",
  spec: [mustNot("8.2.1")],
  messages: { value: "the value of {name} on stream {streamId} begins or ends with white space" },
  when: { bits: FieldBit.whitespaceEdge },
  check(fields, found, { uncheck }) {
    const field = ownedFault(fields, FieldBit.whitespaceEdge, uncheck);
    if (field !== undefined) found("value", { name: shown(field.name.text) });
  },
  why: "In HTTP/1 such white space is not part of the value; in HTTP/2 it would be, so it makes the message malformed.",
  fix: "Trim values before they are encoded.",
});

// RFC 9110 5.5: field-value is of VCHAR, obs-text, SP and HTAB. "Field values containing other CTL characters are also invalid; however,
// recipients MAY retain such characters for the sake of robustness". gRPC has its own rule for metadata.
export const valueControl = malformedField({
  id: "headers/value-control",
  title: "Field values should hold no control characters",
  severity: "warning",
  spec: [says("5.5", 9110)],
  optional: true,
  messages: { value: "the value of {name} on stream {streamId} has the control byte {octet}" },
  when: { bits: FieldBit.nonPrintable },
  check({ decoded }, found) {
    if ((decoded.bits & FieldBit.grpcName) !== 0 || decoded.contentType?.value.startsWith("application/grpc") === true) return;
    for (let i = 0; i < decoded.count; i++) {
      const { name, value, bits } = decoded.fields[i]!;
      if ((bits & FieldBit.nonPrintable) === 0 || (bits & (FieldBit.invalidValueChar | FieldBit.binName)) !== 0) continue;
      if (![...value].some(isControl)) continue;
      found("value", { name: shown(name.text), octet: octetOf(value, (code) => isControl(String.fromCharCode(code))) });
      return;
    }
  },
  why: "Programs differ: nghttp2 drops such a field, and who uses it may reset the stream; Go refuses the message; others pass it on.",
  fix: "Encode binary values, or leave control characters out before a value is set.",
});

const isControl = (octet: string): boolean => (octet < " " && octet !== "\t") || octet === "\x7f";

// The first field with these bits that the sender had no leave for. gRPC C-core sends the octets of `-bin` values as they are when both
// sides have announced a separate setting.
function ownedFault({ decoded, connection }: Fields, bits: number, uncheck: (need: "settings") => void): Field | undefined {
  const { client, server } = connection;
  for (let i = 0; i < decoded.count; i++) {
    const one = decoded.fields[i]!;
    if ((one.bits & bits) === 0) continue;
    if ((one.bits & FieldBit.binName) === 0) return one;
    if (client.settings.announced(TRUE_BINARY) === 1 && server.settings.announced(TRUE_BINARY) === 1) continue;
    if (client.whole && server.whole) return one;
    uncheck("settings");
  }
  return undefined;
}

// `0x0a`: the first octet at fault.
function octetOf(text: string, bad: (code: number) => boolean): string {
  const code = Array.from(text, (char) => char.charCodeAt(0)).find(bad)!; // there is one
  return `0x${code.toString(16).padStart(2, "0")}`;
}

// GRPC_ALLOW_TRUE_BINARY_METADATA.
const TRUE_BINARY = 0xfe03;
