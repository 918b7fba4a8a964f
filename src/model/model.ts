import { Detector } from "../detect/detector.ts";
import type { DiagnosticSink } from "../diagnostic.ts";
import type { HpackEngine } from "../hpack/engine.ts";
import type { Limits } from "../limits.ts";
import type { FlowListener } from "../tcp/assembler.ts";
import type { Flow, FlowReader } from "../tcp/flow.ts";
import { ConnectionModel } from "./connection-model.ts";
import type { ModelSink } from "./model-sink.ts";

/** All connections of a session: gives each its decoder and its model. */
export class Model implements FlowListener {
  readonly #sink: Required<ModelSink>;
  readonly #engine: HpackEngine;
  readonly #limits: Limits;
  readonly #diagnostics: DiagnosticSink;
  readonly #detector: Detector;

  constructor(sinks: readonly ModelSink[], engine: HpackEngine, limits: Limits, diagnostics: DiagnosticSink) {
    this.#sink = fanOut(sinks);
    this.#engine = engine;
    this.#limits = limits;
    this.#diagnostics = diagnostics;
    this.#detector = new Detector(limits, diagnostics);
  }

  open(flow: Flow): FlowReader {
    const model = new ConnectionModel(flow, this.#engine, this.#sink, this.#limits, this.#diagnostics);
    this.#detector.read(flow, model);
    return model;
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
