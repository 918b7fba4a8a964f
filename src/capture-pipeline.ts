// Capture files -> packets -> TCP segments -> octets in order -> frames -> model -> its listeners. Only reading is asynchronous: a block is
// read, pushed through all stages, and what came out is handed on before the next is read.

import type { AnalyzeOptions, Progress } from "./analyze-options.ts";
import { Clock } from "./capture/clock.ts";
import { Comments } from "./capture/comments.ts";
import { MergedCaptures, TURN } from "./capture/merge.ts";
import type { PacketSink } from "./capture/packet.ts";
import type { CaptureInterface } from "./capture/reader.ts";
import type { Source } from "./capture/source.ts";
import { planSessions, type Session, type SessionMode } from "./capture-sessions.ts";
import type { DiagnosticSink } from "./diagnostic.ts";
import { defaultLimits, type Limits, limitsWithKeys } from "./limits.ts";
import { Model } from "./model/model.ts";
import { type PacketCounts, PacketDecoder } from "./net/decoder.ts";
import { assemblerFor, buildPipeline, type Engine, hpackOf, type Wanted } from "./pipeline.ts";
import { milliseconds, nextTurn } from "./platform/turn.ts";
import type { CaptureInfo, InterfaceInfo } from "./report/event.ts";
import { DiagnosticCounter } from "./report/event-builder.ts";
import type { Share } from "./shares/share.ts";
import { diagnoseKeys, KeyFiles, type KeySource } from "./tls/key-files.ts";

/** Capture files, session by session, through the pipeline up to the model. */
export class CapturePipeline {
  readonly clock = new Clock();
  readonly limits: Limits;
  readonly diagnostics = new DiagnosticCounter();
  readonly comments: Comments;
  readonly captures: CaptureInfo[] = [];
  /** Known once they are opened. */
  sessions: readonly Session[] = [];
  /** What became of the packets; undefined before the run. */
  packets: PacketCounts | undefined;
  /** Of TLS. */
  readonly keys: KeyFiles;
  readonly #given: readonly (string | Source | KeySource)[];
  readonly #sources: readonly (string | Source)[];
  readonly #mode: SessionMode;
  /** Of the first session. */
  #first: MergedCaptures | undefined;
  readonly #engine: Engine;
  readonly #signal: AbortSignal | undefined;
  readonly #progress: ((progress: Progress) => void) | undefined;
  readonly #share: Share | undefined;
  readonly #count: DiagnosticSink = (diagnostic) => this.diagnostics.add(diagnostic, this.#share?.step);
  // What shows before connections are distinguished shows in every share.
  readonly #report: DiagnosticSink = (diagnostic) => {
    if (this.#share?.isFirst !== false) this.#count(diagnostic);
  };

  constructor(
    sources: readonly (string | Source)[],
    {
      engine = "fast",
      keys = [],
      limits,
      progress,
      signal,
      session = "one",
    }: Pick<AnalyzeOptions, "engine" | "keys" | "limits" | "progress" | "signal" | "session">,
    share?: Share,
  ) {
    this.#share = share;
    this.#engine = engine;
    this.#progress = progress;
    this.#signal = signal;
    this.#sources = sources;
    this.#mode = session;
    this.limits = { ...defaultLimits, ...limits };
    this.keys = new KeyFiles(this.limits.tlsConnections);
    this.#given = keys;
    this.comments = new Comments(this.limits, this.#report);
  }

  /** Read the keys, find the sessions, and put their sources in order. @returns The names of all sources in that order. */
  async open(): Promise<string[]> {
    const { limits } = this;
    for (const one of this.#given) await this.keys.read(typeof one === "string" || !("source" in one) ? { source: one } : one);
    this.sessions = await planSessions(this.#sources, this.#mode, { limits, engine: this.#engine });
    const [first, ...others] = this.sessions;
    this.#first = this.#merged(first!, 0);
    const names = await this.#open(this.#first);
    return [...names, ...others.flatMap(({ sources }) => sources.map(({ name }) => name))];
  }

  /** Read all packets and tell whoever is wanted. What one block came to is reported at each step. */
  async *run(wanted: Wanted): AsyncGenerator<void> {
    let files = 0;
    let connections = 0;
    for (const [index, session] of this.sessions.entries()) {
      if (index > 0 && this.#signal?.aborted === true) break;
      let captures = this.#first!;
      if (index > 0) {
        this.clock.restart();
        captures = this.#merged(session, files);
        await this.#open(captures);
      }
      connections = yield* this.#session(captures, wanted, connections);
      files += session.sources.length;
    }
    if (this.#share === undefined) diagnoseKeys(this.keys.facts, this.#report);
    this.#noteInterruption();
    yield;
  }

  #merged({ sources }: Session, firstFile: number): MergedCaptures {
    const { clock, limits } = this;
    const signal = this.#signal === undefined ? {} : { signal: this.#signal };
    return new MergedCaptures(sources, { clock, limits, diagnostics: this.#report, engine: this.#engine, ...signal }, firstFile);
  }

  // With the secrets inside of them.
  async #open(captures: MergedCaptures): Promise<string[]> {
    const names = await captures.open();
    this.keys.store.complete = await captures.readSecrets((file) => this.keys.inside(file));
    return names;
  }

  /** @returns How many connections there were, with those before. */
  async *#session(captures: MergedCaptures, wanted: Wanted, before: number): AsyncGenerator<void, number> {
    const { clock, keys } = this;
    const limits = limitsWithKeys(this.limits, keys.store.size);
    const hpack = hpackOf(this.#engine);
    const sinks = buildPipeline(wanted, limits);
    const assembler =
      this.#share === undefined
        ? assemblerFor(sinks, hpack, limits, this.#report, keys.store, before)
        : this.#share.assembler(new Model(sinks, hpack, limits, this.#count, keys.store), sinks, limits, this.#report, before);
    const packets = new PacketDecoder(assembler, this.#report, limits, this.packets);
    this.packets = packets.counts;
    let turned = milliseconds();
    for await (const feed of captures.run(this.comments.before(toldBefore(wanted.packets, packets)))) {
      const { source, octets, packets: count } = feed;
      if (!keys.store.complete) keys.readOn();
      if (this.#progress !== undefined) {
        const of = feed.size;
        this.#progress({ file: source.name, octets, ...(of === undefined ? {} : { of }), packets: count });
      }
      yield;
      // Files are read without waiting: signals would not be heard.
      if (this.#signal === undefined || milliseconds() - turned < TURN) continue;
      await nextTurn();
      turned = milliseconds();
    }
    for (const { file, format, compression, packets: count, octets, first, last, interfaces } of captures.facts()) {
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
    yield;
    return assembler.connections;
  }

  #noteInterruption(): void {
    if (this.#signal?.aborted !== true) return;
    let packets = 0;
    for (const capture of this.captures) packets += capture.packets;
    this.#report({ code: "capture/interrupted", place: { in: "file", file: 0, offset: 0 }, data: { packets } });
  }
}

function toldBefore(others: readonly PacketSink[] = [], last: PacketSink): PacketSink {
  if (others.length === 0) return last;
  return {
    packet(packet) {
      for (const other of others) other.packet(packet);
      last.packet(packet);
    },
  };
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
