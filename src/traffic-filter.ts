import type { Clock } from "./capture/clock.ts";
import type { Connection } from "./model/connection.ts";
import type { ModelSink } from "./model/model-sink.ts";
import type { PairedFinding, PairedNote, PairSink, RecognisedSoftware, Results, Unexplained } from "./pairing/reaction.ts";

/** Which part of the captures is reported; all of it is decoded. */
export interface Filter {
  readonly connection?: number;
  readonly stream?: number;
  /** Address of either end, without port. */
  readonly host?: string;
  readonly port?: number;
  /** Seconds since the epoch. */
  readonly from?: number;
  readonly to?: number;
}

/** What a filter leaves. */
export class TrafficFilter {
  readonly #only: Filter;
  readonly #clock: Clock;

  constructor(only: Filter, clock: Clock) {
    this.#only = only;
    this.#clock = clock;
  }

  /** Nothing is asked of connections. */
  get takesAll(): boolean {
    const { connection, host, port } = this.#only;
    return connection === undefined && host === undefined && port === undefined;
  }

  connection(connection: Connection): boolean {
    const { connection: id, host, port } = this.#only;
    if (id !== undefined && connection.id !== id) return false;
    if (host === undefined && port === undefined) return true;
    const ends = [connection.address("client"), connection.address("server")];
    if (host !== undefined && !ends.some((end) => end.slice(0, end.lastIndexOf(":")).replace(/^\[|\]$/g, "") === host))
      return false;
    return port === undefined || ends.some((end) => end.endsWith(`:${port}`));
  }

  /** @param nanoseconds Since the session's first packet. */
  exchange(streamId: number, nanoseconds: number): boolean {
    const { stream, from, to } = this.#only;
    if (stream !== undefined && streamId !== stream) return false;
    if (from === undefined && to === undefined) return true;
    const time = Number(this.#clock.text(nanoseconds));
    return (from === undefined || time >= from) && (to === undefined || time <= to);
  }
}

/** Hands on what a filter leaves of the results. It listens to the model, to know the connections when they begin. */
export class FilteredResults implements PairSink, Pick<ModelSink, "connectionStart"> {
  readonly #filter: TrafficFilter;
  readonly #results: Results;
  /** Those that are open and chosen; undefined: all are. */
  readonly #connections: Set<number> | undefined;

  constructor(filter: TrafficFilter, results: Results) {
    this.#filter = filter;
    this.#results = results;
    this.#connections = filter.takesAll ? undefined : new Set();
  }

  connectionStart(connection: Connection): void {
    if (this.#connections !== undefined && this.#filter.connection(connection)) this.#connections.add(connection.id);
  }

  paired(pair: PairedFinding): void {
    const { connection, frame } = pair.finding;
    if (this.#has(connection) && this.#filter.exchange(frame.streamId, frame.time)) this.#results.paired(pair);
  }

  noted(note: PairedNote): void {
    const { connection, pair } = note;
    const frame = pair?.finding.frame;
    const isChosen = frame !== undefined && this.#has(connection) && this.#filter.exchange(frame.streamId, frame.time);
    this.#results.noted?.(isChosen ? note : { ...note, pair: undefined });
  }

  unexplained(one: Unexplained, unless: readonly string[]): void {
    const { connection, reaction } = one;
    if (this.#has(connection) && this.#filter.exchange(reaction.streamId, reaction.frame.time))
      this.#results.unexplained(one, unless);
  }

  closed(connection: Connection, software: RecognisedSoftware | undefined): void {
    this.#connections?.delete(connection.id);
    if (this.#filter.connection(connection)) this.#results.closed(connection, software);
  }

  #has(connection: number): boolean {
    return this.#connections === undefined || this.#connections.has(connection);
  }
}
