import type { DiagnosticSink } from "../diagnostic.ts";
import type { HpackEngine } from "../hpack/engine.ts";
import { ConnectionDecoder, Undecided } from "../http2/connection-decoder.ts";
import type { Limits } from "../limits.ts";
import type { Origin } from "../place.ts";
import type { FlowListener } from "../tcp/assembler.ts";
import type { ByteSink } from "../tcp/byte-stream.ts";
import type { Flow } from "../tcp/flow.ts";
import { ConnectionModel, ModelParts } from "./connection-model.ts";
import type { ModelSink } from "./model-sink.ts";

/** All connections of a session: gives each its decoder and its model. */
export class Model implements FlowListener {
  readonly #parts: ModelParts;
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  readonly #undecided = new Undecided();
  readonly #models = new Map<number, ConnectionModel>();

  constructor(sinks: readonly ModelSink[], engine: HpackEngine, limits: Limits, diagnostics: DiagnosticSink) {
    this.#parts = new ModelParts(fanOut(sinks), engine, limits, diagnostics);
    this.#limits = limits;
    this.#diagnostics = diagnostics;
  }

  open(flow: Flow): readonly [ByteSink, ByteSink] {
    const model = new ConnectionModel(flow, this.#parts);
    this.#models.set(flow.id, model);
    return new ConnectionDecoder(flow, model, this.#limits, this.#diagnostics, this.#undecided).sinks;
  }

  window(flow: Flow, side: 0 | 1, zero: boolean, at: Origin): void {
    this.#models.get(flow.id)?.window(side, zero, at);
  }

  close(flow: Flow): void {
    this.#models.get(flow.id)?.close();
    this.#models.delete(flow.id);
  }
}

// One call per listener, in the order given; a listener without a handler costs nothing.
export function fanOut(sinks: readonly ModelSink[]): Required<ModelSink> {
  const with_ = <E extends keyof ModelSink>(event: E) =>
    sinks.filter((sink) => sink[event] !== undefined) as Required<Pick<ModelSink, E>>[];
  const start = with_("connectionStart");
  const upgrade = with_("upgrade");
  const http1 = with_("http1");
  const frame = with_("frame");
  const fields = with_("fields");
  const fieldsLost = with_("fieldsLost");
  const streamStart = with_("streamStart");
  const streamEnd = with_("streamEnd");
  const gap = with_("gap");
  const tcpWindow = with_("tcpWindow");
  const end = with_("end");
  const connectionEnd = with_("connectionEnd");
  return {
    connectionStart: (c) => {
      for (const s of start) s.connectionStart(c);
    },
    upgrade: (offer, c) => {
      for (const s of upgrade) s.upgrade(offer, c);
    },
    http1: (head, number, c) => {
      for (const s of http1) {
        const observer = s.http1(head, number, c);
        if (observer !== undefined) return observer;
      }
      return undefined;
    },
    frame: (f, stream, c) => {
      for (let i = 0; i < frame.length; i++) frame[i]!.frame(f, stream, c);
    },
    fields: (b, stream, c) => {
      for (let i = 0; i < fields.length; i++) fields[i]!.fields(b, stream, c);
    },
    fieldsLost: (from, c) => {
      for (const s of fieldsLost) s.fieldsLost(from, c);
    },
    streamStart: (stream, c) => {
      for (let i = 0; i < streamStart.length; i++) streamStart[i]!.streamStart(stream, c);
    },
    streamEnd: (stream, c) => {
      for (let i = 0; i < streamEnd.length; i++) streamEnd[i]!.streamEnd(stream, c);
    },
    gap: (from, length, proof, at, c) => {
      for (const s of gap) s.gap(from, length, proof, at, c);
    },
    tcpWindow: (from, zero, at, c) => {
      for (const s of tcpWindow) s.tcpWindow(from, zero, at, c);
    },
    end: (from, how, at, c) => {
      for (const s of end) s.end(from, how, at, c);
    },
    connectionEnd: (c) => {
      for (const s of connectionEnd) s.connectionEnd(c);
    },
  };
}
