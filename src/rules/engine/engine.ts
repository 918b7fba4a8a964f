// In: what the model and the call reader tell. Out: findings. Here rules are called, each with what it listens to, in their sender's own
// order; which of what they report stands is settlement.ts.

import type { UpgradeOffer } from "../../detect/upgrade.ts";
import type { Call } from "../../grpc/call.ts";
import type { GrpcSink } from "../../grpc/grpc-sink.ts";
import type { GrpcMessage } from "../../grpc/message-decoder.ts";
import type { GrpcStatus } from "../../grpc/status.ts";
import { type Frame, FrameType } from "../../http2/frame.ts";
import type { Limits } from "../../limits.ts";
import { ByConnection } from "../../model/by-connection.ts";
import type { Connection } from "../../model/connection.ts";
import { bitsOf } from "../../model/connection-bit.ts";
import { FieldBlock } from "../../model/field-block.ts";
import type { FrameRef } from "../../model/frame-ref.ts";
import type { ModelSink } from "../../model/model-sink.ts";
import type { Stream } from "../../model/stream.ts";
import type { Origin, Side } from "../../place.ts";
import type { EndReason } from "../../tcp/byte-stream.ts";
import type { TlsFacts } from "../../tls/facts.ts";
import type { FindingSink } from "../finding.ts";
import { unmet } from "../needs.ts";
import type { ReportOptions, Subject } from "../rule.ts";
import { Candidate } from "./candidate.ts";
import { Comparisons, decidable, takeNotes } from "./comparing.ts";
import type { MessageData } from "./context.ts";
import { isExempt } from "./exemption.ts";
import { Judged } from "./judged.ts";
import { Listeners, wantsConnectionEnd, wantsEnd } from "./listeners.ts";
import { Settlement } from "./settlement.ts";
import { type ActiveRule, type Slot, slotsOf, typeBit } from "./slot.ts";

export class RuleEngine implements ModelSink, GrpcSink {
  readonly #listeners: Listeners;
  readonly #settlement: Settlement;
  readonly #judged = new ByConnection<Judged>();
  readonly #sink: FindingSink;
  readonly #comparisons: Comparisons | undefined;
  #current: Judged | undefined;
  /** Of the event that is reported; reports are about it unless they say otherwise. */
  #stream: Stream | undefined;

  /** @param isShare Others judge the other connections: what compares connections is only noted. */
  constructor(rules: readonly ActiveRule[], sink: FindingSink, limits: Limits, isShare = false) {
    this.#listeners = new Listeners(
      slotsOf(rules, (slot, subject, message, data, more) => this.#report(slot, subject, message, data, more)),
    );
    this.#sink = sink;
    this.#comparisons = isShare ? undefined : new Comparisons();
    this.#settlement = new Settlement(sink, limits);
  }

  connectionStart(connection: Connection): void {
    this.#judged.add(connection.id, new Judged(connection));
  }

