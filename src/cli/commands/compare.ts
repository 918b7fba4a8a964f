// `h2lint compare`: what one peer does on the wire that another does not.
import { compareJson, compareTable } from "../../report/compare.ts";
import { compareShapes } from "../../report/comparison.ts";
import { fileOf, shapeOf } from "../compared.ts";
import { formatOf } from "../formats.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { lookOf } from "../terminal.ts";

export async function compare(task: Task): Promise<number> {
  const format = formatOf(task);
  const [first = "", second = ""] = task.operands;
  const bad = await shapeOf(first, analyzeOptions(task, [fileOf(first)]));
  const good = await shapeOf(second, analyzeOptions(task, [fileOf(second)]));
  const comparison = compareShapes(bad, good);
  if (format === "json") compareJson(stdout.write, bad, good, comparison);
  else compareTable(stdout.write, lookOf(task), bad, good, comparison);
  stdout.flush();
  return 0;
}
