import { existsSync } from "node:fs";
import { H2lintError } from "../error.ts";
import { loadLanguage, localeLanguage } from "../lang/load.ts";
import { COMMANDS } from "./command-line.ts";
import { check } from "./commands/check.ts";
import { loadConfig } from "./config.ts";
import { interruption } from "./interruption.ts";
import type { Invocation } from "./invocation.ts";
import { didYouMean } from "./nearest.ts";
import { stdout } from "./standard-output.ts";
import { configured } from "./task.ts";

/** Do what was asked for.
 *  @returns The exit status: 0 nothing found, 1 findings, 3 ran but nothing could be checked. */
export async function run(given: Invocation, configuration = loadConfig): Promise<number> {
  const [word = ""] = given.operands;
  if (given.command === "check" && /^[a-z]+$/.test(word) && !existsSync(word))
    throw new H2lintError("not-found", `${word}: no such file or command${didYouMean(word, names)} (see h2lint --help)`);
  // It reads no configuration itself: each of its answers does.
  if (given.command === "mcp") return (await import("./mcp/serve.ts")).serve(given);
  const name = given.lang ?? localeLanguage(process.env);
  const task = { ...configured(given, await configuration(given.config, process.cwd())), language: await loadLanguage(name) };
  stdout.begin();
  interruption.begin();
  const { command } = given;
  return command === "check" ? check(task) : (await others())[command](task);
}

const names = COMMANDS.map(({ name }) => name);

// All in one file: to open one for each would take longer than to read it.
const others = async () => (await import("./commands/others.ts")).others;
