// In: what the model tells. Out: findings, judged in the sender's own order (rules.md section 1): with what is not proven and why, one
// per frame and cause, consequences marked.
import type { Call } from "../grpc/call.ts";
import type { GrpcSink } from "../grpc/grpc-sink.ts";
import type { GrpcMessage } from "../grpc/message-decoder.ts";
import type { GrpcStatus } from "../grpc/status.ts";
import { type Frame, type FrameKind, frameKinds } from "../http2/frame.ts";
import type { UpgradeOffer } from "../http2/upgrade.ts";
import type { Limits } from "../limits.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import { FrameRef } from "../model/frame-ref.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { summarise } from "../model/summary.ts";
import { type Origin, other, type Side } from "../place.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import { BlockListeners } from "./block-listeners.ts";
import { families, familyOf } from "./families.ts";
import type { Finding, FindingSink, Need } from "./finding.ts";
import { unmet } from "./needs.ts";
import type { BlockCondition, Context, ReportOptions, Rule, Severity, Subject } from "./rule.ts";
import { severities } from "./severity.ts";

/** A rule and the severity it is reported with. */
export interface ActiveRule {
  readonly rule: Rule;
  readonly severity: Severity;
  /** Its thresholds; the defaults of those that are not named. */
  readonly options?: Readonly<Record<string, number>>;
}

export class RuleEngine implements ModelSink, GrpcSink {
  readonly #sink: FindingSink;
  readonly #limits: Limits;
  readonly #slots: readonly Slot[];
  readonly #byObservation: readonly (readonly Slot[] | undefined)[];
  readonly #onFrame: Readonly<Record<FrameKind, FrameListeners>>;
  readonly #onTick: readonly Slot[];
  readonly #onFields: readonly Slot[];
  readonly #onBlock: BlockListeners<Slot>;
  readonly #onMessageStart: MessageListeners;
  readonly #onMessage: MessageListeners;
  readonly #onStatus: BlockListeners<Slot>;
  readonly #onFinish: Readonly<Record<Side, readonly Slot[]>>;
  readonly #onReset: readonly Slot[];
  readonly #onCallEnd: readonly Slot[];
  readonly #onStreamEnd: readonly Slot[];
  readonly #onTcpWindow: readonly Slot[];
  readonly #onEnd: readonly Slot[];
  readonly #onConnectionEnd: readonly Slot[];
  readonly #context = new RuleContext((...args) => this.#report(...args));
  readonly #judged = new Map<number, Judged>();
  /** State over all connections, by rule; empty until a rule asks. */
  readonly #shared: unknown[] = [];
  /** A call's event has found something on the frame that comes next: it is settled with that. */
  #found = false;
  #current: Judged | undefined;
  #stream: Stream | undefined;

  constructor(rules: readonly ActiveRule[], sink: FindingSink, limits: Limits) {
    this.#sink = sink;
    this.#limits = limits;
    this.#slots = rules.map((active, index) => slotOf(active, index));
    const byObservation: Slot[][] = [];
    const onBlock: [Slot, BlockCondition | readonly BlockCondition[]][] = [];
    const onStatus: [Slot, BlockCondition | readonly BlockCondition[] | undefined][] = [];
    for (const slot of this.#slots) {
      const { when, judge, status } = slot.rule;
      const ofBlock = when !== undefined && "observed" in when ? undefined : when;
      if (status !== undefined) onStatus.push([slot, ofBlock]);
      if (when === undefined || judge === undefined) continue;
      if ("observed" in when) (byObservation[when.observed] ??= []).push(slot);
      else onBlock.push([slot, when]);
    }
    this.#byObservation = byObservation;
    this.#onBlock = new BlockListeners(onBlock);
    this.#onStatus = new BlockListeners(onStatus);
    const framed = this.#slots.filter((slot) => slot.rule.frame !== undefined);
    const onFrame: Partial<Record<FrameKind, FrameListeners>> = {};
    for (const kind of frameKinds)
      onFrame[kind] = frameListeners(framed.filter(({ rule }) => rule.kinds?.includes(kind) ?? true));
    this.#onFrame = onFrame as Record<FrameKind, FrameListeners>; // every kind was filled in
    this.#onTick = this.#slots.filter((slot) => slot.rule.tick !== undefined);
    this.#onFields = this.#slots.filter((slot) => slot.rule.fields !== undefined);
    this.#onMessageStart = messageListeners(this.#slots.filter((slot) => slot.rule.messageStart !== undefined));
    this.#onMessage = messageListeners(this.#slots.filter((slot) => slot.rule.message !== undefined));
    this.#onFinish = bySide(this.#slots.filter((slot) => slot.rule.finish !== undefined));
    this.#onReset = this.#slots.filter((slot) => slot.rule.reset !== undefined);
    this.#onCallEnd = this.#slots.filter((slot) => slot.rule.callEnd !== undefined);
    this.#onStreamEnd = this.#slots.filter((slot) => slot.rule.streamEnd !== undefined);
    this.#onTcpWindow = this.#slots.filter((slot) => slot.rule.tcpWindow !== undefined);
    this.#onEnd = this.#slots.filter((slot) => slot.rule.end !== undefined);
    this.#onConnectionEnd = this.#slots.filter((slot) => slot.rule.connectionEnd !== undefined);
  }

