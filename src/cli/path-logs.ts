// The logs that name requests whose :path the captures lack.
import type { CapturePipeline } from "../capture-pipeline.ts";
import type { PathLogs } from "../log-joiner.ts";
import type { Task } from "./task.ts";

/** @param captures They are open.
 *  @returns undefined where no log is given: what reads them is not even loaded.
 *  @throws H2lintError where one cannot be read. */
export async function pathLogsOf({ logs, showSecrets }: Task, captures: CapturePipeline): Promise<PathLogs | undefined> {
  return logs.length === 0 ? undefined : (await import("../log-joiner.ts")).openPathLogs({ logs, showSecrets }, captures);
}
