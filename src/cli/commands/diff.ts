// `h2lint diff`: what is new, fixed and unchanged between two captures or reports.
import { english } from "../../lang/language.ts";
import { difference, differenceJson, differenceTable, type Found } from "../../report/difference.ts";
import { formatOf } from "../formats.ts";
import { findingsIn } from "../reported.ts";
import { stdout } from "../standard-output.ts";
import { analyzeOptions, type Task } from "../task.ts";
import { lookOf } from "../terminal.ts";

// In the language of the reader; what a finding is known by stays.
const spoken = (findings: readonly Found[], { language = english, rules }: Task): Found[] =>
  findings.map((one) => {
    const rule = rules.find(({ id }) => id === one.rule);
    // A report of another version may lack it.
    return { ...one, message: language.message(one.message, one.data ?? {}, rule) };
  });

export async function diff(task: Task): Promise<number> {
  const format = formatOf(task);
  const [old = "", now = ""] = task.operands;
  const before = await findingsIn(old, analyzeOptions(task, [old]));
  const after = await findingsIn(now, analyzeOptions(task, [now]));
  const found = format === "json" ? difference(before, after) : difference(spoken(before, task), spoken(after, task));
  if (format === "json") differenceJson(stdout.write, [old, now], found);
  else differenceTable(stdout.write, lookOf(task), [old, now], found);
  stdout.flush();
  return 0;
}