  connectionStart(connection: Connection): void {
    this.#judged.set(connection.id, new Judged(connection));
  }

  upgrade(offer: UpgradeOffer, connection: Connection): void {
    const judged = this.#enter(connection, undefined);
    for (const slot of this.#slots) slot.rule.upgrade?.(offer, this.#at(slot, judged));
    this.#settle(judged, -1, "client");
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    const { observations, last } = frame;
    const { whole, inParts } = this.#onFrame[frame.kind];
    const opensBlock = frame.kind === "headers" || frame.kind === "push-promise";
    const isWhole = opensBlock && observations.count === 0 && frame.endHeaders && frame.first.time === last.time;
    const listeners = (isWhole ? whole : inParts)[frame.from];
    const judged = this.#enter(connection, stream);
    if (!(Math.abs(last.time - judged.ticked) < TICK)) this.#tick(last.time, judged);
    if (observations.count === 0 && listeners.length === 0 && !this.#found && judged.candidates.length === 0) return;
    this.#found = false;
    for (let i = 0; i < observations.count; i++) this.#judge(observations.at(i), frame, frame.kind, stream);
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      slot.rule.frame!(frame, stream, this.#at(slot, judged));
    }
    // A field block goes on: what its fields show belongs to the same frame.
    if (opensBlock) judged.block[frame.from] = frame.first.offset;
    if (judged.candidates.length === 0) return;
    const inBlock = opensBlock || frame.kind === "continuation";
    this.#settle(judged, inBlock ? judged.block[frame.from] : -1, frame.from);
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    this.#found = false;
    const { observations } = block;
    if (block.ignored && observations.count === 0) {
      const judged = this.#judged.get(connection.id);
      if (judged !== undefined && judged.candidates.length > 0) this.#settle(judged, -1, block.from);
      return;
    }
    const judged = this.#enter(connection, stream);
    for (let i = 0; i < observations.count; i++) this.#judge(observations.at(i), block, block.kind, stream);
    if (!block.ignored) {
      if (block.decoded !== undefined) {
        const listeners = this.#onBlock.of(block);
        for (let i = 0; i < listeners.length; i++) {
          const slot = listeners[i]!;
          slot.judge!(block, stream, this.#at(slot, judged));
        }
      }
      for (const slot of this.#onFields) slot.rule.fields!(block, stream, this.#at(slot, judged));
    }
    if (judged.candidates.length > 0) this.#settle(judged, -1, block.from);
  }

  fieldsLost(from: Side, connection: Connection): void {
    const judged = this.#judged.get(connection.id);
    if (judged !== undefined && judged.candidates.length > 0) this.#settle(judged, -1, from);
  }

  messageStart(message: GrpcMessage, frame: Frame, call: Call): void {
    const judged = this.#enter(call.connection, call.stream);
    const listeners = (message.flag === 0 ? this.#onMessageStart.plain : this.#onMessageStart.flagged)[message.from];
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      slot.rule.messageStart!(message, frame, call, this.#at(slot, judged));
    }
    this.#found ||= judged.candidates.length > 0;
  }

  message(message: GrpcMessage, frame: Frame, call: Call): void {
    const judged = this.#enter(call.connection, call.stream);
    const listeners = (message.flag === 0 ? this.#onMessage.plain : this.#onMessage.flagged)[message.from];
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      slot.rule.message!(message, frame, call, this.#at(slot, judged));
    }
    this.#found ||= judged.candidates.length > 0;
  }

  status(status: GrpcStatus, call: Call): void {
    const judged = this.#enter(call.connection, call.stream);
    for (const slot of this.#onStatus.of(status.block)) slot.rule.status!(status, call, this.#at(slot, judged));
    this.#found ||= judged.candidates.length > 0;
  }

  finish(from: Side, by: Subject, call: Call): void {
    const judged = this.#enter(call.connection, call.stream);
    for (const slot of this.#onFinish[from]) slot.rule.finish!(from, by, call, this.#at(slot, judged));
    this.#found ||= judged.candidates.length > 0;
  }

  reset(frame: Frame, call: Call): void {
    const judged = this.#enter(call.connection, call.stream);
    for (const slot of this.#onReset) slot.rule.reset!(frame, call, this.#at(slot, judged));
    this.#found ||= judged.candidates.length > 0;
  }

  callEnd(call: Call): void {
    const judged = this.#enter(call.connection, call.stream);
    for (const slot of this.#onCallEnd) slot.rule.callEnd!(call, this.#at(slot, judged));
    if (judged.candidates.length > 0) this.#settle(judged, -1, "client");
  }

  streamEnd(stream: Stream, connection: Connection): void {
    if (this.#onStreamEnd.length === 0) return;
    const judged = this.#enter(connection, stream);
    for (const slot of this.#onStreamEnd) slot.rule.streamEnd!(stream, this.#at(slot, judged));
    this.#settle(judged, -1, "client");
  }

  tcpWindow(from: Side, zero: boolean, at: Origin, connection: Connection): void {
    if (this.#onTcpWindow.length === 0) return;
    const judged = this.#enter(connection, undefined);
    for (const slot of this.#onTcpWindow) slot.rule.tcpWindow!(from, zero, at, this.#at(slot, judged));
    this.#settle(judged, -1, from);
  }

  end(from: Side, how: EndReason, at: Origin, connection: Connection): void {
    const judged = this.#enter(connection, undefined);
    for (const slot of this.#onEnd) slot.rule.end!(from, how, at, this.#at(slot, judged));
    this.#settle(judged, -1, from);
  }

  connectionEnd(connection: Connection): void {
    const judged = this.#judged.get(connection.id);
    if (judged === undefined) return;
    this.#enter(connection, undefined);
    judged.block.client = judged.block.server = -1;
    for (const slot of this.#onConnectionEnd) slot.rule.connectionEnd!(this.#at(slot, judged));
    this.#settle(judged, -1, "client");
    this.#judged.delete(connection.id);
  }

  #judge(observation: number, subject: Subject, kind: string, stream: Stream | undefined): void {
    const slots = this.#byObservation[observation];
    if (slots === undefined) return;
    for (const slot of slots) {
      if (slot.kinds !== undefined && !slot.kinds.includes(kind)) continue;
      if (slot.from !== undefined && slot.from !== subject.from) continue;
      slot.judge!(subject, stream, this.#at(slot, this.#current!));
    }
  }

  #tick(now: number, judged: Judged): void {
    judged.ticked = now;
    for (const slot of this.#onTick) slot.rule.tick!(now, this.#at(slot, judged));
  }

  #enter(connection: Connection, stream: Stream | undefined): Judged {
    let judged = this.#current;
    if (judged?.connection !== connection) this.#current = judged = this.#judged.get(connection.id)!;
    this.#stream = stream;
    return judged;
  }

  #at(slot: Slot, judged: Judged): Context {
    const context = this.#context;
    context.slot = slot;
    context.connection = judged.connection;
    if (slot.state !== undefined) context.state = judged.states[slot.index] ??= slot.state();
    if (slot.session !== undefined) context.session = this.#shared[slot.index] ??= slot.session();
    return context;
  }

  #report(
    slot: Slot,
    subject: Subject | FrameRef,
    message: string,
    data: Finding["data"],
    more: ReportOptions | undefined,
  ): void {
    const judged = this.#current!;
    const { connection } = judged;
    const frame = subject instanceof FrameRef ? subject : FrameRef.of(subject);
    const decidableAt = slot.rule.meta.decidable === "head" ? Math.min(frame.offset + HEAD, frame.end) : frame.end;
    if (isExempt(connection, frame, decidableAt)) return;
    const exact = "headLast" in subject ? subject.decoded?.certainty === "exact" : true;
    const of = { streamId: frame.streamId, acked: frame.acked, exact };
    const because = unmet(slot.rule.meta.needs, connection, frame.from, of, more?.stream ?? this.#stream);
    const severity = more?.severity ?? slot.severity;
    const stream = more?.stream ?? this.#stream;
    const text = subject instanceof FrameRef ? subject.text : summarise(subject);
    const path = stream?.request.path ?? ("headLast" in subject ? subject.decoded?.path?.value : undefined);
    const rank = more?.severity ?? slot.rule.meta.severity;
    judged.candidates.push({ rank, slot, frame, message, data, severity, because, more, text, path, decidableAt });
  }

  // Of the candidates on one frame the first in the order of judgement stands, and those below it that are more severe, or proven
  // where it is not. A frame whose block is still open waits for it.
  #settle(judged: Judged, openOffset: number, from: Side): void {
    const { candidates } = judged;
    if (candidates.length === 0) return;
    const groups = new Map<string, Candidate[]>();
    judged.candidates = [];
    for (const candidate of candidates) {
      const { frame } = candidate;
      const open = openOffset >= 0 && frame.from === from && frame.offset === openOffset;
      const waits = open || (judged.block[frame.from] === frame.offset && frame.from !== from);
      if (waits) judged.candidates.push(candidate);
      else {
        const key = `${frame.from} ${frame.offset} ${frame.kind}`;
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [candidate]);
        else group.push(candidate);
      }
    }
    for (const group of groups.values()) {
      group.sort((a, b) => a.slot.rank - b.slot.rank);
      const standing: { candidate: Candidate; hides: string[] }[] = [];
      for (const candidate of group) {
        const hider = standing.find(({ candidate: above }) => hides(above, candidate));
        if (hider === undefined) standing.push({ candidate, hides: [] });
        else if (hider.candidate.slot !== candidate.slot) hider.hides.push(candidate.slot.rule.id);
      }
      for (const { candidate, hides } of standing) this.#emit(judged, candidate, hides);
    }
  }

  #emit(
    judged: Judged,
    { slot, frame, message, data, severity, because, more, text, path, decidableAt }: Candidate,
    hides: string[],
  ): void {
    const { id, meta } = slot.rule;
    const expect = more?.scope === undefined ? meta.expect : { ...meta.expect, scope: more.scope };
    const consequent = judged.broken[frame.from];
    const kind = `${id} ${message} ${frame.from} ${because.length === 0} ${consequent}`;
    let key = `${kind} ${more?.fold ?? frame.streamId}`;
    // Beyond the limit what differs is folded too: one finding a kind.
    const count = judged.counts.get(id) ?? 0;
    if (!judged.findings.has(key) && count >= this.#limits.findings) key = kind;
    const before = judged.findings.get(key);
    if (before !== undefined) {
      before.count++;
      before.lastTime = frame.time;
    } else {
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
        count: 1,
        lastTime: frame.time,
      };
      judged.counts.set(id, count + 1);
      judged.findings.set(key, finding);
      this.#sink.finding(finding);
    }
    if (
      severity === "error" &&
      because.length === 0 &&
      expect.scope === "connection" &&
      expect.codes.length > 0 &&
      !expect.optional
    ) {
      judged.broken[frame.from] = true;
    }
  }
}

interface Slot {
  readonly rule: Rule;
  readonly severity: Severity;
  readonly index: number;
  /** Place in the order of judgement. */
  readonly rank: number;
  readonly options: Readonly<Record<string, number>>;
  // Of the rule, here in one shape: rules have many, and a property of many shapes costs more to read than most rules take.
  readonly judge: Rule["judge"];
  readonly state: Rule["state"];
  readonly session: Rule["session"];
  readonly from: Side | undefined;
  readonly kinds: readonly string[] | undefined;
}

/** Of one kind of frame: those that are called for a whole field block in one packet, and for anything else. */
interface FrameListeners {
  readonly whole: Readonly<Record<Side, readonly Slot[]>>;
  readonly inParts: Readonly<Record<Side, readonly Slot[]>>;
}

/** For messages whose flag is 0, and for others. */
interface MessageListeners {
  readonly plain: Readonly<Record<Side, readonly Slot[]>>;
  readonly flagged: Readonly<Record<Side, readonly Slot[]>>;
}

interface Candidate {
  /** Its severity in the catalogue. */
  readonly rank: Severity;
  readonly slot: Slot;
  readonly frame: FrameRef;
  readonly message: string;
  readonly data: Finding["data"];
  readonly severity: Severity;
  readonly because: readonly Need[];
  readonly more: ReportOptions | undefined;
  readonly text: string;
  readonly path: string | undefined;
  readonly decidableAt: number;
}

/** What the engine keeps of one connection. */
class Judged {
  readonly connection: Connection;
  /** By rule; empty until a rule asks. */
  readonly states: unknown[] = [];
  candidates: Candidate[] = [];
  /** Capture time of the last tick. */
  ticked = Number.NaN;
  /** Findings so far, to fold repeats into. */
  readonly findings = new Map<string, Finding>();
  readonly counts = new Map<string, number>();
  /** This side committed a connection error: the rest of it is consequence. */
  readonly broken: Record<Side, boolean> = { client: false, server: false };
  /** Offset of the frame whose field block may be open. */
  readonly block: Record<Side, number> = { client: -1, server: -1 };

  constructor(connection: Connection) {
    this.connection = connection;
  }
}

type Reporter = (
  slot: Slot,
  subject: Subject | FrameRef,
  message: string,
  data: Finding["data"],
  more: ReportOptions | undefined,
) => void;

/** One object for all rules and connections, refilled before each call. */
class RuleContext implements Context {
  connection!: Connection;
  state: unknown;
  session: unknown;
  slot!: Slot;
  readonly #reporter: Reporter;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  get options(): Readonly<Record<string, number>> {
    return this.slot.options;
  }

  // Handlers take them out of the context: `{ report }`.
  readonly report = (subject: Subject | FrameRef, message: string, data: Finding["data"], more?: ReportOptions): void =>
    this.#reporter(this.slot, subject, message, data, more);

  readonly uncheck = (need: Need): void => this.connection.uncheck(this.slot.rule.id, need);
}

// Frames that were in flight when the other side gave the connection up are not judged (rules.md 1.3): its error GOAWAY or its end is
// not in what the frame's segment acknowledges, and the frame not in what those acknowledge. A GOAWAY(NO_ERROR) exempts nothing. A
// receiver may also answer the head of a frame before the rest of it is sent: that is no exemption, but the answer.
function isExempt(connection: Connection, frame: FrameRef, decidableAt: number): boolean {
  const peer = connection.endpoint(other(frame.from));
  for (const { errorCode, endOffset, acked } of peer.goaways) {
    if (errorCode !== 0 && endOffset > frame.acked && decidableAt > acked) return true;
  }
  const { end } = peer;
  if (end === undefined || end.how === "idle" || end.how === "capture-end" || decidableAt <= end.at.acked) return false;
  // A FIN counts for one octet; an RST is never acknowledged.
  return end.how === "rst" || frame.acked <= end.at.offset;
}

function hides(above: Candidate, below: Candidate): boolean {
  // By the catalogue's severities: a fault that the user made a warning does not bring up what it hides.
  if (severities.indexOf(below.rank) < severities.indexOf(above.rank)) return false;
  return above.because.length === 0 || below.because.length > 0;
}

function slotOf({ rule, severity, options }: ActiveRule, index: number): Slot {
  const { when, meta } = rule;
  const defaults = Object.entries(meta.options ?? {}).map(([name, option]) => [name, option.default] as const);
  return {
    ...{ rule, severity, index, rank: rankOf(rule, index) },
    options: { ...Object.fromEntries(defaults), ...options },
    judge: rule.judge?.bind(rule),
    state: rule.state?.bind(rule),
    session: rule.session?.bind(rule),
    from: when !== undefined && "observed" in when ? when.from : undefined,
    kinds: when !== undefined && "observed" in when ? when.kinds : undefined,
  };
}

const bySide = (slots: readonly Slot[]): Record<Side, readonly Slot[]> => ({
  client: slots.filter(({ rule }) => rule.from !== "server"),
  server: slots.filter(({ rule }) => rule.from !== "client"),
});

const frameListeners = (slots: readonly Slot[]): FrameListeners => ({
  whole: bySide(slots.filter(({ rule }) => rule.inParts !== true)),
  inParts: bySide(slots),
});

const messageListeners = (slots: readonly Slot[]): MessageListeners => ({
  plain: bySide(slots.filter(({ rule }) => rule.flagged !== true)),
  flagged: bySide(slots),
});

// A user's own families come last.
function rankOf(rule: Rule, index: number): number {
  const family = (families as readonly string[]).indexOf(familyOf(rule.id));
  const { severity, decidable } = rule.meta;
  const early = decidable === "head" ? 0 : decidable === "payload" ? 1 : 2;
  return (((family < 0 ? families.length : family) * 3 + severities.indexOf(severity)) * 3 + early) * 10_000 + index;
}

const HEAD = 9;
// Nanoseconds of capture time.
const TICK = 100e6;
