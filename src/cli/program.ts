import { H2lintError } from "../error.ts";
import { languageOf, loadLanguage } from "../lang/load.ts";
import { loadConfig } from "./config.ts";
import { collectEarly } from "./heap.ts";
import { discardUnfinished } from "./output-file.ts";
import { parsePlain } from "./plain.ts";
import { run } from "./run.ts";
import { stdout } from "./standard-output.ts";

export { guardSignals, interruption } from "./interruption.ts";
export { guardStreams } from "./standard-output.ts";

/** What the program does with its arguments, on standard output and standard error.
 *  @param configuration Reads the configuration.
 *  @returns The exit status. */
export async function program(argv: readonly string[], configuration = loadConfig): Promise<number> {
  try {
    const invocation = parsePlain(argv) ?? (await (await import("./options.ts")).parse(argv));
    if (invocation === undefined) return stdout.exitStatus(0);
    collectEarly(invocation.operands);
    return stdout.exitStatus(await run(invocation, configuration));
  } catch (error) {
    if (error instanceof H2lintError) {
      const say = await loadLanguage(languageOf(argv, process.env));
      process.stderr.write(`h2lint: ${say.word("misuse", error.message)}\n`);
    } else {
      // Ours: whoever reports it needs the stack.
      const stack = error instanceof Error ? error.stack : String(error);
      const said = process.env["H2LINT_DEBUG"] === undefined ? String(error) : stack;
      process.stderr.write(`h2lint: internal error, please report it\n${said}\n`);
    }
    return 2;
  } finally {
    discardUnfinished();
  }
}
