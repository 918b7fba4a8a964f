// `h2lint timeline`: the streams of every connection as they went.
import { analyze } from "../../analyze.ts";
import { Clock } from "../../capture/clock.ts";
import { healthService } from "../../grpc/health-service.ts";
import { endAtOnce } from "../../report/report.ts";
import { Timeline } from "../../report/timeline.ts";
import { TimelineMessages } from "../../report/timeline-messages.ts";
import { TrafficFilter } from "../../traffic-filter.ts";
import { findCaptures } from "../captures.ts";
import { formatOf, reportOf } from "../formats.ts";
import { interruption } from "../interruption.ts";
import { loadSchemas } from "../protos.ts";
import { SelectionWatch } from "../selection-watch.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { lookOf } from "../terminal.ts";

export async function timeline(task: Task): Promise<number> {
  const { only, verbose, limits } = task;
  if (formatOf(task) === "html") return timelinePage(task);
  const { stream: _, ...rest } = only;
  const schemas = loadSchemas(task.protos);
  if (task.messages) schemas.addKnown(healthService());
  const messages = task.messages
    ? new TimelineMessages(schemas, task.limits, task.showSecrets, (connection, stream) => {
        return (only.connection ?? connection.id) === connection.id && (only.stream ?? stream) === stream;
      })
    : undefined;
  const watch = new SelectionWatch(only);
  const filter = new TrafficFilter(rest, new Clock()); // which connections are chosen does not depend on the time
  const view = new Timeline(stdout.write, lookOf(task), {
    all: verbose,
    frames: limits.timelineFrames,
    framesTotal: limits.timelineFramesTotal,
    isChosen: (connection) => filter.connection(connection),
    ...(messages === undefined ? {} : { messages }),
    ...(only.stream === undefined ? {} : { stream: only.stream }),
  });
  const sources = await findCaptures(task.operands, task.requireComplete);
  for await (const event of analyze(sources, {
    ...analyzeOptions(task, sources),
    signal: interruption.signal(),
    only: rest,
    schemas,
    listeners: [view, ...watch.listeners],
    callListeners: messages === undefined ? [] : [messages],
  })) {
    if (event.kind === "connection" && !event.protocol.startsWith("h2") && !verbose) view.pass(event.id);
    else view.event(event);
    await stdout.drained();
    if (event.kind === "summary") watch.check(event.captures);
  }
  return 0;
}

/** The same page as that of `check`. */
async function timelinePage(task: Task): Promise<number> {
  const report = await reportOf("html", stdout.write, task);
  const { stream: _, ...only } = task.only;
  const sources = await findCaptures(task.operands, task.requireComplete);
  for await (const event of analyze(sources, {
    ...analyzeOptions(task, sources),
    signal: interruption.signal(),
    only,
    listeners: report.listener === undefined ? [] : [report.listener],
  }))
    report.event(event);
  endAtOnce(report);
  stdout.flush();
  return 0;
}
