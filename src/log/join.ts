// In: logs, and what a capture tells of each connection. Out: the same findings and answers with the lines of the logs that tell of them
// (rules.md 5.6). Connections are found by their frames and by what texts tell of; clocks only tell apart what is alike.
import type { DiagnosticSink } from "../diagnostic.ts";
import type { Limits } from "../limits.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import { isAbout, textsLike } from "../pairing/dictionary.ts";

import type { Confidence, Evidence, JoinedLine, PairedFinding, Reaction, Unexplained } from "../pairing/reaction.ts";
import { verdictOf } from "../pairing/verdict.ts";
import type { Side } from "../place.ts";
import { assign, type Joined } from "./assignment.ts";
import { actorOf, type Candidate, candidateOf, isAboutFinding, tellsGoaway, type Witness } from "./candidate.ts";
import { type ClockOffset, clockOffset } from "./clock.ts";
import { conversationsOf } from "./conversation.ts";
import type { ClockBase, FrameEvent, TextEvent } from "./event.ts";
import type { Log } from "./reader.ts";
import type { WireFrames } from "./wire.ts";

/** What came of one log. */
export interface LogSummary {
  readonly log: Log;
  /** Which end wrote it; undefined: not known. */
  readonly side: Side | undefined;
  /** Connections it tells of, and those that are in the capture. */
  readonly conversations: number;
  readonly joined: number;
  /** Seconds that its clock is behind the capture's, where times were compared. */
  readonly offset: number | undefined;
}

export interface JoinResult {
  readonly pairs: readonly PairedFinding[];
  readonly unexplained: readonly Unexplained[];
  readonly logs: readonly LogSummary[];
}

/** @param wireSeconds Seconds since the epoch of a time of the capture. */
export function joinLogs(
  logs: readonly Log[],
  wire: WireFrames,
  pairs: readonly PairedFinding[],
  unexplained: readonly Unexplained[],
  wireSeconds: (time: number) => number,
  limits: Limits,
  diagnostics: DiagnosticSink,
): JoinResult {
  const findings = new Map<number, PairedFinding[]>();
  for (const pair of pairs) {
    const list = findings.get(pair.finding.connection);
    if (list === undefined) findings.set(pair.finding.connection, [pair]);
    else list.push(pair);
  }
  const witnesses: Witness[] = [...wire.connections.values()].map((one) => ({ wire: one, findings: findings.get(one.id) ?? [] }));
  const joined: Joined[] = [];
  const summaries: LogSummary[] = [];
  let comparisons = 0;
  let left = 0;
  for (const [index, log] of logs.entries()) {
    const conversations = conversationsOf(log, index);
    const candidates: Candidate[][] = [];
    for (const conversation of conversations) {
      comparisons += witnesses.length;
      if (comparisons > limits.logComparisons) left++;
      else {
        const all = witnesses.map((witness) => candidateOf(conversation, witness)).filter((one) => one !== undefined);
        if (all.length > 0) candidates.push(all);
      }
    }
    const clocks = new Map<ClockBase, ClockOffset | undefined>();
    const clockOf = ({ moment }: Candidate): ClockOffset | undefined => {
      if (moment === undefined) return undefined;
      const { base } = moment.log;
      if (!clocks.has(base)) clocks.set(base, clockOffset(candidates.flat(), base, wireSeconds));
      return clocks.get(base);
    };
    const own: Joined[] = [];
    let ambiguous = 0;
    for (const group of kindsOf(candidates).values()) {
      const assignment = assign(group, clockOf, wireSeconds);
      own.push(...assignment.joined);
      ambiguous += assignment.ambiguous.length;
    }
    joined.push(...own);
    const place = { in: "log", file: index, line: conversations[0]?.line ?? 1 } as const;
    const named = conversations.filter(({ isNamed }) => isNamed).length;
    const found = own.filter(({ conversation }) => conversation.isNamed).length;
    const none = named - found;
    if (none > 0) diagnostics({ code: "log/not-joined", place, data: { file: log.name, connections: none } });
    if (ambiguous > 0) diagnostics({ code: "log/ambiguous", place, data: { file: log.name, connections: ambiguous } });
    const offset = [...clocks.values()].find((clock) => clock !== undefined && !clock.rival)?.seconds;
    const side = log.side ?? own.find((one) => one.side !== undefined)?.side;
    summaries.push({ log, side, conversations: named, joined: found, offset });
  }
  if (left > 0)
    diagnostics({ code: "limit/log-connections", place: { in: "log", file: 0, line: 1 }, data: { connections: left } });
  const byConnection = new Map<number, Joined[]>();
  for (const one of joined) {
    const list = byConnection.get(one.wire.id);
    if (list === undefined) byConnection.set(one.wire.id, [one]);
    else list.push(one);
  }
  return { ...told(pairs, unexplained, (connection) => byConnection.get(connection) ?? [], logs), logs: summaries };
}

