import type { Clock } from "../capture/clock.ts";
import type { Connection } from "../model/connection.ts";
import { Quirks } from "../pairing/quirks.ts";
import type { PairedFinding, PairedNote, RecognisedSoftware, Results, Unexplained } from "../pairing/reaction.ts";
import type { FindingEvent } from "../report/event.ts";
import type { EventBuilder } from "../report/event-builder.ts";
import type { Rule } from "../rules/rule.ts";
import type { PartHabit, PartResult, PartResults } from "./part.ts";
import type { Share } from "./share.ts";

/** Results of a share, as lines of a part, until they are taken. */
export class ShareResults implements Results {
  readonly #build: EventBuilder;
  readonly #share: Share;
  readonly #clock: Clock;
  readonly #quirks: Quirks<{ readonly event: FindingEvent; readonly step: number }>;
  #lines: PartResults[] = [];
  /** Of the connection that is reported. */
  #connection = -1;
  #results: PartResult[] = [];
  #ends: PartResults["ends"];

  constructor(build: EventBuilder, rules: readonly Rule[], share: Share, clock: Clock) {
    this.#build = build;
    this.#share = share;
    this.#clock = clock;
    this.#quirks = new Quirks(rules);
  }

  paired(pair: PairedFinding): void {
    const { step } = this.#share;
    if (this.#quirks.keeps(pair, this.#clock.sessions, (first) => ({ event: this.#build.finding(first), step }))) return;
    this.#tell(pair.finding.connection, this.#build.finding(pair));
  }

  noted({ rule, facts, connection, client, server, pair }: PairedNote): void {
    const path = pair?.finding.path;
    const finding = pair === undefined ? {} : { finding: this.#build.finding(pair) };
    this.#tell(connection, {
      kind: "note",
      note: { rule, connection, facts, ...finding, ...(path === undefined ? {} : { path }) },
    });
    this.#ends = { client, server };
  }

  unexplained(one: Unexplained, unless: readonly string[] = []): void {
    this.#tell(one.connection, { kind: "unexplained-unless", event: this.#build.unexplained(one), unless });
  }

  closed(connection: Connection, software: RecognisedSoftware | undefined): void {
    const { id, unchecked } = connection;
    if (unchecked.size > 0) this.#tell(id, { kind: "unchecked", counts: [...unchecked] });
    this.#tell(id, this.#build.connection(connection, software));
    this.#flush();
    this.#share.told(id);
  }

  /** What came since the last time. */
  take(): readonly PartResults[] {
    this.#flush();
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  /** The run is over: what was folded over all of it. */
  takeHabits(): PartHabit[] {
    return this.#quirks
      .take()
      .map(({ key, event: { event, step }, count, connections }) => ({ step, key, event, count, connections }));
  }

  #tell(connection: number, result: PartResult): void {
    if (connection !== this.#connection) this.#flush();
    this.#connection = connection;
    this.#results.push(result);
  }

  #flush(): void {
    if (this.#results.length === 0) return;
    this.#lines.push({
      kind: "results",
      at: [this.#share.step, this.#share.placeOf(this.#connection)],
      session: this.#clock.sessions,
      ...(this.#ends === undefined ? {} : { ends: this.#ends }),
      results: this.#results,
    });
    this.#connection = -1;
    this.#results = [];
    this.#ends = undefined;
  }
}
