import type { Connection } from "../../model/connection.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import type { Finding, Need } from "../finding.ts";
import type { Context, ReportOptions, Subject } from "../rule.ts";
import type { Judged } from "./judged.ts";
import type { Slot } from "./slot.ts";

/** Takes what a rule reports. */
export interface Reporter {
  report(
    slot: Slot,
    judged: Judged,
    subject: Subject | FrameRef,
    message: string,
    data: Told,
    more: ReportOptions | undefined,
  ): void;
}

/** The holes of a message, or what makes them where they are needed. */
export type Told = Finding["data"] | (() => Finding["data"]);

/** What the handlers of one rule are given last: one object per rule, which points to the connection that is judged. */
export class RuleContext implements Context {
  readonly #slot: Slot;
  readonly #reporter: Reporter;
  #judged: Judged | undefined;
  #session: unknown;

  constructor(slot: Slot, reporter: Reporter) {
    this.#slot = slot;
    this.#reporter = reporter;
  }

  /** For the call that follows. */
  of(judged: Judged): this {
    this.#judged = judged;
    return this;
  }

  get connection(): Connection {
    return this.#judged!.connection;
  }

  /** Made when a handler first asks: most rules keep nothing of most connections. */
  get state(): unknown {
    const { stateIndex, makeState } = this.#slot;
    if (makeState === undefined) return undefined;
    const { states } = this.#judged!;
    return (states[stateIndex] ??= makeState());
  }

  get session(): unknown {
    return (this.#session ??= this.#slot.makeSession?.());
  }

  get options(): Readonly<Record<string, number>> {
    return this.#slot.options;
  }

  // Handlers take them out of the context: `{ report }`.
  readonly report = (subject: Subject | FrameRef, message: string, data: Told, more?: ReportOptions): void =>
    this.#reporter.report(this.#slot, this.#judged!, subject, message, data, more);

  readonly uncheck = (need: Need): void => this.#judged!.connection.uncheck(this.#slot.rule.id, need);
}
