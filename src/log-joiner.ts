// Logs beside a capture: their lines are put beside what the capture shows.
import type { AnalyzeOptions } from "./analyze-options.ts";
import { fileSource } from "./capture/source.ts";
import type { CapturePipeline } from "./capture-pipeline.ts";
import type { Diagnostic, DiagnosticSink } from "./diagnostic.ts";
import type { LoggedPaths } from "./grpc/naming/logged.ts";
import type { Limits } from "./limits.ts";
import { joinConversations, joinLogs, type LogSummary } from "./log/join.ts";
import { type Log, readLog } from "./log/reader.ts";
import { namedRequests } from "./log/request-names.ts";
import { RequestKeeper } from "./log/requests.ts";
import { WireFrames } from "./log/wire.ts";
import type { ModelSink } from "./model/model-sink.ts";
import type { PairedFinding, PairSink, Results, Unexplained } from "./pairing/reaction.ts";
import type { LogInfo } from "./report/event.ts";

/** @throws H2lintError where a log cannot be read. */
export async function openJoiner(options: AnalyzeOptions, captures: CapturePipeline): Promise<LogJoiner> {
  const logs = await readLogs(options, captures.limits, (diagnostic) => captures.diagnostics.add(diagnostic));
  return new LogJoiner(logs, captures);
}

/** @param paths What requests ask for is wanted too.
 *  @throws H2lintError where one cannot be read. */
export async function readLogs(
  { logs: sources = [], showSecrets = false }: AnalyzeOptions,
  limits: Limits,
  diagnostics: DiagnosticSink,
  paths = false,
): Promise<Log[]> {
  const logs: Log[] = [];
  for (const [index, { source, side }] of sources.entries()) {
    const opened = typeof source === "string" ? fileSource(source) : source;
    logs.push(await readLog(opened, index, side, { limits, diagnostics, showSecrets, paths }));
  }
  return logs;
}

/** Keeps what was found until the end, when the lines of the logs can be put beside it. */
export class LogJoiner {
  /** A listener of the model. */
  readonly wire: WireFrames;
  readonly names: readonly string[];
  readonly #logs: readonly Log[];
  readonly #captures: CapturePipeline;
  readonly #pairs: PairedFinding[] = [];
  readonly #unexplained: Unexplained[] = [];

  constructor(logs: readonly Log[], captures: CapturePipeline) {
    this.#logs = logs;
    this.names = logs.map(({ name }) => name);
    this.#captures = captures;
    this.wire = new WireFrames(captures.limits, (diagnostic) => captures.diagnostics.add(diagnostic));
  }

  /** Takes what is to be joined; that a connection is over is reported at once. */
  before(results: Results): Results {
    return {
      paired: (pair) => void this.#pairs.push(pair),
      unexplained: (one) => void this.#unexplained.push(one),
      closed: (connection, software) => results.closed(connection, software),
    };
  }

  /** Tell what waited, with the lines that belong to it. */
  join(sink: PairSink): LogInfo[] {
    const { clock, limits, diagnostics } = this.#captures;
    const seconds = (time: number) => Number(clock.text(time));
    const report: DiagnosticSink = (diagnostic) => diagnostics.add(diagnostic);
    const context = { wireSeconds: seconds, limits, diagnostics: report };
    const result = joinLogs(this.#logs, this.wire, this.#pairs, this.#unexplained, context);
    for (const pair of result.pairs) sink.paired(pair);
    for (const one of result.unexplained) sink.unexplained?.(one);
    return result.logs.map(logInfo);
  }
}

/** @throws H2lintError where a log cannot be read. */
export async function openPathLogs(options: AnalyzeOptions, captures: CapturePipeline): Promise<PathLogs> {
  const noticed: Diagnostic[] = [];
  return new PathLogs(await readLogs(options, captures.limits, (one) => void noticed.push(one), true), captures, noticed);
}

/** Finds the :path of requests in logs, where the captures lack it. */
export class PathLogs {
  /** Of the model. */
  readonly listeners: readonly ModelSink[];
  readonly #wire: WireFrames;
  readonly #requests: RequestKeeper;
  readonly #logs: readonly Log[];
  readonly #captures: CapturePipeline;
  readonly #noticed: Diagnostic[];
  #joined: Diagnostic[] = [];

  /** @param noticed What was noticed when the logs were read; owned from here on. */
  constructor(logs: readonly Log[], captures: CapturePipeline, noticed: Diagnostic[]) {
    this.#logs = logs;
    this.#captures = captures;
    this.#noticed = noticed;
    this.#wire = new WireFrames(captures.limits, (diagnostic) => void noticed.push(diagnostic));
    this.#requests = new RequestKeeper(captures.limits);
    this.listeners = [this.#wire, this.#requests];
  }

  /** What was noticed of the logs, and of their connections when they were compared last. */
  get diagnostics(): readonly Diagnostic[] {
    return [...this.#noticed, ...this.#joined];
  }

  /** What they say, as far as the captures were read. */
  get paths(): LoggedPaths {
    const { clock, limits } = this.#captures;
    const wireSeconds = (time: number) => Number(clock.text(time));
    const noticed: Diagnostic[] = [];
    const diagnostics: DiagnosticSink = (one) => void noticed.push(one);
    const joined = joinConversations(this.#logs, this.#wire, [], { wireSeconds, limits, diagnostics });
    this.#joined = noticed;
    return namedRequests(joined, this.#requests.connections, this.#logs, wireSeconds);
  }
}

function logInfo({ log, side, conversations, joined, offset }: LogSummary): LogInfo {
  return {
    file: log.name,
    ...(side === undefined ? {} : { side }),
    ...{ formats: log.formats, lines: log.lines, read: log.read, connections: conversations, joined },
    ...(offset === undefined ? {} : { clockOffset: Math.round(offset * 1e6) / 1e6 }),
  };
}
