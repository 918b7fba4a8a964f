import type { Clock } from "./capture/clock.ts";
import type { Connection } from "./model/connection.ts";
import { Quirks } from "./pairing/quirks.ts";
import type { PairedFinding, PairSink, RecognisedSoftware, Unexplained } from "./pairing/reaction.ts";
import type { FindingEvent, ReportEvent } from "./report/event.ts";
import type { EventBuilder } from "./report/event-builder.ts";
import type { Rule } from "./rules/rule.ts";
import { Tally } from "./tally.ts";

/** Results as objects of a report, counted, until they are taken. */
export class ResultEvents implements Required<PairSink> {
  readonly tally = new Tally();
  readonly build: EventBuilder;
  readonly #quirks: Quirks<FindingEvent>;
  readonly #clock: Clock;
  #events: ReportEvent[] = [];

  constructor(build: EventBuilder, rules: readonly Rule[], clock: Clock) {
    this.build = build;
    this.#clock = clock;
    this.#quirks = new Quirks(rules);
  }

  paired(pair: PairedFinding): void {
    if (this.#quirks.keeps(pair, this.#clock.sessions, (first) => this.build.finding(first))) return;
    this.tally.pair(pair);
    this.#events.push(this.build.finding(pair));
  }

  unexplained(one: Unexplained): void {
    this.tally.unexplained();
    this.#events.push(this.build.unexplained(one));
  }

  closed(connection: Connection, software: RecognisedSoftware | undefined): void {
    this.tally.connection(connection);
    this.#events.push(this.build.connection(connection, software));
  }

  /** The run is over: what was folded over all of it is reported. */
  end(): void {
    for (const { pair, event, count, connections } of this.#quirks.take()) {
      this.tally.pair(pair);
      this.#events.push({ ...event, count, ...(connections > 1 ? { connections } : {}) });
    }
  }

  /** What came since the last time. */
  take(): readonly ReportEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
