// Each command is loaded when it is asked for.
import { loadConfig } from "./config.ts";
import type { Command, Invocation } from "./invocation.ts";
import { stdout } from "./standard-output.ts";
import { configured, type Task } from "./task.ts";

/** Do what was asked for.
 *  @returns The exit status: 0 nothing found, 1 findings, 3 ran but nothing could be checked. */
export async function run(given: Invocation): Promise<number> {
  const task = configured(given, await loadConfig(given.config, process.cwd()));
  stdout.begin();
  const perform = await COMMANDS[task.command]();
  return perform(task);
}

type Perform = (task: Task) => number | Promise<number>;

const COMMANDS: Readonly<Record<Command, () => Promise<Perform>>> = {
  check: async () => (await import("./commands/check.ts")).check,
  info: async () => (await import("./commands/info.ts")).info,
  timeline: async () => (await import("./commands/timeline.ts")).timeline,
  calls: async () => (await import("./commands/calls.ts")).calls,
  frames: async () => (await import("./commands/frames.ts")).frames,
  why: async () => (await import("./commands/why.ts")).why,
  compare: async () => (await import("./commands/compare.ts")).compare,
  diff: async () => (await import("./commands/diff.ts")).diff,
  cut: async () => (await import("./commands/cut.ts")).cut,
  repro: async () => (await import("./commands/repro.ts")).repro,
  rules: async () => (await import("./commands/rules.ts")).listRules,
  explain: async () => (await import("./commands/explain.ts")).explain,
  completion: async () => (await import("./commands/completion.ts")).completion,
};
