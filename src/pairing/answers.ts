// In: the findings and reactions of one connection. Out: each finding with its answer. Reactions that cannot be the answer are dropped,
// the others scored; a finding has one answer at most, and an answer one finding it is the answer to. Errors that answer nothing known
// are reported by themselves. Work: at most REACTIONS (pending.ts) times the findings, which the rule engine bounds; what stands on a stream
// is compared with the findings of that stream alone.
import { ErrorCode, errorCodeName } from "../http2/error-code.ts";
import type { FrameRef } from "../model/frame-ref.ts";
import type { Side } from "../place.ts";
import type { Finding, Need } from "../rules/finding.ts";
import type { Severity } from "../rules/severity.ts";
import { Costs } from "./cost.ts";
import { isAbout, refuserOf, textsLike } from "./dictionary.ts";
import { lawfulOfRequest } from "./lawful.ts";
import { crossedOverreaction, lawfulOverreaction, strictOverreaction } from "./overreaction.ts";
import type { Pending, PendingFinding } from "./pending.ts";
import type { Confidence, Cost, PairedFinding, Reaction, Unexplained } from "./reaction.ts";
import type { Recognised } from "./recognition.ts";
import {
  byMerit,
  cluesOf,
  confidenceBy,
  delayOf,
  isOnStream,
  isPossible,
  LIKELY,
  type Scene,
  type Score,
  scoreOf,
} from "./score.ts";
import { unexplainedOf } from "./unexplained.ts";
import { verdictOf, verdictUnanswered } from "./verdict.ts";

export interface Paired {
  readonly pairs: readonly PairedFinding[];
  readonly unexplained: readonly Unexplained[];
  /** The answer to what comparing the connection with others finds: of those that are the answer to nothing else. It changes nothing for
   *  what stands beside it, since the comparison may be made later, elsewhere. */
  readonly beside: (finding: Finding) => PairedFinding;
}

/** @param overreaction With which severity `health/receiver-overreaction` is found; undefined: not at all. */
export function pairAll(
  pending: Pending,
  recognised: Readonly<Record<Side, Recognised>>,
  overreaction: Severity | undefined,
): Paired {
  const { findings, reactions } = pending;
  // Nothing is wrong, and nobody said so: most connections.
  if (findings.length === 0 && (reactions.length === 0 || !reactions.some(({ blames, before }) => blames || before.length > 0)))
    return {
      ...NOTHING,
      beside: (finding) => new Answers(pending, reactions.filter(counts), recognised, overreaction).beside(finding),
    };
  const answers = new Answers(pending, reactions.filter(counts), recognised, overreaction);
  answers.choose("client");
  answers.choose("server");
  return {
    pairs: answers.pairs(reactions),
    unexplained: answers.unexplained,
    beside: (finding) => answers.beside(finding),
  };
}

type Answer = Score & { readonly confidence: Confidence };

class Answers {
  readonly unexplained: Unexplained[] = [];
  readonly #pending: Pending;
  readonly #reactions: readonly Reaction[];
  readonly #recognised: Readonly<Record<Side, Recognised>>;
  readonly #overreaction: Severity | undefined;
  readonly #costs: Costs;
  readonly #answers = new Map<Finding, Answer>();
  /** Findings that an answer may be about beside the one it is the answer to. */
  readonly #covered = new Map<Reaction, Finding[]>();
  /** One fault may be answered twice: RST_STREAM, then GOAWAY. */
  readonly #further = new Map<Finding, Reaction[]>();
  readonly #overreactions = new Map<Reaction, Finding>();

  constructor(
    pending: Pending,
    reactions: readonly Reaction[],
    recognised: Readonly<Record<Side, Recognised>>,
    overreaction: Severity | undefined,
  ) {
    this.#pending = pending;
    this.#reactions = reactions;
    this.#recognised = recognised;
    this.#overreaction = overreaction;
    this.#costs = new Costs(pending.connection, recognised.client.supposed);
  }

