// The order of judgement: which of the rules that a frame breaks its receiver would notice first.
import { families, familyOf } from "../families.ts";
import type { Rule } from "../rule.ts";
import { severities } from "../severity.ts";

/** Place of a rule in the order of judgement: by family, then the graver, then what shows earlier in the frame, then as listed. A user's
 *  own families come last.
 *  @param index Among the active rules. */
export function judgementRank(rule: Rule, index: number): number {
  const family = (families as readonly string[]).indexOf(familyOf(rule.id));
  const { severity, decidable } = rule.meta;
  const early = decidable === "head" ? 0 : decidable === "payload" ? 1 : 2;
  return (((family < 0 ? families.length : family) * 3 + severities.indexOf(severity)) * 3 + early) * 10_000 + index;
}
