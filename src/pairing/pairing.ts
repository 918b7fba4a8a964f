// In: findings, and the frames and ends that can answer them. Out, at the end of each connection: each finding with its answer, and the
// errors that answer nothing known. This file collects, answers.ts pairs.
import { type Frame, FrameType } from "../http2/frame.ts";
import { ByConnection } from "../model/by-connection.ts";
import type { Connection } from "../model/connection.ts";
import type { FieldBlock } from "../model/field-block.ts";
import type { ModelSink } from "../model/model-sink.ts";
import type { Stream } from "../model/stream.ts";
import { type Origin, other, type Side } from "../place.ts";
import type { ConnectionNote, Finding, FindingSink, Repeats } from "../rules/finding.ts";
import type { Severity } from "../rules/severity.ts";
import type { EndReason } from "../tcp/byte-stream.ts";
import { CLOSE_NOTIFY, type TlsAlert } from "../tls/alert.ts";
import { pairAll } from "./answers.ts";
import { alertReaction, closeReaction, goawayReaction, resetReaction, statusReaction } from "./observed-reaction.ts";
import { KnownOpenings } from "./opening.ts";
import { Pending } from "./pending.ts";
import type { PairedFinding, PairSink, Reaction, RecognisedSoftware } from "./reaction.ts";
import { RecentFrames } from "./recent-frames.ts";
import { type Recognised, Recognition } from "./recognition.ts";

export class Pairing implements ModelSink, FindingSink {
  readonly #sink: PairSink;
  readonly #overreaction: Severity | undefined;
  readonly #open = new ByConnection<Pending>();
  readonly #recent = new RecentFrames();
  readonly #openings = new KnownOpenings();
  /** Of the connection that was asked for last: frames come in runs. */
  #last: Pending | undefined = undefined;

  /** @param overreaction With which severity `health/receiver-overreaction` is found; undefined: not at all. */
  constructor(sink: PairSink, overreaction?: Severity) {
    this.#sink = sink;
    this.#overreaction = overreaction;
  }

  connectionStart(connection: Connection): void {
    this.#last = new Pending(connection);
    this.#open.add(connection.id, this.#last);
  }

  finding(finding: Finding, repeats: Repeats): void {
    this.#open.get(finding.connection)?.found(finding, repeats);
  }

  compared(finding: Finding): void {
    const pending = this.#open.get(finding.connection);
    if (pending !== undefined) (pending.compared ??= []).push(finding);
  }

  noted(note: ConnectionNote, connection: number): void {
    const pending = this.#open.get(connection);
    if (pending !== undefined) (pending.noted ??= []).push(note);
  }

  frame(frame: Frame, stream: Stream | undefined, connection: Connection): void {
    const last = this.#last;
    const pending = last !== undefined && last.connection === connection ? last : this.#of(connection);
    if (frame.from === "client") {
      pending.clientTrail = this.#recent.add(pending.clientTrail, frame);
      const { client } = pending;
      if (client === undefined) pending.client = this.#begun(frame, connection);
      else if (client.begins) client.beginning(frame);
    } else {
      pending.serverTrail = this.#recent.add(pending.serverTrail, frame);
      const { server } = pending;
      if (server === undefined) pending.server = this.#begun(frame, connection);
      else if (server.begins) server.beginning(frame);
    }
    switch (frame.type) {
      case FrameType.data:
      case FrameType.headers:
        if (pending.crossings !== undefined && stream !== undefined) pending.crossings.content(frame, stream);
        break;
      case FrameType.ping:
        this.#recognition(pending, frame.from)?.ping(frame);
        break;
      case FrameType.rstStream:
        if (frame.whole) this.#reset(frame, stream, pending);
        break;
      case FrameType.goaway:
        if (frame.whole) this.#goaway(frame, pending);
        break;
    }
  }

