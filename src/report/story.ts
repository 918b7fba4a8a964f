// One failure in a few plain sentences: what went wrong, what the other side answered, what that cost, what to do. Made of a report's
// events, for every form of report; the text is as it came from the wire until somebody prints it.
import { answerName, isAnswered } from "./answer.ts";
import { NEEDS } from "./answer-words.ts";
import type { ConnectionEvent, FindingEvent, LogLineObject, ReactionObject, UnexplainedEvent } from "./event.ts";
import { counts, isLikely, positionText } from "./failing.ts";
import { frameName } from "./frame-line.ts";
import { lostCalls, sightsOf, streamsText } from "./lost.ts";
import { grpcMeaning, meaningOf, statusMeaning } from "./meanings.ts";
import { duration, plural } from "./text.ts";

/** What failed: a finding, with what it is one of; or an answer that nothing found explains. */
export type Failure =
  | { readonly finding: FindingEvent; readonly group: readonly FindingEvent[]; readonly unexplained?: undefined }
  | { readonly unexplained: UnexplainedEvent; readonly group?: undefined; readonly finding?: undefined };

export interface StoryText {
  readonly connection: number;
  readonly stream: number;
  readonly packet: number;
  /** Of a log: then there is no packet. */
  readonly line?: number;
  readonly cause: string;
  readonly answer?: string;
  /** The same call on the other side of a proxy. */
  readonly through?: string;
  readonly cost?: string;
  readonly fix?: string;
  /** How often it happened, what cannot be known, what to look at. */
  readonly more?: string;
}

/** Everything that failed, the worst first: what killed calls, then what was answered, then what was not; more calls first.
 *  @param suspected Errors that are not proven count too, last of all. */
export function failuresOf(
  findings: readonly FindingEvent[],
  unexplained: readonly UnexplainedEvent[],
  suspected = false,
): Failure[] {
  const groups = new Map<string, FindingEvent[]>();
  for (const finding of findings) {
    const group = groups.get(finding.fingerprint);
    if (!counts(finding) && !(suspected && isSuspicion(finding))) continue;
    if (group === undefined) groups.set(finding.fingerprint, [finding]);
    else group.push(finding);
  }
  const failures: Failure[] = [
    ...[...groups.values()].map((group) => ({ finding: worstOf(group), group })),
    ...unexplained.map((one) => ({ unexplained: one })),
  ];
  const order = new Map(failures.map((failure, index) => [failure, index]));
  return failures.sort((a, b) => rankOf(a) - rankOf(b) || killedBy(b) - killedBy(a) || order.get(a)! - order.get(b)!);
}

const isSuspicion = (finding: FindingEvent): boolean => {
  const { certainty, severity, consequent, baseline, reaction } = finding;
  return (
    certainty === "unproven" &&
    !consequent &&
    baseline !== true &&
    ((reaction.logs ?? []).length > 0 || (severity === "error" && (isAnswered(reaction) || isLikely(finding))))
  );
};

/** That one of a group which shows most. */
const worstOf = (group: readonly FindingEvent[]): FindingEvent =>
  group.reduce((best, one) => (evidenceOf(one) > evidenceOf(best) ? one : best));

const evidenceOf = ({ reaction }: FindingEvent): number =>
  (isAnswered(reaction) ? 4 : 0) +
  (reaction.confidence === "exact" ? 2 : 0) +
  ((reaction.streamsKilled?.length ?? 0) > 0 ? 1 : 0);

