// One call per listener, in the order given; a listener without a handler costs nothing.

import type { Http1Head } from "../detect/http1.ts";
import type { Http1Observer } from "../detect/http1-exchange.ts";
import type { UpgradeOffer } from "../detect/upgrade.ts";
import type { Frame } from "../http2/frame.ts";
import type { Origin, Side } from "../place.ts";
import type { EndReason, GapProof } from "../tcp/byte-stream.ts";
import type { TlsAlert } from "../tls/alert.ts";
import type { TlsFacts } from "../tls/facts.ts";
import type { Connection } from "./connection.ts";
import type { FieldBlock } from "./field-block.ts";
import type { ModelSink } from "./model-sink.ts";
import type { Stream } from "./stream.ts";

/** Passes on what it hears to all of `sinks`. */
export const fanOut = (sinks: readonly ModelSink[]): Required<ModelSink> => new FanOut(sinks);

type Having<Event extends keyof ModelSink> = Required<Pick<ModelSink, Event>>;

// The first listeners of the events that come with each frame or stream have a call site each, so that each site calls one function:
// a loop over listeners of several classes costs more than most of them do.
class FanOut implements Required<ModelSink> {
  readonly #start: readonly Having<"connectionStart">[];
  readonly #upgrade: readonly Having<"upgrade">[];
  readonly #tls: readonly Having<"tls">[];
  readonly #tlsAlert: readonly Having<"tlsAlert">[];
  readonly #http1: readonly Having<"http1">[];
  readonly #fieldsLost: readonly Having<"fieldsLost">[];
  readonly #gap: readonly Having<"gap">[];
  readonly #tcpWindow: readonly Having<"tcpWindow">[];
  readonly #end: readonly Having<"end">[];
  readonly #connectionEnd: readonly Having<"connectionEnd">[];
  readonly #frame: Few<"frame">;
  readonly #fields: Few<"fields">;
  readonly #streamStart: Few<"streamStart">;
  readonly #streamEnd: Few<"streamEnd">;

  constructor(sinks: readonly ModelSink[]) {
    const having = <E extends keyof ModelSink>(event: E) =>
      sinks.filter((sink) => sink[event] !== undefined) as Required<Pick<ModelSink, E>>[]; // they were just asked
    this.#start = having("connectionStart");
    this.#upgrade = having("upgrade");
    this.#tls = having("tls");
    this.#tlsAlert = having("tlsAlert");
    this.#http1 = having("http1");
    this.#fieldsLost = having("fieldsLost");
    this.#gap = having("gap");
    this.#tcpWindow = having("tcpWindow");
    this.#end = having("end");
    this.#connectionEnd = having("connectionEnd");
    this.#frame = few(having("frame"));
    this.#fields = few(having("fields"));
    this.#streamStart = few(having("streamStart"));
    this.#streamEnd = few(having("streamEnd"));
  }

  connectionStart(c: Connection): void {
    for (const sink of this.#start) sink.connectionStart(c);
  }

  upgrade(offer: UpgradeOffer, c: Connection): void {
    for (const sink of this.#upgrade) sink.upgrade(offer, c);
  }

  tls(facts: TlsFacts, over: boolean, c: Connection): void {
    for (const sink of this.#tls) sink.tls(facts, over, c);
  }

  tlsAlert(alert: TlsAlert, c: Connection): void {
    for (const sink of this.#tlsAlert) sink.tlsAlert(alert, c);
  }

  http1(head: Http1Head, number: number, c: Connection): Http1Observer | undefined {
    for (const sink of this.#http1) {
      const observer = sink.http1(head, number, c);
      if (observer !== undefined) return observer;
    }
    return undefined;
  }

  frame(frame: Frame, stream: Stream | undefined, c: Connection): void {
    const { first, second, third, others } = this.#frame;
    first?.frame(frame, stream, c);
    second?.frame(frame, stream, c);
    third?.frame(frame, stream, c);
    for (let i = 0; i < others.length; i++) others[i]!.frame(frame, stream, c);
  }

  fields(block: FieldBlock, stream: Stream | undefined, c: Connection): void {
    const { first, second, third, others } = this.#fields;
    first?.fields(block, stream, c);
    second?.fields(block, stream, c);
    third?.fields(block, stream, c);
    for (let i = 0; i < others.length; i++) others[i]!.fields(block, stream, c);
  }

  fieldsLost(from: Side, c: Connection): void {
    for (const sink of this.#fieldsLost) sink.fieldsLost(from, c);
  }

  streamStart(stream: Stream, c: Connection): void {
    const { first, second, third, others } = this.#streamStart;
    first?.streamStart(stream, c);
    second?.streamStart(stream, c);
    third?.streamStart(stream, c);
    for (let i = 0; i < others.length; i++) others[i]!.streamStart(stream, c);
  }

  streamEnd(stream: Stream, c: Connection): void {
    const { first, second, third, others } = this.#streamEnd;
    first?.streamEnd(stream, c);
    second?.streamEnd(stream, c);
    third?.streamEnd(stream, c);
    for (let i = 0; i < others.length; i++) others[i]!.streamEnd(stream, c);
  }

  gap(from: Side, length: number, proof: GapProof, at: Origin, c: Connection): void {
    for (const sink of this.#gap) sink.gap(from, length, proof, at, c);
  }

  tcpWindow(from: Side, zero: boolean, at: Origin, c: Connection): void {
    for (const sink of this.#tcpWindow) sink.tcpWindow(from, zero, at, c);
  }

  end(from: Side, how: EndReason, at: Origin, c: Connection): void {
    for (const sink of this.#end) sink.end(from, how, at, c);
  }

  connectionEnd(c: Connection): void {
    for (const sink of this.#connectionEnd) sink.connectionEnd(c);
  }
}

interface Few<Event extends keyof ModelSink> {
  readonly first: Having<Event> | undefined;
  readonly second: Having<Event> | undefined;
  readonly third: Having<Event> | undefined;
  readonly others: readonly Having<Event>[];
}

const few = <Event extends keyof ModelSink>([first, second, third, ...others]: readonly Having<Event>[]): Few<Event> => ({
  first,
  second,
  third,
  others,
});
