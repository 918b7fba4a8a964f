// The thread of the command: starts those that judge, and merges what they send.
import { Worker } from "node:worker_threads";
import { H2lintError, type H2lintErrorCode } from "../../error.ts";
import { packageFile } from "../../package-file.ts";
import { selectRules } from "../../rules/selection.ts";
import { Indivisible, mergeParts, type PartSource } from "../../shares/merge-parts.ts";
import type { PartLine } from "../../shares/part.ts";
import { partOf } from "../../shares/part-lines.ts";
import type { Audience, Events } from "../conclude.ts";
import { interruption } from "../interruption.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { Counters, type WorkerMessage, type WorkerTask } from "./protocol.ts";

/** The events of a run, each share of the connections judged by a thread.
 *  @param alone The same run in this thread: where it cannot be divided. What was reported until then is the same.
 *  @throws H2lintError as that does. */
export async function* byWorkers(
  task: Task,
  files: readonly string[],
  count: number,
  { watch, progress }: Audience,
  alone: () => Promise<Events>,
): Events {
  const counters = new Counters(count);
  const signal = interruption.signal();
  const stop = (): void => counters.stop();
  signal.addEventListener("abort", stop, { once: true });
  const workers: Worker[] = [];
  let told = 0;
  try {
    const { rules: _, ...options } = analyzeOptions(task, files);
    const parts: Promise<PartSource>[] = [];
    for (let index = 0; index < count; index++) {
      const of = { files, share: { index, of: count }, options, protos: task.protos, counters: counters.memory };
      const worker = new Worker(workerFile(), {
        workerData: of satisfies WorkerTask,
        // Three halves of the young generation that heap.ts leaves a run.
        resourceLimits: { maxYoungGenerationSizeMb: 24 },
        stdout: false,
        stderr: false,
      });
      workers.push(worker);
      parts.push(partOf(linesOf(worker, () => counters.took(index), progress.update)));
    }
    const active = selectRules(task.rules, analyzeOptions(task, []));
    const merged = mergeParts(await Promise.all(parts), { rules: task.rules, active, limits: task.limits });
    for (;;) {
      const next = await merged.next();
      if (next.done === true) {
        watch.add(next.value);
        return;
      }
      told += next.value.length;
      yield next.value;
    }
  } catch (error) {
    if (!(error instanceof Indivisible)) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  for await (const events of await alone()) {
    yield events.slice(told);
    told = Math.max(0, told - events.length);
  }
}

async function* linesOf(
  worker: Worker,
  took: () => void,
  progress: Audience["progress"]["update"],
): AsyncGenerator<readonly PartLine[]> {
  const messages: WorkerMessage[] = [];
  let wake: (() => void) | undefined;
  let failure: unknown;
  const tell = (): void => {
    wake?.();
    wake = undefined;
  };
  worker.on("message", (message: WorkerMessage) => {
    if (message.kind === "progress") progress(message.progress);
    else {
      messages.push(message);
      tell();
    }
  });
  // A thread that has no room any more: one alone may have it.
  worker.on("error", (error) => {
    failure = new Indivisible(String(error));
    tell();
  });
  for (;;) {
    const message = messages.shift();
    if (message === undefined) {
      if (failure !== undefined) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    if (message.kind === "over") return;
    if (message.kind === "failed") throw new H2lintError(message.code as H2lintErrorCode, message.message);
    if (message.kind !== "lines") continue;
    took();
    yield message.text.split("\n").map((line) => JSON.parse(line) as PartLine);
  }
}

const workerFile = (): URL => packageFile("dist/cli/worker.js");
