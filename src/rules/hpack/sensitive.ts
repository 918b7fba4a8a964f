import { FieldBit } from "../../fields/field.ts";
import { Name } from "../../fields/name.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { opened } from "../related.ts";
import { defineRule } from "../rule.ts";
import { says } from "../shapes/spec.ts";

export const sensitiveIndexed = defineRule({
  id: "hpack/sensitive-indexed",
  meta: {
    title: "Secrets should not be put into the dynamic table",
    severity: "info",
    off: true,
    by: "either",
    spec: [says("7.1.3", 7541)],
    expect: { scope: "connection", codes: [] },
    needs: ["hpack"],
    decidable: "block",
    options: { shortCookie: { default: 20, unit: "bytes", about: "A cookie is short below this." } },
    messages: { indexed: "the {side} put {name} of stream {streamId} into the dynamic table" },
    docs: {
      why: "Anyone who can add fields to requests on the connection, and see their size, can guess the content of the table step by step.",
      fix: "Encode such fields as never indexed.",
    },
  },
  when: { bits: FieldBit.sensitive },
  judge(subject, stream, { options, report }) {
    const block = subject as FieldBlock; // bits are a block's
    const found = block.decoded?.sensitiveIndexed;
    // A long cookie is hard to guess.
    if (found === undefined || (found.name.id === Name.cookie && found.value.length >= options.shortCookie)) return;
    const { name } = found;
    const more = { related: opened(stream), fold: name.text };
    report(block, "indexed", { side: block.from, name: name.text, streamId: block.streamId }, more);
  },
});
