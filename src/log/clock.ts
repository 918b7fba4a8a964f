// How far is a log's clock from the capture's? The offset at which most connections of the log have one of the capture to be: clocks
// are never trusted, and a zone that a log does not say is found the same way.
import type { Candidate } from "./candidate.ts";
import type { ClockBase, LogTime } from "./event.ts";

/** Seconds to add to the log's times. */
export interface ClockOffset {
  readonly seconds: number;
  /** Another offset would explain as much. */
  readonly rival: boolean;
  /** It is what a right clock in some zone would show. */
  readonly right: boolean;
  /** Connections of the log that it explains. */
  readonly count: number;
}

/** @param wireSeconds Seconds since the epoch of a time of the capture.
 *  @param tolerance Seconds by which the times of two connections may be off differently.
 *  @returns undefined where nothing has a time. */
export function clockOffset(
  candidates: readonly Candidate[],
  base: ClockBase,
  wireSeconds: (time: number) => number,
  tolerance: (candidate: Candidate) => number = toleranceOf,
): ClockOffset | undefined {
  const offsets = candidates
    .filter(({ moment }) => moment?.log.base === base)
    .map((candidate) => ({ candidate, offset: offsetOf(candidate, wireSeconds)! }))
    .sort((a, b) => a.offset - b.offset);
  if (offsets.length === 0) return undefined;
  let best: Cluster | undefined;
  let rival = false;
  let from = 0;
  for (let to = 0; to < offsets.length; to++) {
    while (offsets[to]!.offset - offsets[from]!.offset > tolerance(offsets[to]!.candidate)) from++;
    // A cluster is looked at when the next does not belong to it.
    const next = offsets[to + 1];
    if (next !== undefined && next.offset - offsets[from]!.offset <= tolerance(next.candidate)) continue;
    const members = offsets.slice(from, to + 1);
    const one: Cluster = {
      count: new Set(members.map(({ candidate }) => candidate.conversation)).size,
      offset: members[members.length >> 1]!.offset,
      far: Math.min(...members.map(({ offset }) => distance(offset, base))),
      near: nearOf(members[0]!.candidate),
    };
    const order = best === undefined ? -1 : compare(one, best);
    // Beside the best one the clusters it shares members with do not count.
    if (order === 0 || (best !== undefined && Math.abs(one.offset - best.offset) <= tolerance(members[0]!.candidate))) {
      if (order < 0) best = one;
      else if (order === 0 && Math.abs(one.offset - best!.offset) > tolerance(members[0]!.candidate)) rival = true;
    } else if (order < 0) {
      best = one;
      rival = false;
    }
  }
  return { seconds: best!.offset, rival, right: best!.far <= best!.near, count: best!.count };
}

/** A line of the candidate's log, and something of the capture, can be of the same moment; where nothing is known of one of them, too.
 *  @param wireTime Nanoseconds since the session's first packet. */
export function isTimely(
  time: LogTime | undefined,
  wireTime: number,
  candidate: Candidate,
  clock: ClockOffset | undefined,
  wireSeconds: (time: number) => number,
): boolean {
  if (clock === undefined || time === undefined || time.base !== candidate.moment?.log.base) return true;
  return Math.abs(wireSeconds(wireTime) - time.seconds - clock.seconds) <= toleranceOf(candidate);
}

/** The two connections can have been at the same time. */
export function isInTime(
  candidate: Candidate,
  clock: ClockOffset | undefined,
  wireSeconds: (time: number) => number,
  tolerance: (candidate: Candidate) => number = toleranceOf,
): boolean {
  const offset = offsetOf(candidate, wireSeconds);
  return clock === undefined || offset === undefined || Math.abs(offset - clock.seconds) <= tolerance(candidate);
}

/** Seconds from the log's time to the capture's. */
export const offsetOf = ({ moment }: Candidate, wireSeconds: (time: number) => number): number | undefined =>
  moment === undefined ? undefined : wireSeconds(moment.wire) - moment.log.seconds;

/** 2 s where the log has whole seconds, 50 ms where it has finer ones; more where only texts are compared, which are
 *  written some time after. */
export const toleranceOf = ({ moment, pairs }: Candidate): number => {
  const resolution = moment?.log.resolution ?? 1;
  return resolution >= 1 ? 2 : (pairs.length > 0 ? 0.05 : 0.25) + 2 * resolution;
};

/** Where all is well lines are written within so much of each other: 4 ms, and what the log's digits leave open. */
export const fineToleranceOf = (candidate: Candidate): number => {
  const resolution = candidate.moment?.log.resolution ?? 1;
  return resolution >= 1 ? toleranceOf(candidate) : 0.004 + 2 * resolution;
};

interface Cluster {
  /** Connections of the log that it explains. */
  readonly count: number;
  readonly offset: number;
  /** Seconds from what a right clock would show, and how many such a one may be off. */
  readonly far: number;
  readonly near: number;
}

// Of two that explain as much the one that a right clock in some zone would show.
function compare(a: Cluster, b: Cluster): number {
  if (a.count !== b.count) return b.count - a.count;
  const right = (cluster: Cluster) => cluster.far <= cluster.near;
  if (right(a) !== right(b)) return right(a) ? -1 : 1;
  if (!right(a)) return 0;
  return Math.abs(Math.abs(a.offset) - Math.abs(b.offset)) < a.near ? 0 : Math.abs(a.offset) - Math.abs(b.offset);
}

// Zones are a multiple of 15 minutes from UTC. Time of day and time since the start can be anything.
function distance(offset: number, base: ClockBase): number {
  if (base === "utc") return Math.abs(offset);
  if (base === "local" || base === "day") return Math.abs(offset - Math.round(offset / 900) * 900);
  return Infinity;
}

const nearOf = ({ moment }: Candidate): number => ((moment?.log.resolution ?? 1) >= 1 ? 3 : 1);
