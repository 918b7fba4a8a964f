import type { Side } from "../../place.ts";
import type { Rule } from "../rule.ts";
import type { Severity } from "../severity.ts";
import { type Reporter, RuleContext } from "./context.ts";
import { judgementRank } from "./judgement-order.ts";

/** A rule and the severity it is reported with. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Its thresholds; the defaults of those that are not named. */
  readonly options?: Readonly<Record<string, number>>;
}

/** An active rule as the engine calls it. All slots have one shape: rules have many, and a property of many shapes costs more to read
 *  than most rules take. */
export class Slot {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Among the active rules. */
  readonly index: number;
  /** Among those with a state of the connection, -1 without one. */
  readonly stateIndex: number;
  /** Place in the order of judgement. */
  readonly rank: number;
  readonly options: Readonly<Record<string, number>>;
  readonly judge: Rule["judge"];
  readonly makeState: Rule["state"];
  readonly makeSession: Rule["session"];
  readonly from: Side | undefined;
  readonly kinds: readonly string[] | undefined;
  /** What its handlers are given last. */
  readonly context: RuleContext;

  constructor({ rule, severity, options }: ActiveRule, index: number, stateIndex: number, reporter: Reporter) {
    const { when, meta } = rule;
    const observed = when !== undefined && "observed" in when ? when : undefined;
    this.rule = rule;
    this.severity = severity;
    this.index = index;
    this.stateIndex = stateIndex;
    this.rank = judgementRank(rule, index);
    this.options = {
      ...Object.fromEntries(Object.entries(meta.options ?? {}).map(([name, one]) => [name, one.default])),
      ...options,
    };
    this.judge = rule.judge?.bind(rule);
    this.makeState = rule.state?.bind(rule);
    this.makeSession = rule.session?.bind(rule);
    this.from = observed?.from;
    this.kinds = observed?.kinds;
    this.context = new RuleContext(this, reporter);
  }
}

/** @param reporter Takes what the rules report. */
export function slotsOf(rules: readonly ActiveRule[], reporter: Reporter): Slot[] {
  let states = 0;
  return rules.map((active, index) => new Slot(active, index, active.rule.state === undefined ? -1 : states++, reporter));
}
