import type { FrameRef } from "../../model/frame-ref.ts";
import type { Side } from "../../place.ts";
import type { ReportOptions, Rule, Subject } from "../rule.ts";
import type { Severity } from "../severity.ts";
import { type MessageData, RuleContext, type States } from "./context.ts";
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
  /** Among those with a state of the connection, -1 without one. */
  readonly stateIndex: number;
  /** Place in the order of judgement. */
  readonly rank: number;
  readonly judge: Rule["judge"];
  readonly from: Side | undefined;
  readonly kinds: readonly string[] | undefined;
  /** What its handlers are given last. */
  readonly context: RuleContext;

  constructor({ rule, severity, options }: ActiveRule, index: number, stateIndex: number, report: SlotReporter) {
    const { when, meta } = rule;
    const observed = when !== undefined && "observed" in when ? when : undefined;
    const defaults = Object.entries(meta.options ?? {}).map(([name, one]) => [name, one.default] as const);
    this.rule = rule;
    this.severity = severity;
    this.stateIndex = stateIndex;
    this.rank = judgementRank(rule, index);
    this.judge = rule.judge?.bind(rule);
    this.from = observed?.from;
    this.kinds = observed?.kinds;
    this.context = new RuleContext(rule, stateIndex, { ...Object.fromEntries(defaults), ...options }, (...args) =>
      report(this, ...args),
    );
  }

  /** The rule keeps something of this connection. */
  hasState({ states }: States): boolean {
    return this.stateIndex < states.length && states[this.stateIndex] !== undefined;
  }
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
  let states = 0;
  return rules.map((active, index) => new Slot(active, index, active.rule.state === undefined ? -1 : states++, report));
}
