// `h2lint diff`: what is new, fixed and unchanged between two captures or reports.
import { difference, differenceJson, differenceTable } from "../../report/difference.ts";
import { formatOf } from "../formats.ts";
import { findingsIn } from "../reported.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { lookOf } from "../terminal.ts";

export async function diff(task: Task): Promise<number> {
  const format = formatOf(task);
  const [old = "", now = ""] = task.operands;
  const before = await findingsIn(old, analyzeOptions(task, [old]));
  const found = difference(before, await findingsIn(now, analyzeOptions(task, [now])));
  if (format === "json") differenceJson(stdout.write, [old, now], found);
  else differenceTable(stdout.write, lookOf(task), [old, now], found);
  stdout.flush();
  return 0;
}
