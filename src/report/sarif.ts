// `--format sarif`: SARIF 2.1.0 (OASIS), as code scanning services take it. A capture has no lines: a result lies in the file, and its
// logical location says connection, stream and packet; the code flow goes from what came before over the violation to its answer.
import type { Rule } from "../rules/rule.ts";
import { version } from "../version.ts";
import { answerSentence, isAnswered } from "./answer.ts";
import type { BudgetEvent, DiagnosticEvent, FindingEvent, FrameObject, RunEvent } from "./event.ts";
import { budgetFirst, budgetName, budgetText, counts, placeOf, positionText } from "./failing.ts";
import { frameDetail, frameName } from "./frame-line.ts";
import type { Output, Report } from "./report.ts";
import { between } from "./style.ts";
import { jsonText, printable, wellFormed } from "./text.ts";

/** What is written; a test holds it against the types of the standard's schema. */
export type SarifLog = ReturnType<typeof logOf>;

export function sarifReport(output: Output, rules: readonly Rule[]): Report {
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  // Those that occur: all of them are a hundred times as much as one finding.
  const occurring: Rule[] = [];
  const index = new Map<string, number>();
  const indexOf = (id: string): number => {
    const rule = known.get(id);
    const before = index.get(id);
    if (rule === undefined || before !== undefined) return before ?? -1;
    index.set(id, occurring.length);
    return occurring.push(rule) - 1;
  };
  const results: Result[] = [];
  const notifications: Notification[] = [];
  const budgets: BudgetEvent[] = [];
  let run: RunEvent | undefined;
  return {
    event(event) {
      if (event.kind === "run") run = event;
      else if (event.kind === "finding" && counts(event)) results.push(resultOf(event, run!, indexOf(event.rule)));
      else if (event.kind === "budget") budgets.push(event);
      else if (event.kind === "diagnostic") notifications.push(notificationOf(event));
    },
    end: () => output(`${jsonText(logOf(run!, occurring, results, budgets, notifications), 2)}\n`),
  };
}

type Result = ReturnType<typeof resultOf> | ReturnType<typeof budgetResult>;
type Notification = ReturnType<typeof notificationOf>;

function logOf(
  run: RunEvent,
  rules: readonly Rule[],
  results: Result[],
  budgets: readonly BudgetEvent[],
  notifications: Notification[],
) {
  const { captures, logs = [] } = run;
  const asserted = [...new Map(budgets.map((budget) => [budgetName(budget), budget.assert]))];
  const names = asserted.map(([name]) => name);
  const broken = budgets.filter(({ status }) => status === "broken");
  results.push(...broken.map((budget) => budgetResult(budget, run, rules.length + names.indexOf(budgetName(budget)))));
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0" as const,
    runs: [
      {
        tool: {
          driver: { name: "h2lint", semanticVersion: version, rules: [...rules.map(ruleOf), ...asserted.map(budgetRule)] },
        },
        artifacts: [
          ...captures.map((file) => ({ location: { uri: uriOf(file) }, mimeType: "application/vnd.tcpdump.pcap" })),
          ...logs.map((file) => ({ location: { uri: uriOf(file) }, mimeType: "text/plain" })),
        ],
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
        columnKind: "utf16CodeUnits" as const,
        results,
      },
    ],
  };
}

function ruleOf({ id, meta }: Rule) {
  const spec = meta.spec.map(({ rfc, document, section }) => `${rfc === undefined ? document : `RFC ${rfc}`}, ${section}`);
  const [first] = meta.spec;
  const text = `${meta.docs.why} ${meta.docs.fix} (${spec.join("; ")})`;
  return {
    id,
    name: ruleName(id),
    shortDescription: { text: message(`${meta.title}.`) },
    fullDescription: { text: message(meta.docs.why) },
    help: { text: message(text), markdown: message(`${meta.docs.why}\n\n**Fix:** ${meta.docs.fix}\n\n${spec.join("; ")}`) },
    ...(first?.rfc === undefined ? {} : { helpUri: `https://www.rfc-editor.org/rfc/rfc${first.rfc}#section-${first.section}` }),
    defaultConfiguration: { level: LEVELS[meta.severity], enabled: meta.off !== true },
    properties: { tags: [id.slice(0, id.indexOf("/"))] },
  };
}

function budgetRule([id, key]: readonly [string, string]): ReturnType<typeof ruleOf> {
  const what = `The configuration asserts this of recorded traffic: assert.${key}.`;
  return {
    id,
    name: ruleName(id),
    shortDescription: { text: message(`A budget of the configuration (${key}).`) },
    fullDescription: { text: message(what) },
    help: { text: message(what), markdown: message(what) },
    defaultConfiguration: { level: LEVELS.error, enabled: true },
    properties: { tags: ["assert"] },
  };
}

