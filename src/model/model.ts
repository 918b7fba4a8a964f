import type { DiagnosticSink } from "../diagnostic.ts";
import type { HpackEngine } from "../hpack/engine.ts";
import { ConnectionDecoder, Undecided } from "../http2/connection-decoder.ts";
import type { Limits } from "../limits.ts";
import type { Origin } from "../place.ts";
import type { FlowListener } from "../tcp/assembler.ts";
import type { ByteSink } from "../tcp/byte-stream.ts";
import type { Flow } from "../tcp/flow.ts";
import { ConnectionModel, ModelParts } from "./connection-model.ts";
import { fanOut } from "./fan-out.ts";
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
