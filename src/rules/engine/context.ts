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
  /** By number of the rule; shorter than that until the rule asks. */
  states: unknown[];
}

/** Numbers the rules with a state as they first ask for one: those that most connections have come first, so that the list of a
 *  connection is as short as can be. */
export class StateNumbers {
  #next = 0;

  next(): number {
    return this.#next++;
  }
}

/** What the handlers of one rule are given last: one object per rule, which points to the connection that is judged. */
export class RuleContext implements Context {
  readonly #rule: Rule;
  readonly #make: Rule["state"];
  readonly #numbers: StateNumbers;
  readonly #reporter: Reporter;
  readonly options: Readonly<Record<string, number>>;
  #number = -1;
  #of: States | undefined = undefined;
  #session: unknown = undefined;

  constructor(rule: Rule, numbers: StateNumbers, options: Readonly<Record<string, number>>, reporter: Reporter) {
    this.#rule = rule;
    this.#make = rule.state;
    this.#numbers = numbers;
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
    const make = this.#make;
    if (make === undefined) return undefined;
    if (this.#number < 0) this.#number = this.#numbers.next();
    const judged = this.#of!;
    if (this.#number >= judged.states.length) judged.states = roomier(judged.states, this.#number);
    return (judged.states[this.#number] ??= make.call(this.#rule));
  }

  get hasState(): boolean {
    return this.keeps(this.#of!);
  }

  /** The rule keeps something of this connection. */
  keeps({ states }: States): boolean {
    return this.#number >= 0 && this.#number < states.length && states[this.#number] !== undefined;
  }

  get session(): unknown {
    return (this.#session ??= this.#rule.session?.());
  }

  // Handlers take them out of the context: `{ report }`.
  readonly report = (subject: Subject | FrameRef, message: string, data: MessageData, more?: ReportOptions): void =>
    this.#reporter(subject, message, data, more);

  readonly uncheck = (need: Need): void => this.#of!.connection.uncheck(this.#rule.id, need);
}

// An array grown by `push` has room for seventeen: most connections need a few.
function roomier(states: readonly unknown[], number: number): unknown[] {
  const grown = new Array<unknown>(Math.max(4, 2 ** Math.ceil(Math.log2(number + 1)))).fill(undefined);
  for (let i = 0; i < states.length; i++) grown[i] = states[i];
  return grown;
}

/** Of a connection that no rule keeps anything of. */
export const noStates: unknown[] = [];
