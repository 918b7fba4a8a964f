// In: findings, and the frames and ends that can answer them. Out: each finding with its answer (rules.md section 5): candidates that fail
// a necessary condition are dropped, the others scored; a finding has one answer at most, and an answer one finding it is the answer to.
// Errors that answer nothing known are told by themselves.
import { latin1 } from "../bytes.ts";
import { ErrorCode, errorCodeName } from "../http2/error-code.ts";
import type { Frame } from "../http2/frame.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import { FrameRef } from "../model/frame-ref.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { type Origin, other, type Side } from "../place.ts";
import type { Finding, FindingSink } from "../rules/finding.ts";
import type { Severity } from "../rules/rule.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import { closeBlames, goawayBlames, resetBlames, statusBlames } from "./blame.ts";
import { type Cost, completed, costOf } from "./cost.ts";
import { isAbout, refusalsLike, refuserOf, textsLike } from "./dictionary.ts";
import { Crossings, crossedOverreaction, strictOverreaction } from "./overreaction.ts";
import type { Confidence, PairedFinding, PairSink, Reaction, RecognisedSoftware, Unexplained, Verdict } from "./reaction.ts";
import { RecentFrames } from "./recent-frames.ts";
import { Recognition } from "./recognition.ts";
import { byMerit, delayOf, isPossible, type Scene, type Score, scoreOf } from "./score.ts";
import type { Software } from "./software.ts";

export class Pairing implements ModelSink, FindingSink {
  readonly #sink: PairSink;
  readonly #overreaction: Severity | undefined;
  readonly #open = new Map<number, Pending>();

  /** @param overreaction With which severity `health/receiver-overreaction` is found; undefined: not at all. */
  constructor(sink: PairSink, overreaction?: Severity) {
    this.#sink = sink;
    this.#overreaction = overreaction;
  }

  connectionStart(connection: Connection): void {
    this.#open.set(connection.id, new Pending(connection));
  }

  finding(finding: Finding): void {
    const pending = this.#open.get(finding.connection);
    pending?.findings.push({ finding, framesBefore: pending.connection.frames });
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    const pending = this.#open.get(connection.id)!;
    const { from, kind } = frame;
    pending.recent.add(frame);
    pending.recognition[from].frame(frame, connection.endpoint(from).started);
    pending.crossings.add(frame, stream, pending.recent);
    if ((kind !== "goaway" && kind !== "rst-stream") || !frame.whole) return;
    const { errorCode, lastStreamId, streamId } = frame;
    const own = stream?.half(from);
    // RFC 9113 8.1: NO_ERROR after a complete response asks to stop sending the request.
    if (kind === "rst-stream" && errorCode === ErrorCode.noError && (own?.endAt ?? -1) >= 0) return;
    const isGoaway = kind === "goaway";
    const debug = isGoaway ? latin1(frame.bytes, frame.start, Math.min(frame.end, frame.start + DEBUG_OCTETS)) : "";
    if (isGoaway) pending.recognition[from].goaway(debug, frame);
    const blames = isGoaway ? goawayBlames(frame, debug, connection) : resetBlames(frame, stream, connection);
    const repeats = !isGoaway && (own?.resetAt ?? -1) >= 0;
    pending.add({
      ...{ kind, from, errorCode, lastStreamId, debug, streamId, blames },
      status: 0,
      frame: FrameRef.of(frame),
      ...(isGoaway || stream === undefined ? {} : { stream }),
      open: isGoaway ? openStreams(connection) : [streamId],
      everyday: errorCode === ErrorCode.noError || (!isGoaway && errorCode === ErrorCode.cancel && from === "client"),
      ...(blames || repeats ? { before: pending.recent.until(other(from), frame.first.acked) } : {}),
    });
  }

  fields(block: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    const pending = this.#open.get(connection.id)!;
    pending.recognition[block.from].fields(block);
    const { decoded, role, streamId } = block;
    if (decoded === undefined || (role !== "response" && role !== "response-trailers")) return;
    const status = decoded.statusCode;
    const code = decoded.grpcStatus?.value;
    const refuses = code !== undefined && REFUSALS.has(code);
    if (!refuses && (role !== "response" || status < 400)) return;
    const frame = FrameRef.of(block);
    const common = { from: "server", errorCode: 0, lastStreamId: 0, streamId, open: [streamId], everyday: false } as const;
    if (role === "response" && status >= 400) {
      const blames = statusBlames(status);
      const before = blames ? { before: pending.recent.until("client", block.first.acked) } : {};
      pending.add({ ...common, kind: "status", debug: "", status, frame, blames, ...before });
      return;
    }
    if (refuses) pending.add({ ...common, kind: "grpc-status", debug: "", status: Number(code), frame, blames: false });
  }

