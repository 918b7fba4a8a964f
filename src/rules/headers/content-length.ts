import { FieldBit } from "../../fields/field.ts";
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";

export const contentLengthMismatch = defineRule({
  id: "headers/content-length-mismatch",
  meta: {
    title: "The DATA of a message must add up to its content-length",
    severity: "error",
    by: "either",
    spec: [{ rfc: 9113, section: "8.1.1", level: "MUST" }],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack", "body"],
    decidable: "head",
    messages: {
      more: "{octets} octets of content on stream {streamId} so far, and content-length is {length}",
      less: "the {side} ended its message on stream {streamId} after {octets} octets of content; content-length is {length}",
    },
    docs: {
      why: "A message whose length is not what it says was cut off, or was glued together with another.",
      fix: "Count the octets after compression, or leave content-length out: HTTP/2 does not need it.",
    },
  },
  when: { observed: Observation.contentLengthMismatch },
  judge(subject, stream, { report }) {
    const half = stream?.half(subject.from);
    // A block may begin the message and end it; it, too, is told of before it takes effect.
    const [own, content] = "decoded" in subject ? [subject.declaredLength, 0] : [-1, subject.contentLength];
    const length = Math.max(own, half?.declaredLength ?? -1);
    const octets = (half?.dataOctets ?? 0) + Math.max(content, 0);
    const { from: side, streamId } = subject;
    const related = opened(stream);
    if (octets > length) report(subject, "more", { octets, length, streamId }, { related });
    else report(subject, "less", { side, octets, length, streamId }, { related });
  },
});

export const contentLengthInvalid = defineRule({
  id: "headers/content-length-invalid",
  meta: {
    title: "A content-length must be one decimal number",
    severity: "error",
    by: "either",
    spec: [
      { rfc: 9113, section: "8.1.1" },
      { rfc: 9110, section: "8.6", level: "MUST NOT" },
    ],
    expect: { scope: "stream", codes: ["PROTOCOL_ERROR"], malformed: true },
    needs: ["hpack"],
    decidable: "block",
    messages: { value: "the {side} sent content-length {values} on stream {streamId}" },
    docs: {
      why: "Two servers on the way may each believe another length: that is how requests are smuggled.",
      fix: "Send the number of octets once, in digits, or leave the field out.",
    },
  },
  when: { observed: Observation.contentLengthInvalid },
  judge(subject, stream, { report }) {
    const { decoded, from, streamId } = subject as FieldBlock; // the observation is a block's
    const values: string[] = [];
    for (let i = 0; i < decoded!.count && values.length < 4; i++) {
      const { bits, value } = decoded!.fields[i]!;
      if ((bits & FieldBit.contentLength) !== 0) values.push(`"${value.slice(0, 40)}"`);
    }
    report(subject, "value", { side: from, values: values.join(" and "), streamId }, { related: opened(stream) });
  },
});
