import { kindOf } from "../../http2/frame.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import type { Side } from "../../place.ts";
import { familyOf } from "../families.ts";
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
  // What it says of itself and its handlers are read from here, since rules are objects of many shapes.
  readonly family: string;
  readonly needs: readonly Need[];
  readonly decidable: Rule["meta"]["decidable"];
  readonly rankSeverity: Severity;
  readonly judge: Rule["judge"];
  readonly frame: Rule["frame"];
  readonly tick: Rule["tick"];
  readonly fields: Rule["fields"];
  readonly messageStart: Rule["messageStart"];
  readonly message: Rule["message"];
  readonly status: Rule["status"];
  readonly finish: Rule["finish"];
  readonly callEnd: Rule["callEnd"];
  readonly streamEnd: Rule["streamEnd"];
  readonly end: Rule["end"];
  readonly connectionEnd: Rule["connectionEnd"];
  readonly from: Side | undefined;
  readonly kinds: readonly string[] | undefined;
  /** What it is called for is larger. */
  readonly above: Size | undefined;
  // Which events need a state that the rule has made.
  readonly judgesWithState: boolean;
  /** By type of frame, as bits: those of which `frame` hears only while there is a state. */
  readonly begunElsewhere: number;
  readonly ticksWithState: boolean;
  readonly endsWithState: boolean;
  readonly closesWithState: boolean;
  readonly connections: number;
  readonly calls: number | undefined;
  /** `StreamBit` of the streams whose end it hears of; it hears of all, or of all while it has a state. */
  readonly ended: number;
  readonly endedAlways: boolean;
  readonly endedWithState: boolean;
  readonly unmet: Need | undefined;
  /** What its handlers are given last. */
  readonly context: RuleContext;

  constructor({ rule, severity, options, unmet }: ActiveRule, index: number, numbers: StateNumbers, report: SlotReporter) {
    const { when } = rule;
    const observed = when !== undefined && "observed" in when ? when : undefined;
    const { meta } = rule;
    this.rule = rule;
    this.severity = severity;
    this.family = familyOf(rule.id);
    this.needs = meta.needs;
    this.decidable = meta.decidable;
    this.rankSeverity = meta.severity;
    this.unmet = unmet;
    this.rank = judgementRank(rule, index);
    this.judge = rule.judge;
    this.frame = rule.frame;
    this.tick = rule.tick;
    this.fields = rule.fields;
    this.messageStart = rule.messageStart;
    this.message = rule.message;
    this.status = rule.status;
    this.finish = rule.finish;
    this.callEnd = rule.callEnd;
    this.streamEnd = rule.streamEnd;
    this.end = rule.end;
    this.connectionEnd = rule.connectionEnd;
    this.from = observed?.from;
    this.kinds = observed?.kinds;
    const { withState = [] } = rule;
    this.judgesWithState = withState.includes("judge");
    this.begunElsewhere = withState.includes("frame") ? -1 : begunElsewhere(rule.begunBy);
    this.ticksWithState = withState.includes("tick");
    this.endsWithState = withState.includes("end");
    this.closesWithState = withState.includes("connectionEnd");
    const thresholds = thresholdsOf({ rule, severity, options: options ?? {} });
    this.above = rule.above?.(thresholds);
    this.connections = rule.connections ?? 0;
    this.calls = rule.calls;
    this.ended = rule.ended?.streams ?? 0;
    this.endedAlways = rule.ended === undefined;
    this.endedWithState = rule.ended?.withState === true;
    this.context = new RuleContext(rule, numbers, thresholds, (subject, message, data, more) =>
      report(this, subject, message, data, more),
    );
  }
}

function begunElsewhere(kinds: Rule["begunBy"]): number {
  let types = 0;
  if (kinds !== undefined) for (let type = 0; type <= LAST_BIT; type++) if (!kinds.includes(kindOf(type))) types |= typeBit(type);
  return types;
}

/** A frame's type as a bit; types beyond have one together, since none of them is known. */
export const typeBit = (type: number): number => 1 << (type < LAST_BIT ? type : LAST_BIT);

const LAST_BIT = 31;

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
