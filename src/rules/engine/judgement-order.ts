// The order of judgement: which of the rules that a frame breaks its receiver would notice first.
import type { Rule, Severity } from "../rule.ts";

/** Place of a rule in the order of judgement: by family, then the graver, then what shows earlier in the frame, then as listed.
 *  @param index Among the active rules. */
export function judgementRank(rule: Rule, index: number): number {
  const family = FAMILIES.indexOf(rule.id.slice(0, rule.id.indexOf("/")));
  const { severity, decidable } = rule.meta;
  const early = decidable === "head" ? 0 : decidable === "payload" ? 1 : 2;
  return (((family < 0 ? FAMILIES.length : family) * 3 + SEVERITIES.indexOf(severity)) * 3 + early) * 10_000 + index;
}

/** The first is the gravest. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

// A user's own families come last.
const FAMILIES = [
  "preface",
  "upgrade",
  "frame",
  "continuation",
  "settings",
  "ping",
  "goaway",
  "hpack",
  "stream-id",
  "stream",
  "flow",
  "headers",
  "push",
  "priority",
  "priority-update",
  "ext",
  "grpc",
  "abuse",
  "health",
];
