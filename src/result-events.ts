import type { Connection } from "./model/connection.ts";
import type { PairedFinding, PairSink, RecognisedSoftware, Unexplained } from "./pairing/reaction.ts";
import type { ReportEvent } from "./report/event.ts";
import type { EventBuilder } from "./report/event-builder.ts";
import { Tally } from "./tally.ts";

/** Results as objects of a report, counted, until they are taken. */
export class ResultEvents implements Required<PairSink> {
  readonly tally = new Tally();
  readonly build: EventBuilder;
  #events: ReportEvent[] = [];

  constructor(build: EventBuilder) {
    this.build = build;
  }

  paired(pair: PairedFinding): void {
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

  /** What came since the last time. */
  take(): readonly ReportEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
