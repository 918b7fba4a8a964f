// Logs without a capture: lines -> what they tell -> the model's own findings, with the lines.
import type { AnalyzeOptions } from "./analyze-options.ts";
import { Clock } from "./capture/clock.ts";
import { defaultLimits } from "./limits.ts";
import { actorOf } from "./log/candidate.ts";
import { type Conversation, conversationsOf } from "./log/conversation.ts";
import type { LogTime, TextEvent } from "./log/event.ts";
import { joinedLine, withLogLines } from "./log/finding-lines.ts";
import { isJudged, isProvable, type Shown } from "./log/provable.ts";
import { type ReplayContext, replay } from "./log/replay.ts";
import { answeredFault, doubted, isExcused, outcomes, renamed, symptoms, uncheckAll, unnamed } from "./log/suspicion.ts";
import { readLogs } from "./log-joiner.ts";
import type { ModelSink } from "./model/model-sink.ts";
import { textsLike } from "./pairing/dictionary.ts";
import type { JoinedLine, PairedFinding, PairSink, Unexplained } from "./pairing/reaction.ts";
import { buildPipeline, hpackOf } from "./pipeline.ts";
import type { ReportEvent } from "./report/event.ts";
import { DiagnosticCounter, EventBuilder } from "./report/event-builder.ts";
import type { ActiveRule } from "./rules/engine/slot.ts";
import { rules as builtIn } from "./rules/index.ts";
import type { Rule } from "./rules/rule.ts";
import { selectRules } from "./rules/selection.ts";
import { Tally } from "./tally.ts";
import { version } from "./version.ts";

/** Logs without a capture, as far as they go: each connection that they tell of goes through the same model and rules. */
export async function* analyzeLogs(options: AnalyzeOptions): AsyncGenerator<ReportEvent> {
  const rules = [...builtIn, ...(options.rules ?? [])];
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const limits = { ...defaultLimits, ...options.limits };
  const diagnostics = new DiagnosticCounter();
  const logs = await readLogs(options, limits, (diagnostic) => diagnostics.add(diagnostic));
  const names = logs.map(({ name }) => name);
  const clock = new Clock();
  const build = new EventBuilder(clock, [], rules, undefined, names);
  const engine = options.engine ?? "fast";
  const tool = { name: "h2lint", version, engine } as const;
  yield { kind: "run", schema: "h2lint-report/1", tool, captures: [], logs: names };
  const active = selectRules(rules, options);
  const at = ({ seconds }: LogTime) => {
    const whole = Math.floor(seconds);
    return clock.at(whole, Math.round((seconds - whole) * 1e6) * 1e3);
  };
  const context = { hpack: hpackOf(engine), limits, at };
  const tally = new Tally();
  // One for all connections of a format: they come one after the other.
  const chains = new Map<string, LogChain>();
  const chainOf = (shown: Shown): LogChain => {
    const { shows, keyed, oneSided } = shown;
    const key = `${shows.length} ${shows.fields} ${keyed} ${oneSided}`;
    let chain = chains.get(key);
    if (chain === undefined) {
      chain = new LogChain(active, shown, options.listeners ?? [], context);
      chains.set(key, chain);
    }
    return chain;
  };
  const connections: number[] = [];
  let id = 0;
  for (const [index, log] of logs.entries()) {
    for (const conversation of conversationsOf(log, index, true)) {
      id++;
      const { side, key, format, texts, line, addresses } = conversation;
      const shows = format?.shows ?? NOTHING_SHOWN;
      const chain = chainOf({ shows, keyed: conversation.isKeyed, oneSided: log.side !== undefined });
      const { connection, pairs, unexplained } = chain.replay(conversation, id);
      const join = { conversation, side, pairs: [], confidence: "exact" } as const;
      const suspected = pairs.map((pair) => renamed(doubted(pair, shows.fields, byId), byId));
      const { pairs: all, unexplained: unknown } = withLogLines(suspected, unexplained, () => [join], logs);
      const lined = all.filter((pair) => {
        const excused = isExcused(pair);
        if (excused) connection.uncheck(pair.finding.rule, "lines");
        return !excused;
      });
      const named = unknown.map((one) => answeredFault(one, byId));
      const left = unknown.filter((_, i) => named[i] === undefined);
      const found = withOutcomes([...lined, ...named.filter((one) => one !== undefined)], left, conversation, (text) =>
        joinedLine(text, join, logs),
      );
      const seen = symptoms(conversation, id, found, left, byId, ({ time }) => (time === undefined ? 0 : at(time)));
      for (const { finding, event } of seen) {
        const more = texts.filter((text) => text === event || (text.tells !== "fault" && text.connection === event.connection));
        found.push({
          ...{
            finding,
            count: 1,
            verdict: "unseen",
            logOnly: toldBy(event),
            confidence: "likely",
            streamsKilled: [],
            retrySafe: [],
            lost: [],
          },
          ...explained(event),
          logs: more.slice(0, SYMPTOM_LINES).map((text) => joinedLine(text, join, logs)),
        });
      }
      const shown = [...found, ...left].flatMap(({ logs: lines }) => lines ?? []);
      const errors = unnamed(conversation, shown, found.length > 0);
      // A line that names no connection and no fault is none.
      if (format === undefined && key === undefined && found.length + left.length + errors.length === 0) continue;
      connections[index] = (connections[index] ?? 0) + 1;
      const ends = addresses.size === 1 ? [...addresses] : [];
      const logged = build.loggedConnection(
        connection!,
        {
          file: log.name,
          line,
          ...(side === undefined ? {} : { side }),
          ...(key === undefined || key === "" ? {} : { name: key }),
        },
        ends,
      );
      tally.connection(logged, connection!.unchecked);
      yield logged;
      for (const pair of found) {
        const event = build.finding(pair);
        tally.finding(event);
        yield event;
      }
      for (const one of left) {
        tally.unexplained();
        yield build.unexplained(one);
      }
      for (const event of errors) {
        const says = textsLike(event.reason ?? "")[0]?.text.says ?? event.says;
        tally.unexplained();
        yield build.loggedError(
          id,
          actorOf(event, side ?? event.side) ?? "server",
          toldBy(event),
          joinedLine(event, join, logs),
          says,
        );
      }
      if (conversation.mixed)
        diagnostics.add({ code: "log/mixed-connections", place: { in: "log", file: index, line }, data: { file: log.name } });
    }
  }
  for (const { diagnostic, count } of diagnostics) yield build.diagnostic(diagnostic, count);
  const infos = logs.map(({ name, side, formats, lines, read }, index) => ({
    ...{ file: name, formats, lines, read, connections: connections[index] ?? 0 },
    ...(side === undefined ? {} : { side }),
  }));
  yield tally.summary([], true, infos);
}

