// `h2lint rules`: every rule, one line each.
import { rulesJson, rulesTable } from "../../report/rules.ts";
import { formatOf } from "../formats.ts";
import { stdout } from "../standard-output.ts";
import type { Task } from "../task.ts";
import { lookOf } from "../terminal.ts";

export function listRules(task: Task): number {
  if (formatOf(task) === "json") rulesJson(stdout.write, task.rules);
  else rulesTable(stdout.write, lookOf(task), task.rules);
  stdout.flush();
  return 0;
}
