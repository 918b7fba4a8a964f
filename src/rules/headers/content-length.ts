import { BlockBit } from "../../fields/decoded-block.ts";
import { FieldBit } from "../../fields/field.ts";
import { ValueBit } from "../../fields/value-bit.ts";
import { Observation } from "../../http2/observation.ts";
import { contentLengthOf } from "../../model/message.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { malformedMessage } from "../shapes/malformed.ts";
import { must, mustNot, says } from "../shapes/spec.ts";

// 8.1.1: "A request or response is also malformed if the value of a content-length header field does not equal the sum of the DATA frame
// payload lengths that form the content, unless the message is defined as having no content."
export const contentLengthMismatch = defineRule({
  id: "headers/content-length-mismatch",
  meta: {
    title: "The DATA of a message must add up to its content-length",
    severity: "error",
    by: "either",
    spec: [must("8.1.1")],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack", "body"],
    decidable: "head",
    messages: {
      more: "{octets} bytes of content on stream {streamId} so far, and content-length is {length}",
      less: "the {side} ended its message on stream {streamId} after {octets} bytes of content; content-length is {length}",
    },
    docs: {
      why: "A message with another length than it says was cut off, or joined with another message.",
      fix: "Count the bytes after compression, or leave content-length out: HTTP/2 does not need it.",
    },
  },
  when: { observed: Observation.contentLengthMismatch },
  judge(subject, stream, { report }) {
    const half = stream?.half(subject.from);
    // A block may begin the message and end it; it, too, is reported before it takes effect.
    const [own, content] = "decoded" in subject ? [subject.declaredLength, 0] : [-1, subject.contentLength];
    const length = Math.max(own, half?.declaredLength ?? -1);
    const octets = (half?.dataOctets ?? 0) + Math.max(content, 0);
    const { from: side, streamId } = subject;
    const related = opened(stream);
    if (octets > length) report(subject, "more", { octets, length, streamId }, { related });
    else report(subject, "less", { side, octets, length, streamId }, { related });
  },
});

// RFC 9110 8.6: "Content-Length = 1*DIGIT"; a recipient may take a list of equal values for one, and must refuse others.
export const contentLengthInvalid = malformedMessage({
  id: "headers/content-length-invalid",
  title: "A content-length must be one decimal number",
  spec: [says("8.1.1"), mustNot("8.6", 9110)],
  messages: { value: "the {side} sent content-length {values} on stream {streamId}" },
  when: [
    { values: ValueBit.contentLengthOdd, roles: ["request", "interim", "response", "promise"] },
    { bits: BlockBit.repeated, roles: ["request", "interim", "response", "promise"] },
  ],
  check({ decoded }, found) {
    if (contentLengthOf(decoded) !== undefined) return;
    const values: string[] = [];
    for (let i = 0; i < decoded.count && values.length < 4; i++) {
      const { bits, value } = decoded.fields[i]!;
      if ((bits & FieldBit.contentLength) !== 0) values.push(`"${value.slice(0, 40)}"`);
    }
    found("value", { values: values.join(" and ") });
  },
  why: "Two servers on the way may each use a different length: this is a way to smuggle requests.",
  fix: "Send the number of bytes once, in digits, or leave the field out.",
});

// RFC 9110 8.6: a recipient may take equal values for one, "or reject the message".
export const contentLengthRepeated = malformedMessage({
  id: "headers/content-length-repeated",
  title: "A content-length should be sent once",
  severity: "warning",
  optional: true,
  spec: [mustNot("8.6", 9110)],
  messages: { repeated: "the {side} sent content-length {length} {count} times on stream {streamId}" },
  when: [
    { values: ValueBit.contentLengthOdd, roles: ["request", "interim", "response", "promise"] },
    { bits: BlockBit.repeated, roles: ["request", "interim", "response", "promise"] },
  ],
  check({ decoded }, found) {
    const length = contentLengthOf(decoded);
    if (length === undefined || length < 0) return;
    let count = 0;
    for (let i = 0; i < decoded.count; i++) {
      const { bits, value } = decoded.fields[i]!;
      if ((bits & FieldBit.contentLength) !== 0) count += value.split(",").length;
    }
    if (count > 1) found("repeated", { length, count });
  },
  why: "A recipient may treat equal values as one, or refuse the message: nghttp2, and curl which is built on it, reset the stream.",
  fix: "Look for an application that sets the field and a server that adds its own.",
});
