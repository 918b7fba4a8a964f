// In: findings, and answers that none explains. Out: what failed, the worst first: the things that stories are about.
import { isAnswered } from "./answer.ts";
import type { FindingEvent, UnexplainedEvent } from "./event.ts";
import { counts, isLikely } from "./failing.ts";

/** What failed: a finding, with what it is one of; or an answer that nothing found explains. */
export type Failure =
  | {
      readonly finding: FindingEvent;
      readonly group: readonly FindingEvent[];
      readonly unexplained?: undefined;
      /** The finding is about an end that nothing explains. */
      readonly close?: UnexplainedEvent;
    }
  | {
      readonly unexplained: UnexplainedEvent;
      readonly group?: undefined;
      readonly finding?: undefined;
      readonly close?: undefined;
    };

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
  const closes = new Map<FindingEvent, UnexplainedEvent>();
  const ends = findings.filter((one) => counts(one) && (one.rule === "health/stream-killed-by-close" || isInternal(one)));
  const others = unexplained.filter((one) => {
    const finding = endAt(one, ends);
    if (finding !== undefined) closes.set(finding, one);
    return finding === undefined;
  });
  const failures: Failure[] = [
    ...[...groups.values()].map((group) => {
      const finding = worstOf(group);
      const close = closes.get(finding);
      return close === undefined ? { finding, group } : { finding, group, close };
    }),
    ...others.map((one) => ({ unexplained: one })),
  ];
  const order = new Map(failures.map((failure, index) => [failure, index]));
  const left = leftBy(failures);
  // Why nobody answered says more than that the client hung up at last.
  const rank = (failure: Failure) => (isLeft(failure, left) ? Math.min(rankOf(failure), 4.95) : rankOf(failure));
  return failures.sort((a, b) => rank(a) - rank(b) || killedBy(b) - killedBy(a) || order.get(a)! - order.get(b)!);
}

/** `connection stream` of the calls that were without an answer when their client closed. */
function leftBy(failures: readonly Failure[]): Set<string> {
  const left = new Set<string>();
  for (const { group = [] } of failures)
    for (const { rule, offender, connection, reaction } of group)
      if (rule === "health/stream-killed-by-close" && offender === "client")
        for (const stream of reaction.streamsKilled ?? []) left.add(`${connection} ${stream}`);
  return left;
}

const isLeft = ({ group = [] }: Failure, left: ReadonlySet<string>): boolean =>
  group.some(
    ({ severity, certainty, offender, reaction, connection, stream }) =>
      severity === "error" &&
      certainty === "proven" &&
      offender === "client" &&
      reaction.verdict === "unseen" &&
      left.has(`${connection} ${stream}`),
  );

/** What says of a close that it cut calls off, or of RST_STREAM(INTERNAL_ERROR) that its sender failed: that side did it, whatever its reason.
 *  @param ends The findings of such ends. */
function endAt({ connection, reaction }: UnexplainedEvent, ends: readonly FindingEvent[]): FindingEvent | undefined {
  const { kind, errorCode, frame } = reaction;
  if (kind === "rst-stream")
    // Those with one code are folded into the first.
    return errorCode === INTERNAL
      ? ends.find((one) => isInternal(one) && one.connection === connection && (one.count > 1 || one.stream === frame?.streamId))
      : undefined;
  if (kind !== "fin" && kind !== "rst") return undefined;
  const packet = frame?.packet ?? reaction.packet;
  return ends.find(
    (one) =>
      one.frame.kind === "close" &&
      one.connection === connection &&
      one.frame.packet === packet &&
      one.frame.from === (frame?.from ?? reaction.from),
  );
}

// RFC 9113 7: no fault of the other side's.
const INTERNAL = "INTERNAL_ERROR";
const isInternal = ({ rule, data }: FindingEvent): boolean => rule === "health/server-reset" && data["code"] === INTERNAL;

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
  // A client's INTERNAL_ERROR speaks of itself: nghttpx says so when its own client has given up.
  if (failure.unexplained !== undefined) return isOwnError(failure.unexplained) ? 4.6 : kills ? 1 : 4;
  if (failure.close !== undefined) return 1;
  const { severity, reaction, certainty } = failure.finding;
  if (certainty === "unproven") return isLikely(failure.finding) ? 1.5 : 7.5;
  const answered = isAnswered(reaction);
  // Why a call waited says more than who gave it up, and than a status of another.
  // One that was over may be of no matter.
  if (failure.finding.rule.startsWith("health/flow-stall") && failure.finding.data["increment"] === undefined) return 3.9;
  // Nobody answers any more, not even TCP: what a caller makes of that says less.
  if (failure.finding.rule === "health/peer-unreachable" || failure.finding.rule === KEEPALIVE) return 4.3;
  // What the whole connection ended by says more than what is wrong beside it.
  if (failure.finding.rule === "health/receiver-overreaction" && severity === "warning" && !kills) return 5.9;
  // A timer says more than NO_ERROR, and than the status that it ended with.
  if (failure.finding.rule === "health/idle-timeout" && failure.finding.data["code"] === "NO_ERROR") return 1.95;
  if (failure.finding.rule === "health/idle-timeout" && failure.finding.frame.kind === "headers") return 2.05;
  // An attempt that failed is a failure, though another address may have served.
  if (failure.finding.rule === "preface/connection-refused") return 7.9;
  // What a stream alone was reset for, and no call was lost by, is behind a call that waited in vain.
  if (severity === "error" && answered) return kills ? 0 : reaction.kind === "rst-stream" ? 3.95 : 3;
  // A client that hangs up on its own calls has done with them.
  const { rule, offender, frame, data } = failure.finding;
  // But for what its timer had waited for.
  const isOwn = offender === "client" && frame.kind === "close" && rule !== ABANDONED && data["seconds"] === undefined;
  const isCancelled = rule === "grpc/unfinished-message-reset" && offender === "client" && data["code"] === "CANCEL";
  if (kills && !(severity === "info" && (isOwn || isCancelled))) {
    // That it was refused, or given up, says more than what a caller makes of it.
    if (severity === "info") return answered ? 4.5 : rule === "health/refused-streams" || rule === ABANDONED ? 4.9 : 5;
    return 2 + 0.1 * (ENDS.indexOf(failure.finding.rule) + 1);
  }
  // Advice that the whole connection was given up for is more than advice.
  if (severity === "info" && answered && reaction.kind === "goaway" && reaction.errorCode !== "NO_ERROR") return 5.8;
  // A program itself says that something came of it.
  const isTold = (reaction.logs ?? []).some(({ tells }) => tells === "symptom");
  return severity === "error" ? 6 : severity === "warning" ? 7 : isTold ? 7.6 : 8;
}

const isOwnError = ({ reaction: { kind, errorCode, from, frame } }: UnexplainedEvent): boolean =>
  kind === "rst-stream" && errorCode === INTERNAL && (frame?.from ?? from) === "client";

const KEEPALIVE = "grpc/keepalive-timeout";
const ABANDONED = "health/goaway-abandoned";

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
