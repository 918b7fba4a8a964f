// `h2lint merge`: of the parts of a run what one run makes.
import { H2lintError } from "../../error.ts";
import { selectRules } from "../../rules/selection.ts";
import { Conflicts } from "../../shares/conflict.ts";
import { mergeParts } from "../../shares/merge-parts.ts";
import { type Audience, conclude, type Events, needsEventsAlone } from "../conclude.ts";
import { nameOfOptions, openPart, type PartFile } from "../part-file.ts";
import { analyzeOptions, type Task } from "../task.ts";

export const merge = (task: Task): Promise<number> => conclude(task, (audience) => eventsOf(task, audience));

async function* eventsOf(task: Task, audience: Audience): Events {
  if (!needsEventsAlone(audience))
    throw new H2lintError(
      "usage",
      "merge writes table, json, ndjson, sarif, junit, github and gitlab, and judges no budgets: parts hold no frames",
    );
  const parts = ordered(task.operands.map(openPart), task);
  const conflicts = new Conflicts(parts.length, task.limits);
  for (const [index, { end }] of parts.entries()) {
    const conflict = conflicts.add(index, end);
    if (conflict !== undefined) throw new H2lintError("usage", `these captures have no shares: ${conflict}`);
  }
  const active = selectRules(task.rules, analyzeOptions(task, []));
  audience.watch.add(yield* mergeParts(parts, { rules: task.rules, active, limits: task.limits }));
}

/** @throws H2lintError where they are not all parts of one run. */
function ordered(parts: readonly PartFile[], task: Task): PartFile[] {
  const [first] = parts as [PartFile];
  const { captures, options, of } = first.head;
  if (options !== nameOfOptions(task))
    throw new H2lintError(
      "usage",
      `${first.path} was judged by other options: give merge those of check --shard, and its configuration`,
    );
  const inOrder: PartFile[] = [];
  for (const part of parts) {
    const { head, path } = part;
    if (head.captures !== captures || head.options !== options || head.of !== of)
      throw new H2lintError("usage", `${path} and ${first.path} are not parts of one run`);
    const other = inOrder[head.share - 1];
    if (other !== undefined) throw new H2lintError("usage", `${path} and ${other.path} are both part ${head.share}/${of}`);
    inOrder[head.share - 1] = part;
  }
  for (let i = 0; i < of; i++) if (inOrder[i] === undefined) throw new H2lintError("usage", `part ${i + 1}/${of} is missing`);
  return inOrder;
}
