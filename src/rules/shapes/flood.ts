// A flood: more events of one kind within a window than there should be. A rule says what such an event is, and how many are too many.
import type { Frame } from "../../http2/frame.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import type { Stream } from "../../model/stream.ts";
import type { Side } from "../../place.ts";
import type { Context, Rule, RuleMeta, Subject } from "../rule.ts";
import { type Excess, enhanceYourCalm } from "./excess.ts";
import { SlidingWindow } from "./sliding-window.ts";

/** The option that says how long the window is. */
export const within = (milliseconds: number) => ({ default: milliseconds, unit: "ms", about: "Time window" }) as const;

/** What a rule on floods says of itself. Its message has `{count}`, `{time}`, `{peak}` and `{window}`, and `{side}` where either side can
 *  send a flood: each is counted for itself. */
export interface FloodMeta extends Omit<RuleMeta, "severity" | "expect" | "needs"> {
  readonly needs?: RuleMeta["needs"];
  readonly options: NonNullable<RuleMeta["options"]> & { readonly window: ReturnType<typeof within> };
}

/** What differs from flood to flood. */
export interface Flood<Meta extends FloodMeta, Memory> extends Pick<Rule, "kinds" | "from" | "inParts" | "settings" | "when"> {
  readonly meta: Meta;
  /** The option that says how many are too many. */
  readonly most: keyof Meta["options"] & string;
  /** So many more are in order. */
  readonly beside?: number;
  /** What the rule keeps of a connection to tell which frames count. */
  memory?(): Memory;
  /** The event that a frame of `kinds` is, if it is one; without `kinds` that of what `when` asks for. All are where this is left out. */
  of?(frame: Frame, stream: Stream | undefined, context: FloodContext<Meta, Memory>): Frame | FrameRef | undefined;
  judge?(subject: Subject, stream: Stream | undefined, context: FloodContext<Meta, Memory>): void;
  streamEnd?(stream: Stream, context: FloodContext<Meta, Memory>): void;
  /** What happens a few times on every connection is not counted as long as the model remembers it. */
  later?: {
    /** There were so few events of the side that `earlier` has them all. */
    isQuiet(side: Side, context: FloodContext<Meta, Memory>): boolean;
    /** Those before the one that is counted first. */
    earlier(side: Side, context: FloodContext<Meta, Memory>): Iterable<FrameRef>;
  };
  /** What an event adds to the `sum` of the window. */
  value?(frame: Frame): number;
  /** Asked where there are so many. */
  isTooMuch?(window: SlidingWindow, context: FloodContext<Meta, Memory>): boolean;
  isTold?(excess: Excess, options: FloodContext<Meta, Memory>["options"]): boolean;
  /** For the message, where it says more or less. */
  data?(excess: Excess, options: FloodContext<Meta, Memory>["options"]): Readonly<Record<string, string | number>>;
}

/** What a rule on floods is given. */
export type FloodContext<Meta extends FloodMeta, Memory> = Context<RuleMeta & Pick<Meta, "options">, Windows<Memory>>;

/** The windows of the two sides, made with their first event. */
export class Windows<Memory = undefined> {
  client: SlidingWindow | undefined = undefined;
  server: SlidingWindow | undefined = undefined;
  memory: Memory;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** That of one side. @param make Called for its first event. */
  of(side: Side, make: () => SlidingWindow): SlidingWindow {
    return side === "client" ? (this.client ??= make()) : (this.server ??= make());
  }

  /** No more will come. @param tell Called for what was too much and had not been reported. */
  end(tell: (excess: Excess, side: Side) => void): void {
    const ofClient = this.client?.end();
    if (ofClient !== undefined) tell(ofClient, "client");
    const ofServer = this.server?.end();
    if (ofServer !== undefined) tell(ofServer, "server");
  }
}

/** A rule that reports floods: a warning, and an error where there are ten times too many. */
export function flood<const Meta extends FloodMeta, Memory = undefined>(id: string, shape: Flood<Meta, Memory>): Rule {
  const { meta, most, beside = 0, memory, of, judge, streamEnd, value, isTooMuch, isTold, data, later, ...listens } = shape;
  const [message = ""] = Object.keys(meta.messages);

  function count(subject: Subject, stream: Stream | undefined, context: FloodContext<Meta, Memory>): void {
    const frame = subject as Frame; // field blocks have what is asked of them here
    const event = of === undefined ? frame : of(frame, stream, context);
    if (event === undefined) return;
    const { from } = frame;
    if (later !== undefined && !context.hasState && later.isQuiet(from, context)) return;
    const { state } = context;
    const window = (from === "client" ? state.client : state.server) ?? begin(from, context);
    const excess = window.add(event, value?.(frame));
    if (excess !== undefined) tell(excess, from, context);
  }

  // The first event of a side.
  function begin(from: Side, context: FloodContext<Meta, Memory>): SlidingWindow {
    const options: Readonly<Record<string, number>> = context.options;
    const threshold = options[most]! + beside; // `most` names an option
    const made = new SlidingWindow(options.window!, threshold, isTooMuch && ((full) => isTooMuch(full, context)));
    if (later !== undefined) for (const one of later.earlier(from, context)) made.add(one);
    return context.state.of(from, () => made);
  }

  function tell(excess: Excess, side: Side, { options, report }: FloodContext<Meta, Memory>): void {
    if (isTold?.(excess, options) === false) return;
    const told = data === undefined ? excess.data : data(excess, options);
    report(excess.over, message as never, meta.by === "either" ? { side, ...told } : told, excess.more());
  }

  const rule: Rule<RuleMeta & Pick<Meta, "options">, Windows<Memory>> = {
    id,
    meta: { severity: "warning", expect: enhanceYourCalm, needs: [], ...meta },
    ...listens,
    state: () => new Windows(memory?.() as Memory),
    ...(listens.kinds === undefined ? { judge: count } : { frame: count, ...(judge && { judge }) }),
    ...(streamEnd && { streamEnd, ended: { withState: true } }),
    withState: ["connectionEnd"],
    connectionEnd(context) {
      context.state.end((excess, side) => tell(excess, side, context));
    },
  };
  return rule as unknown as Rule; // the engine treats all rules alike
}