/** Findings and answers with the lines that tell of them. */
export function told(
  pairs: readonly PairedFinding[],
  unexplained: readonly Unexplained[],
  joinsOf: (connection: number) => readonly Told[],
  logs: readonly Log[],
): Pick<JoinResult, "pairs" | "unexplained"> {
  const left = new Set(unexplained);
  const found = pairs.map((pair): PairedFinding => {
    const joins = joinsOf(pair.finding.connection);
    const one = withLines(pair, joins, logs);
    if (one.logOnly === undefined) return one;
    // The log says what an answer was about that nothing else explains.
    const answer = [...left].find((unknown) => isAnswerTo(unknown, pair));
    if (answer === undefined) return one;
    left.delete(answer);
    return { ...withLines(answered(pair, answer), joins, logs), confidence: "likely" };
  });
  return {
    pairs: found,
    unexplained: [...left].map((one) => {
      const lines = joinsOf(one.connection).flatMap((join) => reactionLines(one.reaction, join, logs));
      return lines.length === 0 ? one : { ...one, logs: ordered(lines) };
    }),
  };
}

const isAnswerTo = ({ connection, reaction }: Unexplained, { finding }: PairedFinding): boolean =>
  connection === finding.connection &&
  reaction.from !== finding.offender &&
  (reaction.frame.acked < 0 ? reaction.frame.time >= finding.frame.began : finding.decidableAt <= reaction.frame.acked) &&
  (reaction.kind !== "rst-stream" || reaction.streamId === finding.frame.streamId);

function answered(pair: PairedFinding, { reaction, streamsKilled, retrySafe, lost }: Unexplained): PairedFinding {
  const { finding } = pair;
  return {
    ...{ finding, verdict: verdictOf(finding, reaction), reaction, confidence: "likely", evidence: [], streamsKilled, retrySafe },
    lost,
    delay: reaction.frame.time - finding.frame.time,
  };
}

// Frames of a format, or lines with the same text: of two such conversations a connection is one only.
function kindsOf(candidates: readonly Candidate[][]): Map<string, Candidate[][]> {
  const kinds = new Map<string, Candidate[][]>();
  for (const list of candidates) {
    const { format, key, texts } = list[0]!.conversation;
    const name = format?.name ?? (key === undefined ? (texts[0]?.name ?? "") : key.replace(/[\d].*$/, ""));
    const kind = kinds.get(name);
    if (kind === undefined) kinds.set(name, [list]);
    else kind.push(list);
  }
  return kinds;
}

/** What a log tells of the connection of a finding. */
export type Told = Pick<Joined, "conversation" | "side" | "pairs" | "confidence">;

function withLines(pair: PairedFinding, joins: readonly Told[], logs: readonly Log[]): PairedFinding {
  const { finding, reaction, confidence } = pair;
  const lines: JoinedLine[] = [];
  let named: { event: TextEvent; join: Told } | undefined;
  let goaway: { event: FrameEvent; join: Told } | undefined;
  for (const join of joins) {
    const add = (event: FrameEvent | TextEvent) => lines.push(lineOf(event, join, logs));
    for (const { event, frame } of join.pairs) if (isFrame(finding.frame, frame)) add(event);
    const lacking = reaction === undefined ? goawayLacking(join, finding) : undefined;
    if (lacking !== undefined) {
      goaway ??= { event: lacking, join };
      add(lacking);
    }
    for (const event of join.conversation.texts) {
      if (!isAboutFinding(event, finding)) continue;
      add(event);
      const actor = actorOf(event, join.side);
      if (join.confidence !== "possible" && actor !== undefined && actor !== finding.offender) named ??= { event, join };
    }
    if (reaction !== undefined && confidence !== "possible") lines.push(...reactionLines(reaction, join, logs));
  }
  if (lines.length === 0) return pair;
  const found = { ...pair, logs: ordered(lines) };
  // The log tells of an answer that the capture does not hold (rules.md 5.5: the log is right).
  const unanswered = pair.verdict === "unseen" || pair.verdict === "none-expected";
  if (reaction === undefined && unanswered && goaway !== undefined) {
    const { errorCode, lastStreamId, debug } = goaway.event.frame;
    const logOnly = {
      ...(errorCode === undefined ? {} : { errorCode }),
      ...(lastStreamId === undefined ? {} : { lastStreamId }),
      ...(debug === undefined ? {} : { debug }),
    };
    const about = textsLike(debug ?? "").find((text) => isAbout(text, finding.rule));
    const explanation = about === undefined ? {} : { explanation: about.text.says };
    return { ...found, verdict: "unseen", logOnly, confidence: "likely", ...explanation };
  }
  if (named === undefined) return found;
  if (reaction === undefined) {
    const explanation = named.event.says === undefined ? {} : { explanation: named.event.says };
    return unanswered ? { ...found, verdict: "unseen", logOnly: {}, confidence: "likely", ...explanation } : found;
  }
  return strengthened(found, named.event, named.join);
}