function rankOf(failure: Failure): number {
  const kills = killedBy(failure) > 0;
  if (failure.unexplained !== undefined) return kills ? 1 : 4;
  const { severity, reaction, certainty } = failure.finding;
  if (certainty === "unproven") return isLikely(failure.finding) ? 1.5 : 7.5;
  const answered = isAnswered(reaction);
  // Why a call waited says more than who gave it up.
  if (failure.finding.rule.startsWith("health/flow-stall")) return 4.4;
  // Nobody answers any more, not even TCP: what a caller makes of that says less.
  if (failure.finding.rule === "health/peer-unreachable") return 4.3;
  // A timer says more than the status that it ended with.
  if (failure.finding.rule === "health/idle-timeout" && failure.finding.frame.kind === "headers") return 2.05;
  // An attempt that failed is a failure, though another address may have served.
  if (failure.finding.rule === "preface/connection-refused") return 7.9;
  if (severity === "error" && answered) return kills ? 0 : 3;
  // A client that hangs up on its own calls has done with them.
  const isOwn = failure.finding.offender === "client" && failure.finding.frame.kind === "close";
  if (kills && !(severity === "info" && isOwn)) {
    // That it was refused says more than what a caller makes of it.
    if (severity === "info") return answered ? 4.5 : failure.finding.rule === "health/refused-streams" ? 4.9 : 5;
    return 2 + 0.1 * (ENDS.indexOf(failure.finding.rule) + 1);
  }
  // A program itself says that something came of it.
  const isTold = (reaction.logs ?? []).some(({ tells }) => tells === "symptom");
  return severity === "error" ? 6 : severity === "warning" ? 7 : isTold ? 7.6 : 8;
}

// How a connection or a stream ended: reported where nothing shows why. The most telling first.
const ENDS: readonly string[] = [
  "health/graceful-shutdown",
  "health/server-reset",
  "health/stream-killed-by-close",
  "goaway/missing-before-close",
];

/** Calls that it cost, over all that is shown as one. */
const killedBy = (failure: Failure): number =>
  failure.unexplained === undefined
    ? failure.group.reduce((sum, { reaction }) => sum + (reaction.streamsKilled?.length ?? 0), 0)
    : (failure.unexplained.reaction.streamsKilled?.length ?? 0);

/** Worth a separate story: advice that cost nothing is not. */
export const isFailure = (failure: Failure): boolean => rankOf(failure) < 8;

/** @param fix Of the rule, where there is one. */
export function tell(failure: Failure, connections: ReadonlyMap<number, ConnectionEvent>, fix: string | undefined): StoryText {
  return failure.unexplained === undefined
    ? tellFinding(failure.finding, failure.group, connections, fix)
    : tellUnexplained(failure.unexplained);
}

function tellFinding(
  f: FindingEvent,
  group: readonly FindingEvent[],
  connections: ReadonlyMap<number, ConnectionEvent>,
  fix: string | undefined,
): StoryText {
  const { reaction } = f;
  const from = f.offender === "client" ? "server" : "client";
  const called = f.path === undefined || f.message.includes(f.path) ? "" : ` The call is ${f.path}.`;
  const proof =
    f.certainty === "proven" ? "" : ` This is not proven: ${(f.because ?? []).map((need) => NEEDS[need] ?? need).join("; ")}.`;
  const cost = costSentence(reaction, connections.get(f.connection)?.software?.client);
  const more = [
    statusSentence(f),
    repeats(f, group),
    ...logged(reaction),
    ...(f.reaction.also === undefined ? [] : [alsoSentence(f.reaction.also)]),
  ].filter((text) => text !== "");
  return {
    ...{ connection: f.connection, stream: f.stream, packet: f.frame.packet },
    ...(f.frame.line === undefined ? {} : { line: f.frame.line }),
    cause: `${sentence(f.message)} (${positionText(f.frame)}).${called}${proof}`,
    answer: isAnswered(reaction) ? answered(from, reaction) : unanswered(f),
    ...(cost === "" ? {} : { cost }),
    ...(fix === undefined || f.severity === "info" ? {} : { fix }),
    ...(more.length === 0 ? {} : { more: more.join(" ") }),
  };
}

function answered(from: string, r: ReactionObject): string {
  if (r.kind === "log-only") return `The answer of the ${from} is known from its log only.`;
  const at = positionText(r.frame ?? { packet: r.packet ?? 0 });
  const debug = r.debug === undefined || r.debug === "" ? "" : `, "${r.debug}"`;
  const closed =
    r.closed === undefined
      ? ""
      : `, and closed the connection ${duration(r.closed.delay)} after that (${r.closed.how.toUpperCase()}, packet ${r.closed.packet})`;
  const silent = r.kind === "fin" || r.kind === "rst";
  const told = silent
    ? `The ${from} closed the connection ${later(r)} (${answerName(r)}, ${at}) and gave no reason`
    : `The ${from} answered ${later(r)} with ${answerName(r)} (${at})${debug}${closed}`;
  const sure = r.confidence === "exact" ? "" : " It is likely, not certain, that this is the answer.";
  const says = r.explanation === undefined ? "" : ` ${opening(r.explanation)}.`;
  const verdict = r.verdict === "escalated" ? " It ends the connection, though only the stream should end." : "";
  return `${told}.${sure}${says}${verdict}`;
}

