import type { Clock } from "./capture/clock.ts";
import { Conclusion } from "./conclusion.ts";
import type { Connection } from "./model/connection.ts";
import { Quirks } from "./pairing/quirks.ts";
import type { PairedFinding, RecognisedSoftware, Results, Unexplained } from "./pairing/reaction.ts";
import type { FindingEvent, ReportEvent } from "./report/event.ts";
import type { EventBuilder } from "./report/event-builder.ts";
import type { Rule } from "./rules/rule.ts";

/** Results as objects of a report, counted, until they are taken. */
export class ResultEvents implements Results {
  readonly build: EventBuilder;
  readonly #conclusion = new Conclusion();
  readonly #quirks: Quirks<FindingEvent>;
  readonly #clock: Clock;

  constructor(build: EventBuilder, rules: readonly Rule[], clock: Clock) {
    this.build = build;
    this.#clock = clock;
    this.#quirks = new Quirks(rules);
  }

  get tally(): Conclusion["tally"] {
    return this.#conclusion.tally;
  }

  paired(pair: PairedFinding): void {
    if (this.#quirks.keeps(pair, this.#clock.sessions, (first) => this.build.finding(first))) return;
    this.#conclusion.finding(this.build.finding(pair));
  }

  unexplained(one: Unexplained): void {
    this.#conclusion.unexplained(this.build.unexplained(one));
  }

  closed(connection: Connection, software: RecognisedSoftware | undefined): void {
    this.#conclusion.connection(this.build.connection(connection, software), connection.unchecked);
  }

  /** The run is over: what was folded over all of it is reported. */
  end(): void {
    for (const { event, count, connections } of this.#quirks.take()) this.#conclusion.habit(event, count, connections);
  }

  /** What came since the last time. */
  take(): readonly ReportEvent[] {
    return this.#conclusion.take();
  }
}
