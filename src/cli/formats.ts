// Formats by name.
import { H2lintError } from "../error.ts";
import { checkReport } from "../report/check.ts";
import { jsonReport, ndjsonReport } from "../report/json.ts";
import type { Output, Report } from "../report/report.ts";
import { formatsOf } from "./command-words.ts";
import type { Task } from "./task.ts";
import { lookOf } from "./terminal.ts";

/** The format that was asked for. @throws H2lintError for one that the command does not write. */
export function formatOf({ format, command }: Task): string {
  const known = formatsOf(command);
  const wanted = format ?? known[0]!;
  if (!known.includes(wanted)) throw new H2lintError("usage", `--format ${wanted}: ${command} writes ${known.join(", ")}`);
  return wanted;
}

/** A report of `check` in one of its formats. */
export async function reportOf(format: string, output: Output, task: Task): Promise<Report> {
  switch (format) {
    case "json":
      return jsonReport(output);
    case "ndjson":
      return ndjsonReport(output);
    case "sarif":
    case "junit":
    case "github":
    case "gitlab":
    case "markdown":
      return (await import("./other-formats.ts")).otherReport(format, output, task);
    case "html": {
      const { htmlReport } = await import("../report/html/html.ts");
      const { limits, rules, showSecrets, only, language } = task;
      const { stream } = only;
      return htmlReport(output, {
        ...{ limits, rules, showSecrets },
        ...(stream === undefined ? {} : { stream }),
        ...(language === undefined ? {} : { language }),
      });
    }
    default:
      if (task.follow) return (await import("../report/follow.ts")).followReport(output, lookOf(task), task.rules);
      return checkReport(output, lookOf(task), task.rules);
  }
}
