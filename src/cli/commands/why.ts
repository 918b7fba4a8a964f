// `h2lint why`: why a call failed, in a few sentences.
import { analyze } from "../../analyze.ts";
import { Clock } from "../../capture/clock.ts";
import { Inventory } from "../../report/inventory.ts";
import { meaningJson, meaningTable } from "../../report/meaning.ts";
import { Causes, concerns, whyJson, whyTable } from "../../report/why.ts";
import { WordKeeper } from "../../report/words.ts";
import { TrafficFilter } from "../../traffic-filter.ts";
import { findCaptures } from "../captures.ts";
import { formatOf } from "../formats.ts";
import { interruption } from "../interruption.ts";
import { loadSchemas } from "../protos.ts";
import { SelectionWatch } from "../selection-watch.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { lookOf, ProgressLine } from "../terminal.ts";

export async function why(task: Task): Promise<number> {
  const format = formatOf(task);
  const { text, only } = task;
  if (text !== undefined && task.operands.length + task.logs.length === 0) {
    if (format === "json") meaningJson(stdout.write, text);
    else meaningTable(stdout.write, lookOf(task), text, task.rules);
    stdout.flush();
    return 0;
  }
  // What a program reads stays English.
  const causes = format === "json" ? new Causes(task.rules) : new Causes(task.rules, task.language);
  const { from: _, to: __, ...untimed } = only;
  const filter = new TrafficFilter(untimed, new Clock());
  const words = new WordKeeper(text ?? "", (connection) => filter.connection(connection));
  const progress = new ProgressLine(task);
  const watch = new SelectionWatch(only);
  const captures: string[] = [];
  // What ends a stream may stand on stream 0.
  const { stream, ...rest } = only;
  const failed = new Inventory((connection) => filter.connection(connection), stream);
  try {
    const sources = task.operands.length === 0 ? [] : await findCaptures(task.operands, task.requireComplete);
    for await (const event of analyze(sources, {
      ...analyzeOptions(task, sources),
      signal: interruption.signal(),
      only: rest,
      schemas: loadSchemas(task.protos),
      logs: task.logs,
      showSecrets: task.showSecrets,
      listeners: text === undefined ? [failed, ...watch.listeners] : [words, failed, ...watch.listeners],
      progress: progress.update,
    })) {
      if (event.kind === "summary") watch.check(event.captures);
      if (event.kind === "run") captures.push(...event.captures, ...(event.logs ?? []));
      if (stream === undefined || concerns(event, stream)) causes.event(event);
    }
  } finally {
    progress.clear();
  }
  const answer = causes.answer(
    text,
    words.found.filter((word) => stream === undefined || word.stream === stream || word.stream === 0),
    failed,
  );
  if (format === "json") whyJson(stdout.write, captures, answer);
  else whyTable(stdout.write, lookOf(task), answer, task.rules);
  stdout.flush();
  return 0;
}
