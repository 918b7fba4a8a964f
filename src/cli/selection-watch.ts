import { Clock } from "../capture/clock.ts";
import { H2lintError } from "../error.ts";
import type { Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import type { CaptureInfo } from "../report/event.ts";
import type { Selection } from "../shares/part.ts";
import { type Filter, TrafficFilter } from "../traffic-filter.ts";

/** Whether `--connection` and the like chose anything: a selection that matches nothing is a slip, and must not look like a good result. */
export class SelectionWatch implements ModelSink {
  readonly #only: Filter;
  readonly #filter: TrafficFilter;
  #connections = 0;
  #matched = false;

  constructor(only: Filter) {
    this.#only = only;
    const { from: _, to: __, ...untimed } = only;
    // Without times the clock is not asked.
    this.#filter = new TrafficFilter(untimed, new Clock());
  }

  /** Whoever has to hear of it: nobody where nothing was asked for. */
  get listeners(): readonly ModelSink[] {
    return Object.keys(this.#only).length === 0 ? [] : [this];
  }

  frame(frame: Frame, _stream: Stream | undefined, connection: Connection): void {
    if (this.#matched || frame.streamId !== this.#only.stream) return;
    this.#matched = this.#filter.connection(connection);
  }

  connectionEnd(connection: Connection): void {
    this.#connections++;
    if (this.#only.stream === undefined && this.#filter.connection(connection)) this.#matched = true;
  }

  /** What was seen so far. */
  get seen(): Selection {
    return { connections: this.#connections, matched: this.#matched };
  }

  /** What was seen elsewhere. */
  add({ connections, matched }: Selection): void {
    this.#connections += connections;
    this.#matched ||= matched;
  }

  /** @param captures As they were read. @throws H2lintError where nothing was chosen of what there is. */
  check(captures: readonly CaptureInfo[]): void {
    const { from = 0, to = Number.POSITIVE_INFINITY } = this.#only;
    const inTime = captures.some(({ start, end }) => Number(end ?? 0) >= from && Number(start ?? 0) <= to);
    const asked = Object.entries(this.#only).map(([name, value]) => `--${name} ${value}`);
    if ((this.#matched && inTime) || asked.length === 0 || this.#connections === 0) return;
    const there = this.#connections === 1 ? "there is 1 connection" : `there are ${this.#connections} connections`;
    throw new H2lintError("not-found", `nothing matches ${asked.join(" ")}: ${there} (see h2lint info and h2lint timeline)`);
  }
}
