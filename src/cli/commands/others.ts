// The commands that are loaded when one of them is asked for.
import type { Command } from "../invocation.ts";
import type { Task } from "../task.ts";
import { calls } from "./calls.ts";
import { compare } from "./compare.ts";
import { completion } from "./completion.ts";
import { cut } from "./cut.ts";
import { diff } from "./diff.ts";
import { explain } from "./explain.ts";
import { frames } from "./frames.ts";
import { info } from "./info.ts";
import { merge } from "./merge.ts";
import { record } from "./record.ts";
import { repro } from "./repro.ts";
import { listRules } from "./rules.ts";
import { timeline } from "./timeline.ts";
import { why } from "./why.ts";

/** Each does what it is asked for. @returns The exit status. */
type Perform = (task: Task) => number | Promise<number>;

export const others: Readonly<Record<Exclude<Command, "check" | "mcp">, Perform>> = {
  ...{ calls, compare, completion, cut, diff, explain, frames, info, merge, record, repro, rules: listRules, timeline, why },
};
