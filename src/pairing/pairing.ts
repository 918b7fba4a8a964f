// In: findings, and the frames and ends that can answer them. Out: each finding with its answer (rules.md section 5): candidates that fail
// a necessary condition are dropped, the others scored; a finding has one answer at most, and an answer one finding it is the answer to.
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
import type { EndReason } from "../tcp/byte-stream.ts";
import type { Confidence, Evidence, PairedFinding, PairSink, Reaction, Verdict } from "./reaction.ts";
import { covers, quotedStream, signatureOf } from "./signature.ts";

export class Pairing implements ModelSink, FindingSink {
  readonly #sink: PairSink;
  readonly #open = new Map<number, Pending>();

  constructor(sink: PairSink) {
    this.#sink = sink;
  }

  connectionStart(connection: Connection): void {
    this.#open.set(connection.id, new Pending(connection));
  }

  finding(finding: Finding): void {
    const pending = this.#open.get(finding.connection);
    pending?.findings.push({ finding, framesBefore: pending.connection.frames });
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    if (frame.kind !== "goaway" && frame.kind !== "rst-stream") return;
    const pending = this.#open.get(connection.id)!;
    if (!frame.whole) return;
    const own = stream?.half(frame.from);
    // RFC 9113 8.1: NO_ERROR after a complete response asks to stop sending the request.
    const everyday =
      frame.kind === "goaway"
        ? frame.errorCode === ErrorCode.noError
        : frame.errorCode === ErrorCode.noError || (frame.errorCode === ErrorCode.cancel && frame.from === "client");
    if (frame.kind === "rst-stream" && frame.errorCode === ErrorCode.noError && (own?.endAt ?? -1) >= 0) return;
    pending.add({
      kind: frame.kind,
      from: frame.from,
      errorCode: frame.errorCode,
      lastStreamId: frame.lastStreamId,
      debug: frame.kind === "goaway" ? latin1(frame.bytes, frame.start, Math.min(frame.end, frame.start + DEBUG_OCTETS)) : "",
      status: 0,
      streamId: frame.streamId,
      frame: FrameRef.of(frame),
      open: frame.kind === "goaway" ? openStreams(connection) : [frame.streamId],
      everyday,
    });
  }

  fields(block: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    const status = block.decoded?.statusCode ?? 0;
    if (block.role !== "response" || status < 400) return;
    const pending = this.#open.get(connection.id)!;
    const { streamId } = block;
    const common = { from: "server", errorCode: 0, lastStreamId: 0, debug: "", everyday: false } as const;
    pending.add({ ...common, kind: "status", status, streamId, frame: FrameRef.of(block), open: [streamId] });
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
    const close: Reaction = {
      kind: how,
      from,
      errorCode: 0,
      lastStreamId: 0,
      debug: "",
      status: 0,
      streamId: 0,
      frame,
      open,
      everyday: follows || (open.length === 0 && quiet >= IDLE),
    };
    const goaway = pending.reactions.find((r) => r.kind === "goaway" && r.from === from);
    if (goaway === undefined) pending.add(close);
    else goaway.closedBy = close;
  }

  connectionEnd(connection: Connection): void {
    const pending = this.#open.get(connection.id);
    if (pending === undefined) return;
    this.#open.delete(connection.id);
    for (const pair of pairAll(pending)) this.#sink.paired(pair);
  }
}

