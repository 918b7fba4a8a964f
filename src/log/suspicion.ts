// What a log alone lets one suspect: the text of an answer, or of a line, names a fault whose frames the log shows in part, or not at all.
// Such a finding is never proven.
import { Flag } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import { FrameRef } from "../model/frame-ref.ts";
import { textsLike } from "../pairing/dictionary.ts";
import type { JoinedLine, PairedFinding, Unexplained } from "../pairing/reaction.ts";
import { other, type Side } from "../place.ts";
import type { Finding } from "../rules/finding.ts";
import type { Rule } from "../rules/rule.ts";
import { isAboutFinding } from "./candidate.ts";
import type { Conversation } from "./conversation.ts";
import type { TextEvent } from "./event.ts";
import type { LogFormat } from "./format.ts";

/** The same fault under the rule that the answer's text names, where both ask for the same but for what the log does not show. */
export function renamed(pair: PairedFinding, rules: ReadonlyMap<string, Rule>): PairedFinding {
  const { finding, reaction } = pair;
  const fact = observedBy(rules.get(finding.rule));
  const [text] = reaction === undefined ? [] : textsLike(reaction.debug);
  if (fact === undefined || text === undefined || finding.severity !== "info") return pair;
  const id = text.text.rules.find((one) => one !== finding.rule && observedBy(rules.get(one)) === fact);
  const rule = id === undefined ? undefined : rules.get(id);
  if (rule === undefined) return pair;
  const message = Object.entries(rule.meta.messages).find(([, template]) =>
    holesOf(template).every((hole) => hole in finding.data),
  );
  if (message === undefined) return pair;
  const because = [...finding.because, "hpack" as const];
  return {
    ...pair,
    // Whether the call is gRPC stands in fields that the log does not show.
    finding: {
      ...finding,
      ...{ rule: rule.id, message: message[0], severity: rule.meta.severity, expect: rule.meta.expect },
      ...{ certainty: "unproven", because, hides: [...finding.hides, finding.rule] },
    },
    verdict: "as-specified",
  };
}

/** A finding by fields that the log may not show octet by octet is not proven. */
export function doubted(
  pair: PairedFinding,
  fields: LogFormat["shows"]["fields"],
  rules: ReadonlyMap<string, Rule>,
): PairedFinding {
  const { finding } = pair;
  if (fields === "exact" || rules.get(finding.rule)?.meta.needs.includes("hpack") !== true) return pair;
  return {
    ...pair,
    finding: { ...finding, certainty: "unproven", because: [...new Set([...finding.because, "capture" as const])] },
  };
}

/** Only lines that are not there make it a fault, and nobody complained: more likely they were left out. */
export const isExcused = ({ finding: { because }, reaction, logOnly }: PairedFinding): boolean =>
  because.includes("lines") && reaction === undefined && logOnly === undefined;

/** Faults, and ends of calls, that lines tell of and no frames of the log show. */
export function symptoms(
  conversation: Conversation,
  connection: number,
  found: readonly PairedFinding[],
  left: readonly Unexplained[],
  rules: ReadonlyMap<string, Rule>,
  timeOf: (event: TextEvent) => number,
): { readonly finding: Finding; readonly event: TextEvent }[] {
  const told: { finding: Finding; event: TextEvent }[] = [];
  // What came of a fault stands beside it, where the log shows the fault.
  const explained = found.length > 0 || left.length > 0 || conversation.texts.some(namesFault);
  const kinds = ["fault", "received", ...(explained ? [] : ["symptom"])];
  for (const tells of kinds) {
    if (tells === "symptom" && told.length > 0) break;
    for (const event of conversation.texts) {
      if (event.tells !== tells || event.rules.length === 0) continue;
      if (found.some(({ finding }) => isAboutFinding(event, finding))) continue;
      if (told.some((one) => one.finding.rule === event.rules[0] || one.event.name === event.name)) {
        if (told.some((one) => one.event.streamId === event.streamId)) continue;
      }
      const rule = likeliest(event, rules);
      if (rule === undefined || told.some(({ finding }) => finding.rule === rule.id && event.streamId === undefined)) continue;
      const writer = conversation.side ?? event.side;
      const by = event.by ?? (rule.meta.by === "either" ? other(writer ?? "client") : rule.meta.by);
      told.push({ event, finding: findingOf(event, rule, connection, placeOf(event, by, timeOf(event)), by, writer) });
    }
  }
  return told;
}

// What a program found is the cause of what it did then.
const namesFault = ({ tells, errorCode, reason }: TextEvent): boolean =>
  (tells === "fault" || tells === "sent") && (errorCode ?? reason) !== undefined;

/** Lines that say what came of what the log shows. */
export const outcomes = ({ texts }: Conversation): TextEvent[] => texts.filter(({ tells }) => tells === "symptom");