/** What the logs of either end say of it, and of what came of it: a line of each. */
function logged({ logs = [] }: Omit<ReactionObject, "verdict">): string[] {
  const files = [...new Set(logs.map(({ file }) => file))].slice(0, LOGS);
  return files.flatMap((name) => {
    const own = logs.filter(({ file }) => file === name);
    const first = (kinds: readonly string[]) =>
      kinds.map((tells) => own.find((line) => line.tells === tells)).find((line) => line !== undefined);
    const [fault, outcome] = [first(["fault", "received", "sent", "close"]), first(["symptom"])];
    const whose = own[0]!.side === undefined ? "A log" : `The log of the ${own[0]!.side}`;
    return [
      ...(fault === undefined ? [] : [`${whose} says about it ${quotedLine(fault)}.`]),
      ...(outcome === undefined ? [] : [`${whose} shows the result ${quotedLine(outcome)}.`]),
    ];
  });
}

function quotedLine({ file, line, confidence, text }: LogLineObject): string {
  const sure = confidence === "exact" ? "" : `, ${confidence}`;
  const shown = text.trim();
  return `(${file}:${line}${sure}): "${shown.length > LINE ? `${shown.slice(0, LINE)}...` : shown}"`;
}

const later = ({ delay = 0 }: ReactionObject): string => `${duration(Math.max(delay, 0))} later`;

function unanswered({ offender, reaction, severity, certainty }: FindingEvent): string {
  const from = offender === "client" ? "server" : "client";
  const own = reaction.selfInflicted;
  if (own !== undefined) {
    const end = own.kind === "goaway" ? `sent GOAWAY ${own.errorCode}` : "closed the connection";
    return `The ${offender} itself ${end} ${duration(own.delay)} later, on open streams (packet ${own.packet}).`;
  }
  switch (reaction.verdict) {
    case "tolerated":
      return certainty === "proven" ? `The ${from} accepted it.` : `The ${from} went on without an error.`;
    case "unseen":
      return `The capture shows no answer from the ${from}.`;
    default:
      return severity === "info" ? "No answer is expected." : `No answer was expected from the ${from}, and it sent none.`;
  }
}

/** Empty where nothing was lost. */
export function costSentence(
  { kind, streamsKilled: killed = [], retrySafe: safe = [], lost = [], logs = [] }: Omit<ReactionObject, "verdict">,
  client?: string,
): string {
  if (kind === "status" || kind === "grpc-status") return "The call failed with it.";
  if (killed.length === 0) return "";
  const calls = lostCalls({ streamsKilled: killed, lost });
  const retry =
    safe.length === killed.length
      ? `${killed.length === 1 ? "It is" : "They are"} safe to retry: the server did not act on ${killed.length === 1 ? "it" : "them"}.`
      : safe.length === 0
        ? `${killed.length === 1 ? "It is" : "They are"} not safe to retry: the handler may have run.`
        : `${safe.length === 1 ? "One" : safe.length} of them ${safe.length === 1 ? "is" : "are"} safe to retry (${streamsText(safe)}), the handlers of the others may have run.`;
  const saw = sightsOf({ lost, logs });
  const seen =
    saw.length === 0
      ? ""
      : ` ${killed.length === 1 ? "The caller" : "Callers"}${client === undefined ? "" : ` (${client})`} probably saw ${saw.join(", or ")}.`;
  return `It cost ${plural(killed.length, "call")}: ${calls}. ${retry}${seen}`;
}

// What the status says that a finding is about.
function statusSentence({ rule, data }: FindingEvent): string {
  if (rule !== "health/error-status" && rule !== "grpc/http-status") return "";
  const status = Number(data["status"]);
  const meaning = rule === "health/error-status" && data["name"] !== undefined ? grpcMeaning(status) : statusMeaning(status);
  return meaning === undefined ? "" : `That status says that ${meaning}.`;
}

