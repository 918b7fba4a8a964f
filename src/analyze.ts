// The pipeline on one screen: capture files -> packets -> TCP segments -> octets in order -> frames -> model -> findings -> pairs.
// Only reading is asynchronous. A block is read, pushed through all stages, and what came out is handed on before the next is read.
import { analyzeLogs, LogJoiner, readLogs } from "./analyze-logs.ts";
import { Clock } from "./capture/clock.ts";
import { Comments } from "./capture/comments.ts";
import { MergedCaptures } from "./capture/merge.ts";
import type { CaptureInterface } from "./capture/reader.ts";
import type { Source } from "./capture/source.ts";
import type { DiagnosticSink } from "./diagnostic.ts";
import { CallReader } from "./grpc/call-reader.ts";
import type { GrpcSink } from "./grpc/grpc-sink.ts";
import { ReflectionReader } from "./grpc/reflection.ts";
import { Schemas } from "./grpc/schema.ts";
import { fastHpack } from "./hpack/decoder.ts";
import { referenceHpack } from "./hpack/reference.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import type { Connection } from "./model/connection.ts";
import { Model } from "./model/model.ts";
import type { ModelSink } from "./model/model-sink.ts";
import { type PacketCounts, PacketDecoder } from "./net/decoder.ts";
import { Pairing } from "./pairing/pairing.ts";
import type { PairedFinding, PairSink, RecognisedSoftware, Unexplained } from "./pairing/reaction.ts";
import type { Side } from "./place.ts";
import type { CaptureInfo, InterfaceInfo, LogInfo, ReportEvent } from "./report/event.ts";
import { DiagnosticCounter, EventBuilder } from "./report/event-builder.ts";
import { RuleEngine } from "./rules/engine/engine.ts";
import { rules as builtIn } from "./rules/index.ts";
import { isDue, type Rule } from "./rules/rule.ts";
import { type RuleOptions, selectRules } from "./rules/selection.ts";
import { Assembler } from "./tcp/assembler.ts";
import { version } from "./version.ts";

/** `fast` is ours, `reference` is pcap-parser with hpack.js. */
export type Engine = "fast" | "reference";

/** What `analyze` looks at, and how. */
export interface AnalyzeOptions extends RuleOptions {
  /** `fast` is ours, `reference` is pcap-parser with hpack.js. */
  readonly engine?: Engine;
  readonly limits?: Partial<Limits>;
  /** Beside the built-in ones. */
  readonly rules?: readonly Rule[];
  /** Look at part of the capture; the rest is still decoded. */
  readonly only?: Filter;
  /** Of the messages of gRPC; those that servers tell by reflection are added to them. */
  readonly schemas?: Schemas;
  /** Also told what the model tells. */
  readonly listeners?: readonly ModelSink[];
  /** Also told of the messages and statuses of gRPC. */
  readonly callListeners?: readonly GrpcSink[];
  /** Logs of either end, to be joined with the captures; without a capture they are judged alone. */
  readonly logs?: readonly LogSource[];
  /** Leave credentials in the lines of logs; of captures the reports mask them. */
  readonly showSecrets?: boolean;
  /** Called after each block of a file. */
  readonly progress?: (progress: Progress) => void;
}

/** A log to join with the capture. */
export interface LogSource {
  /** A path, or a source of octets. */
  readonly source: string | Source;
  /** Which end wrote it; else found by its lines. */
  readonly side?: Side;
}

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

/** How far the reading of a capture has come: octets unpacked, packets read. */
export interface Progress {
  readonly file: string;
  readonly octets: number;
  readonly packets: number;
}

/** Check captures: an async iterable of the objects of `--format ndjson`. All sources are one session, ordered by time.
 *  @param sources Paths, or sources of octets.
 *  @throws H2lintError where a source cannot be read or is no capture, or an option is wrong. */