  /** Finds the answers to the faults of one side. */
  choose(offender: Side): void {
    const own: Finding[] = [];
    for (const { finding } of this.#pending.findings)
      if (finding.offender === offender && finding.expect.none !== true) own.push(finding);
    const onStream = byStream(own);
    const scene = this.#scene();
    for (const reaction of firstFinal(this.#reactions.filter(({ from }) => from !== offender))) {
      const candidates = isOnStream(reaction) ? (onStream.get(reaction.streamId) ?? []) : own;
      const scores = scored(candidates, reaction, own, scene);
      // Info is never the answered one where something worse is.
      const best = scores.find(({ finding }) => finding.severity !== "info") ?? scores[0];
      if (best !== undefined) this.#answering(best, scores, own);
      if (best === undefined || isFaint(best, scores)) this.#unanswering(reaction, own);
    }
    this.#unpairConsequences(own, scene);
  }

  // A consequence is not paired while what it follows from is not: its answer may be to that.
  #unpairConsequences(own: readonly Finding[], scene: Scene): void {
    const unpaired = own.filter(
      (f) => !f.consequent && f.severity === "error" && f.expect.scope === "connection" && !this.#answers.has(f),
    );
    if (unpaired.length === 0) return;
    for (const finding of own) {
      const answer = finding.consequent ? this.#answers.get(finding) : undefined;
      if (answer === undefined) continue;
      this.#answers.delete(finding);
      const scores = scored(unpaired, answer.reaction, own, scene);
      const [best] = scores;
      if (best === undefined || this.#answers.has(best.finding)) continue;
      const { confidence } = answerOf(best, scores);
      this.#answers.set(best.finding, { ...best, confidence: answer.confidence === "possible" ? confidence : "likely" });
    }
  }

  /** All findings, answered or not.
   *  @param reactions All of the connection. */
  pairs(reactions: readonly Reaction[]): PairedFinding[] {
    const explained = this.#explained();
    const ends = endsOf(reactions);
    const lastWord = this.#reactions.find(isFinal);
    const pairs: PairedFinding[] = [];
    for (const one of this.#pending.findings) {
      const { finding } = one;
      const answer = this.#answers.get(finding);
      if (answer !== undefined) pairs.push(this.#answered(one, answer));
      // What answers a fault is reported with it.
      else if (finding.expect.none !== true || !explained.has(placeOf(finding.frame)))
        pairs.push(this.#alone(one, ends, lastWord));
    }
    // Many frames cross one reset, and are answered one by one: that is reported once.
    let crossed: { finding: Finding; count: number } | undefined;
    for (const [reaction, finding] of this.#overreactions) {
      const repeated = finding.message === "crossed" && finding.severity === "info";
      if (repeated && crossed !== undefined) {
        crossed.count++;
        continue;
      }
      const pair = { finding, count: 1, verdict: "none-expected", ...this.#costs.of(reaction) } as const;
      const own: PairedFinding & { count: number } = { ...pair };
      if (repeated) crossed = own;
      pairs.push(own);
    }
    return pairs;
  }

  /** The answer to what is found beside these findings, if nothing else is answered by it. */
  beside(finding: Finding): PairedFinding {
    const { connection, reactions } = this.#pending;
    const one = { finding, repeats: { count: 1 }, framesBefore: connection.frames };
    if (finding.expect.none !== true) {
      const scene = this.#scene();
      const given = new Set(
        [...this.#answers.values()].flatMap(({ reaction, confidence }) => (confidence === "possible" ? [] : [reaction])),
      );
      for (const reaction of firstFinal(this.#reactions.filter(({ from }) => from !== finding.offender))) {
        if (given.has(reaction) || this.#overreactions.has(reaction)) continue;
        const scores = scored([finding], reaction, [finding], scene);
        const [best] = scores;
        if (best !== undefined) return this.#answered(one, answerOf(best, scores));
      }
    }
    return this.#alone(one, endsOf(reactions), this.#reactions.find(isFinal));
  }

  #scene(): Scene {
    const { connection } = this.#pending;
    const { client, server } = this.#recognised;
    return {
      software: { client: client.supposed, server: server.supposed },
      suggested: { client: client.suggested, server: server.suggested },
      wasOpen: (finding) => this.#wasOpen(finding),
      roundTrip: connection.roundTrip,
    };
  }

  /** Nothing that was found can be what this is about. */
  #unanswering(reaction: Reaction, own: readonly Finding[]): void {
    const { connection, crossings } = this.#pending;
    const severity = this.#overreaction;
    const over =
      severity &&
      (crossedOverreaction(reaction, crossings, own, connection, severity) ??
        (reaction.blames ? lawfulOverreaction(reaction, own, connection, severity) : undefined));
    if (over !== undefined) this.#overreactions.set(reaction, over);
    else if (reaction.blames && this.unexplained.length < UNEXPLAINED && !this.#isTold(reaction)) {
      const { suggested } = this.#recognised[reaction.from];
      this.unexplained.push(unexplainedOf(reaction, connection, this.#costs.of(reaction), suggested));
    }
  }

  /** A finding about the answer itself says what became of its stream, and blames nobody else. */
  #isTold({ kind, from, frame, errorCode = 0, streamId, stream }: Reaction): boolean {
    if (kind === "goaway" && this.#hasGivenUp(from)) return true;
    if (from !== "server" || (kind !== "rst-stream" && kind !== "status" && kind !== "goaway")) return false;
    const place = placeOf(frame);
    const code = errorCodeName(errorCode);
    const hasBegun = (this.#pending.connection.streams.get(streamId) ?? stream)?.server.message === "yes";
    return this.#pending.findings.some(({ finding: { rule, message, certainty, frame: at, data } }) => {
      if (certainty !== "proven" || !OWN_ENDS.has(`${rule} ${message}`)) return false;
      // Those with one code are folded into the first.
      return placeOf(at) === place || (hasBegun && kind === "rst-stream" && data["code"] === code);
    });
  }

  /** It closed as its PING had no answer, whatever code its GOAWAY has: .NET's has PROTOCOL_ERROR. */
  #hasGivenUp(side: Side): boolean {
    return this.#pending.findings.some(
      ({ finding: { rule, certainty, data } }) =>
        rule === "grpc/keepalive-timeout" && certainty === "proven" && data["side"] === side,
    );
  }

  #answering(best: Score, scores: readonly Score[], own: readonly Finding[]): void {
    const { finding, reaction } = best;
    const answer = answerOf(best, scores);
    const { confidence } = answer;
    const before = this.#answers.get(finding);
    const isBetter = before === undefined || before.points < best.points;
    if (isBetter) this.#answers.set(finding, answer);
    const lesser = isBetter ? before : answer;
    if (lesser !== undefined && lesser.confidence !== "possible") {
      const list = this.#further.get(finding) ?? [];
      if (list.length < ALSO) list.push(lesser.reaction);
      this.#further.set(finding, list);
    }
    const others = scores.filter((score) => score !== best && score.points >= LIKELY);
    if (others.length > 0)
      this.#covered.set(
        reaction,
        others.slice(0, ALSO).map((score) => score.finding),
      );
    for (const also of others)
      if (!this.#answers.has(also.finding)) this.#answers.set(also.finding, { ...also, confidence: "possible" });
    const severity = this.#overreaction;
    const { suggested } = this.#recognised[reaction.from];
    const refuser = refuserOf(suggested, finding.rule, reaction);
    if (severity === undefined || (confidence !== "exact" && (refuser === undefined || confidence === "possible"))) return;
    const strict = strictOverreaction(reaction, finding, own, this.#pending.connection, severity, refuser);
    if (strict !== undefined) this.#overreactions.set(reaction, strict);
  }

  /** Where the answers are that are reported with their faults, and the closes that belong to them. */
  #explained(): Set<string> {
    const places = new Set<string>();
    for (const { reaction, confidence } of this.#answers.values()) {
      if (confidence === "possible") continue;
      places.add(placeOf(reaction.frame));
      if (reaction.closedBy !== undefined) places.add(placeOf(reaction.closedBy.frame));
    }
    return places;
  }

  #answered({ finding, repeats: { count } }: PendingFinding, { reaction, confidence, evidence }: Answer): PairedFinding {
    const about = textsLike(reaction.debug).find((text) => isAbout(text, finding.rule));
    const also = confidence === "possible" ? undefined : this.#covered.get(reaction);
    const further = this.#further.get(finding);
    const { streamsKilled, retrySafe, lost } = this.#costs.of(reaction);
    const found = confidence === "exact" && count === 1 ? this.#confirmed(finding, about !== undefined) : finding;
    return {
      ...{ finding: found, count, verdict: verdictOf(finding, reaction), reaction, confidence, evidence },
      delay: delayOf(finding, reaction),
      ...{ streamsKilled, retrySafe, lost },
      ...explained(
        about?.text.says ?? (finding.severity === "info" ? lawfulOfRequest(reaction, this.#pending.connection) : undefined),
      ),
      ...(also === undefined ? {} : { also }),
      ...(further === undefined ? {} : { further }),
    };
  }

  /** The other side objects, to the byte and by its code or text, to what is seen here: so it read frames behind a gap as they are read here,
   *  and nothing else on the stream allows this. Whether its settings do, only a text about the fault shows:
   *  it may refuse a stream for its own load.
   *  @param isNamed Its text is about the fault. */
  #confirmed(finding: Finding, isNamed: boolean): Finding {
    const isShown = (need: Need): boolean =>
      need === "borders" || (need === "settings" && isNamed) || (need === "seen" && this.#wasOpen(finding));
    const { because } = finding;
    return because.length > 0 && because.every(isShown) ? { ...finding, certainty: "proven", because: NO_NEEDS } : finding;
  }

  /** The stream of the finding's frame was opened before that frame, by the same side. */
  #wasOpen({ offender, frame: { streamId, offset } }: Finding): boolean {
    const stream = this.#pending.connection.streams.get(streamId);
    return stream?.seen === true && stream.initiator === offender && stream.openedAt <= offset;
  }

  #alone(one: PendingFinding, ends: ReadonlyMap<string, Reaction>, lastWord: Reaction | undefined): PairedFinding {
    const { finding, repeats } = one;
    // What is reported by itself may be the end of calls.
    const end = ends.get(placeOf(finding.frame));
    const { streamsKilled, retrySafe, lost } = end === undefined ? NO_COST : this.#costs.of(end);
    const verdict = verdictUnanswered(one, this.#pending.connection);
    const isOwn = lastWord !== undefined && isOwnEnd(finding, lastWord);
    return {
      ...{ finding, count: repeats.count, verdict, streamsKilled, retrySafe, lost },
      ...(isOwn ? { selfInflicted: lastWord } : {}),
    };
  }
}

// Rule and message: a response that its server cut off; a request for what it announces, and does not take; PINGs that it may not count.
const OWN_ENDS: ReadonlySet<string> = new Set([
  "health/server-reset response",
  "health/connect-refused status",
  "health/connect-refused reset",
  "grpc/too-many-pings-unjustified between",
]);

const explained = (explanation: string | undefined) => (explanation === undefined ? {} : { explanation });

/** The findings that a reaction on a stream can be about, by that stream. */
function byStream(findings: readonly Finding[]): Map<number, Finding[]> {
  const streams = new Map<number, Finding[]>();
  const add = (id: number, finding: Finding) => {
    const list = streams.get(id);
    if (list === undefined) streams.set(id, [finding]);
    else list.push(finding);
  };
  for (const finding of findings) {
    const { streamId } = finding.frame;
    const promised = finding.data["promisedStreamId"];
    add(streamId, finding);
    if (typeof promised === "number" && promised !== streamId) add(promised, finding);
  }
  return streams;
}

/** What the reaction may be the answer to, the best first. */
function scored(candidates: readonly Finding[], reaction: Reaction, own: readonly Finding[], scene: Scene): Score[] {
  const possible = candidates.filter((finding) => isPossible(finding, reaction));
  if (possible.length === 0) return [];
  const clues = cluesOf(reaction, own);
  return possible
    .map((finding) => scoreOf(finding, reaction, clues, scene))
    .filter(({ points }) => points >= 1)
    .sort(byMerit);
}

/** Advice on one stream, which the end of the connection may be about, and is not likely to be: it explains nothing. */
const isFaint = (best: Score, scores: readonly Score[]): boolean =>
  best.finding.severity === "info" && !isOnStream(best.reaction) && answerOf(best, scores).confidence === "possible";

function answerOf(best: Score, scores: readonly Score[]): Answer {
  return { ...best, confidence: confidenceBy(best.points, isCertain(best, scores)) };
}

function isCertain(best: Score, scores: readonly Score[]): boolean {
  const { reaction, points, isApt } = best;
  if (reaction.frame.acked < 0 || !isApt) return false;
  // A reset may have destroyed the GOAWAY that said why; a status may be about what was asked for.
  if (reaction.kind === "rst" || reaction.kind === "grpc-status") return false;
  return !scores.some((score) => score !== best && points - score.points < RIVAL && score.finding.severity !== "info");
}

function endsOf(reactions: readonly Reaction[]): Map<string, Reaction> {
  const ends = new Map<string, Reaction>();
  for (const { closedBy } of reactions) if (closedBy !== undefined) ends.set(placeOf(closedBy.frame), closedBy);
  for (const reaction of reactions) ends.set(placeOf(reaction.frame), reaction);
  return ends;
}

/** The offender gave up by itself, soon after: no answer, but the story's end. */
function isOwnEnd({ offender, frame, severity }: Finding, end: Reaction): boolean {
  if (severity === "info" || frame.kind === "close" || frame.kind === "stop") return false;
  if (end.from !== offender || end.everyday || !end.onOpenStream) return false;
  return end.frame.offset >= frame.end && end.frame.time - frame.time <= SECOND;
}

const isFinal = (r: Reaction): boolean =>
  r.kind === "fin" || r.kind === "rst" || r.kind === "tls-alert" || (r.kind === "goaway" && r.errorCode !== ErrorCode.noError);

// Where a side stopped it may have closed, later.
const placeOf = ({ from, kind, offset }: FrameRef): string => `${from} ${kind === "stop" ? "close" : kind} ${offset}`;

// RFC 9113 5.4.1: a GOAWAY without an error is an answer only if the connection closes at once on open streams.
function counts(reaction: Reaction): boolean {
  if (reaction.kind !== "goaway" || reaction.errorCode !== ErrorCode.noError || reaction.blames) return true;
  const { closedBy } = reaction;
  return closedBy !== undefined && !closedBy.everyday && closedBy.frame.time - reaction.frame.time <= SECOND;
}

// After a side's first error GOAWAY or close nothing of it starts another pair.
function firstFinal(reactions: readonly Reaction[]): readonly Reaction[] {
  const first = reactions.findIndex(isFinal);
  return first < 0 ? reactions : reactions.slice(0, first + 1);
}

const NOTHING: Omit<Paired, "beside"> = { pairs: [], unexplained: [] };
const NO_NEEDS: readonly Need[] = [];
const NO_COST: Cost = { streamsKilled: [], retrySafe: [], lost: [] };

// Points.
const RIVAL = 2;
// Nanoseconds.
const SECOND = 1e9;
// Of a connection, and of a finding or answer.
const UNEXPLAINED = 20;
const ALSO = 20;
