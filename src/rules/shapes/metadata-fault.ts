// Faults of single fields of gRPC metadata: of a block that is gRPC's the first field at fault is reported.
import { type Field, FieldBit } from "../../fields/field.ts";
import { isGrpcBlock } from "../../grpc/call.ts";
import type { FieldBlock } from "../../model/field-block.ts";
import type { BlockCondition, Context, Rule, RuleMeta } from "../rule.ts";

/** What differs from fault to fault. */
export interface MetadataFault<Meta extends MetadataMeta> {
  readonly meta: Meta;
  /** `FieldBit` bits of the fields that are looked at. */
  readonly bits: number;
  /** Where a block is recognised by other bits than those of its fields. */
  readonly when?: BlockCondition;
  /** Which message a field deserves, with its data beside `{side}`, `{name}` and `{streamId}`; undefined for one that is in order. Reported
   *  as `unchecked`, there is something, and whether it is a fault nobody knows. */
  fault(field: Field, block: FieldBlock, context: Context<RuleMeta>): Fault<Meta> | undefined;
  /** What findings of many streams are folded by. */
  fold?(field: Field): string;
}

export type MetadataMeta = Omit<RuleMeta, "by" | "spec" | "needs" | "decidable">;

interface Fault<Meta extends MetadataMeta> {
  readonly message: (keyof Meta["messages"] & string) | "unchecked";
  readonly data?: Readonly<Record<string, string | number>>;
}

/** A rule on fields of either side. */
export function metadataFault<const Meta extends MetadataMeta>(
  id: string,
  { meta, bits, when = { bits }, fault, fold }: MetadataFault<Meta>,
): Rule {
  return {
    id,
    meta: {
      by: "either",
      spec: [{ document: "gRPC over HTTP2", section: "Requests, Custom-Metadata" }],
      needs: ["hpack"],
      decidable: "block",
      ...meta,
    },
    when,
    judge(subject, stream, context) {
      const block = subject as FieldBlock; // a condition on bits
      const { decoded, from, streamId } = block;
      if (decoded === undefined || !isGrpcBlock(block, stream)) return;
      for (let i = 0; i < decoded.count; i++) {
        const field = decoded.fields[i]!;
        if ((field.bits & bits) === 0 || (field.bits & FieldBit.nameUnknown) !== 0) continue;
        const found = fault(field, block, context);
        if (found === undefined) continue;
        if (found.message === "unchecked") return;
        const data = { side: from, name: field.name.text.slice(0, 80), ...found.data, streamId };
        context.report(block, found.message, data, fold === undefined ? undefined : { fold: fold(field) });
        return;
      }
    },
  };
}