  end(from: Side, how: EndReason, at: Origin, connection: Connection): void {
    if (how !== "fin" && how !== "rst") return;
    const pending = this.#open.get(connection.id)!;
    const frame = FrameRef.close(from, at);
    const open = openStreams(connection);
    // The other side closed first: this only follows. A FIN counts for one octet.
    const theirs = connection.endpoint(other(from)).end;
    const follows =
      theirs !== undefined && (theirs.how === "rst" || (theirs.how === "fin" && (at.acked < 0 || at.acked > theirs.at.offset)));
    const quiet = at.time - Math.max(connection.client.lastAt.time, connection.server.lastAt.time);
    const blames = !follows && quiet < IDLE && closeBlames(from, connection);
    const close: Reaction = {
      ...{ kind: how, from, frame, open, blames },
      ...{ errorCode: 0, lastStreamId: 0, debug: "", status: 0, streamId: 0 },
      everyday: follows || (open.length === 0 && quiet >= IDLE),
      ...(blames ? { before: pending.recent.until(other(from), at.acked) } : {}),
    };
    const goaway = pending.reactions.find((r) => r.kind === "goaway" && r.from === from);
    if (goaway === undefined) pending.add(close);
    else goaway.closedBy = close;
  }

  connectionEnd(connection: Connection): void {
    const pending = this.#open.get(connection.id);
    if (pending !== undefined) {
      this.#open.delete(connection.id);
      const { pairs, unexplained } = pairAll(pending, this.#overreaction);
      for (const pair of pairs) this.#sink.paired(pair);
      for (const one of unexplained) this.#sink.unexplained?.(one);
    }
    this.#sink.closed?.(connection, pending?.software);
  }
}

/** What waits for the end of one connection. */
class Pending {
  readonly connection: Connection;
  readonly findings: { finding: Finding; framesBefore: number }[] = [];
  readonly reactions: Reaction[] = [];
  readonly recent = new RecentFrames();
  readonly crossings = new Crossings();
  readonly recognition: Readonly<Record<Side, Recognition>> = {
    client: new Recognition("client"),
    server: new Recognition("server"),
  };

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Some answers come before the frame they answer is whole, so the latest are kept even while nothing waits for one. */
  add(reaction: Reaction): void {
    const { reactions } = this;
    reactions.push(reaction);
    if (reactions.length <= (this.findings.length === 0 ? RECENT : REACTIONS)) return;
    const plain = reactions.findIndex(({ blames }) => !blames);
    reactions.splice(Math.max(plain, 0), 1);
  }

