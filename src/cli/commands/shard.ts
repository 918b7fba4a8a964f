// `h2lint check --shard I/N`: a part of the run, for `h2lint merge`.
import { H2lintError } from "../../error.ts";
import { judgeShare } from "../../shares/judge-share.ts";
import type { ShareName } from "../../shares/share.ts";
import { findCaptures } from "../captures.ts";
import { commitAll, openFile } from "../output-file.ts";
import { nameOfCaptures, nameOfOptions } from "../part-file.ts";
import { loadSchemas } from "../protos.ts";
import { SelectionWatch } from "../selection-watch.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { ProgressLine } from "../terminal.ts";

/** @returns 0: what was found, `merge` says. */
export async function shard(task: Task, name: ShareName): Promise<number> {
  refuse(task);
  const sources = await findCaptures(task.operands, task.requireComplete);
  const run = { captures: nameOfCaptures(sources), options: nameOfOptions(task) };
  const watch = new SelectionWatch(task.only);
  const progress = new ProgressLine(task);
  const options = {
    ...analyzeOptions(task, sources),
    ...{ schemas: loadSchemas(task.protos), listeners: watch.listeners, progress: progress.update },
  };
  const [path] = task.outputs;
  const file = path === undefined ? undefined : openFile(path);
  const write = file?.write ?? stdout.write;
  try {
    for await (const lines of judgeShare(sources, options, name, run, () => watch.seen)) {
      for (const line of lines) if (line.kind !== "step") write(`${JSON.stringify(line)}\n`);
      await stdout.drained();
    }
  } finally {
    progress.clear();
  }
  if (file !== undefined) commitAll([file]);
  stdout.flush();
  return 0;
}

// What merge does with the parts is said to merge.
function refuse({ format, outputs, logs, follow, workers, assert, rules }: Task): void {
  const said = format !== undefined ? "--format" : logs.length > 0 ? "--log" : follow ? "--follow" : undefined;
  if (said !== undefined) throw new H2lintError("usage", `--shard writes a part, which takes no ${said}`);
  if (workers !== undefined && workers > 1) throw new H2lintError("usage", "--shard judges by one thread: it takes no --workers");
  if (outputs.length > 1) throw new H2lintError("usage", "--shard writes one part: --output FILE");
  if (assert !== undefined)
    throw new H2lintError("usage", "--shard: what the configuration asserts is judged over all connections (see docs/scale)");
  const own = rules.find(({ session, compare }) => session !== undefined && compare === undefined);
  if (own !== undefined) throw new H2lintError("usage", `--shard: ${own.id} compares connections, and has no \`compare\``);
}