const explained = ({ reason = "", says }: TextEvent) => {
  const explanation = says ?? textsLike(reason)[0]?.text.says;
  return explanation === undefined ? {} : { explanation };
};

/** What a line says about an answer. */
const toldBy = ({ errorCode, lastStreamId, reason }: TextEvent) => ({
  ...(errorCode === undefined ? {} : { errorCode }),
  ...(lastStreamId === undefined ? {} : { lastStreamId }),
  ...(reason === undefined ? {} : { debug: reason }),
});

// Of a log alone what a program saw came of the gravest that the log shows, where no line says otherwise.
function withOutcomes(
  found: readonly PairedFinding[],
  left: readonly Unexplained[],
  conversation: Conversation,
  lineOf: (text: TextEvent) => JoinedLine,
): PairedFinding[] {
  const worst = ["error", "warning", "info"].flatMap((severity) =>
    found.filter(({ finding }) => finding.severity === severity),
  )[0];
  const told = new Set([...found, ...left].flatMap(({ logs = [] }) => logs.map(({ line }) => line)));
  const free = outcomes(conversation).filter(({ place }) => !told.has(place.line));
  if (worst === undefined || left.length > 0 || free.length === 0) return [...found];
  const more = { ...worst, logs: [...(worst.logs ?? []), ...free.slice(0, SYMPTOM_LINES).map(lineOf)] };
  return found.map((one) => (one === worst ? more : one));
}

/** Model, rules and pairing for the connections that logs of one kind tell of, each for itself. */
class LogChain {
  #pairs: PairedFinding[] = [];
  #unexplained: Unexplained[] = [];
  readonly #sinks: readonly ModelSink[];
  readonly #context: ReplayContext;
  readonly #all: readonly Rule[];
  readonly #run: readonly Rule[];

  constructor(active: readonly ActiveRule[], shown: Shown, listeners: readonly ModelSink[], context: ReplayContext) {
    const run = active
      .filter(({ rule }) => isJudged(rule, shown))
      // What is no violation blames nobody.
      .map((one): ActiveRule => (one.severity === "info" || isProvable(one.rule, shown) ? one : { ...one, unmet: "lines" }));
    this.#all = active.map(({ rule }) => rule);
    this.#run = run.map(({ rule }) => rule);
    this.#context = context;
    const results: PairSink = {
      paired: (pair) => void this.#pairs.push(pair),
      unexplained: (one) => void this.#unexplained.push(one),
    };
    this.#sinks = buildPipeline({ listeners, judged: { rules: run, results } }, context.limits);
  }

  replay(conversation: Conversation, id: number) {
    this.#pairs = [];
    this.#unexplained = [];
    const connection = replay(conversation, id, this.#sinks, this.#context, (one) => uncheckAll(one, this.#all, this.#run));
    return { connection, pairs: this.#pairs, unexplained: this.#unexplained };
  }
}

const NOTHING_SHOWN = { length: false, fields: "none" } as const;
const SYMPTOM_LINES = 10;
