// Formats that programs and pages read, and a terminal's report does without.
import { githubReport } from "../report/github.ts";
import { gitlabReport } from "../report/gitlab.ts";
import { junitReport } from "../report/junit.ts";
import { markdownReport } from "../report/markdown.ts";
import type { Output, Report } from "../report/report.ts";
import { sarifReport } from "../report/sarif.ts";
import { type Severity, severities } from "../rules/severity.ts";
import type { Task } from "./task.ts";

export type OtherFormat = "sarif" | "junit" | "github" | "gitlab" | "markdown";

export function otherReport(format: OtherFormat, output: Output, task: Task): Report {
  switch (format) {
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
  }
}

// An annotation or issue that asks for nothing hides the one that does.
const isAdviceWanted = ({ failOn, verbose }: Task): boolean => failOn === "info" || verbose;
