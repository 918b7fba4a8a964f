// In: findings and answers, and the logs of their connections. Out: the same with the lines that tell of them; a line that names a fault
// is evidence for its answer, and one that reports an answer stands for it where the capture has none.
import type { FrameRef } from "../model/frame-ref.ts";
import { isAbout, textsLike } from "../pairing/dictionary.ts";
import type { Evidence, JoinedLine, PairedFinding, Reaction, Unexplained } from "../pairing/reaction.ts";
import { confidenceBy } from "../pairing/score.ts";
import { verdictOf } from "../pairing/verdict.ts";
import type { Side } from "../place.ts";
import type { Joined } from "./assignment.ts";
import { actorOf, isAboutFinding, tellsEnd, tellsGoaway } from "./candidate.ts";
import type { FrameEvent, TextEvent } from "./event.ts";
import type { Log } from "./reader.ts";

export interface WithLogLines {
  readonly pairs: readonly PairedFinding[];
  readonly unexplained: readonly Unexplained[];
}

/** Findings and answers with the lines that tell of them. */
export function withLogLines(
  pairs: readonly PairedFinding[],
  unexplained: readonly Unexplained[],
  joinsOf: (connection: number) => readonly LogOfConnection[],
  logs: readonly Log[],
): WithLogLines {
  const left = new Set(unexplained);
  const ofConnection = new Map<number, Unexplained[]>();
  for (const one of unexplained) {
    const list = ofConnection.get(one.connection);
    if (list === undefined) ofConnection.set(one.connection, [one]);
    else list.push(one);
  }
  const found = pairs.map((pair): PairedFinding => {
    const joins = joinsOf(pair.finding.connection);
    const one = withLines(pair, joins, logs);
    if (one.logOnly === undefined) return one;
    // The log says what an answer was about that nothing else explains.
    const answer = ofConnection.get(pair.finding.connection)?.find((unknown) => left.has(unknown) && isAnswerTo(unknown, pair));
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

const isAnswerTo = ({ reaction }: Unexplained, { finding }: PairedFinding): boolean =>
  reaction.from !== finding.offender &&
  (reaction.frame.acked < 0 ? reaction.frame.time >= finding.frame.began : finding.decidableAt <= reaction.frame.acked) &&
  (reaction.kind !== "rst-stream" || reaction.streamId === finding.frame.streamId);

function answered(pair: PairedFinding, { reaction, streamsKilled, retrySafe, lost }: Unexplained): PairedFinding {
  const { finding, count } = pair;
  return {
    ...{
      finding,
      count,
      verdict: verdictOf(finding, reaction),
      reaction,
      confidence: "likely",
      evidence: [],
      streamsKilled,
      retrySafe,
    },
    lost,
    delay: reaction.frame.time - finding.frame.time,
  };
}

/** What a log says about the connection of a finding. */
export type LogOfConnection = Pick<Joined, "conversation" | "side" | "pairs" | "confidence">;

function withLines(pair: PairedFinding, joins: readonly LogOfConnection[], logs: readonly Log[]): PairedFinding {
  const { finding, reaction, confidence } = pair;
  const lines: JoinedLine[] = [];
  let named: { event: TextEvent; join: LogOfConnection } | undefined;
  let goaway: { event: FrameEvent; join: LogOfConnection } | undefined;
  for (const join of joins) {
    const add = (event: FrameEvent | TextEvent) => lines.push(joinedLine(event, join, logs));
    for (const { event, frame } of join.pairs) if (isFrame(finding.frame, frame)) add(event);
    const lacking = reaction === undefined ? goawayLacking(join, finding) : undefined;
    if (lacking !== undefined) {
      goaway ??= { event: lacking, join };
      add(lacking);
    }
    for (const event of join.conversation.texts) {
      // Of what happened often each may be the line's.
      const own = pair.count > 1 ? { ...event, streamId: undefined } : event;
      if (!isAboutFinding(own, finding) && !tellsCost(own, pair, join)) continue;
      add(event);
      const actor = actorOf(event, join.side);
      if (join.confidence !== "possible" && actor !== undefined && actor !== finding.offender) named ??= { event, join };
    }
    if (reaction !== undefined && confidence !== "possible") lines.push(...reactionLines(reaction, join, logs));
  }
  if (lines.length === 0) return pair;
  const found = { ...pair, logs: ordered(lines) };
  // The log reports an answer that the capture does not hold (the log is right).
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

// The finding is an end itself, and took calls with it.
function tellsCost(event: TextEvent, { finding: { frame }, streamsKilled }: PairedFinding, { pairs }: LogOfConnection): boolean {
  if (streamsKilled.length === 0) return false;
  if (frame.kind === "close") return tellsEnd(event, "fin", 0, 0) || tellsEnd(event, "rst", 0, 0);
  if (frame.kind !== "rst-stream" && frame.kind !== "goaway") return false;
  const seen = pairs.find((one) => isFrame(frame, one.frame));
  return tellsEnd(event, frame.kind, seen?.frame.errorCode ?? event.errorCode ?? 0, frame.streamId);
}

// An error GOAWAY of the other side that the log has after the fault, and the capture has not.
function goawayLacking(
  { conversation, side, pairs, confidence }: LogOfConnection,
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

// A line that names the fault, and its stream, is evidence like a text of the answer itself.
function strengthened(pair: PairedFinding, event: TextEvent, { side, confidence: joined }: LogOfConnection): PairedFinding {
  const { finding, reaction, evidence = [], confidence } = pair;
  if (reaction === undefined || side !== reaction.from || confidence === "exact") return pair;
  const more: Evidence[] = [{ points: 5, reason: `a line of the ${side}'s log is ${event.software}'s for this fault` }];
  if (event.streamId === finding.frame.streamId)
    more.unshift({ points: 4, reason: `a line of the ${side}'s log names the stream` });
  const all = [...evidence, ...more];
  const points = all.reduce((sum, one) => sum + one.points, 0);
  const isCertain = joined === "exact" && reaction.frame.acked >= 0 && pair.also === undefined;
  return {
    ...pair,
    evidence: all,
    confidence: confidenceBy(points, isCertain),
    ...(pair.explanation === undefined && event.says !== undefined ? { explanation: event.says } : {}),
  };
}

function reactionLines(reaction: Reaction, join: LogOfConnection, logs: readonly Log[]): JoinedLine[] {
  const { kind, from, debug, errorCode, streamId, frame } = reaction;
  const lines: JoinedLine[] = [];
  for (const { event, frame: seen } of join.pairs) if (isFrame(frame, seen)) lines.push(joinedLine(event, join, logs));
  const isEnd = kind === "goaway" || kind === "fin" || kind === "rst";
  for (const event of join.conversation.texts) {
    const actor = actorOf(event, join.side);
    if (actor !== undefined && actor !== from) continue;
    const tells =
      (kind === "goaway" && tellsGoaway(event, debug, errorCode)) ||
      (kind === "rst-stream" && event.errorCode === errorCode && (event.streamId ?? streamId) === streamId) ||
      tellsEnd(event, kind, errorCode, streamId) ||
      (isEnd &&
        (event.tells === "close" || (event.tells === "symptom" && event.kinds === undefined && event.rules.length === 0)));
    if (tells) lines.push(joinedLine(event, join, logs));
  }
  return lines;
}

const isFrame = (ref: FrameRef, { kind, from, offset }: { kind: string; from: Side; offset: number }): boolean =>
  ref.kind === kind && ref.from === from && ref.offset === offset;

/** A line as reports show it. */
export function joinedLine(
  event: FrameEvent | TextEvent,
  { confidence, side, conversation }: LogOfConnection,
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
    confidence: placed && conversation.isNamed && confidence === "exact" ? "likely" : confidence,
  };
}

// Each line once, file by file.
function ordered(lines: readonly JoinedLine[]): JoinedLine[] {
  const unique = new Map(lines.map((line) => [`${line.file}\0${line.line}`, line]));
  const files = [...new Set(lines.map(({ file }) => file))];
  return [...unique.values()].sort((a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line).slice(0, LINES);
}

// Lines of an answer that are shown.
const LINES = 20;
