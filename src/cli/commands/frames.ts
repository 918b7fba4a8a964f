// `h2lint frames`: one row a frame.
import { CapturePipeline } from "../../capture-pipeline.ts";
import { FrameLister } from "../../report/frame-object.ts";
import { framesTable } from "../../report/frames.ts";
import { jsonText } from "../../report/text.ts";
import { findCaptures } from "../captures.ts";
import { formatOf } from "../formats.ts";
import { interruption } from "../interruption.ts";
import { SelectionWatch } from "../selection-watch.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { lookOf } from "../terminal.ts";

export async function frames(task: Task): Promise<number> {
  const format = formatOf(task);
  const { only } = task;
  // Begun with its first row: what cannot be read has no table.
  let table: ReturnType<typeof framesTable> | undefined;
  const row = () => (table ??= framesTable(stdout.write, lookOf(task), process.stdout.isTTY !== true));
  const sources = await findCaptures(task.operands, task.requireComplete);
  const watch = new SelectionWatch(only);
  let names: readonly string[] = [];
  const lister = new FrameLister(
    () => captures.clock,
    () => names,
    task.showSecrets,
    (frame) => {
      if (only.connection !== undefined && frame.connection !== only.connection) return;
      if (only.stream !== undefined && frame.streamId !== only.stream) return;
      if (format !== "ndjson") row()(frame);
      else {
        const { text: _, since: __, ...listing } = frame;
        stdout.write(`${jsonText(listing)}\n`);
      }
    },
  );
  const captures = new CapturePipeline(sources, { ...analyzeOptions(task, sources), signal: interruption.signal() });
  names = await captures.open();
  for await (const _ of captures.run({ listeners: [lister, ...watch.listeners] })) await stdout.drained();
  watch.check(captures.captures);
  if (format !== "ndjson") row();
  stdout.flush();
  return 0;
}
