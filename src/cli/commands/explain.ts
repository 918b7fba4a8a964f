// `h2lint explain`: what a rule means, why, and how to fix it.
import { H2lintError } from "../../error.ts";
import { explainRule, readExamples } from "../../report/rules.ts";
import { formatOf } from "../formats.ts";
import { didYouMean } from "../nearest.ts";
import { stdout } from "../standard-output.ts";
import type { Task } from "../task.ts";
import { lookOf } from "../terminal.ts";

export function explain(task: Task): number {
  formatOf(task);
  const [id = ""] = task.operands;
  const rule = task.rules.find((candidate) => candidate.id === id);
  if (rule === undefined)
    throw new H2lintError(
      "usage",
      `no rule is named ${id}${didYouMean(
        id,
        task.rules.map((one) => one.id),
      )} (see h2lint rules)`,
    );
  explainRule(stdout.write, lookOf(task), rule, readExamples()[id] ?? {});
  stdout.flush();
  return 0;
}
