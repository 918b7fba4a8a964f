// Captures, and logs of either end, in; the objects of a report out.
import type { AnalyzeOptions } from "./analyze-options.ts";
import type { Source } from "./capture/source.ts";
import { CapturePipeline } from "./capture-pipeline.ts";
import { Schemas } from "./grpc/schema.ts";
import type { ReportEvent } from "./report/event.ts";
import { EventBuilder } from "./report/event-builder.ts";
import type { Report } from "./report/report.ts";
import { ResultEvents } from "./result-events.ts";
import type { Finding } from "./rules/finding.ts";
import { rules as builtIn } from "./rules/index.ts";
import { selectRules } from "./rules/selection.ts";
import { FilteredResults, TrafficFilter } from "./traffic-filter.ts";
import { version } from "./version.ts";

/** Check captures: an async iterable of the objects of `--format ndjson`. All sources are one session, ordered by time.
 *  @param sources Paths, or sources of octets.
 *  @throws H2lintError where a source cannot be read or is no capture, or an option is wrong. */
export async function* analyze(sources: readonly (string | Source)[], options: AnalyzeOptions = {}): AsyncGenerator<ReportEvent> {
  for await (const events of analyzeFor(sources, options, [])) yield* events;
}

/** The same for reports that hear more than events, as many events at once as there are: to wait for each costs more than many a
 *  connection does.
 *  @param reports Of the run and of packets; their other listeners are among the options. */
export async function* analyzeFor(
  sources: readonly (string | Source)[],
  options: AnalyzeOptions,
  reports: readonly Pick<Report, "begin" | "packets" | "found">[],
): AsyncGenerator<readonly ReportEvent[]> {
  const { engine = "fast", only = {}, schemas = new Schemas(), listeners = [], callListeners = [], logs = [] } = options;
  if (sources.length === 0 && logs.length > 0) {
    for await (const event of (await import("./analyze-logs.ts")).analyzeLogs(options)) yield [event];
    return;
  }
  const rules = [...builtIn, ...(options.rules ?? [])];
  const captures = new CapturePipeline(sources, options);
  const { clock, comments, diagnostics } = captures;
  const files = await captures.open();
  // What logs add is known when all is read.
  const joiner = logs.length === 0 ? undefined : await (await import("./log-joiner.ts")).openJoiner(options, captures);
  const results = new ResultEvents(new EventBuilder(clock, files, rules, comments, joiner?.names), rules, clock);
  const chooser = new TrafficFilter(only, clock);
  const filtered = new FilteredResults(chooser, joiner?.before(results) ?? results);
  const finders = reports.flatMap((one) => (one.found === undefined ? [] : [one]));
  const found = ({ connection, frame }: Finding) => {
    for (const one of finders) one.found?.(connection, frame.streamId);
  };
  const judged = { rules: selectRules(rules, options), results: filtered, ...(finders.length === 0 ? {} : { found }) };

  const { limits, keys: keyFiles } = captures;
  for (const one of reports) one.begin?.({ clock, limits, files, chooser, secrets: () => keyFiles.inCaptures });
  const packets = reports.flatMap(({ packets: sink }) => sink ?? []);
  const tool = { name: "h2lint", version, engine } as const;
  yield [
    {
      kind: "run",
      schema: "h2lint-report/1",
      tool,
      captures: files,
      ...(joiner === undefined ? {} : { logs: joiner.names }),
    },
  ];
  const heard = [filtered, ...(joiner === undefined ? [] : [joiner.wire]), ...listeners];
  for await (const _ of captures.run({ schemas, calls: callListeners, listeners: heard, packets, judged })) {
    const events = results.take();
    if (events.length > 0) yield events;
  }
  const joined = joiner?.join(results);
  results.end();
  yield results.take();
  yield Array.from(diagnostics, ({ diagnostic, count }) => results.build.diagnostic(diagnostic, count));
  const summary = results.tally.summary(captures.captures, diagnostics.incomplete(false), joined);
  const keys = captures.keys.infos;
  yield [keys.length === 0 ? summary : { ...summary, keys }];
}
