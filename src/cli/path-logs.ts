// The logs that name requests whose :path the captures lack.
import type { CapturePipeline } from "../capture-pipeline.ts";
import { diagnosticText } from "../diagnostic.ts";
import { english } from "../lang/language.ts";
import type { PathLogs } from "../log-joiner.ts";
import { printable, utf16Octets } from "../report/text.ts";
import type { Task } from "./task.ts";

/** @param captures They are open.
 *  @returns undefined where no log is given: what reads them is not even loaded.
 *  @throws H2lintError where one cannot be read. */
export async function pathLogsOf({ logs, showSecrets }: Task, captures: CapturePipeline): Promise<PathLogs | undefined> {
  return logs.length === 0 ? undefined : (await import("../log-joiner.ts")).openPathLogs({ logs, showSecrets }, captures);
}

/** What keeps logs from naming calls, on standard error. */
export function reportLogs(logs: PathLogs, { quiet, language = english }: Pick<Task, "quiet" | "language">): void {
  if (quiet) return;
  for (const diagnostic of logs.diagnostics.filter(({ code }) => !LESS.has(code)))
    process.stderr.write(`h2lint: ${printable(utf16Octets(language.phrase(diagnosticText(diagnostic))))}\n`);
}

// Lines of other kinds are in every log.
const LESS: ReadonlySet<string> = new Set(["log/unknown-lines"]);
