// What an encoder owes after HEADER_TABLE_SIZE went down (RFC 7541 section 4.2, RFC 9113 section 4.3.1).
import { Observation } from "../../http2/observation.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import { defineRule } from "../rule.ts";
import { must, says } from "../shapes/spec.ts";

export const tableSizeUpdateMissing = defineRule({
  id: "hpack/table-size-update-missing",
  meta: {
    title: "After a lower HEADER_TABLE_SIZE the next field block must begin with a size update",
    severity: "error",
    by: "either",
    spec: [must("4.3.1"), must("4.2", 7541)],
    expect: { scope: "connection", codes: ["COMPRESSION_ERROR"] },
    needs: ["hpack", "settings"],
    decidable: "block",
    messages: {
      held: "stream {streamId}'s block has no size update to {limit}, though the {side} had acknowledged that limit with {held} bytes in its table",
      unused:
        "stream {streamId}'s block has no size update to {limit}, a limit that the {side} had acknowledged; its table holds {held} bytes",
    },
    docs: {
      why: "The decoder drops entries that the encoder still refers to: from there on fields are wrong, or the connection ends.",
      fix: "Let the encoder take over HEADER_TABLE_SIZE before SETTINGS is acknowledged, and write the update in the next block.",
    },
  },
  when: { observed: Observation.tableUpdateMissing },
  judge(subject, _stream, { connection, report }) {
    const { from: side, streamId } = subject;
    const { owed: limit, held } = connection.endpoint(side).tableLimit!; // it owed something
    if (held > limit) report(subject, "held", { streamId, limit, side, held });
    else report(subject, "unused", { streamId, limit, side, held }, { severity: "warning" });
  },
});

export const tableSizeMinimumMissing = defineRule({
  id: "hpack/table-size-minimum-missing",
  meta: {
    title: "If HEADER_TABLE_SIZE was lowered and raised again, the lowest value must be signalled",
    severity: "error",
    by: "either",
    spec: [must("4.2", 7541), says("4.3.1")],
    expect: { scope: "connection", codes: ["COMPRESSION_ERROR"] },
    needs: ["hpack", "settings"],
    decidable: "block",
    messages: {
      minimum:
        "stream {streamId}'s block does not signal {limit}, the lowest HEADER_TABLE_SIZE that the {side} had acknowledged since its last block; {final} came later",
    },
    docs: {
      why: "The decoder dropped entries when the size was lowered; raising it again does not bring them back.",
      fix: "Write two size updates: the lowest limit since the last block, and the one to use.",
    },
  },
  when: { observed: Observation.tableMinimumMissing },
  judge(subject, _stream, { connection, report }) {
    const { from: side, streamId } = subject;
    const { owed: limit, final } = connection.endpoint(side).tableLimit!; // it owed something
    report(subject, "minimum", { streamId, limit, side, final });
  },
});

export const tableSizeUpdateExcess = defineRule({
  id: "hpack/table-size-update-excess",
  meta: {
    title: "A field block should not begin with more than two size updates",
    severity: "warning",
    by: "either",
    spec: [says("4.2", 7541)],
    expect: { scope: "connection", codes: ["COMPRESSION_ERROR"], optional: true },
    needs: [],
    decidable: "block",
    messages: { updates: "stream {streamId}'s block begins with {updates} size updates" },
    docs: {
      why: "One gives the lowest limit since the last block, one the limit to use. More of them only cost the decoder work, and some decoders refuse them.",
      fix: "Write at most two.",
    },
  },
  when: { observed: Observation.tableUpdateExcess },
  judge(subject, _stream, { report }) {
    const { decoded, streamId } = subject as FieldBlock; // the observation is a block's
    report(subject, "updates", { streamId, updates: decoded?.sizeUpdates ?? 0 });
  },
});
