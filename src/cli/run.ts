import { closeSync, openSync, writeSync } from "node:fs";
import { dirname, extname, relative, resolve } from "node:path";
import { type AnalyzeOptions, analyze, Chooser, Session } from "../analyze.ts";
import { Clock } from "../capture/clock.ts";
import { H2lintError } from "../error.ts";
import { CallReader } from "../grpc/call-reader.ts";
import { healthService } from "../grpc/health-service.ts";
import { ReflectionReader } from "../grpc/reflection.ts";
import { RpcReader } from "../grpc/rpc-reader.ts";
import type { Schemas } from "../grpc/schema.ts";
import { defaultLimits } from "../limits.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Assertions } from "../report/assertions.ts";
import { Budgets } from "../report/budget.ts";
import { type CallsView, callsJson, callsNdjson, callsTable } from "../report/calls.ts";
import { checkReport } from "../report/check.ts";
import { compareJson, compareTable } from "../report/compare.ts";
import { compareShapes } from "../report/comparison.ts";
import { difference, differenceJson, differenceTable } from "../report/difference.ts";
import type { SummaryEvent } from "../report/event.ts";
import { ExchangeLister } from "../report/exchange.ts";
import { FrameLister } from "../report/frame-object.ts";
import { framesTable } from "../report/frames.ts";
import { githubReport } from "../report/github.ts";
import { gitlabReport } from "../report/gitlab.ts";
import { callsHar } from "../report/har.ts";
import { htmlReport } from "../report/html/html.ts";
import { InfoCollector, infoJson, infoTable } from "../report/info.ts";
import { jsonReport, ndjsonReport } from "../report/json.ts";
import { junitReport } from "../report/junit.ts";
import { markdownReport } from "../report/markdown.ts";
import { MessageKeeper, MessageLister } from "../report/messages.ts";
import { MetadataKeeper } from "../report/metadata.ts";
import type { Output, Report } from "../report/report.ts";
import { reproCommand } from "../report/repro.ts";
import { RequestKeeper } from "../report/request-keeper.ts";
import { explainRule, readExamples, rulesJson, rulesTable } from "../report/rules.ts";
import { sarifReport } from "../report/sarif.ts";
import { jsonText } from "../report/text.ts";
import { Timeline } from "../report/timeline.ts";
import { TimelineMessages } from "../report/timeline-messages.ts";
import { Causes, concerns, whyJson, whyTable } from "../report/why.ts";
import { WordKeeper } from "../report/words.ts";
import { rules } from "../rules/index.ts";
import type { Rule, Severity } from "../rules/rule.ts";
import { severities } from "../rules/severity.ts";
import { openBaseline } from "./baseline.ts";
import { findCaptures } from "./captures.ts";
import { shapeOf } from "./compared.ts";
import { completionScript } from "./completion.ts";
import { type LoadedConfig, loadConfig } from "./config.ts";
import { cut } from "./cut.ts";
import { commandLine, type Invocation } from "./options.ts";
import { grpcurlSchema, loadSchemas } from "./protos.ts";
import { findingsIn } from "./reported.ts";
import { lookOf, ProgressLine } from "./terminal.ts";

/** An invocation with the rest filled in, and what the configuration adds. */
interface Task extends Invocation {
  readonly failOn: Severity | "never";
  readonly requireComplete: boolean;
  readonly thresholds: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly assert: Assertions | undefined;
  /** The user's own. */
  readonly userRules: readonly Rule[];
  /** All that there are. */
  readonly rules: readonly Rule[];
}

/** Do what was asked for. @returns The exit status (interface.md). */
export async function run(given: Invocation): Promise<number> {
  const invocation = configured(given, await loadConfig(given.config, process.cwd()));
  stdout.begin();
  switch (invocation.command) {
    case "check":
      return check(invocation);
    case "info":
      return info(invocation);
    case "timeline":
      return timeline(invocation);
    case "calls":
      return calls(invocation);
    case "frames":
      return frames(invocation);
    case "why":
      return why(invocation);
    case "compare":
      return compare(invocation);
    case "diff":
      return diff(invocation);
    case "cut":
      return cut(invocation, options(invocation));
    case "repro":
      return repro(invocation);
    case "rules":
      return listRules(invocation);
    case "explain":
      return explain(invocation);
    case "completion":
      return completion(invocation);
    default:
      return invocation.command satisfies never;
  }
}

