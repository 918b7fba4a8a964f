// Capture files -> packets -> TCP segments -> octets in order -> frames -> model -> its listeners. Only reading is asynchronous: a block is
// read, pushed through all stages, and what came out is handed on before the next is read.
import type { AnalyzeOptions, Progress } from "./analyze-options.ts";
import { Clock } from "./capture/clock.ts";
import { Comments } from "./capture/comments.ts";
import { MergedCaptures } from "./capture/merge.ts";
import type { CaptureInterface } from "./capture/reader.ts";
import type { Source } from "./capture/source.ts";
import type { DiagnosticSink } from "./diagnostic.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { type PacketCounts, PacketDecoder } from "./net/decoder.ts";
import { assemblerFor, buildPipeline, type Engine, hpackOf, type Wanted } from "./pipeline.ts";
import type { CaptureInfo, InterfaceInfo } from "./report/event.ts";
import { DiagnosticCounter } from "./report/event-builder.ts";
import { KeyFiles, type KeySource } from "./tls/key-files.ts";

/** Capture files as one run of packets, through the pipeline up to the model. */
export class CapturePipeline {
  readonly clock = new Clock();
  readonly limits: Limits;
  readonly diagnostics = new DiagnosticCounter();
  readonly comments: Comments;
  readonly captures: CaptureInfo[] = [];
  /** What became of the packets; undefined before the run. */
  packets: PacketCounts | undefined;
  /** Of TLS. */
  readonly keys: KeyFiles;
  readonly #given: readonly (string | Source | KeySource)[];
  readonly #captures: MergedCaptures;
  readonly #engine: Engine;
  readonly #progress: ((progress: Progress) => void) | undefined;
  readonly #report: DiagnosticSink = (diagnostic) => this.diagnostics.add(diagnostic);

  constructor(
    sources: readonly (string | Source)[],
    { engine = "fast", keys = [], limits, progress }: Pick<AnalyzeOptions, "engine" | "keys" | "limits" | "progress">,
  ) {
    this.#engine = engine;
    this.#progress = progress;
    this.limits = { ...defaultLimits, ...limits };
    this.keys = new KeyFiles(this.limits.tlsConnections);
    this.#given = keys;
    this.comments = new Comments(this.limits, this.#report);
    const { clock } = this;
    this.#captures = new MergedCaptures(sources, { clock, limits: this.limits, diagnostics: this.#report, engine });
  }

  /** Put the sources in order, and read the keys. @returns Their names in that order. */
  async open(): Promise<string[]> {
    for (const one of this.#given) await this.keys.read(typeof one === "string" || !("source" in one) ? { source: one } : one);
    const names = await this.#captures.open();
    this.keys.store.complete = await this.#captures.readSecrets((file) => this.keys.inside(file));
    return names;
  }

  /** Read all packets and tell whoever is wanted. What one block came to has been told at each step. */
  async *run(wanted: Wanted): AsyncGenerator<void> {
    const { clock, keys, limits } = this;
    const hpack = hpackOf(this.#engine);
    const assembler = assemblerFor(buildPipeline(wanted, limits), hpack, limits, this.#report, keys.store);
    const packets = new PacketDecoder(assembler, this.#report, limits);
    this.packets = packets.counts;
    for await (const { source, octets, packets: count } of this.#captures.run(this.comments.before(packets))) {
      if (!keys.store.complete) keys.readOn();
      this.#progress?.({ file: source.name, octets, packets: count });
      yield;
    }
    for (const { file, format, compression, packets: count, octets, first, last, interfaces } of this.#captures.facts()) {
      this.captures.push({
        file,
        format,
        ...(compression === undefined ? {} : { compression }),
        packets: count,
        octets,
        ...(count === 0 ? {} : { start: clock.text(first), end: clock.text(last) }),
        ...(interfaces.length === 0 ? {} : { interfaces: interfaces.map(interfaceInfo) }),
      });
    }
    packets.end();
    keys.store.complete = true;
    for (const _ of assembler.ending()) yield;
    keys.diagnose(this.#report);
    yield;
  }
}

function interfaceInfo({ name, description, filter, os, linkType, packets }: CaptureInterface): InterfaceInfo {
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(filter === undefined ? {} : { filter }),
    ...(os === undefined ? {} : { os }),
    linkType,
    packets,
  };
}