// An error GOAWAY of the other side that the log has after the fault, and the capture has not.
function goawayLacking(
  { conversation, side, pairs, confidence }: Told,
  { offender, frame }: PairedFinding["finding"],
): FrameEvent | undefined {
  // Of a log alone the frames are all there is.
  if (side === undefined || confidence === "possible" || pairs.length === 0) return undefined;
  const by = side === offender ? "received" : "sent";
  const fault = pairs.find((one) => isFrame(frame, one.frame))?.event;
  if (fault === undefined) return undefined;
  return conversation.frames.find(
    (event) =>
      event.frame.kind === "goaway" &&
      event.frame.by === by &&
      (event.frame.errorCode ?? 0) !== 0 &&
      event.place.line > fault.place.line &&
      !pairs.some((one) => one.event === event),
  );
}

// rules.md 5.3: a line that names the fault, and its stream, is evidence like a text of the answer itself.
function strengthened(pair: PairedFinding, event: TextEvent, { side, confidence: joined }: Told): PairedFinding {
  const { finding, reaction, evidence = [], confidence } = pair;
  if (reaction === undefined || side !== reaction.from || confidence === "exact") return pair;
  const more: Evidence[] = [{ points: 5, reason: `a line of the ${side}'s log is ${event.software}'s for this fault` }];
  if (event.streamId === finding.frame.streamId)
    more.unshift({ points: 4, reason: `a line of the ${side}'s log names the stream` });
  const all = [...evidence, ...more];
  const points = all.reduce((sum, one) => sum + one.points, 0);
  const proven: Confidence =
    joined === "exact" && points >= EXACT && reaction.frame.acked >= 0 && pair.also === undefined
      ? "exact"
      : points >= LIKELY
        ? "likely"
        : "possible";
  return {
    ...pair,
    evidence: all,
    confidence: proven,
    ...(pair.explanation === undefined && event.says !== undefined ? { explanation: event.says } : {}),
  };
}

function reactionLines(reaction: Reaction, join: Told, logs: readonly Log[]): JoinedLine[] {
  const { kind, from, debug, errorCode, streamId, frame } = reaction;
  const lines: JoinedLine[] = [];
  for (const { event, frame: told } of join.pairs) if (isFrame(frame, told)) lines.push(lineOf(event, join, logs));
  const isEnd = kind === "goaway" || kind === "fin" || kind === "rst";
  for (const event of join.conversation.texts) {
    const actor = actorOf(event, join.side);
    if (actor !== undefined && actor !== from) continue;
    const tells =
      (kind === "goaway" && tellsGoaway(event, debug, errorCode)) ||
      (kind === "rst-stream" && event.errorCode === errorCode && (event.streamId ?? streamId) === streamId) ||
      (isEnd && (event.tells === "close" || event.tells === "symptom"));
    if (tells) lines.push(lineOf(event, join, logs));
  }
  return lines;
}

const isFrame = (ref: FrameRef, { kind, from, offset }: { kind: string; from: Side; offset: number }): boolean =>
  ref.kind === kind && ref.from === from && ref.offset === offset;

/** A line as reports show it. */
export function lineOf(
  event: FrameEvent | TextEvent,
  { confidence, side, conversation }: Told,
  logs: readonly Log[],
): JoinedLine {
  // A text that names nothing is where it stands: that may be chance.
  const placed = event.kind === "text" && event.connection === undefined && event.addresses.length === 0;
  return {
    file: logs[event.place.file]!.name,
    line: event.place.line,
    ...(side === undefined ? {} : { side }),
    tells: event.kind === "frame" ? "frame" : event.tells,
    text: event.text,
    confidence: placed && conversation.frames.length > 0 && confidence === "exact" ? "likely" : confidence,
  };
}

// Each line once, file by file.
function ordered(lines: readonly JoinedLine[]): JoinedLine[] {
  const unique = new Map(lines.map((line) => [`${line.file}\0${line.line}`, line]));
  const files = [...new Set(lines.map(({ file }) => file))];
  return [...unique.values()].sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line).slice(0, LINES);
}

const EXACT = 8;
const LIKELY = 4;
// Lines of an answer that are shown.
const LINES = 20;
