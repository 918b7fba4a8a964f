// In: for each connection of the logs those of the capture that it can be. Out: which it is, and how sure that is. One that could be
// several is nobody's for certain: it is `possible` at best.
import type { Confidence } from "../pairing/reaction.ts";
import type { Candidate } from "./candidate.ts";
import { type ClockOffset, isInTime, isTimely } from "./clock.ts";
import type { Conversation } from "./conversation.ts";

export interface Joined extends Candidate {
  readonly confidence: Confidence;
}

export interface Assignment {
  readonly joined: readonly Joined[];
  /** Those with several candidates that nothing distinguishes. */
  readonly ambiguous: readonly Conversation[];
}

/** @param conversations Of one log that have the same kind of evidence: of two of them a connection of the capture is only one. */
export function assign(
  conversations: readonly (readonly Candidate[])[],
  clockOf: (candidate: Candidate) => ClockOffset | undefined,
  wireSeconds: (time: number) => number,
): Assignment {
  const joined: Joined[] = [];
  const ambiguous: Conversation[] = [];
  const taken = new Set<number>();
  const open: Open[] = [];
  const join = (candidate: Candidate, confidence: Confidence) => {
    taken.add(candidate.wire.id);
    // A line whose time does not fit is of another connection, and then others may be as well.
    const clock = clockOf(candidate);
    const pairs = candidate.pairs.filter(({ event, frame }) => isTimely(event.time, frame.time, candidate, clock, wireSeconds));
    const mixed = pairs.length < candidate.pairs.length && confidence === "exact";
    joined.push({ ...candidate, pairs, confidence: mixed ? "likely" : confidence });
  };

  for (const candidates of conversations) {
    const named = candidates.filter((candidate) => candidate.named);
    if (named.length === 1) {
      join(named[0]!, "exact");
      continue;
    }
    // The best alike; of those the ones whose time fits.
    const most = Math.max(...candidates.map(({ likeness }) => likeness));
    const alike = (named.length > 0 ? named : candidates).filter(({ likeness }) => likeness >= most - NEAR);
    const fit = alike.filter((candidate) => isInTime(candidate, clockOf(candidate), wireSeconds));
    if (fit.length > 0) open.push({ all: candidates.length, fit: fit.length, left: [...fit] });
    // Frames show what it is whatever the clock says; texts alone do not.
    else if (alike.length === 1 && alike[0]!.pairs.length >= FRAMES) join(alike[0]!, "likely");
  }
  // Whoever can only be one leaves the others less to be.
  let waiting = open;
  for (let changed = true, pass = 0; changed && pass < PASSES; pass++) {
    changed = false;
    for (const one of waiting) one.left = one.left.filter(({ wire }) => !taken.has(wire.id));
    const claims = new Map<number, number>();
    for (const { left } of waiting) if (left.length === 1) claims.set(left[0]!.wire.id, (claims.get(left[0]!.wire.id) ?? 0) + 1);
    const next: Open[] = [];
    for (const one of waiting) {
      const [candidate] = one.left;
      if (candidate === undefined) continue;
      // Of two that can only be the same nobody knows which it is.
      if (one.left.length === 1 && claims.get(candidate.wire.id) === 1) {
        join(candidate, isSure(candidate, one) ? "exact" : "likely");
        changed = true;
      } else next.push(one);
    }
    waiting = next;
  }
  for (const group of groupsOf(waiting)) {
    const wires = [...new Set(group.flatMap(({ left }) => left.map(({ wire }) => wire)))].sort((a, b) => a.first - b.first);
    // As many lines as connections, and the log writes them in their order.
    const even = wires.length === group.length;
    let from = 0;
    for (const { left } of group) {
      const at = wires.findIndex((wire, i) => i >= from && left.some((candidate) => candidate.wire === wire));
      if (at < 0) continue;
      from = at + 1;
      const candidate = left.find(({ wire }) => wire === wires[at])!;
      join(candidate, even && !isRival(candidate) ? "likely" : "possible");
      if (!even) ambiguous.push(candidate.conversation);
    }
  }
  return { joined, ambiguous };

  // The same program does the same in every run: only a clock that is right distinguishes this one from another. For texts there must be nothing
  // else in the capture that they could be of.
  function isSure(candidate: Candidate, { all, fit }: Open): boolean {
    const clock = clockOf(candidate);
    if (fit > 1 || clock === undefined || clock.rival || !clock.right) return false;
    return candidate.pairs.length >= FRAMES || (all === 1 && candidate.likeness >= NAMES);
  }

  function isRival(candidate: Candidate): boolean {
    return clockOf(candidate)?.rival === true;
  }
}

interface Open {
  /** Candidates that there are, and those whose time fits. */
  readonly all: number;
  readonly fit: number;
  /** Those that are nobody else's. */
  left: readonly Candidate[];
}

// Those that have a candidate in common, directly or through others; each in the order of the lines.
function groupsOf(open: readonly Open[]): Open[][] {
  const parent = new Map<number, number>();
  const root = (id: number): number => {
    let at = id;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    parent.set(id, at);
    return at;
  };
  for (const { left } of open) for (const { wire } of left) parent.set(root(wire.id), root(left[0]!.wire.id));
  const groups = new Map<number, Open[]>();
  for (const one of open) {
    const [first] = one.left;
    if (first === undefined) continue;
    const id = root(first.wire.id);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [one]);
    else group.push(one);
  }
  const line = ({ left }: Open) => left[0]?.conversation.line ?? 0;
  return [...groups.values()].map((group) => group.sort((one, two) => line(one) - line(two)));
}

// Likeness that distinguishes nothing.
const NEAR = 0.02;
// Likeness of a text that names a fault and its stream.
const NAMES = 3;
// Rounds in which connections are distinguished by what is left.
const PASSES = 100;
// Frames from which on their order says what it is.
const FRAMES = 4;
