// In: what rules reported of a frame. Out: findings: the first in the order of judgement stands, and those below it that are graver, or
// proven where it is not; what it hides is named with it.
import type { Limits } from "../../limits.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import type { Side } from "../../place.ts";
import type { Expectation } from "../expectation.ts";
import type { Finding, FindingSink } from "../finding.ts";
import { severities } from "../severity.ts";
import type { Candidate } from "./candidate.ts";
import { type Judged, noCandidates } from "./judged.ts";

export class Settlement {
  readonly #sink: FindingSink;
  readonly #limit: number;
  /** A candidate that counted as a repeat, to be filled again. */
  spare: Candidate | undefined;

  constructor(sink: FindingSink, limits: Limits) {
    this.#sink = sink;
    this.#limit = limits.findings;
  }

  /** Settle what was reported of all frames but those whose field block is open: what its fields show belongs to the same frame. */
  settle(judged: Judged): void {
    const { candidates } = judged;
    if (candidates.length === 1) {
      const only = candidates[0]!;
      if (isOpen(judged, only.frame)) {
        only.complete();
        return;
      }
      judged.candidates = noCandidates;
      if (only.repeats !== undefined) {
        only.repeats.count++;
        this.spare = only;
        return;
      }
      this.#emit(judged, only, NOTHING);
      return;
    }
    judged.candidates = noCandidates;
    for (const group of framesOf(candidates)) {
      if (isOpen(judged, group[0].frame)) judged.candidates = [...judged.candidates, ...group];
      else this.#judge(judged, group);
    }
  }

  // Candidates on one frame.
  #judge(judged: Judged, group: Candidate[]): void {
    group.sort((a, b) => a.slot.rank - b.slot.rank);
    const standing: { readonly candidate: Candidate; readonly hides: string[] }[] = [];
    for (const candidate of group) {
      const hider = standing.find((above) => hides(above.candidate, candidate));
      if (hider === undefined) standing.push({ candidate, hides: [] });
      else if (hider.candidate.slot !== candidate.slot) hider.hides.push(candidate.slot.rule.id);
    }
    for (const { candidate, hides } of standing) this.#emit(judged, candidate, hides);
  }

  #emit(judged: Judged, candidate: Candidate, hides: readonly string[]): void {
    const { slot, frame, because, more, severity } = candidate;
    const { id, meta } = slot.rule;
    const { folding } = judged;
    const consequent = judged.isBroken(frame.from);
    const expect = more?.scope === undefined ? meta.expect : { ...meta.expect, scope: more.scope };
    let repeats = folding.find(candidate, consequent, this.#limit);
    if (repeats !== undefined) {
      repeats.count++;
    } else {
      candidate.complete();
      repeats = { count: 1 };
      const { message, data, text, path, decidableAt } = candidate;
      const finding: Finding = {
        rule: id,
        message,
        data,
        severity,
        offender: frame.from,
        connection: judged.connection.id,
        frame,
        text,
        path,
        related: more?.related ?? [],
        certainty: because.length === 0 ? "proven" : "unproven",
        because,
        consequent,
        hides,
        expect,
        decidableAt,
      };
      folding.keep(candidate, consequent, this.#limit, repeats);
      this.#sink.finding(finding, repeats);
    }
    folding.remember(candidate, consequent, repeats);
    if (severity === "error" && because.length === 0 && breaksConnection(expect)) breakConnection(judged, frame.from);
  }
}

// In the order in which the first candidate of each was reported.
function framesOf(candidates: readonly Candidate[]): [Candidate, ...Candidate[]][] {
  const groups: [Candidate, ...Candidate[]][] = [];
  for (const candidate of candidates) {
    const { from, offset, kind } = candidate.frame;
    const group = groups.find(([{ frame }]) => frame.offset === offset && frame.from === from && frame.kind === kind);
    if (group === undefined) groups.push([candidate]);
    else group.push(candidate);
  }
  return groups;
}

const isOpen = (judged: Judged, { from, offset }: FrameRef): boolean => judged.openBlock(from) === offset;

function hides(above: Candidate, below: Candidate): boolean {
  // By the catalogue's severities: a fault that the user made a warning does not bring up what it hides.
  if (severities.indexOf(below.rank) < severities.indexOf(above.rank)) return false;
  return above.because.length === 0 || below.because.length > 0;
}

const breaksConnection = ({ scope, codes, optional }: Expectation): boolean =>
  scope === "connection" && codes.length > 0 && optional !== true;

function breakConnection(judged: Judged, side: Side): void {
  if (side === "client") judged.clientBroken = true;
  else judged.serverBroken = true;
}

const NOTHING: readonly string[] = [];
