// `h2lint calls`: one row an exchange, and what their messages hold.
import { CapturePipeline } from "../../capture-pipeline.ts";
import { healthService } from "../../grpc/health-service.ts";
import { PathNamer } from "../../grpc/naming/path-namer.ts";
import type { Schemas } from "../../grpc/schema.ts";
import { type CallsView, callsJson, callsNdjson, callsTable } from "../../report/calls.ts";
import { type ExchangeListener, ExchangeLister } from "../../report/exchange.ts";
import { callsHar } from "../../report/har.ts";
import { MessageKeeper, MessageLister } from "../../report/messages.ts";
import { MetadataKeeper } from "../../report/metadata.ts";
import { NamedCalls } from "../../report/named-calls.ts";
import type { Output } from "../../report/report.ts";
import { TrafficFilter } from "../../traffic-filter.ts";
import { findCaptures } from "../captures.ts";
import { formatsOf } from "../command-words.ts";
import { formatOf } from "../formats.ts";
import { interruption } from "../interruption.ts";
import { commitAll, openFile, outputOf } from "../output-file.ts";
import { pathLogsOf, reportLogs } from "../path-logs.ts";
import { loadSchemas } from "../protos.ts";
import { SelectionWatch } from "../selection-watch.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { lookOf } from "../terminal.ts";

export async function calls(task: Task): Promise<number> {
  const format = formatOf(task);
  const sources = await findCaptures(task.operands, task.requireComplete);
  const captures = new CapturePipeline(sources, { ...analyzeOptions(task, sources), signal: interruption.signal() });
  await captures.open();
  const filter = new TrafficFilter(task.only, captures.clock);
  const watch = new SelectionWatch(task.only);
  const schemas = loadSchemas(task.protos);
  const files = task.outputs.map((output) => {
    const { format: of, path } = outputOf(output, formatsOf("calls"));
    const file = openFile(path);
    return { file, view: callsView(of, file.write, { ...task, color: false }, captures, filter) };
  });
  const views = [callsView(format, stdout.write, task, captures, filter), ...files.map(({ view }) => view)];
  const listeners = views.flatMap(({ listener }) => (listener === undefined ? [] : [listener]));
  const view: CallsView = {
    exchange(exchange) {
      for (const one of views) one.exchange(exchange);
    },
    end() {
      for (const one of views) one.end();
    },
  };
  const messages = task.messages ? messageListing(schemas, task.showSecrets, captures, filter, view) : undefined;
  const namer = new PathNamer(schemas, captures.limits);
  const logs = await pathLogsOf(task, captures);
  const emit: ExchangeListener = (exchange, stream) => {
    if (messages === undefined) view.exchange(exchange);
    else messages.lister.exchange(exchange, stream);
  };
  const readLogs = logs === undefined ? undefined : () => void (namer.logged = logs.paths);
  const named = new NamedCalls(namer, captures.limits, emit, readLogs);
  const lister = new ExchangeLister(() => captures.clock, filter, captures.limits, named.exchange, {
    schemas,
    showSecrets: task.showSecrets,
    metadata: new MetadataKeeper(
      { fields: files.length > 0 || format !== "table" || task.verbose, showSecrets: task.showSecrets },
      captures.limits,
    ),
  });
  for await (const _ of captures.run({
    schemas,
    calls: [...(messages === undefined ? [] : [messages.keeper]), ...listeners, lister],
    listeners: [namer, ...(logs?.listeners ?? []), ...listeners, ...watch.listeners],
    exchanges: lister,
  }))
    await stdout.drained();
  watch.check(captures.captures);
  named.end();
  if (logs !== undefined) reportLogs(logs, task);
  messages?.lister.end();
  view.end();
  commitAll(files.map(({ file }) => file));
  stdout.flush();
  return 0;
}

function callsView(format: string, output: Output, task: Task, captures: CapturePipeline, filter: TrafficFilter): CallsView {
  switch (format) {
    case "json":
      return callsJson(output);
    case "ndjson":
      return callsNdjson(output);
    case "har": {
      const { clock, limits } = captures;
      return callsHar(output, { chooser: filter, clock: () => clock, limits, showSecrets: task.showSecrets });
    }
    default:
      return callsTable(output, lookOf(task));
  }
}

function messageListing(
  schemas: Schemas,
  showSecrets: boolean,
  captures: CapturePipeline,
  filter: TrafficFilter,
  view: CallsView,
) {
  const { limits } = captures;
  schemas.addKnown(healthService());
  const keeper = new MessageKeeper(filter, limits);
  const lister = new MessageLister(
    keeper,
    schemas,
    limits,
    () => captures.clock,
    (exchange) => view.exchange(exchange),
    showSecrets,
  );
  return { keeper, lister };
}
