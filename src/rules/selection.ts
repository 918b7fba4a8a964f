import { H2lintError } from "../error.ts";
import type { ActiveRule } from "./engine/slot.ts";
import type { Profile } from "./profile.ts";
import type { Rule } from "./rule.ts";
import type { Severity } from "./severity.ts";

/** Which rules run. `strict` makes every warning an error, `all` adds those that are off. */
export type Preset = "recommended" | "strict" | "all";

/** Which rules run, and how grave what they find is. */
export interface RuleOptions {
  /** `recommended` is the default; `strict` makes every warning an error; `off` rules run in `all` only. */
  readonly preset?: Preset;
  /** `rfc9113` is the default. */
  readonly profile?: Profile;
  /** By rule id or `family/*`; later entries win. */
  readonly severities?: readonly (readonly [pattern: string, severity: Severity | "off"])[];
  /** Thresholds by rule id. */
  readonly thresholds?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Which rules run, and as what.
 *  @throws H2lintError for a pattern that names no rule, or a threshold that the rule has not. */
export function selectRules(rules: readonly Rule[], options: RuleOptions): ActiveRule[] {
  const { preset = "recommended", profile = "rfc9113", severities = [], thresholds = {} } = options;
  for (const [pattern] of severities) {
    if (!rules.some(({ id }) => matches(id, pattern))) throw new H2lintError("usage", `unknown rule: ${pattern}`);
  }
  for (const [id, values] of Object.entries(thresholds)) {
    const rule = rules.find((one) => one.id === id);
    if (rule === undefined) throw new H2lintError("usage", `unknown rule: ${id}`);
    for (const [name, value] of Object.entries(values)) {
      if (rule.meta.options?.[name] === undefined) throw new H2lintError("usage", `rule ${id} has no option ${name}`);
      if (!(value >= 0)) throw new H2lintError("usage", `option ${name} of rule ${id} is no number from 0 on`);
    }
  }
  const active: ActiveRule[] = [];
  for (const rule of rules) {
    let severity: Severity | "off" = rule.meta.profiles?.[profile] ?? rule.meta.severity;
    if (rule.meta.off === true && preset !== "all") severity = "off";
    if (preset === "strict" && severity === "warning") severity = "error";
    for (const [pattern, wanted] of severities) if (matches(rule.id, pattern)) severity = wanted;
    if (severity !== "off") active.push({ rule, severity, options: thresholds[rule.id] ?? {} });
  }
  return active;
}

const matches = (id: string, pattern: string): boolean =>
  pattern.endsWith("/*") ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
