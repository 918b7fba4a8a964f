import type { FrameRef } from "../../model/frame-ref.ts";
import type { Side } from "../../place.ts";
import type { Need } from "../finding.ts";
import type { ReportOptions, Rule, Size, Subject } from "../rule.ts";
import type { Severity } from "../severity.ts";
import { type MessageData, RuleContext, StateNumbers } from "./context.ts";
import { judgementRank } from "./judgement-order.ts";

/** A rule and the severity it is reported with. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Its thresholds; the defaults of those that are not named. */
  readonly options?: Readonly<Record<string, number>>;
  /** A need that nothing of what is judged can meet: what the rule finds is never proven. */
  readonly unmet?: Need;
}

/** An active rule as the engine calls it. All slots have one shape: rules have many, and a property of many shapes costs more to read
 *  than most rules take. */
export class Slot {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Place in the order of judgement. */
  readonly rank: number;
  readonly judge: Rule["judge"];
  readonly from: Side | undefined;
  readonly kinds: readonly string[] | undefined;
  /** What it is called for is larger. */
  readonly above: Size | undefined;
  // Which events need a state that the rule has made.
  readonly judgesWithState: boolean;
  readonly framesWithState: boolean;
  readonly ticksWithState: boolean;
  readonly endsWithState: boolean;
  readonly closesWithState: boolean;
  readonly connections: number;
  readonly unmet: Need | undefined;
  /** What its handlers are given last. */
  readonly context: RuleContext;

  constructor({ rule, severity, options, unmet }: ActiveRule, index: number, numbers: StateNumbers, report: SlotReporter) {
    const { when } = rule;
    const observed = when !== undefined && "observed" in when ? when : undefined;
    this.rule = rule;
    this.severity = severity;
    this.unmet = unmet;
    this.rank = judgementRank(rule, index);
    this.judge = rule.judge?.bind(rule);
    this.from = observed?.from;
    this.kinds = observed?.kinds;
    const { withState = [] } = rule;
    this.judgesWithState = withState.includes("judge");
    this.framesWithState = withState.includes("frame");
    this.ticksWithState = withState.includes("tick");
    this.endsWithState = withState.includes("end");
    this.closesWithState = withState.includes("connectionEnd");
    const thresholds = thresholdsOf({ rule, severity, options: options ?? {} });
    this.above = rule.above?.(thresholds);
    this.connections = rule.connections ?? 0;
    this.context = new RuleContext(rule, numbers, thresholds, (...args) => report(this, ...args));
  }
}

/** The thresholds of a rule, all of them. */
export function thresholdsOf({ rule, options }: ActiveRule): Readonly<Record<string, number>> {
  const defaults = Object.entries(rule.meta.options ?? {}).map(([name, one]) => [name, one.default] as const);
  return { ...Object.fromEntries(defaults), ...options };
}

/** Takes what the rules report. */
export type SlotReporter = (
  slot: Slot,
  subject: Subject | FrameRef,
  message: string,
  data: MessageData,
  more: ReportOptions | undefined,
) => void;

export function slotsOf(rules: readonly ActiveRule[], report: SlotReporter): Slot[] {
  const numbers = new StateNumbers();
  return rules.map((active, index) => new Slot(active, index, numbers, report));
}