  fields(block: FieldBlock, _stream: Stream | undefined, connection: Connection): void {
    const pending = this.#of(connection);
    this.#recognition(pending, block.from)?.fields(block);
    const reaction = statusReaction(block, pending, this.#recent);
    if (reaction !== undefined) pending.react(reaction);
  }

  tlsAlert(alert: TlsAlert, connection: Connection): void {
    const pending = this.#of(connection);
    if (alert.level === "fatal") pending.react(alertReaction(alert, connection));
    else if (alert.description === CLOSE_NOTIFY && alert.acked >= 0) {
      if (alert.from === "client") pending.clientKnew = alert.acked;
      else pending.serverKnew = alert.acked;
    }
  }

  end(from: Side, how: EndReason, at: Origin, connection: Connection): void {
    if (how !== "fin" && how !== "rst") return;
    const pending = this.#of(connection);
    const close = closeReaction(from, how, at, pending, this.#recent);
    if (!pending.closes(close)) pending.react(close);
  }

  connectionEnd(connection: Connection): void {
    const pending = this.#open.get(connection.id);
    if (pending === undefined) {
      this.#sink.closed?.(connection, undefined);
      return;
    }
    this.#open.delete(connection.id);
    this.#last = undefined;
    this.#recent.release(pending.clientTrail);
    this.#recent.release(pending.serverTrail);
    if (pending.isQuiet) {
      this.#sink.closed?.(connection, NO_SIGN);
      return;
    }
    const recognised = pending.recognise();
    const { pairs, unexplained, beside } = pairAll(pending, recognised, this.#overreaction);
    for (const pair of pairs) this.#sink.paired(pair);
    const answers: [Reaction, string][] = [];
    const besides = (finding: Finding): PairedFinding => {
      const pair = beside(finding);
      if (pair.reaction !== undefined) answers.push([pair.reaction, finding.rule]);
      return pair;
    };
    for (const finding of pending.compared ?? NONE) this.#sink.paired(besides(finding));
    const told = answers.map(([reaction]) => reaction);
    for (const { rule, facts, finding } of pending.noted ?? NONE)
      this.#sink.noted?.({
        ...{ rule, facts, connection: connection.id, pair: finding && besides(finding) },
        ...{ client: connection.address("client"), server: connection.address("server") },
      });
    for (const one of unexplained) {
      if (told.includes(one.reaction)) continue;
      const unless = answers.flatMap(([reaction, rule]) => (reaction === one.reaction ? [rule] : []));
      this.#sink.unexplained?.(one, unless);
    }
    this.#sink.closed?.(connection, namesOf(recognised));
  }

  #reset(frame: Frame, stream: Stream | undefined, pending: Pending): void {
    if (stream?.seen === true && frame.first.acked >= 0)
      pending.openCrossings().reset(frame, stream, this.#recent, pending.trail(other(frame.from)));
    const reaction = resetReaction(frame, stream, pending, this.#recent);
    if (reaction !== undefined) pending.react(reaction);
  }

  #goaway(frame: Frame, pending: Pending): void {
    const reaction = goawayReaction(frame, pending, this.#recent);
    this.#recognition(pending, frame.from)?.goaway(reaction.debug, frame);
    pending.react(reaction);
  }

  /** @param frame The side's first. */
  #begun(frame: Frame, connection: Connection): Recognition {
    const { from, last } = frame;
    const isOpening = frame.type === FrameType.settings && connection.endpoint(from).started && frame.whole && !frame.ack;
    return new Recognition(from, isOpening ? this.#openings.of(from, frame) : undefined, last.packet);
  }

  #of(connection: Connection): Pending {
    if (this.#last?.connection !== connection) this.#last = this.#open.get(connection.id)!;
    return this.#last;
  }

  #recognition({ client, server }: Pending, from: Side): Recognition | undefined {
    return from === "client" ? client : server;
  }
}

function namesOf({ client, server }: Readonly<Record<Side, Recognised>>): RecognisedSoftware {
  if (client.evidence.length === 0 && server.evidence.length === 0) return NO_SIGN;
  const evidence = [...client.evidence, ...server.evidence];
  return {
    ...(client.software === undefined ? {} : { client: client.software.name }),
    ...(server.software === undefined ? {} : { server: server.software.name }),
    evidence,
  };
}

const NONE: readonly never[] = [];

// Most connections have none.
const NO_SIGN: RecognisedSoftware = { evidence: [] };
