// In: what failed, and what somebody saw. Out: those failures that it can be of.
import { fits } from "../pairing/fault.ts";
import type { Reading } from "../pairing/symptom.ts";
import { isAnswered } from "./answer.ts";
import type { FindingEvent, ReactionObject, UnexplainedEvent } from "./event.ts";
import { type Failure, isFailure } from "./failures.ts";
import { likenessTo, type Words } from "./words.ts";

/** Those that the symptom can be of, the likeliest first; of alike ones the worst. */
export function fitting(
  all: readonly Failure[],
  symptom: string,
  readings: readonly Reading[],
  words: readonly Words[],
): Failure[] {
  const like = likenessTo(symptom);
  const scored = all.map((failure) => {
    const points = (one: FindingEvent | UnexplainedEvent) =>
      Math.max(0, ...readings.map((reading) => pointsOf(one, reading))) + 3 * like(one.reaction.debug ?? "") + said(one, words);
    if (failure.unexplained !== undefined) return { failure, score: points(failure.unexplained) };
    // Of what happened often that one which fits.
    const group = failure.group.map((finding) => ({ finding, score: points(finding) }));
    const best = group.reduce((a, b) => (b.score > a.score ? b : a));
    const close = failure.close === undefined ? 0 : points(failure.close);
    return { failure: { ...failure, finding: best.finding }, score: Math.max(best.score, close) };
  });
  const fitting = scored
    .filter(({ failure, score }) => score >= FITS && (isFailure(failure) || !isOwnWord(failure, words)))
    .sort((a, b) => b.score - a.score)
    .map(({ failure }) => failure);
  const why = fitting[0] === undefined ? undefined : reasonFor(fitting[0], all);
  return why === undefined ? fitting : [why, ...fitting.filter((failure) => failure !== why)];
}

/** What is wrong with a call that an end cut off, where the text fits the end: that says only how. */
function reasonFor(end: Failure, all: readonly Failure[]): Failure | undefined {
  if (end.finding === undefined || !isEnd(end.finding.rule)) return undefined;
  const { connection, reaction } = end.finding;
  const killed = reaction.streamsKilled ?? [];
  // The one that fits best stands for its group.
  const graver = all.slice(
    0,
    all.findIndex(({ group }) => group === end.group),
  );
  return graver.find(
    (one) =>
      one.finding !== undefined &&
      isFailure(one) &&
      !isEnd(one.finding.rule) &&
      one.finding.severity === "error" &&
      one.finding.connection === connection &&
      killed.includes(one.finding.stream),
  );
}

/** Advice that only repeats what the server says: the words tell more. */
const isOwnWord = ({ finding }: Failure, words: readonly Words[]): boolean =>
  words.some(
    ({ in: where, connection, stream }) =>
      where === "grpc-message" && connection === finding?.connection && stream === finding.stream,
  );

/** How well a failure fits one reading; 0: not at all. */
function pointsOf(one: FindingEvent | UnexplainedEvent, reading: Reading): number {
  const { reaction } = one;
  const answered = one.kind === "unexplained" || isAnswered(one.reaction);
  const killed = reaction.streamsKilled ?? [];
  const kinds = kindsOf(reaction, one, answered);
  let points = 0;
  if (reading.rules !== undefined && one.kind === "finding") {
    const own = [one.rule, ...one.hides];
    // How it ended says less than why.
    if (reading.rules.some((pattern) => own.some((rule) => fits(pattern, rule)))) points += isEnd(one.rule) ? 3 : 4;
  }
  if (reaction.kind === "status" && reading.http?.includes(reaction.status ?? 0) === true) points = 4;
  const wanted: readonly string[] = reading.kinds ?? [];
  if (wanted.some((kind) => kinds.includes(kind))) {
    // Callers see ends that took a call from them.
    if (killed.length === 0 && reading.codes === undefined) return points;
    const by = 3 + (wanted.includes(kinds[0]!) ? 1 : 0);
    points = one.kind === "finding" && isEnd(one.rule) ? Math.max(points, by) : points + by;
  }
  if (reading.codes !== undefined) {
    if (reaction.errorCode === undefined || !answered) return points >= 3 ? points : 0;
    if (!reading.codes.includes(reaction.errorCode)) return 0;
    points += 2;
  }
  if (points > 0 && reading.stream !== undefined) {
    const streams = [...killed, one.kind === "finding" ? one.stream : (reaction.frame?.streamId ?? 0)];
    points += streams.includes(reading.stream) ? 2 : -2;
  }
  return points;
}

const isEnd = (rule: string): boolean => ENDS.has(rule);

/** The kind of the answer or end, then those that came with it. */
function kindsOf(reaction: Omit<ReactionObject, "verdict">, one: FindingEvent | UnexplainedEvent, answered: boolean): string[] {
  const { kind, closed, selfInflicted } = reaction;
  if (answered && kind !== undefined) return closed === undefined ? [kind] : [kind, closed.how];
  if (selfInflicted !== undefined) return [selfInflicted.kind];
  // A finding about an end is reported at it.
  if (one.kind !== "finding" || (reaction.streamsKilled?.length ?? 0) === 0) return [];
  return one.frame.kind === "close" ? ["fin", "rst"] : [one.frame.kind];
}

// The capture says it at this very answer, or on this stream.
function said(one: FindingEvent | UnexplainedEvent, words: readonly Words[]): number {
  const packets = [one.reaction.frame?.packet, one.kind === "finding" ? one.frame.packet : undefined];
  const here = words.filter(({ connection }) => connection === one.connection);
  if (here.some(({ packet }) => packets.includes(packet))) return 4;
  const stream = one.kind === "finding" ? one.stream : (one.reaction.frame?.streamId ?? 0);
  return stream !== 0 && here.some((word) => word.stream === stream) ? 3 : 0;
}

// Rules about how a call, a stream or a connection ended.
const ENDS: ReadonlySet<string> = new Set([
  ...["health/stream-killed-by-close", "goaway/missing-before-close", "health/server-reset", "health/request-cancelled"],
  ...["health/graceful-shutdown", "health/goaway", "health/error-status", "grpc/rst-status-map", "grpc/unavailable-retryable"],
  ...["grpc/status-lost", "grpc/goaway-reason", "health/tcp-reset-with-data", "goaway/no-warning"],
]);

// Points from which on a failure fits a symptom.
const FITS = 3;