function budgetResult(budget: BudgetEvent, run: RunEvent, ruleIndex: number) {
  const { captures } = run;
  const { fingerprint, count, places } = budget;
  const at = (places.length > 0 ? places : [{ file: captures[0] ?? "", connection: 0, stream: 0, packet: 1 }]).map((place) => {
    const { connection, stream, packet = 1, file = captures[0] ?? "" } = place;
    return physicalLocation(connection, stream, { packet }, file, run);
  });
  return {
    ruleId: budgetName(budget),
    ruleIndex,
    level: LEVELS.error,
    message: { text: message(`${printable(budgetText(budget))}${printable(budgetFirst(budget))}.`) },
    locations: at,
    partialFingerprints: { "h2lint/v1": fingerprint },
    occurrenceCount: Math.max(count, 1),
  };
}

function resultOf(finding: FindingEvent, run: RunEvent, ruleIndex: number) {
  const { rule, severity, frame, related, reaction, fingerprint, count } = finding;
  const steps: { frame: FrameObject; text: string }[] = related.map((one) => ({ frame: one, text: one.role ?? "before it" }));
  steps.push({ frame, text: "the violation" });
  if (reaction.frame !== undefined && isAnswered(reaction)) steps.push({ frame: reaction.frame, text: "the answer" });
  steps.sort((a, b) => between(b.frame.time, a.frame.time));
  const [first, ...rest] = steps.map((step) => ({
    location: {
      ...locationOf(finding, step.frame, run),
      message: { text: message(`${frameText(step.frame)} (${step.text})`) },
    },
    importance: step.frame === frame ? ("essential" as const) : ("important" as const),
  }));
  return {
    ruleId: rule,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    level: LEVELS[severity],
    message: { text: message(`${printable(finding.message)}; ${answerSentence(finding)}. ${placeOf(finding)}.`) },
    locations: [locationOf(finding, frame, run)],
    codeFlows: alone({ threadFlows: alone({ locations: several(first!, rest) }) }),
    partialFingerprints: { "h2lint/v1": fingerprint },
    occurrenceCount: count,
    properties: { offender: finding.offender, verdict: reaction.verdict },
  };
}

const ruleName = (id: string): string => id.replace(/(?:^|[/-])(\w)/g, (_, letter: string) => letter.toUpperCase());

const locationOf = ({ connection, stream }: FindingEvent, frame: FrameObject, run: RunEvent) =>
  physicalLocation(connection, stream, frame, frame.file ?? run.captures[0] ?? "", run);

function physicalLocation(
  connection: number,
  stream: number,
  at: { readonly packet: number; readonly line?: number },
  file: string,
  { captures, logs = [] }: RunEvent,
) {
  const names = [`connection ${connection}`, ...(stream === 0 ? [] : [`stream ${stream}`]), positionText(at)];
  return {
    // Services show nothing without a line: packets are what people count in a capture.
    physicalLocation: {
      artifactLocation: { uri: uriOf(file), index: [...captures, ...logs].indexOf(file) },
      region: { startLine: at.line ?? at.packet },
    },
    logicalLocations: [
      { name: names.at(-1)!, fullyQualifiedName: names.join("/"), kind: at.line === undefined ? "packet" : "line" },
    ],
  };
}

const notificationOf = ({ code, severity, message: text, count }: DiagnosticEvent) => ({
  descriptor: { id: code },
  level: severity === "error" ? ("error" as const) : severity === "loss" ? ("warning" as const) : ("note" as const),
  message: { text: message(count > 1 ? `${printable(text)} (${count} times)` : printable(text)) },
});

const frameText = (frame: FrameObject): string =>
  [frame.from, frameName(frame), frameDetail(frame)].filter((part) => part !== "").join(" ");

// The standard asks for one at least.
const alone = <T>(one: T): [T] => [one];
const several = <T>(first: T, rest: readonly T[]): [T, ...T[]] => [first, ...rest];

// SARIF 2.1.0 3.11.5: a brace stands doubled, else it opens a placeholder; 3.11.6: `[text](target)` is a link, and none is meant.
const message = (text: string): string => text.replace(/[{}]/g, "$&$&").replaceAll("](", "] (");

// RFC 3986: a path becomes a reference, relative as it was given. Two slashes at its start would name a host.
const uriOf = (file: string): string => wellFormed(file).replace(/^\/+/, "/").split("/").map(encodeURIComponent).join("/");

const LEVELS = { error: "error", warning: "warning", info: "note" } as const;
