import type { Clock } from "../capture/clock.ts";
import type { PacketSink } from "../capture/packet.ts";
import type { CallSink } from "../grpc/grpc-sink.ts";
import type { Limits } from "../limits.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { ReportEvent } from "./event.ts";
import type { ExchangeChooser } from "./exchange.ts";

/** One form of a report, written as its events arrive. */
export interface Report {
  /** Of those that show more than the events say: it also hears what the model reports. */
  readonly listener?: ModelSink;
  /** Also hears of calls. */
  readonly calls?: CallSink;
  /** Also hears of every packet, before it is decoded. */
  readonly packets?: PacketSink;
  /** Also called where a finding is made, long before its event. */
  found?(connection: number, stream: number): void;
  /** The captures are open; nothing of them was reported yet. */
  begin?(run: RunFacts): void;
  event(event: ReportEvent): void;
  /** Comes last, after the summary. @returns Where that writes much: it goes on with each step, so that who reads can be waited for. */
  end(): void | Iterable<void>;
}

/** End a report where nobody has to be waited for. */
export function endAtOnce(report: Pick<Report, "end">): void {
  for (const _ of report.end() ?? []);
}

/** What is known when a run begins. */
export interface RunFacts {
  /** Of all times that are reported as nanoseconds: to be asked when they are reported, since each session has its own zero. */
  readonly clock: Clock;
  readonly limits: Limits;
  /** Names of the captures, by index. */
  readonly files: readonly string[];
  /** Which part of the captures is reported. */
  readonly chooser: ExchangeChooser;
  /** Key logs that the captures hold, each a separate text; those known so far. */
  readonly secrets: () => readonly Uint8Array[];
}

/** Where a report goes: text, piece by piece. */
export type Output = (text: string) => void;
