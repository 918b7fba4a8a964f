// `h2lint check`: what is wrong in the captures, in each of the formats that were asked for.
import { analyzeFor } from "../../analyze.ts";
import type { AnalyzeOptions } from "../../analyze-options.ts";
import type { Source } from "../../capture/source.ts";
import { findCaptures } from "../captures.ts";
import { type Audience, conclude, type Events } from "../conclude.ts";
import { HeapGrowth } from "../heap.ts";
import { interruption } from "../interruption.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { workersFor } from "../workers/number.ts";

/** @param live Read instead of what the operands name, to its own end. */
export async function check(task: Task, live?: readonly Source[]): Promise<number> {
  if (task.shard !== undefined) return (await import("./shard.ts")).shard(task, task.shard);
  return conclude(task, (audience) => eventsOf(task, audience, live));
}

async function* eventsOf(task: Task, audience: Audience, live: readonly Source[] | undefined): Events {
  const { reports, budgets, watch, progress } = audience;
  const sources = live ?? (task.operands.length === 0 ? [] : await findCaptures(task.operands, task.requireComplete));
  const heap = new HeapGrowth();
  const alone = async (): Promise<Events> => {
    const { protos } = task;
    const schemas = protos.length === 0 ? {} : { schemas: (await import("../protos.ts")).loadSchemas(protos) };
    const options: AnalyzeOptions = {
      ...analyzeOptions(task, sources),
      ...(live === undefined ? { signal: interruption.signal() } : {}),
      ...schemas,
      logs: task.logs,
      showSecrets: task.showSecrets,
      listeners: [
        heap,
        ...watch.listeners,
        ...reports.flatMap(({ listener }) => listener ?? []),
        ...(budgets === undefined ? [] : [budgets]),
      ],
      callListeners: reports.flatMap(({ calls }) => calls ?? []),
      progress: (step) => {
        heap.read(step.octets);
        progress.update(step);
      },
    };
    return analyzeFor(sources, options, reports);
  };
  const workers = live === undefined ? await workersFor(task, sources, audience) : 1;
  if (workers === 1) yield* await alone();
  else yield* (await import("../workers/run.ts")).byWorkers(task, sources as readonly string[], workers, audience, alone);
}