// The command line goes before the configuration file, and that before the defaults.
function configured(invocation: Invocation, { path, config, rules: userRules }: LoadedConfig): Task {
  const taken = userRules.find(({ id }) => rules.some((rule) => rule.id === id));
  if (taken !== undefined) throw new H2lintError("config", `${path}: ruleFiles: the name ${taken.id} is taken`);
  const settings = Object.entries(config.rules ?? {}).map(([id, setting]) => {
    const [severity, thresholds] = typeof setting === "string" ? [setting, {}] : setting;
    return { id, severity, thresholds };
  });
  return {
    ...invocation,
    failOn: invocation.failOn ?? config.failOn ?? "error",
    preset: invocation.preset ?? config.preset,
    profile: invocation.profile ?? config.profile,
    baseline: invocation.baseline ?? besideOf(path, config.baseline),
    requireComplete: invocation.requireComplete ?? config.requireComplete ?? false,
    severities: [...settings.map(({ id, severity }) => [id, severity] as const), ...invocation.severities],
    thresholds: Object.fromEntries(
      settings.filter(({ thresholds }) => Object.keys(thresholds).length > 0).map(({ id, thresholds }) => [id, thresholds]),
    ),
    assert: config.assert,
    userRules,
    rules: [...rules, ...userRules],
  };
}

// What a configuration names lies beside it.
const besideOf = (path: string | undefined, file: string | undefined): string | undefined =>
  path === undefined || file === undefined ? undefined : relative(process.cwd(), resolve(dirname(path), file)) || file;

