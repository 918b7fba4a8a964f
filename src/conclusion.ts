// What a run comes to, as events in their order, counted. The same whether they are made here or come from parts of the run.
import type { ConnectionEvent, FindingEvent, ReportEvent, UnexplainedEvent } from "./report/event.ts";
import { Tally } from "./tally.ts";

/** Events of results, counted, until they are taken. */
export class Conclusion {
  readonly tally = new Tally();
  #events: ReportEvent[] = [];

  finding(event: FindingEvent): void {
    this.tally.finding(event);
    this.#events.push(event);
  }

  unexplained(event: UnexplainedEvent): void {
    this.tally.unexplained();
    this.#events.push(event);
  }

  /** @param unchecked `rule reason` and how often. */
  connection(event: ConnectionEvent, unchecked: Iterable<readonly [string, number]>): void {
    this.tally.connection(event, unchecked);
    this.#events.push(event);
  }

  /** A habit of some software. @param event Of the first time that it showed. */
  habit(event: FindingEvent, count: number, connections: number): void {
    this.finding({ ...event, count, ...(connections > 1 ? { connections } : {}) });
  }

  /** What came since the last time. */
  take(): readonly ReportEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