/** What waits for the end of one connection. */
class Pending {
  readonly connection: Connection;
  readonly findings: { finding: Finding; framesBefore: number }[] = [];
  readonly reactions: Reaction[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Some answers come before the frame they answer is whole, so the latest are kept even while nothing waits for one. */
  add(reaction: Reaction): void {
    this.reactions.push(reaction);
    const limit = this.findings.length === 0 ? RECENT : REACTIONS;
    if (this.reactions.length > limit) this.reactions.shift();
  }
}

interface Score {
  readonly finding: Finding;
  readonly reaction: Reaction;
  readonly points: number;
  readonly evidence: readonly Evidence[];
}

function pairAll(pending: Pending): PairedFinding[] {
  const { connection } = pending;
  const findings = pending.findings.map(({ finding }) => finding).filter(({ expect }) => expect.none !== true);
  const reactions = pending.reactions.filter((reaction) => counts(reaction));
  const answers = new Map<Finding, Score & { confidence: Confidence }>();
  for (const side of ["client", "server"] as const) {
    const own = findings.filter((finding) => finding.offender === side);
    const theirs = firstFinal(reactions.filter((reaction) => reaction.from !== side));
    for (const reaction of theirs) {
      const scores = own
        .filter((finding) => possible(finding, reaction))
        .map((finding) => score(finding, reaction, own))
        .filter(({ points }) => points >= 1)
        .sort(byMerit);
      // Info is never the answered one where something worse is (5.3).
      const best = scores.find(({ finding }) => finding.severity !== "info") ?? scores[0];
      if (best === undefined) continue;
      const rival = scores.some((s) => s !== best && best.points - s.points < RIVAL && s.finding.severity !== "info");
      const certain = reaction.frame.acked >= 0 && best.points >= EXACT && !rival;
      const confidence = certain ? "exact" : best.points >= LIKELY ? "likely" : "possible";
      const before = answers.get(best.finding);
      if (before === undefined || before.points < best.points) answers.set(best.finding, { ...best, confidence });
      for (const also of scores) {
        if (also !== best && also.points >= LIKELY && !answers.has(also.finding))
          answers.set(also.finding, { ...also, confidence: "possible" });
      }
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
  const shown = pending.findings.filter(({ finding }) => finding.expect.none !== true || !explained.has(placeOf(finding.frame)));
  return shown.map(({ finding, framesBefore }) => {
    const answer = answers.get(finding);
    if (answer === undefined) {
      return { finding, verdict: unanswered(finding, connection, framesBefore), streamsKilled: [], retrySafe: [] };
    }
    const { reaction, confidence, evidence } = answer;
    const killed = reaction.open.filter((id) => reaction.kind !== "status" && !completed(connection.streams.get(id)));
    const signature = signatureOf(reaction.debug);
    return {
      finding,
      verdict: verdictOf(finding, reaction),
      reaction,
      confidence,
      evidence,
      delay: delayOf(finding, reaction),
      streamsKilled: killed,
      retrySafe:
        reaction.kind === "goaway"
          ? killed.filter((id) => id > reaction.lastStreamId)
          : reaction.errorCode === ErrorCode.refusedStream
            ? killed
            : [],
      ...(signature !== undefined && covers(signature, finding.rule) ? { explanation: signature.says } : {}),
    };
  });
}

const placeOf = ({ from, kind, offset }: FrameRef): string => `${from} ${kind} ${offset}`;

// RFC 9113 5.4.1: a GOAWAY without an error is an answer only if the connection closes at once on open streams.
function counts(reaction: Reaction): boolean {
  if (reaction.kind !== "goaway" || reaction.errorCode !== ErrorCode.noError) return true;
  const { closedBy } = reaction;
  return closedBy !== undefined && !closedBy.everyday && closedBy.frame.time - reaction.frame.time <= SECOND;
}

// N4: after a side's first error GOAWAY or close nothing of it starts another pair.
function firstFinal(reactions: readonly Reaction[]): Reaction[] {
  const first = reactions.findIndex(
    (r) => r.kind === "fin" || r.kind === "rst" || (r.kind === "goaway" && r.errorCode !== ErrorCode.noError),
  );
  return first < 0 ? [...reactions] : reactions.slice(0, first + 1);
}

// N1 to N3 of rules.md 5.2.
function possible(finding: Finding, reaction: Reaction): boolean {
  const { frame } = reaction;
  if (frame.acked >= 0 ? finding.decidableAt > frame.acked : frame.time < finding.frame.began) return false;
  if (reaction.kind === "rst-stream")
    return reaction.streamId === finding.frame.streamId || reaction.streamId === finding.data["promisedStreamId"];
  if (reaction.kind === "status") {
    return (
      reaction.streamId === finding.frame.streamId && (finding.expect.malformed === true || finding.rule.startsWith("grpc/"))
    );
  }
  if (reaction.kind === "fin") return !reaction.everyday || frame.time - finding.frame.time <= CLOSE_WINDOW;
  return true;
}

// rules.md 5.3.
function score(finding: Finding, reaction: Reaction, own: readonly Finding[]): Score {
  const evidence: Evidence[] = [];
  const add = (points: number, reason: string) => evidence.push({ points, reason });
  const { frame, debug } = reaction;
  const { streamId } = finding.frame;
  const onStream = reaction.kind === "rst-stream" || reaction.kind === "status";
  if (onStream) add(4, "it is on the same stream");
  else if (streamId !== 0 && quotedStream(debug) === streamId) add(4, "its text names the stream");
  const signature = signatureOf(debug);
  if (signature !== undefined && covers(signature, finding.rule)) add(5, `its text is ${signature.software}'s for this fault`);
  if (reaction.kind === "goaway" || reaction.kind === "rst-stream") {
    const code = errorCodeName(reaction.errorCode);
    if (finding.expect.codes.includes(code)) add(3, `${code} is the code the text asks for`);
    else if (finding.expect.codes.length > 0 && (code === "PROTOCOL_ERROR" || code === "INTERNAL_ERROR"))
      add(1, `${code} may stand for any`);
    else if (CODE_FAMILIES[code]?.some((family) => finding.rule.startsWith(family)) === false)
      add(-3, `${code} is for other faults`);
  } else if (reaction.kind === "status" && finding.expect.malformed === true && reaction.status < 500)
    add(3, "4xx answers a malformed request");
  const known = (f: Finding) => frame.acked < 0 || f.decidableAt <= frame.acked;
  const last = own.filter((f) => known(f) && f.severity !== "info").at(-1);
  if (last === undefined || last.frame.end <= finding.frame.end) add(2, "it is the last fault before the answer");
  if (frame.acked < 0 || frame.acked - finding.frame.end < FLIGHT) add(1, "the answer came within one flight");
  const delay = delayOf(finding, reaction);
  const window = finding.decidableAt > 0 && onStream ? Infinity : SECOND;
  if (delay <= window) add(1, "the answer came in time");
  else add(-Math.ceil(Math.log2(delay / window)), "the answer came late");
  if (reaction.everyday) add(-4, "it needs no fault to be explained");
  if (finding.severity === "info") add(-2, "the finding is no violation");
  if (finding.consequent) add(-3, "the finding is a consequence");
  if (finding.expect.ignore === true) add(-3, "a receiver must ignore it");
  return { finding, reaction, points: evidence.reduce((sum, { points }) => sum + points, 0), evidence };
}

// An answer to the head of a frame can come before its end.
function delayOf({ frame }: Finding, reaction: Reaction): number {
  return reaction.frame.time - (reaction.frame.time < frame.time ? frame.began : frame.time);
}

// Ties go to the earliest of the most severe: a receiver stops at the first fault it sees.
function byMerit(a: Score, b: Score): number {
  const severity = (s: Score) => SEVERITIES.indexOf(s.finding.severity);
  return b.points - a.points || severity(a) - severity(b) || a.finding.frame.offset - b.finding.frame.offset;
}

function verdictOf({ expect }: Finding, { kind, errorCode, status }: Reaction): Verdict {
  if (expect.ignore === true) return "escalated";
  if (expect.codes.length === 0) return "as-specified";
  const right = expect.codes.includes(errorCodeName(errorCode));
  if (expect.scope === "connection") return kind === "goaway" && right ? "as-specified" : "other-code";
  if (kind === "rst-stream") return right ? "as-specified" : "other-code";
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

/** Both sides ended it, and neither reset it. */
function completed(stream: Stream | undefined): boolean {
  // Forgotten ones were closed long ago.
  if (stream === undefined) return true;
  const { client, server } = stream;
  return server.endAt >= 0 && (client.endAt >= 0 || client.resetAt < 0);
}

function openStreams(connection: Connection): number[] {
  const open: number[] = [];
  for (const stream of connection.streams.values()) {
    if (!stream.closed && !stream.reserved && stream.seen) open.push(stream.id);
    if (open.length >= STREAMS) break;
  }
  return open;
}

const SEVERITIES = ["error", "warning", "info"];

// The families whose faults a code is made for; the other codes say nothing.
const CODE_FAMILIES: Readonly<Record<string, readonly string[]>> = {
  FLOW_CONTROL_ERROR: ["flow/", "settings/initial-window"],
  COMPRESSION_ERROR: ["hpack/"],
  FRAME_SIZE_ERROR: ["frame/", "priority-update/too-short"],
  SETTINGS_TIMEOUT: ["settings/ack"],
  STREAM_CLOSED: ["stream/", "stream-id/", "continuation/", "headers/second", "grpc/request-trailers"],
  ENHANCE_YOUR_CALM: ["abuse/", "continuation/", "grpc/keepalive"],
};

const EXACT = 8;
const LIKELY = 4;
const RIVAL = 2;
// Octets: one flight.
const FLIGHT = 64 << 10;
// Nanoseconds.
const SECOND = 1e9;
const CLOSE_WINDOW = 5e9;
// Without a frame for so long a close on no open stream is nothing special.
const IDLE = 500e6;
// Octets of debug data kept, reactions and streams kept per connection.
const DEBUG_OCTETS = 4096;
const REACTIONS = 1000;
const RECENT = 32;
const STREAMS = 1000;