const stdout = new (class {
  #pending = "";

  /** Forget what a run before this one, in the same process, failed to finish. */
  begin(): void {
    this.#pending = "";
  }

  // Written in large pieces: a report of many frames would otherwise be one system call a line.
  readonly write: Output = (text) => {
    this.#pending += text;
    if (this.#pending.length > 1 << 16) this.flush();
  };

  flush(): void {
    if (this.#pending !== "") process.stdout.write(this.#pending);
    this.#pending = "";
  }
})();

async function check(invocation: Task): Promise<number> {
  const format = formatOf(invocation, CHECK_FORMATS);
  const known = openBaseline(invocation.baseline, invocation);
  const budgets = budgetsOf(invocation);
  const reports = [reportOf(format, stdout.write, invocation)];
  const files = invocation.outputs.map((output) => openOutput(output, invocation));
  if (format === "github") files.push(...stepSummary(invocation));
  reports.push(...files.map(({ report }) => report));
  const progress = new ProgressLine(invocation);
  let summary: SummaryEvent | undefined;
  try {
    const sources = invocation.operands.length === 0 ? [] : await findCaptures(invocation.operands);
    for await (const event of analyze(sources, {
      ...options(invocation),
      schemas: loadSchemas(invocation.protos),
      logs: invocation.logs,
      showSecrets: invocation.showSecrets,
      listeners: [...listenersOf(reports), ...(budgets === undefined ? [] : [budgets])],
      progress: progress.update,
    })) {
      const marked = known?.baseline.take(event) ?? [event];
      for (const told of budgets === undefined ? marked : marked.flatMap((one) => budgets.take(one))) {
        for (const report of reports) report.event(told);
        if (told.kind === "summary") summary = told;
      }
    }
  } finally {
    progress.clear();
  }
  for (const report of reports) report.end();
  for (const { close } of files) close();
  stdout.flush();
  // A run that saw nothing must not forget everything.
  if (known !== undefined && invocation.updateBaseline && summary!.http2Connections > 0) {
    const done = known.update();
    if (!invocation.quiet) process.stderr.write(`h2lint: ${done}\n`);
  }
  return status(summary!, invocation);
}

// Unproven and consequent findings are not among the counts.
function status(
  { errors, warnings, infos, budgets, http2Connections, incomplete }: SummaryEvent,
  { failOn, requireComplete }: Task,
): number {
  const found = errors + (failOn === "error" ? 0 : warnings) + (failOn === "info" ? infos : 0);
  if (failOn !== "never" && found + (budgets?.broken ?? 0) > 0) return 1;
  return http2Connections === 0 || (requireComplete && incomplete) ? 3 : 0;
}

function budgetsOf({ assert, only, operands }: Task): Budgets | undefined {
  if (assert === undefined) return undefined;
  const { stream, from, to, ...connections } = only;
  const part = [stream, from, to].some((one) => one !== undefined);
  const partial =
    operands.length === 0
      ? "a log shows part of the traffic only"
      : part
        ? "only part of the connections is looked at"
        : undefined;
  // Which connections are chosen does not depend on the time.
  const chooser = new Chooser(connections, new Clock());
  return new Budgets(assert, {
    ...(partial === undefined ? {} : { partial }),
    isChosen(connection) {
      const chosen = chooser.connection(connection);
      chooser.connectionEnd(connection);
      return chosen;
    },
  });
}

const listenersOf = (reports: readonly Report[]): ModelSink[] =>
  reports.flatMap(({ listener }) => (listener === undefined ? [] : [listener]));

async function timeline(invocation: Task): Promise<number> {
  const { only, verbose } = invocation;
  if (formatOf(invocation, ["table", "html"]) === "html") return timelinePage(invocation);
  const { stream: _, ...rest } = only;
  const schemas = loadSchemas(invocation.protos);
  if (invocation.messages) schemas.addKnown(healthService());
  const messages = invocation.messages
    ? new TimelineMessages(schemas, defaultLimits, invocation.showSecrets, (connection, stream) => {
        return (only.connection ?? connection.id) === connection.id && (only.stream ?? stream) === stream;
      })
    : undefined;
  const view = new Timeline(stdout.write, lookOf(invocation), {
    all: verbose,
    frames: 20_000,
    ...(messages === undefined ? {} : { messages }),
    ...(only.stream === undefined ? {} : { stream: only.stream }),
  });
  for await (const event of analyze(await findCaptures(invocation.operands), {
    ...options(invocation),
    only: rest,
    schemas,
    listeners: [view],
    callListeners: messages === undefined ? [] : [messages],
  })) {
    if (event.kind === "connection" && !event.protocol.startsWith("h2") && !verbose) continue;
    view.event(event);
    stdout.flush();
  }
  return 0;
}

async function info(invocation: Task): Promise<number> {
  const format = formatOf(invocation, ["table", "json"]);
  const progress = new ProgressLine(invocation);
  const session = new Session(await findCaptures(invocation.operands), { ...options(invocation), progress: progress.update });
  const collector = new InfoCollector();
  try {
    await session.open();
    for await (const _ of session.run([collector]));
  } finally {
    progress.clear();
  }
  const report = collector.report(session.captures, session.packets!, session.diagnostics);
  if (format === "json") infoJson(stdout.write, report);
  else infoTable(stdout.write, lookOf(invocation), report);
  stdout.flush();
  return 0;
}

/** The same page as that of `check`. */
async function timelinePage(invocation: Task): Promise<number> {
  const report = reportOf("html", stdout.write, invocation);
  const { stream: _, ...only } = invocation.only;
  for await (const event of analyze(await findCaptures(invocation.operands), {
    ...options(invocation),
    only,
    listeners: listenersOf([report]),
  }))
    report.event(event);
  report.end();
  stdout.flush();
  return 0;
}

async function calls(invocation: Task): Promise<number> {
  const format = formatOf(invocation, CALLS_FORMATS);
  const session = new Session(await findCaptures(invocation.operands), options(invocation));
  await session.open();
  const chosen = new Chooser(invocation.only, session.clock);
  const schemas = loadSchemas(invocation.protos);
  const files = invocation.outputs.map((output) => {
    const { format: of, path } = outputOf(output, CALLS_FORMATS);
    const file = openFile(path, "w");
    return { ...file, view: callsView(of, file.write, { ...invocation, color: false }, session, chosen) };
  });
  const views = [callsView(format, stdout.write, invocation, session, chosen), ...files.map(({ view }) => view)];
  const listeners = views.flatMap(({ listener }) => (listener === undefined ? [] : [listener]));
  const view: CallsView = {
    exchange(exchange) {
      for (const one of views) one.exchange(exchange);
    },
    end() {
      for (const one of views) one.end();
    },
  };
  const messages = invocation.messages ? messageListing(schemas, invocation.showSecrets, session, chosen, view) : undefined;
  const reader = new CallReader([...(messages?.sinks ?? []), ...listeners], session.limits);
  const lister = new ExchangeLister(
    () => session.clock,
    chosen,
    session.limits,
    (exchange, key) => {
      if (messages === undefined) view.exchange(exchange);
      else messages.lister.exchange(exchange, key);
    },
    {
      schemas,
      showSecrets: invocation.showSecrets,
      metadata: new MetadataKeeper(
        { fields: files.length > 0 || format !== "table" || invocation.verbose, showSecrets: invocation.showSecrets },
        session.limits,
      ),
    },
  );
  const rpc = new RpcReader([...(messages === undefined ? [] : [messages.rpc]), lister], session.limits);
  for await (const _ of session.run([reader, ...listeners, rpc, lister])) stdout.flush();
  messages?.lister.end();
  view.end();
  for (const { close } of files) close();
  stdout.flush();
  return 0;
}

function callsView(format: string, output: Output, invocation: Task, session: Session, chooser: Chooser): CallsView {
  switch (format) {
    case "json":
      return callsJson(output);
    case "ndjson":
      return callsNdjson(output);
    case "har": {
      const { clock, limits } = session;
      return callsHar(output, { chooser, clock: () => clock, limits, showSecrets: invocation.showSecrets });
    }
    default:
      return callsTable(output, lookOf(invocation));
  }
}

function messageListing(schemas: Schemas, showSecrets: boolean, session: Session, chosen: Chooser, view: CallsView) {
  const { limits } = session;
  schemas.addKnown(healthService());
  const keeper = new MessageKeeper(chosen, limits);
  const lister = new MessageLister(
    keeper,
    schemas,
    limits,
    () => session.clock,
    (exchange) => view.exchange(exchange),
    showSecrets,
  );
  return { sinks: [new ReflectionReader(schemas, limits), keeper], rpc: keeper.rpc, lister };
}

async function frames(invocation: Task): Promise<number> {
  const format = formatOf(invocation, ["table", "ndjson"]);
  const { only } = invocation;
  const row = format === "ndjson" ? undefined : framesTable(stdout.write, lookOf(invocation));
  const sources = await findCaptures(invocation.operands);
  let names: readonly string[] = [];
  const lister = new FrameLister(
    () => session.clock,
    () => names,
    invocation.showSecrets,
    (frame) => {
      if (only.connection !== undefined && frame.connection !== only.connection) return;
      if (only.stream !== undefined && frame.streamId !== only.stream) return;
      if (row !== undefined) row(frame);
      else {
        const { text: _, ...listing } = frame;
        stdout.write(`${jsonText(listing)}\n`);
      }
    },
  );
  const session = new Session(sources, options(invocation));
  names = await session.open();
  for await (const _ of session.run([lister]));
  stdout.flush();
  return 0;
}

async function diff(invocation: Task): Promise<number> {
  const format = formatOf(invocation, ["table", "json"]);
  const [old = "", now = ""] = invocation.operands;
  const before = await findingsIn(old, options(invocation));
  const found = difference(before, await findingsIn(now, options(invocation)));
  if (format === "json") differenceJson(stdout.write, [old, now], found);
  else differenceTable(stdout.write, lookOf(invocation), [old, now], found);
  stdout.flush();
  return 0;
}

async function why(invocation: Task): Promise<number> {
  const format = formatOf(invocation, ["table", "json"]);
  const { text, only } = invocation;
  const causes = new Causes(invocation.rules);
  const { from: _, to: __, ...untimed } = only;
  const chosen = new Chooser(untimed, new Clock());
  const words = new WordKeeper(text ?? "", (connection) => chosen.connection(connection));
  const progress = new ProgressLine(invocation);
  const captures: string[] = [];
  // What ends a stream may stand on stream 0.
  const { stream, ...rest } = only;
  try {
    const sources = invocation.operands.length === 0 ? [] : await findCaptures(invocation.operands);
    for await (const event of analyze(sources, {
      ...options(invocation),
      only: rest,
      schemas: loadSchemas(invocation.protos),
      logs: invocation.logs,
      showSecrets: invocation.showSecrets,
      listeners: text === undefined ? [] : [words],
      progress: progress.update,
    })) {
      if (event.kind === "run") captures.push(...event.captures, ...(event.logs ?? []));
      if (stream === undefined || concerns(event, stream)) causes.event(event);
    }
  } finally {
    progress.clear();
  }
  const answer = causes.answer(
    text,
    words.found.filter((word) => stream === undefined || word.stream === stream || word.stream === 0),
  );
  if (format === "json") whyJson(stdout.write, captures, answer);
  else whyTable(stdout.write, lookOf(invocation), answer);
  stdout.flush();
  return 0;
}

async function compare(invocation: Task): Promise<number> {
  const format = formatOf(invocation, ["table", "json"]);
  const [first = "", second = ""] = invocation.operands;
  const bad = await shapeOf(first, options(invocation));
  const good = await shapeOf(second, options(invocation));
  const comparison = compareShapes(bad, good);
  if (format === "json") compareJson(stdout.write, bad, good, comparison);
  else compareTable(stdout.write, lookOf(invocation), bad, good, comparison);
  stdout.flush();
  return 0;
}

async function repro(invocation: Task): Promise<number> {
  formatOf(invocation, ["table"]);
  const { only, protos, showSecrets } = invocation;
  if (only.stream === undefined)
    throw new H2lintError("usage", "repro needs --stream N, and --connection N where there are several");
  const schemas = loadSchemas(protos);
  const session = new Session(await findCaptures(invocation.operands), options(invocation));
  await session.open();
  const chosen = new Chooser(only, session.clock);
  const messages = new MessageKeeper(chosen, session.limits);
  const keeper = new RequestKeeper(chosen, messages, session.limits);
  const reflection = new ReflectionReader(schemas, session.limits);
  for await (const _ of session.run([new CallReader([reflection, messages], session.limits), keeper]));
  const request = keeper.request(schemas);
  if (request === undefined) {
    const where = only.connection === undefined ? "" : ` on connection ${only.connection}`;
    throw new H2lintError("not-found", `there is no stream ${only.stream}${where} in this capture`);
  }
  if (keeper.more > 0)
    stdout.write(`# ${keeper.more} more connections have a stream ${only.stream}: --connection N says which one\n`);
  stdout.write(reproCommand(request, { showSecrets, schemaArguments: (file) => grpcurlSchema(protos, file) }));
  stdout.flush();
  return 0;
}

function listRules(invocation: Task): number {
  if (formatOf(invocation, ["table", "json"]) === "json") rulesJson(stdout.write, invocation.rules);
  else rulesTable(stdout.write, lookOf(invocation), invocation.rules);
  stdout.flush();
  return 0;
}

function explain(invocation: Task): number {
  formatOf(invocation, ["table"]);
  const [id = ""] = invocation.operands;
  const rule = invocation.rules.find((candidate) => candidate.id === id);
  if (rule === undefined)
    throw new H2lintError("usage", `no rule is named ${id}${nearest(id, invocation.rules)} (see h2lint rules)`);
  explainRule(stdout.write, lookOf(invocation), rule, readExamples()[id] ?? {});
  stdout.flush();
  return 0;
}

function completion({ operands, rules }: Task): number {
  const formats = [...new Set([...CHECK_FORMATS, ...CALLS_FORMATS])];
  const ids = rules.map(({ id }) => id);
  stdout.write(completionScript(operands[0] === "zsh" ? "zsh" : "bash", commandLine(), formats, ids));
  stdout.flush();
  return 0;
}

function nearest(id: string, rules: readonly Rule[]): string {
  const tail = id.slice(id.indexOf("/") + 1);
  const like = rules.filter((rule) => rule.id.endsWith(`/${tail}`) || (tail.length > 3 && rule.id.includes(tail))).slice(0, 3);
  return like.length === 0 ? "" : `; did you mean ${like.map((rule) => rule.id).join(", ")}?`;
}

function options({ engine, preset, profile, severities, thresholds, userRules, only }: Task): AnalyzeOptions {
  return {
    ...{ engine, severities, thresholds, only, rules: userRules },
    ...(preset === undefined ? {} : { preset }),
    ...(profile === undefined ? {} : { profile }),
  };
}

function reportOf(format: string, output: Output, task: Task): Report {
  switch (format) {
    case "json":
      return jsonReport(output);
    case "ndjson":
      return ndjsonReport(output);
    case "sarif":
      return sarifReport(output, task.rules);
    case "junit":
      return junitReport(output, (severity) => severities.indexOf(severity) <= severities.indexOf(task.failOn as Severity));
    case "github":
      // An annotation that asks for nothing hides the one that does.
      return githubReport(output, task.failOn === "info" || task.verbose);
    case "gitlab":
      return gitlabReport(output);
    case "markdown":
      return markdownReport(output, task.rules);
    case "html": {
      const { rules, showSecrets, only } = task;
      const { stream } = only;
      return htmlReport(output, { limits: defaultLimits, rules, showSecrets, ...(stream === undefined ? {} : { stream }) });
    }
    default:
      return checkReport(output, lookOf(task), task.rules);
  }
}

const CALLS_FORMATS = ["table", "json", "ndjson", "har"];
const CHECK_FORMATS = ["table", "json", "ndjson", "sarif", "junit", "github", "gitlab", "markdown", "html"];

// `never` is none of them, and so fails nothing.

function formatOf({ format, command }: Task, known: readonly string[]): string {
  const wanted = format ?? known[0]!;
  if (!known.includes(wanted)) throw new H2lintError("usage", `--format ${wanted}: ${command} writes ${known.join(", ")}`);
  return wanted;
}

function openOutput(text: string, invocation: Task): OpenReport {
  const { format, path } = outputOf(text, CHECK_FORMATS);
  return openReport(format, path, "w", invocation);
}

// `[FORMAT=]FILE`, the format by extension.
function outputOf(text: string, known: readonly string[]): { readonly format: string; readonly path: string } {
  const named = known.find((format) => text.startsWith(`${format}=`));
  if (named !== undefined && text.length > named.length + 1) return { format: named, path: text.slice(named.length + 1) };
  const format = EXTENSIONS[extname(text)];
  if (format === undefined || !known.includes(format))
    throw new H2lintError("usage", `--output ${text}: no format is known by this extension; use FORMAT=FILE`);
  return { format, path: text };
}

// In a GitHub workflow the job's page shows what is appended to this file.
function stepSummary(invocation: Task): OpenReport[] {
  const path = process.env["GITHUB_STEP_SUMMARY"] ?? "";
  return path === "" ? [] : [openReport("markdown", path, "a", invocation)];
}

interface OpenReport {
  readonly report: Report;
  readonly close: () => void;
}

function openReport(format: string, path: string, flags: "w" | "a", invocation: Task): OpenReport {
  const { write, close } = openFile(path, flags);
  return { report: reportOf(format, write, { ...invocation, color: false }), close };
}

function openFile(path: string, flags: "w" | "a"): { readonly write: Output; readonly close: () => void } {
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (error) {
    throw new H2lintError("unreadable", `${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? "error"})`);
  }
  return { write: (piece) => void writeSync(file, piece), close: () => closeSync(file) };
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  ".json": "json",
  ".ndjson": "ndjson",
  ".txt": "table",
  ".sarif": "sarif",
  ".xml": "junit",
  ".md": "markdown",
  ".html": "html",
  ".har": "har",
};
