import type { Connection } from "./model/connection.ts";
import type { PairedFinding } from "./pairing/reaction.ts";
import type { CaptureInfo, LogInfo, SummaryEvent } from "./report/event.ts";
import { isDue } from "./rules/expectation.ts";

/** Counts what is reported, for the summary. */
export class Tally {
  #connections = 0;
  #http2 = 0;
  #frames = 0;
  #calls = 0;
  #unproven = 0;
  #unexplained = 0;
  #answered = 0;
  #due = 0;
  readonly #severities = { error: 0, warning: 0, info: 0 };
  readonly #unchecked = new Map<string, number>();

  pair({ finding, reaction }: PairedFinding): void {
    if (finding.certainty === "unproven") this.#unproven++;
    else if (!finding.consequent) {
      this.#severities[finding.severity]++;
      if (finding.severity === "info") return;
      if (reaction !== undefined) this.#answered++;
      if (reaction !== undefined || isDue(finding.expect)) this.#due++;
    }
  }

  unexplained(): void {
    this.#unexplained++;
  }

  connection(connection: Connection): void {
    this.#connections++;
    if (connection.isHttp2) this.#http2++;
    this.#frames += connection.frames;
    this.#calls += connection.calls;
    for (const [key, count] of connection.unchecked) this.#unchecked.set(key, (this.#unchecked.get(key) ?? 0) + count);
  }

  summary(captures: readonly CaptureInfo[], incomplete: boolean, logs?: readonly LogInfo[]): SummaryEvent {
    const unchecked = [...this.#unchecked].map(([key, count]) => {
      const [rule = "", reason = ""] = key.split(" ");
      return { rule, reason, count };
    });
    return {
      kind: "summary",
      captures,
      ...(logs === undefined ? {} : { logs }),
      connections: this.#connections,
      http2Connections: this.#http2,
      frames: this.#frames,
      calls: this.#calls,
      errors: this.#severities.error,
      warnings: this.#severities.warning,
      infos: this.#severities.info,
      unproven: this.#unproven,
      baseline: 0,
      answered: this.#answered,
      due: this.#due,
      unexplained: this.#unexplained,
      incomplete: incomplete || unchecked.length > 0,
      unchecked,
    };
  }
}
