import { check } from "./commands/check.ts";
import { loadConfig } from "./config.ts";
import { interruption } from "./interruption.ts";
import type { Invocation } from "./invocation.ts";
import { stdout } from "./standard-output.ts";
import { configured } from "./task.ts";

/** Do what was asked for.
 *  @returns The exit status: 0 nothing found, 1 findings, 3 ran but nothing could be checked. */
export async function run(given: Invocation): Promise<number> {
  const task = configured(given, await loadConfig(given.config, process.cwd()));
  stdout.begin();
  interruption.begin();
  const { command } = given;
  return command === "check" ? check(task) : (await others())[command](task);
}

// All in one file: to open one for each would take longer than to read it.
const others = async () => (await import("./commands/others.ts")).others;