  upgrade(offer: UpgradeOffer, connection: Connection): void {
    const judged = this.#enter(connection, undefined);
    for (const slot of this.#listeners.upgrade) slot.rule.upgrade!(offer, slot.context.of(judged));
    this.#settle(judged);
  }

  tls(facts: TlsFacts, over: boolean, connection: Connection): void {
    const judged = this.#enter(connection, undefined);
    for (const slot of this.#listeners.tls) slot.rule.tls!(facts, over, slot.context.of(judged));
    this.#settle(judged);
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    const { observations, last, type, from } = frame;
    const judged = this.#enter(connection, stream);
    if (!(Math.abs(last.time - judged.ticked) < TICK)) this.#tick(last.time, judged);
    for (let i = 0; i < observations.count; i++) this.#judge(observations.at(i), frame, frame.kind, stream, judged);
    const opensBlock = type === FrameType.headers || type === FrameType.pushPromise;
    const wholeBlock = opensBlock && observations.count === 0 && frame.endHeaders && frame.first.time === last.time;
    const listeners = this.#listeners.frame(frame, wholeBlock, connection);
    const bit = typeBit(type);
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      if ((slot.begunElsewhere & bit) === 0 || slot.context.keeps(judged))
        slot.frame!.call(slot.rule, frame, stream, slot.context.of(judged));
    }
    // `fields` or `fieldsLost` follows: what the block shows belongs to the same frame.
    if (opensBlock) judged.setOpenBlock(from, frame.first.offset);
    if (judged.candidates.length === 0) return;
    // RFC 9113 4.3: any other frame breaks the block of its side.
    if (!opensBlock && type !== FrameType.continuation) judged.setOpenBlock(from, -1);
    this.#settlement.settle(judged);
  }

  fields(block: FieldBlock, stream: Stream | undefined, connection: Connection): void {
    const { observations, from } = block;
    const judged = this.#enter(connection, stream);
    for (let i = 0; i < observations.count; i++) this.#judge(observations.at(i), block, block.kind, stream, judged);
    if (!block.ignored) {
      const { judge, fields } = this.#listeners.blocks(block, connection);
      if (block.decoded !== undefined) {
        const listeners = judge.of(block);
        for (let i = 0; i < listeners.length; i++) {
          const slot = listeners[i]!;
          if (!slot.judgesWithState || slot.context.keeps(judged))
            slot.judge!.call(slot.rule, block, stream, slot.context.of(judged));
        }
      }
      for (let i = 0; i < fields.length; i++) {
        const slot = fields[i]!;
        slot.fields!.call(slot.rule, block, stream, slot.context.of(judged));
      }
    }
    judged.setOpenBlock(from, -1);
    this.#settle(judged);
  }

  fieldsLost(from: Side, connection: Connection): void {
    const judged = this.#enter(connection, undefined);
    judged.setOpenBlock(from, -1);
    this.#settle(judged);
  }

  // What a call's events find on a frame is settled with that frame, which comes next.

  messageStart(message: GrpcMessage, frame: Frame, call: Call): void {
    const listeners = this.#listeners.messageStart(message, call);
    if (listeners.length === 0) return;
    const judged = this.#enter(call.connection, call.stream);
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      slot.messageStart!.call(slot.rule, message, frame, call, slot.context.of(judged));
    }
  }