/** An answer whose text names a fault, as that fault: nothing else of the log shows it. */
export function answeredFault(
  { connection, reaction, streamsKilled, retrySafe, lost }: Unexplained,
  rules: ReadonlyMap<string, Rule>,
): PairedFinding | undefined {
  const [known] = textsLike(reaction.debug);
  const by = other(reaction.from);
  const rule = known?.text.rules.map((id) => rules.get(id)).find((one) => one !== undefined && one.meta.by !== reaction.from);
  if (known === undefined || rule === undefined) return undefined;
  const finding: Finding = {
    ...{
      rule: rule.id,
      severity: rule.meta.severity,
      offender: by,
      connection,
      frame: reaction.frame,
      text: "",
      path: undefined,
    },
    ...{ related: [], message: "the {side} was sent an error: {says}", data: { side: by, says: known.text.says } },
    ...{ certainty: "unproven", because: ["capture"], consequent: false, hides: [], expect: rule.meta.expect, decidableAt: 0 },
  };
  return {
    ...{ finding, count: 1, verdict: "as-specified", reaction, confidence: "likely", evidence: [] },
    ...{ streamsKilled, retrySafe, lost, explanation: known.text.says },
  };
}

/** Errors that lines tell of, and that nothing else of the log explains. */
export function unnamed(conversation: Conversation, shown: readonly JoinedLine[], isFound: boolean): TextEvent[] {
  const lines = new Set(shown.map(({ line }) => line));
  const told = conversation.texts.filter(
    ({ tells, errorCode, reason, place }) =>
      !lines.has(place.line) &&
      // That there was an error is known where the fault is.
      !(isFound && tells === "fault" && errorCode === undefined && reason === undefined) &&
      (tells === "fault" ? errorCode !== 0 : (tells === "sent" || tells === "received") && (errorCode ?? 0) > 0),
  );
  return told.slice(0, UNNAMED);
}

// The rule that the text is most often about, of those that its own numbers allow.
function likeliest(
  { rules: named, quoted, streamId, lastStreamId }: TextEvent,
  rules: ReadonlyMap<string, Rule>,
): Rule | undefined {
  const ends = quoted?.flags === undefined || (quoted.flags & Flag.endStream) !== 0;
  // Of stream 0 no id is wrong; nor is one where nobody speaks of ids.
  const isEven = streamId !== undefined && streamId > 0 && (streamId & 1) === 0;
  const ofIds = isEven && named.some((id) => id.startsWith("stream-id/"));
  for (const id of ofIds ? ["stream-id/even-client", ...named] : named) {
    const rule = rules.get(id);
    if (rule === undefined) continue;
    // Trailers end their stream.
    if (id.endsWith("/request-trailers") && !ends) continue;
    // A lower id than the last is a new stream to its receiver, or one that it has forgotten.
    if (id === "stream-id/not-increasing" && lastStreamId !== undefined && (streamId ?? 0) > lastStreamId) continue;
    return rule;
  }
  return undefined;
}

function placeOf({ place, quoted, streamId = 0 }: TextEvent, from: Side, time: number): FrameRef {
  const ref = new FrameRef();
  ref.kind = quoted?.kind ?? "unknown";
  ref.streamId = streamId;
  ref.from = from;
  ref.file = place.file;
  ref.packet = place.line;
  ref.time = ref.began = time;
  ref.flags = quoted?.flags ?? 0;
  ref.length = quoted?.length ?? 0;
  return ref;
}

const findingOf = (
  { tells, software, streamId = 0 }: TextEvent,
  { id, meta }: Rule,
  connection: number,
  frame: FrameRef,
  offender: Side,
  writer: Side | undefined,
): Finding => ({
  ...{ rule: id, severity: meta.severity, offender, connection, frame, text: "", path: undefined, related: [] },
  message: [
    writer === undefined ? "the log reports" : "the log of the {side} reports",
    tells === "symptom" ? "a failure" : tells === "fault" ? "a fault" : "an error of the other side",
    ...(streamId === 0 ? [] : ["on stream {streamId}"]),
    software === "" ? "in words" : "in words of {software}",
    "that most often mean {rule}",
  ].join(" "),
  data: { ...(writer === undefined ? {} : { side: writer }), software, rule: id, ...(streamId === 0 ? {} : { streamId }) },
  ...{ certainty: "unproven", because: ["capture"], consequent: false, hides: [], expect: meta.expect },
  ...{ decidableAt: 0 },
});

/** Rules that were not run, or could say nothing, are counted: by family. */
export function uncheckAll(connection: Connection, rules: readonly Rule[], run: readonly Rule[]): void {
  const ids = new Set(run.map(({ id }) => id));
  const families = new Set(rules.filter(({ id }) => !ids.has(id)).map(({ id }) => id.slice(0, id.indexOf("/"))));
  for (const family of families) connection.uncheck(`${family}/*`, "capture");
}

// Of one connection.
const UNNAMED = 20;

const observedBy = (rule: Rule | undefined): number | undefined =>
  rule?.when !== undefined && "observed" in rule.when ? rule.when.observed : undefined;

const holesOf = (template: string): string[] => [...template.matchAll(/\{(\w+)\}/g)].map(([, hole]) => hole!);