  get software(): RecognisedSoftware {
    const { client, server } = this.recognition;
    return {
      ...(client.software === undefined ? {} : { client: client.software.name }),
      ...(server.software === undefined ? {} : { server: server.software.name }),
      evidence: [...client.evidence, ...server.evidence],
    };
  }
}

function pairAll(pending: Pending, severity: Severity | undefined): { pairs: PairedFinding[]; unexplained: Unexplained[] } {
  const { connection, crossings } = pending;
  const findings = pending.findings.map(({ finding }) => finding).filter(({ expect }) => expect.none !== true);
  const reactions = pending.reactions.filter((reaction) => counts(reaction));
  const { client, server } = pending.recognition;
  const software = { client: client.supposed, server: server.supposed };
  const suggested = { client: client.suggested, server: server.suggested };
  const answers = new Map<Finding, Score & { confidence: Confidence }>();
  const covered = new Map<Reaction, Finding[]>();
  const further = new Map<Finding, Reaction[]>();
  const overreactions = new Map<Reaction, Finding>();
  const cost = (reaction: Reaction): Cost => costOf(reaction, connection, software.client);
  const unexplained: Unexplained[] = [];
  for (const side of ["client", "server"] as const) {
    const own = findings.filter((finding) => finding.offender === side);
    const theirs = firstFinal(reactions.filter((reaction) => reaction.from !== side));
    const wasOpen = ({ frame: { streamId, offset } }: Finding): boolean => {
      const stream = connection.streams.get(streamId);
      return stream?.seen === true && stream.initiator === side && stream.openedAt <= offset;
    };
    const scene: Scene = { own, software, suggested, wasOpen, roundTrip: connection.roundTrip };
    for (const reaction of theirs) {
      const scores = own
        .filter((finding) => isPossible(finding, reaction))
        .map((finding) => scoreOf(finding, reaction, scene))
        .filter(({ points }) => points >= 1)
        .sort(byMerit);
      // Info is never the answered one where something worse is (5.3).
      const best = scores.find(({ finding }) => finding.severity !== "info") ?? scores[0];
      if (best === undefined) {
        const over = severity && crossedOverreaction(reaction, crossings, own, connection, severity);
        if (over !== undefined) overreactions.set(reaction, over);
        else if (reaction.blames && unexplained.length < UNEXPLAINED)
          unexplained.push(unexplainedOf(reaction, pending, cost(reaction), suggested[reaction.from]));
        continue;
      }
      const rival = scores.some((s) => s !== best && best.points - s.points < RIVAL && s.finding.severity !== "info");
      // A reset may have destroyed the GOAWAY that said why; a status may be about what was asked for.
      const doubtful = reaction.kind === "rst" || reaction.kind === "grpc-status";
      const certain = reaction.frame.acked >= 0 && best.points >= EXACT && best.isApt && !rival && !doubtful;
      const confidence = certain ? "exact" : best.points >= LIKELY ? "likely" : "possible";
      const before = answers.get(best.finding);
      const isBetter = before === undefined || before.points < best.points;
      if (isBetter) answers.set(best.finding, { ...best, confidence });
      // One fault may be answered twice: RST_STREAM, then GOAWAY.
      const lesser = isBetter ? before : { ...best, confidence };
      if (lesser !== undefined && lesser.confidence !== "possible") {
        const list = further.get(best.finding) ?? [];
        if (list.length < ALSO) list.push(lesser.reaction);
        further.set(best.finding, list);
      }
      const others = scores.filter((score) => score !== best && score.points >= LIKELY);
      if (others.length > 0)
        covered.set(
          reaction,
          others.slice(0, ALSO).map(({ finding }) => finding),
        );
      for (const also of others) {
        if (!answers.has(also.finding)) answers.set(also.finding, { ...also, confidence: "possible" });
      }
      const known = refuserOf(suggested[reaction.from], best.finding.rule, reaction) !== undefined;
      if (severity === undefined || (!certain && (!known || confidence === "possible"))) continue;
      const strict = strictOverreaction(reaction, best.finding, own, connection, severity);
      if (strict !== undefined) overreactions.set(reaction, strict);
    }
    // A consequence is not paired while what it follows from is not (1.3).
    const unpaired = own.some(
      (f) => !f.consequent && f.severity === "error" && f.expect.scope === "connection" && !answers.has(f),
    );
    if (unpaired) for (const finding of own) if (finding.consequent) answers.delete(finding);
  }
  // What is the answer to a fault is told with it.
  const explained = new Set<string>();
  for (const { reaction, confidence } of answers.values()) {
    if (confidence === "possible") continue;
    explained.add(placeOf(reaction.frame));
    if (reaction.closedBy !== undefined) explained.add(placeOf(reaction.closedBy.frame));
  }
  const ends = new Map<string, Reaction>();
  for (const { closedBy } of pending.reactions) if (closedBy !== undefined) ends.set(placeOf(closedBy.frame), closedBy);
  for (const reaction of pending.reactions) ends.set(placeOf(reaction.frame), reaction);
  const shown = pending.findings.filter(({ finding }) => finding.expect.none !== true || !explained.has(placeOf(finding.frame)));
  const pairs = shown.map(({ finding, framesBefore }): PairedFinding => {
    const answer = answers.get(finding);
    if (answer === undefined) {
      const selfInflicted = ownEnd(finding, reactions);
      // What is told by itself may be the end of calls.
      const end = ends.get(placeOf(finding.frame));
      return {
        ...{ finding, verdict: unanswered(finding, connection, framesBefore), ...(end === undefined ? NO_COST : cost(end)) },
        ...(selfInflicted === undefined ? {} : { selfInflicted }),
      };
    }
    const { reaction, confidence, evidence } = answer;
    const about = textsLike(reaction.debug).find((text) => isAbout(text, finding.rule));
    const also = confidence === "possible" ? undefined : covered.get(reaction);
    const more = further.get(finding);
    return {
      ...{ finding, verdict: verdictOf(finding, reaction), reaction, confidence, evidence },
      delay: delayOf(finding, reaction),
      ...cost(reaction),
      ...(about === undefined ? {} : { explanation: about.text.says }),
      ...(also === undefined ? {} : { also }),
      ...(more === undefined ? {} : { further: more }),
    };
  });
  for (const [reaction, finding] of overreactions) pairs.push({ finding, verdict: "none-expected", ...cost(reaction) });
  return { pairs, unexplained };
}

function unexplainedOf(reaction: Reaction, { connection }: Pending, cost: Cost, suggested: readonly Software[]): Unexplained {
  const before = reaction.before ?? [];
  const [text] = textsLike(reaction.debug);
  const unchecked: string[] = [];
  for (const { side, started, lostOctets } of [connection.client, connection.server]) {
    if (!started) unchecked.push(`the start of the ${side} was not captured`);
    if (lostOctets > 0) unchecked.push(`${lostOctets} octets of the ${side} are missing`);
  }
  for (const [key, count] of connection.unchecked) {
    const [rule = "", need = ""] = key.split(" ");
    if (unchecked.length < UNEXPLAINED) unchecked.push(`${rule}: ${need}${count > 1 ? `, ${count} times` : ""}`);
  }
  return {
    ...{ connection: connection.id, reaction, before, unchecked },
    ...cost,
    ...(text === undefined ? {} : { explanation: text.text.says }),
    refusals: refusalsLike(suggested, reaction, before),
  };
}

// The offender gave up by itself, soon after: no answer, but the story's end (5.5).
function ownEnd(finding: Finding, reactions: readonly Reaction[]): Reaction | undefined {
  const { offender, frame } = finding;
  if (finding.severity === "info" || frame.kind === "close") return undefined;
  const end = reactions.find(isFinal);
  if (end === undefined || end.from !== offender || end.everyday || end.open.length === 0) return undefined;
  const delay = end.frame.time - frame.time;
  return end.frame.offset >= frame.end && delay <= SECOND ? end : undefined;
}

const isFinal = (r: Reaction): boolean =>
  r.kind === "fin" || r.kind === "rst" || (r.kind === "goaway" && r.errorCode !== ErrorCode.noError);

const placeOf = ({ from, kind, offset }: FrameRef): string => `${from} ${kind} ${offset}`;

// RFC 9113 5.4.1: a GOAWAY without an error is an answer only if the connection closes at once on open streams.
function counts(reaction: Reaction): boolean {
  if (reaction.kind !== "goaway" || reaction.errorCode !== ErrorCode.noError || reaction.blames) return true;
  const { closedBy } = reaction;
  return closedBy !== undefined && !closedBy.everyday && closedBy.frame.time - reaction.frame.time <= SECOND;
}

// N4: after a side's first error GOAWAY or close nothing of it starts another pair.
function firstFinal(reactions: readonly Reaction[]): Reaction[] {
  const first = reactions.findIndex(isFinal);
  return first < 0 ? [...reactions] : reactions.slice(0, first + 1);
}

export function verdictOf({ expect }: Finding, { kind, errorCode, status }: Reaction): Verdict {
  if (expect.ignore === true) return "escalated";
  if (expect.codes.length === 0) return "as-specified";
  const right = expect.codes.includes(errorCodeName(errorCode));
  if (expect.scope === "connection") return kind === "goaway" && right ? "as-specified" : "other-code";
  if (kind === "rst-stream") return right ? "as-specified" : "other-code";
  if (kind === "grpc-status") return "other-code";
  if (kind === "status") return expect.malformed === true && status < 500 ? "as-specified" : "other-code";
  return "escalated";
}

// No answer: was the frame read and let pass, or is the answer not in the capture? (rules.md 5.5)
function unanswered(finding: Finding, connection: Connection, framesBefore: number): Verdict {
  if (finding.expect.ignore === true) return "none-expected";
  const receiver = connection.endpoint(other(finding.offender));
  const processed = receiver.processed >= finding.frame.end;
  const wentOn = connection.frames - framesBefore >= 100 || connection.lastTime - finding.frame.time >= 5 * SECOND;
  const stream = connection.streams.get(finding.frame.streamId);
  if (processed || wentOn || (stream !== undefined && completed(stream))) return "tolerated";
  return finding.expect.codes.length === 0 ? "none-expected" : "unseen";
}

function openStreams(connection: Connection): number[] {
  const open: number[] = [];
  for (const stream of connection.streams.values()) {
    if (!stream.closed && !stream.reserved && stream.seen) open.push(stream.id);
    if (open.length >= STREAMS) break;
  }
  return open;
}

const NO_COST: Cost = { streamsKilled: [], retrySafe: [], lost: [] };

// INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL: by which servers refuse a call as it stands.
const REFUSALS: ReadonlySet<string> = new Set(["3", "8", "12", "13"]);

const EXACT = 8;
const LIKELY = 4;
const RIVAL = 2;
// Nanoseconds.
const SECOND = 1e9;
// Without a frame for so long a close on no open stream is nothing special.
const IDLE = 500e6;
// Octets of debug data kept; reactions, streams and other findings kept per connection.
const DEBUG_OCTETS = 4096;
const REACTIONS = 1000;
const RECENT = 32;
const STREAMS = 1000;
const UNEXPLAINED = 20;
const ALSO = 20;
