import type { ModelSink } from "../model/model-sink.ts";
import type { ReportEvent } from "./event.ts";

/** One form of a report, written as its events arrive. `end` comes last, after the summary. */
export interface Report {
  /** Of those that show more than the events say: also told what the model tells. */
  readonly listener?: ModelSink;
  event(event: ReportEvent): void;
  end(): void;
}

/** Where a report goes: text, piece by piece. */
export type Output = (text: string) => void;
