// Formats by name.
import { H2lintError } from "../error.ts";
import { checkReport } from "../report/check.ts";
import { githubReport } from "../report/github.ts";
import { gitlabReport } from "../report/gitlab.ts";
import { jsonReport, ndjsonReport } from "../report/json.ts";
import { junitReport } from "../report/junit.ts";
import { markdownReport } from "../report/markdown.ts";
import type { Output, Report } from "../report/report.ts";
import { sarifReport } from "../report/sarif.ts";
import type { Severity } from "../rules/severity.ts";
import { severities } from "../rules/severity.ts";
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

// An annotation or issue that asks for nothing hides the one that does.
const isAdviceWanted = ({ failOn, verbose }: Task): boolean => failOn === "info" || verbose;

/** A report of `check` in one of its formats. */
export async function reportOf(format: string, output: Output, task: Task): Promise<Report> {
  switch (format) {
    case "json":
      return jsonReport(output);
    case "ndjson":
      return ndjsonReport(output);
    case "sarif":
      return sarifReport(output, task.rules);
    case "junit": {
      const lowest = task.failOn === "unexplained" ? "error" : task.failOn;
      // `never` is none of them, and so fails nothing.
      const fails = (severity: Severity) => severities.indexOf(severity) <= severities.indexOf(lowest as Severity);
      return junitReport(output, fails);
    }
    case "github":
      return githubReport(output, isAdviceWanted(task));
    case "gitlab":
      return gitlabReport(output, isAdviceWanted(task));
    case "markdown":
      return markdownReport(output, task.rules, task.language);
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
