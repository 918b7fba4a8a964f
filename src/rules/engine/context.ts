import type { Connection } from "../../model/connection.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import type { Finding, Need } from "../finding.ts";
import type { Context, ReportOptions, Rule, Subject } from "../rule.ts";

/** The holes of a message, or what makes them where they are needed. */
export type MessageData = Finding["data"] | (() => Finding["data"]);

/** Takes what one rule reports of the connection that is judged. */
export type Reporter = (subject: Subject | FrameRef, message: string, data: MessageData, more: ReportOptions | undefined) => void;

/** A connection, with what rules keep of it. */
export interface States {
  readonly connection: Connection;
  /** By `stateIndex`; shorter than that until a rule asks. */
  readonly states: unknown[];
}

/** What the handlers of one rule are given last: one object per rule, which points to the connection that is judged. */
export class RuleContext implements Context {
  readonly #rule: Rule;
  readonly #stateIndex: number;
  readonly #reporter: Reporter;
  readonly options: Readonly<Record<string, number>>;
  #of: States | undefined;
  #session: unknown;

  /** @param stateIndex Among the rules with a state of the connection. */
  constructor(rule: Rule, stateIndex: number, options: Readonly<Record<string, number>>, reporter: Reporter) {
    this.#rule = rule;
    this.#stateIndex = stateIndex;
    this.#reporter = reporter;
    this.options = options;
  }

  /** For the call that follows. */
  of(judged: States): this {
    this.#of = judged;
    return this;
  }

  get connection(): Connection {
    return this.#of!.connection;
  }

  /** Made when a handler first asks: most rules keep nothing of most connections. */
  get state(): unknown {
    const { states } = this.#of!;
    return (states[this.#stateIndex] ??= this.#rule.state?.());
  }

  get session(): unknown {
    return (this.#session ??= this.#rule.session?.());
  }

  // Handlers take them out of the context: `{ report }`.
  readonly report = (subject: Subject | FrameRef, message: string, data: MessageData, more?: ReportOptions): void =>
    this.#reporter(subject, message, data, more);

  readonly uncheck = (need: Need): void => this.#of!.connection.uncheck(this.#rule.id, need);
}
