// One share of the connections. All packets go through the assembler, so that numbers, lifetimes and evictions of connections are those of a
// run over all; of connections of other shares nobody reads the octets.
import type { DiagnosticSink } from "../diagnostic.ts";
import { CallReader } from "../grpc/call-reader.ts";
import { Hearsay } from "../hearsay.ts";
import type { Limits } from "../limits.ts";
import type { Model } from "../model/model.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { SegmentSink, TcpSegment } from "../net/segment.ts";
import type { Origin } from "../place.ts";
import { Assembler, type FlowListener } from "../tcp/assembler.ts";
import { unread } from "../tcp/byte-stream.ts";
import type { Flow, FlowReader } from "../tcp/flow.ts";
import { Usage } from "../usage.ts";

/** Which share of how many, from 0. */
export interface ShareName {
  readonly index: number;
  readonly of: number;
}

/** Counts steps alike in every share: what happens within one step concerns one connection. */
export class Share {
  readonly name: ShareName;
  readonly hearsay = new Hearsay();
  /** Connections that are over, and wait for keys: the step in which they ended. */
  readonly #waiting = new Map<number, number>();
  readonly #usage = new Usage();
  #model: Model | undefined;
  #calls: CallReader | undefined;

  constructor(name: ShareName) {
    this.name = name;
  }

  /** What all shares notice alike is reported by this one. */
  get isFirst(): boolean {
    return this.name.index === 0;
  }

  get step(): number {
    return this.hearsay.step;
  }

  /** The step that decides the order of what comes of a connection: that in which it ended, where it waited for keys since. */
  placeOf(connection: number): number {
    return this.#waiting.get(connection) ?? this.step;
  }

  /** All that comes of the connection came. */
  told(connection: number): void {
    this.#waiting.delete(connection);
  }

  /** The most that was held so far. */
  get usage(): Usage {
    this.#raise();
    return this.#usage;
  }

  #raise(): void {
    const usage = this.#model?.usage;
    if (usage === undefined) return;
    usage.messages = this.#calls?.mostKept ?? 0;
    this.#usage.raise(usage);
  }

  /** Of one session. @param sinks The listeners of the model. */
  assembler(model: Model, sinks: readonly ModelSink[], limits: Limits, diagnose: DiagnosticSink, before: number): ShareAssembler {
    this.#raise();
    this.#model = model;
    this.#calls = sinks.find((sink) => sink instanceof CallReader);
    model.hearsay = this.hearsay;
    return new ShareAssembler(this, model, limits, diagnose, before);
  }

  takes({ low, high, ports, prefixes }: Flow): boolean {
    let hash = mix(mix(mix(0, low), high), ports);
    if (prefixes !== undefined) for (const word of prefixes) hash = mix(hash, word);
    hash ^= hash >>> 16;
    return (hash >>> 0) % this.name.of === this.name.index;
  }

  /** @internal */
  ends(connection: number): void {
    this.#waiting.set(connection, this.step);
  }
}

/** Reassembles all connections, and has those of the share read. */
class ShareAssembler implements SegmentSink, FlowListener {
  readonly #share: Share;
  readonly #hearsay: Hearsay;
  readonly #model: Model;
  readonly #assembler: Assembler;
  readonly #other: FlowReader;

  constructor(share: Share, model: Model, limits: Limits, diagnose: DiagnosticSink, before: number) {
    this.#share = share;
    this.#hearsay = share.hearsay;
    this.#model = model;
    this.#assembler = new Assembler(this, limits, diagnose, before);
    // One segment may end several connections.
    this.#other = { close: () => void this.#hearsay.step++ };
  }

  get connections(): number {
    return this.#assembler.connections;
  }

  segment(segment: TcpSegment): void {
    this.#hearsay.step++;
    this.#assembler.segment(segment);
  }

  ending(): Generator<void> {
    return this.#assembler.ending();
  }

  open(flow: Flow): FlowReader {
    if (this.#share.takes(flow)) return new OwnReader(this.#share, flow.id, this.#model.open(flow));
    this.#model.pass(flow);
    flow.attach(0, unread);
    flow.attach(1, unread);
    return this.#other;
  }

  end(): void {
    this.#model.end();
  }
}

export type { ShareAssembler };

class OwnReader implements FlowReader {
  readonly #share: Share;
  readonly #id: number;
  readonly #reader: FlowReader;

  constructor(share: Share, id: number, reader: FlowReader) {
    this.#share = share;
    this.#id = id;
    this.#reader = reader;
  }

  window(side: 0 | 1, zero: boolean, at: Origin): void {
    this.#reader.window?.(side, zero, at);
  }

  close(): void {
    this.#share.ends(this.#id);
    this.#reader.close();
    this.#share.hearsay.step++;
  }
}

const mix = (hash: number, word: number): number => Math.imul(hash ^ (hash >>> 15) ^ word, 0x85ebca6b);
