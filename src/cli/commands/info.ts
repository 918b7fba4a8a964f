// `h2lint info`: what is in the captures, and how much of it can be judged.
import { CapturePipeline } from "../../capture-pipeline.ts";
import { PathNamer } from "../../grpc/naming/path-namer.ts";
import type { PathLogs } from "../../log-joiner.ts";
import { InfoCollector, infoJson, infoTable } from "../../report/info.ts";
import { findCaptures } from "../captures.ts";
import { formatOf } from "../formats.ts";
import { interruption } from "../interruption.ts";
import { pathLogsOf } from "../path-logs.ts";
import { loadSchemas } from "../protos.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { lookOf, ProgressLine } from "../terminal.ts";

export async function info(task: Task): Promise<number> {
  const format = formatOf(task);
  const progress = new ProgressLine(task);
  const sources = await findCaptures(task.operands, task.requireComplete);
  const captures = new CapturePipeline(sources, {
    ...analyzeOptions(task, sources),
    signal: interruption.signal(),
    progress: progress.update,
  });
  const schemas = loadSchemas(task.protos);
  const namer = new PathNamer(schemas, captures.limits);
  const collector = new InfoCollector(namer);
  let logs: PathLogs | undefined;
  try {
    await captures.open();
    logs = await pathLogsOf(task, captures);
    for await (const _ of captures.run({ schemas, calls: [], listeners: [namer, ...(logs?.listeners ?? []), collector] }));
  } finally {
    progress.clear();
  }
  namer.logged = logs?.paths;
  for (const diagnostic of logs?.diagnostics ?? []) captures.diagnostics.add(diagnostic);
  const sessions = captures.sessions.map(({ sources, because }) => ({ files: sources.map(({ name }) => name), because }));
  const told = collector.report(captures.captures, captures.packets!, captures.diagnostics, captures.keys.infos);
  const report = captures.captures.length > 1 ? { ...told, sessions } : told;
  if (format === "json") infoJson(stdout.write, report);
  else infoTable(stdout.write, lookOf(task), report);
  stdout.flush();
  return 0;
}
