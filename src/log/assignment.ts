// In: for each connection of the logs those of the capture that it can be. Out: which it is, and how sure that is. One that could be
// several is nobody's for certain: it is `possible` at best (rules.md 5.6).
import type { Confidence } from "../pairing/reaction.ts";
import type { Candidate } from "./candidate.ts";
import { type ClockOffset, offsetOf, toleranceOf } from "./clock.ts";
import type { Conversation } from "./conversation.ts";

export interface Joined extends Candidate {
  readonly confidence: Confidence;
}

export interface Assignment {
  readonly joined: readonly Joined[];
  /** Those with several candidates that nothing tells apart. */
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
    joined.push({ ...candidate, confidence });
    taken.add(candidate.wire.id);
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
    const fit = alike.filter((candidate) => isInTime(candidate));
    if (fit.length > 0) open.push({ all: candidates.length, fit: fit.length, left: [...fit] });
    // Frames show what it is whatever the clock says; texts alone do not.
    else if (alike.length === 1 && alike[0]!.pairs.length >= FRAMES) join(alike[0]!, "likely");
  }
  // Whoever can only be one leaves the others less to be.
  let waiting = open;
  for (let changed = true; changed; ) {
    changed = false;
    const next: typeof open = [];
    for (const one of waiting) {
      one.left = one.left.filter(({ wire }) => !taken.has(wire.id));
      if (one.left.length === 1 && isSoleClaim(one.left[0]!, one, waiting)) {
        const [candidate] = one.left as [Candidate];
        join(candidate, isSure(candidate, one) ? "exact" : "likely");
        changed = true;
      } else if (one.left.length > 0) next.push(one);
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

  function isInTime(candidate: Candidate): boolean {
    const clock = clockOf(candidate);
    const offset = offsetOf(candidate, wireSeconds);
    return clock === undefined || offset === undefined || Math.abs(offset - clock.seconds) <= toleranceOf(candidate);
  }

  // Texts alone are alike from run to run: they need a clock that is right, and nothing else in the capture that they could be of.
  function isSure(candidate: Candidate, { all, fit }: Open): boolean {
    if (fit > 1 || isRival(candidate)) return false;
    if (candidate.pairs.length >= FRAMES) return true;
    return all === 1 && candidate.likeness >= NAMES && clockOf(candidate)?.right === true;
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

// Nobody else can only be the same.
const isSoleClaim = ({ wire }: Candidate, own: Open, all: readonly Open[]): boolean =>
  !all.some((one) => one !== own && one.left.length === 1 && one.left[0]!.wire === wire);

// Those that have a candidate in common, directly or through others.
function groupsOf<T extends Open>(open: readonly T[]): T[][] {
  const groups: { wires: Set<number>; members: T[] }[] = [];
  for (const one of open) {
    const wires = new Set(one.left.map(({ wire }) => wire.id));
    const members = [one];
    for (let i = groups.length - 1; i >= 0; i--) {
      const group = groups[i]!;
      if (![...wires].some((id) => group.wires.has(id))) continue;
      for (const id of group.wires) wires.add(id);
      members.unshift(...group.members);
      groups.splice(i, 1);
    }
    groups.push({ wires, members });
  }
  const line = ({ left }: Open) => left[0]?.conversation.line ?? 0;
  return groups.map(({ members }) => members.sort((a, b) => line(a) - line(b)));
}

// Likeness that tells nothing apart.
const NEAR = 0.02;
// Likeness of a text that names a fault and its stream.
const NAMES = 3;
// Frames from which on their order says what it is.
const FRAMES = 4;