  message(message: GrpcMessage, frame: Frame, call: Call): void {
    const listeners = this.#listeners.message(message, call);
    if (listeners.length === 0) return;
    const judged = this.#enter(call.connection, call.stream);
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      slot.message!.call(slot.rule, message, frame, call, slot.context.of(judged));
    }
  }

  status(status: GrpcStatus, call: Call): void {
    const listeners = this.#listeners.status.of(status.block);
    if (listeners.length === 0) return;
    const judged = this.#enter(call.connection, call.stream);
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      if (slot.calls === undefined || (slot.calls & call.oddities) !== 0)
        slot.status!.call(slot.rule, status, call, slot.context.of(judged));
    }
  }

  finish(from: Side, by: Subject, call: Call): void {
    const listeners = this.#listeners.finish(from, call);
    if (listeners.length === 0) return;
    const judged = this.#enter(call.connection, call.stream);
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      slot.finish!.call(slot.rule, from, by, call, slot.context.of(judged));
    }
  }

  reset(frame: Frame, call: Call): void {
    const judged = this.#enter(call.connection, call.stream);
    for (const slot of this.#listeners.reset(call)) slot.rule.reset!(frame, call, slot.context.of(judged));
  }

  callEnd(call: Call): void {
    const listeners = this.#listeners.callEnd(call);
    if (listeners.length === 0) return;
    const judged = this.#enter(call.connection, call.stream);
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      slot.callEnd!.call(slot.rule, call, slot.context.of(judged));
    }
    this.#settle(judged);
  }

  streamEnd(stream: Stream, connection: Connection): void {
    const listeners = this.#listeners.streamEnd(stream);
    const judged = this.#enter(connection, stream);
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      if (wantsEnd(slot, stream, judged)) slot.streamEnd!.call(slot.rule, stream, slot.context.of(judged));
    }
    this.#settle(judged);
  }

  tcpWindow(from: Side, zero: boolean, at: Origin, connection: Connection): void {
    const judged = this.#enter(connection, undefined);
    for (const slot of this.#listeners.tcpWindow) slot.rule.tcpWindow!(from, zero, at, slot.context.of(judged));
    this.#settle(judged);
  }

  end(from: Side, how: EndReason, at: Origin, connection: Connection): void {
    const judged = this.#enter(connection, undefined);
    for (const slot of this.#listeners.end(how))
      if (!slot.endsWithState || slot.context.keeps(judged)) slot.end!.call(slot.rule, from, how, at, slot.context.of(judged));
    this.#settle(judged);
  }

  connectionEnd(connection: Connection): void {
    if (!this.#judged.has(connection.id)) return;
    const judged = this.#enter(connection, undefined);
    judged.clientBlock = judged.serverBlock = -1;
    const bits = bitsOf(connection);
    const listeners = this.#listeners.connectionEnd(bits);
    for (let i = 0; i < listeners.length; i++) {
      const slot = listeners[i]!;
      if (wantsConnectionEnd(slot, bits, judged)) slot.connectionEnd!.call(slot.rule, slot.context.of(judged));
    }
    this.#settle(judged);
    const comparing = this.#listeners.note(bits);
    for (let i = 0; i < comparing.length; i++) {
      const slot = comparing[i]!;
      if (wantsConnectionEnd(slot, bits, judged)) takeNotes(slot, judged, this.#sink, this.#comparisons);
    }
    this.#judged.delete(connection.id);
    this.#current = undefined;
  }

  #report(slot: Slot, subject: Subject | FrameRef, message: string, data: MessageData, more: ReportOptions | undefined): void {
    const judged = this.#current!;
    const { connection } = judged;
    const stream = more?.stream ?? this.#stream;
    const candidate = this.#settlement.spare ?? new Candidate();
    this.#settlement.spare = undefined;
    candidate.take(slot, subject, message, data, stream);
    const { frame } = candidate;
    const decidableAt = decidable(slot.decidable, frame);
    if (isExempt(connection, frame, decidableAt)) return;
    const exact = subject instanceof FieldBlock ? subject.decoded?.certainty === "exact" : true;
    candidate.because = unmet(slot.needs, slot.family, connection, frame, exact, stream);
    if (more?.because !== undefined) candidate.because = [...candidate.because, more.because];
    if (slot.unmet !== undefined) candidate.because = [...candidate.because, slot.unmet];
    candidate.more = more;
    candidate.severity = more?.severity ?? slot.severity;
    candidate.rank = more?.severity ?? slot.rankSeverity;
    candidate.decidableAt = decidableAt;
    const { candidates } = judged;
    if (candidates.length === 0) candidate.repeats = judged.folding.again(candidate, judged.isBroken(frame.from));
    else {
      for (const one of candidates) one.complete();
      candidate.complete();
    }
    if (candidates.length === 0) judged.candidates = [candidate];
    else candidates.push(candidate);
  }

  #judge(observation: number, subject: Subject, kind: string, stream: Stream | undefined, judged: Judged): void {
    const slots = this.#listeners.observed[observation];
    if (slots === undefined) return;
    for (const slot of slots) {
      if (slot.kinds !== undefined && !slot.kinds.includes(kind)) continue;
      if (slot.from !== undefined && slot.from !== subject.from) continue;
      slot.judge!.call(slot.rule, subject, stream, slot.context.of(judged));
    }
  }

  #tick(now: number, judged: Judged): void {
    judged.ticked = now;
    for (const slot of this.#listeners.tick)
      if (!slot.ticksWithState || slot.context.keeps(judged)) slot.tick!.call(slot.rule, now, slot.context.of(judged));
  }

  #settle(judged: Judged): void {
    if (judged.candidates.length !== 0) this.#settlement.settle(judged);
  }

  #enter(connection: Connection, stream: Stream | undefined): Judged {
    let judged = this.#current;
    if (judged?.connection !== connection) this.#current = judged = this.#judged.get(connection.id)!;
    this.#stream = stream;
    return judged;
  }
}

// Nanoseconds of capture time.
const TICK = 100e6;