export async function* analyze(sources: readonly (string | Source)[], options: AnalyzeOptions = {}): AsyncGenerator<ReportEvent> {
  if (sources.length === 0 && (options.logs ?? []).length > 0) {
    yield* analyzeLogs(options, new Tally());
    return;
  }
  const rules = [...builtIn, ...(options.rules ?? [])];
  const engine = options.engine ?? "fast";
  const session = new Session(sources, options);
  const files = await session.open();
  const logs = await readLogs(options, session.limits, (diagnostic) => session.diagnostics.add(diagnostic));
  const names = logs.map(({ name }) => name);
  const build = new EventBuilder(session.clock, files, rules, session.comments, names);
  const chosen = new Chooser(options.only ?? {}, session.clock);
  const events: ReportEvent[] = [];
  const tally = new Tally();

  const active = selectRules(rules, options);
  let software: RecognisedSoftware | undefined;
  const results: PairSink & Required<Pick<PairSink, "unexplained">> = {
    paired(pair) {
      tally.pair(pair);
      events.push(build.finding(pair));
    },
    unexplained(one) {
      tally.unexplained();
      events.push(build.unexplained(one));
    },
  };
  // What logs add is known when all is read.
  const joiner = logs.length === 0 ? undefined : new LogJoiner(logs, session);
  const told = joiner ?? results;
  const pairing = new Pairing(
    {
      paired(pair) {
        if (chosen.finding(pair)) told.paired(pair);
      },
      unexplained(one) {
        if (chosen.reaction(one)) told.unexplained(one);
      },
      recognised(_, ends) {
        software = ends;
      },
    },
    active.find(({ rule }) => rule.meta.inPairing === true)?.severity,
  );
  const ruleEngine = new RuleEngine(active, pairing, session.limits);
  const schemas = options.schemas ?? new Schemas();
  const reflection = new ReflectionReader(schemas, session.limits);
  const calls = new CallReader([reflection, ...(options.callListeners ?? []), ruleEngine], session.limits, schemas);
  const last: ModelSink = {
    connectionStart: (connection) => chosen.connection(connection),
    connectionEnd(connection) {
      // Told just before, of this connection.
      const ends = software;
      software = undefined;
      if (!chosen.connection(connection)) return;
      tally.connection(connection);
      events.push(build.connection(connection, ends));
      chosen.connectionEnd(connection);
    },
  };

  const tool = { name: "h2lint", version, engine } as const;
  yield { kind: "run", schema: "h2lint-report/1", tool, captures: files, ...(logs.length === 0 ? {} : { logs: names }) };
  const listeners = [...(joiner === undefined ? [] : [joiner.wire]), ...(options.listeners ?? [])];
  for await (const _ of session.run([calls, ...listeners, ruleEngine, pairing, last])) {
    yield* events;
    events.length = 0;
  }
  const joined = joiner?.join(results);
  yield* events;
  for (const { diagnostic, count } of session.diagnostics) yield build.diagnostic(diagnostic, count);
  yield tally.summary(session.captures, session.diagnostics.incomplete, joined);
}

/** Capture files as one run of packets, through the pipeline up to the model. */
export class Session {
  readonly clock = new Clock();
  readonly limits: Limits;
  readonly diagnostics = new DiagnosticCounter();
  readonly comments: Comments;
  readonly captures: CaptureInfo[] = [];
  /** What became of the packets; undefined before the run. */
  packets: PacketCounts | undefined;
  readonly #captures: MergedCaptures;
  readonly #engine: Engine;
  readonly #progress: ((progress: Progress) => void) | undefined;
  readonly #report: DiagnosticSink = (diagnostic) => this.diagnostics.add(diagnostic);

  constructor(sources: readonly (string | Source)[], { engine = "fast", limits, progress }: AnalyzeOptions) {
    this.#engine = engine;
    this.#progress = progress;
    this.limits = { ...defaultLimits, ...limits };
    this.comments = new Comments(this.limits, this.#report);
    const { clock } = this;
    this.#captures = new MergedCaptures(sources, { clock, limits: this.limits, diagnostics: this.#report, engine });
  }

  /** Put the sources in order. @returns Their names in that order. */
  open(): Promise<string[]> {
    return this.#captures.open();
  }

  async *run(sinks: readonly ModelSink[]): AsyncGenerator<void> {
    const { clock } = this;
    const hpack = this.#engine === "fast" ? fastHpack : referenceHpack;
    const model = new Model(sinks, hpack, this.limits, this.#report);
    const assembler = new Assembler(model, this.limits, this.#report);
    const packets = new PacketDecoder(assembler, this.#report, this.limits);
    this.packets = packets.counts;
    for await (const { source, octets, packets: count } of this.#captures.run(this.comments.before(packets))) {
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
    for (const _ of assembler.ending()) yield;
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

  summary(captures: readonly CaptureInfo[], incomplete: boolean, logs?: readonly LogInfo[]): ReportEvent {
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

/** What `only` leaves of the connections and findings. */
export class Chooser {
  readonly #only: Filter;
  readonly #clock: Clock;
  readonly #connections = new Set<number>();

  constructor(only: Filter, clock: Clock) {
    this.#only = only;
    this.#clock = clock;
  }

  connection(connection: Connection): boolean {
    const { connection: id, host, port } = this.#only;
    const ends = [connection.address("client"), connection.address("server")];
    if (id !== undefined && connection.id !== id) return false;
    if (host !== undefined && !ends.some((end) => end.slice(0, end.lastIndexOf(":")).replace(/^\[|\]$/g, "") === host))
      return false;
    if (port !== undefined && !ends.some((end) => end.endsWith(`:${port}`))) return false;
    this.#connections.add(connection.id);
    return true;
  }

  /** Nothing more is asked about it. */
  connectionEnd({ id }: Connection): void {
    this.#connections.delete(id);
  }

  finding({ finding }: PairedFinding): boolean {
    return this.#connections.has(finding.connection) && this.exchange(finding.frame.streamId, finding.frame.time);
  }

  reaction({ connection, reaction }: Unexplained): boolean {
    return this.#connections.has(connection) && this.exchange(reaction.streamId, reaction.frame.time);
  }

  /** @param nanoseconds Since the session's first packet. */
  exchange(streamId: number, nanoseconds: number): boolean {
    const { stream, from, to } = this.#only;
    if (stream !== undefined && streamId !== stream) return false;
    const time = Number(this.#clock.text(nanoseconds));
    return (from === undefined || time >= from) && (to === undefined || time <= to);
  }
}
