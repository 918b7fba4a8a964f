import type { CaptureInfo, ConnectionEvent, FindingEvent, LogInfo, SummaryEvent } from "./report/event.ts";

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

  finding({ certainty, consequent, severity, reaction }: FindingEvent): void {
    if (certainty === "unproven") this.#unproven++;
    else if (!consequent) {
      this.#severities[severity]++;
      if (severity === "info") return;
      const answered = reaction.kind !== undefined && reaction.kind !== "log-only";
      if (answered) this.#answered++;
      if (answered || reaction.due !== undefined) this.#due++;
    }
  }

  unexplained(): void {
    this.#unexplained++;
  }

  /** @param unchecked `rule reason` and how often. */
  connection({ protocol, frames, calls }: ConnectionEvent, unchecked: Iterable<readonly [string, number]>): void {
    this.#connections++;
    if (protocol.startsWith("h2")) this.#http2++;
    this.#frames += frames;
    this.#calls += calls;
    for (const [key, count] of unchecked) this.#unchecked.set(key, (this.#unchecked.get(key) ?? 0) + count);
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