function repeats(f: FindingEvent, group: readonly FindingEvent[]): string {
  const times = group.reduce((sum, { count }) => sum + count, 0);
  if (times < 2) return "";
  const connections = new Set(group.map(({ connection }) => connection)).size;
  const killed = group.reduce((sum, { reaction }) => sum + (reaction.streamsKilled?.length ?? 0), 0);
  const lost = killed > (f.reaction.streamsKilled?.length ?? 0) ? `, and cost ${plural(killed, "call")} in all` : "";
  return `It happened ${times} times on ${plural(connections, "connection")}${lost}.`;
}

const alsoSentence = (also: NonNullable<ReactionObject["also"]>): string =>
  `The same answer may be about ${also
    .slice(0, 3)
    .map(({ rule, packet }) => `${rule} (packet ${packet})`)
    .join(", ")}${also.length > 3 ? " and more" : ""} as well.`;

function tellUnexplained({ connection, reaction: r, before, unchecked, refusals }: UnexplainedEvent): StoryText {
  const from = r.frame?.from ?? r.from ?? "server";
  const whom = from === "client" ? "server" : "client";
  const packet = r.frame?.packet ?? r.packet ?? 0;
  const at = positionText(r.frame ?? { packet });
  const debug = r.debug === undefined || r.debug === "" ? "" : `, "${r.debug}"`;
  const closed =
    r.closed === undefined
      ? ""
      : `, and closed the connection ${duration(r.closed.delay)} after that (packet ${r.closed.packet})`;
  const silent = r.kind === "fin" || r.kind === "rst";
  const did = silent
    ? `closed the connection on open streams (${answerName(r)}, ${at})`
    : `sent ${answerName(r)} (${at})${debug}${closed}`;
  const last = before.slice(-SHOWN).map((frame) => `${frameName(frame)} (${positionText(frame)})`);
  const sent = last.length === 0 ? "" : `The last frames it had received from the ${whom}: ${last.join(", ")}.`;
  const meaning = meaningOf(r);
  const says = r.explanation === undefined ? "" : `${opening(r.explanation)}.`;
  const strict = refusals.length === 0 ? "" : `Legal, but known to be refused: ${refusals.join("; ")}.`;
  const blind =
    unchecked.length === 0
      ? "Every rule could be checked."
      : `Not every rule could be checked: ${unchecked.slice(0, 3).join("; ")}.`;
  const cost = costSentence(r);
  return {
    ...{ connection, stream: r.frame?.streamId ?? 0, packet },
    ...(r.frame?.line === undefined ? {} : { line: r.frame.line }),
    cause:
      meaning === undefined
        ? `The ${from} ${did}, and no finding explains it.`
        : `The ${from} ${did}. That ${r.kind === "status" ? "status" : "code"} says why by itself: ${meaning}${blockText(r, before)}.`,
    answer: [says, strict, sent].filter((text) => text !== "").join(" "),
    ...(cost === "" ? {} : { cost }),
    more: `${blind} h2lint timeline --connection ${connection} shows every frame.`,
  };
}

// How large the request's field block was, where that is what the status is about.
function blockText({ status, frame }: UnexplainedEvent["reaction"], before: UnexplainedEvent["before"]): string {
  if (status !== 431 || frame === undefined) return "";
  const own = before.filter(
    ({ kind, streamId }) => streamId === frame.streamId && (kind === "headers" || kind === "continuation"),
  );
  const octets = own.reduce((sum, { length = 0 }) => sum + length, 0);
  return octets === 0 ? "" : `; its field block has ${plural(octets, "byte")} as it was sent`;
}

/** The story in one paragraph. */
export const storyLine = ({ cause, answer, through, cost, fix, more }: StoryText): string =>
  [cause, answer, through, cost, more, fix === undefined ? undefined : `Fix: ${fix}`]
    .filter((text) => text !== undefined && text !== "")
    .join(" ");

/** Where a story is: `connection 1, stream 1`. */
export const storyPlace = ({ connection, stream }: StoryText): string =>
  `connection ${connection}${stream === 0 ? "" : `, stream ${stream}`}`;

// A name of software stays as it is written.
const opening = (text: string): string => (text.startsWith("the ") ? sentence(text) : text);

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const SHOWN = 4;
const LOGS = 4;
const LINE = 300;
