import type { HpackFault } from "../../fields/decoding-fault.ts";
import { Observation } from "../../http2/observation.ts";
import { Setting } from "../../http2/setting.ts";
import { other } from "../../place.ts";
import { defineRule, type Rule, type RuleMeta } from "../rule.ts";
import { must } from "../shapes/spec.ts";

const WHY =
  "Both sides keep one table for the whole connection: after a block that cannot be decoded, no later block can be trusted.";

const common = (section: string) =>
  ({
    severity: "error",
    by: "either",
    spec: [must(section, 7541), must("4.3")],
    expect: { scope: "connection", codes: ["COMPRESSION_ERROR"] },
    decidable: "block",
  }) as const;

export const indexZero = fault("index-zero", {
  title: "Index 0 must not be used",
  section: "6.1",
  needs: [],
  message: "a field of stream {streamId}'s block has index 0",
  fix: "The static table begins with index 1.",
});

export const indexOutOfRange = defineRule({
  id: "hpack/index-out-of-range",
  meta: {
    ...common("2.3.3"),
    title: "An index must lie within the static and the dynamic table",
    needs: ["start", "no-gap"],
    messages: {
      fault: "stream {streamId}'s block refers to an entry that neither table has",
      evicted: "stream {streamId}'s block refers to an entry that had to leave the dynamic table, which is of {maximum} bytes",
      outgrown:
        "stream {streamId}'s block refers to an entry that had to leave the dynamic table, which is of {maximum} bytes: the {peer} allows {limit}, but no size update of the {side} put more into use",
    },
    docs: {
      why: WHY,
      fix: "Encode the blocks of a connection in the order in which they are sent, with one encoder for each connection; let its table grow only with a size update at the head of the next block.",
    },
  },
  when: { observed: Observation.hpackFault },
  judge(subject, _stream, { connection, report }) {
    if (!("decoded" in subject) || subject.decoded?.fault !== "index-out-of-range") return;
    const { streamId, from: side } = subject;
    const { evictedFrom: maximum } = subject.decoded;
    const peer = other(side);
    const limit = connection.endpoint(peer).settings.announced(Setting.headerTableSize) ?? 0;
    // RFC 7541 4.2: "A change in the maximum size of the dynamic table is signaled via a dynamic table size update."
    if (maximum >= 0 && limit > maximum) report(subject, "outgrown", { streamId, maximum, limit, side, peer });
    else if (maximum >= 0) report(subject, "evicted", { streamId, maximum });
    else report(subject, "fault", { streamId });
  },
});

export const integerOverflow = fault("integer-overflow", {
  title: "An integer must fit in 32 bits",
  section: "5.1",
  needs: [],
  message: "stream {streamId}'s block has an integer that is too large",
  fix: "Look for a wrong prefix length in the encoder.",
});

export const stringTooLong = fault("string-too-long", {
  title: "A string must end within its field block",
  section: "5.2",
  needs: [],
  message: "a string of stream {streamId}'s block is longer than the block",
  fix: "Look for a wrong length, or for a CONTINUATION that is missing.",
});

export const blockTruncated = fault("block-truncated", {
  title: "A field block must end with a whole representation",
  section: "5",
  needs: [],
  message: "stream {streamId}'s block ends inside a representation",
  fix: "Set END_HEADERS on the last frame of the block only.",
});

export const huffmanEos = fault("huffman-eos", {
  title: "A Huffman string must not hold the EOS symbol",
  section: "5.2",
  needs: [],
  message: "a Huffman string of stream {streamId}'s block holds EOS",
  fix: "Pad with the first bits of EOS, fewer than eight.",
});

export const huffmanPaddingLong = fault("huffman-padding-long", {
  title: "Huffman padding must be shorter than eight bits",
  section: "5.2",
  needs: [],
  message: "a Huffman string of stream {streamId}'s block has eight bits of padding or more",
  fix: "Pad to the next byte only.",
});

export const huffmanPaddingNotEos = fault("huffman-padding-not-eos", {
  title: "Huffman padding must be the first bits of EOS",
  section: "5.2",
  needs: [],
  message: "a Huffman string of stream {streamId}'s block is padded with other bits than ones",
  fix: "Pad with ones.",
});

export const tableSizeUpdatePosition = fault("table-size-update-position", {
  title: "A dynamic table size update must stand at the beginning of a field block",
  section: "4.2",
  needs: [],
  message: "stream {streamId}'s block has a dynamic table size update behind a field",
  fix: "Write size updates first.",
});

export const tableSizeUpdateTooLarge = fault("table-size-update-too-large", {
  title: "A dynamic table size update must not exceed HEADER_TABLE_SIZE",
  section: "6.3",
  needs: ["settings", "acks"],
  message: "stream {streamId}'s block asks for a larger dynamic table than the other side's HEADER_TABLE_SIZE",
  fix: "Stay at or below the value that the other side announced (4096 unless it did).",
});

interface FaultRule {
  readonly title: string;
  readonly section: string;
  readonly needs: RuleMeta["needs"];
  readonly message: string;
  readonly fix: string;
}

function fault(name: HpackFault, { title, section, needs, message, fix }: FaultRule): Rule {
  return defineRule({
    id: `hpack/${name}`,
    meta: {
      ...common(section),
      title,
      needs,
      messages: { fault: message } as { readonly fault: "{streamId}" },
      docs: { why: WHY, fix },
    },
    when: { observed: Observation.hpackFault },
    judge(subject, _stream, { report }) {
      if ("decoded" in subject && subject.decoded?.fault === name) report(subject, "fault", { streamId: subject.streamId });
    },
  });
}
