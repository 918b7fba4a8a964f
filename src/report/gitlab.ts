// `--format gitlab`: a Code Quality report (the subset of Code Climate's that GitLab reads).

import { answerSentence } from "./answer.ts";
import type { FindingEvent, RunEvent } from "./event.ts";
import { counts, placeOf } from "./failing.ts";
import type { Output, Report } from "./report.ts";
import { jsonText, printable } from "./text.ts";

export function gitlabReport(output: Output): Report {
  const issues: object[] = [];
  const seen = new Map<string, number>();
  let run: RunEvent | undefined;
  return {
    event(event) {
      if (event.kind === "run") run = event;
      if (event.kind !== "finding" || !counts(event)) return;
      // GitLab drops a second issue with the fingerprint of a first.
      const times = (seen.get(event.fingerprint) ?? 0) + 1;
      seen.set(event.fingerprint, times);
      issues.push(issueOf(event, run!, times === 1 ? event.fingerprint : `${event.fingerprint}-${times}`));
    },
    end: () => output(`${jsonText(issues, 2)}\n`),
  };
}

const issueOf = (finding: FindingEvent, { captures }: RunEvent, fingerprint: string): object => ({
  description: printable(`${finding.message}; ${answerSentence(finding)}. ${placeOf(finding)}`),
  check_name: finding.rule,
  fingerprint,
  severity: SEVERITIES[finding.severity],
  // A capture has no lines; packets are what people count. GitLab wants a path from the repository's root, without "./".
  location: {
    path: (finding.frame.file ?? captures[0] ?? "").replace(/^(?:\.\/+)+/, ""),
    lines: { begin: finding.frame.line ?? finding.frame.packet },
  },
});

const SEVERITIES = { error: "major", warning: "minor", info: "info" } as const;
