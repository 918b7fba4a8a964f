// `h2lint explain`: what a rule means, why, and how to fix it.
import { H2lintError } from "../../error.ts";
import { explainRule, readExamples } from "../../report/rules.ts";
import type { Rule } from "../../rules/rule.ts";
import { formatOf } from "../formats.ts";
import { stdout } from "../standard-output.ts";
import type { Task } from "../task.ts";
import { lookOf } from "../terminal.ts";

export function explain(task: Task): number {
  formatOf(task, ["table"]);
  const [id = ""] = task.operands;
  const rule = task.rules.find((candidate) => candidate.id === id);
  if (rule === undefined) throw new H2lintError("usage", `no rule is named ${id}${nearest(id, task.rules)} (see h2lint rules)`);
  explainRule(stdout.write, lookOf(task), rule, readExamples()[id] ?? {});
  stdout.flush();
  return 0;
}

function nearest(id: string, rules: readonly Rule[]): string {
  const tail = id.slice(id.indexOf("/") + 1);
  const like = rules.filter((rule) => rule.id.endsWith(`/${tail}`) || (tail.length > 3 && rule.id.includes(tail))).slice(0, 3);
  return like.length === 0 ? "" : `; did you mean ${like.map((rule) => rule.id).join(", ")}?`;
}
