// `--format sarif`: SARIF 2.1.0 (OASIS), as code scanning services take it. A capture has no lines: a result lies in the file, and its
// logical location says connection, stream and packet; the code flow goes from what came before over the violation to its answer.
import type { Rule } from "../rules/rule.ts";
import { version } from "../version.ts";
import { answerSentence, isAnswered } from "./answer.ts";
import type { DiagnosticEvent, FindingEvent, FrameObject, RunEvent } from "./event.ts";
import { counts, placeOf } from "./failing.ts";
import { frameDetail, frameName } from "./frame-line.ts";
import type { Output, Report } from "./report.ts";
import { jsonText, printable } from "./text.ts";

export function sarifReport(output: Output, rules: readonly Rule[]): Report {
  const index = new Map(rules.map(({ id }, i) => [id, i]));
  const results: object[] = [];
  const notifications: object[] = [];
  let run: RunEvent | undefined;
  return {
    event(event) {
      if (event.kind === "run") run = event;
      else if (event.kind === "finding" && counts(event)) results.push(resultOf(event, run!, index.get(event.rule) ?? -1));
      else if (event.kind === "diagnostic") notifications.push(notificationOf(event));
    },
    end() {
      const log = {
        $schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [
          {
            tool: { driver: { name: "h2lint", semanticVersion: version, rules: rules.map(ruleOf) } },
            artifacts: run!.captures.map((file) => ({
              location: { uri: uriOf(file) },
              mimeType: "application/vnd.tcpdump.pcap",
            })),
            invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
            columnKind: "utf16CodeUnits",
            results,
          },
        ],
      };
      output(`${jsonText(log, 2)}\n`);
    },
  };
}

function ruleOf({ id, meta }: Rule): object {
  const spec = meta.spec.map(({ rfc, document, section }) => `${rfc === undefined ? document : `RFC ${rfc}`}, ${section}`);
  const [first] = meta.spec;
  const text = `${meta.docs.why} ${meta.docs.fix} (${spec.join("; ")})`;
  return {
    id,
    name: id.replace(/(?:^|[/-])(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: `${meta.title}.` },
    fullDescription: { text: meta.docs.why },
    help: { text, markdown: `${meta.docs.why}\n\n**Fix:** ${meta.docs.fix}\n\n${spec.join("; ")}` },
    ...(first?.rfc === undefined ? {} : { helpUri: `https://www.rfc-editor.org/rfc/rfc${first.rfc}#section-${first.section}` }),
    defaultConfiguration: { level: LEVELS[meta.severity], enabled: meta.off !== true },
    properties: { tags: [id.slice(0, id.indexOf("/"))] },
  };
}

function resultOf(finding: FindingEvent, run: RunEvent, ruleIndex: number): object {
  const { rule, severity, message, frame, related, reaction, fingerprint, count } = finding;
  const steps: { frame: FrameObject; text: string }[] = related.map((one) => ({ frame: one, text: one.role ?? "before it" }));
  steps.push({ frame, text: "the violation" });
  if (reaction.frame !== undefined && isAnswered(reaction)) steps.push({ frame: reaction.frame, text: "the answer" });
  steps.sort((a, b) => (a.frame.time < b.frame.time ? -1 : a.frame.time > b.frame.time ? 1 : 0));
  return {
    ruleId: rule,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    level: LEVELS[severity],
    message: { text: `${printable(message)}; ${answerSentence(finding)}. ${placeOf(finding)}.` },
    locations: [locationOf(finding, frame, run)],
    codeFlows: [
      {
        threadFlows: [
          {
            locations: steps.map((step) => ({
              location: { ...locationOf(finding, step.frame, run), message: { text: `${frameText(step.frame)} (${step.text})` } },
              importance: step.frame === frame ? "essential" : "important",
            })),
          },
        ],
      },
    ],
    partialFingerprints: { "h2lint/v1": fingerprint },
    occurrenceCount: count,
    properties: { offender: finding.offender, verdict: reaction.verdict },
  };
}

function locationOf({ connection, stream }: FindingEvent, frame: FrameObject, { captures }: RunEvent): object {
  const names = [`connection ${connection}`, ...(stream === 0 ? [] : [`stream ${stream}`]), `packet ${frame.packet}`];
  return {
    // Services show nothing without a line: packets are what people count in a capture.
    physicalLocation: {
      artifactLocation: { uri: uriOf(frame.file ?? captures[0] ?? ""), index: Math.max(captures.indexOf(frame.file ?? ""), 0) },
      region: { startLine: frame.packet },
    },
    logicalLocations: [{ name: names.at(-1), fullyQualifiedName: names.join("/"), kind: "packet" }],
  };
}

const notificationOf = ({ code, severity, message, count }: DiagnosticEvent): object => ({
  descriptor: { id: code },
  level: severity === "error" ? "error" : severity === "loss" ? "warning" : "note",
  message: { text: count > 1 ? `${printable(message)} (${count} times)` : printable(message) },
});

const frameText = (frame: FrameObject): string =>
  [frame.from, frameName(frame), frameDetail(frame)].filter((part) => part !== "").join(" ");

// RFC 3986: a path becomes a reference, relative as it was given.
const uriOf = (file: string): string => file.split("/").map(encodeURIComponent).join("/");

const LEVELS = { error: "error", warning: "warning", info: "note" } as const;
